"""Sphinx's search, which a site has where MiniSearch was not fetched, in a real Chromium: which pages answer."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from tests.site.conftest import ROOT

from .test_search import SAID, TOP

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MOST = 0.9  # of the questions: synonyms are the library's


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: Any) -> None:
        pass


@pytest.fixture(scope="module")
def unfetched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the site's pages, of which nothing ran, as built where no package is in the cache."""
    folder = tmp_path_factory.mktemp("unfetched")
    environment = {**os.environ, "EVERYPYTHON_CACHE": str(folder / "cache"), "PYTHONPATH": str(ROOT / "docs/_ext")}
    command = [sys.executable, "-m", "sphinx", "-q", "-D", "everypython_execute=0", "docs", str(folder / "site")]
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr[-3000:]
    handler = functools.partial(Quiet, directory=str(folder / "site"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/search.html"
        server.shutdown()


@pytest.fixture
def results(browser: Browser, unfetched: str) -> Iterator[Page]:
    page = browser.new_page()
    page.goto(f"{unfetched}?q=collector")
    page.locator("#search-results li a").first.wait_for()
    yield page
    page.close()


def found(page: Page, questions: list[str]) -> dict[str, list[str]]:
    """Return the pages that Sphinx's search finds for each question, best first."""
    asked = "(all) => all.map((q) => Search._performSearch(...Search._parseQuery(q)).reverse().map(([page]) => page))"
    return {
        question: [*dict.fromkeys(pages)]
        for question, pages in zip(questions, page.evaluate(asked, questions), strict=True)
    }


def test_most_questions_have_their_page_among_the_first_three(results: Page) -> None:
    pages = found(results, list(SAID["queries"]))
    missed = {query: pages[query][:TOP] for query, page in SAID["queries"].items() if page not in pages[query][:TOP]}
    assert len(missed) <= (1 - MOST) * len(pages), missed


def test_a_word_that_no_page_has_costs_no_hit(results: Page) -> None:
    (unknown, alone, beside) = found(results, ["xylophone", "weakref callback", "weakref callback xylophone"]).values()
    assert unknown == []
    assert alone and beside == alone
