"""Serve a site while it is written, and show what was saved.

One process keeps Sphinx with all that it has read, which Sphinx allows: a save costs one page. What was saved runs on
the published default, the page is built and browsers load it again; then the other Pythons run, and the page is built
with their outputs; what is made of all pages comes last. A newer save ends whatever still runs.

sphinx-autobuild, which starts Sphinx anew for each save, takes three times as long for the first of these.

Nothing that is wrong with a page ends this process. What it has imported it cannot read anew: when that changes, or
when it could not begin, it begins again in its own place.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.errors import ExtensionError, SphinxError
from sphinx.util.docutils import docutils_namespace, patch_docutils
from watchfiles import Change, DefaultFilter, watch

from .check import verdict
from .live_server import Server
from .model.units import Unreadable
from .pages import events
from .run import process
from .run.build import Build, build_of

HERE = Path(__file__).parent
BUILT = "_build"  # the folder of what Sphinx and this write
QUIET = 5  # seconds after which a writer seems to have stopped, so that more than a page can be built
CONFIGURED = {
    "nitpicky": True,
    "everypython_preview": True,
    "everypython_run": False,  # Pyodides would have to run as well
}


class Live:
    """Builds a site again and again, in a thread, for a server."""

    def __init__(self, source: Path, out: Path, server: Server, arguments: list[str]) -> None:
        self.source, self.out, self.server, self.arguments = source, out, server, arguments
        self.app: Sphinx | None = None
        self.over, self.findings = False, ""
        self.thread = threading.Thread(target=self.build_whatever_is_saved, daemon=True)
        self.thread.start()

    def build_whatever_is_saved(self) -> None:
        with patch_docutils(str(self.source)), docutils_namespace():
            while True:
                process.stop.clear()
                if self.over:
                    return
                try:
                    self.rebuild()
                except process.Stopped:
                    continue
                except SystemExit:
                    self.server.tell("This cannot be built: the terminal says why.")  # and said so when it was refused
                except Exception as error:
                    if not process.stop.is_set():  # else it may be the half of something that is being saved
                        refused = isinstance(error, (SphinxError, Unreadable, OSError))
                        expected = refused and not isinstance(error, ExtensionError)  # which is a fault of a handler
                        self.say(str(error) if expected else "".join(traceback.format_exception(error)).strip())
                process.stop.wait()

    def rebuild(self) -> None:
        """Do everything that a save calls for. Raises Stopped if there is another one meanwhile."""
        self.show("on the published default")
        build = self.build()
        for page in self.unfinished(build):
            units = [unit for unit in build.units if unit.page == page]
            build.scheduler.all(units, build.interpreters, lambda said: None, sys.stdout.isatty())
            self.show(f"{page} on every Python")
        if not process.stop.wait(QUIET):
            self.show("with what is made of all pages", hasty=False)

    def unfinished(self, build: Build) -> list[str]:
        """Return pages that not every Python has run, first the one that was looked at last."""
        found = [page for page in dict.fromkeys(unit.page for unit in build.units) if not build.complete(page)]
        return sorted(found, key=lambda page: page != self.server.last_page)

    def show(self, what: str, hasty: bool = True) -> None:
        """Build, let browsers know, and say what was found."""
        began = time.monotonic()
        if self.app is None:
            self.app = self.begun()
        else:
            events.use(self.app, events.prepared(self.app, hasty))
        build = self.build()
        with self.server.writing, unaltered(self.app):
            self.app.build()
        waiting = f"As {build.default.name} prints it. The other Pythons are running." if self.unfinished(build) else ""
        self.server.tell(waiting)
        seconds = time.monotonic() - began
        found = verdict.findings(self.app, build)
        print(f"{time.strftime('%H:%M:%S')} built {what} in {seconds:.1f} s; findings: {len(found)}", flush=True)
        self.say("\n".join(map(str, found)), waiting)

    def build(self) -> Build:
        """Return the build that is shown, or about to be."""
        build = build_of(self.app.env) if self.app else None
        if build is None:
            raise RuntimeError("live needs `everypython_execute`")
        return build

    def begun(self) -> Sphinx:
        html, doctrees = self.out / "html", self.out / "doctrees"
        return Sphinx(self.source, self.source, html, doctrees, "html", confoverrides=CONFIGURED, status=None)

    def say(self, findings: str, waiting: str = "") -> None:
        """Tell browsers, and the terminal what it has not been told already."""
        if findings not in ("", self.findings):
            print(findings, file=sys.stderr, flush=True)
        self.findings = findings
        self.server.tell(f"{findings}\n{waiting}".strip())

    def saved(self, changed: Iterable[tuple[Change, str]]) -> None:
        """End what runs: it is out of date."""
        if self.app is None or any(self.needs_another_process(Path(path)) for _, path in changed):
            self.begin_again()
        process.stop.set()

    def needs_another_process(self, path: Path) -> bool:
        """Return whether this one has imported a file that changed, or does not watch a folder."""
        assert self.app is not None
        examples = Path(self.source, self.app.config.everypython_examples).resolve()
        read = path.is_relative_to(self.source) or path.is_relative_to(examples)
        return not read or path.is_relative_to(HERE) or path == self.source / "conf.py" or path.is_dir()

    def begin_again(self) -> None:
        print("What runs here has changed: beginning again.", flush=True)
        if os.name == "nt":  # where a process cannot be replaced
            print("On Windows this is yours to do: end this with Ctrl-C, and start it again.", flush=True)
            return
        self.end()
        os.execv(sys.executable, [sys.executable, "-m", "everypython", "live", *self.arguments])

    def end(self, seconds: float | None = None) -> None:
        """End what runs, and wait until a build is over."""
        self.over = True
        process.stop.set()
        self.thread.join(seconds)


@contextmanager
def unaltered(app: Sphinx) -> Iterator[None]:
    """Take back what the last page of a build has added for itself: Sphinx gives it to all pages of the next one."""
    assert isinstance(app.builder, StandaloneHTMLBuilder)
    builder, registry = app.builder, app.registry
    added = builder._js_files, builder._css_files, registry.js_files, registry.css_files
    before = [list(files) for files in added]
    try:
        yield
    finally:
        for files, known in zip(added, before, strict=True):
            files[:] = known  # type: ignore[index]


def watched(live: Live, folders: Iterable[Path], recursive: bool) -> None:
    """Let `live` know of what is saved in folders, for as long as this process lives."""
    for changes in watch(*folders, recursive=recursive, watch_filter=Below(folders), debounce=200):
        live.saved(changes)


class Below(DefaultFilter):
    """Leaves out what lies in a folder that no source is in, wherever the folders that are watched lie themselves."""

    ignore_dirs = (*DefaultFilter.ignore_dirs, BUILT)

    def __init__(self, folders: Iterable[Path]) -> None:
        super().__init__()
        self.folders = list(folders)

    def __call__(self, change: Change, path: str) -> bool:
        below = next((Path(path).relative_to(each) for each in self.folders if Path(path).is_relative_to(each)), path)
        return super().__call__(change, str(below))


def live(source: Path, out: Path, folders: Iterable[Path], port: int) -> int:
    """Serve and build until Ctrl-C; return the exit status."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C
    logging.getLogger("watchfiles").setLevel(logging.WARNING)
    source, out, folders = source.resolve(), out.resolve(), [folder.resolve() for folder in folders]
    try:
        server = Server(out / "html", port)
    except OSError as error:
        remedy = f"Choose another one: `nox -s live -- --port {port + 1}`."
        print(f"port {port} cannot be served ({error}). {remedy}", file=sys.stderr)
        return 2
    print(f"Serving http://127.0.0.1:{server.server_port}/ (Ctrl-C ends it)", flush=True)
    serving = Live(source, out, server, [*map(str, [source, out, *folders]), "--port", str(server.server_port)])
    try:
        # What builds write must not be watched: folders come and go there.
        below = [path for path in source.iterdir() if path.is_dir() and path.name != BUILT]
        threading.Thread(target=watched, args=(serving, [source], False), daemon=True).start()
        watched(serving, [*below, HERE, *folders], True)
    except KeyboardInterrupt:
        serving.end(seconds=3)
    return 0
