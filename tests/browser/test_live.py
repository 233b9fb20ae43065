"""What somebody sees who writes a page with `python -m everypython live`: a small site for each test, and Chromium.

Cells that are to run for a while connect to the test. So it knows when one runs, says when it may go on, and learns
from the end of the connection that its process has ended.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from tests.engine.commands import EXTENSIONS
from tests.engine.conftest import Site, found, this_python

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from everypython.live import Below  # noqa: E402  # needs watchfiles, which comes with playwright
from watchfiles import Change  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

expect = sync_api.expect
SECONDS = 60  # how long this waits for what must come
CALL = "import socket, sys\ntest = socket.create_connection(('127.0.0.1', {port}))\ntest.recv(1)"


def test_a_site_may_lie_in_a_folder_of_a_name_that_is_not_watched_inside_of_it(tmp_path: Path) -> None:
    docs = tmp_path / "_build" / ".venv" / "docs"
    changes = [docs / "index.md", docs / "_build" / "index.html", docs / "__pycache__" / "conf.pyc"]
    seen = Below([docs])
    assert [seen(Change.modified, str(path)) for path in changes] == [True, False, False]


class Written:
    """A site that is being written: the process that serves it, what that says, and where."""

    def __init__(self, site: Site, arguments: list[str]) -> None:
        self.site, self.said = site, SimpleQueue[str]()
        command = [sys.executable, "-m", "everypython", "live", "docs", "out", *arguments, "--port", "0"]
        self.process = subprocess.Popen(
            command,
            cwd=site.root,
            env={**os.environ, "PYTHONPATH": str(EXTENSIONS), **site.configure()},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # as in a terminal, where Ctrl-C is not ignored
        )
        self.listener = Thread(target=self.listen, daemon=True)
        self.listener.start()
        self.address = self.hears("Serving ").split()[1]

    def listen(self) -> None:
        for line in self.process.stdout or ():
            self.said.put(line)

    def end(self) -> None:
        """Ends the process as Ctrl-C does."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        status = self.process.wait(SECONDS)
        self.listener.join(SECONDS)
        assert self.process.stdout and status == 0, status
        self.process.stdout.close()

    def hears(self, words: str) -> str:
        """The next line with these words."""
        while words not in (line := self.said.get(timeout=SECONDS)):
            pass
        return line


@pytest.fixture
def writing(tmp_path: Path) -> Iterator[Callable[..., Written]]:
    begun: list[Written] = []

    def writing(site: Site) -> Written:
        begun.append(Written(site, ["helper", "examples"]))
        return begun[-1]

    yield writing
    for each in begun:
        if not each.process.stdout or not each.process.stdout.closed:
            each.end()


@pytest.fixture
def small(tmp_path: Path) -> Site:
    site = Site(tmp_path, theme="furo")
    site.write("helper/__init__.py", "WORD = 'first'\n")
    site.write("examples/greet.py", "print('greeted')\n")
    site.page("index", "print('one', 'word')")
    return site


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[[str], Page]]:
    """Opens a page; what its policy forbids, or a script of it fails at, fails the test."""
    complaints: list[str] = []
    context = browser.new_context()
    context.on("console", lambda said: "Content Security" in said.text and complaints.append(said.text))
    context.on("weberror", lambda error: complaints.append(f"{error.page and error.page.url} {error.error.stack}"))

    def open_page(address: str) -> Page:
        page = context.new_page()
        page.goto(address, timeout=1000 * SECONDS)
        return page

    yield open_page
    context.close()
    assert complaints == []


@pytest.fixture
def caller() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(SECONDS)
        yield server


def call(caller: socket.socket) -> str:
    """What a cell does to let the test know, and to wait for it."""
    return CALL.format(port=caller.getsockname()[1])


@contextmanager
def called(caller: socket.socket) -> Iterator[socket.socket]:
    """While a cell is running that has called."""
    connection, _ = caller.accept()
    with connection:
        connection.settimeout(SECONDS)
        yield connection


def has_ended(connection: socket.socket) -> bool:
    """Whether the process of a cell ends that has called."""
    return connection.recv(1) == b""


def shows(page: Page, text: str) -> None:
    expect(page.locator("article")).to_contain_text(text, timeout=1000 * SECONDS)


def says(page: Page, text: str) -> None:
    expect(page.locator("pre[role=status]")).to_contain_text(text, timeout=1000 * SECONDS)


def test_a_saved_page_shows_the_default_first_and_the_others_when_they_have_run(
    small: Site, writing: Callable[..., Written], open_page: Callable[[str], Page], caller: socket.socket
) -> None:
    earlier = [one for one in found() if one.implementation == "cpython" and one.number < this_python().number]
    if not earlier:
        pytest.skip("needs an older Python than this one")
    small.pythons = [this_python().executable, earlier[0].executable]
    page = open_page(writing(small).address)
    shows(page, "one word")
    waits = call(caller).replace("\n", "\n    ")
    older = f"import sys\nif sys.version_info[:2] < {sys.version_info[:2]}:\n    {waits}"
    small.page("index", f"{older}\nprint(sys.version)")
    with called(caller) as connection:
        shows(page, f"{sys.version.split()[0]} (")
        says(page, "The other Pythons are running")
        assert earlier[0].version not in page.locator(".cell_output").inner_text()
        connection.send(b".")
    shows(page, f"{earlier[0].language} (")
    says(page, "no `differs` pattern covers it")


def test_a_page_that_cannot_be_read_is_named_and_the_last_good_one_stays(
    small: Site, writing: Callable[..., Written], open_page: Callable[[str], Page]
) -> None:
    written = writing(small)
    page = open_page(written.address)
    shows(page, "one word")
    small.page("index", "---\ndiffers: {pypy: a: b}\n---\nprint('another', 'word')")
    assert "index.md:8: these options cannot be read" in written.hears("index.md")
    says(page, "index.md:8: these options cannot be read")
    shows(page, "one word")
    small.page("index", "print('another', 'word')")
    shows(page, "another word")


def test_a_cell_that_raises_is_shown_and_named(
    small: Site, writing: Callable[..., Written], open_page: Callable[[str], Page]
) -> None:
    written = writing(small)
    page = open_page(written.address)
    shows(page, "one word")
    small.page("index", "print('so far')\n{}['key']")
    shows(page, "so far")
    shows(page, "KeyError: 'key'")
    assert f"index.md:8: on {this_python().key}: raised" in written.hears("index.md")
    says(page, f"index.md:8: on {this_python().key}: raised")


def test_a_newer_save_ends_the_runs_of_an_older_one(
    small: Site, writing: Callable[..., Written], open_page: Callable[[str], Page], caller: socket.socket
) -> None:
    page = open_page(writing(small).address)
    shows(page, "one word")
    small.page("index", call(caller))
    with called(caller) as connection:
        small.page("index", "print('newer', 'word')")
        assert has_ended(connection)
    shows(page, "newer word")


@pytest.mark.skipif(os.name == "nt", reason="cannot be interrupted alone there")
def test_ctrl_c_ends_what_runs(small: Site, writing: Callable[..., Written], caller: socket.socket) -> None:
    small.page("index", call(caller))
    written = writing(small)
    with called(caller) as connection:
        written.end()
        assert has_ended(connection)


@pytest.mark.skipif(os.name == "nt", reason="no process is replaced there")
def test_a_changed_package_runs_what_uses_it(
    small: Site, writing: Callable[..., Written], open_page: Callable[[str], Page]
) -> None:
    small.page("index", "import helper\nprint('says', helper.WORD)")
    page = open_page(writing(small).address)
    shows(page, "says first")
    small.write("helper/__init__.py", "WORD = 'second'\n")
    shows(page, "says second")


def test_an_edited_example_shows_where_it_is_told(
    small: Site, writing: Callable[..., Written], open_page: Callable[[str], Page]
) -> None:
    small.write("docs/index.md", "# Index\n\n```{example} greet\n```\n")
    page = open_page(writing(small).address)
    shows(page, "greeted")
    small.write("examples/greet.py", "print('wel' + 'comed')\n")
    shows(page, "welcomed")


def test_a_page_is_where_it_was_when_it_is_loaded_again(
    small: Site, writing: Callable[..., Written], open_page: Callable[[str], Page]
) -> None:
    small.write("docs/index.md", "# Index\n\n" + "A long page.\n\n" * 200)
    page = open_page(writing(small).address)
    shows(page, "A long page.")
    page.wait_for_load_state()
    page.evaluate("scrollTo({ top: 1000, behavior: 'instant' })")
    with page.expect_event("load", timeout=1000 * SECONDS):
        small.write("docs/index.md", "# Index\n\n" + "A long page.\n\n" * 200 + "Its end.\n")
    shows(page, "Its end.")
    assert page.evaluate("scrollY") == 1000
