"""RESULTS.md is what the writer makes of figures, and keeps no missed goal whose reason nobody gave."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from bench import holders, instruments, results
from bench.cases import CASES
from bench.rounds import BenchError, new_row
from bench.tools import FLOOR, NAVIGATION, OURS

WHY = 'builds:\n  "second | goal": >-\n    The *cells*\n    take that.\n'


def row(case: str, tool: str, pythons: int, median: float | None, pages: int = 20, **changed: Any) -> dict[str, Any]:
    seconds = [] if median is None else [median * 0.9, median, median * 1.1]
    about = {"case": case, "tool": tool, "pythons": pythons, "pages": pages, "call": f"{tool} DOCS", "versions": {}}
    figures = {"seconds": seconds, "median": median, "spread": None if median is None else 0.2, "peak_mb": None}
    return {**about, **figures, "skipped": None if median else "not installed", **changed}


def goal(name: str, measured: float | None, met: bool | None, why: str | None = None) -> dict[str, Any]:
    return {"goal": name, "sense": "≤", "bound": 0.5, "measured": measured, "met": met, "why": why}


def section(rows: list[dict[str, Any]], *goals: dict[str, Any], **more: Any) -> dict[str, Any]:
    machine = {"cores": 2, "system": "Some System", "python": "Python C"}
    return {"date": "2001-02-03T04:05:06+00:00", "machine": machine, "rows": rows, "goals": list(goals), **more}


def content() -> dict[str, Any]:
    rows = [
        row("cold", "floor", 0, 4.0, peak_mb=99.96),
        row("cold", "ours", 8, 36.0, versions={"ours": "1.2", "sphinx": "9"}),
        row("cold", "absent", 1, None, call="absent | DOCS"),
    ]
    goals = [
        goal("first goal", 0.4, True),
        goal("second | goal", 0.5004, False),
        goal("third goal", None, None, "absent: not installed"),
    ]
    profile = [{"part": "the cells", "seconds": 30.0}, {"part": "the rest", "seconds": 0.25}]
    return {"sections": {"builds": section(rows, *goals, pythons=["Python A", "Python B"], profile=profile)}}


def grown() -> dict[str, Any]:
    sizes = {10: 1.0, 40: 3.0, 160: 20.0}
    rows = [row("growth", FLOOR, 0, seconds * 3, pages) for pages, seconds in sizes.items()]
    rows += [row("growth", NAVIGATION, 0, seconds, pages) for pages, seconds in sizes.items()]
    rows += [row("growth", OURS, 1, seconds + pages / 10, pages) for pages, seconds in sizes.items()]
    return {"sections": {"growth": section(rows)}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "reasons.yaml").write_text(WHY)
    return tmp_path


def written(folder: Path, figures: dict[str, Any]) -> str:
    results.keep(figures, folder)
    return (folder / "RESULTS.md").read_text(encoding="utf-8")


EXPECTED = r"""## builds

- measured on 2001-02-03 by Python C, Some System, 2 cores
- rounds of which a figure is the median: 3
- Pythons, as they were added: Python A, Python B
- ours: ours 1.2, sphinx 9

| Case | Tool | Call | Figure | Above the floor | Memory |
| --- | --- | --- | --- | --- | --- |
| cold, 20 pages | floor | `floor DOCS` | 4 s ±10% |  | 100.0 MB |
| cold, 20 pages, 8 Pythons | ours | `ours DOCS` | 36 s ±10% | +32.0 s |  |
| cold, 20 pages, 1 Python | absent | `absent \| DOCS` | left out: not installed |  |  |

| Goal | Measured | Bound | Verdict |
| --- | --- | --- | --- |
| first goal | 0.4 | ≤ 0.5 | met |
| second \| goal | 0.5004 | ≤ 0.5 | **missed**: The *cells* take that. |
| third goal |  | ≤ 0.5 | not measured: absent: not installed |

| Part of a cold build with every Python | Time |
| --- | --- |
| the cells | 30 s |
| the rest | 250 ms |
"""


def test_the_results_are_tables_of_what_was_measured_and_of_every_goal(folder: Path) -> None:
    assert written(folder, content()) == f"{results.HEAD}\n{EXPECTED}"


@pytest.mark.parametrize(
    ("reasons", "refusal"),
    [
        ("", "“second | goal” is missed: say why in reasons.yaml, under builds"),
        ('builds:\n  "second | goal": ""\n', "“second | goal” is missed: say why"),
        (f'{WHY}  "first goal": x\n', "“first goal” is no missed goal: take its reason out of reasons.yaml"),
        (f'{WHY}  "third goal": x\n', "“third goal” is no missed goal"),
        (f'{WHY}  "a goal that is gone": x\n', "“a goal that is gone” is no missed goal"),
    ],
)
def test_a_missed_goal_without_a_reason_is_refused_and_so_is_a_reason_without_a_missed_goal(
    folder: Path, reasons: str, refusal: str
) -> None:
    (folder / "reasons.yaml").write_text(reasons)
    with pytest.raises(BenchError) as error:
        results.keep(content(), folder)
    assert refusal in str(error.value) and not (folder / "RESULTS.md").exists()


def test_a_section_that_was_not_measured_stays_as_it_is(folder: Path) -> None:
    before = written(folder, content())
    both = written(folder, grown())
    assert both.startswith(before) and "\n## growth\n" in both
    again = content()
    again["sections"]["builds"]["date"] = "2002-02-03"
    assert written(folder, again) == both.replace("on 2001", "on 2002", 1)


def test_instruments_and_holders_are_tables_of_the_same_form(folder: Path) -> None:
    measured = {**new_row(CASES["sweep"], 10_000), "seconds": [0.002], "median": 0.002, "spread": 0.0, "skipped": None}
    answers = {"a list": "right", "a dict": "right", "a frame": "vague"}
    asked = {"tool": "a peer", "version": "2.0", "call": "ask(obj)", "answers": answers, "skipped": None}
    judged = [instruments.judged(each, {}, 10_000) for each in instruments.GOALS if CASES[each.case].sized]
    of_holders = section([asked], holders.goal("right answers", 0.9, "at least", 0.5, True))
    text = written(folder, {"sections": {"instruments": section([measured], *judged), "holders": of_holders}})
    assert "| answers | a peer 2.0 | `ask(obj)` | 2 right, 1 vague |\n" in text
    assert f"| {CASES['sweep'].what}, 10,000 objects | " in text and "| 2 ms |\n" in text


def test_without_matplotlib_there_is_a_table_and_one_line_that_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    (folder / "growth.svg").write_text("of an earlier run")
    assert "growth, 160 pages, 1 Python" in (text := written(folder, grown())) and "growth.svg" not in text
    assert capsys.readouterr().err == "bench: there is no picture of growth: matplotlib is not installed\n"
    assert not (folder / "growth.svg").exists(), "it showed other figures"


def test_the_picture_shows_the_floors_ours_and_the_difference() -> None:
    rows = grown()["sections"]["growth"]["rows"]
    assert results.curves([*rows, row("growth", OURS, 8, 90.0, 40), row("growth", OURS, 1, None, 640)]) == {
        FLOOR: {10: 3.0, 40: 9.0, 160: 60.0},
        NAVIGATION: {10: 1.0, 40: 3.0, 160: 20.0},
        OURS: {10: 2.0, 40: 7.0, 160: 36.0},
        f"{OURS}, above that": {10: 1.0, 40: 4.0, 160: 16.0},
    }


def test_the_same_figures_are_the_same_picture(folder: Path) -> None:
    pytest.importorskip("matplotlib", reason="the picture needs the group bench")
    assert "](growth.svg)\n" in written(folder, grown())
    picture = (folder / "growth.svg").read_bytes()
    written(folder, grown())
    assert (folder / "growth.svg").read_bytes() == picture
    assert all(f">{text}<".encode() in picture for text in (FLOOR, OURS, "pages", "seconds", "10", "40", "160"))


def test_results_are_written_from_an_earlier_run_once_its_goals_have_reasons(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(results.keep, "__defaults__", (folder,))
    (folder / "bench.json").write_text(json.dumps(content()))
    (folder / "reasons.yaml").write_text("")
    assert results.main([str(folder / "bench.json")]) == 1
    assert capsys.readouterr().err.startswith("bench: “second | goal” is missed")
    (folder / "reasons.yaml").write_text(WHY)
    assert results.main([str(folder / "bench.json")]) == 0
    assert (folder / "RESULTS.md").read_text(encoding="utf-8").endswith(EXPECTED)
