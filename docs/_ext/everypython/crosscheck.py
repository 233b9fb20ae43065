"""Compares what pages print in a plain process with what they print in Jupyter's kernel.

``python -m everypython.crosscheck SOURCE`` reports on every page; ``{kernel-comparison}`` shows which cells of its own
page differ. The plain process is of the very Python that the kernel runs on: a difference is the kernel's doing.
"""

from __future__ import annotations

import os
import reprlib
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from . import child, kernel, pages
from .interpreters import Interpreter, first_that_starts
from .runner import split
from .runs import Store, without_skipped
from .units import Cell, Unit, Unreadable, digest
from .variants import comparable, first, last_line

LOG = logging.getLogger(__name__)
KERNEL = "Jupyter’s kernel"

shortened = reprlib.Repr()
shortened.maxstring = 60


class Incomparable(Exception):
    """There is nothing to compare with; the message says why."""


@dataclass(frozen=True)
class Compared:
    """A cell, what it did in a plain process, and what it did in the kernel."""

    cell: Cell
    plain: dict[str, Any]
    kernel: dict[str, Any]

    @property
    def differs(self) -> bool:
        return self.comparable(self.plain) != self.comparable(self.kernel)

    @property
    def first_difference(self) -> tuple[str, str]:
        """The first lines that differ, the plain process's and the kernel's."""
        for plain, other in zip_longest(said(self.plain).split("\n"), said(self.kernel).split("\n"), fillvalue=""):
            if self.comparable(child.outcome(plain)) != self.comparable(child.outcome(other)):
                return plain, other
        return said(self.plain), said(self.kernel)

    def comparable(self, outcome: dict[str, Any]) -> object:
        return comparable(outcome, self.cell.options)


def setup(app: Sphinx) -> None:
    app.add_directive("kernel-comparison", KernelComparison)
    app.add_css_file("crosscheck.css")


@cache
def this_python() -> Interpreter:
    """The Python that this environment was made from, and so the kernel's."""
    found, complaints = first_that_starts([sys.executable])
    if found is None:
        raise Incomparable("; ".join(complaints))
    return found


def compared(unit: Unit, store: Store, keep: bool = False) -> list[Compared]:
    """Every cell of a page that prints the same each time, run both ways. A kernel's run is kept if `keep` says so."""
    python = this_python()
    plain = store.all([unit], [python], LOG.debug, False)[unit, python]
    if plain["problem"]:
        raise Incomparable(f"{unit.page}: {plain['problem']['says']}")
    key = digest(store.key(unit, python), Path(kernel.__file__).read_text(encoding="utf-8"), kernel.versions())
    run = store.kept(key) if keep else None
    if run is None:
        run = {"cells": kernel.outcomes(without_skipped(unit, python), store.packages, store.timeout)}
        if keep and all(outcome["reached"] for outcome in run["cells"]):
            store.keep(key, run)
    return [
        Compared(cell, *both)
        for cell, *both in zip(unit.cells, plain["cells"], run["cells"], strict=True)
        if not first(cell.options.volatile, python) and not first(cell.options.skip, python)
    ]


def said(outcome: dict[str, Any]) -> str:
    """All that a cell printed, its error as one line."""
    if not outcome["reached"]:
        return "(not reached)"
    error = last_line(outcome["error"]) if outcome["error"] else ""
    data = [text for kind, text in (outcome["data"] or {}).items() if kind.startswith("text/")]
    parts = [outcome["text"].rstrip("\n"), *data, error]
    return "\n".join(part for part in parts if part)


class KernelComparison(SphinxDirective):
    """``{kernel-comparison}`` shows which cells of its page print something else in Jupyter's kernel."""

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(__file__)
        build = pages.current
        unit = build.page(self.env.docname) if build else None
        if build is None or unit is None:
            return [nodes.paragraph("", f"No plain process ran cells of this page to compare with {KERNEL}.")]
        try:
            cells = compared(unit, build.store, keep=True)
        except (Incomparable, kernel.NoKernel) as error:
            LOG.info("%s: no comparison with %s: %s", self.env.docname, KERNEL, error)
            self.env.note_reread()  # the next build may find a kernel
            return [nodes.paragraph("", f"No comparison with {KERNEL} could be made when this page was built.")]
        cells = [one for one in cells if "remove-cell" not in one.cell.options.tags]
        differing = [one for one in cells if one.differs]
        summary = (
            f"Of this page’s {len(cells)} cells, {len(differing)} did something else in {KERNEL} ({kernel.versions()}) "
            f"than in a plain process of the same {this_python().name}."
        )
        return [nodes.paragraph("", summary), *map(side_by_side, differing)]


def side_by_side(one: Compared) -> nodes.container:
    """What a cell displays, or else its source, above what each of the two printed."""
    source = split(one.cell.source)[1].strip() or one.cell.source
    code = nodes.literal_block(source, source, language="python3")
    sides = nodes.container("", classes=["sides"])
    for label, outcome in (("plain process", one.plain), (KERNEL, one.kernel)):
        text = said(outcome) or "(nothing)"
        block = nodes.literal_block(text, text, language="none")
        sides += nodes.container("", nodes.paragraph("", label), block, classes=["side"])
    return nodes.container("", code, sides, classes=["kernel-comparison"])


def opened(source: Path, scratch: Path) -> tuple[dict[str, Unit], Store]:
    """The units of a site's pages, by file, and the store with their runs."""
    app = Sphinx(source, source, scratch, scratch, "dummy", {"everypython_execute": False}, status=None)
    units, store = pages.opened(app, source / app.config.everypython_store)
    return {str(app.project.doc2path(unit.page, absolute=False)): unit for unit in units if unit.kind == "page"}, store


def crosscheck(source: Path) -> int:
    """Reports on every page of a site; returns 0 if all of them could be compared, whatever came of it."""
    began = time.monotonic()
    try:
        with tempfile.TemporaryDirectory() as scratch:
            units, store = opened(source, Path(scratch))
        python = this_python()
        store.all(list(units.values()), [python], LOG.debug, False)  # at once: it makes each environment once
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            results = dict(zip(units, pool.map(lambda unit: compared(unit, store), units.values()), strict=True))
    except (Incomparable, kernel.NoKernel, Unreadable, SphinxError, OSError, ValueError) as error:
        print(f"Nothing was compared: {error}", file=sys.stderr)
        return 1
    for file, cells in results.items():
        for one in cells:
            if one.differs:
                plain, other = map(shortened.repr, one.first_difference)
                print(f"{file}:{one.cell.line}: plain {plain}, kernel {other}")
    cells = [one for every in results.values() for one in every]
    differing = sum(one.differs for one in cells)
    print(f"{differing} of {len(cells)} cells on {len(results)} pages differ between {python.name} and its kernel.")
    print(f"Compared in {time.monotonic() - began:.1f} s, with {kernel.versions()}.")
    return 0


if __name__ == "__main__":
    sys.exit(crosscheck(Path(sys.argv[1]).resolve()))
