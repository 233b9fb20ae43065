"""What a site's pages, programs and claims do on the Python that runs this: the program in `my-python.pyz`.

It needs the standard library alone, from 3.10 on, and so does what it imports: html/my_python.py packs that with the
site's units and with what the site says of them.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path

from .check.column import column
from .check.nearest import Comparison, Place, compare
from .model import claims
from .model.grouping import first_match
from .model.interpreters import Interpreter
from .model.outcome import Result
from .model.units import Unit
from .run import process
from .run.command_line import Parser
from .run.discovery import asked
from .run.environments import Environments
from .run.pool import pool_that_stops
from .run.portable import Site, read
from .run.recording import as_record, without_skipped

WIDEST = 72  # letters of an output that a line shows


def run_all(
    site: Site, units: Sequence[Unit], python: Interpreter, scratch: Path, progress: Callable[[int], None]
) -> tuple[dict[Unit, Result], Mapping[str, str]]:
    """Run units side by side, each in a process of its own; return their results and the packages' digests."""
    environments = Environments(scratch / "environments", site.packages)
    done = 0

    def run(unit: Unit) -> Result:
        nonlocal done
        result = process.run(
            without_skipped(unit, python),
            environments.python(python, unit.packages),
            site.timeout,
            unit.digest,
            implementation=python.implementation,
        )
        done += 1
        progress(done)
        return result

    with pool_that_stops() as pool:
        for packages in dict.fromkeys(unit.packages for unit in units):
            environments.prepare(python, packages)
        results = dict(zip(units, pool.map(run, units), strict=True))
    return results, environments.package_digests


def report(site: Site, python: Interpreter, found: Comparison, ended: Mapping[Unit, str]) -> list[str]:
    """Return the lines that say how this Python compares with the site's."""
    names = site.names()
    lines = [f"Your Python: {python.name}, {python.platform}"]
    for number, (key, count) in enumerate(found.agreeing):
        of = (
            f"{count:,} of {found.outputs:,} outputs are"
            if not number
            else f"{count:,} {'is' if count == 1 else 'are'}"
        )
        lines.append(f"  {of} what the site shows for {names[key]}")
    alone = len(found.alone)
    lines.append(f"  {alone:,} {'is' if alone == 1 else 'are'} yours alone" + (":" if alone else ""))
    for place in found.alone:
        theirs = place.shown_for(found.nearest) if found.nearest else ""
        mine, other = first_that_differ(place.text, theirs)
        lines += [f"    {where(place)}", f"      yours: {mine}"]
        lines += [f"      {names[found.nearest]}: {other}"] if found.nearest else []
    if found.nearest:
        lines.append(f"  to see them with their code, choose {names[found.nearest]} on the site's pages")
    if found.apart:
        lines.append(
            f"  {found.apart:,} more vary from run to run, or are left out on this Python: nothing is compared"
        )
    total = found.holding + len(found.failing)
    lines.append(f"  {found.holding:,} of {total:,} claims hold" + (":" if found.failing else ""))
    for place in found.failing:
        why = first_match(place.cell.options.differs, python)
        known = f" (the site knows: {shortened(why.reason)})" if why else ""
        lines.append(f"    does not hold: {where(place)}: {shortened(claims.broken(place.outcome)[0])}{known}")
    lines += [f"  {unit.id}: {says.splitlines()[0]}" for unit, says in ended.items()]
    return lines


def where(place: Place) -> str:
    """Return where a reader finds a cell or a claim."""
    if place.unit.kind == "example":
        return f"{place.unit.page}, the program {place.unit.name}.py"
    called = f"claim {place.cell.options.name}" if place.unit.kind == "claims" else f"cell {place.number}"
    return f"{place.unit.page}, line {place.cell.line}, {called}"


def first_that_differ(mine: str, theirs: str) -> tuple[str, str]:
    """Return the first line of each of two texts that is not the other's, too."""
    pairs = zip_longest(mine.strip().splitlines(), theirs.strip().splitlines(), fillvalue="nothing")
    one, other = next((pair for pair in pairs if pair[0] != pair[1]), ("nothing", "nothing"))
    return shortened(one), shortened(other)


def shortened(text: str) -> str:
    first = text.strip().partition("\n")[0]
    return first if len(first) <= WIDEST else f"{first[: WIDEST - 1]}…"


class Progress:
    """Says how far the runs are on one line of a terminal; nothing elsewhere."""

    def __init__(self, total: int) -> None:
        self.total = total

    def __call__(self, done: int) -> None:
        if sys.stderr.isatty():
            end = "\n" if done == self.total else ""
            print(f"\r{done} of {self.total} ran", end=end, file=sys.stderr, flush=True)


def parser(site: Site) -> Parser:
    found = Parser(
        "my-python.pyz",
        description=f"Run the demonstrations of {site.name} on this Python, and say which outputs are the same.",
        epilog="Nothing is installed, and nothing is sent: the file is for a page's chooser and for maintainers.",
    )
    found.add_argument("--page", metavar="PAGE", help="one page alone, like tutorial/a-circle; writes no file")
    found.add_argument("--json", type=Path, default=Path("my-python.json"), metavar="FILE", help="(%(default)s)")
    found.add_argument("--html", type=Path, metavar="FILE", help="write what differs as one page, too")
    return found


def main(arguments: Sequence[str], folder: Path) -> int:
    """Run what is asked for on this Python; 0 whatever it prints, 1 where it cannot be run, 2 for a wrong call."""
    try:
        return run_and_report(arguments, folder)
    except (OSError, ValueError) as error:  # no environment can be made, the disk is full, …
        print(f"my-python.pyz: {error}", file=sys.stderr)
        return 1


def run_and_report(arguments: Sequence[str], folder: Path) -> int:
    site = read(folder)
    given = parser(site).parse_args(arguments)
    units = [unit for unit in site.units if given.page in (None, unit.page)]
    if not units:
        pages = ", ".join(sorted({unit.page for unit in site.units}))
        print(f"my-python.pyz: there is no page {given.page!r}. There are: {pages}", file=sys.stderr)
        return 2
    written = [file for file in (given.html, None if given.page else given.json) if file]
    for file in written:
        if not os.access(file.absolute().parent, os.W_OK) or file.is_dir():
            print(f"my-python.pyz: {file} cannot be written. Name another file with --json or --html.", file=sys.stderr)
            return 2
    python = asked(sys.executable)
    print(
        f"Runs pages, programs and claims of {site.name}, {len(units)} in all, on {python.name}, each in a process\n"
        f"of its own, in folders under {tempfile.gettempdir()} removed afterwards. Nothing is installed or sent"
        f"{'; ' + ' and '.join(map(str, written)) + ' will be written' if written else ''}.",
        flush=True,
    )
    began = time.monotonic()
    results, digests = run_all(site, units, python, folder, Progress(len(units)))
    ended = {unit: result.problem.says for unit, result in results.items() if result.problem}
    whole = {unit: result for unit, result in results.items() if unit not in ended}
    found = compare(whole, python, site.runs)
    lines = report(site, python, found, ended)
    print(*lines, f"In {time.monotonic() - began:.0f} s.", sep="\n")
    if given.html:
        from .check.nearest_page import page

        given.html.write_text(page(site.name, lines[0], found, site.names()), encoding="utf-8")
    if not given.page and not ended:
        record = as_record({(unit, python): result for unit, result in results.items()}, digests)
        record["column"] = column(site.state, results, python, found, site.runs)
        given.json.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    elif ended and not given.page:
        print(f"{given.json} is not written: a record has every unit to its end.")
    return 0
