"""Pages in use, zoomed to 200 % and in forced colours: nothing cut, nothing covered, and no control without an edge."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.site.conftest import Built

from .conftest import key_of
from .running import LOADS, PAGE, controls, editor, press

pytest.importorskip("playwright", reason="playwright is not installed")
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

ZOOMED = {"viewport": {"width": 640, "height": 450}, "device_scale_factor": 2}  # 1280 × 900 at 200 %

# controls of the article that are seen, are laid out with it, and are not within another one
CONTROLS = """[...document.querySelectorAll("article :is(a[href], button, select, input, summary, [role=textbox])")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
  .filter((one) => !one.closest(".back-to-top, .chooser, .pyodide-bar, .run-bar, .headerlink"))"""
CUT = f"""() => {CONTROLS}
  .filter((one) => !one.closest("pre, .table-wrapper, svg, .viz"))
  .filter((one) => [...one.getClientRects()].some((box) => box.left < 0 || box.right > innerWidth))
  .map((one) => one.outerHTML.slice(0, 200))"""
COVERED = f"""() => {{
  const found = {CONTROLS}.map((one) => [one, [...one.getClientRects()]]);
  const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  return found.flatMap(([one, its], place) => found.slice(place + 1)
    .filter(([other]) => !one.contains(other))
    .filter(([, others]) => its.some((box) => others.some((each) => meet(box, each))))
    .map(([other]) => [one.outerHTML.slice(0, 200), other.outerHTML.slice(0, 200)]));
}}"""
EDGELESS = f"""() => {CONTROLS}
  .filter((one) => one.matches("button, select, input:not([type=radio], [type=range])"))  // which the system draws
  .filter((one) => {{
    const {{ borderTopStyle, borderTopWidth }} = getComputedStyle(one);
    return borderTopStyle === "none" || borderTopWidth === "0px";
  }})
  .map((one) => one.outerHTML.slice(0, 200))"""


def home(page: Page) -> None:
    page.goto("index.html")


def prediction_answered(page: Page) -> None:
    page.goto(f"{PAGE}.html")
    asked = page.locator("fieldset.predict").first
    asked.get_by_role("radio").last.check()
    expect(asked.get_by_role("status")).not_to_be_empty()


def editor_open(page: Page) -> None:
    page.goto(f"{PAGE}.html")
    press(page, "Edit", 3)
    expect(editor(page, 3)).to_be_focused(timeout=LOADS)
    expect(controls(page, 3).get_by_role("button", name="Reset")).to_be_visible()


def differences_filtered(page: Page) -> None:
    page.goto("reference/differences.html?from=3.12&to=3.14")
    expect(page.get_by_label("From")).to_have_value(re.compile(r"^cpython-3\.12\."))
    page.locator("article details:visible").first.evaluate("fold => { fold.open = true; }")


def symptom_picker(page: Page) -> None:
    page.goto("guides/what-do-you-see.html")


def search_with_results(page: Page) -> None:
    page.goto("search.html?q=memory+leak")
    expect(page.locator("article .found li").first).to_be_visible(timeout=LOADS)


VIEWS = [home, prediction_answered, editor_open, differences_filtered, symptom_picker, search_with_results]


@pytest.mark.parametrize("view", VIEWS)
def test_zoomed_to_twice_its_size_nothing_is_cut_or_covered(
    reader: Callable[..., Page], site: Built, view: Callable[[Page], None]
) -> None:
    key_of(site, "cpython-3.14.2-emscripten")
    page = reader(**ZOOMED, reduced_motion="reduce")
    view(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 640
    assert (page.evaluate(CUT), page.evaluate(COVERED)) == ([], [])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_in_forced_colours_every_control_has_an_edge(
    reader: Callable[..., Page], site: Built, view: Callable[[Page], None], scheme: str
) -> None:
    key_of(site, "cpython-3.14.2-emscripten")
    page = reader(forced_colors="active", color_scheme=scheme, reduced_motion="reduce")
    view(page)
    assert page.evaluate(EDGELESS) == []


def test_in_forced_colours_an_answer_is_told_by_words_and_a_mark(reader: Callable[..., Page], site: Built) -> None:
    page = reader(forced_colors="active")
    prediction_answered(page)
    asked = page.locator("fieldset.predict").first
    chosen, other = asked.get_by_role("radio").last, asked.get_by_role("radio").first
    assert chosen.is_checked() and not other.is_checked()
    assert chosen.evaluate("one => getComputedStyle(one).appearance") == "auto", "the system draws what is checked"
    expect(asked.get_by_role("status")).to_contain_text("Not on CPython")


def test_in_forced_colours_an_open_editor_shows_where_the_focus_is(reader: Callable[..., Page], site: Built) -> None:
    key_of(site, "cpython-3.14.2-emscripten")
    page = reader(forced_colors="active")
    editor_open(page)
    ring = "one => [getComputedStyle(one).outlineStyle, getComputedStyle(one).outlineWidth]"
    style, width = page.locator("#cell-3 .cm-editor").evaluate(ring)
    assert style != "none" and width != "0px"
