"""Section "holders": how good the answers of each tool are, for each kind of holder of `examples/who_holds_it.py`.

`python -m bench.holders TOOL FIRST` asks one tool about the kinds from FIRST on, and prints a line of JSON for each.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import importlib
import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from bench.rounds import ROOT, Log, version_of

Ref = Callable[[], Any]
"""A weak reference: where an object is a parameter, that is one more holder, and the first that a tool may find."""
VERDICTS = ("right", "vague", "wrong", "crash")
LINKS = 3
"""How many links away from the object those tools look that draw all of them."""
PATIENCE = 2.0
"""Seconds that tools may search which can be told to stop: they show what they have found by then."""
SHARE = 0.95
"""Of refdemo's answers, on CPython, that are right."""


def by_referrers_of_refdemo(ref: Ref) -> list[str]:
    from refdemo.holders import referrers

    return [each.words for each in referrers(ref())]


def by_why_alive_of_refdemo(ref: Ref) -> list[str]:
    from refdemo.holders import why_alive

    return [str(why_alive(ref()))]


def by_objgraph(ref: Ref) -> list[str]:
    import objgraph

    drawn = io.StringIO()
    objgraph.show_backrefs([ref()], max_depth=LINKS, output=drawn)
    return [drawn.getvalue()]


def by_guppy3(ref: Ref) -> list[str]:
    import guppy

    found = guppy.hpy().iso(ref())
    return [f"{found.referrers.bytype}\n{found.byvia}\n{found.shpaths}"]


def by_refleak(ref: Ref) -> list[str]:
    from refleak.testing import referrer_chain

    lines, _ = referrer_chain(ref(), max_depth=LINKS)
    return ["\n".join(lines)]


def by_referrers(ref: Ref) -> list[str]:
    import referrers

    return [str(referrers.get_referrer_graph(ref(), max_depth=2 * LINKS, timeout=PATIENCE))]  # two nodes a link


def by_memalot(kind: Any) -> list[str]:
    """Ask for what was made under its eyes and is still there: it takes no object."""
    import memalot
    import who_holds_it

    said: list[str] = []
    monitor = memalot.create_leak_monitor(
        warmup_calls=0,
        included_type_names={kind.of.__name__},
        referrers_max_depth=2 * LINKS,
        referrers_search_timeout=PATIENCE,
        save_reports=False,
        output_func=said.append,
        color=False,
    )
    with monitor:
        made = who_holds_it.made(kind)
    del made
    return ["\n".join(text for text in said if "Details for" in text or "(object)" in text)]


# By the name that a row has: the distribution, the call, and what asks.
TOOLS: dict[str, tuple[str, str, Callable[[Any], list[str]]]] = {
    "refdemo": ("refdemo", "referrers(obj)", by_referrers_of_refdemo),
    "refdemo-chain": ("refdemo", "why_alive(obj)", by_why_alive_of_refdemo),
    "objgraph": ("objgraph", "show_backrefs([obj])", by_objgraph),
    "guppy3": ("guppy3", "iso(obj): .referrers.bytype, .byvia, .shpaths", by_guppy3),
    "refleak": ("refleak", "testing.referrer_chain(obj)", by_refleak),
    "referrers": ("referrers", "get_referrer_graph(obj)", by_referrers),
    "memalot": ("memalot", "create_leak_monitor()", by_memalot),
}


def run(options: argparse.Namespace, log: Log) -> dict[str, Any]:
    """Return the section: a row for each tool, and which goals were met."""
    rows = []
    for name, (tool, call, _) in TOOLS.items():
        log(f"holders: {tool} {call}")
        version = version_of(tool)
        rows.append({"tool": tool, "version": version, "call": call, **(answers(name) if version else not_installed())})
    ours = [verdict for row in rows if row["tool"] == "refdemo" for verdict in row["answers"].values()]
    right, bad = ours.count("right") / len(ours), ours.count("wrong") + ours.count("crash")
    return {
        "rows": rows,
        "goals": [
            goal("refdemo's answers that are right, of all", right, "at least", SHARE, right >= SHARE),
            goal("refdemo's answers that are wrong, and crashes", bad, "at most", 0, bad == 0),
        ],
    }


def goal(name: str, measured: float, sense: str, bound: float, met: bool) -> dict[str, Any]:
    return {"goal": name, "objects": None, "sense": sense, "bound": bound, "measured": measured, "met": met}


def not_installed() -> dict[str, Any]:
    return {"answers": {}, "skipped": "not installed"}


def answers(name: str) -> dict[str, Any]:
    """Return the verdict on a tool's answer for each kind: a process for all, and another from each that ends it."""
    kinds = [kind.name for kind in catalogue().KINDS]
    verdicts: dict[str, str] = {}
    while len(verdicts) < len(kinds):
        command = [sys.executable, "-m", "bench.holders", name, str(len(verdicts))]
        done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        verdicts.update(json.loads(line) for line in done.stdout.splitlines() if line.startswith("["))
        if len(verdicts) < len(kinds):
            verdicts[kinds[len(verdicts)]] = "crash"
    return {"answers": verdicts, "skipped": None}


def catalogue() -> Any:
    """Return the module that has the makers of holders and the words of right answers."""
    if str(ROOT / "examples") not in sys.path:
        sys.path.append(str(ROOT / "examples"))
    return importlib.import_module("who_holds_it")


def asked(name: str, first: int) -> None:
    """Ask a tool about the kinds of holder from the `first` on, and print what its answers are worth."""
    who_holds_it, ask = catalogue(), TOOLS[name][2]
    for kind in who_holds_it.KINDS[first:]:
        with who_holds_it.afterwards, contextlib.redirect_stdout(sys.stderr):
            try:
                if ask is by_memalot:
                    verdict = who_holds_it.judged(ask(kind), kind.words)
                else:
                    witness, kept = who_holds_it.made(kind)
                    verdict = who_holds_it.judged(ask(witness), kind.words)
                    del kept
            except Exception as error:
                print(kind.name, type(error).__name__, error)
                verdict = "crash"
        print(json.dumps([kind.name, verdict]), flush=True)


def table(section: Mapping[str, Any]) -> Iterator[str]:
    """Return the section's lines: how many answers of each tool are right, then for which kinds they are not."""
    from bench.report import goals

    yield from answered(section["rows"])
    yield from goals(section)


def answered(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Return a line for each row: how many of a tool's answers are right, vague, wrong and crashes."""
    for row in rows:
        name = f"  {row['tool'] + ' ' + (row['version'] or ''):16} {row['call']:48}"
        if row["skipped"]:
            yield f"{name} left out: {row['skipped']}"
            continue
        counts = collections.Counter(row["answers"].values())
        yield name + "".join(f" {counts[verdict]:3} {verdict}" for verdict in VERDICTS)


if __name__ == "__main__":
    asked(sys.argv[1], int(sys.argv[2]))
