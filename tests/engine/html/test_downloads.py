"""What readers take with them: notebooks, wheels, and the examples as one zip."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import nbformat
import pytest
from bs4 import BeautifulSoup

from ..conftest import FRONT, Site

PROJECT = """
[build-system]
requires = ["flit_core"]
build-backend = "flit_core.buildapi"

[project]
name = "helper"
version = "1.0"
description = "helps"
requires-python = ">=3.10"
"""
WHEEL = "helper-1.0-py3-none-any.whl"
ADDRESS = "https://example.org/small"
WITH = ("-D", "everypython_wheels=..", "-D", "myst_heading_anchors=2")
TOLD = f"""{FRONT}# Told

```{{admonition}} In short
:class: tip
A {{term}}`box <thing>`, see [the other](other.md#whats-there).
```

| a | b |
| --- | --- |
| [here](#told) | `x \\| y` |

```{{code-cell}} python
import helper
helper.WORD
```

```{{code-cell}} python
---
tags: [remove-cell]
---
assert helper.WORD == "first"
```

```{{code-cell}} python
---
tags: [hide-output, addresses]
---
print("hidden until asked for")
```

```{{example}} greet
```

```{{eval-rst}}
Said in another language.
```

```{{predict}}
What is *raised*?

- An error. {{prints}}`/Error/`
- Nothing. {{prints}}`0`
```

```{{code-cell}} python
---
tags: [raises-exception]
---
1 / 0
```

```{{answer}}
Nothing goes into zero parts.
```
"""
GRAPH = """class Graph:
    def __repr__(self):
        return "a to b"
    def _repr_mimebundle_(self, **_):
        return {"text/plain": "a to b", "text/vnd.graphviz": "digraph { a -> b }"}
print("first")
Graph()"""
SITE = {
    "docs/told.md": TOLD,
    "docs/other.md": "# Other\n\n## What's there?\n\n## Thing\n\n```{glossary}\nthing\n  A thing.\n```\n",
    "docs/index.md": "# Index\n\n```{toctree}\ntold\nother\n```\n",
    "pyproject.toml": PROJECT,
}


@pytest.fixture
def told(site: Site) -> Site:
    for name, text in SITE.items():
        site.write(name, text)
    return site


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site whose address is known, built once."""
    small = Site(tmp_path_factory.mktemp("built"))
    for name, text in SITE.items():
        small.write(name, text)
    small.write("helper/__init__.py", "WORD = 'first'\n")
    small.write("examples/greet.py", "import helper\nprint('greeted', helper.WORD)\n")
    small.built(*WITH, "-D", f"html_baseurl={ADDRESS}")
    return small


def notebook(site: Site, name: str = "told") -> Any:
    found = nbformat.read(site.root / "out" / f"{name}.ipynb", as_version=4)
    nbformat.validate(found)
    return found


def cells(site: Site, name: str = "told") -> dict[str, Any]:
    return {cell.id: cell for cell in notebook(site, name).cells}


def test_a_notebook_has_the_pages_cells_under_the_pages_names(built: Site) -> None:
    assert list(cells(built)) == [
        "about", "install", "text-1", "cell-1", "cell-3", "example-greet", "run-greet", "text-2", "cell-4", "text-3",
    ]  # fmt: skip
    page = BeautifulSoup(built.html("told"), "html.parser")
    assert [page.find(id=name) is not None for name in ("cell-1", "cell-3", "cell-4", "example-greet")] == [True] * 4


def test_a_notebook_has_the_outputs_of_the_published_default(built: Site) -> None:
    found = cells(built)
    assert found["cell-1"].outputs[0].data == {"text/plain": "'first'"}
    assert found["cell-3"].outputs[0].text == "hidden until asked for\n"
    assert found["cell-4"].outputs[0].ename == "ZeroDivisionError"
    version = ".".join(map(str, sys.version_info[:3]))
    assert notebook(built).metadata.language_info.version == version
    assert f"CPython {version}" in found["about"].source


def test_what_a_page_folds_or_expects_jupyter_is_told_in_its_own_words(built: Site) -> None:
    found = cells(built)
    assert found["cell-3"].metadata == {"tags": ["hide-output"], "jupyter": {"outputs_hidden": True}}
    folded = {"tags": ["hide-output", "raises-exception"], "jupyter": {"outputs_hidden": True}}
    assert found["cell-4"].metadata == folded, "it is predicted"
    assert found["cell-1"].metadata == {}


def test_boxes_terms_tables_and_links_are_plain_markdown(built: Site) -> None:
    text = cells(built)["text-1"].source
    assert f"> **In short**\n>\n> A box, see [the other]({ADDRESS}/other.html#what-s-there)." in text
    assert f"| [here]({ADDRESS}/told.html#told) | `x \\| y` |" in text
    assert BeautifulSoup(built.html("other"), "html.parser").find(id="what-s-there")
    assert (
        f"*Here [the page]({ADDRESS}/told.html) has more than a notebook can show.*"
        == cells(built)["text-2"].source.partition("\n")[0]
    )


def test_a_prediction_is_its_question_its_options_and_below_the_cell_its_answer(built: Site) -> None:
    *_, asked, cell, answer = cells(built).values()
    assert asked.source.endswith("What is *raised*?\n\n- An error.\n- Nothing.")
    assert (cell.id, answer.source) == ("cell-4", "Nothing goes into zero parts.")


def test_a_program_is_written_to_a_file_and_run_from_there(built: Site, tmp_path: Path) -> None:
    found = cells(built)
    magic, _, program = found["example-greet"].source.partition("\n")
    assert magic == "%%writefile greet.py"
    assert program == (built.root / "examples/greet.py").read_text(encoding="utf-8").rstrip()
    assert found["run-greet"].source.endswith(" greet.py") and found["run-greet"].outputs[0].text == "greeted first\n"


def test_every_page_links_what_can_be_taken_and_says_how_to_install_it(built: Site) -> None:
    for name, files in {"told": ["told.ipynb"], "other": []}.items():
        line = BeautifulSoup(built.html(name), "html.parser").select_one(".downloads")
        assert line
        links = [link["href"] for link in line.select("a[download]")]
        assert links == [*files, "download/examples.zip", f"download/{WHEEL}"]
        assert all((built.root / "out" / link).is_file() for link in links)
        assert f"pip install {ADDRESS}/download/{WHEEL}" in line.get_text()
    assert cells(built)["install"].source == f"%pip install {ADDRESS}/download/{WHEEL}"
    assert "beside this notebook" not in cells(built)["about"].source


def test_the_zip_holds_all_that_its_programs_need(built: Site, tmp_path: Path) -> None:
    with zipfile.ZipFile(built.root / "out/download/examples.zip") as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / "small-examples"
    assert {file.name for file in folder.iterdir()} == {"README.txt", "greet.py", WHEEL}
    readme = (folder / "README.txt").read_text(encoding="utf-8")
    assert f"pip install ./{WHEEL}" in readme and "greet.py  Told" in readme
    environment = {**os.environ, "PYTHONPATH": str(folder / WHEEL)}  # of a pure package that is as good as installed
    ran = subprocess.run([sys.executable, "greet.py"], cwd=folder, env=environment, capture_output=True, text=True)
    assert ran.stdout == "greeted first\n", ran.stderr


def test_the_same_runs_give_the_same_bytes_on_another_day(built: Site, told: Site) -> None:
    shutil.copytree(built.root, told.root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("out"))
    for file in [*told.root.glob("helper/*"), *told.root.glob("examples/*")]:
        os.utime(file, (1e9, 1e9))
    told.built(*WITH, "-D", f"html_baseurl={ADDRESS}")
    ours, theirs = ({file.name: file.read_bytes() for file in taken(each)} for each in (built, told))
    assert ours == theirs and ours.keys() == {"told.ipynb", "examples.zip", "greet.py", WHEEL}
    with zipfile.ZipFile(BytesIO(ours[WHEEL])) as wheel:
        assert "helper/__init__.py" in wheel.namelist()


def taken(site: Site) -> list[Path]:
    files = [*(site.root / "out").rglob("*.ipynb"), *(site.root / "out").glob("download/**/*")]
    return [file for file in files if file.is_file()]


def test_pages_that_did_not_change_follow_a_wheels_name_and_the_sites_address(told: Site) -> None:
    told.built(*WITH)
    text = cells(told)["text-1"].source
    assert "](" not in text and "see the other." in text, "nobody knows where the links lead"
    assert "saved beside this notebook" in cells(told)["about"].source
    assert cells(told)["install"].source == f"%pip install ./{WHEEL}"
    assert f"pip install ./{WHEEL}" in told.html("other")
    told.write("pyproject.toml", PROJECT.replace('"1.0"', '"1.1"'))
    told.built(*WITH)
    assert "./helper-1.1-py3-none-any.whl" in told.html("other") and WHEEL not in told.html("other")
    assert cells(told)["install"].source == "%pip install ./helper-1.1-py3-none-any.whl"


def test_notebooks_follow_their_pages(told: Site) -> None:
    told.page("gone", "print('soon gone')")
    told.built()
    assert cells(told, "gone")["cell-1"].outputs[0].text == "soon gone\n"
    (told.root / "docs/gone.md").unlink()
    told.write("docs/told.md", "# Told\n\nWithout cells.\n")
    told.built()
    assert list((told.root / "out").rglob("*.ipynb")) == []


@pytest.mark.parametrize("project", ["", PROJECT.replace('"helper"', '"elsewhere"')], ids=["no backend", "no module"])
def test_a_wheel_that_cannot_be_built_is_one_clear_error(told: Site, project: str) -> None:
    told.write("pyproject.toml", project)
    result = told.build(*WITH)
    assert result.returncode != 0
    (error,) = [line for line in result.stderr.splitlines() if "everypython: " in line]
    assert str(told.root) in error and "wheel" in error


def test_a_picture_stands_by_itself_and_keeps_its_text(site: Site) -> None:
    pytest.importorskip("pygraphviz", reason="pygraphviz is not installed")
    site.page("index", GRAPH)
    site.built()
    printed, picture = cells(site, "index")["cell-1"].outputs
    assert printed.text == "first\n" and picture.data["text/plain"] == "a to b"
    drawn = ElementTree.fromstring(picture.data["image/svg+xml"])
    assert {"a", "b"} <= {text.text for text in drawn.iter("{http://www.w3.org/2000/svg}text")}
    assert drawn.find("{http://www.w3.org/2000/svg}style") is not None
