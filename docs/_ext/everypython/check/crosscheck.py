"""Compare what pages print in a plain process with what they print in Jupyter's kernel.

The plain process is of the very Python that the kernel runs on: a difference is the kernel's doing.
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

from sphinx.errors import SphinxError
from sphinx.util import logging

from ..model.grouping import comparable, first_match
from ..model.interpreters import Interpreter
from ..model.outcome import Outcome, Result
from ..model.units import Cell, Unit, Unreadable, digest
from ..run import kernel
from ..run.discovery import first_that_starts
from ..run.recording import without_skipped
from ..run.scheduler import Scheduler
from ..run.sources import of_site

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
    plain: Outcome
    kernel: Outcome

    @property
    def differs(self) -> bool:
        return self.comparable(self.plain) != self.comparable(self.kernel)

    @property
    def first_difference(self) -> tuple[str, str]:
        """Return the first lines that differ, the plain process's and the kernel's."""
        for plain, other in zip_longest(said(self.plain).split("\n"), said(self.kernel).split("\n"), fillvalue=""):
            if self.comparable(Outcome(plain)) != self.comparable(Outcome(other)):
                return plain, other
        return said(self.plain), said(self.kernel)

    def comparable(self, outcome: Outcome) -> object:
        return comparable(outcome, self.cell.options)


@cache
def this_python() -> Interpreter:
    """Return the Python that this environment was made from, and so the kernel's."""
    found, complaints = first_that_starts([sys.executable])
    if found is None:
        raise Incomparable("; ".join(complaints))
    return found


def compared(unit: Unit, scheduler: Scheduler, keep: bool = False) -> list[Compared]:
    """Return every cell of a page that prints the same each time, run both ways.

    A kernel's run is kept if `keep` says so.
    """
    python, store = this_python(), scheduler.store
    plain = scheduler.all([unit], [python], LOG.debug, False)[unit, python]
    if plain.problem:
        raise Incomparable(f"{unit.page}: {plain.problem.says}")
    key = digest(store.key(unit, python), Path(kernel.__file__).read_text(encoding="utf-8"), kernel.versions())
    run = store.kept(key) if keep else None
    if run is None:
        run = Result(
            tuple(kernel.outcomes(without_skipped(unit, python), scheduler.environments.packages, scheduler.timeout))
        )
        if keep and all(outcome.reached for outcome in run.cells):
            store.keep(key, run)
    return [
        Compared(cell, *both)
        for cell, *both in zip(unit.cells, plain.cells, run.cells, strict=True)
        if not first_match(cell.options.volatile, python) and not first_match(cell.options.skip, python)
    ]


def said(outcome: Outcome) -> str:
    """Return all that a cell printed, its error as one line."""
    if not outcome.reached:
        return "(not reached)"
    error = outcome.error.last_line if outcome.error else ""
    data = [text for kind, text in (outcome.data or {}).items() if kind.startswith("text/")]
    parts = [outcome.text.rstrip("\n"), *data, error]
    return "\n".join(part for part in parts if part)


def crosscheck(source: Path) -> int:
    """Report on every page of a site; return 0 if all of them could be compared, whatever came of it."""
    began = time.monotonic()
    try:
        with tempfile.TemporaryDirectory() as scratch:
            app, told, scheduler = of_site(source, Path(scratch))
        units = {app.project.doc2path(unit.page, absolute=False): unit for unit in told if unit.kind == "page"}
        python = this_python()
        scheduler.all(list(units.values()), [python], LOG.debug, False)  # at once: it makes each environment once
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            results = dict(zip(units, pool.map(lambda unit: compared(unit, scheduler), units.values()), strict=True))
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
