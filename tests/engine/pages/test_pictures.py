"""What cells display as pictures is drawn in the page and described."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from ..commands import EXTENSIONS, Ended, start
from ..conftest import FRONT, Site, add_columns, made
from ..films import DIFFERS, SVG, figures, film_site, old, page, small, words
from ..sites import edit

pytest.importorskip("pygraphviz", reason="pygraphviz is not installed")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return small(tmp_path)


def test_a_graph_is_drawn_and_its_text_stands_below_it(site: Site) -> None:
    site.page("index", "import helper\nprint('first')\nhelper.frame(x='y<b>')")
    site.built("-W")
    (figure,) = figures(site)
    assert words(figure) == ["x", "y<b>"]
    assert "filmstrip.js" not in site.html(), "there is no film"
    assert [block.get_text().strip() for block in figure.select("details pre")] == ["x -> y<b>"]
    assert [block.get_text().strip() for block in page(site).select(".outcome pre")] == ["first", "x -> y<b>"]
    assert "<b>html</b>" not in site.html()


def test_each_picture_is_an_image_with_a_name_and_a_description_of_its_own(film: Site) -> None:
    soup = page(film)
    assert len(figures(film)) == 4
    for figure in figures(film):
        assert figure.svg and figure.svg["role"] == "img"
        title, text = (soup.select(f'[id="{figure.svg[name]}"]') for name in ("aria-labelledby", "aria-describedby"))
        assert [each.name for each in (*title, *text)] == ["title", "desc"]
        assert text[0].get_text() == figure.select("pre")[0].get_text().strip()
    assert figures(film)[1].select("title")[0].get_text() == "Picture of x, 1, y, 22"


def test_a_cell_of_which_two_pythons_display_two_graphs_has_two_pictures(site: Site) -> None:
    site.page("index", f"{DIFFERS}import helper\nprint(1)\nhelper.frame(v='new')")
    old(site)
    site.built("-W")
    assert [words(figure) for figure in figures(site)] == [["new", "v"], ["old", "v"]]
    ids = [element["id"] for element in page(site).select("svg [id]")]
    assert len(ids) == len(set(ids)) == 4


def test_an_svg_of_a_cell_is_shown_as_far_as_it_is_allowed(site: Site) -> None:
    site.page("index", f"from helper import Drawn\nDrawn('in words', svg={SVG!r})")
    site.built("-W")
    (figure,) = figures(site)
    assert words(figure) == ["a <b>"] and figure.svg and figure.svg.desc
    assert not {"onload", "red"}.intersection(re.split(r'[\s"=]', str(figure)))


UNDRAWABLE = {
    "Drawn('in words', 'digraph {')": "Graphviz cannot read the graph: Error: syntax error in line 1",
    "Drawn('in words', 'digraph { a [label=<b>] }')": "a label is HTML: write it as text",
    f"Drawn('in words', svg={SVG.replace('text', 'script')!r})": "the SVG has an element <script>, which",
}


def test_what_cannot_be_drawn_stops_publishing_and_names_its_place(site: Site) -> None:
    site.page("index", "from helper import Drawn", *UNDRAWABLE)
    result = site.build(command="everypython build")
    assert result.returncode == 1
    for line, says in zip((12, 16, 20), UNDRAWABLE.values(), strict=True):
        assert f"index.md:{line}: WARNING: what this cell displays on cpython-"
        assert f" cannot be drawn: {says}" in result.stderr
    site.built()  # a warning does not stop Sphinx
    assert [outcome.get_text().strip() for outcome in page(site).select(".outcome")] == ["in words"] * 3
    assert not page(site).select(".outcome svg, .outcome script")


def test_other_formats_show_the_text(site: Site) -> None:
    film_site(site)
    site.built("-b", "text", "-W")
    text = (site.root / "out/index.txt").read_text(encoding="utf-8")
    assert text.count("x -> 333") == 1 and "svg" not in text and "whole" not in text


def test_the_list_of_differences_shows_the_text(site: Site) -> None:
    cell = f"{DIFFERS}import helper\nhelper.frame(v='new')"
    site.write("docs/index.md", f"{FRONT}# I\n\n```{{code-cell}} python\n{cell}\n```\n\n```{{differences}}\n```\n")
    old(site)
    site.built("-W")
    gathered = page(site).select(".gathered pre")
    assert [block.get_text().strip() for block in gathered] == ["v -> new", "v -> old"]


def without_graphviz(site: Site) -> Ended:
    variables = site.configure()
    site.write("none/sitecustomize.py", "import sys; sys.modules['pygraphviz'] = None")  # as if it were not there
    variables["PYTHONPATH"] = os.pathsep.join([str(site.root / "none"), str(EXTENSIONS)])
    return start("sphinx.cmd.build", "-W", site.root / "docs", site.root / "out", variables=variables)


def test_where_there_is_no_graphviz_pages_show_texts_and_the_log_says_so_once(site: Site) -> None:
    film_site(site, directive="")
    result = without_graphviz(site)
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("graphs are shown as text: pygraphviz, which brings Graphviz, is not installed") == 1
    assert [len(figure.select("svg")) for figure in figures(site)] == [0] * 4
    assert [figure.pre.get_text().strip() for figure in figures(site) if figure.pre][-1] == "nothing"
    site.built()
    assert [len(figure.select("svg")) for figure in figures(site)] == [1] * 4, "it is drawn once Graphviz is there"


def test_what_was_drawn_once_is_not_drawn_again(site: Site) -> None:
    site.page("index", "import helper\nhelper.frame(x='first')")
    site.built()
    (kept,) = (site.root / "docs/_build/runs/drawn").iterdir()
    before = kept.stat().st_mtime_ns
    site.write("docs/index.md", (site.root / "docs/index.md").read_text(encoding="utf-8") + "\nMore.\n")
    site.built()
    assert kept.stat().st_mtime_ns == before


def test_a_drawing_that_somebody_has_changed_is_drawn_anew(site: Site) -> None:
    site.page("index", "import helper\nhelper.frame(x='first')")
    site.built()
    (kept,) = (site.root / "docs/_build/runs/drawn").iterdir()
    drawn = kept.read_text(encoding="utf-8")
    edit(kept, "</svg>", "<script>alert(1)</script></svg>")
    site.write("docs/index.md", (site.root / "docs/index.md").read_text(encoding="utf-8") + "\nMore.\n")
    site.built()
    assert "alert(1)" not in site.html() and kept.read_text(encoding="utf-8") == drawn


def test_of_a_record_graphs_are_drawn_and_an_svg_that_is_left_out_is_no_difference(site: Site) -> None:
    site.page("index", f"import helper\nhelper.Drawn('in words', 'digraph {{ drawn }}', {SVG!r})")
    add_columns(site, made("3.99.0"))
    site.built("-W")
    assert [words(figure) for figure in figures(site)] == [["drawn"]]
