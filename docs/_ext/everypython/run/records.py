"""Runs of other machines: written to one file there, read here as data, and merged if they are of the same sources."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sphinx.errors import SphinxError

from ..model import schemas
from ..model.grouping import comparable, first_match
from ..model.interpreters import Interpreter
from ..model.outcome import Outcome, Result
from ..model.units import Unit, Unreadable
from .discovery import discover
from .recording import SCHEMA, as_record, without_skipped
from .sources import of_site
from .store import Store

LARGEST = 20_000_000  # bytes of a record: ten times what eight Pythons print for a site of seventy units
REMEDY = "Write it with `nox -s record -- FILE`."
TEXTS = ("text/plain", "text/vnd.graphviz")  # what is taken from a record: nothing that a browser could run
Runs = dict[tuple[Unit, Interpreter], Result]


class RecordError(Exception):
    """A record that cannot be merged; the message names the file and what to do."""


def merged(
    folder: Path, units: list[Unit], found: list[Interpreter], results: Runs, store: Store
) -> dict[Interpreter, str]:
    """Add the runs of every record in a folder to `results`; return the Pythons that they add, each with its file.

    Raises RecordError for a record that is no record, that is of other sources, or that disagrees with another run of
    the same interpreter.
    """
    known = {python.key: (python, "this machine's run") for python in found}
    for file in sorted(folder.glob("*.json")):
        for python, runs in read(file, units, store).items():
            same, source = known.setdefault(python.key, (python, shown(file.name)))
            for unit in units:
                kept = results.setdefault((unit, same), runs[unit])
                compare(unit, same, (source, kept), (shown(file.name), runs[unit]))
    return {python: source for python, source in known.values() if python not in found}


def shown(name: str) -> str:
    """Return the name of a file as a terminal may be told it: without characters that it would obey."""
    return name if name.isprintable() else ascii(name)[1:-1]


def read(file: Path, units: list[Unit], store: Store) -> dict[Interpreter, dict[Unit, Result]]:
    """Return the interpreters of one record, each with its result for every unit."""
    record = content(file)
    runs = {(run["unit"], run["interpreter"]): run for run in record["runs"]}
    try:
        json.dumps(record["interpreters"], ensure_ascii=False).encode()  # half of a surrogate pair cannot be written
        pythons = [Interpreter.of(identity) for identity in record["interpreters"]]
        if of_browsers := [python.key for python in pythons if python.pyodide]:  # these run where the site is built
            raise ValueError(f"{of_browsers[0]} is a Pyodide, of which there are no records")
    except ValueError as error:
        raise RecordError(f"{shown(str(file))}: this is no record of runs ({error}). {REMEDY}") from error
    return {python: {unit: taken(file, unit, python, runs, store) for unit in units} for python in pythons}


def content(file: Path) -> dict[str, Any]:
    """Return what a record says, as its schema describes it."""
    name = shown(str(file))
    try:
        if not file.is_file():
            raise ValueError("it is not a file")
        with file.open("rb") as opened:
            read = opened.read(LARGEST + 1)
        if len(read) > LARGEST:
            raise ValueError(f"it has more than {LARGEST:,} bytes")
        record = json.loads(read.decode("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise RecordError(f"{name}: this is no record of runs ({error}). {REMEDY}") from error
    if isinstance(record, dict) and record.get("record", SCHEMA) != SCHEMA:
        version = repr(record["record"])[:40]
        raise RecordError(f"{name}: a record of another kind ({version}). Record it again with this version.")
    wrong = schemas.schema_error(record, schemas.RECORD)
    if wrong:
        raise RecordError(f"{name}: this is no record of runs ({wrong}). {REMEDY}")
    return dict(record)


def taken(file: Path, unit: Unit, python: Interpreter, runs: Mapping[Any, Any], store: Store) -> Result:
    """Return one run of a record, if it is of today's sources."""
    name = shown(str(file))
    again = f"Record it again on the machine of {python.key}, from these sources, or take the file away."
    run = runs.get((unit.id, python.key))
    if run is None:
        raise RecordError(f"{name}: {unit.id} was not run on {python.key}. {again}")
    now = store.digests(without_skipped(unit, python))
    changed = [what for what, digest in now.items() if run["digests"].get(what) != digest]
    if len(run["cells"]) != len(unit.cells):
        changed.append("number of cells")
    if changed:
        raise RecordError(
            f"{name}: stale: the {' and the '.join(changed)} of {unit.id} changed since {python.key} ran it. {again}"
        )
    return Result(tuple(map(text_of, run["cells"])))


def text_of(cell: Mapping[str, Any]) -> Outcome:
    """Return an outcome with its texts alone."""
    data = {kind: text for kind, text in (cell["data"] or {}).items() if kind in TEXTS}
    return Outcome.of({**cell, "data": data or None})


def compare(unit: Unit, python: Interpreter, one: tuple[str, Result], other: tuple[str, Result]) -> None:
    """Refuse two runs of one interpreter that disagree where its output is not said to vary."""
    for cell, ours, theirs in zip(unit.cells, one[1].cells, other[1].cells, strict=True):
        if first_match(cell.options.volatile, python) is None and comparable(ours, cell.options) != comparable(
            theirs, cell.options
        ):
            place = f"{unit.id}, line {cell.line}, on {python.key}"
            raise RecordError(f"{other[0]}: {place}: disagrees with {one[0]}. One of them is wrong: record both again.")


def record(docs: Path, file: Path) -> int:
    """Run everything here and write the record; nothing is built. What runs mean is judged where they are merged."""
    try:
        with tempfile.TemporaryDirectory() as scratch:
            _, units, scheduler = of_site(docs, Path(scratch))
        runs = scheduler.all(units, discover(log=lambda line: None), lambda line: None, False)
    except (Unreadable, SphinxError, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    ended = [f"{unit.id}: {result.problem.says}" for (unit, _), result in runs.items() if result.problem]
    if ended:
        print(*ended, sep="\n", file=sys.stderr)
        return 1
    file.write_text(
        json.dumps(as_record(runs, scheduler.environments.package_digests), indent=1) + "\n", encoding="utf-8"
    )
    print(f"Recorded {len(runs)} runs in {file}")
    return 0
