"""Section "leaks": what tools say of forty programs that grow, each in one of four ways, and what asking costs these.

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
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple, cast

from bench.holders import answered, goal, not_installed
from bench.meter import Meter
from bench.rounds import ROOT, Log, Row, summarise, version_of

LIMIT = 120.0
"""Seconds that one program may take, the looks at it included; what takes longer counts as a crash."""
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


class Answer(NamedTuple):
    """What a tool said of a program, and what that cost the program."""

    kind: str
    text: str
    held_up: float
    """Seconds for which another thread was held up at most."""
    peak_mb: float | None
    """By how many megabytes the peak of resident memory rose; None where that is not known."""


def by_refdemo(seconds: float) -> Told:
    import refdemo.report

    found = refdemo.report.report(seconds)
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
        max_object_details=1,
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
    """Return the section: each tool's kinds, its holders and its costs, and whether the goal was met."""
    rows = []
    for name, (tool, call, _) in TOOLS.items():
        log(f"leaks: {tool} {call}")
        version = version_of(tool)
        parts = answers(name) if version else [not_installed()] * 3
        for what, part in zip(("what grows", "what holds it", "longest pause of another thread"), parts, strict=True):
            rows.append({"what": what, "tool": tool, "version": version, "call": call, **part})
    ours = list(rows[0]["answers"].values())
    right = ours.count("right") / len(ours)
    met = goal("refdemo's kinds that are right, of all", right, "at least", SHARE, right >= SHARE)
    return {"rows": rows, "goals": [met]}


def answers(name: str) -> list[dict[str, Any]]:
    """Return the verdicts on what a tool says of each program and on the holders that it names, and its costs."""
    kinds: dict[str, str] = {}
    holders: dict[str, str] = {}
    given: list[Answer] = []
    for kind, programs in catalogue().PROGRAMS.items():
        for program in programs:
            answer = asked_apart(name, program.__name__)
            kinds[program.__name__] = "crash" if answer is None else "right" if answer.kind == kind else "wrong"
            given += [answer] if answer else []
            if kind == "objects":
                word = rf"\b{NAMES[program.__name__]}\b"
                holders[program.__name__] = "right" if answer and re.search(word, answer.text) else "vague"
    return [{"answers": kinds, "skipped": None}, {"answers": holders, "skipped": None}, costs(given)]


def costs(given: list[Answer]) -> dict[str, Any]:
    """Return the pauses of a tool's answers and the median of its memory."""
    pauses = [answer.held_up for answer in given]
    row: dict[str, Any] = {"seconds": pauses, "median": None, "spread": None, "peak_mb": None}
    summarise(cast(Row, row), [answer.peak_mb for answer in given if answer.peak_mb is not None])
    return {**row, "skipped": None if given else "it has no answer"}


def catalogue() -> Any:
    """Return the module that has the programs, by their kinds."""
    if str(ROOT / "tests" / "refdemo") not in sys.path:
        sys.path.append(str(ROOT / "tests" / "refdemo"))
    return importlib.import_module("growing_programs")


def asked_apart(name: str, program: str) -> Answer | None:
    """Return what a tool says of a program, in a process of their own; None where that fails or does not end."""
    command = [sys.executable, "-m", "bench.leaks", name, program]
    with contextlib.suppress(subprocess.TimeoutExpired):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT)
        if done.returncode == 0:
            return Answer(*json.loads(done.stdout.splitlines()[-1]))
    return None


def measured(ask: Callable[[float], Told]) -> Callable[[float], Answer]:
    """Return what asks, and measures meanwhile how long a thread that wakes each millisecond is held up."""

    def asked(seconds: float) -> Answer:
        meter, over, longest = Meter(), threading.Event(), 0.0

        def wake() -> None:
            nonlocal longest
            before = time.perf_counter()
            while not over.wait(0.001):
                now = time.perf_counter()
                longest, before = max(longest, now - before - 0.001), now

        thread = threading.Thread(target=wake)
        thread.start()
        kind, text = meter.once(lambda: ask(seconds))
        over.set()
        thread.join()
        return Answer(kind, text, longest, meter.peak_mb)

    return asked


def table(section: Mapping[str, Any]) -> Iterator[str]:
    """Return the section's lines: how many answers of each tool are right, of kinds and of holders, and its costs."""
    from bench import report  # which loads a lot, and a program that is asked in has to be small

    for what, rows in groupby(sorted(section["rows"], key=itemgetter("what")), itemgetter("what")):
        yield what
        for row in rows:
            name = f"{row['tool'] + ' ' + (row['version'] or ''):16} {row['call']:48}"
            yield from [report.figures(name, row)] if "seconds" in row else answered([row])
    yield from report.goals(section)


if __name__ == "__main__":
    with contextlib.redirect_stdout(sys.stderr):
        _, [said] = catalogue().run(sys.argv[2], 7, measured(TOOLS[sys.argv[1]][2]))
    print(json.dumps(said))
