"""Goals about builds follow from rows, failures are named, and what was built is looked at."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import bench.__main__ as command
from bench import builds, clock, environments, notebooks, preview, report, results, tools
from bench.build_goals import BY_PAGES, BY_PYTHONS, GOALS, GROWTH_GOALS, Missing, Point, judged, off_line
from bench.rounds import BenchError, BuildRow

EIGHT = [f"CPython 3.{minor}" for minor in range(8, 16)]
COLD, MANY, RUN, _, SAME, PREVIEW, PEAK = (each.goal for each in GOALS)
EVERY_GOAL = *GOALS, *GROWTH_GOALS


def row(
    case: str, tool: str, pythons: int, median: float, pages: int = 37, call: str = "", peak: float = 1
) -> BuildRow:
    made = builds.new_row(case, replace(tools.floor(), tool=tool, pythons=pythons), pages, call)
    made["median"], made["peak_mb"] = median, peak
    return made


def cold(ours: float, many: float = 20) -> list[BuildRow]:
    """The floor takes 10 s, and myst-nb 100 s more."""
    return [
        row("cold", tools.FLOOR, 0, 10),
        row("cold", tools.OURS, 1, ours),
        row("cold", tools.OURS, 8, many),
        row("cold", tools.MYST_NB, 1, 310, call="sphinx-build -j 1"),
        row("cold", tools.MYST_NB, 1, 110, call="sphinx-build -j auto"),
    ]


def verdict(rows: list[BuildRow], goal: str, pythons: list[str] = EIGHT) -> dict[str, Any]:
    return next(each for each in judged(EVERY_GOAL, rows, pythons) if each["goal"] == goal)


@pytest.mark.parametrize(("ours", "measured", "met"), [(35, 0.25, True), (36, 0.26, False), (10, 0, True)])
def test_overhead_is_what_a_build_takes_more_than_the_floor(ours: float, measured: float, met: bool) -> None:
    found = verdict(cold(ours), COLD)
    assert found["measured"] == pytest.approx(measured) and found["met"] is met


def test_every_cpython_is_compared_with_one_of_theirs() -> None:
    assert verdict(cold(20, many=130), MANY)["measured"] == pytest.approx(1.2)
    assert verdict(cold(20, many=130), MANY)["met"] is False


def test_a_goal_about_every_cpython_says_how_many_there_are() -> None:
    found = verdict(cold(20), MANY, [*EIGHT[:3], "PyPy 7.3.19", "PyPy 7.3.20"])
    assert (found["met"], found["measured"], found["why"]) == (None, None, "3 CPythons are here, not 8")


def test_a_goal_may_be_a_number_of_seconds_or_of_megabytes() -> None:
    nine = [*EIGHT, "PyPy 7.3.20"]
    rows = [row("cold", tools.OURS, 9, 50, peak=601), row("no change", tools.OURS, 9, 1.4)]
    rows += [row(builds.PREVIEW, tools.OURS, 9, 3.1)]
    seconds, preview, peak = (verdict(rows, goal, nine) for goal in (SAME, PREVIEW, PEAK))
    assert (seconds["measured"], preview["measured"], peak["measured"]) == (1.4, 3.1, 601)
    assert (seconds["met"], preview["met"], peak["met"]) == (True, False, False)


def test_a_goal_without_its_rows_is_not_measured_and_says_which() -> None:
    rows = cold(20)
    rows[-1]["skipped"] = "its reason"
    assert verdict(rows, COLD)["why"] == "myst-nb, cold: its reason"
    assert {each["met"] for each in judged(EVERY_GOAL, [], EIGHT)} == {None}
    assert [each for each in judged(EVERY_GOAL, [], EIGHT) if not each["why"]] == []


def test_running_is_compared_with_plain_processes() -> None:
    rows = [row("execution", tools.OURS, 1, 14), row("execution", tools.PLAIN, 1, 10)]
    assert (verdict(rows, RUN)["measured"], verdict(rows, RUN)["met"]) == (1.4, False)


@pytest.mark.parametrize(
    ("points", "distance"),
    [
        ([Point(1, 12), Point(2, 14), Point(9, 28)], 0),
        ([Point(40, 4), Point(160, 16), Point(640, 64)], 0),
        ([Point(0, 1), Point(1, 1), Point(1, 1), Point(0, 1)], 0),
    ],
)
def test_points_on_a_line_are_not_off_it(points: list[Point], distance: float) -> None:
    assert off_line(points) == pytest.approx(distance)


def test_what_grows_with_the_square_is_off_every_line() -> None:
    assert off_line([Point(pages, 0.01 * pages**2) for pages in (40, 160, 640)]) > 0.2


@pytest.mark.parametrize("points", [[], [Point(1, 1), Point(2, 2)], [Point(1, 1), Point(2, 0), Point(3, 3)]])
def test_too_few_points_or_nothing_that_could_grow_are_no_line(points: list[Point]) -> None:
    with pytest.raises(Missing):
        off_line(points)


def grown(per_page: float, square: float = 0, peak: float = 1.3) -> list[BuildRow]:
    sizes = (10, 40, 160, 640)
    floors = [row("growth", tools.FLOOR, 0, 1 + size**2 / 100, size) for size in sizes]
    floors += [row("growth", tools.NAVIGATION, 0, 1 + size**2 / 1000, size) for size in sizes]
    ours = [
        row("growth", tools.OURS, 1, 2 + size**2 / 1000 + per_page * size + square * size**2, size, peak=peak)
        for size in sizes
    ]
    return floors + ours


def test_growth_in_pages_is_judged_by_overhead_alone() -> None:
    assert verdict(grown(0.1), BY_PAGES)["measured"] == pytest.approx(0)
    assert verdict(grown(0.1, square=0.01), BY_PAGES)["met"] is False


def test_memory_is_compared_at_every_size() -> None:
    memory = GROWTH_GOALS[-1].goal
    assert verdict(grown(0.1), memory)["met"] is True
    assert verdict(grown(0.1, peak=1.31), memory)["met"] is False


@pytest.mark.parametrize(("last", "met"), [(60, True), (120, False)])
def test_growth_in_pythons_is_judged_by_what_they_take_themselves(last: float, met: bool) -> None:
    """The last of these takes four times what the others take."""
    plain = {1: 2.0, 2: 4.0, 4: 8.0, 8: 28.0}
    ours = {1: 4 + 4.0, 2: 4 + 8.0, 4: 4 + 16.0, 8: 4 + last}
    rows = [row("growth", tools.NAVIGATION, 0, 4, 40)]
    rows += [row("growth", tools.PLAIN, number, seconds, 40) for number, seconds in plain.items()]
    rows += [row("growth", tools.OURS, number, 4 + seconds, 40) for number, seconds in ours.items()]
    assert verdict(rows, BY_PYTHONS)["met"] is met


def section(met: bool | None) -> command.Section:
    goal = {
        "goal": "a goal",
        "sense": "≤",
        "bound": 1,
        "measured": 2.0,
        "met": met,
        "why": None if met in (0, 1) else "x",
    }
    return command.Section(lambda options, log: {"rows": [], "goals": [goal]}, report.builds, "memory")


@pytest.mark.parametrize(("met", "status"), [(True, 0), (None, 0), (False, 1)])
def test_the_bench_fails_where_a_goal_is_missed_and_names_it(
    met: bool | None, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(command.SECTIONS, "builds", section(met))
    assert command.main(["builds", "--output", str(tmp_path / "bench.json")]) == status
    assert ("goal missed: a goal: 2.00 (≤ 1)" in capsys.readouterr().err) is (status == 1)


@pytest.mark.parametrize("keep", [False, True])
def test_only_keep_writes_the_results(keep: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[Any] = []
    monkeypatch.setattr(results, "keep", kept.append)
    monkeypatch.setitem(command.SECTIONS, "builds", section(True))
    command.main(["builds", *(["--keep"] if keep else []), "--output", str(tmp_path / "bench.json")])
    assert [list(each["sections"]) for each in kept] == [["builds"]] * keep


PAGE = """---
file_format: mystnb
kernelspec:
  name: python3
---

# A page {}

```{{code-cell}} python
print("only", "execution", {})
```
"""
TINY = {
    "index.md": "# Tiny\n\n```{toctree}\ntutorial/a-circle\nguides/other\n```\n",
    builds.EDITED: PAGE.format(1, 1),
    "guides/other.md": PAGE.format(2, 2),
}


FLOORS = {"stock": tools.floor(), "ours": tools.floor_with_our_navigation()}


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(builds, "FOLDER", tmp_path)
    monkeypatch.setattr(builds, "ROOT", tmp_path)
    return tmp_path


def broken(folder: Path, texts: tools.Texts) -> None:
    folder.mkdir()


def test_a_peer_that_fails_is_a_row_with_what_it_said_last(scratch: Path) -> None:
    peer = replace(
        tools.floor(), tool="a peer", command=(sys.executable, "-c", "raise SystemExit('no')"), prepare=broken
    )
    (scratch / "sites").mkdir()
    one = builds.entry(peer, TINY, "peer", ("cold", "no change"))
    one.measure("cold", 0)
    one.measure("no change", 0)
    assert {each["skipped"] for each in one.rows.values()} == {"ended with 1, and said last: no"}
    assert all(each["seconds"] == [] for each in one.rows.values())


def test_a_build_of_ours_that_shows_no_output_ends_the_bench(scratch: Path) -> None:
    idle = replace(tools.refdemo(["one"], ""), command=(sys.executable, "-c", "pass"), prepare=broken)
    (scratch / "sites").mkdir()
    with pytest.raises(BenchError, match="refdemo, cold: 0 of its 0 pages show an output, not 2"):
        builds.entry(idle, TINY, "idle", ("cold",)).measure("cold", 0)


@pytest.mark.deep
def test_a_peer_that_does_not_install_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    peer = tmp_path / "peers" / "absent"
    peer.mkdir(parents=True)
    (peer / "requirements.txt").write_text("./no-such-folder\n")
    monkeypatch.setattr(environments, "PEERS", tmp_path / "peers")
    monkeypatch.setattr(environments, "FOLDER", tmp_path / "made")
    with pytest.raises(environments.NotInstalled, match=r"does not install: .*no-such-folder"):
        environments.python_of("absent", print)


def test_a_build_over_its_limit_is_ended(tmp_path: Path) -> None:
    endless = [sys.executable, "-c", "while True: pass"]
    with pytest.raises(subprocess.TimeoutExpired):
        clock.timed(endless, tmp_path, environments.environment(), tmp_path / "log", 0.2)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows tells no peak")
def test_the_peak_of_a_build_is_that_of_its_largest_process(tmp_path: Path) -> None:
    child = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'b\"x\" * 300_000_000'])"
    outcome = clock.timed([sys.executable, "-c", child], tmp_path, environments.environment(), tmp_path / "log", 60)
    assert outcome.status == 0 and outcome.peak_mb is not None and 300 < outcome.peak_mb < 500


def build_with(tool: tools.Tool, *cases: str) -> None:
    """Build the tiny site with a tool, once for each case, and look at what was built as the bench does."""
    one = builds.entry(tool, TINY, f"tiny-{tool.pythons}", cases)
    for case in one.cases:
        one.measure(case, 0)
    assert [len(each["seconds"]) for each in one.rows.values()] == [1] * len(cases)
    with pytest.raises(tools.Unbuilt, match="pages show an output"):
        replace(tool, executes=not tool.executes).check(one.folder, TINY)


@pytest.mark.deep
def test_the_floor_shows_no_output_and_ours_does(scratch: Path) -> None:
    build_with(tools.floor(), "cold")
    build_with(tools.refdemo(["one"], sys.executable), "cold")
    assert notebooks.pages(scratch / "sites" / "tiny-0" / "docs").keys() == TINY.keys()


@pytest.mark.deep
def test_so_they_do_after_an_edit(scratch: Path) -> None:
    for tool in (tools.floor(), tools.refdemo(["one"], sys.executable)):
        build_with(tool, "cold", "no change", "page edited")


@pytest.mark.deep
def test_the_floor_with_our_navigation_shows_the_same_pages(scratch: Path) -> None:
    floors = [builds.entry(each, TINY, name, ("cold",)) for name, each in FLOORS.items()]
    for each in floors:
        each.measure("cold", 0)
    stock, ours = ((each.folder / "docs/_build/html/guides/other.html").read_text() for each in floors)
    assert stock == ours and "sidebar-tree" in ours


@pytest.mark.deep
def test_a_cell_is_edited_in_the_preview_and_its_page_is_as_it_was(scratch: Path) -> None:
    one = builds.entry(tools.refdemo(["one"], sys.executable), TINY, "edited", ("cold", builds.PREVIEW))
    for case in one.cases:
        one.measure(case, 0)
    (seconds,) = one.rows[builds.PREVIEW]["seconds"]
    assert seconds > 0 and (one.folder / "docs" / builds.EDITED).read_text() == TINY[builds.EDITED]


def test_a_preview_that_does_not_begin_says_what_it_had_not_said(tmp_path: Path) -> None:
    with pytest.raises(tools.Unbuilt, match=r"ended before it said.*with: .*No module named"):
        preview.edited(tmp_path, "none.md", 1, environments.environment(), tmp_path / "log")


@pytest.mark.deep
def test_running_alone_tells_the_seconds_of_each_python(scratch: Path) -> None:
    one = builds.entry(tools.refdemo(["one"], sys.executable), TINY, "running", ("cold",))
    tools.our_site(one.folder, TINY)
    assert builds.executed(one, "ours").keys() == {"all"}
    (seconds,) = builds.executed(one, "plain").values()
    assert seconds > 0
