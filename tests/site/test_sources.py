"""Rules of style that a machine can check."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from everypython.model.grouping import covers
from everypython.model.interpreters import Interpreter

from .conftest import ROOT, found

PAGES = sorted(page for page in (ROOT / "docs").rglob("*.md") if "_build" not in page.parts)
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
CATALOGUE = "who_holds_it"  # a function of some lines for each kind of holder: one idea, and many of them

by_name = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


@pytest.mark.parametrize("program", EXAMPLES, ids=lambda program: program.stem)
def test_an_example_is_short_says_what_it_claims_and_is_told_on_one_page(program: Path) -> None:
    source = program.read_text(encoding="utf-8")
    assert source.count("\n") <= 60 or program.stem == CATALOGUE
    docstring = ast.get_docstring(ast.parse(source)) or ""
    assert {"Claim", "Promise"} - {line.partition(": ")[0] for line in docstring.splitlines()} == set(), docstring
    told = [page for page in PAGES if f"{{example}} {program.stem}\n" in page.read_text(encoding="utf-8")]
    assert len(told) == 1, told


@by_name
def test_a_page_shows_no_block_that_nothing_executes(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert ">>>" not in text
    languages = re.findall(r"^```(\w+)", text, re.MULTILINE)
    assert set(languages) <= {"text"}, "a drawing is `text`; anything that runs is a cell"


@by_name
def test_a_page_has_no_word_that_belittles_the_reader(page: Path) -> None:
    assert re.findall(r"\b(?:simply|just|obviously|of course)\b", page.read_text(encoding="utf-8"), re.IGNORECASE) == []


@by_name
def test_a_page_has_at_most_1600_words(page: Path) -> None:
    text = re.sub(r"\A---\n.*?^---\n", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    prose = re.sub(r"^```.*?^```|\{prints\}`+[^`]*`+", "", text, flags=re.MULTILINE | re.DOTALL)
    assert len(prose.split()) <= 1600


def test_no_notebook_and_no_record_of_a_run_is_tracked() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert [name for name in tracked if name.endswith(".ipynb") or name.startswith(("runs/", "docs/_build/"))] == []


README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
ROWS = re.findall(r"^\| (CPython|PyPy)([^|]*) \| `(.*)` \|$", README, re.MULTILINE)


def rows_for(python: Interpreter) -> list[str]:
    """What README's table says of a Python."""
    patterns = {" 3.10 to 3.13": ">=3.10,<=3.13", " 3.14 and newer": ">=3.14", "": "pypy"}
    return [printed for _, versions, printed in ROWS if covers(patterns[versions], python)]


def test_readmes_program_prints_what_readme_says(python: Interpreter) -> None:
    done = subprocess.run([python.executable, "-c", BLOCKS[0]], capture_output=True, text=True)
    (said,) = rows_for(python)
    assert (done.stdout + done.stderr).splitlines()[-1] == said


def test_readmes_use_of_the_package_prints_what_its_comment_says() -> None:
    said = re.findall(r"# (\d+), on every CPython", BLOCKS[1])
    for python in found():
        if python.implementation == "cpython":
            done = subprocess.run([python.executable, "-c", BLOCKS[1]], cwd=ROOT, capture_output=True, text=True)
            assert done.stdout.split() == said, done.stderr


def test_readme_is_short() -> None:
    assert README.count("\n") <= 80


def test_the_engine_knows_nothing_of_this_project() -> None:
    engine = ROOT / "docs/_ext/everypython"
    assert [
        path.name
        for path in engine.rglob("*.*")
        if path.suffix in {".py", ".css", ".js"} and "refdemo" in path.read_text()
    ] == []


def test_the_interpreters_can_be_asked_for_without_sphinx() -> None:
    program = "import sys; sys.modules['sphinx'] = None; import everypython.model.interpreters"
    subprocess.run([sys.executable, "-c", program], cwd=ROOT / "docs/_ext", check=True)
