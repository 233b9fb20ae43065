"""``python -m everypython COMMAND``: build a site, or ask whether what it says is so."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from .run.command_line import Parser

DESCRIPTION = """Build a site whose outputs every Python of this machine has printed, and check what is built.

Which Pythons run: those on PATH and those of pyenv and uv, or those alone whose paths EVERYPYTHON lists. What no
reason explains is refused with --strict or EVERYPYTHON_STRICT=1, and listed otherwise."""
EPILOG = "`python -m everypython COMMAND --help` says what a command takes, does and prints."
Command = Callable[[argparse.Namespace], int]


# Each command imports what it needs and no more: `interpreters` is asked where there is no Sphinx.
def build(given: argparse.Namespace) -> int:
    """Build a site and put it in place in one step.

    Building goes on in a folder of its own beside SITE, which persists, so that the next build has less to do. Until a
    build has succeeded, SITE is as it was. Options that are not named here are sphinx-build's.
    """
    from .publish import publish_unless_interrupted

    strict = ["-D", "everypython_strict=1"] if given.strict else []
    return publish_unless_interrupted(given.source, given.site, *strict, *given.options)


def verify(given: argparse.Namespace) -> int:
    """Compare a built site with new runs on every Python found, twice each.

    Prints a line for each difference, in which "expected" is what the site says; exits with 1 if there is one.
    """
    from .check.verify import verify

    return verify(given.source, given.site, given.page, given.quick)


def record(given: argparse.Namespace) -> int:
    """Write what this machine's Pythons print to a file, for a build elsewhere."""
    from .run.records import record

    return record(given.source, given.file)


def crosscheck(given: argparse.Namespace) -> int:
    """Report where Jupyter's kernel prints something else than plain Python.

    Differences are no failure: exits with 1 only if pages could not be compared.
    """
    from .check.crosscheck import crosscheck

    return crosscheck(given.source.resolve())


def upcoming(given: argparse.Namespace) -> int:
    """Compare Pythons that a published site lacks with the ones before them.

    Of SITE its runs.json is needed, and no more. Prints a line for each output that changed; exits with 1 if one did.
    """
    from .check.upcoming import upcoming

    return upcoming(given.source, given.site)


def interpreters(given: argparse.Namespace) -> int:
    """List the Pythons that a build would run on: key and path, a line each.

    Needs nothing but Python itself. What is passed over is said on standard error.
    """
    from .run.discovery import print_found

    return print_found()


def fetch(given: argparse.Namespace) -> int:
    """Fetch what runs in browsers, as pyproject.toml lists it, into the user's cache.

    Asks the npm registry for exact versions of exact contents. Exits with 1 if something is missing at the end.
    """
    from .run.node import fetch_listed

    return fetch_listed()


def live(given: argparse.Namespace) -> int:
    """Serve a site while it is written, and build what was saved.

    FOLDER is what the site uses besides SOURCE. Ctrl-C ends it.
    """
    try:
        from .live import live
    except ModuleNotFoundError as missing:
        if missing.name != "watchfiles":
            raise
        print("live: what says that files were saved is not installed; `pip install watchfiles`", file=sys.stderr)
        return 1
    return live(given.source, given.out, given.folders, given.port)


class AsWritten(argparse.RawDescriptionHelpFormatter):
    """Help with one column for the names of all commands."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=16, width=120)


def parser() -> Parser:
    """Return the parser of the whole command line."""
    whole = Parser("python -m everypython", description=DESCRIPTION, epilog=EPILOG, formatter_class=AsWritten)
    commands = whole.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(command: Command, **named: str) -> Parser:
        about = command.__doc__ or ""
        short = about.partition("\n")[0]
        one = commands.add_parser(command.__name__, help=short, description=" ".join(about.split()))
        one.set_defaults(command=command)
        for name, said in named.items():
            one.add_argument(name, type=Path, metavar=name.upper(), help=said)
        return one

    source, site = "the folder of conf.py and the pages", "the folder of the built site"
    strict = add(build, source=source, site="the folder to publish to")
    strict.usage = "python -m everypython build [-h] [--strict] SOURCE SITE [OPTION ...]"
    strict.add_argument("--strict", action="store_true", help="refuse what no reason explains")
    verified = add(verify, source=source, site=site)
    verified.add_argument("--page", default="", metavar="NAME", help="run this page alone, like tutorial/a-circle")
    verified.add_argument("--quick", action="store_true", help="compare with the runs that builds kept; nothing runs")
    add(record, source=source, file="the file to write")
    add(crosscheck, source=source)
    add(upcoming, source=source, site=site)
    add(interpreters)
    add(fetch)
    served = add(live, source=source, out="the folder to build in")
    served.add_argument("folders", nargs="*", type=Path, metavar="FOLDER", help="a folder to watch, too")
    served.add_argument("--port", type=int, default=8000, help="where to serve; 0 is any port (default: %(default)s)")
    return whole


def main(arguments: Sequence[str]) -> int:
    """Run the command that is named and return its exit status."""
    whole = parser()
    given, given_options = whole.parse_known_args(arguments)
    if given_options and given.command is not build:
        whole.error(f"unrecognized arguments: {' '.join(given_options)}")
    given.options = given_options
    command: Command = given.command
    return command(given)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
