"""Sphinx glue: runs everything before pages are read, and says which must be read again."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from ..check.gates import gating
from ..check.verdict import checked, listed, refuse
from ..model.interpreters import Interpreter, published_default
from ..model.units import Unreadable, digest
from ..run import node
from ..run.build import Build, build_of
from ..run.discovery import searching
from ..run.index import of_assets, of_sources
from ..run.records import RecordError, merged
from ..run.sources import opened
from ..run.tree import SourceChangedError
from . import reader
from .pictures import report_missing_graphviz
from .subtitles import subtitle_of

LOG = logging.getLogger(__name__)
# Directives that gather from all pages, and the option of a film that is another page's.
MADE_OF_ALL = "{differences}", "{programs}", "{claims}", "\n:page: "


def configure_execution(app: Sphinx, config: Config) -> None:
    """Give myst-nb executed notebooks, or leave it to execute them in its own kernel."""
    if config.everypython_execute:
        config.nb_execution_mode = "off"
        config.nb_custom_formats = {**config.nb_custom_formats, ".md": ["everypython.pages.reader.read", {}, False]}
    else:
        config.nb_execution_mode = "force"


def watch_engine(app: Sphinx, config: Config) -> None:
    """Let a change of the engine's own files read or write every page anew, whenever they were saved."""
    config.everypython_sources, config.everypython_assets = of_sources(), of_assets()


def run_everything(app: Sphinx) -> None:
    """Run every unit before pages are read, and judge what came of it."""
    use(app, None)
    if not app.config.everypython_execute:
        return
    try:
        build = prepared(app, app.config.everypython_preview)
    except (Unreadable, RecordError, SourceChangedError, ValueError, OSError) as error:
        refuse(str(error))
    if not build.hasty:
        build = checked(app, build)
        build.after_a_kill = mark_unfinished(app).exists()
        mark_unfinished(app).touch()
    use(app, build)


def use(app: Sphinx, build: Build | None) -> None:
    """Make this the build whose outcomes pages show."""
    app.env.everypython_build = build  # type: ignore[attr-defined]  # how extensions keep data with the environment
    reader.current = build


def mark_unfinished(app: Sphinx) -> Path:
    """Return the file that is there while a build writes, and stays if it is killed.

    Sphinx keeps what it has read before it writes any page, and would then take the old ones for written.
    """
    app.doctreedir.mkdir(parents=True, exist_ok=True)
    return Path(app.doctreedir, "unfinished")


def prepared(app: Sphinx, hasty: bool) -> Build:
    """Run every unit on every Python, or in haste only what the published default has not run."""
    in_browsers = runnable(app)
    found = [*discovered(), *in_browsers]
    units, scheduler = opened(app, Path(app.srcdir, app.config.everypython_store))
    if before := build_of(app.env):  # of the same process, which builds again and again
        scheduler.take_over(before.scheduler)
    LOG.info("runs on %s", ", ".join(python.name for python in found))
    wanted = [published_default(found)] if hasty else found
    results = scheduler.all(units, wanted, LOG.info, sys.stdout.isatty() and app.verbosity >= 0)
    found = [python for python in found if python not in scheduler.environments.gone]
    for python, says in scheduler.environments.gone.items():
        LOG.info("left out: %s, which was found and no longer runs (%s)", python.name, says)
    if not found:
        raise OSError("no Python that was found still runs")
    if app.config.everypython_preview:
        results |= scheduler.store.known(units, found)
    recorded: dict[Interpreter, str] = {}
    if app.config.everypython_records and not app.config.everypython_preview:
        folder = Path(app.srcdir, app.config.everypython_records).resolve()
        recorded = merged(folder, units, found, results, scheduler.store)
        for python, file in recorded.items():
            LOG.info("what %s prints is taken from the record %s", python.name, file)
        found = [*found, *recorded]
    report_missing_graphviz(results.values())
    found.sort(key=lambda one: one.rank)
    default = published_default(found)
    listed = [*app.config.everypython_interpreters, *(f"pyodide-{python.pyodide}" for python in in_browsers)]
    gate, absent = gating(listed if app.config.everypython_interpreters else [], found, default)
    strict = app.config.everypython_strict
    files = {python.key: file for python, file in recorded.items()}
    return Build(found, default, gate, absent, units, results, scheduler, hasty, strict, files)


@cache
def discovered() -> list[Interpreter]:
    """Return the Pythons of this machine when this process began."""
    found, said = searching().result()
    for line in said:
        LOG.info(line)
    return found


def runnable(app: Sphinx) -> list[Interpreter]:
    """Return the Pyodides that run beside the Pythons of this machine, where the site is to run cells in browsers."""
    if not app.config.everypython_run:
        return []
    found, complaints = node.pyodides(app.config.everypython_browser)
    for complaint in complaints:
        LOG.info("not in this site's Run: %s", complaint)
    return found


def remember(app: Sphinx, exception: Exception | None) -> None:
    """Spare the next build what this one has found out."""
    build = build_of(app.env)
    if exception is None and build is not None and not build.hasty:
        if build.store.index.is_new:
            with build.store.written_alone():
                build.store.index.write()
        mark_unfinished(app).unlink(missing_ok=True)


def end_log(app: Sphinx, exception: Exception | None) -> None:
    """End the log with what was published although a strict build would not."""
    build = build_of(app.env)
    if exception is None and build is not None:
        listed(build)


def outdated(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> Sequence[str]:
    """Return pages whose runs print something else than when they were read; remove what is left of pages that went."""
    if isinstance(app.builder, StandaloneHTMLBuilder):
        for name in removed:
            page = Path(app.builder.get_outfilename(name))
            for file in (page, page.with_suffix(".ipynb"), *Path(app.outdir, "_sources").glob(f"{name}.*.txt")):
                file.unlink(missing_ok=True)
    build = build_of(env)
    if build is None:
        return []
    known: dict[str, str] = getattr(env, "everypython_outputs", {})
    # Texts as well: Sphinx takes a page for read that is saved again while it is read.
    texts = {name: env.doc2path(name).read_text(encoding="utf-8") for name in env.found_docs}
    now = {name: digest(text, build.outputs_digest(name)) for name, text in texts.items()}
    now[app.config.root_doc] = digest(now.get(app.config.root_doc), build.needing_cpython())
    env.everypython_outputs = now  # type: ignore[attr-defined]
    stale = [name for name, seen in now.items() if known.get(name, "") != seen and name not in added]
    if build.after_a_kill:
        stale = [name for name in now if name not in added]
    told = build.gathered_digest
    if told != getattr(env, "everypython_told", "") and not build.hasty:
        env.everypython_told = told  # type: ignore[attr-defined]
        stale += [name for name, text in texts.items() if any(made_of_all in text for made_of_all in MADE_OF_ALL)]
    return stale


def pages_with_changed_nav(app: Sphinx, env: BuildEnvironment) -> Sequence[str]:
    """Return every page if the table of contents changed that each shows: Sphinx would write only some of them."""
    titles = {name: (title.astext(), subtitle_of(env, name)) for name, title in env.titles.items()}
    now = digest(titles, env.toctree_includes)
    known = getattr(env, "everypython_navigation", now)
    build = build_of(env)
    hasty = build is not None and build.hasty
    env.everypython_navigation = known if hasty else now  # type: ignore[attr-defined]
    return [] if hasty or now == known else sorted(env.found_docs)
