"""What is to be run: a page's cells, in order, a whole program from the examples, or a page's claims (claims.py)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property


class Unreadable(Exception):
    """A page, an example or an option that cannot be understood; the message names the place and the remedy."""


def digest(*parts: object) -> str:
    """Return a short name for contents."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:24]


@dataclass(frozen=True)
class Explanation:
    """A pattern of Pythons with what is said about them."""

    pattern: str
    reason: str
    of_page: bool = False  # it stands in the page's front matter, for all cells
    raises: str | None = None  # of a skipped cell: the exception that it would raise


@dataclass(frozen=True)
class Options:
    """What a page says about a cell or example; of the patterns under one name the first match wins."""

    tags: frozenset[str] = frozenset()
    differs: tuple[Explanation, ...] = ()
    volatile: tuple[Explanation, ...] = ()
    skip: tuple[Explanation, ...] = ()
    name: str = ""  # by which a directive finds the cell, or of a claim the name of its attack

    @property
    def said(self) -> tuple[object, ...]:
        """Return all that is said but the tags."""
        return self.differs, self.volatile, self.skip, self.name


@dataclass(frozen=True)
class Prediction:
    """What a page asks before a cell: for each option, what is printed where it is right (predictions.py)."""

    line: int
    options: tuple[str, ...]


@dataclass(frozen=True)
class Cell:
    source: str
    line: int
    options: Options
    prediction: Prediction | None = None


@dataclass(frozen=True, eq=False)  # one is only itself: to hash all that it says, for each result, takes seconds
class Unit:
    """One process for each Python. `kind` is "page", "example" or "claims"; a reader meets it at `page` and `line`."""

    kind: str
    name: str
    page: str
    line: int
    cells: tuple[Cell, ...]
    packages: tuple[str, ...]
    origin: str = ""  # names the contents of all files that it was read from

    @property
    def sources(self) -> list[str]:
        return [cell.source for cell in self.cells]

    @cached_property
    def digest(self) -> str:
        """Return a digest of the sources alone: where they stand, and their options, do not change what they print."""
        return digest(self.kind, self.name if self.kind == "example" else "", self.sources)

    @property
    def id(self) -> str:
        return self.name if self.kind == "page" else f"{self.page}#{self.name}"
