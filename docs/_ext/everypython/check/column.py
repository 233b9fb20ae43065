"""What one more Python did, as a column for a site's pages, which site/bring.js reads.

Imports no library: see my_python.py.

Most outputs of a Python are those of one that ran for the site, so the column names that one, and tells only of the
cells where it is another one, or none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..model import claims, predictions
from ..model.grouping import first_match
from ..model.interpreters import Interpreter
from ..model.outcome import Result
from ..model.published import RunsJson
from ..model.units import Unit
from ..run.recording import anonymous
from .nearest import Comparison, Place, places

HIDDEN = {"remove-cell", "remove-output"}


def column(
    state: str, results: Mapping[Unit, Result], python: Interpreter, found: Comparison, site: RunsJson
) -> dict[str, Any]:
    """Return what a page has to know of a Python beside the columns of a site, as data; `state` names the site's."""
    like, own = {}, {}
    for place in places(results, site):
        keys = shown_with(place, python)
        if found.nearest in keys:
            continue
        if keys:
            like[place.published["id"]] = min(keys)
        else:
            own[place.published["id"]] = alone(place, python)
    return {
        "site": state,
        "name": python.name,
        "key": python.key,
        "nearest": found.nearest,
        "agreeing": [[key, number] for key, number in found.agreeing],
        "outputs": found.outputs,
        "holding": found.holding,
        "claims": found.holding + len(found.failing),
        "like": like,
        "own": own,
    }


def shown_with(place: Place, python: Interpreter) -> frozenset[str]:
    """Return the keys of the site's Pythons with which a page can show one output for this one."""
    skipped = first_match(place.cell.options.skip, python)
    if skipped:
        variants = place.published["variants"]
        return frozenset(key for each in variants if each["skipped"] == skipped.reason for key in each["interpreters"])
    return frozenset() if first_match(place.cell.options.volatile, python) else place.columns


def alone(place: Place, python: Interpreter) -> dict[str, Any]:
    """Return what a page shows of an output that is none of the site's."""
    options, outcome = place.cell.options, anonymous(place.outcome)
    skipped = first_match(options.skip, python)
    if skipped:
        return {"kind": "skipped", "line": place.cell.line, "because": skipped.reason}
    told: dict[str, Any] = {
        "kind": "varies" if first_match(options.volatile, python) else "alone",
        "line": place.cell.line,
        "printed": outcome.text + (outcome.data or {}).get("text/plain", ""),
        "raised": outcome.error.last_line if outcome.error else "",
        "hidden": bool(options.tags & HIDDEN),
    }
    if place.cell.prediction:
        told["right"] = predictions.right(place.cell.prediction.options, outcome)
    if claims.TAG in options.tags:
        told |= {"ways": len(claims.ways(outcome)), "broken": claims.broken(outcome)}
    return told
