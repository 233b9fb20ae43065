"""The figures as text for a reader, and as a file for programs."""

from __future__ import annotations

import datetime
import json
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from bench.rounds import ROOT
from bench.tools import PLAIN

SCHEMA = 1
FILE = ROOT / "docs" / "_build" / "bench.json"
"""What a run writes unless it is told another file."""


def head() -> dict[str, Any]:
    return {"schema": SCHEMA, **measured()}


def measured() -> dict[str, Any]:
    """When and where: SOURCE_DATE_EPOCH stands for now where it is set."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    now = datetime.datetime.now(datetime.timezone.utc).timestamp() if epoch is None else int(epoch)
    return {
        "date": datetime.datetime.fromtimestamp(now, datetime.timezone.utc).isoformat(timespec="seconds"),
        "machine": {
            "cores": os.cpu_count(),
            "system": f"{platform.system()} {platform.release()} {platform.machine()}",
            "python": f"{platform.python_implementation()} {platform.python_version()}",
        },
    }


def as_json(report: Mapping[str, Any]) -> str:
    return json.dumps(report, indent=1, ensure_ascii=False) + "\n"


def missed(content: Mapping[str, Any]) -> list[str]:
    """Return a line for each goal that was measured and is not met."""
    goals = [goal for section in content["sections"].values() for goal in section["goals"] if goal["met"] is False]
    return [f"{goal['goal']}: {goal['measured']:.2f} ({goal['sense']} {goal['bound']:g})" for goal in goals]


def instruments(section: Mapping[str, Any]) -> Iterator[str]:
    """Return the lines of section "instruments": its rows by what they measure, then its goals."""
    rows = sorted(section["rows"], key=lambda row: row["objects"] or 0)
    order = list(dict.fromkeys(row["what"] for row in section["rows"]))
    rows.sort(key=lambda row: order.index(row["what"]))
    for (what, objects), group in groupby(rows, lambda row: (row["what"], row["objects"])):
        yield ""
        yield what + (f", {objects:,} objects" if objects else "")
        for row in group:
            yield figures(f"{row['tool'] + ' ' + (row['version'] or ''):16} {row['call']:66}", row)
    yield from goals(section)


def builds(section: Mapping[str, Any]) -> Iterator[str]:
    """Return the lines of sections "builds" and "growth": their rows by case and size, with what is above the floor."""
    rows = section["rows"]
    subtracted = floors(rows)
    order = list(dict.fromkeys((row["case"], row["pages"]) for row in rows))
    for (case, pages), group in groupby(
        sorted(rows, key=lambda row: order.index((row["case"], row["pages"]))), lambda row: (row["case"], row["pages"])
    ):
        yield ""
        yield f"{case}, {pages} pages"
        for row in group:
            more = above_floor(row, subtracted)
            line = figures(f"{row['tool']:22} {row['pythons']:2} Pythons  {row['call']:66}", row)
            yield f"{line}  {more and f'floor {more}'}".rstrip()
    yield from goals(section)


def floors(rows: Sequence[Mapping[str, Any]]) -> dict[tuple[str, int], float | None]:
    """Return the seconds of the floor for each case and number of pages."""
    return {(row["case"], row["pages"]): row["median"] for row in rows if row.get("pythons") == 0}


def above_floor(row: Mapping[str, Any], floors: Mapping[tuple[str, int], float | None]) -> str:
    """Return what a build took more than the floor; nothing for the floor, and for what builds no pages."""
    floor = floors.get((row["case"], row["pages"])) if row.get("pythons") else None
    if floor is None or row["median"] is None or row["tool"] == PLAIN:
        return ""
    return f"{row['median'] - floor:+.1f} s"


def figures(name: str, row: Mapping[str, Any]) -> str:
    if row["skipped"]:
        return f"  {name} left out: {row['skipped']}"
    memory = "" if row["peak_mb"] is None else f"{row['peak_mb']:8.1f} MB"
    return f"  {name} {duration(row['median']):>8} ±{row['spread'] / 2:4.0%} {memory}".rstrip()


def goals(section: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    yield "goals"
    for goal in section["goals"]:
        verdict = {True: "met", False: "NOT MET", None: "not measured"}[goal["met"]]
        seen = goal.get("why") or f"{goal['measured']:.2f}"
        on = f", {goal['objects']:,} objects" if goal.get("objects") else ""
        yield f"  {verdict:12} {goal['goal']}{on}: {seen} ({goal['sense']} {goal['bound']:g})"


def duration(seconds: float) -> str:
    """Return a time with three digits that count and the unit that suits it."""
    for unit, factor in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"
