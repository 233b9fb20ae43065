"""The real site with Run, served on this machine, and a real Chromium to read it with."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
import threading
import tomllib
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from everypython.run import node

from tests.quality.table import table
from tests.site.conftest import ROOT, Built

from . import figures

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page

# None means the one that Playwright has installed itself
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
# The first two are for a container; the others keep the browser from asking its maker's servers for anything.
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
CHECKS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["everypython"]["checks"]
COUNTED = pytest.StashKey[figures.Counted]()
FAILED: list[str] = []  # tests
PREFIX = "/some/where/"  # the site must work below the root of a server
LOOKS: list[tuple[Any, int]] = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 390)]


class Handler(SimpleHTTPRequestHandler):
    """Serves files below PREFIX; a page that is to come in pieces waits before each piece until it is let on."""

    pieces: ClassVar[dict[str, list[str]]] = {}
    go_on = threading.Semaphore(0)

    def do_GET(self) -> None:
        if not self.path.startswith(PREFIX):
            return self.send_error(404)
        self.path = "/" + self.path.removeprefix(PREFIX)
        path = self.path.partition("?")[0].lstrip("/")
        if path not in self.pieces:
            return super().do_GET()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        for piece in self.pieces[path]:
            self.wfile.write(piece.encode())
            self.wfile.flush()
            self.go_on.acquire(timeout=30)

    def log_message(self, *arguments: Any) -> None:
        pass


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The site with Run: the one that `nox -s browser` has just built, or one built here."""
    ready = os.environ.get("EVERYPYTHON_SITE")
    if ready:
        return Built(Path(ready))
    folder = tmp_path_factory.mktemp("built") / "site"
    environment = {**os.environ, "NO_COLOR": "1", "PYTHONPATH": str(ROOT / "docs/_ext")}
    command = [sys.executable, "-m", "everypython", "build", "docs", str(folder), "-D", "everypython_run=1"]
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
    return Built(folder)


@pytest.fixture(scope="session")
def address(site: Built) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(site.folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}{PREFIX}"
        server.shutdown()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        except sync_api.Error as error:
            # `nox -s browser` is asked for by name: to skip everything there would look like success
            (pytest.fail if "EVERYPYTHON_SITE" in os.environ else pytest.skip)(f"no Chromium starts here: {error}")
        yield browser
        browser.close()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[COUNTED] = figures.Counted()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.failed:
        FAILED.append(report.nodeid)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Prints what was counted, or writes it to the file that the environment names: more comes into the same table."""
    counted = config.stash[COUNTED]
    counted.add(figures.FAILED, "tests/browser", FAILED)
    if file := os.environ.get("EVERYPYTHON_FIGURES"):
        figures.write(Path(file), counted.figures())
    else:
        terminalreporter.write_line(table(counted.figures()))


@pytest.fixture(scope="session")
def counted(pytestconfig: pytest.Config) -> figures.Counted:
    return pytestconfig.stash[COUNTED]


@pytest.fixture
def reader(browser: Browser, address: str, counted: figures.Counted) -> Iterator[Callable[..., Page]]:
    """Opens a browser of its own for a reader.

    What it asks of others, or complains about, fails the test: a page's policy speaks up there, too.
    """
    contexts: list[BrowserContext] = []
    elsewhere: list[str] = []
    errors: list[str] = []

    def reader(**settings: Any) -> Page:
        context = browser.new_context(base_url=address, **settings)
        contexts.append(context)
        context.on("request", lambda asked: asked.url.startswith((address, "data:")) or elsewhere.append(asked.url))
        context.on("console", lambda said: said.type == "error" and errors.append(said.text))
        context.on("weberror", lambda error: errors.append(str(error.error)))
        return context.new_page()

    yield reader
    read = {page.url.removeprefix(address) for context in contexts for page in context.pages}
    for context in contexts:
        context.close()
    for where in read:
        counted.add(figures.ELSEWHERE, where, elsewhere)
        counted.add(figures.ERRORS, where, errors)
    assert (elsewhere, errors) == ([], [])


@pytest.fixture
def page(reader: Callable[..., Page]) -> Page:
    return reader()


@pytest.fixture(scope="session")
def axe() -> str:
    ((package, integrity),) = CHECKS.items()
    try:
        return (node.fetch(package, integrity) / "axe.min.js").read_text(encoding="utf-8")
    except node.Unfetched as error:
        pytest.skip(str(error))


def violations(page: Page, axe: str) -> list[str]:
    """What axe-core finds on a page: light and dark, wide and narrow."""
    found = []
    for scheme, width in LOOKS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(axe)  # as the browser's own tools would: a page's policy is not about them
        said = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
        found += [f"{scheme}, {width}: {rule['id']}: {at['html'][:200]}" for rule in said for at in rule["nodes"]]
    return found


def tab_to(page: Page, control: Locator) -> None:
    """Presses Tab, from the top of the article, until a control has the focus."""
    page.locator("article h1").evaluate("heading => { heading.tabIndex = -1; heading.focus(); }")
    for _ in range(60):
        page.keyboard.press("Tab")
        if control.evaluate("control => control === document.activeElement"):
            return
    pytest.fail(f"Tab does not reach {control}")


def key_of(site: Built, beginning: str) -> str:
    """The first Python that ran whose key begins so; without one there is nothing to test."""
    found = [key for key in site.keys if key.startswith(beginning)]
    if not found or len(site.keys) == 1:
        pytest.skip(f"no {beginning} to choose")
    return found[0]


@pytest.fixture
def ready(page: Page, site: Built) -> Page:
    """A page with Run, as it comes up."""
    from .running import LOADS, PAGE  # here, as it wants Playwright

    key_of(site, "cpython-3.14.2-emscripten")
    page.set_default_timeout(LOADS)
    page.goto(f"{PAGE}.html")
    return page
