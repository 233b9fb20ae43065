"""Compare a built site with itself and with what is here: its pages, its digests, its Pythons.

Each function yields one line for each difference. In it, "expected" is what runs.json says.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from bs4.filter import SoupStrainer

from ..model import dot
from ..model.displays import GRAPH, SVG, TEXT, drawable, source_of
from ..model.interpreters import Interpreter
from ..model.published import Digests, PublishedCell, PublishedUnit, RunsJson, Variant, error_of
from ..model.tables import by_python
from ..model.units import Unit
from ..run.store import Store

Rows = list[list[str]]  # of a table, sorted


@dataclass(frozen=True)
class Published:
    """A built site: its folder, and what its runs.json says."""

    folder: Path
    record: RunsJson

    def cells(self) -> Iterator[tuple[PublishedUnit, int, PublishedCell]]:
        """Return every unit with each of its cells and the cell's place in it."""
        return ((unit, index, cell) for unit in self.record["units"] for index, cell in enumerate(unit["cells"]))


def place(unit: PublishedUnit, cell: PublishedCell, pythons: str) -> str:
    return f"{unit['page']}.md:{cell['line']}: cell {cell['id']}: on {pythons}"


def differs(expected: str | None, got: str | None) -> str:
    """Return two texts in one line, from shortly before they part."""
    a, b = expected or "", got or ""
    same = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    start = max(0, same - 20)
    said = ["nothing" if text is None else repr(shortened(text, start)) for text in (expected, got)]
    return f"expected {said[0]}, got {said[1]}"


def shortened(text: str, start: int = 0) -> str:
    end = start + 100
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"


def wrong_pages(site: Published, units: dict[str, Unit]) -> Iterator[str]:
    """Yield outcomes that a page shows otherwise than runs.json, or that only one of them has."""
    drawn = outcomes_drawn(site.folder)
    for unit, index, cell in site.cells():
        for variant in cell["variants"]:
            pythons = " ".join(variant["interpreters"])
            expected = text_on_page(variant, site.record["published_default"])
            found = drawn.pop((unit["page"], cell["id"], pythons), [])
            here = units.get(unit["id"])
            untold = silent(site, cell, here, index) or variant["skipped"] in skips_of_page(here, index)
            if not found and not untold and not hidden(here, index):
                yield f"{place(unit, cell, pythons)}: in {unit['page']}.html: {differs(expected, None)}"
            for got in found:
                if got != expected:
                    yield f"{place(unit, cell, pythons)}: in {unit['page']}.html: {differs(expected, got)}"
    for (page, cell_id, pythons), found in drawn.items():
        for got in found:
            yield f"{page}.html: cell {cell_id}: on {pythons}: {differs(None, got)}; runs.json has no such outcome"


def silent(site: Published, cell: PublishedCell, unit: Unit | None, index: int) -> bool:
    """Return whether no Python printed anything for a cell, besides those that skip the whole page."""
    of_page = skips_of_page(unit, index)
    told = [variant for variant in cell["variants"] if variant["skipped"] not in of_page]
    default = site.record["published_default"]
    return len(told) == 1 and not told[0]["skipped"] and not text_on_page(told[0], default)


def skips_of_page(unit: Unit | None, index: int) -> set[str]:
    """Return why Pythons skip the whole page of a cell: what is said of them stands at its top alone."""
    skips = unit.cells[index].options.skip if unit and unit.cells[index:] else ()
    return {why.reason for why in skips if why.of_page}


def hidden(unit: Unit | None, index: int) -> bool:
    """Return whether the author took a cell's output from the page."""
    return bool(unit and unit.cells[index:] and unit.cells[index].options.tags & {"remove-cell", "remove-output"})


def wrong_tables(site: Published, units: dict[str, Unit]) -> Iterator[str]:
    """Yield cells whose table is on no page, and tables that say what no cell or program of their page has printed."""
    drawn = {unit["page"]: tables_drawn(site.folder / f"{unit['page']}.html") for unit in site.record["units"]}
    expected: dict[str, list[Rows]] = defaultdict(list)
    without: set[str] = set()  # pages on which a table is missing: the one that stands there instead is its
    for unit, index, cell in site.cells():
        tables = tables_of(site, cell)
        expected[unit["page"]] += tables
        told = units.get(unit["id"])
        by_python = told and told.cells[index:] and "by-python" in told.cells[index].options.tags
        if by_python and not any(table in drawn[unit["page"]] for table in tables):
            without.add(unit["page"])
            yield f"{place(unit, cell, 'every Python')}: in {unit['page']}.html: no table says what they printed"
    for page in drawn.keys() - without:
        for table in drawn[page]:
            if table not in expected[page]:
                row = next((row for row in table if not any(row in rows for rows in expected[page])), [])
                yield f"{page}.html: a table has the row {shortened(' | '.join(row))!r}, which is not in runs.json"


def tables_of(site: Published, cell: PublishedCell) -> list[Rows]:
    """Return the rows of both tables that can be made of a cell: a row for each Python, or a column."""
    texts = {key: text_printed(variant) for variant in cell["variants"] for key in variant["interpreters"]}
    names = [(each["key"], Interpreter.of(each).name) for each in site.record["interpreters"]]
    printed = [(name, texts[key]) for key, name in names if key in texts]
    tables = (by_python(printed, columns)[1] for columns in ("", "label"))
    return [sorted([text.strip() for text in row] for row in rows) for rows in tables]


def text_printed(variant: Variant) -> str:
    """Return what a cell has printed, as far as that is known apart from what it displayed."""
    return variant["outputs"][0][TEXT] if variant["outputs"] else ""


def tables_drawn(page: Path) -> list[Rows]:
    text = page.read_text(encoding="utf-8")
    only = SoupStrainer("table")
    drawn = BeautifulSoup(text, "html.parser", parse_only=only).select("table.by-python") if "by-python" in text else []
    bodies = ([row.select("th, td") for row in table.select("tbody tr")] for table in drawn)
    return [sorted([cell.get_text().strip() for cell in row] for row in body) for body in bodies]


def outcomes_drawn(site: Path) -> dict[tuple[str, str, str], list[str]]:
    """Return what the pages show, by page, cell and Pythons."""
    drawn = defaultdict(list)
    only = SoupStrainer("div", class_="outcome")
    for file in sorted(site.rglob("*.html")):
        page = file.relative_to(site).with_suffix("").as_posix()
        for outcome in BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser", parse_only=only).select(
            ".outcome"
        ):
            blocks = [block.get_text().strip() for block in outcome.select("pre")]
            blocks += map(mark_on_page, outcome.select("figure.picture"))
            of = page, str(outcome.get("data-cell")), str(outcome.get("data-pythons"))
            drawn[of].append("\n".join(filter(None, blocks)))
    return drawn


def text_on_page(variant: Variant, default: str) -> str:
    """Return what a page shows of a variant: blocks of text; the whole traceback for the published default alone.

    A picture counts as its text and a line that tells what is in it.
    """
    texts, error = [output["text/plain"] for output in variant["outputs"]], error_of(variant)
    marks = [mark_of(output) for output in variant["outputs"] if drawable(output)]
    published = default in variant["interpreters"]
    blocks = [*texts, *marks] if published or marks else ["".join(texts)]
    if error:
        blocks.append(error.traceback or error.last_line if published else error.last_line)
    return "\n".join(filter(None, (block.strip() for block in blocks)))


def mark_of(data: dict[str, str]) -> str:
    """Return what a page's picture says of what was displayed, in words: see `mark_on_page`."""
    source = f"picture {source_of(data)}"
    if not dot.available():
        return source
    try:
        said = dot.labels(data[GRAPH]) if GRAPH in data else dot.texts(dot.allowed(data[SVG]))
        says = dot.read(data[GRAPH]).says if GRAPH in data else ""
    except dot.Undrawable:
        return source
    return " ".join([source, " ".join(data[TEXT].split()), says, "in it:", *said])


def mark_on_page(figure: Any) -> str:
    """Return the same for a picture on a page: what it is drawn from, its description, and what is in it."""
    source = f"picture {figure.get('data-source')}"
    if not dot.available() or figure.svg is None:
        return source
    described = figure.svg.desc.get_text() if figure.svg.desc else ""
    said = sorted(text.get_text() for text in figure.svg.select("text"))
    says = figure.figcaption.get_text() if figure.figcaption else ""
    return " ".join([source, " ".join(described.split()), says, "in it:", *said])


def wrong_units(site: Published, units: dict[str, Unit], store: Store) -> Iterator[str]:
    """Yield units that are told only here or only there, and those that something else decides than at the build."""
    recorded = {unit["id"]: unit for unit in site.record["units"]}
    for name in recorded.keys() - units.keys():
        yield f"{recorded[name]['page']}.md: unit {name}: runs.json has it, the sources here do not"
    for name, unit in units.items():
        if name not in recorded:
            yield f"{unit.page}.md:{unit.line}: unit {name}: the sources here have it, runs.json does not"
            continue
        here = named(store.digests(unit))
        there = named(recorded[name]["digests"])
        for what in sorted(here.keys() | there.keys()):
            if here.get(what) != there.get(what):
                yield f"{unit.page}.md: unit {name}: digest of {what}: {differs(there.get(what), here.get(what))}"
        if len(recorded[name]["cells"]) != len(unit.cells):
            yield f"{unit.page}.md: unit {name}: expected {len(recorded[name]['cells'])} cells, got {len(unit.cells)}"


def alike(recorded: PublishedUnit, unit: Unit | None) -> bool:
    """Return whether a unit has the cells here that are recorded of it."""
    return (
        unit is not None and unit.digest == recorded["digests"]["source"] and len(unit.cells) == len(recorded["cells"])
    )


def named(digests: Digests) -> dict[str, str]:
    """Return a unit's digests, each under a name for a message."""
    packages = {f"its package {name}": each for name, each in digests["packages"].items()}
    return {"its source": digests["source"], "the runner": digests["runner"], **packages}


def wrong_interpreters(site: Published, found: list[Interpreter]) -> Iterator[str]:
    """Yield Pythons of this machine that the site leaves out, or knows as something else than they say they are."""
    recorded = {each["key"]: each for each in site.record["interpreters"]}
    for python in found:
        if python.key not in recorded:
            yield f"runs.json: {python.key}: this Python is on this machine, and the site has none of its outputs"
            continue
        here = json.loads(json.dumps(python.identity))
        for field, value in recorded[python.key].items():
            if here[field] != value:
                yield f"runs.json: interpreter {python.key}: {field}: {differs(str(value), str(here[field]))}"


def wrong_columns(site: Published) -> Iterator[str]:
    """Yield cells that do not have exactly one variant for each Python that ran."""
    columns = sorted(each["key"] for each in site.record["interpreters"])
    for unit, _, cell in site.cells():
        listed = sorted(key for variant in cell["variants"] for key in variant["interpreters"])
        for key in sorted({*columns, *listed}):
            if listed.count(key) != columns.count(key):
                yield f"{place(unit, cell, key)}: expected one variant of it in runs.json, got {listed.count(key)}"
