"""``python -m tests.machines``: is this project whole on a machine that has only these Pythons?

With each Python of this machine alone, and with some pairs (``--all``: every pair), the site is built strictly. Then
those tests of the engine and of that site run that use these Pythons: all others know of none but their own. One table
ends it; 1 is the exit status if anything failed.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from everypython.check.gates import patches_of_one
from everypython.model.interpreters import Interpreter
from everypython.run.discovery import discover

ROOT = Path(__file__).parents[1]
TESTS = ["pytest", "tests/engine", "tests/site", "-m", "pythons and not deep", "-n", "auto", "--dist", "loadfile", "-q"]


@dataclass(frozen=True)
class Outcome:
    """What came of one set of Pythons: each text is what a column of the table says."""

    pythons: str
    build: str
    tests: str
    whole: bool


def some(pairs: Sequence[tuple[Interpreter, Interpreter]]) -> Iterator[tuple[Interpreter, Interpreter]]:
    """Three pairs that are likely to disagree: two patches of a version, two kinds of builds, two implementations."""
    kinds = (
        patches_of_one,
        lambda one, other: one.free_threaded != other.free_threaded and one.implementation == other.implementation,
        lambda one, other: one.implementation != other.implementation,
    )
    for kind in kinds:
        yield from [pair for pair in pairs if kind(*pair)][-1:]


def tried(pythons: Sequence[Interpreter], scratch: Path) -> Outcome:
    """Build and test with these Pythons alone."""
    site = scratch / "-".join(python.key for python in pythons) / "site"
    variables = {"EVERYPYTHON": os.pathsep.join(python.executable for python in pythons), "EVERYPYTHON_SITE": str(site)}
    build_alone = ["everypython", "build", "docs", str(site), "--strict", "-Deverypython_records="]
    status, printed, took = run(*build_alone, **variables)
    found = re.search(r"stand against publishing: (\d+)\n((?:.*\n)*)", printed)
    build = f"whole, {took:.0f} s" if status == 0 else f"refused, {found[1] if found else 'no'} findings"
    if status:
        print(found[2] if found else printed[-3000:], flush=True)
        return Outcome(named(pythons), build, "not run", whole=False)
    status, printed, took = run(*TESTS, **variables)
    if status:
        print(printed[-6000:], flush=True)
    counted = (re.findall(r"^(.*(?:passed|failed|error).*) in ", printed, re.MULTILINE) or ["ended early"])[-1]
    return Outcome(named(pythons), build, f"{counted}, {took:.0f} s", whole=status == 0)


def run(*arguments: str, **variables: str) -> tuple[int, str, float]:
    """Run a module; return its status, what it printed, and how many seconds it took."""
    began = time.monotonic()
    environment = {**os.environ, "NO_COLOR": "1", **variables}
    command = [sys.executable, "-m", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    return done.returncode, done.stdout, time.monotonic() - began


def named(pythons: Sequence[Interpreter]) -> str:
    return " + ".join(python.name for python in pythons)


def main() -> int:
    """Try every set and print the table."""
    parser = argparse.ArgumentParser("python -m tests.machines", description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--all", action="store_true", help="every pair, and not three of them")
    given = parser.parse_args()
    found = discover()
    pairs = list(combinations(found, 2))
    sets = [*((python,) for python in found), *(pairs if given.all else some(pairs))]
    outcomes = []
    with tempfile.TemporaryDirectory(prefix="everypython-machines-") as scratch:
        for number, pythons in enumerate(sets, 1):
            outcomes.append(tried(pythons, Path(scratch)))
            print(
                f"{number} of {len(sets)}: {outcomes[-1].pythons}: {outcomes[-1].build}; {outcomes[-1].tests}",
                flush=True,
            )
    rows = [("Pythons", "strict build", "tests"), *((each.pythons, each.build, each.tests) for each in outcomes)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
    return int(not all(each.whole for each in outcomes))


if __name__ == "__main__":
    sys.exit(main())
