"""`python -m bench [SECTION …]`: measures, prints a table and writes the figures to a file."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench import heap, instruments, report
from bench.rounds import ROOT, BenchError

# Each takes the options and a function for a line of progress, and gives its rows and its goals.
SECTIONS = {"instruments": instruments.run}


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    if sys.implementation.name != "cpython":
        print(f"bench: measures CPython, not {sys.implementation.name}", file=sys.stderr)
        return 1
    began = time.monotonic()
    content = report.head()
    try:
        content["sections"] = {name: SECTIONS[name](options, log) for name in options.sections or SECTIONS}
        show(content, options.repeats)
        report.write(options.output, content)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"bench: interrupted; {options.output.name} is as it was", file=sys.stderr)
        return 130
    print(f"\nwritten to {options.output} after {(time.monotonic() - began) / 60:.1f} minutes")
    return 0


def show(content: Mapping[str, Any], repeats: int) -> None:
    machine = content["machine"]
    print(f"{machine['python']}, {machine['system']}, {machine['cores']} cores, {content['date']}")
    for name, section in content["sections"].items():
        print(f"\n{name}: medians of {repeats}, half the range, growth of the peak of resident memory")
        print(*report.table(section), sep="\n")


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("sections", nargs="*", type=section, metavar="SECTION", help=f"of {', '.join(SECTIONS)}; all")
    parser.add_argument("--sizes", type=sizes, default=[10**4, 10**5, 10**6], help="objects in a heap: 10000,100000,…")
    parser.add_argument("--repeats", type=at_least(1), default=5, help="processes for each figure (5)")
    parser.add_argument(
        "--output", type=file, default=ROOT / "docs" / "_build" / "bench.json", help="the file to write"
    )
    return parser


def section(name: str) -> str:
    if name not in SECTIONS:
        raise argparse.ArgumentTypeError(f"no section {name!r}: there is {', '.join(SECTIONS)}")
    return name


def sizes(text: str) -> list[int]:
    return sorted({at_least(heap.SMALLEST)(part) for part in text.split(",")})


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
