"""Section "builds": what it costs to build this site, beside its peers on the same notebooks."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bench import build_goals, notebooks, preview
from bench.clock import Timed, timed
from bench.environments import NotInstalled
from bench.rounds import ROOT, BenchError, BuildRow, Log, summarise
from bench.tools import FLOOR, OURS, PEERS_ALONE, PLAIN, Texts, Tool, Unbuilt, floor, myst_nb, refdemo

FOLDER = ROOT / "docs" / "_build" / "bench"
LIMIT = 3600.0
"""Seconds that one build may take."""
COLD, RUNS, SAME, PAGE, PACKAGE, GROWTH = "cold", "execution", "no change", "page edited", "package edited", "growth"
WHOLE, PREVIEW = "cold, with the claims of its sentences", "cell edited in the preview"
EDITED = "tutorial/a-circle.md"


@dataclass
class Entry:
    """A tool on a site: the folder it builds in, and its rows."""

    tool: Tool
    texts: Texts
    folder: Path
    cases: Sequence[str]
    pages: int
    rows: dict[str, BuildRow] = field(default_factory=dict)
    peaks: dict[str, list[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for case in self.cases:
            again = " ".join(["", *self.tool.anew]) if case == PACKAGE else ""
            self.rows[case] = new_row(case, self.tool, self.pages, self.tool.call + again)

    @property
    def log(self) -> Path:
        return self.folder.with_suffix(".log")

    def measure(self, case: str, turn: int) -> None:
        """One round of one case; a peer that fails is left out from here on, for the reason that its row then says."""
        row = self.rows[case]
        if row["skipped"]:
            return
        try:
            outcome = self.build(case, turn)
        except (Unbuilt, subprocess.TimeoutExpired) as error:
            why = f"over {error.timeout:g} s" if isinstance(error, subprocess.TimeoutExpired) else str(error)
            if self.tool.tool in (OURS, FLOOR):
                raise BenchError(f"{self.tool.tool}, {case}: {why} (see {self.log.relative_to(ROOT)})") from error
            for each in self.rows.values():
                each["skipped"] = why
                each["seconds"].clear()
            return
        row["seconds"].append(outcome.seconds)
        if outcome.peak_mb is not None:
            self.peaks.setdefault(case, []).append(outcome.peak_mb)

    def build(self, case: str, turn: int) -> Timed:
        sentence = None
        if case == PREVIEW:
            environment = self.tool.environment(self.folder)
            seconds = preview.edited(self.folder, EDITED, self.tool.pythons, environment, self.log)
            return Timed(seconds, None, 0)
        if case in (COLD, WHOLE, GROWTH):
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(self.folder, ignore_errors=True)
            self.log.unlink(missing_ok=True)
            self.tool.prepare(self.folder, self.texts)
        elif case == PAGE:
            sentence = f"This sentence is new in round {turn + 1}."
            append(self.folder / self.tool.pages / EDITED, f"\n{sentence}\n")
        elif case == PACKAGE:
            append(self.folder / "refdemo" / "__init__.py", f"# round {turn + 1}\n")
        command = [*self.tool.command, *(self.tool.anew if case == PACKAGE else ())]
        outcome = timed(command, self.folder, self.tool.environment(self.folder), self.log, LIMIT)
        if outcome.status:
            said = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines() or ["nothing"]
            raise Unbuilt(f"ended with {outcome.status}, and said last: {said[-1][:200]}")
        self.tool.check(self.folder, self.texts, sentence)
        return outcome


def append(file: Path, text: str) -> None:
    with open(file, "a", encoding="utf-8", newline="\n") as opened:
        opened.write(text)


def new_row(case: str, tool: Tool, pages: int, call: str) -> BuildRow:
    return {
        "case": case,
        "tool": tool.tool,
        "versions": dict(tool.versions),
        "call": call,
        "pythons": tool.pythons,
        "pages": pages,
        "seconds": [],
        "median": None,
        "spread": None,
        "peak_mb": None,
        "skipped": None,
    }


@dataclass(frozen=True)
class Pythons:
    """Those that are found: the one that measures first, for it is the one of "one Python"."""

    names: list[str]
    keys: list[str]
    executables: list[str]

    @classmethod
    def found(cls) -> Pythons:
        try:  # it stands in docs/_ext, where not every section needs to be run
            from everypython.run.discovery import discover
        except ImportError as error:
            raise BenchError(f"what builds the site is not installed ({error}): run `nox -s bench`") from error
        all_of_them = discover(log=lambda line: None)
        (own,) = discover({"EVERYPYTHON": sys.executable})
        others = [each for each in all_of_them if each.key != own.key]
        ordered = [own, *sorted(others, key=lambda one: one.implementation != own.implementation)]
        return cls(*map(list, zip(*((each.name, each.key, each.executable) for each in ordered), strict=True)))

    def tool(self, number: int) -> Tool:
        """Return this project's tool with the first so many of them; with all as it finds them itself."""
        every = number == len(self.names)
        known = os.environ.get("EVERYPYTHON", "") if every else os.pathsep.join(self.executables[:number])
        return refdemo(self.names[:number], known)

    @property
    def cpythons(self) -> int:
        """How many are CPythons: those that come first."""
        return build_goals.cpythons(self.names)

    @property
    def steps(self) -> list[int]:
        """1, 2, 4, … as far as there are, and at last all."""
        number = len(self.names)
        return sorted({1, number, *(step for step in (2, 4, 8) if step < number)})


def run(options: argparse.Namespace, log: Log) -> dict[str, Any]:
    """Return the section: its rows, its goals, and the Pythons that ran."""
    pythons = Pythons.found()
    shutil.rmtree(FOLDER / "sites", ignore_errors=True)
    texts = notebooks.pages(ROOT / "docs")
    rows, apart = real(texts, pythons, options.repeats, log)
    profile = build_goals.profile(rows, dict(zip(pythons.keys, pythons.names, strict=True)), apart)
    goals = build_goals.judged(build_goals.GOALS, rows, pythons.names)
    return {"rows": rows, "goals": goals, "pythons": pythons.names, "profile": profile}


def real(texts: Texts, pythons: Pythons, repeats: int, log: Log) -> tuple[list[BuildRow], list[Mapping[str, float]]]:
    """Build the site itself: every tool in every round, case after case; and what each Python took plain in each."""
    edits = (COLD, SAME, PAGE, PACKAGE)
    everybody = sorted({1, len(pythons.names)})
    whole, texts = texts, {name: notebooks.without_claims(text) for name, text in texts.items()}
    entries = [
        entry(floor(), texts, "floor", edits),
        *(entry(pythons.tool(number), texts, f"refdemo-{number}", (*edits, PREVIEW)) for number in everybody),
        entry(pythons.tool(pythons.cpythons), texts, "refdemo-cpythons", (COLD,)),
        *(entry(pythons.tool(number), whole, f"refdemo-{number}-whole", (WHOLE,)) for number in everybody),
        entry(myst_nb("auto"), texts, "myst-nb", edits),
        entry(myst_nb("1"), texts, "myst-nb-1", (COLD,)),
    ]
    absent = list[BuildRow]()
    for name, make in PEERS_ALONE.items():
        try:
            entries.append(entry(make(log), texts, name.replace(" ", "-"), (COLD,)))
        except NotInstalled as error:
            nobody = replace(floor(), tool=name, call="", pythons=1, versions={})
            row = new_row(COLD, nobody, len(texts), "")
            row["skipped"] = str(error)
            absent.append(row)
    runs = {number: executions(entries[1 + place]) for place, number in enumerate(everybody)}
    apart: list[Mapping[str, float]] = []
    for turn in range(repeats):
        log(f"builds: round {turn + 1} of {repeats}")
        for case in (*edits, PREVIEW, WHOLE):
            for one in entries:
                if case in one.rows:
                    log(f"  {case}: {one.tool.tool} {one.tool.pythons}")
                    one.measure(case, turn)
        for number, measured in runs.items():
            log(f"  {RUNS}: {number}")
            one = entries[1 + everybody.index(number)]
            for kind, row in measured.items():
                took = executed(one, kind)
                row["seconds"].append(sum(took.values()))
                if kind == "plain" and number == len(pythons.names):
                    apart.append(took)
    rows = [*finished(entries), *absent]
    return [*rows, *summarised(row for measured in runs.values() for row in measured.values())], apart


def entry(tool: Tool, texts: Texts, name: str, cases: Sequence[str], pages: int | None = None) -> Entry:
    return Entry(tool, texts, FOLDER / "sites" / name, cases, pages or len(texts))


def executions(one: Entry, case: str = RUNS) -> dict[str, BuildRow]:
    """Return the rows of running alone: by the engine, and by plain processes."""
    plain = replace(one.tool, tool=PLAIN, versions={})
    call = "python CELLS, once for each page and example; shared among the cores"
    return {
        "ours": new_row(case, one.tool, one.pages, "everypython.run.scheduler.Scheduler.all"),
        "plain": new_row(case, plain, one.pages, call),
    }


def executed(one: Entry, kind: str) -> dict[str, float]:
    """Return the seconds that running took, by Python, or of all together."""
    log = one.folder.with_suffix(f".{kind}.log")
    log.unlink(missing_ok=True)
    command = [sys.executable, "-m", "bench.execution", kind, "."]
    outcome = timed(command, one.folder, one.tool.environment(one.folder), log, LIMIT)
    said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines() or ["nothing"]
    if outcome.status:
        raise BenchError(f"{RUNS}, {kind}: ended with {outcome.status}, and said last: {said[-1]}")
    seconds: dict[str, float] = json.loads(said[-1])
    return seconds


def finished(entries: Iterable[Entry]) -> list[BuildRow]:
    rows = []
    for one in entries:
        for case, row in one.rows.items():
            summarise(row, one.peaks.get(case, []))
            rows.append(row)
    return rows


def summarised(rows: Iterable[BuildRow]) -> list[BuildRow]:
    found = list(rows)
    for row in found:
        summarise(row, [])
    return found
