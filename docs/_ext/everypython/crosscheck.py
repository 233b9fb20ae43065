"""Runs pages through Jupyter's kernel as well and says where it prints something else than a plain process.

``python -m everypython.crosscheck SOURCE`` reports on every page; ``{kernel-comparison}`` shows what became of the cells
of its own page. The kernel is the one of the environment that builds the site, and the plain process is of that same
Python: what differs is the kernel's doing.
"""

from __future__ import annotations

import os
import reprlib
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from nbformat import v4
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from . import child, pages
from .interpreters import Interpreter, first_that_starts
from .runner import RICH, split
from .runs import Store, without_skipped
from .units import Cell, Unit, digest
from .variants import comparable, first, last_line

if TYPE_CHECKING:
    from sphinx.application import Sphinx

LOG = logging.getLogger(__name__)
shorten = reprlib.Repr()
shorten.maxstring = 60


class NoKernel(Exception):
    """Jupyter's kernel cannot be started here; the message says why."""


@dataclass(frozen=True)
class Compared:
    """A cell with what a plain process made of it and what the kernel did."""

    cell: Cell
    plain: dict[str, Any]
    kernel: dict[str, Any]

    @property
    def differs(self) -> bool:
        return comparable(self.plain, self.cell.options) != comparable(self.kernel, self.cell.options)

    @property
    def first_difference(self) -> tuple[str, str]:
        """The first line that differs, as each of the two printed it."""
        for lines in zip_longest(said(self.plain).split("\n"), said(self.kernel).split("\n"), fillvalue=""):
            plain, kernel = (comparable(child.outcome(line), self.cell.options) for line in lines)
            if plain != kernel:
                return lines
        return said(self.plain), said(self.kernel)


def setup(app: Sphinx) -> None:
    app.add_directive("kernel-comparison", KernelComparison)
    app.add_css_file("crosscheck.css")


@cache
def this_python() -> Interpreter:
    """The Python whose environment builds the site, without the environment."""
    found, complaints = first_that_starts([sys.executable])
    if found is None:
        raise NoKernel("; ".join(complaints))
    return found


def through_kernel(unit: Unit, packages: Mapping[str, Path], timeout: float) -> list[dict[str, Any]]:
    """The outcomes of a page's cells in a fresh kernel of this environment, `timeout` being for each cell."""
    # Imported here: jupyter_client and nbclient take 0.2 s, and most builds find all comparisons kept.
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    with tempfile.TemporaryDirectory(prefix="everypython-") as scratch:
        for folder in ("work", "home", "tmp", "packages"):
            Path(scratch, folder).mkdir()
        for name in unit.packages:
            shutil.copytree(packages[name], Path(scratch, "packages", name), ignore=shutil.ignore_patterns("*.pyc"))
        # no folders: a kernel that somebody registered as "python3" would be another Python's
        kernel = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=KernelSpecManager(kernel_dirs=[]))
        notebook = v4.new_notebook(cells=[v4.new_code_cell(source) for source in unit.sources])
        client = NotebookClient(notebook, km=kernel, allow_errors=True, timeout=timeout)
        reached = len(unit.cells)
        try:
            client.execute(cwd=str(Path(scratch, "work")), env=environment(scratch), cleanup_kc=True)
        except (CellTimeoutError, DeadKernelError):
            reached = client.code_cells_executed - 1
        except (OSError, RuntimeError) as error:
            raise NoKernel(f"Jupyter's kernel does not start: {error}") from error
    return [outcome(cell.outputs, number < reached) for number, cell in enumerate(notebook.cells)]


def environment(scratch: str) -> dict[str, str]:
    """What the kernel's process finds in os.environ: as little of this machine as the engine's own processes do."""
    base = Path(scratch)
    return {
        **{name: os.environ[name] for name in child.INHERITED if name in os.environ},
        **child.FIXED,
        "PATH": os.defpath,
        "PYTHONPATH": str(base / "packages"),
        **dict.fromkeys(("HOME", "IPYTHONDIR"), str(base / "home")),
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(base / "tmp")),
    }


def outcome(outputs: list[Any], reached: bool) -> dict[str, Any]:
    """A notebook cell's outputs in the engine's form."""
    text, data, error = "", None, None
    for output in outputs:
        if output.output_type == "stream":
            text += output.text
        elif output.output_type == "execute_result":
            data = {kind: output.data[kind] for kind in ("text/plain", *RICH) if kind in output.data}
        elif output.output_type == "error":
            error = {"type": output.ename, "message": output.evalue, "traceback": "\n".join(output.traceback)}
    return {**child.outcome(text, data, error), "reached": reached}


def compared(unit: Unit, store: Store, kept: bool) -> list[Compared]:
    """Every cell of a page that ought to print the same twice, run both ways; `kept` runs of the kernel will do."""
    python = this_python()
    unit = without_skipped(unit, python)
    plain = store.all([unit], [python], LOG.info, False)[unit, python]
    if plain["problem"]:
        raise NoKernel(f"its plain run is nothing to compare with: {plain['problem']['says']}")
    key = digest("kernel", store.key(unit, python), Path(__file__).read_text(encoding="utf-8"), kernel_versions())
    kernel = store.kept(key) if kept else None
    if kernel is None:
        kernel = {"cells": through_kernel(unit, store.packages, store.timeout)}
        store.keep(key, kernel)
    triples = zip(unit.cells, plain["cells"], kernel["cells"], strict=True)
    return [Compared(*triple) for triple in triples if not first(triple[0].options.volatile, python)]


def kernel_versions() -> str:
    return f"ipykernel {version('ipykernel')}, IPython {version('ipython')}"


def said(outcome: dict[str, Any]) -> str:
    """All that a cell printed, an error as its last line."""
    if not outcome["reached"]:
        return "(not reached)"
    error = last_line(outcome["error"]) if outcome["error"] else ""
    parts = [outcome["text"].rstrip("\n"), *(outcome["data"] or {}).values(), error]
    return "\n".join(part for part in parts if part)


class KernelComparison(SphinxDirective):
    """``{kernel-comparison}`` shows which cells of its page print something else in Jupyter's kernel."""

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(__file__)
        build = pages.current
        unit = build.page(self.env.docname) if build else None
        if build is None or unit is None:
            return [nodes.paragraph("", "No plain process ran cells of this page, so there is nothing to compare.")]
        try:
            cells = [one for one in compared(unit, build.store, kept=True) if "remove-cell" not in one.cell.options.tags]
        except NoKernel as error:
            LOG.info("%s: no comparison: %s", self.env.docname, error)
            self.env.note_reread()  # a kernel may be there next time
            return [nodes.paragraph("", "No kernel could be started when this was built, so there is no comparison.")]
        differing = [one for one in cells if one.differs]
        summary = (
            f"This page shows {len(cells)} cells, and {len(differing)} of them printed something else in Jupyter’s "
            f"kernel ({kernel_versions()}) than in a plain process of the same {this_python().name}."
        )
        return [nodes.paragraph("", summary), *(side_by_side(one) for one in differing)]


def side_by_side(one: Compared) -> nodes.container:
    """What a cell displays, or its source, above what each of the two printed."""
    source = split(one.cell.source)[1].strip() or one.cell.source
    sides = nodes.container("", classes=["sides"])
    for label, outcome in (("plain process", one.plain), ("Jupyter’s kernel", one.kernel)):
        block = nodes.literal_block(said(outcome), said(outcome) or "(nothing)", language="none")
        sides += nodes.container("", nodes.paragraph("", label), block, classes=["side"])
    code = nodes.literal_block(source, source, language="python3")
    return nodes.container("", code, sides, classes=["kernel-comparison"])


def report(units: list[Unit], store: Store) -> Iterator[str]:
    """A line for each cell that differs, and how many there are."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda unit: compared(unit, store, kept=False), units))
    ...
