"""runs.json: every interpreter, every unit and cell, every variant, as data beside the pages."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

from sphinx.application import Sphinx

from ..model.grouping import Group, whole_traceback
from ..model.published import PublishedCell, RunsJson
from ..model.schemas import RUNS_VERSION
from ..model.units import Cell, Unit
from ..run.build import Build, build_of


def write_runs(app: Sphinx, exception: Exception | None) -> None:
    """Write runs.json beside the pages: every interpreter, every unit and cell, every variant."""
    build = build_of(app.env)
    if exception is not None or build is None or build.hasty or app.builder.format != "html":
        return
    file = Path(app.outdir, "runs.json")

    def written() -> str:
        with file.open("w", encoding="utf-8") as opened:
            json.dump(record(app, build), opened, indent=1, ensure_ascii=False)
            opened.write("\n")
        return sha256(file.read_bytes()).hexdigest()

    follows_from = app.config.project, app.config.release, build.store.package_digests, build.digest
    told = build.store.index.remembered(written, "runs.json", *follows_from)
    if not file.exists() or sha256(file.read_bytes()).hexdigest() != told:
        written()


def record(app: Sphinx, build: Build) -> RunsJson:
    """Return what runs.json says."""
    return {
        "schema": RUNS_VERSION,
        "project": {"name": app.config.project, "version": app.config.release},
        "published_default": build.default.key,
        "interpreters": [python.identity for python in build.interpreters],
        "units": [
            {
                "id": unit.id,
                "kind": unit.kind,
                "page": unit.page,
                "digests": build.store.digests(unit),
                "cells": [record_of_cell(build, unit, n, cell) for n, cell in enumerate(unit.cells)],
            }
            for unit in build.units
        ],
    }


def record_of_cell(build: Build, unit: Unit, index: int, cell: Cell) -> PublishedCell:
    groups = build.groups(unit, index)
    whole = [groups[0]] if whole_traceback(cell.options) else []

    def raised(group: Group) -> dict[str, str] | None:
        error = group.outcome.error
        return (error if group in whole else error.without_traceback()).as_data() if error else None

    return {
        "id": f"{unit.id}:{index + 1}",
        "line": cell.line,
        "variants": [
            {
                "interpreters": [python.key for python in group.interpreters],
                "reasons": group.reasons,
                "varies": group.volatile,
                "skipped": group.reasons[0] if group.skipped else None,
                "outputs": [dict(output) for output in group.outcome.outputs],
                "error": raised(group),
            }
            for group in groups
        ],
    }
