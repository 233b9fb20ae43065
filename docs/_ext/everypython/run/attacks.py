"""Read claims from pages, and the attacks on them.

The role ``{claim}`name``` ends a sentence; `name` is a function of the page's file of attacks, or of one in a folder of
its name, which yields pairs of a way and whether the sentence held. All attacks of a page are one unit, whose first
cell is the text of the files, one after another.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ..model.claims import FAILS, HOLDS, TAG
from ..model.units import Cell, Options, Unit, Unreadable
from .reading import loaded, options, used

ROLE = re.compile(r"\{claim\}`(?P<name>[^`]*)`")
CALL = f"for way, held in {{name}}():\n    print({HOLDS!r} if held else {FAILS!r}, way, sep=': ')"


def claims_of(page: str, file: Path, folder: Path, packages: list[str]) -> Iterator[Unit]:
    """Yield the unit of a page's claims, if it has any."""
    text = content(file)
    attacks = folder / f"{page.rpartition('/')[2].replace('-', '_')}.py"
    lines = places(text, file)
    files = [*([attacks] if attacks.exists() else []), *sorted(attacks.with_suffix("").glob("*.py"))]
    texts = {each: content(each) for each in files}
    known, functions = defined(texts)
    for name, line in lines.items():
        if name not in functions:
            raise Unreadable(f"{file}:{line}: there is no attack on {name!r}. Write a function of that name: {attacks}")
    for name, where in known.items():
        if name not in lines and not name.startswith("_"):
            raise Unreadable(
                f"{where}: no sentence of {file.name} has the claim {name!r}. End it with {{claim}}`{name}`."
            )
    source = "\n\n".join(texts.values())
    if not lines:
        return
    said = options_of(text, file, lines)
    calls = [Cell(CALL.format(name=name), line, said[name]) for name, line in lines.items()]
    whole = Cell(source, next(iter(lines.values())), Options(tags=frozenset({"remove-cell"})))
    yield Unit("claims", "claims", page, whole.line, (whole, *calls), used(packages, [source]))


def content(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(f"{file}: this file cannot be read ({error}). Save it as readable UTF-8.") from error


def places(text: str, file: Path) -> dict[str, int]:
    """Return the line of each claim, in the order of the page."""
    lines: dict[str, int] = {}
    for found in ROLE.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        if lines.setdefault(found["name"], line) != line:
            remedy = "Give this one a claim of its own, or none."
            raise Unreadable(
                f"{file}:{line}: the sentence of line {lines[found['name']]} has this claim, too. {remedy}"
            )
    return lines


def defined(texts: dict[Path, str]) -> tuple[dict[str, str], set[str]]:
    """Return file and line of each function and class of some files of attacks, and which are functions.

    They share one namespace.
    """
    found: dict[str, str] = {}
    functions: set[str] = set()
    for file, source in texts.items():
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise Unreadable(f"{file}: these attacks cannot be read ({type(error).__name__}: {error}).") from error
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                where = f"{file}:{node.lineno}"
                functions.update([node.name] if isinstance(node, ast.FunctionDef) else [])
                if found.setdefault(node.name, where) != where:
                    raise Unreadable(f"{where}: {node.name!r} is defined already, in {found[node.name]}.")
    return found, functions


def options_of(text: str, file: Path, lines: dict[str, int]) -> dict[str, Options]:
    """Return what the front matter says about each claim: under `claims`, by its name."""
    front = text.split("\n---", 1)[0].removeprefix("---") if text.startswith("---\n") else ""
    said = loaded(front, f"{file}:1: the page's front matter").get("claims") or {}
    if not isinstance(said, dict):
        raise Unreadable(f"{file}:1: `claims` must map names of claims to options, like `name: {{differs: …}}`.")
    for name in said.keys() - lines.keys():
        raise Unreadable(f"{file}:1: `claims`: no sentence has the claim {name!r}.")
    for name, its in said.items():
        if not isinstance(its or {}, dict):
            raise Unreadable(f"{file}:1: `claims`: {name}: its options are not `key: value` lines.")
    found = {name: options(said.get(name) or {}, f"{file}:1: `claims`: {name}") for name in lines}
    return {name: replace(its, tags=its.tags | {TAG}, name=name) for name, its in found.items()}
