"""What a pattern of Pythons means: the words before the colon in `differs`, `volatile` and `skip`."""

from __future__ import annotations

import re

from .interpreters import Interpreter

COMPARISON = re.compile(r"(>=|<=|==|<|>)\s*(\d+(?:\.\d+){1,2})")
KINDS = {"*", "32-bit", "cpython", "debug", "free-threaded", "pyodide", "pypy"}
# A key, or what an interpreter list may call a Python: a key with fewer numbers, or without its platform.
KEY = re.compile(r"(cpython|pypy)-\d+\.\d+(\.\d+((a|b|rc)\d+)?)?t?d?(-[\w.]+-[\w.-]+)?|pyodide-\d+\.\d+\.\d+")
REMEDY = (
    "A pattern is a comparison with CPython's version like `>=3.12`, a word "
    f"({', '.join(sorted(KINDS))}), or a key like `cpython-3.13.0`; a comma means and."
)


def meaningless(pattern: str) -> str:
    """Return the first part of a pattern that can mean no Python, in quotes; nothing if there is none."""
    parts = (part.strip() for part in pattern.split(","))
    wrong = (part for part in parts if part not in KINDS and not COMPARISON.fullmatch(part) and not KEY.fullmatch(part))
    return next((repr(part) for part in wrong), "")


def covers(pattern: str, interpreter: Interpreter) -> bool:
    """Return whether a pattern means this Python. Comparisons are about CPython's version alone."""
    return all(covers_one(part.strip(), interpreter) for part in pattern.split(","))


def covers_one(part: str, interpreter: Interpreter) -> bool:
    if part == "*":
        return True
    if part == "debug":
        return interpreter.debug
    if part == "free-threaded":
        return interpreter.free_threaded
    if part == "32-bit":
        return interpreter.pointer_bits == 32
    comparison = COMPARISON.fullmatch(part)
    if comparison:
        operator, version = comparison[1], tuple(map(int, comparison[2].split(".")))
        mine = interpreter.number[: len(version)]
        holds = {">=": mine >= version, "<=": mine <= version, "==": mine == version}
        holds.update({"<": mine < version, ">": mine > version})
        return interpreter.implementation == "cpython" and holds[operator]
    return part in interpreter.aliases
