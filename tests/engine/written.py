"""Runs that are written down here and not made: columns of any Python, on a machine that has one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from everypython.check.gates import gating, unpublishable
from everypython.model.findings import Finding
from everypython.model.interpreters import Interpreter, published_default
from everypython.model.outcome import Error, Outcome, Result
from everypython.model.units import Unit
from everypython.run.build import Build
from everypython.run.reading import page_units
from everypython.run.scheduler import Scheduler
from everypython.run.store import Store, without_skipped
from everypython.run.tree import Tree

FRONT = "---\nfile_format: mystnb\nkernelspec:\n  name: python3\n"


def python(
    version: str, *, implementation: str = "cpython", platform: str = "linux-x86_64", bits: int = 64
) -> Interpreter:
    """A Python of another machine; `t` and `d` at the end of its version are those of CPython's builds."""
    number = version.rstrip("td")
    language = "3.11.17" if implementation == "pypy" else number
    flags = ("Py_DEBUG",) if version.endswith("d") else ()
    build = f"{number} (main)"
    return Interpreter("", implementation, number, language, "t" in version, bits, platform, build, flags)


def page(*cells: str, front: str = "") -> str:
    """A page of cells, each with its options, and a table of the one that is called `facts`, if there is one."""
    code = "\n\n".join(f"```{{code-cell}} python\n{cell}\n```" for cell in cells)
    table = "\n```{by-python} facts\n```\n" if "name: facts" in code else ""
    return f"{FRONT}{front and front + chr(10)}---\n# Index\n\n{code}\n{table}"


def line_of(text: str, cell: int = 1) -> int:
    """Where a cell of a page begins."""
    return [number for number, line in enumerate(text.split("\n"), 1) if line.startswith("```{code-cell}")][cell - 1]


def outcome(printed: str) -> Outcome:
    """What a cell did: printed a text, or raised, where the text is a traceback's last line like `KeyError: 'key'`."""
    kind, colon, message = printed.partition("Error: ")
    if not colon:
        return Outcome(printed)
    return Outcome(error=Error(f"{kind}Error", message, f"Traceback (most recent call last):\n{printed}"))


Printed = Mapping[Interpreter, Sequence[str]]


def built(text: str, printed: Printed, folder: Path, listed: Sequence[str] = ()) -> Build:
    """What a build knows of a page of which each Python has printed something."""
    (folder / "index.md").write_text(text, encoding="utf-8")
    units = list(page_units("index", folder / "index.md", folder, []))
    results = {(unit, one): Result(tuple(map(outcome, texts))) for unit in units for one, texts in printed.items()}
    found = sorted(printed, key=lambda one: one.rank)
    default = published_default(found)
    scheduler = Scheduler(folder / "runs", {}, 20, Tree([], []))
    return Build(found, default, *gating(listed, found, default), units, results, scheduler)


def findings(build: Build) -> list[Finding]:
    return [finding for unit in build.units for finding in unpublishable(build, unit, "index.md")]


def record(units: Sequence[Unit], store: Store, printed: Printed) -> str:
    """A record of one unit's runs, as another machine would have written it."""
    runs = [
        {
            "unit": unit.id,
            "interpreter": one.key,
            "digests": store.digests(without_skipped(unit, one)),
            "cells": [outcome(text).as_data() for text in texts],
        }
        for unit in units
        for one, texts in printed.items()
    ]
    return json.dumps({"record": 1, "interpreters": [one.identity for one in printed], "runs": runs})
