"""The buttons under each cell that runs in the reader's browser; the scripts of `site/browser` answer them."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

from ..model.grouping import first_match
from ..model.interpreters import Interpreter
from ..model.units import Cell, Unit
from ..run import node
from ..run.build import Build

UNRUN = {"remove-cell", "remove-input"}


class controls(nodes.General, nodes.Element):  # docutils names nodes in lower case
    """The buttons of one cell or program, in HTML."""


def setup(app: Sphinx) -> None:
    app.add_node(controls, html=(open_controls, close_controls), latex=(skip, skip), text=(skip, skip))


def skips(build: Build, cell: Cell) -> dict[str, str]:
    """Return why a cell does not run, for each Pyodide on which it does not."""
    found = {python.key: first_match(cell.options.skip, python) for python in build.pyodides}
    return {key: why.reason for key, why in found.items() if why}


def loaded(build: Build, unit: Unit, python: Interpreter) -> int:
    """Return how many bytes a browser fetches to start a Pyodide for a unit, beside its scripts."""
    bundle = build.scheduler.environments.python(python, unit.packages) if unit.packages else None
    return node.loaded(Path(python.executable)) + (bundle.stat().st_size if bundle else 0)


def of_cell(build: Build, unit: Unit, index: int) -> list[nodes.Node]:
    """Return the controls of a cell or program; none where no Pyodide runs it."""
    cell = unit.cells[index]
    skipped = skips(build, cell)
    if UNRUN & cell.options.tags or len(skipped) == len(build.pyodides):
        return []
    number = f"{unit.name}.py" if unit.kind == "example" else f"cell {index + 1}"
    megabytes = round(loaded(build, unit, build.pyodides[0]) / 1e6)
    return [controls("", cell=f"{unit.id}:{index + 1}", number=number, skips=sorted(skipped), megabytes=megabytes)]


def open_controls(self: HTML5Translator, at: controls) -> None:
    number = html.escape(at["number"])
    names = {"data-cell": at["cell"], "data-number": at["number"], "data-skips": " ".join(at["skips"])}
    self.body.append(self.starttag(at, "div", CLASS="run", **names))
    for what in ("Run", "Edit", "Share", "Reset"):
        hidden = " hidden" if what == "Reset" else ""
        label = f'aria-label="{what} {number}"'
        self.body.append(f'<button type="button" data-do="{what.lower()}" {label}{hidden}>{what}</button>\n')
    self.body.append(f'<span class="run-says">first run loads {at["megabytes"]} MB</span>\n')
    self.body.append('<span class="because" hidden>Does not run on this one: the reason is below.</span>')


def close_controls(self: HTML5Translator, at: controls) -> None:
    self.body.append("</div>\n")


def skip(self: Any, at: nodes.Element) -> None:
    """Do nothing: other formats show what is inside, if anything."""
