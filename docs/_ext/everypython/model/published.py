"""What runs.json says, as its schema describes it: the one form in which outcomes leave a build."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from .grouping import comparable
from .outcome import Error, Outcome
from .units import Options


class Digests(TypedDict):
    """Short names for what decided what a unit printed, besides the interpreter."""

    source: str
    packages: dict[str, str]
    runner: str


class Variant(TypedDict):
    """What one group of interpreters did with a cell."""

    interpreters: list[str]
    reasons: list[str]
    varies: bool
    skipped: str | None
    outputs: list[dict[str, str]]
    error: dict[str, str] | None  # as `Error.as_data` has it; with a traceback only where the page shows that


class PublishedCell(TypedDict):
    id: str
    line: int
    variants: list[Variant]


class PublishedUnit(TypedDict):
    id: str
    kind: str
    page: str
    digests: Digests
    cells: list[PublishedCell]


class Project(TypedDict):
    name: str
    version: str


class RunsJson(TypedDict):
    """The whole file."""

    schema: int
    project: Project
    published_default: str
    interpreters: list[dict[str, Any]]
    units: list[PublishedUnit]


Compared = tuple[str | None, object]


def compared(variant: Variant, options: Options) -> Compared:
    """Return what runs.json says of an outcome, in the form in which outcomes are compared."""
    return variant["skipped"], comparable(numbered(variant["outputs"], error_of(variant)), options)


def numbered(outputs: Sequence[Mapping[str, str]], error: Error | None) -> Outcome:
    """Return an outcome of which all that was printed and displayed is told by its place and its MIME type."""
    data = {f"{number} {kind}": text for number, output in enumerate(outputs) for kind, text in output.items()}
    return Outcome(data=data, error=error)


def error_of(variant: Variant) -> Error | None:
    """Return what a variant raised."""
    return Error(**variant["error"]) if variant["error"] else None


def words(outcome: Compared) -> str:
    """Return what was printed, displayed and raised, as one text for a message."""
    skipped, rest = outcome
    assert isinstance(rest, tuple)
    _, data, error, _ = rest
    return f"not run: {skipped}" if skipped else "".join([*data.values(), error or ""])
