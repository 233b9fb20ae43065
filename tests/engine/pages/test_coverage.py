"""The table of what a site demonstrates, and the list of its programs: made of the cells and examples alone."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from ..conftest import FRONT, Site

FACTS = """
[[topic]]
title = "Numbers"
[topic.facts]
sum = "`1 + 1` is two"
product = "Nothing is left of `0 *`"

[[topic]]
title = "Words"
[topic.facts]
greeting = "A program greets"
"""
GREET = '"""Greets.\n\nClaim: it is\npolite.\nPromise: it ends.\n"""\n\nprint("hello")\n'


@pytest.fixture
def covered(site: Site) -> Site:
    site.page("sums", "---\nshows: [sum]\n---\nprint(1 + 1)", "---\nshows: [sum, product]\n---\nprint(0 * 3)")
    site.write("examples/greet.py", GREET)
    site.write("docs/told.md", "# Told\n\n```{example} greet\n---\nshows: [greeting]\n---\n```\n")
    site.write("docs/facts.toml", FACTS)
    site.write("docs/index.md", f"{FRONT}# Index\n\n```{{coverage}} facts.toml\n```\n\n```{{programs}}\n```\n")
    return site


def rows(site: Site) -> list[list[str]]:
    drawn = BeautifulSoup(site.html(), "html.parser").select("table.coverage tbody tr")
    return [[" ".join(entry.get_text().split()) for entry in row.select("td")] for row in drawn]


def test_every_fact_has_a_row_that_leads_to_the_first_cell_that_shows_it(covered: Site) -> None:
    covered.built()
    assert rows(covered) == [
        ["1 + 1 is two", "sums", "one"],
        ["Nothing is left of 0 *", "sums", "one"],
        ["A program greets", "Told", "one"],
    ]
    links = [link["href"] for link in BeautifulSoup(covered.html(), "html.parser").select("table.coverage a")]
    assert links == ["sums.html#cell-1", "sums.html#cell-2", "told.html#example-greet"]


def test_the_table_follows_when_a_cell_moves(covered: Site) -> None:
    covered.built()
    covered.page("sums", "pass", "---\nshows: [sum, product]\n---\nprint(1 + 1)")
    covered.built()
    assert "sums.html#cell-2" in covered.html() and "sums.html#cell-1" not in covered.html()


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("---\nshows: [sum]\n---\n1 + 1", "nothing shows product"),
        ("---\nshows: [sum, product, size]\n---\n1 + 1", "the list of facts has no size"),
        ("---\nshows: [sum, product, greeting]\n---\n1 + 1", "greeting is shown on several pages"),
        ("---\nshows: [sum, product]\ntags: [remove-cell]\n---\n1 + 1", "readers do not see"),
        ("---\nshows: sum\n---\n1 + 1", "`shows` must be a list"),
    ],
)
def test_a_fact_without_its_place_or_a_place_without_its_fact_stops_the_build(
    covered: Site, cell: str, says: str
) -> None:
    covered.page("sums", cell)
    built = covered.build("-W")
    assert built.returncode != 0 and says in built.stdout + built.stderr


@pytest.mark.parametrize("text", ["topic = 3", "[[topic]]\ntitle = 'x'", "not TOML"])
def test_a_list_that_cannot_be_read_is_named(covered: Site, text: str) -> None:
    covered.write("docs/facts.toml", text)
    built = covered.build("-W")
    assert built.returncode != 0 and "facts.toml cannot be read" in built.stdout + built.stderr


def test_every_program_is_listed_with_its_promise_its_place_and_its_output(covered: Site) -> None:
    covered.built()
    section = BeautifulSoup(covered.html(), "html.parser").find(id="greet")
    assert section is not None
    paragraphs = [" ".join(each.get_text().split()) for each in section.select("p")]
    assert paragraphs[:3] == ["Greets.", "Claim: it is polite.", "Promise: it ends."]
    assert section.a is not None and section.select("p a")[0]["href"] == "told.html#example-greet"
    assert section.pre is not None and section.pre.get_text() == "hello\n"
