"""The bench measures what it says, leaves out what it must, judges by its figures and writes its file whole."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench import report
from bench.cases import CASES
from bench.instruments import GOALS, Goal, judged
from bench.meter import Meter
from bench.rounds import BenchError, Row, new_row, rounds, why_not

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows tells no peak")
def test_the_peak_is_that_of_the_call_and_not_of_an_earlier_one() -> None:
    meter, peaks = Meter(), list[float]()
    for size in (200, 50):
        meter.once(lambda size=size: len(bytearray(b"x") * (size * 10**6)))  # type: ignore[misc]
        assert meter.peak_mb is not None
        peaks.append(meter.peak_mb)
    if sys.platform == "linux" and os.access("/proc/self/clear_refs", os.W_OK):
        assert peaks == pytest.approx([200, 50], rel=0.2)
    else:
        assert peaks[1] <= peaks[0]


def test_a_process_over_the_limit_is_left_out_and_a_larger_heap_is_not_tried() -> None:
    rows = rounds({"sweep": CASES["sweep"]}, [1_000, 2_000], 2, log=lambda line: None, limit=0.001)
    reasons = {row["objects"]: row["skipped"] for row in rows.values()}
    assert reasons == dict.fromkeys((1_000, 2_000), "over 0.001 s on 1,000 objects")
    assert all(row["seconds"] == [] and row["median"] is None for row in rows.values())


def test_what_is_not_installed_is_left_out() -> None:
    absent = replace(CASES["sweep"], tool="no-distribution-of-this-name")
    (row,) = rounds({"sweep": absent}, [1_000], 1, log=lambda line: None).values()
    assert row["skipped"] == "not installed" and row["seconds"] == []


def test_a_case_with_a_largest_heap_is_left_out_beyond_it() -> None:
    limited = replace(CASES["sweep"], largest=1_000, why="the reason")
    assert new_row(limited, 1_000)["skipped"] is None
    assert new_row(limited, 1_001)["skipped"] == "the reason"


@pytest.mark.parametrize("tool", ["refcycle", "refdemo"])
def test_a_wrong_answer_ends_the_bench_whoever_gave_it(tool: str) -> None:
    with pytest.raises(BenchError, match="3 of 4 cycles"):
        why_not(replace(CASES["sweep"], tool=tool), {"error": "WrongAnswer", "text": "3 of 4 cycles"}, 1_000)


def test_a_peer_that_fails_is_left_out_with_its_reason() -> None:
    reason = why_not(replace(CASES["sweep"], tool="refcycle"), {"error": "NameError", "text": "Self"}, 1_000)
    assert reason == "NameError: Self"


def test_an_instrument_that_fails_ends_the_bench_unless_it_says_it_cannot_answer_here() -> None:
    ours = replace(CASES["sweep"], tool="refdemo")
    assert why_not(ours, {"error": "NotImplementedError", "text": "no counts"}, 1_000)
    with pytest.raises(BenchError, match="KeyError"):
        why_not(ours, {"error": "KeyError", "text": "1"}, 1_000)


def rows_of(**medians: float | None) -> dict[tuple[str, int | None], Row]:
    rows = {}
    for name, median in medians.items():
        case, _, size = name.partition("__")
        row = new_row(replace(CASES[case], tool="CPython"), int(size) if size else None)
        row["median"], row["peak_mb"], row["skipped"] = median, median, None if median is not None else "its reason"
        rows[case, row["objects"]] = row
    return rows


FASTER = Goal("ours by the floor's", "collect_garbage", "sweep", "at least", 4)
SMALLER = FASTER._replace(field="peak_mb")
LIMITED = FASTER._replace(sense="at most")
GROWTH = Goal("growth", "sweep", "sweep", "at most", 12)


@pytest.mark.parametrize(
    ("goal", "rows", "ratio", "met"),
    [
        (FASTER, rows_of(collect_garbage__1000=8, sweep__1000=2), 4, True),
        (FASTER, rows_of(collect_garbage__1000=7, sweep__1000=2), 3.5, False),
        (LIMITED, rows_of(collect_garbage__1000=8, sweep__1000=2), 4, True),
        (LIMITED, rows_of(collect_garbage__1000=9, sweep__1000=2), 4.5, False),
        (SMALLER, rows_of(collect_garbage__1000=0.3, sweep__1000=0.0), 3, False),
        (GROWTH, rows_of(sweep__1000=30, sweep__100=3), 10, True),
        (GROWTH, rows_of(sweep__1000=39, sweep__100=3), 13, False),
    ],
)
def test_a_goal_is_a_ratio_on_the_largest_heap(goal: Goal, rows: Any, ratio: float, met: bool) -> None:
    verdict = judged(goal, rows, 1_000)
    assert verdict["measured"] == pytest.approx(ratio)
    assert verdict["met"] is met


@pytest.mark.parametrize(
    ("goal", "rows", "why"),
    [
        (FASTER, rows_of(collect_garbage__1000=8, sweep__1000=None), "CPython: its reason"),
        (FASTER, rows_of(collect_garbage__1000=None, sweep__1000=2), "CPython: its reason"),
        (GROWTH, rows_of(sweep__1000=30), "nothing was measured on 100 objects"),
    ],
)
def test_a_goal_without_figures_is_neither_met_nor_missed_and_says_why(goal: Goal, rows: Any, why: str) -> None:
    verdict = judged(goal, rows, 1_000)
    assert verdict["met"] is verdict["measured"] is None
    assert verdict["why"] == why


def test_every_goal_compares_cases_that_are_measured_on_any_heap() -> None:
    assert [name for goal in GOALS for name in (goal.case, goal.against) if CASES[name].largest is not None] == []


@pytest.mark.parametrize(
    ("seconds", "text"), [(12.3456, "12.3 s"), (0.0123, "12.3 ms"), (4.5e-6, "4.5 µs"), (2e-8, "20 ns")]
)
def test_a_time_is_told_in_the_unit_that_suits_it(seconds: float, text: str) -> None:
    assert report.duration(seconds) == text


ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "docs" / "_ext")}


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "bench", *map(str, arguments)]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], str]:
    """The file and the table of a small run."""
    path = tmp_path_factory.mktemp("bench") / "new folder" / "bench.json"
    done = subprocess.run(
        command("instruments", "--sizes", "200,2000", "--repeats", 2, "--output", path),
        cwd=ROOT,
        env={**ENVIRONMENT, "SOURCE_DATE_EPOCH": "0"},
        capture_output=True,
        text=True,
    )
    # A goal about speed may be missed on a heap as small as this.
    assert done.returncode == ("goal missed: " in done.stderr), done.stderr
    return json.loads(path.read_text(encoding="utf-8")), done.stdout


def test_a_run_has_a_row_for_each_case_and_size(small: tuple[dict[str, Any], str]) -> None:
    rows = small[0]["sections"]["instruments"]["rows"]
    expected = [
        (case.what, case.call, size) for case in CASES.values() for size in ((200, 2000) if case.sized else (None,))
    ]
    assert sorted(map(str, expected)) == sorted(str((row["what"], row["call"], row["objects"])) for row in rows)


def test_a_row_has_as_many_figures_as_rounds_or_its_reason(small: tuple[dict[str, Any], str]) -> None:
    for row in small[0]["sections"]["instruments"]["rows"]:
        assert (len(row["seconds"]), row["skipped"]) == (2, None) or (row["seconds"] == [] and row["skipped"]), row
        if row["seconds"]:
            assert min(row["seconds"]) <= row["median"] <= max(row["seconds"]) and row["spread"] >= 0


def test_the_instruments_and_the_floors_are_measured_wherever_this_test_runs(small: tuple[dict[str, Any], str]) -> None:
    rows = small[0]["sections"]["instruments"]["rows"]
    assert [row for row in rows if row["tool"] in ("refdemo", "CPython") and row["skipped"]] == []


def test_the_file_says_when_and_on_what(small: tuple[dict[str, Any], str]) -> None:
    content = small[0]
    assert content["date"] == "1970-01-01T00:00:00+00:00"
    assert content["machine"].keys() == {"cores", "system", "python"}
    assert [goal["goal"] for goal in content["sections"]["instruments"]["goals"]] == [goal.goal for goal in GOALS]


def test_the_table_has_every_call_and_every_goal(small: tuple[dict[str, Any], str]) -> None:
    content, table = small
    section = content["sections"]["instruments"]
    assert [row["call"] for row in section["rows"] if row["call"] not in table] == []
    assert [goal["goal"] for goal in section["goals"] if goal["goal"] not in table] == []


@pytest.mark.parametrize(
    "arguments",
    [("no-such-section",), ("--sizes", "99"), ("--sizes", "many"), ("--sizes", ""), ("--repeats", "0"), ("--fast",)],
)
def test_a_bad_argument_is_one_error_and_nothing_is_written(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = subprocess.run(
        command(*arguments, "--output", tmp_path / "bench.json"),
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.count("bench: error: ") == 1 and "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT is POSIX's")
def test_an_interrupted_run_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "bench.json"
    path.write_text("old")
    with subprocess.Popen(
        command("--output", path), cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        assert "round 1 of 5" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
    assert process.returncode == 130
    assert said == "bench: interrupted; bench.json is as it was\n"
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]
