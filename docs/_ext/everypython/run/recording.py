"""What a Python did with units, as data for another machine. Imports the standard library alone: see my_python.py."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..model.grouping import first_match
from ..model.interpreters import Interpreter
from ..model.outcome import Error, Outcome, Result
from ..model.published import Digests
from ..model.units import Unit
from . import process

SCHEMA = 1
Runs = Mapping[tuple[Unit, Interpreter], Result]


def as_record(runs: Runs, package_digests: Mapping[str, str]) -> dict[str, Any]:
    """Return a record of what Pythons did, in which no folder of this machine has its name."""
    return {
        "record": SCHEMA,
        "interpreters": [python.identity for python in dict.fromkeys(python for _, python in runs)],
        "runs": [
            {
                "unit": unit.id,
                "interpreter": python.key,
                "digests": digests(without_skipped(unit, python), package_digests),
                "cells": [anonymous(outcome).as_data() for outcome in result.cells],
            }
            for (unit, python), result in runs.items()
        ],
    }


def digests(unit: Unit, package_digests: Mapping[str, str]) -> Digests:
    """Return digests of what decides a unit's runs besides the interpreter: the same on every machine."""
    packages = {name: package_digests[name] for name in unit.packages}
    return {"source": unit.digest, "packages": packages, "runner": process.digest_of_conditions()}


def without_skipped(unit: Unit, interpreter: Interpreter) -> Unit:
    """Return a unit as one Python runs it: a cell that is skipped there is empty."""
    if not any(cell.options.skip for cell in unit.cells):
        return unit
    cells = [replace(cell, source="") if first_match(cell.options.skip, interpreter) else cell for cell in unit.cells]
    return replace(unit, cells=tuple(cells))


def anonymous(outcome: Outcome) -> Outcome:
    """Return an outcome with other names for the folders that say whose machine this is."""
    scratch, home = Path(tempfile.gettempdir()), folder_of_user()
    folders = {str(scratch): "/tmp", str(scratch.resolve()): "/tmp", **({str(home): "~"} if home else {})}

    def hidden(text: str) -> str:
        for folder in sorted(folders, key=len, reverse=True):
            text = text.replace(folder, folders[folder])
        return text

    error = outcome.error and Error(*map(hidden, (outcome.error.type, outcome.error.message, outcome.error.traceback)))
    data = outcome.data and {kind: hidden(text) for kind, text in outcome.data.items()}
    return replace(outcome, text=hidden(outcome.text), data=data, error=error)


def folder_of_user() -> Path | None:
    """Return the user's folder, if there is one whose name says something."""
    try:
        home = Path.home()
    except RuntimeError:
        return None
    return home if len(home.parts) > 1 else None
