"""Links to places that had another address once: each leads to what is told there now, or the build names it."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from ..conftest import Site

PAGE = "# Index\n\n## What it is called now\n\nA text.\n\n## Another one\n\nAnother text.\n"
MOVED = "-D", "everypython_moved=moved.toml"


def soup(site: Site) -> BeautifulSoup:
    return BeautifulSoup(site.html(), "html.parser")


@pytest.fixture
def moved(site: Site) -> Site:
    site.write("docs/index.md", PAGE)
    site.write("docs/moved.toml", '[index]\nonce = "what-it-is-called-now"\n"below." = "another"\n')
    return site


def test_an_old_place_is_in_the_section_that_tells_it_now(moved: Site) -> None:
    moved.built(*MOVED)
    (section,) = soup(moved).select("section:has(> #once)")
    assert section["id"] == "what-it-is-called-now"


def test_a_name_that_ends_with_a_dot_stands_for_all_that_begin_with_it(moved: Site) -> None:
    moved.built(*MOVED)
    (section,) = soup(moved).select("section:has(> [id='below.-one'])")
    assert section["id"] == "another-one"


def test_another_old_place_is_on_the_page_though_that_was_not_edited(moved: Site) -> None:
    moved.built(*MOVED)
    moved.write("docs/moved.toml", '[index]\nbefore = "another-one"\n')
    moved.built(*MOVED)
    assert soup(moved).select("#before") and not soup(moved).select("#once")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[index]\nonce = "nowhere"\n', "moved.toml: [index] names 'nowhere', and nothing on that page has this id"),
        ("[index\n", "moved.toml: what has moved cannot be read"),
        ("index = 1\n", "moved.toml: what has moved is a table for each page"),
    ],
)
def test_what_leads_nowhere_ends_the_build(moved: Site, text: str, says: str) -> None:
    moved.write("docs/moved.toml", text)
    done = moved.build(*MOVED, "-W")
    assert done.returncode != 0 and says in done.stderr
