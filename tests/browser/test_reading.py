"""What a reader sees and does, in a real Chromium."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.site.conftest import Built

from .conftest import Handler, key_of, tab_to

pytest.importorskip("playwright", reason="playwright is not installed")
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

PAGE, LONG = "tutorial/counting-references.html", "background/the-article-checked.html"
SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  const named = ({ node }) => node?.outerHTML.slice(0, 200);
  for (const { value, sources } of list.getEntries()) shifts.push([value, ...sources.map(named)]);
}).observe({ type: "layout-shift", buffered: true });
"""
CELLS = """() => [...document.querySelectorAll(".cell_output")].filter((cell) => cell.checkVisibility()).map((cell) =>
  [...cell.querySelectorAll(":scope > .outcome")].map((outcome) => ({
    pythons: outcome.dataset.pythons,
    top: outcome.getBoundingClientRect().top,
    framed: getComputedStyle(outcome).borderTopStyle !== "none",
    unfolded: [...outcome.querySelectorAll("pre")].every((output) => output.checkVisibility()),
  })))"""
PAINTED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"


def expect_shown(page: Page, key: str) -> None:
    """Each cell shows what this Python printed: first for the eye, first in the document, unfolded and not framed."""
    expect(page.locator("html[data-settled]")).to_have_attribute("data-python", key)
    expect(page.locator(".chooser select")).to_have_value(key)
    cells = page.evaluate(CELLS)
    assert len(cells) > 2
    for first, *others in cells:
        assert key in first["pythons"].split() and not first["framed"] and first["unfolded"]
        assert all(key not in other["pythons"].split() and other["framed"] for other in others)
        assert all(other["top"] > first["top"] for other in others)


def test_nothing_chosen_shows_the_published_default(page: Page, site: Built) -> None:
    page.goto(PAGE)
    expect_shown(page, key_of(site, site.runs["published_default"]))


def test_choosing_pypy_shows_what_pypy_printed_first_in_every_cell(page: Page, site: Built) -> None:
    key = key_of(site, "pypy")
    page.goto(PAGE)
    page.get_by_label("Show outputs for").select_option(key)
    expect_shown(page, key)
    expect(page.locator(".cell_output").first.locator("pre").first).to_contain_text("no attribute 'getrefcount'")
    expect(page.locator(".chooser [role=status]")).to_contain_text("Showing PyPy")


def test_going_back_to_the_default_restores_the_order(page: Page, site: Built) -> None:
    page.goto(PAGE)
    order = "[...document.querySelectorAll('.outcome')].map((outcome) => outcome.dataset.pythons)"
    before = page.evaluate(order)
    for key in (key_of(site, "pypy"), key_of(site, "cpython-3.12"), site.runs["published_default"]):
        page.get_by_label("Show outputs for").select_option(key)
        expect_shown(page, key)
    assert page.evaluate(order) == before


def test_a_choice_is_kept_across_pages_and_visits(page: Page, site: Built) -> None:
    key = key_of(site, "pypy")
    page.goto(PAGE)
    page.get_by_label("Show outputs for").select_option(key)
    page.get_by_role("link", name="Next").click()
    page.wait_for_url(re.compile("the-last-reference"))
    expect_shown(page, key)
    again = page.context.new_page()
    again.goto(LONG)
    expect_shown(again, key)


def test_a_choice_is_in_the_address_to_be_shared(page: Page, reader: Callable[..., Page], site: Built) -> None:
    key = key_of(site, "cpython-3.12")
    page.goto(f"{PAGE}?q=1#asking-for-the-count")
    page.get_by_label("Show outputs for").select_option(key)
    version = key.split("-")[1]
    expect(page).to_have_url(re.compile(rf"\?q=1&python=cpython-{re.escape(version)}#asking-for-the-count$"))
    other = reader()
    other.goto(page.url)
    expect_shown(other, key)


@pytest.mark.parametrize("asked", ["cpython-3.12", "CPython-3.12", "cpython-3.12.1", "cpython-3.13t", "pypy"])
def test_the_beginning_of_a_key_in_the_address_chooses(page: Page, site: Built, asked: str) -> None:
    key = key_of(site, "cpython-3.13.5t" if asked.endswith("t") else asked.lower())
    page.goto(f"{PAGE}?python={asked}")
    expect_shown(page, key)
    expect(page.locator(".chooser [role=status]")).to_have_text("")


@pytest.mark.parametrize("asked", ["cpython-3.12.99", "cpython-3.13.99t"])
def test_a_patch_that_did_not_run_gives_way_to_the_nearest(page: Page, site: Built, asked: str) -> None:
    key = key_of(site, "cpython-3.13.5t" if asked.endswith("t") else "cpython-3.12")
    page.goto(f"{PAGE}?python={asked}")
    expect_shown(page, key)
    said = f"{asked} did not run for this site; nearest: {key.split('-')[1]}."
    expect(page.locator(".chooser [role=status]")).to_have_text(said)


@pytest.mark.parametrize("asked", ["cpython-3.1", "cpython-2.7", "jython", "<b>", "-"])
def test_what_is_unknown_is_ignored_and_said(page: Page, site: Built, asked: str) -> None:
    stored = key_of(site, "pypy")
    page.goto(PAGE)
    page.get_by_label("Show outputs for").select_option(stored)
    page.goto(f"{PAGE}?python={asked}")
    expect_shown(page, stored)
    expect(page.locator(".chooser [role=status]")).to_contain_text(f"{asked} did not run for this site")


def test_the_keyboard_alone_chooses(page: Page, site: Built) -> None:
    key = key_of(site, "pypy")
    page.goto(PAGE)
    select = page.get_by_label("Show outputs for")
    tab_to(page, select)
    page.keyboard.press("ArrowDown")
    expect_shown(page, site.keys[1])
    page.keyboard.type("PyPy")
    expect_shown(page, key)
    expect(select).to_be_focused()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("where", [PAGE, LONG])
def test_nothing_moves_when_a_page_comes_up_with_a_choice(
    reader: Callable[..., Page], site: Built, where: str, width: int
) -> None:
    key = key_of(site, "pypy")
    page = reader(viewport={"width": width, "height": 900})
    page.goto(PAGE)
    page.get_by_label("Show outputs for").select_option(key)
    page.add_init_script(SHIFTS)
    for asked in ("", "?python=pypy-0.0.0", "?python=nothing"):
        page.goto(where + asked)
        expect_shown(page, key)
        for _ in range(2):
            page.evaluate(PAINTED)
        assert page.evaluate("shifts") == []
    page.locator("article").evaluate("main => main.prepend(Object.assign(document.createElement('p'), {innerText: 1}))")
    page.evaluate(PAINTED)
    assert page.evaluate("shifts") != []  # the measurement sees a shift where there is one


@pytest.mark.parametrize(("where", "width"), [(PAGE, 1280), (PAGE, 390), (LONG, 1280)])
def test_nothing_moves_while_a_page_comes_in_piece_by_piece(
    page: Page, site: Built, where: str, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = key_of(site, "pypy")
    html = (site.folder / where).read_text(encoding="utf-8")
    at = html.index(f'data-pythons="{key}"')
    start, summary, output = html.rindex("<div", 0, at), html.index("</summary>", at), html.index("<pre>", at) + 30
    end = html.index("</details>", at)
    # cut among the icons of a phone's header, before the outcome that is to stand first, thrice within it, and after it
    cuts = [0, html.index('<div class="header-right">'), start, summary, output, end, html.index("<h2", at), len(html)]
    monkeypatch.setitem(Handler.pieces, where, [html[a:b] for a, b in pairwise(cuts)])
    page.set_viewport_size({"width": width, "height": 6000})
    page.add_init_script(SHIFTS)
    page.goto(f"{where}?python={key}", wait_until="commit")
    for cut in cuts[1:]:
        came = html[:cut].count('class="outcome"')
        while page.evaluate("document.querySelectorAll('.outcome').length") < came:
            page.evaluate(PAINTED)
        page.evaluate(PAINTED)
        Handler.go_on.release()
    expect_shown(page, key)
    assert page.evaluate("shifts") == []


def test_the_eye_meets_the_chosen_outcome_first_before_the_script_has_moved_it(page: Page, site: Built) -> None:
    key = key_of(site, "pypy")
    page.goto(f"{PAGE}?python={key}")
    expect_shown(page, key)
    page.evaluate("document.querySelectorAll('.cell_output').forEach((cell) => cell.append(cell.firstChild))")
    for cell in page.evaluate(CELLS):
        assert key in min(cell, key=lambda outcome: outcome["top"])["pythons"].split()


def test_a_folded_outcome_is_unfolded_before_the_script_opens_it(page: Page, site: Built) -> None:
    key = key_of(site, "pypy")
    page.goto(f"{LONG}?python={key}")
    expect_shown(page, key)
    page.evaluate("document.querySelectorAll('.outcome details').forEach((fold) => { fold.open = false; })")
    with pytest.raises(AssertionError):
        expect_shown(page, key)
    page.evaluate("delete document.documentElement.dataset.settled")
    output = page.locator(f".outcome[data-pythons='{key}'] pre").first
    expect(output).to_be_visible()
    expect(page.locator(f".outcome:not([data-pythons~='{key}']) pre").first).to_be_hidden()


def test_a_browser_that_refuses_storage_still_chooses(page: Page, site: Built) -> None:
    key = key_of(site, "pypy")
    page.add_init_script("""
        for (const name of ["getItem", "setItem"]) Storage.prototype[name] = function (key) {
          if (key === "everypython") throw new DOMException("refused", "SecurityError");
          return null;
        };
    """)
    page.goto(PAGE)
    page.get_by_label("Show outputs for").select_option(key)
    expect_shown(page, key)


def test_without_javascript_there_is_no_chooser_and_every_output_can_be_read(reader: Callable[..., Page]) -> None:
    page = reader(java_script_enabled=False)
    for where in (PAGE, LONG):
        page.goto(f"{where}?python=pypy")
        expect(page.locator(".chooser")).to_be_hidden()
        outputs = page.locator(".cell_output pre").all()
        assert len(outputs) > 2
        for output in outputs:
            expect(output).to_be_visible()
