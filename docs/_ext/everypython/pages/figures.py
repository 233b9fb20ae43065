"""What a file of measurements says, and what follows from it by subtraction and grouping."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import takewhile
from pathlib import Path
from typing import Any

from ..model import schemas
from .charts import number

Row = dict[str, Any]
SECTIONS = "builds", "growth"
GROWTH = "growth"  # the case whose rows are drawn as charts
NOTHING = "–"


class Wrong(Exception):
    """The file, or what a page says about it, cannot be published; the message says what to do."""


class Builds:
    """The builds of a section of a file, which a page calls `name`.

    `floor` is the tool whose time is subtracted from others'; from that of `alone` it is not, which builds no pages.
    """

    def __init__(self, name: str, file: Path, section: str, floor: str = "", alone: str = "") -> None:
        try:
            whole = parsed(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            remedy = "run the bench that writes it, or correct the path"
            raise Wrong(f"{name} cannot be read as measurements ({why}): {remedy}") from error
        if section not in SECTIONS or section not in whole["sections"]:
            there = ", ".join(each for each in SECTIONS if each in whole["sections"])
            raise Wrong(f"{name} has no section “{section}” of builds: measure it, or name another of {there}")
        builds = whole["sections"][section]
        # Each section says its own, where a file holds sections of several runs.
        self.date, self.machine = (builds.get(said, whole[said]) for said in ("date", "machine"))
        self.rows: list[Row] = builds["rows"]
        self.goals: list[dict[str, Any]] = builds["goals"]
        self.pythons: list[str] = builds["pythons"]
        self.profile: list[dict[str, Any]] | None = builds.get("profile")
        self.name, self.floor, self.alone = name, floor, alone

    @property
    def missed(self) -> list[str]:
        return [goal["goal"] for goal in self.goals if goal["met"] is False]

    @property
    def cases(self) -> list[str]:
        """Return the cases that stand in tables."""
        return list(dict.fromkeys(row["case"] for row in self.rows if row["case"] != GROWTH))

    def of_case(self, case: str) -> list[Row]:
        rows = [row for row in self.rows if row["case"] == case]
        if not rows:
            raise Wrong(f"{self.name} has no rows of the case “{case}”: measure it, or name another")
        return rows

    def others(self, rows: Sequence[Row]) -> list[Row]:
        """Return the rows that are not the floor's."""
        return [row for row in rows if row["tool"] != self.floor]

    def more(self, row: Row) -> float | None:
        """Return what a row took more than the floor, which is the fastest of its rows for the same."""
        alike = "case", "tool", "pages"
        same = [each for key, each in grouped(self.rows, *alike) if key == (row["case"], self.floor, row["pages"])]
        if not same:
            missing = f"no floor for {row['tool']} in {where(row)}"
            raise Wrong(f"{self.name} has {missing}: name its tool (`:floor: …`), or measure it")
        times = [each["median"] for each in same[0] if each["median"] is not None]
        return row["median"] - min(times) if times and row["median"] is not None else None


@lru_cache(1)  # a page draws a file several times
def parsed(text: str) -> Any:
    content = json.loads(text)
    if wrong := schemas.schema_error(content, schemas.MEASUREMENTS):
        raise ValueError(wrong)
    return content


def grouped(rows: Iterable[Row], *fields: str) -> Iterator[tuple[tuple[Any, ...], list[Row]]]:
    """Yield rows with the same in these fields, in the order of the first of each."""
    found: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(row[field] for field in fields), []).append(row)
    yield from found.items()


def by_call(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Return the rows of one tool, together, or by the part of its call that differs where one case has two of them.

    A call that only adds something to another, for one of the cases, belongs to that.
    """
    if len({row["case"] for row in rows}) == len(rows):
        return {"": list(rows)}
    calls = sorted({row["call"] for row in rows}, key=len)
    found: dict[str, list[Row]] = {}
    for row in rows:
        first = next(call for call in calls if f"{row['call']} ".startswith(f"{call} "))
        found.setdefault(first, []).append(row)
    words = [call.split() for call in found]
    before = max(0, shared(words) - 1)  # with the option before a value that differs
    after = shared([each[::-1] for each in words])
    return {" ".join(call.split()[before:][: -after or None]) or call: each for call, each in found.items()}


def shared(words: Sequence[Sequence[str]]) -> int:
    """Return how many words all begin with."""
    return sum(1 for _ in takewhile(lambda each: len(set(each)) == 1, zip(*words, strict=False)))


def where(row: Row) -> str:
    """Return what a row is about, besides its tool."""
    pythons = f", {row['pythons']} Pythons" if row["pythons"] > 1 else ""
    return f"“{row['case']}” ({row['pages']} pages{pythons})"


def versions(row: Row) -> str:
    return ", ".join(f"{name} {version}" for name, version in row["versions"].items())


def span(numbers: Iterable[int]) -> str:
    """Return one number, or the least and the largest of several."""
    different = sorted(set(numbers))
    return " to ".join(map(str, dict.fromkeys(different[:1] + different[-1:]))) or NOTHING


def measured(goal: dict[str, Any]) -> str:
    """Return what was measured, with as many digits as it takes to tell it from the bound."""
    found, bound = goal["measured"], goal["bound"]
    if found is None:
        return NOTHING
    if found == bound or number(found) != number(bound):
        return number(found)
    return next(text for text in (f"{found:.{digits}f}" for digits in range(3, 20)) if float(text) != bound)
