"""What tests of Run do on a page: find a cell's parts, write into it, run it to its end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("playwright", reason="playwright is not installed")
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

PAGE = "tutorial/a-circle"
LOADS = 180_000  # milliseconds: an idle machine needs a fraction of that


def status(page: Page) -> Locator:
    return page.locator(".run-bar [role=status]")


def stop(page: Page) -> Locator:
    """The button that is always there; a cell that runs has one of its own."""
    return page.locator(".run-bar").get_by_role("button", name="Stop")


def controls(page: Page, number: int, where: str = PAGE) -> Locator:
    return page.locator(f".run[data-cell='{where}:{number}']")


def press(page: Page, what: str, number: int, where: str = PAGE) -> None:
    controls(page, number, where).get_by_role("button", name=what).click()


def result(page: Page, number: int) -> Locator:
    return page.locator(f"#cell-{number} .ran")


def editor(page: Page, number: int) -> Locator:
    return page.locator(f"#cell-{number}").get_by_role("textbox", name=f"Code of cell {number}")


def write(page: Page, number: int, source: str, where: str = PAGE) -> Locator:
    """Edits a cell."""
    press(page, "Edit", number, where)
    field = editor(page, number)
    field.press("Control+a")
    field.press("Delete")  # or `fill`, which bypasses the editor, would have the browser join lines
    field.fill(source)
    return field


def ran(page: Page, number: int) -> Locator:
    """Waits until a cell has run to its end."""
    expect(result(page, number)).to_have_attribute("data-verdict", re.compile("."), timeout=LOADS)
    expect(stop(page)).to_be_disabled()
    return result(page, number)


def run(page: Page, number: int, source: str) -> Locator:
    """Edits a cell and runs it to its end."""
    for earlier in result(page, number).all():
        earlier.evaluate("result => { delete result.dataset.verdict; }")
    write(page, number, source).press("Control+Enter")
    return ran(page, number)
