"""Sphinx glue: runs before pages are read, and the reader that fills outputs in."""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from nbformat import from_dict, v4
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.errors import SphinxError
from sphinx.util import logging

from . import node, variants
from .gates import gating, unpublishable
from .interpreters import Interpreter, discover, published_default
from .pictures import drawable, how_drawn, say_what_is_missing
from .records import Refused, merged, written
from .runs import Result, Store
from .tree import Changed, Tree
from .units import Unit, Unreadable, digest, page_units, parsed

LOG = logging.getLogger(__name__)
MADE_OF_ALL = "{differences}", "{programs}", "{coverage}"  # directives that gather from all pages


def refuse(message: str) -> NoReturn:
    """Ends the build before a page is written. Sphinx would print a bug report around an exception of its own."""
    LOG.error("everypython: %s", message)
    raise SystemExit(1)


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

    def ran(self, unit: Unit) -> list[Interpreter]:
        return [python for python in self.interpreters if (unit, python) in self.results]

    def complete(self, page: str) -> bool:
        """Whether every Python has run what a page tells."""
        return all(len(self.ran(unit)) == len(self.interpreters) for unit in self.units if unit.page == page)

    def outcomes(self, unit: Unit, index: int) -> list[tuple[Interpreter, dict[str, Any]]]:
        return [(python, self.results[unit, python]["cells"][index]) for python in self.ran(unit)]

    def groups(self, unit: Unit, index: int) -> list[variants.Group]:
        return variants.grouped(self.outcomes(unit, index), self.default, unit.cells[index].options)

    def page(self, name: str) -> Unit | None:
        """The unit of a page's own cells."""
        return next((unit for unit in self.units if unit.kind == "page" and unit.page == name), None)

    def example(self, name: str, page: str) -> Unit:
        return next(u for u in self.units if (u.kind, u.name, u.page) == ("example", name, page))

    def outputs_digest(self, page: str) -> str:
        """Of everything that a page shows and does not say itself: outputs, and which Pythons ran."""
        units = [unit for unit in self.units if unit.page == page]
        shown = [(python.key, self.results[unit, python]["cells"]) for unit in units for python in self.ran(unit)]
        return digest(shown, [python.identity for python in self.interpreters], self.default.key, how_drawn())


# The reader that myst-nb calls gets a page's text and nothing else; one process builds one site at a time.
current: Build | None = None


def setup(app: Sphinx) -> None:
    app.connect("config-inited", choose_who_executes, priority=400)
    app.connect("builder-inited", run_everything)
    app.connect("env-get-outdated", outdated)
    app.connect("env-updated", renavigated)


def choose_who_executes(app: Sphinx, config: Config) -> None:
    """Gives myst-nb executed notebooks, or leaves it to execute them in its own kernel."""
    if config.everypython_execute:
        config.nb_execution_mode = "off"
        config.nb_custom_formats = {**config.nb_custom_formats, ".md": ["everypython.pages.read", {}, False]}
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
        check(app, current)


def prepared(app: Sphinx, hasty: bool) -> Build:
    """Runs every unit on every Python, or in haste only what the published default has not run."""
    in_browsers = runnable(app)
    found = [*discovered(), *in_browsers]
    units, store = opened(app, Path(app.srcdir, app.config.everypython_store))
    LOG.info("runs on %s", ", ".join(python.name for python in found))
    wanted = [published_default(found)] if hasty else found
    results = store.all(units, wanted, LOG.info, sys.stdout.isatty() and app.verbosity >= 0)
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
    return Build(found, default, gate, absent, units, results, store, hasty)


@cache
def discovered() -> list[Interpreter]:
    """The Pythons of this machine when this process began."""
    return discover(log=LOG.info)


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


def check(app: Sphinx, build: Build) -> None:
    """Ends the build if something that ran must not be published."""
    refused, noted = findings(app, build)
    for line in noted:
        LOG.info("not yet explained: %s", line)
    if refused:
        refuse("\n".join([f"findings that stand against publishing: {len(refused)}", *refused]))


def findings(app: Sphinx, build: Build) -> tuple[list[str], list[str]]:
    """What must not be published, on Pythons that gate, and on others."""
    refused, noted = [], []
    for unit in build.units:
        here, elsewhere = unpublishable(build, unit, str(app.project.doc2path(unit.page, absolute=False)))
        refused += here
        noted += elsewhere
    return refused, noted


def opened(app: Sphinx, folder: Path) -> tuple[list[Unit], Store]:
    """The units that a site's pages tell, and a store in `folder` for their runs."""
    packages = {
        path.name: path for path in (Path(app.srcdir, each).resolve() for each in app.config.everypython_packages)
    }
    examples = (Path(app.srcdir) / app.config.everypython_examples).resolve()
    names = sorted(app.project.discover(app.config.exclude_patterns, app.config.include_patterns))
    files = {name: Path(app.project.doc2path(name, absolute=True)) for name in names}
    pages = ((name, file) for name, file in files.items() if file.suffix == ".md")
    units = [unit for name, file in pages for unit in page_units(name, file, examples, sorted(packages))]
    protected = [Path(app.srcdir), Path(app.srcdir, app.config.everypython_protected), examples, *packages.values()]
    tree = Tree(protected, apart=[Path(app.outdir), Path(app.doctreedir), folder])
    return units, Store(folder, packages, app.config.everypython_timeout, tree)


def outdated(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> Sequence[str]:
    """Pages whose runs print something else than when they were last read; a page that is gone goes from the output."""
    if isinstance(app.builder, StandaloneHTMLBuilder):
        for name in removed:
            Path(app.builder.get_outfilename(name)).unlink(missing_ok=True)
    if current is None:
        return []
    known: dict[str, str] = getattr(env, "everypython_outputs", {})
    # Texts as well: Sphinx takes a page for read that is saved again while it is read.
    texts = {name: env.doc2path(name).read_text(encoding="utf-8") for name in env.found_docs}
    now = {name: digest(text, current.outputs_digest(name)) for name, text in texts.items()}
    env.everypython_outputs = now  # type: ignore[attr-defined]  # how extensions keep data with the environment
    stale = [name for name, seen in now.items() if known.get(name, "") != seen and name not in added]
    told = digest(now)
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


def read(text: str) -> Any:
    """A page's notebook with the published default's outputs, for myst-nb."""
    notebook = copy.deepcopy(parsed(text))
    if not notebook.cells:
        notebook.cells.append(v4.new_markdown_cell(text))
        notebook.metadata["source_map"] = [0]
    notebook.metadata["language_info"] = {"name": "python", "pygments_lexer": "python3"}
    for name in ("differs", "notebook", "volatile", "skip"):
        notebook.metadata.pop(name, None)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, (cell, outcome) in enumerate(zip(code, published([cell.source for cell in code]), strict=True), 1):
        cell["id"], cell["execution_count"] = f"cell-{number}", number
        cell["outputs"] = notebook_outputs(outcome, number)
        cell["metadata"]["everypython"] = {"cell": number}
    return notebook


def published(sources: list[str]) -> list[dict[str, Any]]:
    """What the published default did for these cells."""
    for unit in current.units if current and sources else ():
        if current and unit.kind == "page" and unit.sources == sources:
            outcomes: list[dict[str, Any]] = current.results[unit, current.default]["cells"]
            return outcomes
    if sources:
        raise SphinxError("a page changed while it was built; build again")
    return []


def notebook_outputs(outcome: dict[str, Any], number: int) -> list[Any]:
    """What a cell did in the notebook's form. Not made by `v4.new_output`, which checks each against the schema."""
    outputs: list[dict[str, Any]] = []
    if outcome["text"]:
        outputs.append({"output_type": "stream", "name": "stdout", "text": outcome["text"]})
    if outcome["data"] and not drawable(outcome["data"]):  # a picture is put after these: show.results
        outputs.append(result(outcome["data"], number))
    if outcome["error"]:
        trace = outcome["error"]["traceback"].splitlines()
        error = {"ename": outcome["error"]["type"], "evalue": outcome["error"]["message"], "traceback": trace}
        outputs.append({"output_type": "error", **error})
    return [from_dict(output) for output in outputs]


def result(data: dict[str, str], number: int) -> dict[str, Any]:
    """What a cell displayed in the notebook's form."""
    return {"output_type": "execute_result", "metadata": {}, "data": data, "execution_count": number}
