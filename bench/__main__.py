"""`python -m bench [SECTION …]`: measures, prints a table and writes the figures to a file."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from everypython.run.files import write_atomically

from bench import builds, growth, heap, holders, instruments, leaks, report, results
from bench.rounds import BenchError, Log


class Section(NamedTuple):
    run: Callable[[argparse.Namespace, Log], dict[str, Any]]
    """Takes the options and a function for a line of progress, and gives its rows and its goals."""
    table: Callable[[Mapping[str, Any]], Iterator[str]]
    memory: str
    """What its figures of memory are; "" where it measures nothing."""


LARGEST = "peak of resident memory of the largest process"
SECTIONS = {
    "instruments": Section(instruments.run, report.instruments, "growth of the peak of resident memory"),
    "holders": Section(holders.run, holders.table, ""),
    "leaks": Section(leaks.run, leaks.table, ""),
    "builds": Section(builds.run, report.builds, LARGEST),
    "growth": Section(growth.run, report.builds, LARGEST),
}


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    if sys.implementation.name != "cpython":
        print(f"bench: measures CPython, not {sys.implementation.name}", file=sys.stderr)
        return 1
    began = time.monotonic()
    content = report.head()
    try:
        # Each says itself when and on what it was measured: RESULTS.md may hold sections of several runs.
        content["sections"] = {
            name: {**report.measured(), **SECTIONS[name].run(options, log)} for name in options.sections or SECTIONS
        }
        show(content, options)
        write_atomically(options.output, report.as_json(content).encode())
        if options.keep:
            results.keep(content)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"bench: interrupted; {options.output.name} is as it was", file=sys.stderr)
        return 130
    print(f"\nwritten to {options.output} after {(time.monotonic() - began) / 60:.1f} minutes")
    missed = report.missed(content)
    for line in missed:
        print(f"goal missed: {line}", file=sys.stderr)
    return 1 if missed else 0


def show(content: Mapping[str, Any], options: argparse.Namespace) -> None:
    machine = content["machine"]
    print(f"{machine['python']}, {machine['system']}, {machine['cores']} cores, {content['date']}")
    for name, section in content["sections"].items():
        rounds = options.growth_repeats if name == "growth" and options.growth_repeats else options.repeats
        figures = f"medians of {rounds}, half the range, {SECTIONS[name].memory}"
        print(f"\n{name}: {figures if SECTIONS[name].memory else 'answers by how good they are'}")
        print(*SECTIONS[name].table(section), sep="\n")


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("sections", nargs="*", type=section, metavar="SECTION", help=f"of {', '.join(SECTIONS)}; all")
    parser.add_argument("--sizes", type=sizes, default=[10**4, 10**5, 10**6], help="objects in a heap: 10000,100000,…")
    parser.add_argument("--pages", type=pages, default=[10, 40, 160, 640], help="of grown sites: 10,40,…")
    parser.add_argument("--repeats", type=at_least(1), default=5, help="rounds, of which a figure is the median (5)")
    parser.add_argument("--growth-repeats", type=at_least(1), help="the same of grown sites alone")
    parser.add_argument("--keep", action="store_true", help="write the committed bench/RESULTS.md as well")
    parser.add_argument("--output", type=file, default=report.FILE, help="the file to write")
    return parser


def section(name: str) -> str:
    if name not in SECTIONS:
        raise argparse.ArgumentTypeError(f"no section {name!r}: there is {', '.join(SECTIONS)}")
    return name


def sizes(text: str) -> list[int]:
    return sorted({at_least(heap.SMALLEST)(part) for part in text.split(",")})


def pages(text: str) -> list[int]:
    return sorted({at_least(1)(part) for part in text.split(",")})


def file(name: str) -> Path:
    if Path(name).is_dir():
        raise argparse.ArgumentTypeError(f"{name} is a folder; name a file")
    return Path(name)


class at_least:
    """Reads a whole number that is no less than another."""

    def __init__(self, least: int) -> None:
        self.least = least

    def __call__(self, text: str) -> int:
        if not text.strip().isdecimal() or int(text) < self.least:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {self.least} on")
        return int(text)


def log(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
