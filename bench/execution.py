"""Runs the cells and examples of a site, and nothing else: `python -m bench.execution ours|plain SITE`.

Prints, as JSON, how many seconds each Python took: of `ours` the wall time of all together, under the name "all".
"""

from __future__ import annotations

import ast
import json
import marshal
import os
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from everypython.model.interpreters import Interpreter
from everypython.model.units import Unit
from everypython.run.discovery import discover
from everypython.run.recording import without_skipped
from everypython.run.scheduler import Scheduler
from everypython.run.sources import configured
from everypython.run.sources import opened as open_sources

from bench.clock import timed

CELLS = Path(__file__).with_name("cells.py")
CORES = os.cpu_count() or 1
LIMIT = 180.0
"""Seconds that a page or an example may take, as `everypython_timeout` of the site."""


def opened(source: Path, scratch: Path) -> tuple[list[Unit], Scheduler]:
    app = configured(source, scratch)
    shutil.rmtree(source / "_build" / "execution", ignore_errors=True)
    return open_sources(app, source / "_build" / "execution")


def ours(units: list[Unit], pythons: list[Interpreter], scheduler: Scheduler) -> dict[str, float]:
    """Return the engine's own phase, cold: it makes environments, and runs everything."""
    began = time.perf_counter()
    results = scheduler.all(units, pythons, lambda line: None, False)
    seconds = time.perf_counter() - began
    failed = [unit.id for (unit, _), result in results.items() if result.problem]
    if failed:
        raise SystemExit(f"did not run to its end: {', '.join(sorted(set(failed)))}")
    return {"all": seconds}


def plain(units: list[Unit], pythons: list[Interpreter], scheduler: Scheduler) -> dict[str, float]:
    """`python`, started once for each unit, as many at a time as there are cores.

    What these processes took is shared among the cores, so none of them is ever seen to have nothing to do.
    """
    pairs = [(unit, python) for python in pythons for unit in units]
    for unit, python in pairs:
        scheduler.environments.python(python, unit.packages)  # made beforehand: only starting and running is measured
    seconds: dict[str, float] = defaultdict(float)
    with ThreadPoolExecutor(CORES) as pool:
        for (_, python), took in zip(
            pairs, pool.map(lambda pair: one(pair[0], pair[1], scheduler), pairs), strict=True
        ):
            seconds[python.key] += took / CORES
    return dict(seconds)


def one(unit: Unit, python: Interpreter, scheduler: Scheduler) -> float:
    executable = scheduler.environments.python(python, unit.packages)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        if unit.kind == "example":
            Path(folder, f"{unit.name}.py").write_text(unit.sources[0], encoding="utf-8")
            command = [str(executable), f"{unit.name}.py"]
        else:
            sources = without_skipped(unit, python).sources
            Path(folder, "cells").write_bytes(marshal.dumps([parted(source) for source in sources], 2))
            command = [str(executable), str(CELLS), "cells"]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        env = {**kept, "TMPDIR": folder, "PYTHONUTF8": "1", "PYTHONHASHSEED": "0"}
        outcome = timed(command, Path(folder), env, Path(folder, "printed"), LIMIT)
    if outcome.status < 0 or (outcome.status and unit.kind == "page"):
        raise SystemExit(f"{unit.id} on {python.name} ended with {outcome.status}")
    return outcome.seconds


def parted(source: str) -> tuple[str, str]:
    """Return a cell before its last expression, and that expression or nothing; or all of it."""
    try:
        last = ast.parse(source).body[-1:]
    except SyntaxError:
        return source, ""
    if not last or not isinstance(last[0], ast.Expr):
        return source, ""
    lines = source.split("\n")
    if lines[last[0].lineno - 1][: last[0].col_offset].strip():
        return source, ""  # it shares a line with another statement
    return "\n".join(lines[: last[0].lineno - 1]), "\n".join(lines[last[0].lineno - 1 :]).rstrip().rstrip(";")


def main(kind: str, site: str) -> None:
    source = (Path(site) / "docs").resolve()
    with tempfile.TemporaryDirectory() as scratch:
        units, scheduler = opened(source, Path(scratch))
        pythons = discover(log=lambda line: None)
        print(json.dumps({"ours": ours, "plain": plain}[kind](units, pythons, scheduler)))


if __name__ == "__main__":
    main(*sys.argv[1:])
