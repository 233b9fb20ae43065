"""Measures cases in processes of their own, round after round, each round all cases one after another.

So what else the machine does meets all tools alike, and no tool finds the memory that another left behind.
"""

from __future__ import annotations

import importlib.metadata
import json
import platform
import statistics
import subprocess
import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

import refdemo
from bench.meter import Meter

ROOT = Path(__file__).parents[1]
LIMIT = 120.0
"""Seconds that one process may take, the building of its heap included."""

Log = Callable[[str], None]
Key = tuple[str, int | None]
"""The name of a case, and the size of its heap where it has one."""


Measure = Callable[[Meter, int], None]


@dataclass(frozen=True)
class Case:
    """One thing measured."""

    what: str
    tool: str
    """The distribution that is measured; "CPython" for what the interpreter offers itself."""
    call: str
    measure: Measure
    sized: bool
    """Whether it depends on the size of a heap."""
    largest: int | None
    """The size of the largest heap it is tried on, None for no limit."""
    why: str
    """The reason for that limit."""


class BenchError(Exception):
    """What ends the bench: a wrong answer, or an instrument of this project that fails."""


class Figures(TypedDict):
    """What was measured, in any section."""

    tool: str
    call: str
    seconds: list[float]
    """Of each round, wall time: of the call, or of one of many."""
    median: float | None
    spread: float | None
    """The slowest round less the fastest, as a fraction of the median."""
    peak_mb: float | None
    """The median of the peaks of resident memory, in 10⁶ bytes; None where it is not measured."""
    skipped: str | None
    """The reason why there are no figures."""


class Row(Figures):
    """One case on one size of heap. Its peak is how far the call raised that of its process."""

    what: str
    version: str | None
    objects: int | None


class BuildRow(Figures):
    """One case of building one site. Its peak is that of the largest of the build's processes."""

    case: str
    versions: dict[str, str]
    """Of the distributions that matter."""
    pythons: int
    """How many ran the cells; none for the floor."""
    pages: int


def rounds(
    cases: Mapping[str, Case], sizes: Collection[int], repeats: int, log: Log, limit: float = LIMIT
) -> dict[Key, Row]:
    """Return the figures of all cases on all sizes; BenchError for what must not be left out."""
    rows: dict[Key, Row] = {}
    peaks: dict[Key, list[float]] = {}
    skipped: dict[str, str] = {}
    for size in (None, *sorted(sizes)):
        due = {name: case for name, case in cases.items() if case.sized == (size is not None)}
        for turn in range(repeats):
            log(f"{f'{size:,} objects' if size else 'without a heap'}: round {turn + 1} of {repeats}")
            for name, case in due.items():
                row = rows.setdefault((name, size), new_row(case, size))
                row["skipped"] = row["skipped"] or skipped.get(name)
                if row["skipped"]:
                    continue
                try:
                    outcome = in_process(name, size or 0, limit)
                except subprocess.TimeoutExpired:
                    # A larger heap takes no less.
                    skipped[name] = row["skipped"] = f"over {limit:g} s{on(size)}"
                else:
                    row["skipped"] = why_not(case, outcome, size)
                if row["skipped"]:
                    row["seconds"].clear()
                    continue
                row["seconds"].append(outcome["seconds"])
                if outcome["peak_mb"] is not None:
                    peaks.setdefault((name, size), []).append(outcome["peak_mb"])
    for key, row in rows.items():
        summarise(row, peaks.get(key, []))
    return rows


def new_row(case: Case, size: int | None) -> Row:
    version = version_of(case.tool)
    why = None if version else "not installed"
    if case.largest is not None and size is not None and size > case.largest:
        why = why or case.why
    return {
        "what": case.what,
        "tool": case.tool,
        "version": version,
        "call": case.call,
        "objects": size,
        "seconds": [],
        "median": None,
        "spread": None,
        "peak_mb": None,
        "skipped": why,
    }


def version_of(tool: str) -> str | None:
    """Return the version of a distribution, or of the interpreter itself; None where it is not installed."""
    if tool == "CPython":
        return platform.python_version()
    if tool == "refdemo":  # which stands beside this, installed or not
        return refdemo.__version__
    try:
        return importlib.metadata.version(tool)
    except importlib.metadata.PackageNotFoundError:
        return None


def in_process(name: str, size: int, limit: float) -> dict[str, Any]:
    """Return what a case measured in a process of its own; subprocess.TimeoutExpired after `limit` seconds."""
    command = [sys.executable, "-m", "bench.child", name, str(size)]
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=limit)
    lines = done.stdout.splitlines()
    if done.returncode or not lines:
        complaint = (done.stderr.strip().splitlines() or ["and said nothing"])[-1]
        return {"error": f"its process ended with {done.returncode}", "text": complaint}
    outcome: dict[str, Any] = json.loads(lines[-1])
    return outcome


def on(size: int | None) -> str:
    return f" on {size:,} objects" if size else ""


def why_not(case: Case, outcome: Mapping[str, Any], size: int | None) -> str | None:
    """Why an outcome has no figures, None if it has; BenchError where that is no reason to go on."""
    if "error" not in outcome:
        return None
    told = f"{outcome['error']}: {outcome['text']}"
    if outcome["error"] == "WrongAnswer" or (case.tool == "refdemo" and outcome["error"] != "NotImplementedError"):
        raise BenchError(f"{case.tool} {case.call}{on(size)}: {told}")
    return told


def summarise(row: Row | BuildRow, peaks: list[float]) -> None:
    if row["seconds"]:
        median = statistics.median(row["seconds"])
        row["median"] = median
        row["spread"] = (max(row["seconds"]) - min(row["seconds"])) / median
        row["peak_mb"] = statistics.median(peaks) if peaks else None
