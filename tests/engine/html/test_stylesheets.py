"""Many stylesheets become one, and stay what they are together."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from everypython.html.stylesheets import Stylesheets

from ..conftest import Site

LINKS = """<link rel="stylesheet" type="text/css" href="../_static/a.css?v=1" />
<link rel="stylesheet" href="../_static/b.css">"""


SCREEN = "link[rel=stylesheet]:not([media=print])"


@pytest.fixture
def static(tmp_path: Path) -> Path:
    folder = tmp_path / "_static"
    folder.mkdir()
    (folder / "a.css").write_text("p { color: red }", encoding="utf-8")
    (folder / "b.css").write_text("p { color: blue }", encoding="utf-8")
    return folder


def linked(static: Path, page: str = LINKS) -> list[str]:
    """The stylesheets that a page below the site's root links once it is finished."""
    finished = Stylesheets(static).linked(page, static.parent / "tutorial")
    return re.findall(r'href="\.\./_static/([^"]+)"', finished)


def test_what_a_page_links_becomes_one_in_its_order(static: Path) -> None:
    (name,) = linked(static)
    assert (static / name).read_text(encoding="utf-8").endswith("p{color:red}p{color:blue}\n")


@pytest.mark.parametrize(
    "said", ["@import 'b.css';", "p { background: url(minus.png) }", "p { mask: url('../x.svg') }"]
)
def test_what_names_other_files_stays_where_they_are_found(static: Path, said: str) -> None:
    (static / "a.css").write_text(said, encoding="utf-8")
    assert linked(static) == ["a.css?v=1", "b.css"]


def test_what_is_not_there_or_elsewhere_is_not_joined(static: Path) -> None:
    (static / "b.css").unlink()
    assert linked(static) == ["a.css?v=1", "b.css"]
    elsewhere = '<link rel="stylesheet" href="https://example.org/c.css">'
    assert elsewhere in Stylesheets(static).linked(elsewhere, static.parent)


def test_a_page_of_an_earlier_build_gets_what_its_stylesheets_are_now(static: Path) -> None:
    folder = static.parent / "tutorial"
    first = Stylesheets(static).linked(LINKS, folder)
    (static / "b.css").write_text("p { color: green }", encoding="utf-8")
    again = Stylesheets(static)
    kept = again.kept(first)
    again.tidy()
    (file,) = static.glob("styles-*.css")
    assert file.name in kept and kept != first
    assert file.read_text(encoding="utf-8").endswith("p{color:red}p{color:green}\n")


def test_all_pages_of_a_site_share_one_beside_what_is_for_paper_alone(site: Site) -> None:
    site.theme = "furo"
    site.page("index", "print(1)")
    site.built()
    links = [
        [str(link["href"]) for link in BeautifulSoup(site.html(name), "html.parser").select(SCREEN)]
        for name in ("index", "search", "genindex")
    ]
    assert links == [links[0]] * 3 and len(links[0]) == 1
