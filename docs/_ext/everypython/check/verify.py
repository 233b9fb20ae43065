"""Compare a built site with new runs: does it say what the Pythons of this machine do?

Compares the site's pages with its runs.json, and runs.json with the sources, packages and runner here, with the Pythons
found, and with fresh runs: every unit on every Python twice, once pinned as in a build and once perturbed, so that
nothing agrees only because the build holds it still. Where all that agrees, the site is built once more of the runs
that builds have kept, and every file is compared. In what it prints, "expected" is what runs.json says.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import SphinxError

from ..model import schemas
from ..model.grouping import first_match
from ..model.interpreters import Interpreter
from ..model.schemas import RUNS_VERSION
from ..model.units import Unit, Unreadable
from ..run import node
from ..run.discovery import discover
from ..run.records import RecordError, content
from ..run.scheduler import Scheduler
from ..run.sources import of_site, opened
from .compare import Published, alike, wrong_columns, wrong_interpreters, wrong_pages, wrong_tables, wrong_units
from .rebuilt import Unbuildable, wrong_files
from .rerun import wrong_kept, wrong_runs, wrong_skips

SLOWEST = 5  # units that are named at the end


class Unverifiable(Exception):
    """There is no site, or its runs.json cannot be read; the message is one line."""


def read(site: Path) -> Published:
    """Return a site whose runs.json has the shape that its schema describes."""
    for each in site.rglob("*"):
        if each.is_symlink() or not (each.is_dir() or each.is_file()):
            raise Unverifiable(f"{each}: neither a file nor a folder, and no build writes such. Build the site again.")
    file = site / "runs.json"
    if not file.is_file():
        raise Unverifiable(f"{file}: not there, so there is no site to verify. Build one first: nox -s docs")
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise Unverifiable(f"{file}: not JSON, perhaps cut short ({error}). Build the site again.") from error
    version = record.get("schema") if isinstance(record, dict) else None
    if version != RUNS_VERSION:
        raise Unverifiable(f"{file}: its schema is {version!r}; this engine reads {RUNS_VERSION}. Build with this one.")
    wrong = schemas.schema_error(record, schemas.RUNS)
    if wrong:
        raise Unverifiable(f"{file}: {wrong}. Build the site again.")
    return Published(site, record)


def verify(docs: Path, site: Path, page: str = "", quick: bool = False) -> int:
    """Print every difference, or how much agrees; return the exit status.

    With `page` that page alone runs again; `quick` takes the runs that builds have kept, and runs nothing.
    """
    began, differences = time.monotonic(), 0
    try:
        published, found = read(site), discover()
        with tempfile.TemporaryDirectory(prefix="everypython-verify-") as scratch:
            app, units, scheduler = of_site(docs, Path(scratch), kept=quick)
            again = of_page(units, page)
            recorded = {each["key"] for each in published.record["interpreters"]}
            if any("pyodide" in each for each in published.record["interpreters"]):
                found += [
                    python for python in node.pyodides(app.config.everypython_browser)[0] if python.key in recorded
                ]
            for key in sorted(recorded - {python.key for python in found}):
                print(f"not checked: {key}: this Python is not on this machine")
            for line in compared(published, units, scheduler, found, again, quick):
                differences += 1
                print(line, flush=True)
            pythons = [python for python in found if python.key in recorded]
            unlooked = "" if differences else why_not_built(app, pythons, recorded, quick or bool(page))
            if not differences and not unlooked:
                for line in wrong_files(site, docs, pythons):
                    differences += 1
                    print(line, flush=True)
    except (Unverifiable, Unbuildable, RecordError, Unreadable, SphinxError, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    took = f"in {time.monotonic() - began:.1f} s"
    if differences:
        print(f"{many(differences, 'difference')}, {took}", file=sys.stderr)
        return 1
    if quick:
        kept = len(scheduler.store.known(again, pythons))
        print(f"{many(kept, 'kept run')} of {len(again) * len(pythons):,} agree; nothing ran, {took}")
    else:
        print(f"{counted(again, pythons)}, {took}", *slowest(scheduler), sep="\n")
    print(f"not checked: its files byte by byte, {unlooked}" if unlooked else "its files are what a build writes")
    return 0


def why_not_built(app: Sphinx, pythons: list[Interpreter], recorded: set[str], part: bool) -> str:
    """Return why the site is not built once more, to compare its files; nothing if it can be."""
    if part:
        return "as only a part was asked for"
    if recorded - {python.key for python in pythons} - of_records(app):
        return "as a Python is missing that it was built with"
    units, scheduler = opened(app, Path(app.srcdir, app.config.everypython_store))
    if len(scheduler.store.known(units, pythons)) < len(units) * len(pythons):
        return "as the runs that it was built from are not kept here"
    return ""


def of_records(app: Sphinx) -> set[str]:
    """Return the keys of the Pythons that records describe."""
    if not app.config.everypython_records:
        return set()
    files = Path(app.srcdir, app.config.everypython_records).resolve().glob("*.json")
    return {python["key"] for file in files for python in content(file)["interpreters"]}


def of_page(units: list[Unit], page: str) -> list[Unit]:
    """Return the units of a page, or of all. Raises Unverifiable for one that is not there."""
    found = [unit for unit in units if page in ("", unit.page)]
    if not found:
        pages = ", ".join(sorted({unit.page for unit in units}))
        raise Unverifiable(f"there is no page {page!r} with cells or programs. There are: {pages}")
    return found


def slowest(scheduler: Scheduler) -> list[str]:
    """Return the units that took longest, a line each."""
    took = sorted(scheduler.took.items(), key=lambda pair: -pair[1])[:SLOWEST]
    return [f"{seconds:6.1f} s  {unit.id} on {python.name}" for (unit, python), seconds in took]


def compared(
    published: Published,
    told: list[Unit],
    scheduler: Scheduler,
    found: list[Interpreter],
    again: list[Unit],
    quick: bool,
) -> Iterator[str]:
    """Yield every difference, what takes no run first; `again` are the units that run, or whose kept runs count."""
    units = {unit.id: unit for unit in told}
    yield from wrong_pages(published, units)
    yield from wrong_tables(published, units)
    yield from wrong_units(published, units, scheduler.store)
    yield from wrong_interpreters(published, found)
    yield from wrong_columns(published)
    # Of other sources than here it is known already that the site is not theirs.
    recorded_units = {unit["id"]: unit for unit in published.record["units"]}
    same = {unit.id: unit for unit in again if unit.id in recorded_units and alike(recorded_units[unit.id], unit)}
    recorded = {each["key"] for each in published.record["interpreters"]}
    pythons = [python for python in found if python.key in recorded]
    if quick:
        yield from wrong_kept(published, same, pythons, scheduler)
        return
    yield from wrong_runs(published, same, pythons, scheduler)
    yield from wrong_skips(published, same, pythons, scheduler)


def counted(units: list[Unit], pythons: list[Interpreter]) -> str:
    """Return how much agrees, in words."""
    cells = [cell.options for unit in units for cell in unit.cells]
    pairs = [(options, python) for options in cells for python in pythons]
    skipped = sum(first_match(options.skip, python) is not None for options, python in pairs)
    vary = sum(
        first_match(o.volatile, python) is not None and first_match(o.skip, python) is None for o, python in pairs
    )
    less = "".join(f", less {n:,} that {what}" for n, what in ((skipped, "are skipped"), (vary, "vary")) if n)
    agree = len(pairs) - skipped - vary
    of = f"{many(len(cells), 'cell')} × {many(len(pythons), 'Python')}"
    return f"{many(agree, 'output')} agree: {of}{less}, each run twice"


def many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
