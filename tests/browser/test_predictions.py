"""A reader predicts, and is answered for the Python that is shown; with the keyboard alone, and without scripts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.site.conftest import Built

from .conftest import key_of, tab_to, violations

pytest.importorskip("playwright", reason="playwright is not installed")
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

PAGE = "tutorial/counting-references.html"


def asked(page: Page) -> Locator:
    """The first prediction of a page."""
    return page.locator("fieldset.predict").first


def fold(page: Page) -> Locator:
    return page.locator(f"#{asked(page).get_attribute('data-cell')} details.hide")


def place_of_right(page: Page) -> int:
    """The place of the option that is right of the Python that is shown."""
    key = page.locator("html").get_attribute("data-python") or ""
    choices = asked(page).locator("input").all()
    (place,) = [n for n, one in enumerate(choices) if key in (one.get_attribute("data-pythons") or "").split()]
    return place


def test_a_right_choice_opens_the_output_and_is_told_for_the_python_that_is_shown(page: Page) -> None:
    page.goto(PAGE)
    expect(fold(page)).not_to_have_attribute("open", re.compile(""))
    asked(page).locator("input").nth(place_of_right(page)).check()
    expect(fold(page)).to_have_attribute("open", "")
    name = json.loads(asked(page).get_attribute("data-pythons") or "")[
        page.locator("html").get_attribute("data-python") or ""
    ]
    expect(asked(page).get_by_role("status")).to_contain_text(f"Right: this is what {name} does.")


def test_a_wrong_choice_is_told_by_words_and_a_sign_and_the_tally_counts_it(page: Page) -> None:
    page.goto(PAGE)
    wrong = (place_of_right(page) + 1) % asked(page).locator("input").count()
    asked(page).locator("input").nth(wrong).check()
    status = asked(page).get_by_role("status")
    expect(status).to_contain_text("Not on ")
    expect(status).to_contain_text("you were right in 0 of 1")
    assert status.evaluate("status => getComputedStyle(status, '::before').content") == '"✗ "'


def test_the_tally_stays_in_this_browser_and_nothing_opens_by_itself(page: Page) -> None:
    page.goto(PAGE)
    chosen = place_of_right(page)
    asked(page).locator("input").nth(chosen).check()
    page.reload()
    expect(asked(page).locator("input").nth(chosen)).to_be_checked()
    expect(fold(page)).not_to_have_attribute("open", re.compile(""))
    other = page.locator("fieldset.predict").nth(1)
    other.locator("input").first.check()
    expect(other.get_by_role("status")).to_contain_text(re.compile("right in [12] of 2"))


def test_another_python_is_judged_anew(page: Page, site: Built) -> None:
    pypy = key_of(site, "pypy")
    page.goto(PAGE)
    asked(page).locator("input").nth(place_of_right(page)).check()
    page.locator(".chooser select").select_option(pypy)
    expect(asked(page).get_by_role("status")).to_contain_text("Not on PyPy")


def test_what_is_right_on_the_python_that_is_shown_is_marked(page: Page, site: Built) -> None:
    pypy = key_of(site, "pypy")
    page.goto(PAGE)
    asked(page).locator("input").first.check()
    current = fold(page).locator(".truths [aria-current]")
    expect(current).to_contain_text("CPython")
    page.locator(".chooser select").select_option(pypy)
    expect(current).to_contain_text("PyPy")


def test_the_keyboard_alone_chooses(page: Page) -> None:
    page.goto(PAGE)
    tab_to(page, asked(page).locator("input").first)
    page.keyboard.press("Space")
    expect(fold(page)).to_have_attribute("open", "")
    page.keyboard.press("ArrowDown")
    expect(asked(page).locator("input").nth(1)).to_be_checked()


def test_arrow_keys_come_by_options_without_an_answer_which_enter_gives(page: Page) -> None:
    page.goto(PAGE)
    options = asked(page).locator("input")
    tab_to(page, options.first)
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_be_checked()
    page.keyboard.press("ArrowDown")
    expect(options.nth(2)).to_be_checked()
    expect(fold(page)).not_to_have_attribute("open", "")
    expect(asked(page).get_by_role("status")).to_have_text("Enter answers with this option.")
    page.keyboard.press("Enter")
    expect(fold(page)).to_have_attribute("open", "")
    expect(asked(page).get_by_role("status")).to_contain_text("of 1")


def test_an_option_that_arrow_keys_chose_is_the_answer_when_the_reader_goes_on(page: Page) -> None:
    page.goto(PAGE)
    tab_to(page, asked(page).locator("input").first)
    page.keyboard.press("ArrowDown")
    expect(fold(page)).not_to_have_attribute("open", "")
    page.keyboard.press("Tab")
    expect(asked(page).get_by_role("status")).to_contain_text("of 1")


def test_without_scripts_the_options_are_a_list_above_a_fold(reader: Callable[..., Page]) -> None:
    page = reader(java_script_enabled=False)
    page.goto(PAGE)
    expect(asked(page).locator("input").first).to_be_hidden()
    assert asked(page).locator("li").count() > 1
    fold(page).locator("summary").first.click()
    expect(fold(page).locator(".truths")).to_be_visible()


def test_a_browser_that_refuses_storage_judges_all_the_same(page: Page) -> None:
    page.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no'); } })")
    page.goto(PAGE)
    asked(page).locator("input").first.check()
    expect(asked(page).get_by_role("status")).to_contain_text("of 1")


def test_an_answered_prediction_is_accessible(page: Page, axe: str) -> None:
    page.goto(PAGE)
    asked(page).locator("input").first.check()
    assert violations(page, axe) == []
