"""What must not be published: runs that failed, differences without a reason, and reasons without a difference."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from .interpreters import Interpreter
from .units import Because, Cell, Unit
from .variants import Group, because, first, last_line

if TYPE_CHECKING:
    from .pages import Build

CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
SOURCE = re.compile(r"\bPEP \d+|\bgh-\d+|\]\(https?://")


def gating(
    listed: Iterable[str], found: list[Interpreter], default: Interpreter
) -> tuple[list[Interpreter], list[str]]:
    """The Pythons that can fail a build, and the listed names that none was found for.

    A name like ``cpython-3.12`` means the newest patch on the published default's platform. Without a list all gate.
    """
    names = list(listed)
    members = {name: [one for one in found if name in one.aliases] for name in names}
    at_home = {
        name: [one for one in ones if one.platform == default.platform] or ones for name, ones in members.items()
    }
    gate = [min(ones, key=lambda one: one.rank) for ones in at_home.values() if ones]
    return (gate if names else found), [name for name, ones in members.items() if not ones]


def unpublishable(build: Build, unit: Unit, file: str) -> tuple[list[str], list[str]]:
    """What a unit's runs did that must not reach a reader: on Pythons that gate, and on others."""
    here = [*failures(build, unit), *unsourced(unit)]
    if build.complete(unit.page):
        here += [*unexplained(build, unit), *unneeded(build, unit)]
    program = f" {unit.name}.py:" if unit.kind == "example" else ""
    found: tuple[list[str], list[str]] = ([], [])
    for line, python, text in here:
        on = f" on {python.key}:" if python else ""
        gates = python is None or python in build.gating
        seen = CONTROLS.sub(lambda control: f"\\x{ord(control[0]):02x}", text)  # a terminal would obey them
        found[0 if gates else 1].append(f"{file}:{line}:{program}{on} {seen}")
    return found


Complaint = tuple[int, Interpreter | None, str]


def failures(build: Build, unit: Unit) -> Iterator[Complaint]:
    """Processes that ended early, hidden asserts that failed, and exceptions on the published default."""
    for python in build.ran(unit):
        result = build.results[unit, python]
        if result["problem"]:
            yield unit.cells[result["problem"]["cell"]].line, python, result["problem"]["says"]
            continue
        for cell, outcome in zip(unit.cells, result["cells"], strict=True):
            error, tags = outcome["error"], cell.options.tags
            expected = "raises-exception" in tags or python != build.default
            if error and ("remove-cell" in tags or not expected):
                yield cell.line, python, f"raised\n{error['traceback'].rstrip()}"


def differing(build: Build, unit: Unit) -> Iterator[tuple[Cell, Group, Group]]:
    """Each cell's published group with each group that is compared with it and differs."""
    for index, cell in enumerate(unit.cells):
        if "by-python" in cell.options.tags:  # a table shows what each Python printed
            continue
        published, *others = build.groups(unit, index)
        yield from ((cell, published, group) for group in others if not group.volatile and not group.skipped)


def unexplained(build: Build, unit: Unit) -> Iterator[Complaint]:
    """Differences that no `differs` pattern covers."""
    for cell, published, group in differing(build, unit):
        for python in group.interpreters:
            if because(cell.options, python, build.default) is None:
                ours, theirs = brief(published), brief(group)
                text = f"prints {theirs}, where {build.default.key} prints {ours}, and no `differs` pattern covers it."
                yield cell.line, python, f"{text} Say why, with the PEP or issue."


def brief(group: Group) -> str:
    """An outcome in one line."""
    outcome = group.outcome
    text = outcome["text"] + (outcome["data"] or {}).get("text/plain", "")
    text += last_line(outcome["error"]) if outcome["error"] else ""
    return repr(text if len(text) < 60 else f"{text[:57]}…")


def unneeded(build: Build, unit: Unit) -> Iterator[Complaint]:
    """Patterns of a cell that cover a Python agreeing with the published default: out of date, or too wide."""
    differ = {(cell.line, python) for cell, _, group in differing(build, unit) for python in group.interpreters}
    for cell, python, why in explained(build, unit):
        if not why.of_page and (cell.line, python) not in differ:
            text = f"agrees with {build.default.key}, so the `differs` pattern {why.pattern!r} must not cover it."
            yield cell.line, python, f"{text} Narrow the pattern, or drop it."
    of_page = [one for one in build.units if one.page == unit.page]
    if unit is of_page[0]:
        yield from unneeded_on_page(build, of_page)


def unneeded_on_page(build: Build, units: list[Unit]) -> Iterator[Complaint]:
    """Patterns of a page's front matter, which are for all its cells, that explain no difference in any of them."""
    covered, needed = {}, set()
    for unit in units:
        differ = {(cell.line, python) for cell, _, group in differing(build, unit) for python in group.interpreters}
        for cell, python, why in explained(build, unit):
            covered[why] = python
            if (cell.line, python) in differ:
                needed.add(why)
    for why in covered.keys() - needed:
        if why.of_page:
            text = f"the front matter's `differs` pattern {why.pattern!r} explains nothing on this page. Drop it."
            yield 1, covered[why], text


def explained(build: Build, unit: Unit) -> Iterator[tuple[Cell, Interpreter, Because]]:
    """Each cell, Python and pattern that would explain a difference, if there is one.

    Where a pattern covers the published default itself, as on a machine with old Pythons only, agreeing tells nothing.
    """
    for cell in unit.cells:
        for python in build.interpreters:
            why = first(cell.options.differs, python)
            apart = first(cell.options.volatile, python) or first(cell.options.skip, python)
            if why and not apart and first(cell.options.differs, build.default) is None:
                yield cell, python, why


def unsourced(unit: Unit) -> Iterator[Complaint]:
    """Reasons that name no source: "implementation detail" is not a reason."""
    reasons = {why: cell.line for cell in unit.cells for why in (*cell.options.differs, *cell.options.skip)}
    for why, line in reasons.items():
        if not SOURCE.search(why.reason):
            yield line, None, f"the reason for {why.pattern!r} names no PEP, issue or document: link one."
