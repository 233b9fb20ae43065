"""Predictions: a question before a cell, with options of which exactly one is right on each Python.

``:::{predict}`` holds a question and a list. Each item ends with the role ``{prints}`text```: the whole of what the
next cell or example prints where this option is right, or, between slashes, a regular expression that is searched in
it. An exception counts as its last line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from .outcome import Outcome
from .units import Cell, Prediction, Unit, Unreadable

FENCE = re.compile(
    r"^(?P<fence>`{3,}|:{3,})\{predict\}[^\n]*\n(?P<body>.*?)^(?P=fence)[ \t]*$", re.DOTALL | re.MULTILINE
)
ITEM = re.compile(r"^- .*(?:\n  .*)*", re.MULTILINE)
ROLE = re.compile(r"\{prints\}(?P<ticks>`+)(?P<text>.*?)(?P=ticks)(?!`)", re.DOTALL)
FOLDED = "hide-output"  # the tag of a cell whose output is folded, as that of each predicted cell is


def predictions(text: str, file: Path) -> Iterator[Prediction]:
    """Yield the predictions of a page. Raises Unreadable for one that nothing can be right of."""
    for found in FENCE.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        place, items = f"{file}:{line}", ITEM.findall(found["body"])
        if len(items) < 2:
            raise Unreadable(f"{place}: a prediction needs a list of two options or more, each beginning with `- `.")
        yield Prediction(line, tuple(expected(item, place) for item in items))


def expected(item: str, place: str) -> str:
    """Return what is printed where an option is right."""
    roles = [role["text"].strip() for role in ROLE.finditer(item)]
    if len(roles) != 1:
        remedy = "must say once, by {prints}`…`, what is printed if it is right."
        raise Unreadable(f"{place}: the option {item.partition(chr(10))[0]!r} {remedy}")
    try:
        pattern(roles[0])
    except re.error as error:
        raise Unreadable(f"{place}: {roles[0]!r} is no regular expression ({error}).") from error
    return roles[0]


@cache
def pattern(text: str) -> re.Pattern[str] | None:
    """Return the regular expression that an option expects, if it does not expect a text."""
    return re.compile(text[1:-1], re.MULTILINE) if len(text) > 2 and text[0] == text[-1] == "/" else None


def with_predictions(units: Iterable[Unit], file: Path) -> Iterator[Unit]:
    """Yield the units of a page with each prediction at the cell or example that follows it."""
    told = list(units)  # first, as whoever makes them complains of a file that cannot be read
    asked = list(predictions(file.read_text(encoding="utf-8"), file))
    lines = sorted(cell.line for unit in told for cell in unit.cells if shown(unit, cell))
    about: dict[int, Prediction] = {}
    for one in asked:
        line = next((line for line in lines if line > one.line), 0)
        if not line or line in about:
            raise Unreadable(f"{file}:{one.line}: no cell or example of its own follows this prediction.")
        about[line] = one
    for unit in told:
        predicted = about and unit.kind != "claims"
        yield replace(unit, cells=tuple(with_its(about, cell) for cell in unit.cells)) if predicted else unit


def shown(unit: Unit, cell: Cell) -> bool:
    return unit.kind != "claims" and "remove-cell" not in cell.options.tags


def with_its(about: dict[int, Prediction], cell: Cell) -> Cell:
    if cell.line not in about:
        return cell
    tags = cell.options.tags | {FOLDED}
    return replace(cell, options=replace(cell.options, tags=tags), prediction=about[cell.line])


def right(options: Sequence[str], outcome: Outcome) -> list[int]:
    """Return the places of the options that are right of an outcome."""
    printed = told(outcome)
    return [place for place, option in enumerate(options) if is_right(option, printed)]


def told(outcome: Outcome) -> str:
    """Return what a prediction is about: what was printed and displayed, and the last line of an exception."""
    shown = (outcome.data or {}).get("text/plain", "")
    raised = outcome.error.last_line if outcome.error else ""
    return "\n".join(filter(None, (outcome.text.rstrip(), shown, raised)))


def is_right(option: str, printed: str) -> bool:
    searched = pattern(option)
    return bool(searched.search(printed)) if searched else printed.split() == option.split()
