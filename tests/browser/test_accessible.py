"""Every page passes axe-core, best practices included: light and dark, wide and narrow, as it comes up and in use."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from everypython import node

from tests.site.conftest import ROOT, Built

from .conftest import key_of

pytest.importorskip("playwright", reason="playwright is not installed")
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["everypython"]
DOCS = ROOT / "docs"
PAGES = [file.relative_to(DOCS).with_suffix("").as_posix() for file in sorted(DOCS.glob("[a-z]*/*.md"))]
LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 390)]


@pytest.fixture(scope="session")
def axe() -> str:
    ((package, integrity),) = SETTINGS["checks"].items()
    try:
        return (node.fetch(package, integrity) / "axe.min.js").read_text(encoding="utf-8")
    except node.Unfetched as error:
        pytest.skip(str(error))


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0]}-{look[1]}")
def look(request: pytest.FixtureRequest) -> dict[str, Any]:
    scheme, width = request.param
    return {"color_scheme": scheme, "viewport": {"width": width, "height": 900}, "reduced_motion": "reduce"}


def violations(page: Page, axe: str) -> list[str]:
    page.evaluate(axe)  # as the browser's own tools would: a page's policy is not about them
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize("where", [*PAGES, "index", "search", "genindex"])
def test_a_page_has_no_violations_as_it_comes_up_and_unfolded_on_another_python(
    reader: Callable[..., Page], site: Built, look: dict[str, Any], axe: str, where: str
) -> None:
    page = reader(**look)
    page.goto(f"{where}.html", wait_until="load")
    assert violations(page, axe) == []
    if page.locator(".chooser").count():
        page.get_by_label("Show outputs for").select_option(key_of(site, "pypy"))
        page.evaluate("for (const fold of document.querySelectorAll('article details')) fold.open = true")
        assert violations(page, axe) == []


def test_a_page_in_use_has_no_violations(
    reader: Callable[..., Page], site: Built, look: dict[str, Any], axe: str
) -> None:
    key_of(site, "cpython-3.14.2-emscripten")
    page = reader(**look)
    page.goto("tutorial/a-circle.html")
    run = page.locator(".run[data-cell='tutorial/a-circle:7']").get_by_role("button", name="Run")
    run.click()
    expect(page.locator("#cell-7 .ran figure svg")).to_be_visible(timeout=60_000)
    page.locator(".run[data-cell='tutorial/a-circle:2']").get_by_role("button", name="Edit").click()
    page.locator("#cell-2 textarea").fill("1 / 0")
    page.locator("#cell-2 textarea").press("Control+Enter")
    expect(page.locator("#cell-2 .ran")).to_contain_text("ZeroDivisionError")
    assert violations(page, axe) == []


def test_what_scrolls_sideways_can_be_reached_by_keyboard_and_the_rest_is_no_stop(reader: Callable[..., Page]) -> None:
    stops = """() => [...document.querySelectorAll("article pre")].filter((pre) => pre.checkVisibility())
      .map((pre) => [pre.scrollWidth > pre.clientWidth, pre.hasAttribute("tabindex")])"""
    for width in (1280, 390):
        page = reader(viewport={"width": width, "height": 900})
        page.goto("tutorial/a-circle.html", wait_until="load")
        found = page.evaluate(stops)
        assert all(scrolls == stop for scrolls, stop in found)
        assert width > 390 or any(scrolls for scrolls, _ in found)
