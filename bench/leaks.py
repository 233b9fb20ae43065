"""Section "leaks": what tools say of forty programs that grow, each in one of four ways, and of what holds the objects.

`python -m bench.leaks TOOL PROGRAM` asks one tool about one program, and prints a line of JSON.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any

from bench.holders import answered, goal, not_installed
from bench.rounds import ROOT, Log, version_of

LIMIT = 300.0
"""Seconds that one program may take, the looks at it included."""
ENOUGH = 20
"""How many more of a type count as growth: a program takes some two hundred steps between two looks."""
SHARE = 0.95
NAMES = {
    "sessions_in_a_list": "kept",
    "texts_in_a_dict": "cache",
    "a_cached_method": "price",
    "listeners": "bus",
    "closures": "callbacks",
    "suspended_generators": "running",
    "exceptions_with_their_tracebacks": "failures",
    "numbers_in_a_set": "seen",
    "large_bytes_in_a_deque": "queue",
    "contexts": "kept",
}
"""What holds the objects of a program whose objects grow: the name by which its source calls it."""

Told = tuple[str, str]
"""The kind that a tool names, and all that it says."""


def by_refdemo(seconds: float) -> Told:
    from refdemo.report import report

    found = report(seconds)
    return found.kind, str(found)


def by_objgraph(seconds: float) -> Told:
    """Ask which types grow, and for the fastest what refers to an instance of it."""
    import objgraph

    objgraph.growth()
    time.sleep(seconds)
    grown = [(name, more) for name, _, more in objgraph.growth() if more >= ENOUGH]
    drawn = io.StringIO()
    for name, _ in grown[:1]:
        objgraph.show_backrefs(objgraph.by_type(name)[-1:], max_depth=4, output=drawn)
    return _grows(bool(grown)), f"{grown}\n{drawn.getvalue()}"


def by_pympler(seconds: float) -> Told:
    """Ask which types grow: it names no holder unless it is handed an object."""
    from pympler.tracker import SummaryTracker

    tracker = SummaryTracker()
    tracker.diff()
    time.sleep(seconds)
    grown = [row for row in tracker.diff() if row[1] >= ENOUGH]
    return _grows(bool(grown)), str(grown)


def by_memalot(seconds: float) -> Told:
    """Ask for what was made after a first moment and is there at a second one."""
    import memalot

    said: list[str] = []
    monitor = memalot.create_leak_monitor(
        warmup_calls=0,
        max_object_details=3,
        referrers_max_depth=8,
        referrers_search_timeout=2,
        save_reports=False,
        output_func=said.append,
        color=False,
    )
    with monitor:
        time.sleep(seconds)
    text = "\n".join(said)
    counts = [int(number.replace(",", "")) for number in re.findall(r"│\s*([\d,]+)\s*│", text)]
    return _grows(any(count >= ENOUGH for count in counts)), text


def _grows(found: bool) -> str:
    return "objects" if found else "nothing"


# By the name that a row has: the distribution, the call, and what asks. refleak is told which class to look for.
TOOLS: dict[str, tuple[str, str, Callable[[float], Told]]] = {
    "refdemo": ("refdemo", "report.report(seconds)", by_refdemo),
    "objgraph": ("objgraph", "growth(), show_backrefs(by_type(…))", by_objgraph),
    "pympler": ("pympler", "tracker.SummaryTracker().diff()", by_pympler),
    "memalot": ("memalot", "create_leak_monitor()", by_memalot),
}


def run(options: argparse.Namespace, log: Log) -> dict[str, Any]:
    """Return the section: for each tool a row of kinds and a row of holders, and whether the goal was met."""
    rows = []
    for name, (tool, call, _) in TOOLS.items():
        log(f"leaks: {tool} {call}")
        version = version_of(tool)
        kinds, holders = answers(name) if version else (not_installed(), not_installed())
        rows.append({"what": "what grows", "tool": tool, "version": version, "call": call, **kinds})
        rows.append({"what": "what holds it", "tool": tool, "version": version, "call": call, **holders})
    ours = list(rows[0]["answers"].values())
    right = ours.count("right") / len(ours)
    met = goal("refdemo's kinds that are right, of all", right, "at least", SHARE, right >= SHARE)
    return {"rows": rows, "goals": [met]}


def answers(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the verdicts on what a tool says of each program, and on the holders that it names."""
    kinds: dict[str, str] = {}
    holders: dict[str, str] = {}
    for kind, programs in catalogue().PROGRAMS.items():
        for program in programs:
            told = asked_apart(name, program.__name__)
            kinds[program.__name__] = "crash" if told is None else "right" if told[0] == kind else "wrong"
            if kind == "objects":
                word = rf"\b{NAMES[program.__name__]}\b"
                holders[program.__name__] = "right" if told and re.search(word, told[1]) else "vague"
    return {"answers": kinds, "skipped": None}, {"answers": holders, "skipped": None}


def catalogue() -> Any:
    """Return the module that has the programs, by their kinds."""
    if str(ROOT / "tests" / "refdemo") not in sys.path:
        sys.path.append(str(ROOT / "tests" / "refdemo"))
    return importlib.import_module("growing_programs")


def asked_apart(name: str, program: str) -> Told | None:
    """Return what a tool says of a program, in a process of their own; None where that fails or does not end."""
    command = [sys.executable, "-m", "bench.leaks", name, program]
    with contextlib.suppress(subprocess.TimeoutExpired):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT)
        if done.returncode == 0:
            kind, text = json.loads(done.stdout.splitlines()[-1])
            return kind, text
    return None


def table(section: Mapping[str, Any]) -> Iterator[str]:
    """Return the section's lines: how many answers of each tool are right, of kinds and of holders."""
    from bench.report import goals

    for what, rows in groupby(sorted(section["rows"], key=itemgetter("what")), itemgetter("what")):
        yield what
        yield from answered(rows)
    yield from goals(section)


if __name__ == "__main__":
    with contextlib.redirect_stdout(sys.stderr):
        _, [said] = catalogue().run(sys.argv[2], 7, TOOLS[sys.argv[1]][2])
    print(json.dumps(said))
