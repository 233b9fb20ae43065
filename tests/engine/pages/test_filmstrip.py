"""Pictures of one name are a film, played beside the program that they were taken of."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from everypython.pages import filmstrip

from ..conftest import FRONT, Site
from ..films import DIFFERS, FILM, figures, film_site, old, page, small, words
from ..sites import edit

pytest.importorskip("pygraphviz", reason="pygraphviz is not installed")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return small(tmp_path)


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


def test_a_picture_has_the_words_of_the_program_that_made_it_and_the_stage_keeps_room_for_the_longest(
    site: Site,
) -> None:
    film_site(site, FILM.replace("frame(x=x)", "frame(x=x, says='x <is> 1')").replace("frame()", "frame(says='gone')"))
    site.built("-W")
    captions = [figure.select("figcaption") for figure in figures(site)]
    assert [[each.get_text() for each in caption] for caption in captions] == [["x <is> 1"], [], [], ["gone"]]
    (room,) = page(site).select(".filmstrip .room")
    assert room.get_text() == "4 of 4: x <is> 1" and room["aria-hidden"] == "true"


def test_a_film_of_another_page_brings_its_pictures_and_follows_that_page(site: Site) -> None:
    film_site(site)
    site.write("docs/front.md", f"{FRONT}# Front\n\n```{{filmstrip}} film\n:page: index\nThe film.\n```\n")
    site.write("docs/index.md", (site.root / "docs/index.md").read_text() + "\n```{toctree}\nfront\n```\n")
    site.built("-W")
    shown = BeautifulSoup(site.html("front"), "html.parser")
    taken = [str(li["data-cell"]) for li in shown.select(".filmstrip [data-cell]")]
    assert taken == [str(frame["data-cell"]) for frame in shown.select(".frames .frame")] and len(taken) == 4
    assert [words(figure) for figure in shown.select(".frames figure.picture")] == list(map(words, figures(site)))
    assert len(shown.select(".frames .step > .frame:first-child")) == 4
    edit(site.root / "docs/index.md", "x = 333", "x = 4444")
    site.built("-W")
    shown = BeautifulSoup(site.html("front"), "html.parser")
    assert "4444" in words(shown.select(".frames figure.picture")[2])


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
        assert "0 cells of index.md show a graph named 'other'" in result.stderr
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
