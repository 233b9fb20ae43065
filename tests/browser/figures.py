"""What the tests of this folder counted on every page: rows of the table that `nox -s browser` ends with."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tests.quality.table import Figure

VIOLATIONS = "axe-core violations: 4 looks, at first and in use"
HIDDEN_FOCUS = "stops of the Tab key that cannot be seen"
UNREACHED = "controls that the Tab key does not reach"
UNLIKE = "cells that do not as their column says, on 3 Pyodides"
ELSEWHERE = "requests to other origins"
ERRORS = "errors in the browser's console"
FAILED = "tests that failed"


class Counted:
    """How many of each kind were found on which page. A kind that was never looked for has no row."""

    def __init__(self) -> None:
        self.found: dict[str, dict[str, int]] = {}

    def add(self, kind: str, page: str, wrong: Sequence[object]) -> None:
        pages = self.found.setdefault(kind, {})
        pages[page] = pages.get(page, 0) + len(wrong)

    def figures(self) -> list[Figure]:
        return [row(kind, pages) for kind, pages in self.found.items()]


def row(kind: str, pages: dict[str, int]) -> Figure:
    """Of no kind there is to be any; the row names where most are."""
    total, worst = sum(pages.values()), max(pages, key=lambda page: pages[page])
    where = worst if total else f"none of {len(pages)}"
    return Figure(kind, "0", where, str(total), not total, [f"{page}: {many}" for page, many in pages.items() if many])


def write(file: Path, figures: Sequence[Figure]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps([asdict(figure) for figure in figures], indent=1) + "\n", encoding="utf-8")


def read(file: Path) -> list[Figure]:
    return [Figure(**row) for row in json.loads(file.read_text(encoding="utf-8"))]
