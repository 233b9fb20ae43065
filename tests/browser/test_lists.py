"""Pages that are long lists: what a reader chooses of the differences, and how tables are reached."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.site.conftest import Built

from .conftest import key_of, tab_to

pytest.importorskip("playwright", reason="playwright is not installed")
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

PAGE = "reference/differences.html"
VISIBLE = ".gathered:visible"
PAINTED = """
window.painted = 0;
const look = () => {
  const seen = [...document.querySelectorAll(".gathered")]
    .filter((one) => one.checkVisibility({ visibilityProperty: true }));
  painted = Math.max(painted, seen.length);
  requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""


def differing(site: Built, one: str, other: str) -> set[str]:
    """The places at which two Pythons are in different groups, by the unit and the number of the cell."""
    return {
        cell["id"]
        for unit in site.runs["units"]
        for cell in unit["cells"]
        if not any({one, other} <= {*variant["interpreters"]} for variant in cell["variants"])
    }


def places(page: Page) -> list[str]:
    """Where the visible differences lead, as runs.json names it."""
    links = page.locator(VISIBLE).evaluate_all("all => all.map((one) => one.querySelector('a').href)")
    found = []
    for link in links:
        where, _, anchor = link.partition("#")
        name = where.split("/some/where/")[1].removesuffix(".html")
        kind, _, rest = anchor.partition("-")
        found.append(f"{name}:{rest}" if kind == "cell" else f"{name}#{rest}:1")
    return found


def choice(page: Page, name: str) -> Locator:
    return page.get_by_role("combobox", name=name, exact=True)


def status(page: Page) -> Locator:
    return page.locator(".difference-filter").get_by_role("status")


@pytest.fixture
def two(site: Built) -> tuple[str, str]:
    """The oldest and the newest CPython that ran."""
    usual = [
        one for one in site.runs["interpreters"] if one["implementation"] == "cpython" and not one["free_threaded"]
    ]
    keys = [one["key"] for one in usual if "emscripten" not in one["platform"]]
    if len(keys) < 2:
        pytest.skip("needs two CPythons")
    return keys[-1], keys[0]


def test_one_python_chosen_twice_leaves_nothing_and_says_what_to_choose(page: Page, two: tuple[str, str]) -> None:
    page.goto(PAGE)
    for name in ("From", "To"):
        choice(page, name).select_option(two[0])
    expect(page.locator(VISIBLE)).to_have_count(0)
    expect(status(page)).to_contain_text("choose two Pythons that are not the same")


def test_two_pythons_leave_what_they_print_otherwise_and_only_their_answers(
    page: Page, site: Built, two: tuple[str, str]
) -> None:
    page.goto(PAGE)
    everything = set(places(page))
    choice(page, "From").select_option(two[0])
    choice(page, "To").select_option(two[1])
    left = set(places(page))
    assert left == everything & differing(site, *two)
    assert set() < left < everything
    shown = page.locator(VISIBLE).evaluate_all(
        "all => all.map((one) => one.querySelectorAll('.says > :not([hidden])').length)"
    )
    assert set(shown) == {2}
    expect(status(page)).to_have_text(f"{len(left)} of {len(everything)} differences")
    page.get_by_role("button", name="Show all").click()
    assert set(places(page)) == everything


def test_the_first_answer_is_that_of_the_python_that_one_comes_from(page: Page, two: tuple[str, str]) -> None:
    page.goto(f"{PAGE}?from={two[0]}&to={two[1]}")
    forth = page.locator(VISIBLE).first.locator(".says > :visible").all_inner_texts()
    page.goto(f"{PAGE}?from={two[1]}&to={two[0]}")
    back = page.locator(VISIBLE).first.locator(".says > :visible").all_inner_texts()
    assert back == forth[::-1] and forth[0] != forth[1]


def test_a_topic_leaves_a_page_or_a_part_of_the_site_and_the_contents_follow(page: Page) -> None:
    page.goto(PAGE)
    choice(page, "On").select_option("tutorial")
    assert {place.partition("/")[0] for place in places(page)} == {"tutorial"}
    links = page.locator(".sections a:visible")
    assert all(link.startswith("#tutorial-") for link in links.evaluate_all("all => all.map((a) => a.hash)"))
    choice(page, "On").select_option("tutorial-a-circle")
    assert {place.partition(":")[0].partition("#")[0] for place in places(page)} == {"tutorial/a-circle"}
    expect(links).to_have_count(1)


def test_the_address_keeps_the_filter(page: Page, two: tuple[str, str]) -> None:
    page.goto(PAGE)
    choice(page, "From").select_option(two[0])
    choice(page, "To").select_option(two[1])
    choice(page, "On").select_option("guides")
    chosen = places(page)
    page.goto(page.url)
    assert places(page) == chosen
    expect(choice(page, "From")).to_have_value(two[0])
    expect(choice(page, "On")).to_have_value("guides")
    page.get_by_role("button", name="Show all").click()
    assert "?" not in page.url


@pytest.mark.parametrize(
    ("written", "begins"),
    [
        ("3.13", "cpython-3.13."),
        ("python3.13", "cpython-3.13."),
        ("CPython 3.13", "cpython-3.13."),
        ("cpython-3.13", "cpython-3.13."),
        ("cp313", "cpython-3.13."),
        ("3.13t", "cpython-3.13.5t"),
        ("python3.13t", "cpython-3.13.5t"),
        ("3.13 free-threaded", "cpython-3.13.5t"),
        ("pypy", "pypy-"),
        ("PyPy3.11", "pypy-"),
        ("pyodide", "cpython-3.14.2-emscripten"),
    ],
)
def test_an_address_understands_what_people_call_a_python(page: Page, site: Built, written: str, begins: str) -> None:
    key = key_of(site, begins)
    page.goto(f"{PAGE}?from={written}")
    expect(choice(page, "From")).to_have_value(key)
    expect(status(page)).to_have_text(f"{len(places(page))} differences; choose a second Python to compare")


def test_every_python_of_the_site_is_understood_by_its_key(page: Page, site: Built) -> None:
    page.goto(PAGE)
    for key in site.keys:
        page.goto(f"{PAGE}?to={key}")
        expect(choice(page, "To")).to_have_value(key)


def test_what_did_not_run_is_said_and_the_nearest_is_taken(page: Page, site: Built) -> None:
    key = key_of(site, "cpython-3.13.")
    page.goto(f"{PAGE}?from=3.13.99&to=2.7")
    expect(choice(page, "From")).to_have_value(key)
    expect(choice(page, "To")).to_have_value("")
    expect(status(page)).to_contain_text("3.13.99 did not run for this site; nearest: CPython 3.13.")
    expect(status(page)).to_contain_text("2.7 did not run for this site")


def test_an_address_with_a_filter_never_shows_what_it_leaves_out(page: Page, two: tuple[str, str]) -> None:
    page.add_init_script(PAINTED)
    page.goto(f"{PAGE}?from={two[0]}&to={two[1]}&topic=tutorial")
    left = page.locator(VISIBLE).count()
    page.wait_for_function("painted > 0")
    assert page.evaluate("painted") == left


def test_all_that_is_left_unfolds_at_once_and_folds_again(page: Page) -> None:
    page.goto(f"{PAGE}?topic=tutorial/a-circle")
    unfolded = page.locator(".gathered[open]")
    page.get_by_role("button", name="Unfold all").click()
    assert unfolded.count() == page.locator(VISIBLE).count() > 0
    page.get_by_role("button", name="Fold all").click()
    expect(unfolded).to_have_count(0)


def test_a_keyboard_filters(page: Page) -> None:
    page.goto(PAGE)
    tab_to(page, choice(page, "On"))
    page.keyboard.type("all of guides")
    expect(choice(page, "On")).to_have_value("guides")
    assert {place.partition("/")[0] for place in places(page)} == {"guides"}
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(choice(page, "On")).to_have_value("")
    expect(choice(page, "From")).to_be_focused()


def test_without_javascript_there_is_the_list_with_its_contents_and_no_filter(reader: Callable[..., Page]) -> None:
    page = reader(java_script_enabled=False)
    page.goto(f"{PAGE}?topic=tutorial")
    expect(page.locator(".difference-filter")).to_be_hidden()
    assert page.locator(VISIBLE).count() == page.locator(".gathered").count() > 0
    assert page.locator(".sections a:visible").count() > 1
    page.locator(VISIBLE).first.locator("summary").click()
    expect(page.locator(VISIBLE).first.locator(".answer").first).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_list_of_differences_is_a_tenth_as_tall_as_it_was(reader: Callable[..., Page], width: int) -> None:
    page = reader(viewport={"width": width, "height": 900})
    page.goto(PAGE)
    entries = page.locator(VISIBLE).count()
    assert page.evaluate("document.documentElement.scrollHeight") < 3000 + 30 * entries


@pytest.mark.parametrize(
    "where", ["reference/claims", "reference/interpreters", "reference/holders", "background/myths"]
)
def test_a_table_that_scrolls_is_a_region_with_a_name_that_keys_reach(reader: Callable[..., Page], where: str) -> None:
    page = reader(viewport={"width": 390, "height": 900})
    page.goto(f"{where}.html")
    expect(page.locator(".table-wrapper[tabindex='0']").first).to_be_attached()
    named = """all => all.filter((one) => one.scrollWidth > one.clientWidth)
      .map((one) => [one.getAttribute("role"), one.tabIndex, one.getAttribute("aria-label")])"""
    found = page.locator(".table-wrapper").evaluate_all(named)
    assert found and all(role == "region" and stop == 0 and label.startswith("Table") for role, stop, label in found)
    assert len({label for *_, label in found}) == len(found)
    assert page.locator("article table").evaluate_all("all => all.every((one) => one.closest('.table-wrapper'))")


def test_what_a_row_is_about_stays_in_sight_when_its_table_scrolls(reader: Callable[..., Page]) -> None:
    page = reader(viewport={"width": 390, "height": 900})
    page.goto("reference/claims.html")
    table = page.get_by_role("region", name="Table").first
    table.focus()
    head = table.locator("tbody th").first
    before = head.bounding_box()
    table.evaluate("region => { region.scrollLeft = region.scrollWidth; }")
    assert table.evaluate("region => region.scrollLeft") > 20
    after = head.bounding_box()
    assert before and after and abs(before["x"] - after["x"]) < 5
