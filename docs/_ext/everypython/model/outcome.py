"""What a unit did on one interpreter: the outcome of each cell, and the problem that ended it early, if one did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from .units import Unit


@dataclass(frozen=True)
class Error:
    """An exception that a cell raised and did not catch."""

    type: str
    message: str
    traceback: str = ""  # where it is to be published, nothing: it names folders of the machine that built the site

    @property
    def last_line(self) -> str:
        """Return the line that a traceback ends with."""
        return f"{self.type}: {self.message}" if self.message else self.type

    def without_traceback(self) -> Error:
        return replace(self, traceback="")

    def as_data(self) -> dict[str, str]:
        """Return what JSON says of it; a traceback that is left out has no key."""
        return {name: value for name, value in asdict(self).items() if value or name != "traceback"}


@dataclass(frozen=True)
class Outcome:
    """What one cell did."""

    text: str = ""  # what it printed
    data: Mapping[str, str] | None = None  # what its last expression displays, by MIME type
    error: Error | None = None
    reached: bool = True  # False if its process ended before or during the cell

    @property
    def outputs(self) -> list[Mapping[str, str]]:
        """Return what was printed and displayed, by MIME type, in the order in which it appeared."""
        return [*([{"text/plain": self.text}] if self.text else []), *([self.data] if self.data else [])]

    def as_data(self) -> dict[str, Any]:
        error = self.error.as_data() if self.error else None
        return {"text": self.text, "data": self.data and dict(self.data), "error": error, "reached": self.reached}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Outcome:
        """Return the outcome that `as_data` has described. Raises KeyError, TypeError or AttributeError else."""
        text, shown, raised = data["text"], data["data"], data["error"]
        for texts in (shown, raised):
            if texts is not None and not (
                isinstance(texts, dict) and all(isinstance(each, str) for each in texts.values())
            ):
                raise TypeError("not of texts")
        if not isinstance(text, str) or not isinstance(data["reached"], bool):
            raise TypeError("no outcome")
        return cls(**{**data, "error": raised and Error(**raised)})


@dataclass(frozen=True)
class Problem:
    """How a process ended, if not as it should have."""

    cell: int  # the index of the cell in which it ended
    says: str
    endless: bool = False  # it did not end by itself: the fault of the author, whatever Python ran it


@dataclass(frozen=True)
class Result:
    """What one unit did on one interpreter."""

    cells: tuple[Outcome, ...]
    problem: Problem | None = None

    @classmethod
    def unread(cls, unit: Unit, problem: Problem) -> Result:
        """Return the result of a unit of which nothing is published but what happened to it."""
        return cls(tuple(Outcome(reached=False) for _ in unit.cells), problem)

    def as_data(self) -> dict[str, Any]:
        return {"cells": [cell.as_data() for cell in self.cells], "problem": self.problem and asdict(self.problem)}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Result:
        """Return the result that `as_data` has described. Raises KeyError, TypeError or AttributeError else."""
        cells = tuple(map(Outcome.of, data["cells"]))
        return cls(cells, data["problem"] and Problem(**data["problem"]))
