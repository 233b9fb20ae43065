"""What is said about the kept results in words, as reasons of missed goals and on a page, is true of them."""

from __future__ import annotations

import re

import yaml

from bench.results import FOLDER, REASONS, RESULTS, parted
from bench.tools import FLOOR, MYST_NB, NAVIGATION, OURS

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


def case(name: str, pythons: str = "") -> str:
    """Return the words of a case on the pages of the real site, with some Pythons or with none."""
    (found,) = {each[0] for each in rows("builds") if re.fullmatch(rf"{name}, \d+ pages(, )?{pythons}", each[0])}
    return found


def seconds_of(name: str, tool: str, pythons: str = "") -> float:
    (figure,) = [each[3] for each in rows("builds") if each[:2] == [case(name, pythons), tool]]
    return float(figure.split()[0])


def test_every_reason_stands_beside_its_goal() -> None:
    for section, reasons in yaml.safe_load((FOLDER / REASONS).read_text(encoding="utf-8")).items():
        verdicts = {each[0]: each[3] for each in rows(section) if len(each) == 4}
        assert {goal: f"**missed**: {reason}" for goal, reason in reasons.items()}.items() <= verdicts.items()


def test_the_cpythons_alone_take_more_than_the_bound_of_every_cpython() -> None:
    cpythons = sum(seconds for name, seconds in plain().items() if name.startswith("CPython"))
    assert cpythons > 1.0 * above_floor("builds", case("cold", "1 Python"), MYST_NB, "-j auto")


def test_sphinx_alone_takes_longer_than_the_bound_of_no_change() -> None:
    assert seconds_of("no change", FLOOR) > 1.5


def test_a_cell_edited_in_the_preview_takes_about_a_second_with_one_python() -> None:
    assert round(seconds_of("cell edited in the preview", OURS, "1 Python")) == 1


def test_with_160_pages_ours_takes_94_mb_more() -> None:
    memory = {each[1]: float(each[-1].removesuffix(" MB")) for each in rows("growth") if "160 pages" in each[0]}
    assert round(memory[OURS] - memory[NAVIGATION]) == 94


def test_most_of_a_cold_build_are_the_cells_and_no_python_takes_longer_than_pypy() -> None:
    parts = [float(each[1].removesuffix(" s")) for each in rows("builds") if len(each) == 2 and each[1].endswith(" s")]
    assert sum(parts) / 2 < sum(plain().values())
    assert max(plain(), key=plain().__getitem__).startswith("PyPy")
