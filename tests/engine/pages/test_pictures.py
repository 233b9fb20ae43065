"""What cells display as pictures is drawn in the page, described, played as a film, and verified."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from everypython.pages import filmstrip

from ..commands import EXTENSIONS, Ended, start
from ..conftest import FRONT, Site, add_columns, made, this_python
from ..sites import edit, edit_record, publish, verify

pytest.importorskip("pygraphviz", reason="pygraphviz is not installed")

HELPER = r'''
class Drawn:
    """Displays itself as a graph, as an SVG, or as both."""

    def __init__(self, text, dot="", svg=""):
        offered = {"text/plain": text, "text/vnd.graphviz": dot, "image/svg+xml": svg, "text/html": "<b>html</b>"}
        self.offered = {kind: data for kind, data in offered.items() if data}

    def __repr__(self):
        return self.offered["text/plain"]

    def _repr_mimebundle_(self, include=None, exclude=None):
        return self.offered


def frame(**variables):
    """A graph of names and what they stand for."""
    edges = "".join(f'{name} [class="name"]; {name} -> "{value}";' for name, value in variables.items())
    text = "\n".join(f"{name} -> {value}" for name, value in variables.items())
    return Drawn(text or "nothing", 'digraph "film" {' + edges + "}")
'''
FILM = """from helper import frame
x = 1
frame(x=x)
~
print("between")
~
y = 22
frame(x=x, y=y)
~
x = 333
~
frame(x=x, y=y)
~
del y, x
print("gone")
frame()"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 9" onload="x"><text fill="red">a &lt;b&gt;</text></svg>'

DIFFERS = "---\ndiffers: {'*': 'gh-1'}\n---\n"


def film_site(site: Site, program: str = FILM, directive: str = "```{filmstrip} film\nThe *whole* film.\n```") -> None:
    cells = "\n\n".join(f"```{{code-cell}} python\n{cell}\n```" for cell in program.split("\n~\n"))
    site.write("docs/index.md", f"{FRONT}# Film\n\n{cells}\n\n{directive}\n")


def small(root: Path) -> Site:
    made = Site(root)
    made.write("helper/__init__.py", HELPER)
    made.write("examples/none.py", "")
    return made


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return small(tmp_path)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A built site with a film."""
    made = small(tmp_path_factory.mktemp("film"))
    film_site(made)
    made.built("-W")
    return made


def page(site: Site) -> BeautifulSoup:
    return BeautifulSoup(site.html(), "html.parser")


def figures(site: Site) -> list[Tag]:
    return list(page(site).select(".outcome figure.picture"))


def words(figure: Tag) -> list[str]:
    return sorted(text.get_text() for text in figure.select("svg text"))


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


def old(site: Site) -> None:
    """Add an old Python, which displays what this one does under another name."""
    add_columns(site, made("3.9.1"), changes={"new": "old"})


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
    edit(kept, "first", "kept")
    site.write("docs/index.md", (site.root / "docs/index.md").read_text(encoding="utf-8") + "\nMore.\n")
    site.built()
    assert "kept" in words(figures(site)[0])


def test_of_a_record_graphs_are_drawn_and_an_svg_that_is_left_out_is_no_difference(site: Site) -> None:
    site.page("index", f"import helper\nhelper.Drawn('in words', 'digraph {{ drawn }}', {SVG!r})")
    add_columns(site, made("3.99.0"))
    site.built("-W")
    assert [words(figure) for figure in figures(site)] == [["drawn"]]


def steps(site: Site) -> list[tuple[str, str, str]]:
    """The program that a film shows: each cell's step and source, and what is said of the step that ends with it."""
    listed = page(site).select(".filmstrip .program > li")
    return [(str(li["data-step"]), li.get_text().strip(), str(li.get("data-says", ""))) for li in listed]


def test_a_filmstrip_lists_the_program_between_its_pictures_without_what_takes_them(film: Site) -> None:
    assert steps(film) == [
        ("1", "from helper import frame\nx = 1", "x = 1"),
        ("2", 'print("between")', ""),
        ("2", "y = 22", "y = 22"),
        ("3", "x = 333", "x = 333"),
        ("4", 'del y, x\nprint("gone")', "del y, x"),
    ]
    takes = [str(li["data-cell"]) for li in page(film).select(".filmstrip [data-cell]")]
    assert takes == ["index:1", "index:3", "index:5", "index:6"], "where the pictures are, in order"
    outcomes = {str(outcome["data-cell"]) for outcome in page(film).select(".outcome")}
    assert set(takes) <= outcomes


def test_a_filmstrip_keeps_room_for_its_pictures_and_holds_none_itself(film: Site) -> None:
    (stage,) = page(film).select(".filmstrip .stage svg")
    assert not stage.contents
    assert {figure.svg["viewbox"] for figure in figures(film) if figure.svg} == {stage["viewbox"]}
    (caption,) = page(film).select(".filmstrip figcaption")
    assert caption.get_text().strip() == "The whole film."
    assert "filmstrip.js" in film.html()


@pytest.mark.parametrize(
    "source, shown, says",
    [
        ("x = 1\nframe()", "x = 1", "x = 1"),
        ("frame()", "", ""),
        ("x = 1; frame()", "x = 1; frame()", "frame()"),
        ("x = [\n    1,\n]\nprint(x)\nframe(\n    x\n)", "x = [\n    1,\n]\nprint(x)", "x = [ 1, ]"),
        ("import gc\ngc.collect()\nprint(1)\nframe()", "import gc\ngc.collect()\nprint(1)", "gc.collect()"),
        ("for x in 1, 2:  # twice\n    f(x)\nframe()", "for x in 1, 2:  # twice\n    f(x)", "for x in (1, 2): f(x)"),
        ("print(1)\nframe()", "print(1)", "print(1)"),
        ("class A:\n    pass\nframe()", "class A:\n    pass", "class A: pass"),
        ("x = = new syntax\nframe()", "x = = new syntax\nframe()", "x = = new syntax"),
    ],
)
def test_a_step_is_told_by_what_it_does_and_not_by_how_it_is_looked_at(source: str, shown: str, says: str) -> None:
    assert filmstrip.listed(source, takes_picture=True) == shown
    assert filmstrip.gist(shown) == says


@pytest.mark.parametrize("name", ["other", ""])
def test_a_filmstrip_of_no_film_stops_publishing_and_names_its_place(site: Site, name: str) -> None:
    film_site(site, directive=f"```{{filmstrip}} {name}\n```")
    result = site.build(command="everypython build")
    assert result.returncode == 1
    line = (site.root / "docs/index.md").read_text(encoding="utf-8").splitlines().index(f"```{{filmstrip}} {name}") + 1
    assert f"index.md:{line}: ERROR: " in result.stderr
    if name:
        assert "0 cells of this page show a graph named 'other'" in result.stderr
        assert "Names of graphs here: film." in result.stderr


def test_changing_the_program_changes_the_frames(site: Site) -> None:
    film_site(site)
    site.built("-W")
    before, drawn = [words(figure) for figure in figures(site)], [str(figure.svg) for figure in figures(site)]
    assert before == [["1", "x"], ["1", "22", "x", "y"], ["22", "333", "x", "y"], []]
    film_site(site, FILM.replace("x = 333", "x = y"))
    site.built("-W")
    after = [words(figure) for figure in figures(site)]
    assert after == [["1", "x"], ["1", "22", "x", "y"], ["22", "x", "y"], []]
    assert all(one != str(figure.svg) for one, figure in zip(drawn, figures(site), strict=True)), "laid out anew"
    assert steps(site)[3] == ("3", "x = y", "x = y")


def test_what_one_python_shows_has_its_place_in_the_frames_of_all(site: Site) -> None:
    site.page("index", f"{DIFFERS}import helper\nhelper.frame(v='new', w='same')", "helper.frame(w='same')")
    old(site)
    site.built("-W")
    assert len(figures(site)) == 3
    assert len({str(figure.svg["viewbox"]) for figure in figures(site) if figure.svg}) == 1
    places = [[text["x"] for text in figure.select("text") if text.get_text() == "w"] for figure in figures(site)]
    assert places[0] == places[1] == places[2] != []


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = small(tmp_path_factory.mktemp("pictures"))
    cells = ["import helper\nprint('said')\nhelper.frame(x='seen')", f"helper.Drawn('in words', svg={SVG!r})"]
    made.page("index", *cells)
    publish(made)
    return made.root


@pytest.fixture
def copy(published: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(published / "out", tmp_path / "copy"))


def test_a_site_with_pictures_verifies(published: Path) -> None:
    result = verify(published, published / "out")
    assert result.status == 0, result


@pytest.mark.parametrize(
    "old, new",
    [
        (">seen</text>", ">unseen</text>"),
        (">a &lt;b&gt;</text>", ">changed</text>"),
        (">x -&gt; seen</desc>", ">something else</desc>"),
        ('<figure class="picture" data-film="film"', '<div class="no-picture"'),
        (' role="img" aria-labelledby="picture-1-1-title"', "><text>more</text"),
    ],
)
def test_a_tampered_picture_is_found_and_named(published: Path, copy: Path, old: str, new: str) -> None:
    edit(copy / "index.html", old, new)
    result = verify(published, copy)
    assert result.status == 1
    (line,) = result.lines
    assert re.match(rf"index\.md:\d+: cell index:[12]: on {this_python().key}: in index\.html: expected ", line), line


def test_a_picture_of_another_graph_is_found_by_what_it_is_drawn_from(published: Path, copy: Path) -> None:
    source = BeautifulSoup((copy / "index.html").read_text(encoding="utf-8"), "html.parser").select("figure.picture")
    edit(copy / "index.html", str(source[0]["data-source"]), "0" * 24)
    (line,) = verify(published, copy).lines
    assert "got '…" in line and "picture 000000" in line


def test_a_tampered_graph_in_runs_json_is_found_on_the_page_and_by_both_runs(published: Path, copy: Path) -> None:
    edit_record(copy, lambda record: tamper(record["units"][0]["cells"][0]["variants"][0]["outputs"][1]))
    lines = verify(published, copy).lines
    assert [re.findall(r"index\.html|run as the build does|perturbed run", line) for line in lines] == [
        ["index.html"],
        ["run as the build does"],
        ["perturbed run"],
    ]


def tamper(output: dict[str, str]) -> None:
    output["text/vnd.graphviz"] = output["text/vnd.graphviz"].replace("seen", "unseen")
