"""The Pythons that the tests of the engine and of the site run on."""

from __future__ import annotations

import os
from functools import cache

from everypython.model.interpreters import Interpreter
from everypython.run.discovery import discover


@cache
def found() -> list[Interpreter]:
    """Return the Pythons of this machine that differ most, or each where EVERYPYTHON_TESTS is `all`, as in `deep`.

    They are asked once, and not before a test needs them.
    """
    everything = discover(log=lambda skipped: None)
    return everything if os.environ.get("EVERYPYTHON_TESTS") == "all" else of_each_kind(everything)


def of_each_kind(pythons: list[Interpreter]) -> list[Interpreter]:
    """Return the first and the last of each implementation and kind of build, in the same order."""
    kinds: dict[tuple[str, str], list[Interpreter]] = {}
    for python in pythons:
        kinds.setdefault((python.implementation, python.abi), []).append(python)
    chosen = [python for alike in kinds.values() for python in (alike[0], alike[-1])]
    return [python for python in pythons if python in chosen]
