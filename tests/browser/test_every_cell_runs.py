"""Every cell and every program that runs in the browser does there what its published column says, on every Pyodide."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.site.conftest import ROOT, Built

from . import figures

pytest.importorskip("playwright", reason="playwright is not installed")
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

DOCS = ROOT / "docs"
PAGES = [file.relative_to(DOCS).with_suffix("").as_posix() for file in sorted(DOCS.glob("[a-z]*/*.md"))] + ["index"]
VERDICTS = """(key) => [...document.querySelectorAll(".run")].map((controls) => ({
  cell: controls.dataset.cell,
  skipped: controls.dataset.skips.split(" ").includes(key),
  result: controls.closest(".cell").querySelector(".ran"),
})).map(({ cell, skipped, result }) => [cell, skipped, result?.dataset.verdict ?? null, result?.textContent ?? ""])"""


@pytest.mark.parametrize("minor", ["3.14", "3.13", "3.12"])
@pytest.mark.parametrize("where", PAGES)
def test_every_cell_does_what_its_column_says(
    reader: Callable[..., Page], site: Built, where: str, minor: str, counted: figures.Counted
) -> None:
    page = reader()
    page.goto(f"{where}.html")
    if page.locator(".run").count() == 0:
        pytest.skip("no cell of this page runs in a browser")
    (key,) = [key for key in site.keys if key.startswith(f"cpython-{minor}.") and "emscripten" in key]
    page.get_by_label("run on").select_option(key)
    page.get_by_role("button", name="Run all").click()
    stop = page.locator(".run-bar").get_by_role("button", name="Stop")
    expect(stop).to_be_enabled()
    expect(stop).to_be_disabled(timeout=300_000)
    wrong = [
        f"{cell}: {verdict}: {said}"
        for cell, skipped, verdict, said in page.evaluate(VERDICTS, key)
        if verdict != (None if skipped else "same") and "varies from run to run" not in said
    ]
    counted.add(figures.UNLIKE, where, wrong)
    assert not wrong, "\n\n".join(wrong)
    said = page.locator(".run-bar [role=status]").inner_text()
    ran = sum(not skipped for _, skipped, *_ in page.evaluate(VERDICTS, key))
    assert re.match(rf"{ran} cells?: ", said) and not re.search("error|not as published|stopped|left|hidden", said)
