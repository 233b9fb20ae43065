"""What is said about the kept results in words, as reasons of missed goals and on a page, is true of them."""

from __future__ import annotations

import re

import yaml

from bench.results import FOLDER, REASONS, RESULTS, parted
from bench.tools import MYST_NB, NAVIGATION, OURS

PLAIN = ", started for each page and program, and the cells"
SECTIONS = parted((FOLDER / RESULTS).read_text(encoding="utf-8"))


def rows(section: str) -> list[list[str]]:
    """Return the cells of all rows of all tables of a section."""
    return [line.strip("| ").split(" | ") for line in SECTIONS[section].splitlines() if line.startswith("| ")]


def above_floor(section: str, case: str, tool: str, call: str = "") -> float:
    (found,) = [each for each in rows(section) if each[:2] == [case, tool] and call in each[2]]
    return float(found[4].removesuffix(" s"))


def plain() -> dict[str, float]:
    """Return the seconds of each Python, started plain, by its name."""
    parts = [each for each in rows("builds") if each[0].endswith(PLAIN)]
    return {name.removesuffix(PLAIN): float(time.removesuffix(" s")) for name, time in parts}


def cold(pythons: str, tool: str, call: str = "") -> float:
    (case,) = {each[0] for each in rows("builds") if re.fullmatch(rf"cold, \d+ pages, {pythons}", each[0])}
    return above_floor("builds", case, tool, call)


def test_every_reason_stands_beside_its_goal() -> None:
    for section, reasons in yaml.safe_load((FOLDER / REASONS).read_text(encoding="utf-8")).items():
        verdicts = {each[0]: each[3] for each in rows(section) if len(each) == 4}
        assert {goal: f"**missed**: {reason}" for goal, reason in reasons.items()}.items() <= verdicts.items()


def test_plain_python_alone_takes_more_than_the_bound_of_one_python() -> None:
    assert next(iter(plain().values())) > 0.1 * cold("1 Python", MYST_NB, "-j auto")


def test_the_cpythons_alone_take_more_than_the_bound_of_eight() -> None:
    cpythons = sum(seconds for name, seconds in plain().items() if name.startswith("CPython"))
    assert cpythons > 0.8 * cold("1 Python", MYST_NB, "-j auto")


def test_pypy_takes_more_than_half_of_what_eight_pythons_take() -> None:
    (pypy,) = (seconds for name, seconds in plain().items() if name.startswith("PyPy"))
    assert pypy > cold("8 Pythons", OURS) / 2


def test_with_160_pages_ours_takes_94_mb_more() -> None:
    memory = {each[1]: float(each[-1].removesuffix(" MB")) for each in rows("growth") if "160 pages" in each[0]}
    assert round(memory[OURS] - memory[NAVIGATION]) == 94


def test_most_of_a_cold_build_are_the_cells_and_most_of_that_is_pypys() -> None:
    parts = [float(each[1].removesuffix(" s")) for each in rows("builds") if len(each) == 2 and each[1].endswith(" s")]
    cells = sum(plain().values())
    (pypy,) = (seconds for name, seconds in plain().items() if name.startswith("PyPy"))
    assert sum(parts) / 2 < cells < 2 * pypy
