"""What the page of costs says about the kept measurements, beyond what is drawn from them, is true of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from everypython.model import schemas

from bench.__main__ import COMMITTED
from bench.build_goals import LEAST, Figures
from bench.tools import MYST_NB, OURS

PLAIN = ", started for each page and program, and the cells"


@pytest.fixture(scope="module")
def kept() -> Any:
    return json.loads(COMMITTED.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def figures(kept: Any) -> Figures:
    return Figures(kept["sections"]["builds"]["rows"], kept["sections"]["builds"]["pythons"])


@pytest.fixture(scope="module")
def plain(kept: Any) -> dict[str, float]:
    """The seconds of each Python, started plain, by its name."""
    parts = kept["sections"]["builds"]["profile"]
    return {each["part"].removesuffix(PLAIN): each["seconds"] for each in parts if each["part"].endswith(PLAIN)}


def test_the_kept_file_is_one_that_pages_can_draw(kept: Any) -> None:
    assert schemas.schema_error(kept, schemas.MEASUREMENTS) == ""


def test_plain_python_alone_takes_more_than_the_bound_of_one_python(figures: Figures, plain: dict[str, float]) -> None:
    assert plain[figures.pythons[0]] > 0.1 * figures.overhead("cold", MYST_NB, 1, call="-j auto")


def test_the_cpythons_alone_take_more_than_the_bound_of_eight(figures: Figures, plain: dict[str, float]) -> None:
    cpythons = sum(seconds for name, seconds in plain.items() if name.startswith("CPython"))
    assert cpythons > 0.8 * figures.overhead("cold", MYST_NB, 1, call="-j auto")


def test_a_page_of_the_largest_site_costs_least_above_the_floor(kept: Any) -> None:
    grown = kept["sections"]["growth"]
    figures = Figures(grown["rows"], grown["pythons"])
    sizes = sorted({row["pages"] for row in figures.growth(OURS) if row["pages"] >= LEAST})
    costs = {size: figures.overhead("growth", OURS, 1, size) / size for size in sizes}
    assert min(costs, key=costs.__getitem__) == max(sizes)


def test_pypy_takes_more_than_half_of_what_eight_pythons_take(figures: Figures, plain: dict[str, float]) -> None:
    (pypy,) = (seconds for name, seconds in plain.items() if name.startswith("PyPy"))
    assert pypy > figures.overhead("cold", OURS, len(figures.pythons)) / 2
