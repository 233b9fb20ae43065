"""What the built pages offer for choosing a Python, and what they say about the Pythons that ran."""

import json
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

DISPLAY = re.compile(r"\bdisplay: (\w+);")
WANTED = {">=3.14,<3.14.5": "CPython 3.14.0 to 3.14.4"}


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
        assert offered == [*expected, ("yours", "Yours…")], name
        (chosen,) = page.select("option[selected]")
        assert chosen["value"] == default.key or page.select(f"option[disabled][value='{default.key}']"), name
        assert the(page.select(".chooser [role=status]")).get_text() == "", name


@pytest.mark.usefixtures("several")
def test_the_chooser_follows_the_title(told: dict[str, BeautifulSoup]) -> None:
    for name, page in told.items():
        after = the(page.select("article h1")).find_next_sibling()
        assert after is not None and "chooser" in after["class"], name


@pytest.mark.usefixtures("several")
def test_the_script_that_chooses_runs_before_anything_is_painted(site: Built, told: dict[str, BeautifulSoup]) -> None:
    for name, page in told.items():
        script = the(page.select("head script[data-pythons]"))
        for each, file in [(script, "names.js"), (script.find_next("script"), "chooser.js")]:
            assert not {"async", "defer", "type"} & each.attrs.keys(), name
            assert not each.find_previous("link", rel="stylesheet"), "a script waits for the stylesheets before it"
            source = (site.folder / f"{name}.html").parent / str(each["src"]).partition("?")[0]
            assert source.resolve() == site.folder.resolve() / "_static" / file and source.is_file(), name
        pythons = json.loads(str(script["data-pythons"]))
        assert [python["key"] for python in pythons] == site.keys, name
        skipped = {python["key"] for python in pythons if python.get("skips")}
        assert skipped == {option["value"] for option in page.select("option[disabled]")}, name
        first = next(key for key in [published_default(found()).key, *site.keys] if key not in skipped)
        assert script["data-default"] == first, name


def test_pages_without_outcomes_have_no_chooser(site: Built, told: dict[str, BeautifulSoup]) -> None:
    others = [page for name, page in site.pages() if name not in told]
    assert others
    assert [page.select(".chooser") for page in others] == [[]] * len(others)
    for page in others:
        asks = ".difference-filter, #my-python, table.by-python, table.claims, table.verdicts"
        assert bool(page.select("script[data-pythons]")) is bool(page.select(asks))


def test_the_stylesheet_has_a_look_for_each_choice_and_for_none(site: Built, told: dict[str, BeautifulSoup]) -> None:
    sheet = (site.folder / "_static/pythons.css").read_text(encoding="utf-8")
    for python in found():
        assert f'html[data-python="{python.key}"] .outcome[data-pythons~="{python.key}"]' in sheet
        short = python.name.removeprefix("CPython ")
        assert f'html[data-python="{python.key}"] {{ --chosen: "{short}"; }}' in sheet
    assert "html:not([data-python]) .outcome:first-child" in sheet
    assert not re.search(r"\.shown\b", re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)), "every rule was written out"
    for name, page in told.items():
        link = the(page.select("head link[rel=stylesheet]:not([media])"))
        joined = (site.folder / f"{name}.html").parent / str(link["href"])
        assert " pythons.css " in joined.read_text(encoding="utf-8").partition("\n")[0], name


@pytest.mark.usefixtures("several")
def test_without_javascript_there_is_no_chooser_and_the_published_default_comes_first(
    site: Built, told: dict[str, BeautifulSoup]
) -> None:
    sheet = (site.folder / "_static/chooser.css").read_text(encoding="utf-8")
    rules = re.findall(r"([^{}]+?)\s*\{([^{}]*)\}", re.sub(r"/\*.*?\*/\s*", "", sheet, flags=re.DOTALL))
    shown = {
        each.strip(): found[0] for which, its in rules for each in which.split(",") if (found := DISPLAY.findall(its))
    }
    assert (shown[".chooser"], shown["html[data-python] .chooser"]) == ("none", "flex")
    for name, page in told.items():
        assert the(page.select("html")).get("data-python") is None, name
        for cell in page.select(".cell_output"):
            first, *others = cell.select(".outcome")
            shown = str(the(page.select("head script[data-pythons]"))["data-default"])
            assert shown in str(first["data-pythons"]).split(), name
            assert all(outcome.select(":scope > .who .one") for outcome in [first, *others] if others), name


@pytest.mark.usefixtures("several")
def test_what_a_label_says_of_how_many_is_so(site: Built, told: dict[str, BeautifulSoup]) -> None:
    counted = 0
    for name, page in told.items():
        skipping = len(page.select(".chooser option[disabled]"))
        for cell in page.select(".cell_output"):
            groups = [str(outcome["data-pythons"]).split() for outcome in cell.select(":scope > .outcome")]
            assert sum(map(len, groups)) == len(site.keys) - skipping, name
            for outcome, keys in zip(cell.select(":scope > .outcome"), groups, strict=True):
                label = the(outcome.select(":scope > .who"))
                if label.name == "p":
                    assert len(keys) == 1, name
                    continue
                assert label.summary and label.p
                same = re.search(r"same on (?:all )?(\d+)(?: of (\d+))?|varies", label.summary.get_text())
                assert same, name
                if same[1]:
                    assert (int(same[1]), int(same[2] or same[1])) == (len(keys), sum(map(len, groups))), name
                assert not label.has_attr("open") and label.p.get_text().count(", ") == len(keys) - 1, name
                counted += 1
    assert counted > 20


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
    offered = BeautifulSoup(chooser.bar(build, set(), ""), "html.parser").select("option")
    names = [f"{here.name} (default)", f"{here.name} on toaster-armv7l", "Yours…"]
    assert [option.get_text() for option in offered] == names
    short = here.name.removeprefix("CPython ")
    assert f'"{there.key}"] {{ --chosen: "{short} on toaster-armv7l"; }}' in chooser.stylesheet(build)


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
