"""The reader that myst-nb calls for a page: its notebook, filled in with what the published default printed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbformat import from_dict, v4
from sphinx.errors import SphinxError

from ..model.displays import drawable
from ..model.grouping import whole_traceback
from ..model.outcome import Outcome
from ..model.predictions import FOLDED
from ..model.units import Options, Unit
from ..run.build import Build
from ..run.reading import parsed

# myst-nb calls with a page's text and nothing else; one process builds one site at a time.
current: Build | None = None


def read(text: str) -> Any:
    """Return a page's notebook with the published default's outputs, for myst-nb."""
    notebook = parsed(text)
    if not notebook.cells:
        notebook.cells.append(v4.new_markdown_cell(text))
        notebook.metadata["source_map"] = [0]
    notebook.metadata["language_info"] = {"name": "python", "pygments_lexer": "python3"}
    for name in ("differs", "notebook", "volatile", "skip"):
        notebook.metadata.pop(name, None)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    build, unit = told([cell.source for cell in code])
    for number, (cell, outcome) in enumerate(zip(code, published(build, unit) if code else [], strict=True), 1):
        cell["id"], cell["execution_count"] = f"cell-{number}", number
        options = unit.cells[number - 1].options if unit else Options()
        cell["outputs"] = notebook_outputs(outcome, number, options)
        cell["metadata"]["everypython"] = {"cell": number}
        if FOLDED in options.tags:
            cell["metadata"]["tags"] = sorted({FOLDED, *cell["metadata"].get("tags", [])})
        if build and unit and "remove-cell" in options.tags and build.broken(unit, number - 1):
            # myst-nb would leave out the place, where `show.attach` says what does not hold
            cell["metadata"]["tags"], cell["outputs"] = ["remove-input"], []
    return notebook


def told(sources: list[str]) -> tuple[Build | None, Unit | None]:
    """Return what ran, and which page's unit has these cells."""
    return current, current.pages_by_sources.get(tuple(sources)) if current and sources else None


def published(build: Build | None, unit: Unit | None) -> tuple[Outcome, ...]:
    """Return what the published default did for the cells of a page."""
    if build is None or unit is None:
        raise SphinxError("a page changed while it was built; build again")
    return build.results[unit, build.default].cells


def notebook_outputs(outcome: Outcome, number: int, options: Options) -> list[Any]:
    """Return what a cell did in the notebook's form.

    Not made by `v4.new_output`, which checks each against the schema.
    """
    outputs: list[dict[str, Any]] = []
    if outcome.text:
        outputs.append({"output_type": "stream", "name": "stdout", "text": outcome.text})
    if outcome.data and not drawable(outcome.data):  # a picture is put after these: show.results
        outputs.append(result(outcome.data, number))
    if error := outcome.error:
        trace = error.traceback.splitlines() if whole_traceback(options) else [error.last_line]
        raised = {"ename": error.type, "evalue": error.message, "traceback": trace}
        outputs.append({"output_type": "error", **raised})
    return [from_dict(output) for output in outputs]


def result(data: Mapping[str, str], number: int) -> dict[str, Any]:
    """Return what a cell displayed in the notebook's form."""
    return {"output_type": "execute_result", "metadata": {}, "data": dict(data), "execution_count": number}
