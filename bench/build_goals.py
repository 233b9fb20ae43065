"""The goals of sections "builds" and "growth": each a number made from rows, and a bound that it must not exceed.

The floor is Sphinx with execution off on the same pages; overhead is a build's time less the floor's.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from bench.rounds import BuildRow
from bench.tools import FLOOR, MYST_NB, NAVIGATION, OURS, PLAIN

EVERY = 8
"""How many CPythons there must be for the goals that say "every CPython": fewer would be easier."""
CPYTHON = "CPython"
"""What the names of CPythons begin with."""
LEAST = 40
"""The pages from which on growth is judged: below, what a build takes in any case is most of it."""
BY_PAGES, BY_PYTHONS = "growth in pages: farthest from a line", "growth in Pythons: farthest from a line"


def cpythons(names: Iterable[str]) -> int:
    """Return how many of some Pythons, by their names, are CPythons."""
    return len([name for name in names if name.startswith(CPYTHON)])


class Missing(Exception):
    """A goal lacks a row; the message says which."""


class Point(NamedTuple):
    x: float
    y: float


class Figures:
    """Rows, asked by what they measured."""

    def __init__(self, rows: Sequence[BuildRow], pythons: Sequence[str]) -> None:
        self.rows, self.pythons = rows, pythons

    def row(self, case: str, tool: str, pythons: int, pages: int | None = None, call: str = "") -> BuildRow:
        asked = (case, tool, pythons)
        found = [
            row for row in self.rows if (row["case"], row["tool"], row["pythons"]) == asked and call in row["call"]
        ]
        for row in found:
            if pages in (None, row["pages"]):
                if row["skipped"] or row["median"] is None:
                    raise Missing(f"{tool}, {case}: {row['skipped'] or 'no figures'}")
                return row
        raise Missing(f"{tool}, {case}{f', {pages} pages' if pages else ''}: no row with {pythons} Pythons")

    def seconds(self, case: str, tool: str, pythons: int, pages: int | None = None, call: str = "") -> float:
        return self.row(case, tool, pythons, pages, call)["median"] or 0.0

    def overhead(self, case: str, tool: str, pythons: int, call: str = "") -> float:
        return self.seconds(case, tool, pythons, call=call) - self.seconds(case, FLOOR, 0)

    def grown(self, pythons: int, pages: int) -> float:
        """Return the overhead of a grown site. Its floor makes furo's navigation once, as ours does."""
        return self.seconds("growth", OURS, pythons, pages) - self.seconds("growth", NAVIGATION, 0, pages)

    @property
    def cpythons(self) -> int:
        number = cpythons(self.pythons)
        if number < EVERY:
            raise Missing(f"{number} CPythons are here, not {EVERY}")
        return number

    @property
    def every(self) -> int:
        return self.cpythons and len(self.pythons)

    def growth(self, tool: str) -> list[BuildRow]:
        return [row for row in self.rows if (row["case"], row["tool"]) == ("growth", tool) and row["median"]]


def cold_overhead(figures: Figures, pythons: int) -> float:
    theirs = figures.overhead("cold", MYST_NB, 1, call="-j auto")
    if theirs <= 0:
        raise Missing(f"{MYST_NB} took no longer than the floor")
    return figures.overhead("cold", OURS, pythons) / theirs


def execution(figures: Figures, pythons: int) -> float:
    return figures.seconds("execution", OURS, pythons) / figures.seconds("execution", PLAIN, pythons)


def peak(figures: Figures) -> float:
    """Return the peak of a cold build with every Python."""
    found = figures.row("cold", OURS, figures.every)["peak_mb"]
    if found is None:
        raise Missing("memory is not measured on this system")
    return found


def growth_in_pages(figures: Figures) -> float:
    """Of the overheads with one Python, over the pages."""
    sizes = sorted(row["pages"] for row in figures.growth(OURS) if row["pythons"] == 1 and row["pages"] >= LEAST)
    return off_line([Point(size, figures.grown(1, size)) for size in sizes])


def growth_in_pythons(figures: Figures) -> float:
    """Of the overheads on one site, over what the same Pythons take plain: one may take ten times another's time."""
    plain = figures.growth(PLAIN)
    return off_line([Point(row["median"] or 0, figures.grown(row["pythons"], row["pages"])) for row in plain])


def memory(figures: Figures) -> float:
    """Return the largest ratio of peaks, of any size from `LEAST` on."""
    ratios = []
    for row in figures.growth(OURS):
        if row["pythons"] == 1 and row["pages"] >= LEAST:
            beside = figures.row("growth", FLOOR, 0, row["pages"])
            if row["peak_mb"] is None or beside["peak_mb"] is None:
                raise Missing("memory is not measured on this system")
            ratios.append(row["peak_mb"] / beside["peak_mb"])
    if not ratios:
        raise Missing(f"no site of {LEAST} pages or more was grown")
    return max(ratios)


def profile(
    rows: Sequence[BuildRow], names: Mapping[str, str], apart: Sequence[Mapping[str, float]]
) -> list[dict[str, Any]]:
    """Return what a cold build with all Pythons consists of, in seconds: each Python plain, the engine, and the pages.

    `apart` says for each round how long each Python took plain.
    """
    figures = Figures(rows, list(names.values()))
    plain = {key: statistics.median(took[key] for took in apart) for key in names}
    engine = figures.seconds("execution", OURS, len(names)) - sum(plain.values())
    parts = {
        **{f"{name}, started for each page and program, and the cells": plain[key] for key, name in names.items()},
        # What the machine does beside may be more than what the engine does.
        **({"the engine while these run, environments included": engine} if engine > 0 else {}),
        "Sphinx, which reads and writes the pages, alone": figures.seconds("cold", FLOOR, 0),
    }
    return [{"part": part, "seconds": seconds} for part, seconds in parts.items()]


def off_line(points: Sequence[Point]) -> float:
    """How far the farthest point lies from the straight line that suits all best, as a fraction of its height.

    Best is the least sum of squares of those fractions: in metres, the largest site alone would decide.
    """
    if len(points) < 3:
        raise Missing(f"{len(points)} sizes were measured, and a line needs three")
    if min(point.y for point in points) <= 0:
        raise Missing("there is no overhead that could grow")
    weights = [1 / point.y**2 for point in points]
    total = sum(weights)
    x = sum(weight * point.x for weight, point in zip(weights, points, strict=True)) / total
    y = sum(weight * point.y for weight, point in zip(weights, points, strict=True)) / total
    leaning = sum(weight * (point.x - x) * (point.y - y) for weight, point in zip(weights, points, strict=True))
    spread = sum(weight * (point.x - x) ** 2 for weight, point in zip(weights, points, strict=True))
    return max(abs(y + leaning / spread * (point.x - x) - point.y) / point.y for point in points)


class Goal(NamedTuple):
    goal: str
    bound: float
    measure: Callable[[Figures], float]


GOALS = (
    Goal(
        "cold, one Python: overhead by that of myst-nb force -j auto", 0.25, lambda figures: cold_overhead(figures, 1)
    ),
    Goal(
        "cold, every CPython: overhead by that of myst-nb force -j auto with its one",
        1.0,
        lambda figures: cold_overhead(figures, figures.cpythons),
    ),
    Goal("execution alone, one Python: time by that of plain python", 1.3, lambda figures: execution(figures, 1)),
    Goal(
        "execution alone, every Python: time by that of plain python",
        1.3,
        lambda figures: execution(figures, figures.every),
    ),
    Goal("no change, every Python: seconds", 1.5, lambda figures: figures.seconds("no change", OURS, figures.every)),
    Goal(
        "cell edited in the preview, every Python: seconds",
        3.0,
        lambda figures: figures.seconds("cell edited in the preview", OURS, figures.every),
    ),
    Goal("cold, every Python: MB of the largest process at its peak", 600, peak),
)
GROWTH_GOALS = (
    Goal(BY_PAGES, 0.2, growth_in_pages),
    Goal(BY_PYTHONS, 0.2, growth_in_pythons),
    Goal("peak memory, one Python: by the floor's, 40 pages and more", 1.3, memory),
)


def judged(goals: Iterable[Goal], rows: Sequence[BuildRow], pythons: Sequence[str]) -> list[dict[str, Any]]:
    """Each goal with what was measured, or with the reason why nothing was."""
    figures = Figures(rows, pythons)
    verdicts = []
    for goal in goals:
        measured, why = None, None
        try:
            measured = goal.measure(figures)
        except Missing as error:
            why = str(error)
        met = None if measured is None else measured <= goal.bound
        told = {"goal": goal.goal, "sense": "≤", "bound": goal.bound, "measured": measured, "met": met, "why": why}
        verdicts.append(told)
    return verdicts
