"""Compare Pythons that a published site does not have yet with those before them: do they print the same?

Each such Python, a prerelease or a newer patch, runs everything and is compared with the one before it on the site: of
its own minor version if there is one, else of the newest that is older. Of the site only its runs.json is
needed. In what it prints, "expected" is what runs.json says of that one.
"""

from __future__ import annotations

import copy
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from sphinx.errors import SphinxError

from ..model.grouping import first_match
from ..model.interpreters import Interpreter
from ..model.published import PublishedCell, Variant
from ..model.units import Options, Unit, Unreadable
from ..run.discovery import discover
from ..run.sources import of_site
from .compare import Published, alike, wrong_units
from .rerun import wrong_runs
from .verify import Unverifiable, many, read


def upcoming(docs: Path, site: Path) -> int:
    """Print every output that a new Python changes, or how many are compared; return the exit status."""
    try:
        published = read(site)
        pairs = {python: before(python, published) for python in newcomers(published)}
        for python, known in pairs.items():
            print(f"{python.key}: " + (f"compared with {known.key}" if known else "not compared: none is before it"))
        compared = {python: known for python, known in pairs.items() if known}
        if not compared:
            raise Unverifiable(f"{site}: there is nothing to compare: install a Python that is newer than its Pythons")
        with tempfile.TemporaryDirectory(prefix="everypython-upcoming-") as scratch:
            _, told, scheduler = of_site(docs, Path(scratch), kept=False)
            units = {unit.id: unit for unit in told}
            expected, count = expected_record(published, units, compared)
            lines = [*wrong_units(published, units, scheduler.store)]
            same = {unit["id"]: units[unit["id"]] for unit in expected.record["units"] if unit["id"] in count}
            lines += wrong_runs(expected, same, list(compared), scheduler, ways=(False,), same_pythons=False)
    except (Unverifiable, Unreadable, SphinxError, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(*lines, sep="\n", end="\n" if lines else "")
    left = len(compared) * sum(len(unit.cells) for unit in told) - sum(count.values())
    said = (
        f"{many(sum(count.values()), 'output')} compared ({left} vary or are announced): {many(len(lines), 'change')}"
    )
    print(said, file=sys.stderr if lines else sys.stdout)
    return int(bool(lines))


def newcomers(site: Published) -> list[Interpreter]:
    """Return the Pythons of this machine that the site does not have."""
    recorded = {each["key"] for each in site.record["interpreters"]}
    return [python for python in discover() if python.key not in recorded]


def before(python: Interpreter, site: Published) -> Interpreter | None:
    """Return the Python of the site that a newcomer follows: of its family and minor version, or the next older."""
    known = (Interpreter.of(each) for each in site.record["interpreters"])
    older = [one for one in known if one.family == python.family and one.number[:2] <= python.number[:2]]
    return min(older, key=lambda one: one.rank, default=None)


def expected_record(
    site: Published, units: Mapping[str, Unit], pairs: Mapping[Interpreter, Interpreter]
) -> tuple[Published, dict[str, int]]:
    """Return the site as it is if newcomers print what those before them did, and how many outputs that is of.

    Of units that are not told here as there it says nothing, nor of outputs that are announced to differ.
    """
    record, count = copy.deepcopy(site.record), {}
    for unit in record["units"]:
        here = units.get(unit["id"])
        if here is None or not alike(unit, here):
            continue
        count[unit["id"]] = 0
        for cell, said in zip(here.cells, unit["cells"], strict=True):
            for variant, python in expected(cell.options, said, pairs):
                variant["interpreters"].append(python.key)
                count[unit["id"]] += 1
    return Published(site.folder, record), count


def expected(
    options: Options, cell: PublishedCell, pairs: Mapping[Interpreter, Interpreter]
) -> Iterator[tuple[Variant, Interpreter]]:
    """Yield each variant of a cell with a newcomer that should have it, too.

    None is expected where a reason covers only one of two Pythons, where outputs vary, and in tables whose rows are
    what each Python says of itself.
    """
    if "by-python" in options.tags:
        return
    for python, known in pairs.items():
        announced = any(
            first_match(reasons, python) != first_match(reasons, known) for reasons in (options.differs, options.skip)
        )
        varies = first_match(options.volatile, python) or first_match(options.volatile, known)
        for variant in cell["variants"]:
            if known.key in variant["interpreters"] and not announced and not varies:
                yield variant, python
