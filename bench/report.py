"""The figures as text for a reader, and as a file for programs."""

from __future__ import annotations

import datetime
import json
import os
import platform
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

SCHEMA = 1


def head() -> dict[str, Any]:
    """Where and when: SOURCE_DATE_EPOCH stands for now where it is set."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    now = datetime.datetime.now(datetime.timezone.utc).timestamp() if epoch is None else int(epoch)
    return {
        "schema": SCHEMA,
        "date": datetime.datetime.fromtimestamp(now, datetime.timezone.utc).isoformat(timespec="seconds"),
        "machine": {
            "cores": os.cpu_count(),
            "system": f"{platform.system()} {platform.release()} {platform.machine()}",
            "python": f"{platform.python_implementation()} {platform.python_version()}",
        },
    }


def write(path: Path, report: Mapping[str, Any]) -> None:
    """Writes the file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        unfinished.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def table(section: Mapping[str, Any]) -> Iterator[str]:
    """The lines of a section: its rows by what they measure, then its goals."""
    rows = sorted(section["rows"], key=lambda row: row["objects"] or 0)
    order = list(dict.fromkeys(row["what"] for row in section["rows"]))
    rows.sort(key=lambda row: order.index(row["what"]))
    for (what, objects), group in groupby(rows, lambda row: (row["what"], row["objects"])):
        yield ""
        yield what + (f", {objects:,} objects" if objects else "")
        for row in group:
            name = f"  {row['tool'] + ' ' + (row['version'] or ''):16} {row['call']:66}"
            if row["skipped"]:
                yield f"{name} left out: {row['skipped']}"
            else:
                memory = "" if row["peak_mb"] is None else f"{row['peak_mb']:8.1f} MB"
                yield f"{name} {duration(row['median']):>8} ±{row['spread'] / 2:4.0%} {memory}".rstrip()
    yield ""
    yield "goals"
    for goal in section["goals"]:
        verdict = {True: "met", False: "NOT MET", None: "not measured"}[goal["met"]]
        seen = goal.get("why") or f"{goal['measured']:.2f}"
        on = f", {goal['objects']:,} objects" if goal["objects"] else ""
        yield f"  {verdict:12} {goal['goal']}{on}: {seen} ({goal['sense']} {goal['bound']:g})"


def duration(seconds: float) -> str:
    """A time with three digits that count and the unit that suits it."""
    for unit, factor in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"
