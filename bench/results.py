"""`RESULTS.md`: what `--keep` keeps of a run for readers, with a picture of growth beside it.

`python -m bench.results [FILE]` writes it from figures that were measured before, for a run whose missed goal had no
reason yet.
"""

from __future__ import annotations

import argparse
import collections
import io
import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from everypython.run.files import write_atomically

from bench import report
from bench.rounds import ROOT, BenchError
from bench.tools import FLOOR, NAVIGATION, OURS

FOLDER = ROOT / "bench"
RESULTS, REASONS, PICTURE = "RESULTS.md", "reasons.yaml", "growth.svg"
HEAD = """# What the bench measured

`nox -s bench -- --keep` writes this file: figures of one machine, so each section says which, and on what day.
[README.md](README.md) says what a figure is; the reasons of missed goals come from [reasons.yaml](reasons.yaml).
"""
CAPTION = "Seconds of a cold build by its pages, both axes logarithmic"
VERDICTS = {True: "met", False: "**missed**", None: "not measured"}
Row = Mapping[str, Any]


def keep(content: Mapping[str, Any], folder: Path = FOLDER) -> None:
    """Write the results into a folder, where sections that were not measured stay as they are.

    Raises BenchError, and writes nothing, where a missed goal has no reason or a reason no missed goal.
    """
    path, picture = folder / RESULTS, folder / PICTURE
    reasons = yaml.safe_load((folder / REASONS).read_text(encoding="utf-8")) or {}
    measured = content["sections"]
    check_reasons(measured, reasons)
    drawn = growth(measured["growth"]["rows"]) if "growth" in measured else None
    sections = parted(path.read_text(encoding="utf-8")) if path.exists() else {}
    for name, section in measured.items():
        parts = described(section, reasons.get(name) or {})
        sections[name] = "\n".join([*parts, f"![{CAPTION}]({PICTURE})\n"] if name == "growth" and drawn else parts)
    text = "\n".join([HEAD, *(f"## {name}\n\n{sections[name]}" for name in sorted(sections))])
    write_atomically(path, text.encode())
    if drawn:
        write_atomically(picture, drawn.encode())
    elif "growth" in measured:
        picture.unlink(missing_ok=True)  # it would show other figures than the table
        print("bench: there is no picture of growth: matplotlib is not installed", file=sys.stderr)


def check_reasons(sections: Mapping[str, Any], reasons: Mapping[str, Any]) -> None:
    wrong = []
    for name, section in sections.items():
        given = reasons.get(name) or {}
        missed = [goal["goal"] for goal in section["goals"] if goal["met"] is False]
        wrong += [f"“{goal}” is missed: say why in {REASONS}, under {name}" for goal in missed if not given.get(goal)]
        wrong += [f"“{goal}” is no missed goal: take its reason out of {REASONS}" for goal in given.keys() - {*missed}]
    if wrong:
        again = "`python -m bench.results` then writes the results without measuring again"
        raise BenchError("; ".join([*wrong, again]))


def parted(text: str) -> dict[str, str]:
    """Return the text of each section of a file of results."""
    _, *parts = re.split(r"^## (\w+)\n\n", text, flags=re.MULTILINE)
    return {name: f"{body.rstrip()}\n" for name, body in zip(parts[::2], parts[1::2], strict=True)}


def described(section: Mapping[str, Any], reasons: Mapping[str, str]) -> list[str]:
    """Return the paragraphs and tables of a section."""
    parts = [origin(section), figures(section["rows"]), goals(section["goals"], reasons)]
    if section.get("profile"):
        body = [[each["part"], report.duration(each["seconds"])] for each in section["profile"]]
        parts.append(table(["Part of a cold build with every Python", "Time"], body))
    return parts


def origin(section: Mapping[str, Any]) -> str:
    machine, rows = section["machine"], section["rows"]
    counts = sorted({len(row["seconds"]) for row in rows if row.get("seconds")})
    lines = [
        f"- measured on {section['date'][:10]} by {machine['python']}, {machine['system']}, {machine['cores']} cores",
        *([f"- rounds of which a figure is the median: {', '.join(map(str, counts))}"] if counts else []),
        *([f"- Pythons, as they were added: {', '.join(section['pythons'])}"] if section.get("pythons") else []),
    ]
    tools = {(row["tool"], *row["versions"].items()) for row in rows if row.get("versions")}
    lines += [f"- {tool}: {', '.join(map(' '.join, versions))}" for tool, *versions in sorted(tools)]
    return "\n".join(lines) + "\n"


def figures(rows: Sequence[Row]) -> str:
    floors = report.floors(rows)
    head = ["Case", "Tool", "Call", "Figure", "Above the floor", "Memory"]
    body = [
        [subject(row), tool(row), f"`{row['call']}`", figure(row), report.above_floor(row, floors), memory(row)]
        for row in rows
    ]
    used = [column for column in zip(head, *body, strict=True) if any(column[1:])]
    head, *body = map(list, zip(*used, strict=True))
    return table(head, body)


def subject(row: Row) -> str:
    """Return what a row measured, and on how much."""
    sizes = ((row.get("objects"), "objects"), (row.get("pages"), "pages"), (row.get("pythons"), "Pythons"))
    much = [f"{size:,} {unit if size > 1 else unit[:-1]}" for size, unit in sizes if size]
    return ", ".join([row.get("case") or row.get("what") or "answers", *much])


def tool(row: Row) -> str:
    return f"{row['tool']} {row.get('version') or ''}".rstrip()


def figure(row: Row) -> str:
    if row["skipped"]:
        return f"left out: {row['skipped']}"
    if "answers" in row:
        counts = collections.Counter(row["answers"].values())
        return ", ".join(f"{number} {verdict}" for verdict, number in counts.most_common())
    spread = f" ±{row['spread'] / 2:.0%}" if len(row["seconds"]) > 1 else ""
    return report.duration(row["median"]) + spread


def memory(row: Row) -> str:
    return "" if row.get("peak_mb") is None else f"{row['peak_mb']:.1f} MB"


def goals(judged: Sequence[Row], reasons: Mapping[str, str]) -> str:
    body = []
    for goal in judged:
        on = f", {goal['objects']:,} objects" if goal.get("objects") else ""
        why = reasons.get(goal["goal"]) or goal.get("why")
        verdict = VERDICTS[goal["met"]] + (f": {' '.join(why.split())}" if why else "")
        body.append([goal["goal"] + on, value(goal), f"{goal['sense']} {goal['bound']:g}", verdict])
    return table(["Goal", "Measured", "Bound", "Verdict"], body)


def value(goal: Row) -> str:
    """Return what was measured, in full where three digits would show it as the bound that it is not."""
    measured, bound = goal["measured"], goal["bound"]
    if measured is None:
        return ""
    text = f"{measured:.3g}"
    return text if measured == bound or float(text) != bound else str(measured)


def table(head: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *body]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def growth(rows: Sequence[Row]) -> str | None:
    """Return a picture of how a cold build grows with its pages; None without matplotlib."""
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError:
        return None
    # Names made of this salt, and no date: the same figures are the same file.
    with rc_context({"svg.hashsalt": PICTURE, "svg.fonttype": "none"}), io.StringIO() as file:
        drawing = Figure(figsize=(6, 4), layout="constrained")
        axes = drawing.subplots()
        for name, points in curves(rows).items():
            axes.loglog(list(points), list(points.values()), marker="o", label=name)
        axes.set_xticks(sizes := sorted({row["pages"] for row in rows}), labels=map(str, sizes))
        axes.xaxis.minorticks_off()
        axes.yaxis.set_major_formatter("{x:g}")
        axes.set(title="A cold build with at most one Python", xlabel="pages", ylabel="seconds")
        axes.grid(alpha=0.3)
        axes.legend()
        drawing.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
        return file.getvalue()


def curves(rows: Sequence[Row]) -> dict[str, dict[int, float]]:
    """Return the seconds by pages of the floors, of ours, and of what ours takes more than the last floor."""
    found = {
        name: {row["pages"]: row["median"] for row in rows if (row["tool"], row["pythons"]) == of and row["median"]}
        for name, of in {FLOOR: (FLOOR, 0), NAVIGATION: (NAVIGATION, 0), OURS: (OURS, 1)}.items()
    }
    floor = found[NAVIGATION]
    more = {pages: seconds - floor[pages] for pages, seconds in found[OURS].items() if pages in floor}
    return {**found, f"{OURS}, above that": more}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench.results", description="write RESULTS.md from measured figures")
    parser.add_argument("file", nargs="?", type=Path, default=report.FILE, help="that `python -m bench` wrote")
    file = parser.parse_args(arguments).file
    try:
        keep(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, BenchError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
