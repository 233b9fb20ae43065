"""The peers build the same notebooks: every cell as it is, nothing that only this engine knows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from everypython.run.reading import page_units, parsed, written_options

from bench import notebooks

DOCS = Path(__file__).parents[2] / "docs"
PAGES = notebooks.pages(DOCS)


def code(text: str) -> list[Any]:
    return [cell for cell in parsed(text).cells if cell.cell_type == "code"]


def test_every_page_of_the_site_is_taken() -> None:
    there = {file.relative_to(DOCS).as_posix() for file in DOCS.rglob("*.md") if "_build" not in file.parts}
    assert PAGES.keys() == there and len(there) > 30


@pytest.mark.parametrize("name", PAGES)
def test_each_cell_stays_as_it_is_and_keeps_its_tags_alone(name: str) -> None:
    before, after = code(PAGES[name]), code(notebooks.stripped(PAGES[name]))
    assert [cell.source for cell in after] == [cell.source for cell in before]
    tags = [{"tags": cell.metadata["tags"]} if cell.metadata.get("tags") else {} for cell in before]
    assert [dict(cell.metadata) for cell in after] == tags


@pytest.mark.parametrize("name", PAGES)
def test_a_notebook_file_has_the_same_cells(name: str) -> None:
    notebook = nbformat.reads(notebooks.as_ipynb(notebooks.stripped(PAGES[name])), as_version=4)
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert sources == [cell.source for cell in code(PAGES[name])]


@pytest.mark.parametrize("name", PAGES)
def test_mystmd_gets_the_same_cells_and_goes_on_after_each(name: str) -> None:
    text = notebooks.stripped(PAGES[name], {"toctree", "eval-rst"}, notebooks.for_mystmd)
    cells = [
        notebooks.parted(found["body"]) for found in notebooks.FENCE.finditer(text) if found["kind"] == "code-cell"
    ]
    assert [source.rstrip("\n") for _, source in cells] == [cell.source for cell in code(PAGES[name])]
    assert [options for options, _ in cells if "raises-exception" not in options["tags"].split(", ")] == []


def test_nothing_is_left_that_only_this_engine_understands() -> None:
    directive = re.compile(r"^[ \t]*[`:]{3,}\{([\w-]+)\}", re.MULTILINE)
    kinds = {kind for text in PAGES.values() for kind in directive.findall(notebooks.stripped(text))}
    assert kinds <= {"code-cell", "admonition", "container", "glossary", "toctree", "eval-rst"}
    front = {key for text in PAGES.values() for key in notebooks.parted(notebooks.stripped(text))[0]}
    assert front == {"file_format", "kernelspec"}


def test_the_engines_directives_are_all_named() -> None:
    sources = "\n".join(file.read_text(encoding="utf-8") for file in (DOCS / "_ext" / "everypython").rglob("*.py"))
    added = set(re.findall(r'add_directive\("([\w-]+)"', sources))
    assert added == notebooks.ENGINE


@pytest.mark.parametrize("number", [1, 10, 25])
def test_a_grown_site_has_so_many_pages_that_its_index_lists(number: int) -> None:
    site = notebooks.grown(PAGES, number)
    listed = re.findall(r"^copy-.+$", site.pop("index.md"), re.MULTILINE)
    assert len(site) == number and [f"{name}.md" for name in listed] == list(site)


def test_each_copy_runs_by_itself_and_tells_no_example(tmp_path: Path) -> None:
    notebooks.write(notebooks.grown(PAGES, 25), tmp_path)
    files = sorted(tmp_path.glob("copy-*/*.md"))
    units = [unit for file in files for unit in page_units(file.stem, file, DOCS.parent / "examples", ["refdemo"])]
    assert [unit.kind for unit in units] == ["page"] * 25
    assert len({unit.digest for unit in units}) == 25


def test_a_copy_keeps_the_cells_of_its_page_but_for_one_comment() -> None:
    for name, text in notebooks.grown(PAGES, 10).items():
        if name != "index.md":
            original = next(page for page in PAGES if Path(page).name == Path(name).name and "/" in page)
            first, *others = [cell.source for cell in code(text)]
            assert [first.split("\n", 1)[1], *others] == [cell.source for cell in code(PAGES[original])]


def test_a_grown_site_has_no_label_which_it_would_have_twice() -> None:
    assert [
        name for name, text in notebooks.grown(PAGES, 30).items() if re.search(r"^\([\w-]+\)=$", text, re.MULTILINE)
    ] == []


def test_a_copy_keeps_the_reasons_of_its_cells() -> None:
    """Without them our build would stop at what differs."""
    text = '# A\n\n```{code-cell} python\n---\ndiffers:\n  pypy: "why"\nname: fact\n---\n1\n```\n'
    (copy,) = (page for name, page in notebooks.grown({"a/a.md": text}, 1).items() if name != "index.md")
    found = next(found for found in notebooks.FENCE.finditer(copy))
    options = written_options(found["body"], "here")
    assert [because.pattern for because in options.differs] == ["pypy"] and options.name == ""
