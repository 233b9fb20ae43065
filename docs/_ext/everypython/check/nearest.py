"""Compare what one more Python did with the columns of a site. Imports no library: see my_python.py."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..model import claims
from ..model.grouping import comparable, first_match
from ..model.interpreters import Interpreter
from ..model.outcome import Outcome, Result
from ..model.published import PublishedCell, RunsJson, compared, numbered, words
from ..model.units import Cell, Unit


@dataclass(frozen=True)
class Place:
    """A cell, with what one Python did there and what the site has."""

    unit: Unit
    cell: Cell
    number: int
    outcome: Outcome
    published: PublishedCell

    @property
    def columns(self) -> frozenset[str]:
        """Return the keys of the site's Pythons whose outcome is equal."""
        return frozenset(
            key
            for variant in self.published["variants"]
            if not variant["varies"] and compared(variant, self.cell.options) == (None, self.got)
            for key in variant["interpreters"]
        )

    @cached_property
    def got(self) -> object:
        return comparable(numbered(self.outcome.outputs, self.outcome.error), self.cell.options)

    @property
    def text(self) -> str:
        return words((None, self.got))

    def shown_for(self, key: str) -> str:
        """Return what the site has for one of its Pythons."""
        found = next(each for each in self.published["variants"] if key in each["interpreters"])
        return words(compared(found, self.cell.options))


@dataclass(frozen=True)
class Comparison:
    """What one more Python did, beside the columns of a site."""

    agreeing: list[tuple[str, int]]  # keys, the nearest first, with how many outputs agree with it and none before it
    alone: list[Place]
    apart: int  # cells that this Python skips, or whose output varies
    holding: int
    failing: list[Place]  # claims

    @property
    def outputs(self) -> int:
        return sum(number for _, number in self.agreeing) + len(self.alone)

    @property
    def nearest(self) -> str:
        """Return the key of the site's Python with which most outputs agree; nothing if none does."""
        return self.agreeing[0][0] if self.agreeing else ""


def compare(results: Mapping[Unit, Result], python: Interpreter, site: RunsJson) -> Comparison:
    """Return how a Python's results stand beside those of a site with the same units."""
    told, apart = [], 0
    for place in places(results, site):
        options = place.cell.options
        if first_match(options.skip, python) or first_match(options.volatile, python):
            apart += 1
        else:
            told.append(place)
    claimed = [place for place in told if claims.TAG in place.cell.options.tags]
    failing = [place for place in claimed if claims.broken(place.outcome)]
    others = [place for place in told if claims.TAG not in place.cell.options.tags]
    shown = [(place, place.columns) for place in others]
    # where nobody prints anything there is no output
    shown = [(place, keys) for place, keys in shown if place.text or not keys]
    columns = {each["key"]: likeness(python, Interpreter.of(each)) for each in site["interpreters"]}
    agreeing, alone = shared(shown, columns)
    return Comparison(agreeing, alone, apart, len(claimed) - len(failing), failing)


def places(results: Mapping[Unit, Result], site: RunsJson) -> Iterator[Place]:
    """Yield every cell of the results with what the site has of it."""
    published = {unit["id"]: unit for unit in site["units"]}
    for unit, result in results.items():
        cells = zip(unit.cells, result.cells, published[unit.id]["cells"], strict=True)
        for number, (cell, outcome, theirs) in enumerate(cells, 1):
            yield Place(unit, cell, number, outcome, theirs)


def likeness(one: Interpreter, other: Interpreter) -> tuple[object, ...]:
    """Return how alike two Pythons are, as something that sorts."""
    apart = abs(one.number[-1] - other.number[-1])
    return one.key == other.key, one.family == other.family, one.number[:2] == other.number[:2], -apart


def shared(
    shown: Sequence[tuple[Place, frozenset[str]]], columns: Mapping[str, tuple[object, ...]]
) -> tuple[list[tuple[str, int]], list[Place]]:
    """Part outputs among the columns: the one that has most of them first, then the one with most of the rest.

    Of those that have as many, the likest comes first.
    """
    left, agreeing = list(shown), []
    while counts := Counter(key for _, keys in left for key in keys):
        key = max(columns, key=lambda each: (counts[each], columns[each]))
        agreeing.append((key, counts[key]))
        left = [(place, keys) for place, keys in left if key not in keys]
    return agreeing, [place for place, _ in left]
