"""Run, where the reader has pressed it: nothing moves there, and what goes on is said there, to eye and ear."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.site.conftest import Built

from .conftest import key_of
from .running import LOADS, PAGE, controls, press, ran, result, run, status, stop, write

pytest.importorskip("playwright", reason="playwright is not installed")
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

LONG, LAST = "tutorial/names-and-objects", 12
# where the pressed button is at the end of each frame, and how far the page was scrolled for it
FOLLOWED = """(button) => {
  window.tops = new Set();
  const look = () => (tops.add(button.getBoundingClientRect().top), requestAnimationFrame(look));
  look();
}"""
HEARD = """() => {
  window.heard = [];
  const status = document.querySelector(".run-bar [role=status]");
  new MutationObserver(() => heard.push(status.textContent)).observe(status, { childList: true });
}"""


@pytest.mark.parametrize("width", [390, 768, 1280, 1920])
def test_the_pressed_button_stays_where_it_is(reader: Callable[..., Page], site: Built, width: int) -> None:
    key_of(site, "cpython-3.14.2-emscripten")
    page = reader(viewport={"width": width, "height": 800})
    page.goto(f"{LONG}.html", wait_until="networkidle")
    button = controls(page, LAST, LONG).get_by_role("button", name="Run")
    button.evaluate("button => button.scrollIntoView({ block: 'center', behavior: 'instant' })")
    scrolled = page.evaluate("scrollY")
    button.evaluate(FOLLOWED)
    button.click()
    expect(result(page, LAST)).to_have_attribute("data-verdict", re.compile("."), timeout=LOADS)
    expect(stop(page)).to_be_disabled()
    tops = page.evaluate("[...tops]")
    assert max(tops) - min(tops) < 1
    assert page.evaluate("scrollY") - scrolled > 100, "outputs have come in above"


def test_a_cell_says_before_the_first_press_how_much_that_loads_and_not_after_it(ready: Page) -> None:
    size = controls(ready, 3).locator(".run-says")
    expect(size).to_have_text(re.compile(r"^first run loads 1\d MB$"))
    press(ready, "Run", 1)
    ran(ready, 1)
    expect(size).to_be_empty()


def test_bytes_seconds_and_stop_are_in_the_pressed_cell(ready: Page) -> None:
    ready.evaluate("""(cell) => {
        window.seen = [];
        const controls = document.querySelector(`.run[data-cell='${cell}']`);
        const [says, stops] = [() => controls.querySelector(".run-says"), () => controls.querySelector(".run-stop")];
        const look = () => seen.push([says().textContent, Boolean(stops())]);
        new MutationObserver(look).observe(controls, { childList: true, subtree: true, characterData: true });
    }""", f"{PAGE}:2")  # fmt: skip
    press(ready, "Run", 2)
    ran(ready, 2)
    seen = ready.evaluate("seen")
    assert any(re.match(r"Loading \d+\.\d of 1\d\.\d MB · \d+ s", words) and stops for words, stops in seen)
    assert re.fullmatch(r"Done in \d+\.\d s", seen[-1][0]) and not seen[-1][1]
    expect(controls(ready, 1).locator(".run-stop")).to_have_count(0)


def test_the_stop_of_a_cell_keeps_what_it_printed_and_gives_the_focus_back(ready: Page) -> None:
    write(ready, 1, "print('x' * 900_000)\nprint('printed')\nwhile True: pass").press("Control+Enter")
    expect(result(ready, 1)).to_contain_text("printed", timeout=LOADS)
    ready.get_by_role("button", name="Stop cell 1").click()
    expect(result(ready, 1).locator(".verdict")).to_have_text("Stopped. Until then it printed:")
    assert len(result(ready, 1).locator("pre").inner_text()) > 900_000
    expect(controls(ready, 1).get_by_role("button", name="Run")).to_be_focused()


def test_who_is_read_to_hears_of_the_beginning_the_half_the_whole_and_the_end(ready: Page) -> None:
    ready.evaluate(HEARD)
    press(ready, "Run", 1)
    ran(ready, 1)
    begin, half, whole, done = ready.evaluate("heard")
    assert re.fullmatch(r"Loading CPython .*, 1\d\.\d MB\.", begin)
    assert re.fullmatch(r"Half of CPython .* is here\.", half)
    assert re.fullmatch(r"CPython .* is loaded, and starts\.", whole)
    assert done.startswith("Done in")


def test_what_is_said_of_one_program_is_not_said_of_the_next(ready: Page) -> None:
    run(ready, 1, "import sys\nsys.exit()")
    expect(status(ready)).to_contain_text("sys.exit()")
    ready.locator(".cell.example .run").first.get_by_role("button", name="Run").click()
    expect(ready.locator(".cell.example .ran").first).to_have_attribute("data-verdict", "same", timeout=LOADS)
    expect(status(ready)).to_have_text(re.compile(r"^Done in \d+\.\d s, on CPython [^.]+\.[\d.]+[^.]*\.[\d.]*$"))


def test_run_all_says_what_each_cell_came_to_and_leads_to_those_that_failed(ready: Page) -> None:
    cells = ready.locator(".run [data-do=run]:not([hidden])").count()
    write(ready, 2, "1 / 0")
    ready.get_by_role("button", name="Run all").click()
    expect(status(ready)).to_contain_text(f"{cells} cells: ", timeout=LOADS)
    expect(status(ready)).to_contain_text("1 error (cell 2)")
    same = ready.locator(".ran[data-verdict=same]").count()
    assert same > 1
    expect(status(ready)).to_contain_text(f"{same} same")
    status(ready).get_by_role("link", name="cell 2").click()
    assert ready.url.endswith("#cell-2")


def test_what_is_as_published_folds_and_what_fails_looks_so_without_its_colour(ready: Page) -> None:
    press(ready, "Run", 1)
    fold = ran(ready, 1).locator("details")
    expect(fold.locator("summary")).to_contain_text("✓ same on your run")
    expect(fold.locator("pre")).to_be_hidden()
    fold.locator("summary").click()
    expect(fold.locator("pre")).to_be_visible()
    failed = run(ready, 2, "1 / 0")
    expect(failed.locator(".raises")).to_have_text("✗ ZeroDivisionError")
    expect(failed.locator("details")).to_have_count(0)
    assert failed.locator("pre.raised").evaluate("pre => getComputedStyle(pre).borderLeftStyle") == "solid"


@pytest.mark.parametrize("edits", [False, True])
def test_what_a_cell_does_is_in_sight_below_the_pressed_button_also_where_its_output_was_predicted(
    reader: Callable[..., Page], site: Built, edits: bool
) -> None:
    key_of(site, "cpython-3.14.2-emscripten")
    page = reader(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, reduced_motion="reduce")
    page.goto("index.html?python=3.13")
    page.locator("fieldset.predict").first.get_by_role("radio").first.check()
    expect(page.locator("#cell-1 .outcome").first).to_be_visible()
    if edits:
        write(page, 1, "print('mine')", "index")
    press(page, "Run", 1, "index")
    expect(ran(page, 1)).to_be_in_viewport(ratio=1)
