"""The reader that myst-nb calls for a page: its notebook, filled in with what the published default printed."""

from __future__ import annotations

from typing import Any

from nbformat import from_dict, v4
from sphinx.errors import SphinxError

from . import pages
from .pictures import drawable
from .units import parsed


def read(text: str) -> Any:
    """A page's notebook with the published default's outputs, for myst-nb."""
    notebook = parsed(text)
    if not notebook.cells:
        notebook.cells.append(v4.new_markdown_cell(text))
        notebook.metadata["source_map"] = [0]
    notebook.metadata["language_info"] = {"name": "python", "pygments_lexer": "python3"}
    for name in ("differs", "notebook", "volatile", "skip"):
        notebook.metadata.pop(name, None)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, (cell, outcome) in enumerate(zip(code, published([cell.source for cell in code]), strict=True), 1):
        cell["id"], cell["execution_count"] = f"cell-{number}", number
        cell["outputs"] = notebook_outputs(outcome, number)
        cell["metadata"]["everypython"] = {"cell": number}
    return notebook


def published(sources: list[str]) -> list[dict[str, Any]]:
    """What the published default did for these cells."""
    if not sources:
        return []
    build = pages.current
    unit = build.pages_by_sources.get(tuple(sources)) if build else None
    if build is None or unit is None:
        raise SphinxError("a page changed while it was built; build again")
    outcomes: list[dict[str, Any]] = build.results[unit, build.default]["cells"]
    return outcomes


def notebook_outputs(outcome: dict[str, Any], number: int) -> list[Any]:
    """What a cell did in the notebook's form. Not made by `v4.new_output`, which checks each against the schema."""
    outputs: list[dict[str, Any]] = []
    if outcome["text"]:
        outputs.append({"output_type": "stream", "name": "stdout", "text": outcome["text"]})
    if outcome["data"] and not drawable(outcome["data"]):  # a picture is put after these: show.results
        outputs.append(result(outcome["data"], number))
    if outcome["error"]:
        trace = outcome["error"]["traceback"].splitlines()
        error = {"ename": outcome["error"]["type"], "evalue": outcome["error"]["message"], "traceback": trace}
        outputs.append({"output_type": "error", **error})
    return [from_dict(output) for output in outputs]


def result(data: dict[str, str], number: int) -> dict[str, Any]:
    """What a cell displayed in the notebook's form."""
    return {"output_type": "execute_result", "metadata": {}, "data": data, "execution_count": number}
