"""A picture that says something else than its run is found, whatever of it was changed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from ..conftest import this_python
from ..films import SVG, small
from ..sites import edit, edit_record, publish, verify

pytest.importorskip("pygraphviz", reason="pygraphviz is not installed")


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
