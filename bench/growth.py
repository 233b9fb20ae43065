"""Section "growth": what a cold build costs with more pages and with more Pythons, beside the floor."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from typing import Any

from bench import build_goals, notebooks
from bench.builds import GROWTH, Pythons, entry, executed, executions, finished, summarised
from bench.rounds import ROOT, BuildRow, Log
from bench.tools import Texts, floor, floor_with_our_navigation

SMALL = 40
"""The pages of the grown site that is built with one, two, four and eight Pythons."""


def run(options: argparse.Namespace, log: Log) -> dict[str, Any]:
    """Return the section: its rows, its goals, and the Pythons that ran."""
    pythons = Pythons.found()
    texts = notebooks.pages(ROOT / "docs")
    rows = grown(texts, pythons, options.pages, options.growth_repeats or options.repeats, log)
    goals = build_goals.judged(build_goals.GROWTH_GOALS, rows, pythons.names)
    return {"rows": rows, "goals": goals, "pythons": pythons.names}


def grown(texts: Texts, pythons: Pythons, sizes: Sequence[int], repeats: int, log: Log) -> list[BuildRow]:
    """Sites of several sizes with one Python, and one of them with more."""
    entries, most, plain = [], None, dict[int, BuildRow]()
    for size in sizes:
        site = notebooks.grown(texts, size)
        for nobody, name in ((floor(), "floor"), (floor_with_our_navigation(), "navigation")):
            entries.append(entry(nobody, site, f"grown-{size}-{name}", (GROWTH,), size))
        for number in pythons.steps if size == SMALL else [1]:
            entries.append(entry(pythons.tool(number), site, f"grown-{size}-{number}", (GROWTH,), size))
        if size == SMALL:
            most = entries[-1]
            plain = {number: {**executions(most, GROWTH)["plain"], "pythons": number} for number in pythons.steps}
    for turn in range(repeats):
        for one in entries:
            log(f"growth: round {turn + 1} of {repeats}: {one.folder.name}")
            one.measure(GROWTH, turn)
            if one is most:
                took = executed(one, "plain")
                for number, row in plain.items():
                    row["seconds"].append(sum(took[key] for key in pythons.keys[:number]))
            shutil.rmtree(one.folder)  # a site of many pages has many files
    return [*finished(entries), *summarised(plain.values())]
