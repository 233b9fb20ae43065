"""A table of what one cell or program printed on every Python, made of its lines like ``width: 64``."""

from __future__ import annotations

from collections.abc import Sequence


def by_python(printed: Sequence[tuple[str, str]], columns: str) -> tuple[list[str], list[list[str]]]:
    """Return the head and the rows of a table: a row for each Python, by its name, and a column for each label.

    With `columns`, which says what the rows are, there is a column for each Python and a row for each label. Lines that
    are indented are left out.
    """
    values = [(name, dict(map(parted, lines(text)))) for name, text in printed]
    labels = list(dict.fromkeys(label for _, said in values for label in said))
    if columns:
        rows = [[label, *(said.get(label, "") for _, said in values)] for label in labels]
        return [columns, *(name for name, _ in values)], rows
    return ["Python", *labels], [[name, *(said.get(label, "") for label in labels)] for name, said in values]


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith(" ")]


def parted(line: str) -> tuple[str, str]:
    label, _, value = line.partition(": ")
    return label, value
