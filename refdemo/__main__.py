"""`python -m refdemo`: the article's demonstrations and claims, tried here; `… report PID`: what grows in a process."""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping
from shutil import get_terminal_size
from textwrap import wrap
from typing import TextIO

from refdemo import __version__
from refdemo._trials.verdicts import CANNOT_ASK, HOLDS, HOLDS_NOT, IN_PART, VERDICTS
from refdemo.article import Report, report
from refdemo.interpreters import InterpreterInfo

AGREES, DIFFERS = "agrees", "differs"
COLOURS = {AGREES: 32, HOLDS: 32, DIFFERS: 31, HOLDS_NOT: 31, IN_PART: 33, CANNOT_ASK: 36}
"""The colours of words, as ANSI numbers: green, red, yellow, cyan. A word without one is plain."""
WIDTH = 100
MORE = (
    "In your own programs: refdemo.refcount, refdemo.object_graph, refdemo.growth and refdemo.cycles.cyclic_garbage; "
    "refdemo.holders.why_alive tells what keeps an object alive, refdemo.report what grows in a process, and pytest's "
    "marker leaves_nothing what a test leaves behind."
)


def main(arguments: list[str] | None = None) -> int:
    """Print what is asked for; 0, 1 if a process gives no report, or argparse's 2 for an option that there is not."""
    options = _parser().parse_args(arguments)
    if options.command == "report":
        return _report_of(options)
    found = report()
    if options.json:
        print(json.dumps(as_json(found), indent=2))
    else:
        width = max(min(WIDTH, get_terminal_size((WIDTH, 24)).columns), 30)
        colour = wants_colour(sys.stdout, os.environ)
        print("\n".join(lines(found, width, colour)))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m refdemo",
        description="Try the demonstrations and claims of the article that refdemo grew from on this Python; "
        "or, with `report PID`, tell what grows in a process.",
        epilog=MORE,
        allow_abbrev=False,
    )
    parser.add_argument("--json", action="store_true", help="print it for machines, as JSON")
    commands = parser.add_subparsers(dest="command", metavar="report", help="ask a process what grows in it")
    asked = commands.add_parser(
        "report",
        description="Tell what grows in a process: live objects, garbage, or memory that no Python object has. "
        "Nothing has to be prepared in it if it is a Python of the same version as this one, from 3.14 on; "
        "an older one is prepared by refdemo.report.on_signal.",
        allow_abbrev=False,
    )
    asked.add_argument("pid", type=int, metavar="PID", help="the number of the process")
    asked.add_argument("--seconds", type=float, default=10, help="the time between two looks, 0.5 to 60 (10)")
    asked.add_argument("--limit", type=float, default=2, help="seconds after which no further holder is looked for (2)")
    asked.add_argument("--timeout", type=float, default=10, help="seconds to wait for the process to begin (10)")
    asked.add_argument("--json", action="store_true", help="print it for machines, as JSON")
    return parser


def _report_of(options: argparse.Namespace) -> int:
    from refdemo._reporting.attach import NoReport, report_of
    from refdemo._reporting.words import printable

    try:
        found = report_of(options.pid, options.seconds, options.limit, options.timeout)
    except (NoReport, ValueError) as error:
        print(f"refdemo: {error}", file=sys.stderr)
        return 1
    text = "\n".join(map(printable, str(found["text"]).splitlines()))
    print(json.dumps(found["report"], indent=2) if options.json else text)
    return 0


def as_json(found: Report) -> dict[str, object]:
    """Return the report as JSON's types."""
    return {
        "refdemo": __version__,
        "interpreter": found.interpreter._asdict(),
        "demonstrations": [each._asdict() for each in found.demonstrations],
        "claims": [each._asdict() for each in found.claims],
    }


def lines(found: Report, width: int, colour: bool) -> Iterator[str]:
    """Return the report as text of at most `width` columns, for a terminal."""
    yield from wrap(f"refdemo {__version__} on {_name(found.interpreter)}", width)
    yield ""
    yield from wrap("What the article shows:", width)
    for each in found.demonstrations:
        word = AGREES if each.agrees else DIFFERS
        seen = each.seen if each.agrees else f"{each.seen}; the article expects {each.expected}"
        yield from _entry(each.id, each.what, word, seen, width, colour)
    yield ""
    yield from wrap("What the article claims:", width)
    for claim in found.claims:
        yield from _entry(claim.id, claim.claim, claim.verdict, claim.seen, width, colour)
    yield ""
    verdicts = [claim.verdict for claim in found.claims]
    tally = ", ".join(f"{word} {verdicts.count(word)}" for word in VERDICTS if word in verdicts)
    agreeing = sum(each.agrees for each in found.demonstrations)
    yield from wrap(f"{agreeing} of {len(found.demonstrations)} demonstrations agree. Claims: {tally}.", width)
    yield ""
    yield from wrap(MORE, width)


def _entry(name: str, what: str, word: str, seen: str, width: int, colour: bool) -> Iterator[str]:
    yield from wrap(what, width, initial_indent=f"{name:<5}", subsequent_indent=" " * 5)
    first, *rest = wrap(f"{word}: {seen}", width, initial_indent=" " * 5, subsequent_indent=" " * 5)
    if colour and word in COLOURS:
        first = first.replace(word, f"\x1b[{COLOURS[word]}m{word}\x1b[0m", 1)
    yield first
    yield from rest


def _name(python: InterpreterInfo) -> str:
    name = {"cpython": "CPython", "pypy": "PyPy"}.get(python.implementation, python.implementation)
    build = " free-threaded" if python.free_threaded else ""
    return f"{name} {python.version}{build}, {python.platform}, {python.bits} bits, collector: {python.collector}"


def wants_colour(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Whether to colour what goes to `stream`: on a terminal, or as NO_COLOR and FORCE_COLOR say (CPython's order)."""
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return True
    return environ.get("TERM") != "dumb" and stream.isatty() and _understands_ansi()


def _understands_ansi() -> bool:
    if sys.platform != "win32":
        return True
    # Windows' console shows escapes as text until it is told otherwise. Written from its documentation, never run.
    import ctypes

    kernel32, mode = ctypes.windll.kernel32, ctypes.c_uint32()
    console = kernel32.GetStdHandle(-11)
    return bool(
        kernel32.GetConsoleMode(console, ctypes.byref(mode)) and kernel32.SetConsoleMode(console, mode.value | 4)
    )


if __name__ == "__main__":
    try:
        code = main()
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read this has read enough (`python -m refdemo | head -3`); Python would complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    sys.exit(code)
