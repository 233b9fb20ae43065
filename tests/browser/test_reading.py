"""What a reader sees and does, in a real Chromium."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.site.conftest import Built

from .conftest import Handler, key_of, tab_to

pytest.importorskip("playwright", reason="playwright is not installed")
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

PAGE, LONG = "tutorial/counting-references.html", "background/the-article-checked.html"
NEXT, SKIPPED = "tutorial/the-last-reference.html", "guides/asyncio-tasks.html"
# as a browser does whose reader lets no site keep anything
DENIED = """
  const denied = () => { throw new DOMException("Access is denied for this document.", "SecurityError"); };
  for (const name of ["localStorage", "sessionStorage"])
    Object.defineProperty(window, name, { get: denied, configurable: true });
"""
SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  const named = ({ node }) => node?.outerHTML.slice(0, 200);
  for (const { value, sources } of list.getEntries()) shifts.push([value, ...sources.map(named)]);
}).observe({ type: "layout-shift", buffered: true });
"""
IN_SIGHT = ".cell:not(details .cell) > .cell_output > .outcome"  # in no answer, solution or claim that is folded
CELLS = """() => [...document.querySelectorAll(".cell_output")].filter((cell) => cell.checkVisibility()).map((cell) =>
  [...cell.querySelectorAll(":scope > .outcome")].map((outcome) => ({
    pythons: outcome.dataset.pythons,
    top: outcome.getBoundingClientRect().top,
    framed: getComputedStyle(outcome).borderTopStyle !== "none",
    unfolded: [...outcome.querySelectorAll("pre:not(.as-text pre)")].every((output) => output.checkVisibility()),
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
    expect(page.locator("#cell-2 .outcome").first).to_contain_text("no attribute 'getrefcount'")
    expect(page.locator(".chooser [role=status]")).to_contain_text("PyPy")


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


WRITTEN = {
    "cpython-3.12.1-linux": [
        "cpython-3.12", "CPython-3.12", "cpython-3.12.1", "3.12", "3.12.1", "python3.12", "py312", "cp312",
        "CPython 3.12", "PYTHON 3.12", "  3.12 ", "CPython+3.12", "CPython 3.12.1", "cpython-3.12.1-linux",
    ],
    "cpython-3.13.5t": [
        "cpython-3.13t", "3.13t", "3.13T", "3.13.5t", "python3.13t", "cp313t", "3.13-free-threaded",
        "3.13 free-threaded", "CPython 3.13.5 free-threaded", "3.13-nogil",
    ],
    "cpython-3.14.2-emscripten": ["pyodide", "Pyodide 3.14", "pyodide-314.0.7", "CPython 3.14.2 in Pyodide 314.0.7"],
    "pypy": ["pypy", "pypy3", "PyPy", "pypy3.11", "PyPy 3.11"],
}  # fmt: skip


@pytest.mark.parametrize(("beginning", "asked"), [(key, asked) for key, forms in WRITTEN.items() for asked in forms])
def test_a_python_is_understood_however_it_is_written(page: Page, site: Built, beginning: str, asked: str) -> None:
    key = key_of(site, beginning)
    page.goto(f"{PAGE}?python={asked if '+' in asked else quote(asked)}")
    expect_shown(page, key)
    expect(page.locator(".chooser [role=status]")).to_contain_text("This link shows")
    page.evaluate("asked => localStorage.setItem('everypython', asked)", asked)
    page.goto(PAGE)
    expect_shown(page, key)
    expect(page.locator(".chooser [role=status]")).not_to_contain_text("did not run")


@pytest.mark.parametrize("asked", ["cpython-3.12.99", "cpython-3.13.99t"])
def test_a_patch_that_did_not_run_gives_way_to_the_nearest(page: Page, site: Built, asked: str) -> None:
    key = key_of(site, "cpython-3.13.5t" if asked.endswith("t") else "cpython-3.12")
    page.goto(f"{PAGE}?python={asked}")
    expect_shown(page, key)
    name = page.locator(".chooser option:checked").inner_text().removesuffix(" (default)")
    said = f"“{asked}” did not run here; this is the nearest, {name}."
    expect(page.locator(".chooser [role=status]")).to_contain_text(said)


@pytest.mark.parametrize("asked", ["cpython-3.1", "cpython-2.7", "13", "jython", "<b>", "-"])
def test_what_is_unknown_is_ignored_and_said(page: Page, site: Built, asked: str) -> None:
    stored = key_of(site, "cpython-3.13.5t")
    page.goto(PAGE)
    page.get_by_label("Show outputs for").select_option(stored)
    page.goto(f"{PAGE}?python={asked}")
    expect_shown(page, stored)
    said = page.locator(".chooser [role=status]")
    expect(said).to_contain_text(re.compile(rf"“{re.escape(asked)}” did not run here. There are 3\.\d+, .*3\.13t"))


def test_a_link_chooses_for_its_page_view_only_and_says_so(page: Page, site: Built) -> None:
    mine, theirs = key_of(site, "cpython-3.13.5t"), key_of(site, "cpython-3.13.0")
    said = page.locator(".chooser [role=status]")
    page.goto(f"{PAGE}?python=3.13.0")
    expect_shown(page, theirs)
    expect(said).to_contain_text("This link shows CPython 3.13.0 on this page.")
    page.goto(PAGE)
    expect_shown(page, site.runs["published_default"])
    page.get_by_label("Show outputs for").select_option(mine)
    page.goto(f"{LONG}?python=3.13.0")
    expect_shown(page, theirs)
    expect(said).to_contain_text("This link shows CPython 3.13.0 on this page; your own choice is kept.")
    page.goto(NEXT)
    expect_shown(page, mine)
    page.go_back()
    expect_shown(page, theirs)
    page.go_back()
    expect_shown(page, mine)


def test_what_is_chosen_by_hand_on_a_links_page_is_kept(page: Page, site: Built) -> None:
    mine = key_of(site, "cpython-3.13.5t")
    page.goto(f"{PAGE}?python=3.13.0")
    page.get_by_label("Show outputs for").select_option(mine)
    for where in (NEXT, LONG):
        page.goto(where)
        expect_shown(page, mine)


def test_back_shows_what_was_chosen_last_and_not_what_the_page_showed_when_it_was_left(page: Page, site: Built) -> None:
    first, last = key_of(site, "cpython-3.13.5t"), key_of(site, "cpython-3.13.0")
    page.goto(PAGE)
    page.get_by_label("Show outputs for").select_option(first)
    page.goto(f"{PAGE}#asking-for-the-count")
    page.goto(LONG)
    page.get_by_label("Show outputs for").select_option(last)
    for _ in range(2):
        page.go_back()
        expect_shown(page, last)
        expect(page.locator(".chooser [role=status]")).not_to_contain_text("link")


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
    for asked in ("", "?python=pypy-0.0.0", "?python=nothing", "?python=pypy"):
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
    start, output = html.rindex("<div", 0, at), html.index("<pre>", at) + 30
    summary, end = html.index("who", at), html.index("</pre>", at)
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
    expect(page.locator(f"{IN_SIGHT}[data-pythons='{key}'] pre").first).to_be_visible()
    expect(page.locator(f"{IN_SIGHT}:not([data-pythons~='{key}']) pre").first).to_be_hidden()


def test_where_a_browser_denies_storage_nothing_fails_and_choices_last_as_long_as_the_window(
    page: Page, site: Built
) -> None:
    key = key_of(site, "cpython-3.13.5t")
    page.add_init_script(DENIED)
    page.goto(PAGE)
    page.get_by_label("Show outputs for").select_option(key)
    expect_shown(page, key)
    expect(page).to_have_url(re.compile("python=cpython-3.13.5t"))
    theme = page.locator("body").get_attribute("data-theme")
    page.locator(".theme-toggle-content button").click()
    expect(page.locator("body")).not_to_have_attribute("data-theme", theme or "")
    toggled = page.locator("body").get_attribute("data-theme")
    page.goto(LONG)
    expect_shown(page, key)
    expect(page.locator("body")).to_have_attribute("data-theme", toggled or "")
    expect(page.locator(".theme-toggle-content button")).to_be_visible()


def test_without_javascript_there_is_no_chooser_and_every_output_can_be_read(reader: Callable[..., Page]) -> None:
    page = reader(java_script_enabled=False)
    for where in (PAGE, LONG):
        page.goto(f"{where}?python=pypy")
        expect(page.locator(".chooser")).to_be_hidden()
        outputs = page.locator(".cell_output pre:not(.as-text pre)").all()
        assert len(outputs) > 2
        for fold in page.locator(":is(.claim:has(.cell_output), .cell details:not(.who, .as-text))").all():
            inside = fold.locator(":scope > :not(summary)").first
            expect(inside).to_be_visible(visible=fold.get_attribute("open") is not None)
            if fold.get_attribute("open") is None:
                fold.locator(":scope > summary").click()
        for output in outputs:
            expect(output).to_be_visible()


BAR = """() => {
  const box = (part) => part.getBoundingClientRect();
  const bar = document.querySelector(".chooser");
  const lines = [...bar.querySelectorAll("select, button, [role=status]")].filter((part) => part.checkVisibility())
    .map((part) => Math.round(box(part).top + box(part).height / 2)).sort((a, b) => a - b);
  return {
    sticky: getComputedStyle(bar).position === "sticky",
    height: box(bar).height,
    bottom: box(bar).bottom,
    lines: 1 + lines.filter((middle, place) => place && middle - lines[place - 1] > 8).length,
    outside: [...bar.querySelectorAll("*")].filter((part) => part.checkVisibility() && part.offsetWidth > 1)
      .filter((part) => box(part).right > innerWidth || box(part).bottom > box(bar).bottom + 1).length,
  };
}"""
TARGET = "() => document.querySelector(':target').querySelector('h2, h3').getBoundingClientRect()"


@pytest.mark.parametrize(("width", "lines"), [(1280, 1), (800, 1), (390, 2)])
@pytest.mark.parametrize("asked", ["", "?python=3.13.0"])
def test_the_bar_is_one_line_and_two_on_a_phone_and_holds_what_it_says(
    reader: Callable[..., Page], site: Built, width: int, lines: int, asked: str
) -> None:
    key_of(site, "cpython-3.14.2-emscripten")
    page = reader(viewport={"width": width, "height": 844})
    page.goto(NEXT)
    page.get_by_label("Show outputs for").select_option(key_of(site, "cpython-3.13.5t"))
    page.goto(NEXT + asked)
    bar = page.evaluate(BAR)
    assert bar["lines"] <= lines and bar["outside"] == 0


@pytest.mark.parametrize("width", [1280, 1000, 390])
def test_the_bar_stays_in_sight_and_covers_no_heading_that_a_link_leads_to(
    reader: Callable[..., Page], site: Built, width: int
) -> None:
    page = reader(viewport={"width": width, "height": 844}, reduced_motion="reduce")
    page.goto(LONG)
    headings = page.locator("article section section").evaluate_all("all => all.map((section) => section.id)")
    for place in headings[1:6]:
        page.goto(f"{LONG}#{place}")
        page.evaluate(PAINTED)
        bar, heading = page.evaluate(BAR), page.evaluate(TARGET)
        assert bar["sticky"] and 0 < bar["bottom"] <= heading["top"] + 1 < bar["bottom"] + 60


def test_the_contents_name_the_section_that_a_link_leads_to(reader: Callable[..., Page], site: Built) -> None:
    page = reader(viewport={"width": 1400, "height": 844}, reduced_motion="reduce")
    page.goto(LONG)
    for link in page.locator(".toc-tree a").all()[2:5]:
        link.click()
        expect(page.locator(".toc-tree .scroll-current > a").last).to_have_text(link.inner_text())


@pytest.mark.parametrize(("width", "height"), [(640, 400), (640, 180), (195, 422), (390, 400)])
def test_zoomed_the_bar_stays_only_where_it_leaves_four_fifths(
    reader: Callable[..., Page], site: Built, width: int, height: int
) -> None:
    page = reader(viewport={"width": width, "height": height})
    page.goto(NEXT)
    bar = page.evaluate(BAR)
    assert bar["height"] <= height / 5 if bar["sticky"] else (width, height) != (640, 400)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_keyboards_focus_is_never_below_the_bar(page: Page, site: Built) -> None:
    page.set_viewport_size({"width": 1280, "height": 500})
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{NEXT}?python=3.13.0")
    page.locator("article a, article button").last.focus()
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        focused = page.locator(":focus")
        if focused.evaluate("one => !one.closest('.chooser, aside, header, nav') && one.offsetHeight < 300"):
            top = focused.evaluate("one => one.getBoundingClientRect().top")
            assert top >= page.evaluate(BAR)["bottom"] - 1


def test_a_python_that_skips_a_whole_page_is_said_once_and_another_is_shown(page: Page, site: Built) -> None:
    skips, shown = key_of(site, "cpython-3.14.2-emscripten"), site.runs["published_default"]
    page.goto(PAGE)
    page.get_by_label("Show outputs for").select_option(skips)
    page.goto(SKIPPED)
    expect_shown(page, shown)
    expect(page.locator(".chooser [role=status]")).to_contain_text("did not run this page; this is CPython 3.")
    expect(page.locator(f".chooser option[value='{skips}']")).to_be_disabled()
    assert page.get_by_text("did not run this page").count() == 2, "on top, and in the bar for who chose it"
    assert page.locator(f".outcome[data-pythons*='{skips}']:not(.claim .outcome)").count() == 0
    page.goto(PAGE)
    expect_shown(page, skips)


def test_a_label_is_short_and_unfolds_to_the_names_of_all(page: Page, site: Built) -> None:
    key = key_of(site, "cpython-3.13.0")
    page.goto(f"{PAGE}?python=3.13.0")
    label = page.locator(f"{IN_SIGHT}:first-child[data-pythons*=' '] > .who:not(.agreed)").first
    shown = label.locator("..").get_attribute("data-pythons") or ""
    assert key in shown.split()
    said = label.locator("summary")
    assert said.evaluate("said => getComputedStyle(said, '::before').content") == '"3.13.0 "'
    expect(said).to_have_text(re.compile(rf"printed · same on {len(shown.split())} of \d+$"))
    expect(label.locator("p")).to_be_hidden()
    said.click()
    expect(label.locator("p")).to_contain_text("CPython 3.13.0")
    assert len(label.locator("p").inner_text().split(", ")) == len(shown.split())
