"""Runs recorded on one machine become columns of a site that is built on another."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import EXTENSIONS, FOUND, Site

pytestmark = pytest.mark.skipif(len(FOUND) < 3, reason="needs three Pythons")

HERE, AWAY = FOUND[1], [FOUND[0], FOUND[-1]]  # the newest CPython and the last (PyPy, where there is one) are elsewhere


def record(site: Site, name: str = "away.json") -> subprocess.CompletedProcess[str]:
    """Records the site's runs into the folder that its builds read."""
    (site.root / "records").mkdir(exist_ok=True)
    site.build("-b", "dummy", "-q")  # writes conf.py
    environment = {**os.environ, "PYTHONPATH": str(EXTENSIONS), "EVERYPYTHON": os.pathsep.join(site.pythons)}
    command = [sys.executable, "-m", "everypython.records", str(site.root / "docs"), str(site.root / "records" / name)]
    return subprocess.run(command, capture_output=True, text=True, env=environment)


@pytest.fixture
def recorded(site: Site) -> Site:
    """A site that ran on two Pythons elsewhere; here there is one that it did not run on."""
    site.page("index", "import helper\nprint('says', helper.WORD)", "print('agreed')")
    site.write("docs/shown.md", "# Shown\n\n```{example} greet\n```\n")
    site.pythons = [one.executable for one in AWAY]
    assert record(site).returncode == 0
    site.pythons = [HERE.executable]
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


def test_recorded_pythons_are_columns_and_the_newest_is_published(recorded: Site) -> None:
    recorded.built()
    runs = json.loads((recorded.root / "out/runs.json").read_text(encoding="utf-8"))
    assert {one["key"] for one in runs["interpreters"]} == {one.key for one in (HERE, *AWAY)}
    assert runs["published_default"] == AWAY[0].key
    assert recorded.html().count("same on all 3 Pythons") == 2


def test_a_recorded_difference_needs_a_reason_like_any_other(recorded: Site) -> None:
    change(recorded, lambda content: content["runs"][0]["cells"][1].update(text="disagreed\n"))
    error = refused(recorded)
    assert "no `differs` pattern covers it" in error and "'disagreed\\n'" in error


@pytest.mark.parametrize(
    "file, changed",
    [("helper/__init__.py", "packages"), ("docs/index.md", "source"), ("examples/greet.py", "source")],
)
def test_a_record_of_other_sources_is_refused_by_name(recorded: Site, file: str, changed: str) -> None:
    path = recorded.root / file
    path.write_text(path.read_text(encoding="utf-8").replace("print(", "print('new',").replace("first", "second"))
    error = refused(recorded)
    assert f"away.json: stale: the {changed} of " in error and f"since {AWAY[0].key} ran it" in error
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


def test_two_records_of_one_interpreter_that_disagree_are_refused(recorded: Site) -> None:
    change(recorded, lambda content: content["runs"][0]["cells"][1].update(text="disagreed\n"), "second.json")
    error = refused(recorded)
    assert "second.json: " in error and "disagrees with away.json" in error and "line 13" in error


def test_a_record_that_disagrees_with_this_machine_is_refused(recorded: Site) -> None:
    recorded.pythons = [AWAY[0].executable]
    change(recorded, lambda content: content["runs"][0]["cells"][1].update(text="disagreed\n"))
    assert "disagrees with this machine's run" in refused(recorded)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"record": 99}', '{"record": 1, "interpreters": [{}]}'])
def test_a_file_that_is_no_record_is_named(site: Site, content: str) -> None:
    site.page("index", "1")
    site.write("records/broken.json", content)
    error = refused(site)
    assert "broken.json: " in error and "Traceback" not in error


def test_of_a_record_only_text_is_taken(recorded: Site) -> None:
    def poison(content: dict[str, Any]) -> None:
        data = {"text/plain": "<b>text</b>", "text/html": "<script>bad()</script>", "image/svg+xml": "<svg/>"}
        for run in content["runs"]:
            run["cells"][0].update(data=data, text="<script>bad()</script>")

    recorded.page("index", "---\nvolatile: {'*': everything}\n---\nimport helper\nprint('says', helper.WORD)", "1")
    recorded.write("docs/shown.md", "# Shown\n\n```{example} greet\n---\nvolatile: {'*': everything}\n---\n```\n")
    recorded.pythons = [one.executable for one in AWAY]
    record(recorded)
    recorded.pythons = [HERE.executable]
    change(recorded, poison)
    recorded.built()
    assert "<script>bad" not in recorded.html() and "<svg" not in recorded.html("shown")
    assert "&lt;script&gt;bad()" in recorded.html("shown")


def test_a_recording_that_cannot_end_writes_nothing(site: Site) -> None:
    site.page("index", "import os; os._exit(1)")
    site.pythons = [HERE.executable]
    result = record(site)
    assert result.returncode == 1 and "exit status 1" in result.stderr
    assert not (site.root / "records/away.json").exists()


def test_records_is_a_folder_that_need_not_exist(site: Site, tmp_path: Path) -> None:
    site.page("index", "1")
    site.built()
    assert not (tmp_path / "records").exists()
