"""Every picture of the site can be read as text, takes its looks from the theme, and is of what a Python displayed."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator

import pytest
from bs4 import Tag

from .conftest import Built

pytest.importorskip("pygraphviz", reason="pygraphviz is not installed")

WITH_FILMS = [
    "tutorial/a-circle", "tutorial/the-collector", "tutorial/counting-references", "tutorial/the-last-reference",
    "tutorial/weak-references", "guides/find-a-leak-in-a-service", "guides/parent-child-trees",
]  # fmt: skip
WITH_PICTURES = [*WITH_FILMS, "tutorial/names-and-objects"]
COLOURS = {"none", "currentColor"}
PICTURES = {"text/vnd.graphviz", "image/svg+xml"}


def pictures(site: Built) -> Iterator[tuple[str, Tag]]:
    """Every picture below its cell, with its page: none of a stage, or that a filmstrip brings along."""
    return ((name, figure) for name, page in site.pages() for figure in page.select(".outcome figure.picture"))


def displayed(site: Built) -> Iterator[tuple[str, str]]:
    """The cell of every picture that was displayed, once for each group of Pythons, with its text."""
    for cell in site.cells:
        for variant in cell["variants"]:
            for output in variant["outputs"]:
                if PICTURES & output.keys():
                    yield cell["id"], output["text/plain"]


@pytest.mark.parametrize("page", WITH_PICTURES)
def test_a_page_that_should_have_pictures_has_some(site: Built, page: str) -> None:
    assert [name for name, _ in pictures(site)].count(page) >= 1


@pytest.mark.parametrize("page", WITH_FILMS)
def test_a_page_that_should_have_a_filmstrip_has_one_of_four_steps_or_more(site: Built, page: str) -> None:
    if not site.runs["published_default"].startswith("cpython-"):
        pytest.skip("needs a CPython: others skip what these films count")
    (strip,) = dict(site.pages())[page].select("figure.filmstrip")
    assert len(strip.select("[data-cell]")) >= 4
    assert strip.select("figcaption")[0].get_text().strip()


@pytest.mark.parametrize("page", WITH_FILMS)
def test_the_captions_of_a_film_say_what_happened_and_not_the_code_again(site: Built, page: str) -> None:
    if not site.runs["published_default"].startswith("cpython-"):
        pytest.skip("needs a CPython: others skip what these films count")
    shown = dict(site.pages())[page]
    (strip,) = shown.select("figure.filmstrip")
    for step in strip.select("[data-cell]"):
        drawn = shown.select(f'.outcome[data-cell="{step["data-cell"]}"] figure.picture > figcaption')
        assert drawn, "each Python's picture says what happened there"
        for caption in drawn:
            said = caption.get_text()
            assert said.endswith(".") and len(said.split()) > 3
            assert str(step["data-says"]) not in said


def test_every_picture_that_was_displayed_is_drawn_on_its_page(site: Built) -> None:
    drawn = Counter(str(figure.find_parent(class_="outcome")["data-cell"]) for _, figure in pictures(site))  # type: ignore[index]
    shown = {str(place["data-cell"]) for _, page in site.pages() for place in page.select(".outcome")}
    assert drawn == Counter(cell for cell, _ in displayed(site) if cell in shown)
    assert all(figure.svg for _, figure in pictures(site))


def test_every_picture_is_an_image_with_a_name_and_the_same_text_for_ear_and_eye(site: Built) -> None:
    texts = {text.strip() for _, text in displayed(site)}
    pages = dict(site.pages())
    for name, figure in pictures(site):
        drawn = figure.svg
        assert drawn and drawn["role"] == "img", name
        (title,) = pages[name].select(f'[id="{drawn["aria-labelledby"]}"]')
        (description,) = pages[name].select(f'[id="{drawn["aria-describedby"]}"]')
        assert (title.name, description.name) == ("title", "desc") and title.get_text().strip()
        assert description.get_text().strip() == figure.select(".as-text pre")[0].get_text().strip()
        assert description.get_text().strip() in texts


def test_the_text_of_a_graph_says_every_word_of_its_nodes_and_edges(site: Built) -> None:
    read = 0
    for name, figure in pictures(site):
        text = figure.select("svg > desc")[0].get_text()
        words = {
            word for drawn in figure.select("svg g > text") for word in re.findall(r"[^\W\d]\w*", drawn.get_text())
        }
        assert words - set(re.findall(r"[^\W\d]\w*", text)) == set(), (name, text)
        read += len(words)
    assert read


def test_no_two_parts_of_a_page_have_one_id(site: Built) -> None:
    for name, page in site.pages():
        ids = Counter(str(element["id"]) for element in page.select("svg [id], figure [id], figure[id]"))
        assert [each for each, times in ids.items() if times > 1] == [], name


def test_no_picture_has_a_colour_a_font_a_style_or_a_reference_of_its_own(site: Built) -> None:
    for name, figure in pictures(site):
        for element in figure.select("svg, svg *"):
            assert {element.get("fill"), element.get("stroke")} <= {*COLOURS, None}, (name, element)
            brought = [key for key in element.attrs if re.search(r"href|src|style|font-family|^on|color", key)]
            assert brought == [], (name, element)
            assert not any("url(" in str(value) for value in element.attrs.values()), (name, element)


def test_the_pictures_of_a_film_are_of_one_size_which_its_strip_keeps_free(site: Built) -> None:
    sizes: dict[tuple[str, str], set[str]] = {}
    for name, figure in ((name, each) for name, page in site.pages() for each in page.select("figure[data-film]")):
        if "picture" in figure["class"] and figure.svg:
            sizes.setdefault((name, str(figure["data-film"])), set()).add(str(figure.svg["viewbox"]))
    assert [film for film, size in sizes.items() if len(size) > 1] == []
    for name, page in site.pages():
        for strip in page.select("figure.filmstrip"):
            (stage,) = strip.select(".stage svg")
            assert sizes[name, str(strip["data-film"])] == {stage["viewbox"]}


def test_no_picture_or_its_text_tells_an_address(site: Built) -> None:
    graphs = [
        output for output in json.dumps(list(displayed(site))).split("\\n") if re.search(r"0x[0-9a-f]{6}", output)
    ]
    assert graphs == []
