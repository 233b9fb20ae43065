"""A site as files for a Python that has no library: its units, its packages, and what it says of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..model.interpreters import Interpreter
from ..model.published import RunsJson
from ..model.units import Cell, Explanation, Options, Prediction, Unit

UNITS, RUNS, PACKAGES = "units.json", "runs.json", "packages"
STATE = "state.txt"  # the digest of all else that the program holds


@dataclass(frozen=True)
class Site:
    """What a site is made of, as far as another Python has to know it."""

    name: str
    timeout: float
    units: list[Unit]
    runs: RunsJson
    packages: dict[str, Path]
    state: str

    def names(self) -> dict[str, str]:
        """Return what the site's Pythons are called, by their keys."""
        return {each["key"]: Interpreter.of(each).name for each in self.runs["interpreters"]}


def as_data(name: str, timeout: float, units: Sequence[Unit]) -> dict[str, Any]:
    """Return what `read` makes a site of, as data; without origins, for which nothing here asks."""

    def options(said: Options) -> dict[str, Any]:
        return {**asdict(said), "tags": sorted(said.tags)}

    def cell(told: Cell) -> dict[str, Any]:
        return {
            "source": told.source,
            "line": told.line,
            "options": options(told.options),
            "prediction": told.prediction and [told.prediction.line, told.prediction.options],
        }

    fields = ("kind", "name", "page", "line", "packages")
    told = [
        {**{field: getattr(unit, field) for field in fields}, "cells": list(map(cell, unit.cells))} for unit in units
    ]
    return {"name": name, "timeout": timeout, "units": told}


def read(folder: Path) -> Site:
    """Return the site whose files are in a folder."""
    told = json.loads((folder / UNITS).read_text(encoding="utf-8"))

    def options(said: Mapping[str, Any]) -> Options:
        because = {name: tuple(Explanation(**each) for each in said[name]) for name in ("differs", "volatile", "skip")}
        return Options(frozenset(said["tags"]), **because, name=said["name"])

    def cell(said: Mapping[str, Any]) -> Cell:
        asked = said["prediction"]
        about = Prediction(asked[0], tuple(asked[1])) if asked else None
        return Cell(said["source"], said["line"], options(said["options"]), about)

    units = [
        Unit(
            **{name: unit[name] for name in ("kind", "name", "page", "line")},
            packages=tuple(unit["packages"]),
            cells=tuple(map(cell, unit["cells"])),
        )
        for unit in told["units"]
    ]
    packages = {name: folder / PACKAGES / name for name in sorted({each for unit in units for each in unit.packages})}
    runs: RunsJson = json.loads((folder / RUNS).read_text(encoding="utf-8"))
    state = (folder / STATE).read_text(encoding="utf-8")
    return Site(told["name"], told["timeout"], units, runs, packages, state)
