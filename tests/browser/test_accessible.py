"""Every page passes axe-core, best practices included: light and dark, wide and narrow, as it comes up and in use."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.site.conftest import ROOT, Built

from . import figures
from .conftest import key_of, violations
from .running import LOADS
from .test_reading import PAINTED

pytest.importorskip("playwright", reason="playwright is not installed")
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

DOCS = ROOT / "docs"
PAGES = [file.relative_to(DOCS).with_suffix("").as_posix() for file in sorted(DOCS.glob("[a-z]*/*.md"))]
EVERY = [*PAGES, "index", "search", "genindex"]

# where the focus is, and whether a reader sees that; nothing once it has been everywhere
STOP = """() => {
  const at = document.activeElement;
  window.reached ??= new Set();
  if (at === document.body || reached.has(at)) return null;
  reached.add(at);
  const { top, bottom, left, right } = at.getBoundingClientRect();
  const { outlineStyle, outlineWidth } = getComputedStyle(at);
  return {
    html: at.outerHTML.slice(0, 200),
    ringed: outlineStyle !== "none" && outlineWidth !== "0px",
    seen: right > 0 && bottom > 0 && left < innerWidth && top < innerHeight,
  };
}"""
# of options that exclude each other Tab reaches one, and the arrow keys the others
UNREACHED = """() => [...document.querySelectorAll("a[href], button, select, input, textarea, summary, [tabindex='0']")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled && one.tabIndex >= 0)
  .filter((one) => ![...reached].some((each) => each === one || (one.type === "radio" && each.name === one.name)))
  .map((one) => one.outerHTML.slice(0, 200))"""


def put_to_use(page: Page, site: Built) -> None:
    """Chooses another Python, unfolds all groups and solutions, and runs the first cell or program that runs here."""
    page.get_by_label("Show outputs for").select_option(key_of(site, "pypy"))
    page.evaluate("for (const fold of document.querySelectorAll('article details')) fold.open = true")
    run = page.locator(".run [data-do=run]:visible:enabled")
    if run.count():
        run.first.click()
        expect(page.locator(".ran[data-verdict]").first).to_be_visible(timeout=LOADS)


@pytest.mark.parametrize("where", EVERY)
def test_a_page_has_no_violations_as_it_comes_up_and_none_in_use(
    reader: Callable[..., Page], site: Built, axe: str, where: str, counted: figures.Counted
) -> None:
    page = reader(reduced_motion="reduce")
    page.goto(f"{where}.html", wait_until="load")
    found = violations(page, axe)
    if page.locator(".chooser").count():
        put_to_use(page, site)
        found += violations(page, axe)
    counted.add(figures.VIOLATIONS, where, found)
    assert found == []


def test_pictures_errors_and_editors_of_a_run_have_no_violations(
    reader: Callable[..., Page], site: Built, axe: str
) -> None:
    key_of(site, "cpython-3.14.2-emscripten")
    page = reader(reduced_motion="reduce")
    page.goto("tutorial/a-circle.html")
    run = page.locator(".run[data-cell='tutorial/a-circle:7']").get_by_role("button", name="Run")
    run.click()
    page.locator("#cell-7 .ran summary", has_text="same on your run").click(timeout=LOADS)
    expect(page.locator("#cell-7 .ran figure svg")).to_be_visible(timeout=LOADS)
    page.locator(".run[data-cell='tutorial/a-circle:2']").get_by_role("button", name="Edit").click()
    field = page.get_by_role("textbox", name="Code of cell 2")
    field.press("Control+a")
    field.press("Delete")
    field.fill("# every kind of word\n@property\nclass A:\n    def f(self): return None, 'text', 1\n1 / 0")
    field.press("Control+Enter")
    expect(page.locator("#cell-2 .ran")).to_contain_text("ZeroDivisionError")
    assert violations(page, axe) == []
    page.get_by_role("button", name="Reset page").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert violations(page, axe) == []


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("where", EVERY)
def test_the_tab_key_reaches_all_that_can_be_used_and_one_sees_where_it_is(
    reader: Callable[..., Page], where: str, width: int, counted: figures.Counted
) -> None:
    page = reader(reduced_motion="reduce", viewport={"width": width, "height": 900})
    page.goto(f"{where}.html", wait_until="load")
    unseen = []
    while True:
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None:
            break
        if not (stop["ringed"] and stop["seen"]):
            unseen.append(stop)
    unreached = page.evaluate(UNREACHED)
    counted.add(figures.HIDDEN_FOCUS, where, unseen)
    counted.add(figures.UNREACHED, where, unreached)
    assert (unseen, unreached) == ([], [])


def test_what_scrolls_sideways_can_be_reached_by_keyboard_and_the_rest_is_no_stop(reader: Callable[..., Page]) -> None:
    stops = """() => [...document.querySelectorAll("article pre")].filter((pre) => pre.checkVisibility())
      .map((pre) => [pre.scrollWidth > pre.clientWidth, pre.hasAttribute("tabindex")])"""
    for width in (1280, 390):
        page = reader(viewport={"width": width, "height": 900})
        page.goto("tutorial/a-circle.html", wait_until="load")
        found = page.evaluate(stops)
        assert all(scrolls == stop for scrolls, stop in found)
        assert width > 390 or any(scrolls for scrolls, _ in found)


def test_what_is_unfolded_out_of_sight_can_be_reached_too(reader: Callable[..., Page]) -> None:
    page = reader(viewport={"width": 390, "height": 900})
    page.goto("reference/differences.html", wait_until="load")
    page.evaluate("for (const fold of document.querySelectorAll('article details')) fold.open = true")
    page.evaluate(PAINTED)
    blocks = page.locator("article details pre")
    found = blocks.evaluate_all("all => all.map((pre) => [pre.scrollWidth > pre.clientWidth, pre.tabIndex === 0])")
    assert all(scrolls == stop for scrolls, stop in found) and any(scrolls for scrolls, _ in found)
