"""Sphinx glue: runs everything before pages are read, and says which must be read again."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from hashlib import sha256
from pathlib import Path
from typing import Any, NoReturn

from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from . import node, variants
from .findings import checked, listed, refuse
from .gates import Finding, gating
from .interpreters import Interpreter, published_default, searching
from .pictures import how_drawn, say_what_is_missing
from .records import Refused, merged, written
from .runs import Result, Store
from .tree import Changed, Tree
from .units import Unit, Unreadable, digest, page_units

LOG = logging.getLogger(__name__)
MADE_OF_ALL = "{differences}", "{programs}", "{coverage}"  # directives that gather from all pages


@dataclass(eq=False)  # there is one: what is found out about it can be cached
class Build:
    """What one build knows: which Pythons there are, what they ran, and what came of it."""

    interpreters: list[Interpreter]
    default: Interpreter
    gating: list[Interpreter]  # those whose findings stand against publishing
    absent: list[str]  # names of listed Pythons that were not found
    units: list[Unit]
    results: dict[tuple[Unit, Interpreter], Result]
    store: Store
    hasty: bool = False  # a preview: what the others have not run is left out, and what is made of all pages may be old
    strict: bool = False  # what is not explained stands against publishing
    after_a_kill: bool = False  # the last build did not come to its end, so what is written may be of before
    findings: list[Finding] = field(default_factory=list)  # what is published all the same, as the build is not strict

    def ran(self, unit: Unit) -> list[Interpreter]:
        return [python for python in self.interpreters if (unit, python) in self.results]

    def complete(self, page: str) -> bool:
        """Whether every Python has run what a page tells."""
        return all(len(self.ran(unit)) == len(self.interpreters) for unit in self.units if unit.page == page)

    def outcomes(self, unit: Unit, index: int) -> list[tuple[Interpreter, dict[str, Any]]]:
        return [(python, self.results[unit, python]["cells"][index]) for python in self.ran(unit)]

    def groups(self, unit: Unit, index: int) -> list[variants.Group]:
        return variants.grouped(self.outcomes(unit, index), self.default, unit.cells[index].options)

    def broken(self, unit: Unit, index: int) -> list[tuple[Interpreter, dict[str, str]]]:
        """The Pythons on which a cell raised, each with its error."""
        return [(python, outcome["error"]) for python, outcome in self.outcomes(unit, index) if outcome["error"]]

    def any_broken(self, unit: Unit) -> bool:
        """Whether a cell raised on any Python."""
        return any(self.broken(unit, index) for index in range(len(unit.cells)))

    def needing_cpython(self) -> list[str]:
        """The pages of which something does not run or does not hold here, where no CPython ran at all."""
        if any(python.implementation == "cpython" for python in self.interpreters):
            return []
        return list(dict.fromkeys(unit.page for unit in self.units if self.lacks(unit)))

    def lacks(self, unit: Unit) -> bool:
        """Whether the published default skips a cell, or raises where nobody announced it."""
        cells = zip(unit.cells, self.results[unit, self.default]["cells"], strict=True)
        return any(
            variants.first(cell.options.skip, self.default)
            or (outcome["error"] and "raises-exception" not in cell.options.tags)
            for cell, outcome in cells
        )

    def page(self, name: str) -> Unit | None:
        """The unit of a page's own cells."""
        return next((unit for unit in self.units if unit.kind == "page" and unit.page == name), None)

    def example(self, name: str, page: str) -> Unit:
        return next(u for u in self.units if (u.kind, u.name, u.page) == ("example", name, page))

    @cached_property
    def pages_by_sources(self) -> dict[tuple[str, ...], Unit]:
        """The units of pages' own cells, found by all that a page's reader is told."""
        return {tuple(unit.sources): unit for unit in reversed(self.units) if unit.kind == "page"}

    @cached_property
    def who(self) -> str:
        """Of the Pythons, and of what stands for one of them."""
        told = [python.identity for python in self.interpreters]
        return digest(told, self.default.key, [python.key for python in self.gating], how_drawn())

    @cached_property
    def did(self) -> dict[Unit, list[tuple[str, str]]]:
        """Of each unit's runs, by the keys of their Pythons."""

        def of(unit: Unit, python: Interpreter) -> str:
            return self.store.digest_of(unit, python, self.results[unit, python])

        return {unit: [(python.key, of(unit, python)) for python in self.ran(unit)] for unit in self.units}

    def outputs_digest(self, page: str) -> str:
        """Of everything that a page shows and does not say itself: outputs, and which Pythons ran."""
        return digest([did for unit, did in self.did.items() if unit.page == page], self.who)

    @cached_property
    def gathered_digest(self) -> str:
        """Of everything that can be gathered from pages: of their texts only the cells and what is said about them."""
        cells = [(unit.id, cell.source, cell.options) for unit in self.units for cell in unit.cells]
        told = [(name, source, sorted(options.tags), repr(options.said)) for name, source, options in cells]
        return digest(told, list(self.did.values()), self.who)

    @cached_property
    def digest(self) -> str:
        """Of everything."""
        return digest([(unit.id, unit.origin) for unit in self.units], list(self.did.values()), self.who)


# The reader that myst-nb calls gets a page's text and nothing else; one process builds one site at a time.
current: Build | None = None


def setup(app: Sphinx) -> None:
    app.connect("config-inited", choose_who_executes, priority=400)
    app.connect("builder-inited", run_everything)
    app.connect("env-get-outdated", outdated)
    app.connect("env-updated", renavigated)
    app.connect("build-finished", remember, priority=900)
    app.connect("build-finished", end_log, priority=950)


def choose_who_executes(app: Sphinx, config: Config) -> None:
    """Gives myst-nb executed notebooks, or leaves it to execute them in its own kernel."""
    if config.everypython_execute:
        config.nb_execution_mode = "off"
        config.nb_custom_formats = {**config.nb_custom_formats, ".md": ["everypython.reader.read", {}, False]}
    else:
        config.nb_execution_mode = "force"


def run_everything(app: Sphinx) -> None:
    global current
    current = None
    if not app.config.everypython_execute:
        return
    try:
        current = prepared(app, app.config.everypython_preview)
    except (Unreadable, Refused, Changed, ValueError, OSError) as error:
        refuse(str(error))
    if app.config.everypython_record:
        write_record(Path(app.config.everypython_record), current)
    if not current.hasty:
        current = checked(app, current)
        current.after_a_kill = mark_unfinished(app).exists()
        mark_unfinished(app).touch()


def mark_unfinished(app: Sphinx) -> Path:
    """The file that is there while a build writes, and stays if it is killed.

    Sphinx keeps what it has read before it writes any page, and would then take the old ones for written.
    """
    app.doctreedir.mkdir(parents=True, exist_ok=True)
    return Path(app.doctreedir, "unfinished")


def prepared(app: Sphinx, hasty: bool) -> Build:
    """Runs every unit on every Python, or in haste only what the published default has not run."""
    in_browsers = runnable(app)
    found = [*discovered(), *in_browsers]
    units, store = opened(app, Path(app.srcdir, app.config.everypython_store))
    LOG.info("runs on %s", ", ".join(python.name for python in found))
    wanted = [published_default(found)] if hasty else found
    results = store.all(units, wanted, LOG.info, sys.stdout.isatty() and app.verbosity >= 0)
    found = [python for python in found if python not in store.gone]
    for python, says in store.gone.items():
        LOG.info("left out: %s, which was found and no longer runs (%s)", python.name, says)
    if not found:
        raise OSError("no Python that was found still runs")
    if app.config.everypython_preview:
        results |= store.known(units, found)
    elif app.config.everypython_records and not app.config.everypython_record:
        folder = Path(app.srcdir, app.config.everypython_records).resolve()
        found = [*found, *merged(folder, units, found, results, store)]
    say_what_is_missing(results.values())
    found.sort(key=lambda one: one.rank)
    default = published_default(found)
    listed = [*app.config.everypython_interpreters, *(f"pyodide-{python.pyodide}" for python in in_browsers)]
    gate, absent = gating(listed if app.config.everypython_interpreters else [], found, default)
    strict = app.config.everypython_strict
    return Build(found, default, gate, absent, units, results, store, hasty, strict)


@cache
def discovered() -> list[Interpreter]:
    """The Pythons of this machine when this process began."""
    found, said = searching().result()
    for line in said:
        LOG.info(line)
    return found


def runnable(app: Sphinx) -> list[Interpreter]:
    """The Pyodides that run beside the Pythons of this machine, where the site is to run cells in browsers."""
    if not app.config.everypython_run:
        return []
    found, complaints = node.pyodides(app.config.everypython_browser)
    for complaint in complaints:
        LOG.info("not in this site's Run: %s", complaint)
    return found


def write_record(file: Path, build: Build) -> NoReturn:
    """Writes this machine's runs instead of a site. What they mean is for the build that merges them to judge."""
    ended = [(unit, result["problem"]) for (unit, _), result in build.results.items() if result["problem"]]
    if ended:
        refuse("\n".join(f"{unit.id}: {problem['says']}" for unit, problem in ended))
    file.write_text(json.dumps(written(build), indent=1) + "\n", encoding="utf-8")
    print(f"Recorded {len(build.results)} runs in {file}")
    raise SystemExit(0)


def remember(app: Sphinx, exception: Exception | None) -> None:
    """Spares the next build what this one has found out."""
    if exception is None and current is not None and not current.hasty:
        current.store.index.write()
        mark_unfinished(app).unlink(missing_ok=True)


def end_log(app: Sphinx, exception: Exception | None) -> None:
    """Ends the log with what was published although a strict build would not."""
    if exception is None and current is not None:
        listed(current)


def opened(app: Sphinx, folder: Path) -> tuple[list[Unit], Store]:
    """The units that a site's pages tell, and a store in `folder` for their runs."""
    packages = {
        path.name: path for path in (Path(app.srcdir, each).resolve() for each in app.config.everypython_packages)
    }
    examples = (Path(app.srcdir) / app.config.everypython_examples).resolve()
    names = sorted(app.project.discover(app.config.exclude_patterns, app.config.include_patterns))
    files = {name: Path(app.project.doc2path(name, absolute=True)) for name in names}
    protected = [Path(app.srcdir), Path(app.srcdir, app.config.everypython_protected), examples, *packages.values()]
    tree = Tree(protected, apart=[Path(app.outdir), Path(app.doctreedir), folder])
    store = Store(folder, packages, app.config.everypython_timeout, tree)
    programs = {path.name: content(path) for path in sorted(examples.glob("*.py"))}

    def of_page(name: str, file: Path) -> list[Unit]:
        origin = digest(name, str(file), content(file), programs, sorted(packages))
        made = partial(page_units, name, file, examples, sorted(packages))
        return store.index.remembered(lambda: [replace(unit, origin=origin) for unit in made()], "units", origin)

    return [unit for name, file in files.items() if file.suffix == ".md" for unit in of_page(name, file)], store


def content(file: Path) -> str | None:
    """Of a file that may be wrong, for whoever reads it to complain about."""
    try:
        return sha256(file.read_bytes()).hexdigest()
    except OSError:
        return None


def outdated(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> Sequence[str]:
    """Pages whose runs print something else than when they were last read; a page that is gone goes from the output."""
    if isinstance(app.builder, StandaloneHTMLBuilder):
        for name in removed:
            page = Path(app.builder.get_outfilename(name))
            for file in (page, page.with_suffix(".ipynb"), *Path(app.outdir, "_sources").glob(f"{name}.*.txt")):
                file.unlink(missing_ok=True)
    if current is None:
        return []
    known: dict[str, str] = getattr(env, "everypython_outputs", {})
    # Texts as well: Sphinx takes a page for read that is saved again while it is read.
    texts = {name: env.doc2path(name).read_text(encoding="utf-8") for name in env.found_docs}
    now = {name: digest(text, current.outputs_digest(name)) for name, text in texts.items()}
    now[app.config.root_doc] = digest(now.get(app.config.root_doc), current.needing_cpython())
    env.everypython_outputs = now  # type: ignore[attr-defined]  # how extensions keep data with the environment
    stale = [name for name, seen in now.items() if known.get(name, "") != seen and name not in added]
    if current.after_a_kill:
        stale = [name for name in now if name not in added]
    told = current.gathered_digest
    if told != getattr(env, "everypython_told", "") and not current.hasty:
        env.everypython_told = told  # type: ignore[attr-defined]
        stale += [name for name, text in texts.items() if any(made_of_all in text for made_of_all in MADE_OF_ALL)]
    return stale


def renavigated(app: Sphinx, env: BuildEnvironment) -> Sequence[str]:
    """Every page, when the table of contents changed that each shows at its side: Sphinx would write some of them."""
    titles = {name: title.astext() for name, title in env.titles.items()}
    now = digest(titles, env.toctree_includes)
    known = getattr(env, "everypython_navigation", now)
    hasty = current is not None and current.hasty
    env.everypython_navigation = known if hasty else now  # type: ignore[attr-defined]
    return [] if hasty or now == known else sorted(env.found_docs)
