"""What a bench has measured is drawn from its file, and nothing is said about it that the file denies."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from everypython.pages.charts import Line, chart, number
from everypython.pages.figures import measured

from .conftest import FRONT, Site

VIEWS = ["origin", "table", "overhead", "goals", "profile", "pages", "memory", "pythons"]
OPTIONS = {
    "overhead": ":cases: cold\n:floor: floor\n",
    "pages": ":floor: floor\n",
    "pythons": ":floor: floor\n:alone: plain\n",
}
WHY = '"second goal": "The *cells* take that."'


def row(case: str, tool: str, pythons: int, median: float | None, pages: int = 20, **changed: Any) -> dict[str, Any]:
    seconds = [] if median is None else [median * 0.9, median, median * 1.1]
    about = {"case": case, "tool": tool, "pythons": pythons, "pages": pages, "call": f"{tool} DOCS"}
    figures = {"seconds": seconds, "median": median, "spread": None if median is None else 0.2}
    skipped = None if median is not None else "it needs a * here"
    return {**about, **figures, "versions": {tool: "1.2"}, "peak_mb": 100.0, "skipped": skipped, **changed}


def sample() -> dict[str, Any]:
    rows = [row("cold", "floor", 0, 4.0), row("cold", "ours", 1, 8.0), row("cold", "ours", 8, 36.0)]
    rows += [row("cold", "peer", 1, 44.0, call="peer -j 2 DOCS"), row("cold", "peer", 1, 64.0, call="peer -j 1 DOCS")]
    rows += [row("cold", "absent", 1, None, call=""), row("no change", "ours", 8, 1.25)]
    rows += [row("no change", "peer", 1, 3.0, call="peer -j 2 DOCS -E")]
    for pages, floor in ((10, 1.0), (40, 3.0), (160, 20.0)):
        rows += [row("growth", "floor", 0, floor, pages), row("growth", "ours", 1, floor + pages / 10, pages)]
    rows += [row("growth", "plain", number, 2.5 * number, 40) for number in (1, 2, 4, 8)]
    rows += [row("growth", "ours", 2, 11.0, 40), row("growth", "ours", 4, None, 40), row("growth", "ours", 8, 35.0, 40)]
    goal = {"sense": "≤", "bound": 0.5, "measured": 0.4, "met": True, "why": None}
    goals = [
        {**goal, "goal": "first goal"},
        {**goal, "goal": "second goal", "measured": 0.5004, "met": False},
        {**goal, "goal": "third goal", "measured": None, "met": None, "why": "peer is not installed"},
    ]
    profile = [{"part": "the cells", "seconds": 30.0}, {"part": "the rest", "seconds": 3.0}]
    builds = {"rows": rows, "goals": goals, "pythons": ["Python A", "Python B"], "profile": profile}
    machine = {"cores": 2, "system": "Some System", "python": "Python C"}
    whole = {"schema": 1, "date": "2009-09-09T09:09:09+00:00", "machine": {**machine, "cores": 99}}
    return {**whole, "sections": {"builds": {"date": "2001-02-03T04:05:06+00:00", "machine": machine, **builds}}}


def drawing(view: str, content: str = "", options: str | None = None, file: str = "../bench.json") -> str:
    options = OPTIONS.get(view, "") if options is None else options
    return f"```{{measurements}} {file}\n:show: {view}\n{options}{content}\n```\n"


def written(folder: Path, content: object) -> Site:
    site = Site(folder)
    site.write("helper/__init__.py", "")
    site.write("bench.json", json.dumps(content))
    site.write("docs/index.md", f"{FRONT}# Index\n")
    return site


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> BeautifulSoup:
    """A page with all views of a file in which one goal is missed."""
    site = written(tmp_path_factory.mktemp("measured"), sample())
    views = (drawing(view, f"\n{WHY}" if view == "goals" else "") for view in VIEWS)
    site.write("docs/costs.md", "# Costs\n\n" + "\n".join(views))
    site.write("docs/index.md", f"{FRONT}# Index\n\n```{{toctree}}\ncosts\n```\n")
    site.built("-W", "-j", "2")
    return BeautifulSoup(site.html("costs"), "html.parser")


def rows(page: BeautifulSoup, caption: str) -> list[list[str]]:
    """The text of a table's rows, with the part of its caption that names it."""
    (table,) = [each for each in page.select("table.measured") if caption in each.caption.get_text()]
    return [[" ".join(cell.get_text().split()) for cell in row.select("th, td")] for row in table.select("tr")]


def test_a_table_has_a_row_a_tool_and_its_pythons_and_says_what_was_left_out(page: BeautifulSoup) -> None:
    assert rows(page, "medians, and half the range") == [
        ["Tool", "Pythons", "cold", "no change"],
        ["floor", "0", "4 ±10%", "–"],
        ["ours", "1", "8 ±10%", "–"],
        ["ours", "8", "36 ±10%", "1.25 ±10%"],
        ["peer, -j 2", "1", "44 ±10%", "3 ±10%"],
        ["peer, -j 1", "1", "64 ±10%", "–"],
        ["absent", "1", "left out", "–"],
    ]
    assert "absent is left out of “cold” (20 pages): it needs a * here" in page.get_text()
    assert all(head["class"] == ["stub"] for head in page.select("table.measured tbody th"))


def test_what_is_more_than_the_floor_is_shared_among_pages_and_pythons(page: BeautifulSoup) -> None:
    shares = {tuple(row[:2]): row[2:] for row in rows(page, "seconds more than “floor”")[1:]}
    assert shares["ours", "1"] == ["4", "0.2"] and shares["ours", "8"] == ["32", "0.2"]
    assert shares["peer, -j 1", "1"] == ["60", "3"] and shares["absent", "1"] == ["left out", "–"]
    assert ("floor", "0") not in shares


def test_the_page_says_when_and_where_it_was_measured_and_that_it_is_kept(page: BeautifulSoup) -> None:
    said = " ".join(page.get_text().split())
    for part in ("2001-02-03", "2 cores (Some System)", "Python C", "median of 3 rounds", "Python A, Python B"):
        assert part in said
    assert "Unlike the outputs of this site, they are kept from that run" in said
    assert "2009" not in said, "the section says its own"
    assert ["peer", "peer -j 1 DOCS", "peer 1.2"] in rows(page, "how it was started")


def test_no_goal_is_hidden_and_a_missed_one_has_its_reason(page: BeautifulSoup) -> None:
    assert rows(page, "3 goals: 1 met, 1 missed, 1 not measured")[1:] == [
        ["first goal", "0.4", "≤ 0.5", "met"],
        ["second goal", "0.5004", "≤ 0.5", "MISSED"],
        ["third goal", "–", "≤ 0.5", "not measured: peer is not installed"],
    ]
    assert [each.get_text() for each in page.select("p:has(> strong) em")] == ["cells"]


def test_a_profile_has_a_bar_for_each_part_beside_its_seconds(page: BeautifulSoup) -> None:
    assert [row[:2] for row in rows(page, "Where the seconds")[1:]] == [["the cells", "30"], ["the rest", "3"]]
    assert [bar["d"] for bar in page.select("svg.bar path")] == ["M0 0H100.0V10H0Z", "M0 0H10.0V10H0Z"]


def test_a_chart_says_all_its_figures_in_its_description_and_in_a_table(page: BeautifulSoup) -> None:
    charts = page.select("figure.chart")
    assert len(charts) == 3
    for figure in charts:
        name, described = (page.find(id=figure.svg[f"aria-{by}"]) for by in ("labelledby", "describedby"))
        assert name.get_text() == figure.figcaption.get_text() and figure.details.table
        head, *body = [[cell.get_text().strip() for cell in row.select("th, td")] for row in figure.select("tr")]
        said = dict(re.findall(r"(\w[^:]*), \w+ by \w+: (.*?)\.(?: |$)", described.get_text()))
        for place, *values in body:
            for line, value in zip(head[1:], values, strict=True):
                assert value == "–" or f"{value} at {place}" in said[line].split(", ")


def test_lines_are_of_tools_and_of_what_is_more_than_the_floor(page: BeautifulSoup) -> None:
    pages, memory, pythons = page.select("figure.chart")
    assert [cell.get_text() for cell in pages.select("th.head")] == ["Pages", "floor", "ours", "ours, less the floor"]
    assert [cell.get_text() for cell in memory.select("th.head")] == ["Pages", "floor", "ours"]
    figures = [[cell.get_text() for cell in row.select("tbody :is(th, td)")] for row in pythons.select("tbody tr")]
    assert figures == [["1", "4", "2.5"], ["2", "8", "5"], ["4", "–", "10"], ["8", "32", "20"]]
    heads = ["Pythons", "ours, 40 pages, less the floor", "plain, 40 pages"]
    assert [cell.get_text() for cell in pythons.select("th.head")] == heads
    assert "it needs a * here" in pythons.details.get_text()


WRONG: dict[str, tuple[str, str]] = {
    "missing": (drawing("table", file="../none.json"), "../none.json cannot be read as measurements (No such file"),
    "shapeless": (drawing("table", file="../shapeless.json"), "'machine' is a required property"),
    "newer": (drawing("table", file="../newer.json"), "$.schema: 1 was expected): run the bench that writes it"),
    "unexplained": (drawing("goals"), "“second goal” is missed: say why"),
    "outdated": (
        drawing("goals", f'\n{WHY}\n"first goal": "x"'),
        "“first goal” is no missed goal: take its reason away",
    ),
    "unmeasured": (drawing("goals", f'\n{WHY}\n"third goal": "x"'), "“third goal” is no missed goal"),
    "listed": (drawing("goals", "\n- second goal"), "why goals are missed must be lines"),
    "unquoted": (drawing("goals", "\nsecond: goal: x"), "why goals are missed cannot be read"),
    "misplaced": (drawing("table", "\nwhy"), "only `:show: goals` has a content"),
    "floorless": (drawing("overhead", options=":cases: cold\n"), "has no floor for floor in “cold”"),
    "caseless": (drawing("table", options=":cases: warm\n"), "has no rows of the case “warm”"),
    "sectionless": (drawing("table", options=":section: growth\n"), "no section “growth” of builds: measure it"),
    "small": (drawing("pythons", file="../small.json"), "../small.json has no growth in Pythons: measure it, or leave"),
    "crowded": (drawing("memory", file="../crowded.json"), "a chart can tell 6 lines apart, and has 7"),
    "profileless": (drawing("profile", file="../profileless.json"), "a missed goal and no `profile`"),
}


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a build says that ends because of many pages, each wrong in one way."""
    site = written(tmp_path_factory.mktemp("wrong"), sample())
    newer, shapeless, profileless, small, crowded = (sample() for _ in range(5))
    newer["schema"] = 2
    del shapeless["machine"], profileless["sections"]["builds"]["profile"]
    small["sections"]["builds"]["rows"] = [row("growth", "ours", 1, 2.0)]
    crowd = [row("growth", f"tool {number}", 1, 2.0, pages) for number in range(7) for pages in (10, 40)]
    crowded["sections"]["builds"]["rows"] = crowd
    wrong = {"newer": newer, "shapeless": shapeless, "profileless": profileless, "small": small, "crowded": crowded}
    for name, content in wrong.items():
        site.write(f"{name}.json", json.dumps(content))
    for name, (text, _) in WRONG.items():
        site.write(f"docs/{name}.md", f"# {name}\n\n{text}")
    names = "\n".join(WRONG)
    site.write("docs/index.md", f"{FRONT}# Index\n\n```{{toctree}}\n{names}\n```\n")
    built = site.build("-W")
    assert built.returncode != 0
    return built.stdout + built.stderr


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_stops_the_build_and_is_named_with_its_line(refused: str, name: str) -> None:
    (line,) = [each for each in refused.splitlines() if f"{name}.md:" in each]
    assert f"{name}.md:4: " in line and WRONG[name][1] in line  # a directive's second line is what myst-nb names


def test_a_new_file_redraws_the_page(tmp_path: Path) -> None:
    content = sample()
    site = written(tmp_path, content)
    site.write("docs/index.md", f"{FRONT}# Index\n\n" + "\n".join(map(drawing, ["table", "profile", "memory"])))
    site.built("-W")
    builds = content["sections"]["builds"]
    growth = [row("growth", "anew", 1, 7.5, pages, peak_mb=None) for pages in (10, 40)]
    builds["rows"] = [row("cold", "anew", 1, 7.5), *growth]
    builds["goals"] = builds["goals"][:1]
    del builds["profile"]
    site.write("bench.json", json.dumps(content))
    site.built("-W")
    assert "Memory was not measured in this run." in site.html()
    assert "7.5 ±10%" in site.html() and "floor" not in BeautifulSoup(site.html(), "html.parser").table.get_text()
    assert "No goal was missed, and this run has no profile." in site.html()


def test_each_section_says_itself_when_it_was_measured(tmp_path: Path) -> None:
    content = sample()
    content["sections"]["growth"] = {**sample()["sections"]["builds"], "date": "2002-03-04T05:06:07+00:00"}
    for once in content["sections"]["growth"]["rows"]:
        del once["seconds"][1:]
    site = written(tmp_path, content)
    drawings = drawing("origin"), drawing("origin", options=":section: growth\n")
    site.write("docs/index.md", f"{FRONT}# Index\n\n" + "\n".join(drawings))
    site.built("-W")
    days = re.findall(r"were measured on ([\d-]+)", BeautifulSoup(site.html(), "html.parser").get_text())
    assert days == ["2001-02-03", "2002-03-04"]
    assert "Each is the median of 3 rounds." in site.html() and "Each was measured once." in site.html()


def ticks(*lines: Line) -> set[str]:
    return set(re.findall(r">([\d.,-]+)</text>", chart(lines, "across", "up")))


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        (((1, 1.0), (8, 26.0)), {"0", "10", "20", "30", "1", "8"}),
        (((10, 1.0), (640, 90.0)), {"1", "10", "100", "640"}),
        (((10, 100.0), (640, 100.0)), {"100", "200", "10", "640"}),
        (((10, -1.0), (640, 4.0)), {"-1", "0", "1", "2", "3", "4", "10", "640"}),
        (((1, 0.02), (2, 0.02)), {"0", "0.005", "0.01", "0.015", "0.02", "1", "2"}),
    ],
)
def test_an_axis_has_round_ticks_and_both_are_logarithmic_where_places_are_far_apart(
    points: tuple[tuple[float, float], ...], expected: set[str]
) -> None:
    assert ticks(Line("a line", points)) == expected


def test_lines_differ_in_stroke_and_marker_and_have_no_colour_of_their_own() -> None:
    svg = BeautifulSoup(chart([Line(str(n), ((1, n), (2, n))) for n in range(1, 7)], "x", "y"), "html.parser")
    drawn = svg.select("g.line")[6:]  # the first are those of the legend
    assert len({each.path.get("stroke-dasharray") for each in drawn}) == 6
    assert len({each.select("g path")[0]["d"] for each in drawn}) == 6
    assert {each[by] for by in ("fill", "stroke") for each in svg.select(f"[{by}]")} == {"none", "currentColor"}


@pytest.mark.parametrize(
    ("value", "text"), [(0.00123, "0.00123"), (0.5, "0.5"), (12.34, "12.3"), (100, "100"), (1234.5, "1,234"), (0, "0")]
)
def test_a_number_has_three_digits_that_count(value: float, text: str) -> None:
    assert number(value) == text


def test_what_misses_its_bound_by_little_is_not_shown_as_the_bound() -> None:
    shown = [measured({"measured": found, "bound": 0.1}) for found in (0.1, 0.10004, 0.2)]
    assert shown == ["0.1", "0.10004", "0.2"]
