"""Figures and their goals, as one table: `nox -s quality` and `nox -s browser` print what they measured with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

HEAD = ("figure", "goal", "worst page", "value", "")


@dataclass(frozen=True)
class Figure:
    """One row: what was measured, its goal, the page where it is worst and its value there.

    `told` says, a line each, what is to be done where the goal is missed.
    """

    name: str
    goal: str
    page: str
    value: str
    met: bool
    told: list[str] = field(default_factory=list)


def table(figures: Sequence[Figure]) -> str:
    rows = [HEAD, *((one.name, one.goal, one.page, one.value, "met" if one.met else "MISSED") for one in figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
    return "\n".join(lines)


def report(figures: Sequence[Figure]) -> int:
    """Prints the table, and below it what was missed; returns 1 if a goal was, else 0."""
    print(table(figures))
    for figure in figures:
        if not figure.met:
            print("", f"{figure.name}: {figure.value} on {figure.page}, where the goal is {figure.goal}", sep="\n")
            print(*(f"  {line}" for line in figure.told), sep="\n")
    return int(not all(figure.met for figure in figures))
