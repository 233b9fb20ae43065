"""What runs.json says, as its schema describes it: the one form in which outcomes leave a build."""

from __future__ import annotations

from typing import Any, TypedDict


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
