"""The pages as notebooks, which readers run in Jupyter."""

import ast
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import nbformat
import pytest
from everypython.model.units import Unit
from everypython.run import kernel
from everypython.run.reading import page_units

from .conftest import ROOT, Built
from .test_curriculum import PAGES

LINK = re.compile(r"\]\((?P<target>[^)\s]+)")


@pytest.fixture(scope="module")
def notebooks(site: Built) -> dict[str, Any]:
    """Every notebook of the site, by its page."""
    files = sorted(site.folder.rglob("*.ipynb"))
    found = {file.relative_to(site.folder).with_suffix("").as_posix(): nbformat.read(file, 4) for file in files}
    for notebook in found.values():
        nbformat.validate(notebook)
    return found


def text_of(cell: Any) -> str:
    """All that a notebook has for a cell, as text."""
    texts = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs]
    return "\n".join(filter(None, texts))


def test_every_page_that_ran_is_a_notebook_with_what_the_published_default_printed(
    site: Built, notebooks: dict[str, Any]
) -> None:
    assert notebooks.keys() == {unit["page"] for unit in site.runs["units"]}
    compared = 0
    for unit in site.runs["units"]:
        cells = {cell.id: cell for cell in notebooks[unit["page"]].cells}
        for number, cell in enumerate(unit["cells"], 1):
            name = f"cell-{number}" if unit["kind"] == "page" else f"run-{unit['id'].partition('#')[2]}"
            if name in cells:
                printed = [output["text/plain"] for output in cell["variants"][0]["outputs"]]
                assert text_of(cells[name]) == "\n".join(printed), (unit["id"], name)
                compared += bool(printed)
    assert compared > 300


def test_a_notebook_links_nothing_that_would_have_to_lie_beside_it(notebooks: dict[str, Any]) -> None:
    texts = [cell.source for notebook in notebooks.values() for cell in notebook.cells if cell.cell_type == "markdown"]
    targets = [found["target"] for text in texts for found in LINK.finditer(text)]
    assert len(targets) > 100
    assert [target for target in targets if not urlparse(target).scheme] == []


def test_a_notebook_has_nothing_that_only_this_site_understands(notebooks: dict[str, Any]) -> None:
    noise = re.compile(r"^ *(?:```+|:::+) *\{|^:[a-z]+:|\{[a-z]+\}`", re.MULTILINE)
    for page, notebook in notebooks.items():
        for cell in notebook.cells:
            assert cell.cell_type == "code" or not noise.search(cell.source), (page, cell.id)


def test_a_notebook_runs_with_the_wheel_in_jupyters_kernel(
    site: Built, notebooks: dict[str, Any], tmp_path: Path
) -> None:
    for folder in ("work", "home", "tmp"):
        (tmp_path / folder).mkdir()
    (wheel,) = site.folder.glob("download/*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "packages")
    published = notebooks["tutorial/a-circle"]
    cells = [cell for cell in published.cells if cell.id != "install"]  # it is: see above
    ran = nbformat.from_dict({**published, "cells": cells})
    kernel.execute(ran, tmp_path, 60)
    found = {cell.id: cell for cell in ran.cells if cell.cell_type == "code"}
    assert [name for name, cell in found.items() if any(one.output_type == "error" for one in cell.outputs)] == []
    assert text_of(found["cell-6"]) == "True"
    (_, program) = (line for line in text_of(found["run-parent_and_children"]).splitlines() if "after del" in line)
    assert program.strip() == "left after del: 15"


def units() -> Iterator[Unit]:
    for page in PAGES:
        name = page.relative_to(ROOT / "docs").with_suffix("").as_posix()
        yield from (unit for unit in page_units(name, page, ROOT / "examples", []) if unit.kind == "page")


@pytest.mark.parametrize("unit", list(units()), ids=lambda unit: unit.name)
def test_no_cell_needs_a_name_from_a_hidden_one_which_a_notebook_lacks(unit: Unit) -> None:
    bound: set[str] = set()
    of_hidden: set[str] = set()
    for cell in unit.cells:
        tree = ast.parse(cell.source)
        if "remove-cell" in cell.options.tags:
            of_hidden |= set(names_bound(tree)) - bound
        else:
            bound |= set(names_bound(tree))
            used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            assert (used & of_hidden) - bound == set(), cell.line


def names_bound(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from (name.asname or name.name.partition(".")[0] for name in node.names)
