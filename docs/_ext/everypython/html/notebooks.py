"""Each page as a notebook, with what the published default printed: a file beside the page.

It holds nothing that a reader's Jupyter could not show, no times and no paths, and its cells have the names that they
have on the page: the same runs give the same bytes. Hidden cells are left out. They test what the page says about a
plain process, which is not so in a notebook's kernel.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from nbformat import v4
from sphinx.application import Sphinx

from ..model.displays import SVG, TEXT, drawable
from ..model.dot import Undrawable
from ..model.units import Unit
from ..pages import pictures, reader
from ..run.build import Build
from ..run.reading import parsed
from .commonmark import Place, pieces, written

HIDDEN = "remove-cell"
FOLDED = {
    "source_hidden": {"hide-cell", "hide-input", "remove-input"},
    "outputs_hidden": {"hide-cell", "hide-output"},
}
UNDERSTOOD = {"raises-exception", "hide-cell", "hide-input", "hide-output", "remove-input"}
# A picture stands alone there, without the theme's stylesheet and on a background of any colour.
COLOURS = """.picture { margin: 0; color: #1f2328; background: #fff; --color-foreground-muted: #6b7078;
--color-foreground-secondary: #52575e; --color-brand-primary: #0a4bff; --color-background-secondary: #f6f8fa;
--color-background-primary: #fff }"""


def write(app: Sphinx, build: Build, page: str, install: str) -> None:
    """Put a page's notebook beside the page."""
    file = Path(app.outdir, f"{page}.ipynb")
    file.parent.mkdir(parents=True, exist_ok=True)
    notebook = notebook_of(Place(app, page), build, install)
    nbformat.validate(notebook)
    file.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8", newline="\n")


def notebook_of(place: Place, build: Build, install: str) -> Any:
    language = {"name": "python", "version": build.default.version, "file_extension": ".py"}
    language |= {"mimetype": "text/x-python", "nbconvert_exporter": "python", "pygments_lexer": "ipython3"}
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = [*about(place, build, install), *cells_of(place, build)]
    return v4.new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": language})


def about(place: Place, build: Build, install: str) -> Iterator[Any]:
    """Yield what a notebook is of, before anything else; and what installs the packages that cells may import."""
    config, title = place.app.config, place.app.env.titles[place.page].astext()
    said = [
        f"This notebook is the page “{place.link(title, place.page)}” of {config.project} {config.release}.".strip(),
        f"Its outputs were printed by {build.default.name} in a plain process when the page was made.",
        "Other Pythons print other things: the page shows what, and why.",
        written(config.everypython_notebooks_say, Place(place.app, config.root_doc)),
        written(str(source(place).metadata.get("notebook", "")), place),
    ]
    if install:
        wheel = "" if config.html_baseurl else ", from the wheel that the page links, saved beside this notebook"
        said.append(f"The next cell installs what the others import{wheel}. Once is enough.")
    yield markdown("about", "\n".join(f"> {each}" for each in said if each))
    if install:
        yield code("install", f"%{install}")


# Not by functions of v4: they check each cell, and `write` checks the whole.
def markdown(name: str, source: str) -> Any:
    return nbformat.from_dict({"cell_type": "markdown", "id": name, "metadata": {}, "source": source})


def code(name: str, source: str, outputs: Sequence[Any] = (), number: int | None = None, metadata: Any = None) -> Any:
    made = {"cell_type": "code", "id": name, "metadata": metadata or {}, "source": source}
    return nbformat.from_dict({**made, "execution_count": number, "outputs": list(outputs)})


def units_of(build: Build, page: str) -> list[Unit]:
    return [unit for unit in build.units if unit.page == page]


def source(place: Place) -> Any:
    """Return the page as it was written, without outputs."""
    file = Path(place.app.env.doc2path(place.page))
    return parsed(file.read_text(encoding="utf-8"), str(file))


def cells_of(place: Place, build: Build) -> Iterator[Any]:
    unit, number, texts = build.page(place.page), 0, 0
    for cell in source(place).cells:
        if cell.cell_type == "code" and unit:
            number += 1
            if HIDDEN not in unit.cells[number - 1].options.tags:
                yield code_cell(build, unit, number - 1)
        elif cell.cell_type == "markdown":
            for piece in pieces(cell.source, place):
                if piece.example:
                    yield from program(build, build.example(piece.example, place.page))
                elif piece.text:
                    texts += 1
                    yield markdown(f"text-{texts}", piece.text)


def code_cell(build: Build, unit: Unit, index: int) -> Any:
    cell = unit.cells[index]
    tags = cell.options.tags
    folded = {how: True for how, by in FOLDED.items() if by & tags}
    metadata = {"tags": sorted(tags & UNDERSTOOD), "jupyter": folded}
    metadata = {name: value for name, value in metadata.items() if value}
    return code(f"cell-{index + 1}", cell.source, outputs(build, unit, index), index + 1, metadata)


def program(build: Build, unit: Unit) -> Iterator[Any]:
    """Yield a program that is written to a file and run from there, as it ran for the page.

    In the kernel itself it would meet the names and the settings that the page's cells have made, and leave its own.
    """
    name = re.sub(r"[^\w-]", "-", unit.name, flags=re.ASCII)[:50]
    run = f"""!"{{__import__('sys').executable}}" -X utf8 {unit.name}.py"""
    yield code(f"example-{name}", f"%%writefile {unit.name}.py\n{unit.cells[0].source.rstrip()}")
    yield code(f"run-{name}", run, outputs(build, unit, 0))


def outputs(build: Build, unit: Unit, index: int) -> list[Any]:
    """Return what the published default printed and displayed, in the notebook's form."""
    outcome = build.results[unit, build.default].cells[index]
    found = reader.notebook_outputs(outcome, index + 1, unit.cells[index].options)
    if drawable(outcome.data):
        data = {TEXT: outcome.data[TEXT], **picture(build, unit, index, outcome.data)}
        found.insert(1 if outcome.text else 0, nbformat.from_dict(reader.result(data, index + 1)))
    return found


def picture(build: Build, unit: Unit, index: int, data: Mapping[str, str]) -> dict[str, str]:
    """Return a picture that stands by itself; where it cannot be drawn, the text has to do, as on the page."""
    try:
        svg = pictures.svg_of(build, unit, data)
    except Undrawable:
        return {}
    if not svg:
        return {}
    svg = pictures.described(svg, f"picture-{index + 1}", pictures.title_of(data), data[TEXT])
    head, close, rest = svg.partition(">")
    return {SVG: f'{head} class="picture"{close}<style>{looks()}</style>{rest}'}


@cache
def looks() -> str:
    sheet = Path(__file__).parents[1].joinpath("site", "pictures.css").read_text(encoding="utf-8")
    return " ".join(re.sub(r"/\*.*?\*/", "", sheet + COLOURS, flags=re.DOTALL).split())
