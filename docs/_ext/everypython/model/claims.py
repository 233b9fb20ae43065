"""Claims: sentences of a page, each with an attack, a function that tries in several ways to make it false."""

from __future__ import annotations

import ast
from functools import cache

from .outcome import Outcome
from .units import Unit

TAG = "claim"  # of its cells: nobody is compared with the published default, each is held against the sentence
HOLDS, FAILS = "holds", "does not hold"


def attack(unit: Unit, index: int) -> str:
    """Return the source of the function that attacks a claim."""
    return sources(unit.cells[0].source)[unit.cells[index].options.name]


@cache
def sources(file: str) -> dict[str, str]:
    """Return the source of each function of a file of attacks."""
    found = [node for node in ast.parse(file).body if isinstance(node, ast.FunctionDef)]
    return {node.name: ast.get_source_segment(file, node) or "" for node in found}


def ways(outcome: Outcome) -> list[str]:
    """Return the ways in which a Python tried, whatever came of them."""
    return [line.partition(": ")[2] for line in outcome.text.splitlines()]


def broken(outcome: Outcome) -> list[str]:
    """Return the ways that made a claim false; an exception is one, and so is an attack that tried nothing."""
    found = [line.removeprefix(f"{FAILS}: ") for line in outcome.text.splitlines() if line.startswith(f"{FAILS}: ")]
    if outcome.error:
        found.append(outcome.error.last_line)
    return found or ([] if ways(outcome) else ["it was not attacked"])
