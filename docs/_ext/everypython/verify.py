"""``python -m everypython.verify DOCS SITE``: does a built site say what the Pythons of this machine do?

Compares the site's pages with its runs.json, and runs.json with the sources, packages and runner here, with the Pythons
found, and with fresh runs: every unit on every Python twice, once pinned as in a build and once perturbed, so that
nothing agrees only because the build holds it still. In what it prints, "expected" is what runs.json says.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup, SoupStrainer
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from sphinx.application import Sphinx
from sphinx.errors import SphinxError

from . import pages, rerun
from .child import digest_of_conditions
from .interpreters import Interpreter, discover
from .runs import Store
from .units import Unit, Unreadable
from .variants import first, last_line

SCHEMA_FILE = Path(__file__).with_name("site") / "runs.schema.json"


class Unverifiable(Exception):
    """There is no site, or its runs.json cannot be read; the message is one line."""


@dataclass(frozen=True)
class Published:
    """A built site: its folder, and what its runs.json says."""

    folder: Path
    record: dict[str, Any]

    def cells(self) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        """Every unit with each of its cells."""
        return ((unit, cell) for unit in self.record["units"] for cell in unit["cells"])


def read(site: Path) -> Published:
    """A site whose runs.json has the shape that its schema describes."""
    file = site / "runs.json"
    if not file.is_file():
        raise Unverifiable(f"{file}: not there, so there is no site to verify. Build one first: nox -s docs")
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise Unverifiable(f"{file}: not JSON, perhaps cut short ({error}). Build the site again.") from error
    version = record.get("schema") if isinstance(record, dict) else None
    if version != pages.SCHEMA:
        raise Unverifiable(f"{file}: its schema is {version!r}; this engine reads {pages.SCHEMA}. Build with this one.")
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    wrong = best_match(Draft202012Validator(schema).iter_errors(record))
    if wrong:
        raise Unverifiable(f"{file}: {wrong.json_path}: {shortened(wrong.message)}. Build the site again.")
    return Published(site, record)


def sources(docs: Path, scratch: Path) -> tuple[list[Unit], Store]:
    """The units that the pages here tell, and where they run: new environments, and none of the kept runs."""
    nothing_runs = {"everypython_execute": False}
    folders = [str(folder) for folder in (docs, docs, scratch / "html", scratch / "doctrees")]
    app = Sphinx(*folders, "html", confoverrides=nothing_runs, status=None, warning=None)
    packages = {path.name: path for path in ((docs / each).resolve() for each in app.config.everypython_packages)}
    units = pages.discover_units(app, sorted(packages))
    return units, Store(scratch / "runs", packages, app.config.everypython_timeout)


def place(unit: dict[str, Any], cell: dict[str, Any], pythons: str) -> str:
    return f"{unit['page']}.md:{cell['line']}: cell {cell['id']}: on {pythons}"


def differs(expected: str | None, got: str | None) -> str:
    """Two texts in one line, from shortly before they part."""
    a, b = expected or "", got or ""
    same = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    start = max(0, same - 20)
    said = ["nothing" if text is None else repr(shortened(text, start)) for text in (expected, got)]
    return f"expected {said[0]}, got {said[1]}"


def shortened(text: str, start: int = 0, length: int = 100) -> str:
    cut = text[start : start + length]
    return f"{'…' if start else ''}{cut}{'…' if start + length < len(text) else ''}"


def wrong_pages(site: Published, units: dict[str, Unit]) -> Iterator[str]:
    """Outcomes that a page shows otherwise than runs.json, or that only one of them has."""
    drawn = dict(outcomes_drawn(site.folder))
    for unit, cell in site.cells():
        mine = units.get(unit["id"])
        index = int(cell["id"].rpartition(":")[2]) - 1
        tags = mine.cells[index].options.tags if mine and index < len(mine.cells) else frozenset()
        for variant in cell["variants"]:
            pythons = " ".join(variant["interpreters"])
            got = drawn.pop((unit["page"], cell["id"], pythons), None)
            expected = text_on_page(variant, site.record["published_default"])
            hidden = "remove-cell" in tags or "remove-output" in tags
            silent = not expected and not variant.get("skipped") and len(cell["variants"]) == 1
            if got is None and not hidden and not silent:
                yield f"{place(unit, cell, pythons)}: in {unit['page']}.html: {differs(expected, None)}"
            elif got is not None and got != expected:
                yield f"{place(unit, cell, pythons)}: in {unit['page']}.html: {differs(expected, got)}"
    for (page, cell_id, pythons), got in drawn.items():
        yield f"{page}.html: cell {cell_id}: on {pythons}: {differs(None, got)}: runs.json has no such outcome"


def outcomes_drawn(site: Path) -> Iterator[tuple[tuple[str, str, str], str]]:
    """What the pages show, by page, cell and Pythons."""
    only = SoupStrainer("div", class_="outcome")
    for file in sorted(site.rglob("*.html")):
        page = file.relative_to(site).with_suffix("").as_posix()
        for element in BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser", parse_only=only):
            blocks = [block.get_text().strip() for block in element.select("pre")]
            yield (page, element["data-cell"], element["data-pythons"]), "\n".join(filter(None, blocks))


def text_on_page(variant: dict[str, Any], default: str) -> str:
    """What a page shows of a variant: blocks of text; the whole traceback for the published default alone."""
    texts, error = [output["text/plain"] for output in variant["outputs"]], variant["error"]
    published = default in variant["interpreters"]
    blocks = texts if published else ["".join(texts)]
    if error:
        blocks.append(error.get("traceback", "") if published else last_line(error))
    return "\n".join(filter(None, (block.strip() for block in blocks)))


def wrong_digests(site: Published, units: dict[str, Unit], store: Store) -> Iterator[str]:
    """Units that are not told here or there, and those that something else decides than when the site was built."""
    recorded = {unit["id"]: unit for unit in site.record["units"]}
    for name in recorded.keys() - units.keys():
        yield f"{recorded[name]['page']}.md: unit {name}: runs.json has it, the sources here do not"
    for name, unit in units.items():
        if name not in recorded:
            yield f"{unit.page}.md:{unit.line}: unit {name}: the sources here have it, runs.json does not"
            continue
        here = digests(pages.digests(unit, store))
        there = digests(recorded[name]["digests"])
        for what in sorted(here.keys() | there.keys()):
            if here.get(what) != there.get(what):
                yield f"{unit.page}.md: unit {name}: digest of {what}: {differs(there.get(what), here.get(what))}"


def digests(recorded: dict[str, Any]) -> dict[str, str]:
    """A unit's digests under a name each."""
    packages = {f"its package {name}": each for name, each in recorded["packages"].items()}
    return {"its source": recorded["source"], "the runner": recorded["runner"], **packages}


def wrong_interpreters(site: Published, found: list[Interpreter]) -> Iterator[str]:
    """Pythons of this machine that the site leaves out, or knows as something else than they say they are."""
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
    """Cells that do not have exactly one variant for each Python that ran."""
    columns = sorted(each["key"] for each in site.record["interpreters"])
    for unit, cell in site.cells():
        listed = sorted(key for variant in cell["variants"] for key in variant["interpreters"])
        for key in sorted({*columns, *listed}):
            if listed.count(key) != columns.count(key):
                yield f"{place(unit, cell, key)}: expected one variant of it in runs.json, got {listed.count(key)}"
