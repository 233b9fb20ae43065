"""What the built pages offer for choosing a Python, and what they say about the Pythons that ran."""

import re
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from everypython.html import chooser
from everypython.model.grouping import covers
from everypython.model.interpreters import published_default

import refdemo

from .conftest import Built, build, found

WANTED = {">=3.14,<3.14.5": "CPython 3.14.0 to 3.14.4"}


@pytest.fixture
def several() -> None:
    """Skips a test where readers have nothing to choose."""
    if len(found()) < 2:
        pytest.skip("needs two Pythons: this machine has one, and nothing is to be chosen")


@pytest.fixture(scope="module")
def told(site: Built) -> dict[str, BeautifulSoup]:
    """The pages that show outcomes."""
    pages = {name: page for name, page in site.pages() if page.select(".outcome")}
    assert {"index", "tutorial/a-circle", "background/the-article-checked"} <= pages.keys()
    return pages


def the(tags: list[Tag]) -> Tag:
    (one,) = tags
    return one


@pytest.mark.usefixtures("several")
def test_the_chooser_lists_every_python_that_ran_by_its_full_version(told: dict[str, BeautifulSoup]) -> None:
    default = published_default(found())
    for name, page in told.items():
        offered = [
            (option["value"], option.get_text()) for option in page.select("article .chooser label select option")
        ]
        expected = [(one.key, one.name + (" (default)" if one == default else "")) for one in found()]
        assert offered == expected, name
        assert [option["value"] for option in page.select("option[selected]")] == [default.key], name
        assert the(page.select(".chooser [role=status]")).get_text() == "", name


@pytest.mark.usefixtures("several")
def test_the_chooser_follows_the_title(told: dict[str, BeautifulSoup]) -> None:
    for name, page in told.items():
        after = the(page.select("article h1")).find_next_sibling()
        assert after is not None and after.get("class") == ["chooser"], name


@pytest.mark.usefixtures("several")
def test_the_script_that_chooses_runs_before_anything_is_painted(site: Built, told: dict[str, BeautifulSoup]) -> None:
    for name, page in told.items():
        script = the(page.select("head script[data-pythons]"))
        assert not {"async", "defer", "type"} & script.attrs.keys(), name
        assert not script.find_previous("link", rel="stylesheet"), "a script waits for the stylesheets before it"
        assert (
            str(script["data-pythons"]).split() == site.keys
            and script["data-default"] == published_default(found()).key
        ), name
        source = (site.folder / f"{name}.html").parent / str(script["src"]).partition("?")[0]
        assert source.resolve() == site.folder.resolve() / "_static/chooser.js" and source.is_file(), name


def test_pages_without_outcomes_have_no_chooser(site: Built, told: dict[str, BeautifulSoup]) -> None:
    others = [page for name, page in site.pages() if name not in told]
    assert others
    assert [page.select(".chooser, script[data-pythons]") for page in others] == [[]] * len(others)


def test_the_stylesheet_has_a_look_for_each_choice_and_for_none(site: Built, told: dict[str, BeautifulSoup]) -> None:
    sheet = (site.folder / "_static/pythons.css").read_text(encoding="utf-8")
    for python in found():
        assert f'html[data-python="{python.key}"] .outcome[data-pythons~="{python.key}"]' in sheet
        assert f'html[data-python="{python.key}"] {{ --chosen: "{python.name}"; }}' in sheet
    assert "html:not([data-python]) .outcome:first-child" in sheet
    assert not re.search(r"\.shown\b", re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)), "every rule was written out"
    for name, page in told.items():
        link = the(page.select("head link[rel=stylesheet]:not([media])"))
        joined = (site.folder / f"{name}.html").parent / str(link["href"])
        assert " pythons.css " in joined.read_text(encoding="utf-8").partition("\n")[0], name


def test_without_javascript_there_is_no_chooser_and_the_published_default_comes_first(
    site: Built, told: dict[str, BeautifulSoup]
) -> None:
    sheet = (site.folder / "_static/everypython.css").read_text(encoding="utf-8")
    rules = dict(re.findall(r"^([^\n{}]*\.chooser) \{\n  display: (\w+);", sheet, re.MULTILINE))
    assert rules == {".chooser": "none", "html[data-python] .chooser": "flex"}
    for name, page in told.items():
        assert the(page.select("html")).get("data-python") is None, name
        for cell in page.select(".cell_output"):
            first, *others = cell.select(".outcome")
            assert published_default(found()).key in str(first["data-pythons"]).split(), name
            assert all(outcome.select("summary") for outcome in others), name


def test_every_page_says_which_pythons_ran(site: Built) -> None:
    written = {name: page for name, page in site.pages() if name not in {"404", "genindex", "search"}}
    assert {"reference/differences", "reference/interpreters", "index"} <= written.keys()
    for name, page in written.items():
        footer = the(page.select("article > .provenance"))
        text = footer.get_text()
        for python in found():
            assert python.name in text and python.platform in text, name
        assert f"refdemo {refdemo.__version__}" in text, name
        target = (site.folder / f"{name}.html").parent / str(the(footer.select("a[href$='runs.json']"))["href"])
        assert target.resolve() == site.folder.resolve() / "runs.json", name


def test_a_wanted_python_that_did_not_run_is_missed(told: dict[str, BeautifulSoup]) -> None:
    for name, page in told.items():
        said = the(page.select(".provenance")).get_text()
        for pattern, sentence in WANTED.items():
            ran = any(covers(pattern, python) for python in found())
            assert (sentence in said) is not ran, name
            assert ran or page.select(".provenance a[href='https://github.com/python/cpython/issues/148726']"), name


def test_the_same_python_on_another_platform_is_offered_under_a_name_of_its_own() -> None:
    here = found()[0]
    there = replace(here, platform="toaster-armv7l")
    build: Any = SimpleNamespace(interpreters=[here, there], default=here)
    offered = BeautifulSoup(chooser.chooser(build), "html.parser").select("option")
    assert [option.get_text() for option in offered] == [f"{here.name} (default)", f"{here.name} on toaster-armv7l"]
    assert f'"{there.key}"] {{ --chosen: "{here.name} on toaster-armv7l"; }}' in chooser.stylesheet(build)


CONF = """
project, release = "small & new", "1.2"
extensions = ["myst_nb", "everypython"]
html_theme = "basic"
everypython_interpreters = ["cpython-2.7"]
everypython_wanted = {
    "jython": "No *Jython* <b>ran</b>, see [its site](https://www.jython.org/).",
    "*": "No Python ran.",
}
"""
SMALL = "---\nfile_format: mystnb\nkernelspec:\n  name: python3\n---\n# Small\n\n```{code-cell} python\nprint(1)\n```\n"


def test_one_python_leaves_nothing_to_choose_and_the_page_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "conf.py").write_text(CONF, encoding="utf-8")
    (tmp_path / "index.md").write_text(SMALL, encoding="utf-8")
    monkeypatch.setenv("EVERYPYTHON", sys.executable)
    result = build("sphinx.cmd.build", "-q", "-W", str(tmp_path), str(tmp_path / "out"))
    assert result.returncode == 0, result.stderr
    ((_, page),) = [(name, page) for name, page in Built(tmp_path / "out").pages() if name == "index"]
    assert page.select(".outcome") and not page.select(".chooser, script[data-pythons]")
    said, *missing = the(page.select(".provenance")).select("p")
    assert "small & new 1.2" in said.get_text()
    assert [warning.get_text() for warning in missing] == [
        "Missing here: No Jython <b>ran</b>, see its site.",
        "Missing here: cpython-2.7, which this site lists; not found for this build.",
    ]
    assert the(page.select(".provenance a[href='https://www.jython.org/']")).get_text() == "its site"
