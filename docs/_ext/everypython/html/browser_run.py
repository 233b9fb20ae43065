"""Run: the cells of the site in the reader's browser, on Pyodide, served from the site itself.

The pages get controls that the scripts of `site/browser` answer. What these need is put beside the pages: each Pyodide
with the packages that cells import, Graphviz for pictures, and for each page a file with its cells and what each
Pyodide printed for them.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from ..model.grouping import first_match
from ..model.interpreters import Interpreter
from ..model.units import Unit
from ..pages.controls import controls, loaded, skips
from ..run import node, process
from ..run.build import Build, build_of
from .editor import FOLDER, copy_editor

NEEDED = ("pyodide.mjs", "pyodide.asm.*js", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")
GRAPHVIZ = "viz/viz.js"
# what the bar of a page has whose cells run: see chooser.py
BUTTONS = """<button type="button" data-do="all">Run all</button>
<button type="button" data-do="stop" disabled>Stop</button>
<button type="button" data-do="restart">Reset page</button>
"""
UNSERVED = """
<p class="unserved">To run these cells, read this site from a server, such as <code>python -m http.server</code> in its
folder.</p>"""


def setup(app: Sphinx) -> None:
    app.add_css_file("run.css")  # on every page, so that all of a site have one stylesheet, which is loaded once


def runs_here(build: Build | None, doctree: nodes.document | None) -> bool:
    """Return whether a page has a cell or a program that runs in the reader's browser."""
    return bool(build and build.pyodides) and doctree is not None and next(doctree.findall(controls), None) is not None


def add_script(app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    if runs_here(build_of(app.env), doctree):
        app.add_js_file("browser/run.mjs", type="module")


def write(app: Sphinx, exception: Exception | None) -> None:
    """Put what Run fetches beside the pages."""
    build = build_of(app.env)
    if exception is not None or build is None or app.builder.format != "html":
        return
    out = Path(app.outdir)
    for folder in ("pyodide", "run", "viz", FOLDER):
        shutil.rmtree(out / folder, ignore_errors=True)
    if not build.pyodides:
        return
    bundles = {unit.packages for unit in build.units}
    for python in build.pyodides:
        copy_pyodide(build, python, out / "pyodide" / python.pyodide, bundles)
    copy_graphviz(app, out)
    copy_editor(app.config.everypython_browser, out)
    for page in {unit.page for unit in build.units}:
        file = out / "run" / f"{page}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(record(build, page), ensure_ascii=False) + "\n", encoding="utf-8")


def copy_pyodide(build: Build, python: Interpreter, folder: Path, bundles: set[tuple[str, ...]]) -> None:
    folder.mkdir(parents=True)
    for pattern in NEEDED:
        for file in Path(python.executable).glob(pattern):
            shutil.copyfile(file, folder / file.name)
    for packages in filter(None, bundles):
        shutil.copyfile(build.scheduler.environments.python(python, packages), folder / bundle(packages))


def bundle(packages: tuple[str, ...]) -> str:
    return f"{'-'.join(packages)}.json"


def copy_graphviz(app: Sphinx, out: Path) -> None:
    """Copy Graphviz for browsers. Where it is not in the cache, a graph that runs there shows its text and says so."""
    for package, integrity in app.config.everypython_browser.items():
        found = node.folder_of(package, integrity) / "dist" / "viz.js"
        if "viz" in package and found.exists():
            (out / GRAPHVIZ).parent.mkdir(parents=True)
            shutil.copyfile(found, out / GRAPHVIZ)


def record(build: Build, page: str) -> dict[str, Any]:
    """Return what a page needs to run its cells and to compare. Paths begin at the site's root."""
    folders = {python.key: f"pyodide/{python.pyodide}/" for python in build.pyodides}
    return {
        "pythons": {key: {"index": folder} for key, folder in folders.items()},
        "setting": {
            "env": node.inside(process.FIXED),
            "folder": f"{node.BASE}/work",
            "most": node.MOST,
            "runner": node.RUNNER.read_text(encoding="utf-8"),
        },
        "drawing": GRAPHVIZ,
        "units": [record_of_unit(build, unit) for unit in build.units if unit.page == page and unit.kind != "claims"],
    }


def record_of_unit(build: Build, unit: Unit) -> dict[str, Any]:
    return {
        "id": unit.id,
        "kind": unit.kind,
        "name": unit.name,
        "bundle": bundle(unit.packages) if unit.packages else None,
        "bytes": {python.key: loaded(build, unit, python) for python in build.pyodides},
        "cells": [
            {
                "id": f"{unit.id}:{index + 1}",
                "source": cell.source,
                "addresses": "addresses" in cell.options.tags,
                "skips": skips(build, cell),
                "varies": {p.key: why.reason for p in build.pyodides if (why := first_match(cell.options.volatile, p))},
                "expected": {p.key: expected(build, unit, index, p) for p in build.pyodides},
            }
            for index, cell in enumerate(unit.cells)
        ],
    }


def expected(build: Build, unit: Unit, index: int, python: Interpreter) -> dict[str, Any]:
    """Return what a Pyodide printed, displayed and raised when the site was built."""
    outcome = build.results[unit, python].cells[index]
    error = outcome.error and outcome.error.without_traceback().as_data()
    return {"text": outcome.text, "data": outcome.data, "error": error}
