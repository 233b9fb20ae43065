"""Runs recorded on one machine become columns of a site that is built on another."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from everypython.model.interpreters import Interpreter

from ..conftest import Site, add_columns, made, this_python


@pytest.fixture
def away() -> list[Interpreter]:
    """Two Pythons elsewhere, the first of them newer than this one."""
    return [made("3.99.0"), made("7.9.9", "pypy")]


@pytest.fixture
def recorded(site: Site, away: list[Interpreter]) -> Site:
    """A site that ran on two Pythons elsewhere; here there is one that it did not run on."""
    site.page("index", "import helper\nprint('says', helper.WORD)", "print('agreed')")
    site.write("docs/shown.md", "# Shown\n\n```{example} greet\n```\n")
    add_columns(site, *away)
    return site


def change(site: Site, edit: Callable[[dict[str, Any]], object], name: str = "away.json") -> None:
    file = site.root / "records" / "away.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    edit(content)
    (site.root / "records" / name).write_text(json.dumps(content), encoding="utf-8")


def refused(site: Site) -> str:
    result = site.build()
    assert result.returncode == 1, result.stdout
    assert not (site.root / "out/index.html").exists()
    return result.stderr


def test_recorded_pythons_are_columns_and_the_newest_is_published(recorded: Site, away: list[Interpreter]) -> None:
    recorded.built()
    runs = json.loads((recorded.root / "out/runs.json").read_text(encoding="utf-8"))
    assert {one["key"] for one in runs["interpreters"]} == {one.key for one in (this_python(), *away)}
    assert runs["published_default"] == away[0].key
    assert recorded.html().count("same on all 3 Pythons") == 2


def test_what_the_command_recorded_of_another_python_is_a_column(site: Site, other: Interpreter) -> None:
    site.page("index", "print('agreed')")
    elsewhere = replace(site, pythons=[other.executable]).record(alone=True)
    assert elsewhere.returncode == 0 and elsewhere.stdout.startswith("Recorded 1 runs in "), elsewhere.stderr
    assert f"what {other.name} prints is taken from the record away.json" in site.built()
    assert site.html().count("same on all 2 Pythons") == 1


def test_a_recorded_difference_needs_a_reason_like_any_other(recorded: Site) -> None:
    change(recorded, lambda content: content["runs"][0]["cells"][1].update(text="disagreed\n"))
    error = refused(recorded)
    assert "no `differs` pattern covers it" in error and "'disagreed\\n'" in error


@pytest.mark.parametrize(
    "file, changed",
    [("helper/__init__.py", "packages"), ("docs/index.md", "source"), ("examples/greet.py", "source")],
)
def test_a_record_of_other_sources_is_refused_by_name(
    recorded: Site, away: list[Interpreter], file: str, changed: str
) -> None:
    path = recorded.root / file
    path.write_text(path.read_text(encoding="utf-8").replace("print(", "print('new',").replace("first", "second"))
    error = refused(recorded)
    assert f"away.json: stale: the {changed} of " in error and f"since {away[0].key} ran it" in error
    assert "Record it again on the machine of" in error


def test_a_record_made_by_another_runner_is_refused(recorded: Site) -> None:
    change(recorded, lambda content: content["runs"][0]["digests"].update(runner="another"))
    assert "stale: the runner of" in refused(recorded)


def test_a_record_that_lacks_a_unit_is_refused(recorded: Site) -> None:
    change(recorded, lambda content: content["runs"].pop())
    assert "was not run on" in refused(recorded)


def test_two_records_of_one_interpreter_must_agree(recorded: Site) -> None:
    change(recorded, lambda content: None, "second.json")
    recorded.built()
    assert recorded.html().count("same on all 3 Pythons") == 2, "each is one column"


@pytest.mark.parametrize("text", ["disagreed\n", ""])
def test_two_records_of_one_interpreter_that_disagree_are_refused(recorded: Site, text: str) -> None:
    change(recorded, lambda content: content["runs"][0]["cells"][1].update(text=text), "second.json")
    error = refused(recorded)
    assert "second.json: " in error and "disagrees with away.json" in error and "line 13" in error


def test_a_record_that_disagrees_with_this_machine_is_refused(recorded: Site) -> None:
    add_columns(recorded, this_python())
    change(recorded, lambda content: content["runs"][0]["cells"][1].update(text="disagreed\n"))
    assert "disagrees with this machine's run" in refused(recorded)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"record": 99}', '{"record": 1, "interpreters": [{}]}'])
def test_a_file_that_is_no_record_is_named(site: Site, content: str) -> None:
    site.page("index", "1")
    site.write("records/broken.json", content)
    error = refused(site)
    assert "broken.json: " in error and "Traceback" not in error


def test_of_a_record_only_text_is_taken(recorded: Site, away: list[Interpreter]) -> None:
    def poison(content: dict[str, Any]) -> None:
        data = {"text/plain": "<b>text</b>", "text/html": "<script>bad()</script>", "image/svg+xml": "<svg/>"}
        for run in content["runs"]:
            run["cells"][0].update(data=data, text="<script>bad()</script>")

    recorded.page("index", "---\nvolatile: {'*': everything}\n---\nimport helper\nprint('says', helper.WORD)", "1")
    recorded.write("docs/shown.md", "# Shown\n\n```{example} greet\n---\nvolatile: {'*': everything}\n---\n```\n")
    add_columns(recorded, *away)
    change(recorded, poison)
    recorded.built()
    assert "<script>bad" not in recorded.html() and "<svg" not in recorded.html("shown")
    assert "&lt;script&gt;bad()" in recorded.html("shown")


def test_a_recording_that_cannot_end_writes_nothing(site: Site) -> None:
    site.page("index", "import os; os._exit(1)")
    result = site.record()
    assert result.returncode == 1 and "exit status 1" in result.stderr
    assert not (site.root / "records/away.json").exists()


def test_records_is_a_folder_that_need_not_exist(site: Site) -> None:
    site.page("index", "1")
    site.built()
    assert not (site.root / "records").exists()
