"""A site that says what the Pythons here do verifies; one changed word, digest or version does not."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from everypython.model.interpreters import Interpreter, published_default

from ..conftest import FRONT, small_site, this_python
from ..sites import edit, edit_record, publish, verify

INDEX = f"""{FRONT}# Index

```{{code-cell}} python
print("one")
```

```{{code-cell}} python
---
tags: [raises-exception]
---
print("before")
{{}}["key"]
```

```{{code-cell}} python
---
tags: [remove-cell]
---
print("hidden")
```

```{{example}} greet
```
"""


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built site of two pages and an example, on this Python."""
    small = small_site(tmp_path_factory.mktemp("original"))
    small.write("docs/index.md", INDEX + "\n```{toctree}\nother\n```\n")
    small.page("other", "print('elsewhere')")
    publish(small, alone=True)
    return small.root


@pytest.fixture
def copy(original: Path, tmp_path: Path) -> Path:
    """A copy of the built site, to tamper with."""
    return Path(shutil.copytree(original / "out", tmp_path / "copy"))


def unit(record: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [unit for unit in record["units"] if unit["id"] == name]
    return dict(found)


def test_a_fresh_site_verifies_and_says_how_much_agreed(original: Path) -> None:
    result = verify(original, original / "out", alone=True)
    assert (result.status, result.error) == (0, ""), result
    line, *slowest, last = result.lines
    assert last == "its files are what a build writes"
    assert re.fullmatch(r"5 outputs agree: 5 cells × 1 Python, each run twice, in \d+\.\d s", line)
    assert {each.split(" s  ")[1].split(" on ")[0] for each in slowest} == {"index", "index#greet", "other"}


def test_a_tampered_output_on_a_page_is_found_and_named(original: Path, copy: Path) -> None:
    edit(copy / "other.html", "<span></span>elsewhere", "<span></span>nowhere")
    result = verify(original, copy)
    assert result.status == 1 and result.error.startswith("1 difference, in ")
    expected = f"other.md:8: cell other:1: on {this_python().key}: in other.html: expected 'elsewhere', got 'nowhere'"
    assert result.lines == [expected]


def test_a_tampered_traceback_on_a_page_is_found_and_named(original: Path, copy: Path) -> None:
    edit(copy / "index.html", '<span class="n">last</span>', '<span class="n">first</span>')
    result = verify(original, copy)
    assert result.status == 1
    (line,) = result.lines
    assert line.startswith(f"index.md:12: cell index:2: on {this_python().key}: in index.html: expected '")


def test_an_outcome_that_a_page_lost_is_found_and_named(original: Path, copy: Path) -> None:
    edit(copy / "other.html", 'class="outcome"', 'class="gone"')
    result = verify(original, copy)
    assert result.status == 1
    assert result.lines == [
        f"other.md:8: cell other:1: on {this_python().key}: in other.html: expected 'elsewhere', got nothing"
    ]


def test_an_outcome_that_a_page_has_too_many_is_found_and_named(original: Path, copy: Path) -> None:
    more = f'<div class="outcome" data-cell="other:2" data-pythons="{this_python().key}"><pre>more</pre></div></body>'
    edit(copy / "other.html", "</body>", more)
    result = verify(original, copy)
    assert result.status == 1
    assert result.lines == [
        f"other.html: cell other:2: on {this_python().key}: expected nothing, got 'more'; runs.json has no such outcome"
    ]


def test_a_tampered_output_in_runs_json_is_found_on_the_page_and_by_both_runs(original: Path, copy: Path) -> None:
    edit(copy / "runs.json", r'"elsewhere\n"', r'"nowhere\n"')
    result = verify(original, copy)
    assert result.status == 1
    at = f"other.md:8: cell other:1: on {this_python().key}:"
    assert result.lines == [
        f"{at} in other.html: expected 'nowhere', got 'elsewhere'",
        rf"{at} run as the build does: expected 'nowhere\n', got 'elsewhere\n'",
        rf"{at} perturbed run: expected 'nowhere\n', got 'elsewhere\n'",
    ]


def test_an_output_that_both_page_and_runs_json_tell_wrong_is_found_by_both_runs(original: Path, copy: Path) -> None:
    edit(copy / "runs.json", r'"elsewhere\n"', r'"nowhere\n"')
    edit(copy / "other.html", "<span></span>elsewhere", "<span></span>nowhere")
    result = verify(original, copy)
    assert result.status == 1
    assert [line.split(": ")[3] for line in result.lines] == ["run as the build does", "perturbed run"]


def tampered(copy: Path) -> None:
    edit(copy / "runs.json", r'"elsewhere\n"', r'"nowhere\n"')
    edit(copy / "other.html", "<span></span>elsewhere", "<span></span>nowhere")


def test_quickly_a_site_is_compared_with_what_its_builds_kept_and_nothing_runs(original: Path, copy: Path) -> None:
    whole = verify(original, copy, options=["--quick"])
    assert whole.status == 0
    assert whole.lines[0].startswith("3 kept runs of 3 agree; nothing ran")
    tampered(copy)
    result = verify(original, copy, options=["--quick"])
    at = f"other.md:8: cell other:1: on {this_python().key}:"
    assert (result.status, result.lines) == (1, [rf"{at} kept run: expected 'nowhere\n', got 'elsewhere\n'"])


def test_a_file_that_no_output_stands_in_is_compared_with_a_build(original: Path, copy: Path) -> None:
    (copy / "_static/everypython.css").write_text("body { display: none }")
    (copy / "added.js").write_text("alert(1)")
    result = verify(original, copy)
    assert result.lines == [
        "_static/everypython.css: is not what a build of these sources and runs writes",
        "added.js: is there, and no build of these sources and runs writes it",
    ]


def test_where_the_runs_of_the_site_are_not_kept_the_last_line_says_so(original: Path, copy: Path) -> None:
    shutil.move(original / "docs/_build/runs", original / "docs/_build/away")
    try:
        result = verify(original, copy)
    finally:
        shutil.rmtree(original / "docs/_build/runs", ignore_errors=True)
        shutil.move(original / "docs/_build/away", original / "docs/_build/runs")
    assert result.status == 0
    assert (
        result.lines[-1] == "not checked: its files byte by byte, as the runs that it was built from are not kept here"
    )


def test_one_page_can_be_verified_alone(original: Path, copy: Path) -> None:
    tampered(copy)
    alone = verify(original, copy, options=["--page", "index"])
    assert alone.status == 0
    assert re.match(r"\d+ outputs agree: 4 cells × 1 Python, each run twice", alone.lines[0])
    assert {line.split()[2] for line in alone.lines[1:-1]} == {"index", "index#greet"}
    assert alone.lines[-1] == "not checked: its files byte by byte, as only a part was asked for"
    assert verify(original, copy, options=["--page", "other"]).status == 1


def test_a_page_that_is_not_there_is_one_line_with_those_that_are(original: Path, copy: Path) -> None:
    result = verify(original, copy, options=["--page", "nowhere"])
    assert (result.status, result.lines) == (1, [])
    assert result.error == "there is no page 'nowhere' with cells or programs. There are: index, other"


def test_a_tampered_output_of_a_hidden_cell_is_found(original: Path, copy: Path) -> None:
    edit(copy / "runs.json", r'"hidden\n"', r'"seen\n"')
    result = verify(original, copy)
    assert result.status == 1
    assert all(line.startswith(f"index.md:20: cell index:3: on {this_python().key}: ") for line in result.lines)


def test_a_tampered_error_is_found(original: Path, copy: Path) -> None:
    edit(copy / "runs.json", '"type": "KeyError"', '"type": "IndexError"')
    result = verify(original, copy)
    assert result.status == 1
    assert all("cell index:2" in line and "IndexError" in line and "KeyError" in line for line in result.lines)


@pytest.mark.parametrize("which, says", {"source": "its source", "runner": "the runner"}.items())
def test_a_changed_digest_is_named(original: Path, copy: Path, which: str, says: str) -> None:
    def change(record: dict[str, Any]) -> None:
        unit(record, "other")["digests"][which] = "0" * 24

    edit_record(copy, change)
    result = verify(original, copy)
    assert result.status == 1
    (line,) = result.lines
    assert line.startswith(f"other.md: unit other: digest of {says}: expected '{'0' * 24}', got '")


def test_a_package_that_changed_since_is_named(original: Path, copy: Path) -> None:
    edit_record(copy, lambda record: unit(record, "index#greet")["digests"]["packages"].update(helper="0" * 24))
    result = verify(original, copy)
    assert result.status == 1
    (line,) = result.lines
    assert line.startswith("index.md: unit index#greet: digest of its package helper: expected '000")


def test_a_unit_and_a_cell_that_runs_json_lost_are_named(original: Path, copy: Path) -> None:
    def lose(record: dict[str, Any]) -> None:
        record["units"].remove(unit(record, "other"))
        unit(record, "index")["cells"].pop()

    edit_record(copy, lose)
    result = verify(original, copy)
    assert result.status == 1
    assert "other.md:8: unit other: the sources here have it, runs.json does not" in result.lines
    assert "index.md: unit index: expected 2 cells, got 3" in result.lines


def test_a_tampered_version_of_an_interpreter_is_named(original: Path, copy: Path) -> None:
    edit_record(copy, lambda record: record["interpreters"][0].update(version="3.99.0"))
    result = verify(original, copy)
    assert result.status == 1
    assert result.lines == [
        f"runs.json: interpreter {this_python().key}: version: expected '3.99.0', got '{this_python().version}'",
    ]


def unreadable(original: Path, copy: Path) -> str:
    """The one line of a verify that has nothing to compare."""
    result = verify(original, copy)
    assert (result.status, result.lines) == (1, [])
    assert result.error.startswith(f"{copy / 'runs.json'}: ") and "\n" not in result.error
    return result.error


def test_a_truncated_runs_json_is_named(original: Path, copy: Path) -> None:
    text = (copy / "runs.json").read_text(encoding="utf-8")
    (copy / "runs.json").write_text(text[: len(text) // 2], encoding="utf-8")
    assert "not JSON, perhaps cut short" in unreadable(original, copy)


def test_a_runs_json_of_another_schema_is_named(original: Path, copy: Path) -> None:
    edit_record(copy, lambda record: record.update(schema=999))
    assert "its schema is 999" in unreadable(original, copy)


def test_a_runs_json_without_a_key_is_named(original: Path, copy: Path) -> None:
    edit_record(copy, lambda record: unit(record, "other")["cells"][0].pop("line"))
    assert "'line' is a required property" in unreadable(original, copy)


def test_no_site_is_one_error_that_tells_how_to_build_one(original: Path, tmp_path: Path) -> None:
    assert "nox -s docs" in unreadable(original, tmp_path / "nothing")


def test_a_page_that_a_python_skips_says_why_once_and_verifies(tmp_path: Path, other: Interpreter) -> None:
    both = [this_python(), other]
    (skips,) = [python for python in both if python is not published_default(both)]
    small = small_site(tmp_path)
    small.pythons = [python.executable for python in both]
    small.page("index", "word = 'kept'", "print(word)")
    page = tmp_path / "docs/index.md"
    skip = f'skip: {{"{skips.key}": "it has no words (gh-1)"}}\nkernelspec:'
    page.write_text(page.read_text(encoding="utf-8").replace("kernelspec:", skip), encoding="utf-8")
    publish(small)
    html = small.html()
    assert (html.count("it has no words"), html.count("did not run this page")) == (1, 1)
    assert 'data-cell="index:1"' not in html, "what prints nothing on a Python that runs it has no box either"
    assert verify(small.root, small.root / "out", *small.pythons).status == 0


def test_a_python_of_this_machine_that_the_site_leaves_out_is_a_difference(original: Path, other: Interpreter) -> None:
    result = verify(original, original / "out", this_python().executable, other.executable)
    assert result.status == 1
    assert result.lines == [
        f"runs.json: {other.key}: this Python is on this machine, and the site has none of its outputs"
    ]


def test_a_site_verifies_without_one_of_its_pythons_which_is_named_as_not_checked(
    tmp_path: Path, other: Interpreter
) -> None:
    small = small_site(tmp_path)
    small.pythons.append(other.executable)
    small.page("index", "print('same')")
    publish(small)
    result = verify(small.root, small.root / "out")
    assert result.status == 0, result
    assert result.lines[0] == f"not checked: {other.key}: this Python is not on this machine"
    assert "1 output agree: 1 cell × 1 Python, " in result.lines[1]
