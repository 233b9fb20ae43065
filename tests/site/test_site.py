"""What a reader of the built site gets."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pytest
from everypython.model.claims import broken

from .conftest import Built, build, found, printed


def test_every_demonstration_ran_on_every_python(site: Built) -> None:
    assert sorted(site.keys) == sorted(python.key for python in found())
    for cell in site.cells:
        assert sorted(key for variant in cell["variants"] for key in variant["interpreters"]) == sorted(site.keys), cell


def drawn(site: Built) -> list[dict[str, Any]]:
    """The cells whose output is on a page as it was printed, not hidden or in a table."""
    ids = {place["data-cell"] for _, page in site.pages() for place in page.select(".outcome")}
    return [cell for cell in site.cells if cell["id"] in ids]


def test_every_difference_says_why_or_that_nobody_knows_yet(site: Built) -> None:
    pages = dict(site.pages())
    for cell in drawn(site):
        page = pages[cell["id"].partition(":")[0].partition("#")[0]]
        published, *others = cell["variants"]
        for variant in [] if published["varies"] or published["skipped"] else others:  # which nobody is compared with
            keys = " ".join(variant["interpreters"])
            (shown,) = page.select(f'.outcome[data-cell="{cell["id"]}"][data-pythons="{keys}"]')
            if "#claims:" in cell["id"] and not broken(printed(variant)):
                continue  # each Python tries what it can: that others tried more is no difference
            assert variant["reasons"] or "not yet explained" in shown.get_text(), (cell["id"], keys)


def test_the_output_of_every_python_is_on_its_page(site: Built) -> None:
    texts = {name: re.sub(r"\s+", " ", page.article.get_text()) for name, page in site.pages() if page.article}
    shown = 0
    for cell in drawn(site):
        for variant in cell["variants"]:
            for output in variant["outputs"]:
                shown += 1
                text = re.sub(r"\s+", " ", output["text/plain"]).strip()
                assert text in texts[cell["id"].partition(":")[0].partition("#")[0]], cell["id"]
    assert shown > 100


def test_a_local_list_has_two_references_up_to_3_13_and_one_from_3_14(site: Built) -> None:
    (unit,) = [unit for unit in site.runs["units"] if unit["id"] == "index"]
    (cell,) = unit["cells"]
    printed = {
        key: variant["outputs"][0]["text/plain"] if variant["outputs"] else variant["error"]["type"]
        for variant in cell["variants"]
        for key in variant["interpreters"]
    }
    for python in found():
        borrows = python.implementation == "cpython" and python.number >= (3, 14)
        expected = "AttributeError" if python.implementation == "pypy" else "1" if borrows else "2"
        assert printed[python.key] == expected, python.key


def test_no_page_asks_another_origin(site: Built) -> None:
    fetched = {"script": "src", "img": "src", "iframe": "src", "source": "src", "embed": "src", "object": "data"}
    asked = [
        (name, element[attribute])
        for name, page in site.pages()
        for tag, attribute in fetched.items()
        for element in page.find_all(tag, **{attribute: True})
    ]
    asked += [
        (name, element["href"])
        for name, page in site.pages()
        for element in page.find_all("link", rel=True, href=True)
        if {"stylesheet", "icon", "preload", "modulepreload", "prefetch"} & set(element["rel"])
    ]
    assert asked
    assert [found for found in asked if urlparse(found[1]).netloc] == []


def test_no_stylesheet_asks_another_origin(site: Built) -> None:
    sheets = [path.read_text(encoding="utf-8") for path in site.folder.rglob("*.css")]
    assert sheets
    assert [
        found for sheet in sheets for found in re.findall(r"(?:url\(|@import)\s*['\"]?(?:https?:)?//[^)]*", sheet)
    ] == []


def test_nothing_of_this_machine_is_published(site: Built) -> None:
    for path in site.folder.rglob("*"):
        if path.suffix in {".html", ".json", ".js"}:
            text = path.read_text(encoding="utf-8")
            assert str(Path.home()) + "/" not in text and str(Path(__file__).parents[2]) not in text, path


@pytest.mark.deep
def test_plain_sphinx_build_gives_the_same_pages(site: Built, tmp_path: Path) -> None:
    result = build("sphinx.cmd.build", "-q", "-d", str(tmp_path / "doctrees"), "docs", str(tmp_path / "html/out"))
    assert result.returncode == 0, result.stderr
    plain = Built(tmp_path / "html/out")
    ours = {name: str(page.article) for name, page in site.pages()}
    assert {name: str(page.article) for name, page in plain.pages()} == ours
    assert plain.runs == site.runs


@pytest.mark.deep
def test_the_notebook_kernel_executes_every_page_when_the_engine_stands_aside(site: Built, tmp_path: Path) -> None:
    result = build(
        "sphinx.cmd.build", "-q", "-D", "everypython_execute=0", "-d", str(tmp_path / "doctrees"),
        "docs", str(tmp_path / "html/out"),
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    pages = dict(Built(tmp_path / "html/out").pages())
    assert pages.keys() == dict(site.pages()).keys()
    assert pages["tutorial/a-circle"].select(".cell_output"), "the kernel's outputs are there"
    assert not pages["tutorial/a-circle"].select(".outcome"), "and nothing of ours"
