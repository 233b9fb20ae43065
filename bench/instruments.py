"""Section "instruments": what this project's instruments cost, beside their peers and what no tool can do without."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any, NamedTuple

from bench.cases import CASES
from bench.rounds import Key, Log, Row, rounds

# Below it memory cannot be told from none: the kernel counts resident pages in batches.
LEAST_MB = 0.1


class Goal(NamedTuple):
    """A bound on a ratio of two figures."""

    goal: str
    case: str
    against: str
    """What `case` is divided by; the case itself stands for its figure on a tenth of the objects."""
    sense: str
    bound: float
    field: str = "median"


GOALS = (
    Goal(
        "cyclic_garbage is 4 times faster than refcycle: its time by ours",
        "garbage_by_refcycle",
        "garbage_by_refdemo",
        "at least",
        4,
    ),
    Goal(
        "cyclic_garbage takes a quarter of refcycle's memory: its growth by ours",
        "garbage_by_refcycle",
        "garbage_by_refdemo",
        "at least",
        4,
        "peak_mb",
    ),
    Goal(
        "cycles(root) is 9 times faster than refcycle: its time by ours",
        "cycles_by_refcycle",
        "cycles_by_refdemo",
        "at least",
        9,
    ),
    Goal(
        "why_alive takes 0.7 of objgraph's time: ours by its", "chain_by_refdemo", "chain_by_objgraph", "at most", 0.7
    ),
    Goal(
        "refcount of a global: ours by sys.getrefcount's",
        "count_of_global_by_refdemo",
        "count_of_global_by_sys",
        "at most",
        4,
    ),
    Goal(
        "refcount of a local: ours by sys.getrefcount's",
        "count_of_local_by_refdemo",
        "count_of_local_by_sys",
        "at most",
        4,
    ),
    *(
        Goal(f"{name}: ten times the objects, its time by that on a tenth", case, case, "at most", 12)
        for name, case in (
            ("cyclic_garbage", "garbage_by_refdemo"),
            ("cycles(root)", "cycles_by_refdemo"),
            ("why_alive", "chain_by_refdemo"),
        )
    ),
)


def run(options: argparse.Namespace, log: Log) -> dict[str, Any]:
    """Return the section: its rows, and which goals were met."""
    rows = rounds(CASES, options.sizes, options.repeats, log)
    return {"rows": list(rows.values()), "goals": [judged(goal, rows, max(options.sizes)) for goal in GOALS]}


def judged(goal: Goal, rows: Mapping[Key, Row], largest: int) -> dict[str, Any]:
    """Return a goal with the ratio measured on the largest heap, or with the reason why there is none."""
    size = largest if CASES[goal.case].sized else None
    against: Key = (goal.against, size) if goal.against != goal.case else (goal.against, largest // 10)
    above, below = rows.get((goal.case, size)), rows.get(against)
    result = {
        "goal": goal.goal,
        "objects": size,
        "sense": goal.sense,
        "bound": goal.bound,
        "measured": None,
        "met": None,
    }
    if below is None or above is None:
        return {**result, "why": f"nothing was measured on {against[1]:,} objects"}
    figures = [row["peak_mb"] if goal.field == "peak_mb" else row["median"] for row in (above, below)]
    if figures[0] is None or figures[1] is None:
        skipped = above if figures[0] is None else below
        return {**result, "why": f"{skipped['tool']}: {skipped['skipped'] or 'memory is not measured on this system'}"}
    if goal.field == "peak_mb":
        figures = [max(figure or 0, LEAST_MB) for figure in figures]
    ratio = figures[0] / figures[1]  # type: ignore[operator]
    return {
        **result,
        "measured": ratio,
        "met": ratio >= goal.bound if goal.sense == "at least" else ratio <= goal.bound,
    }
