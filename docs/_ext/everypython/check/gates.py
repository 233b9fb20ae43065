"""What must not be published: runs that failed, differences without a reason, and reasons without a difference."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from ..model import claims, dot, grouping
from ..model.displays import GRAPH, SVG, UNSHOWN, drawable
from ..model.findings import Finding
from ..model.grouping import Group, because, first_match
from ..model.interpreters import Interpreter
from ..model.outcome import Outcome
from ..model.tables import parted
from ..model.units import Cell, Explanation, Unit
from ..run.recording import folder_of_user

if TYPE_CHECKING:
    from ..run.build import Build

# What a terminal would obey, and what makes a text look like another.
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
LONGEST = 3000  # characters of a finding
SOURCE = re.compile(r"\bPEP \d+|\bgh-\d+|\]\(https?://")


def gating(
    listed: Iterable[str], found: list[Interpreter], default: Interpreter
) -> tuple[list[Interpreter], list[str]]:
    """Return the Pythons that can fail a build, and the listed names that none was found for.

    A name like ``cpython-3.12`` means the newest patch on the published default's platform. Without a list all gate
    but debug builds: those do so only where nothing else ran.
    """
    names = list(listed)
    members = {name: [one for one in found if name in one.aliases] for name in names}
    at_home = {
        name: [one for one in ones if one.platform == default.platform] or ones for name, ones in members.items()
    }
    gate = [min(ones, key=lambda one: one.rank) for ones in at_home.values() if ones]
    plain = [one for one in found if not one.debug] or found
    return (gate if names else plain), [name for name, ones in members.items() if not ones]


Complaint = tuple[int, Interpreter | None, str]


def unpublishable(build: Build, unit: Unit, file: str) -> list[Finding]:
    """Return what a unit's runs did, or its reasons lack, that must not reach a reader unseen."""

    def made(complaint: Complaint, fault: bool) -> Finding:
        line, python, text = complaint
        program = "" if unit.kind == "page" else f" {unit.name}.py:" if unit.kind == "example" else " claims:"
        shortened = text if len(text) <= LONGEST else f"{text[:LONGEST]} …"
        says = CONTROLS.sub(lambda control: f"\\x{ord(control[0]):02x}", shortened).replace("\n", "\n  ")
        gates = fault or python is None or python in build.gating
        return Finding(f"{file}:{line}:{program}", unit.id, python.key if python else "", says, gates, fault)

    of_runs = [*failures(build, unit), *labelled_twice(build, unit), *of_this_machine(build, unit)]
    if build.complete(unit.page):
        of_runs += [
            *unexplained(build, unit),
            *failed_claims(build, unit),
            *unneeded(build, unit),
            *without_patch(build, unit),
            *unpredicted(build, unit),
        ]
    faults = [*endless(build, unit), *unsourced(unit)]
    undrawn = [replace(made(each, fault=False), gates=False) for each in undrawable(build, unit)]
    return [*(made(each, fault=True) for each in faults), *(made(each, fault=False) for each in of_runs), *undrawn]


def endless(build: Build, unit: Unit) -> Iterator[Complaint]:
    """Yield processes that had to be stopped."""
    for python in build.ran(unit):
        problem = build.results[unit, python].problem
        if problem and problem.endless:
            yield unit.cells[problem.cell].line, python, problem.says


def failures(build: Build, unit: Unit) -> Iterator[Complaint]:
    """Yield processes that ended early, hidden checks that do not hold, and what the published default raised."""
    for python in build.ran(unit):
        result = build.results[unit, python]
        problem = result.problem
        if problem:
            if not problem.endless:
                yield unit.cells[problem.cell].line, python, problem.says
            continue
        for cell, outcome in zip(unit.cells, result.cells, strict=True):
            error = outcome.error if claims.TAG not in cell.options.tags else None
            if error and ("remove-cell" in cell.options.tags or unexpected(cell, python, build.default)):
                yield cell.line, python, f"raised {error.last_line}\n{error.traceback.rstrip()}"


def unexpected(cell: Cell, python: Interpreter, default: Interpreter) -> bool:
    """Return whether an exception needs more than a reason: on the published default, if it was not announced."""
    announced = "raises-exception" in cell.options.tags or first_match(cell.options.differs, default)
    return python == default and not announced


def of_this_machine(build: Build, unit: Unit) -> Iterator[Complaint]:
    """Yield outputs that name folders of the machine that builds the site: its Python's, or its user's."""
    home = folder_of_user()
    for python in build.ran(unit):
        if not python.executable or python.pyodide:
            continue
        library = str(Path(python.executable).resolve().parents[1] / ("Lib" if os.name == "nt" else "lib")) + os.sep
        names = [library, *([str(home) + os.sep] if home else [])]
        for cell, outcome in zip(unit.cells, build.results[unit, python].cells, strict=True):
            raised = outcome.error if "raises-exception" in cell.options.tags and python == build.default else None
            told = [outcome.text, *(outcome.data or {}).values(), raised.traceback if raised else ""]
            found = [name for name in names if any(name in text for text in told)]
            if found and not cell.options.tags & UNSHOWN:
                yield cell.line, python, f"shows a folder of this machine, {found[0]}: let it print less of it"


def labelled_twice(build: Build, unit: Unit) -> Iterator[Complaint]:
    """Yield lines of a table's cell with one label: one column would silently take the other's place."""
    for index, cell in enumerate(unit.cells):
        if "by-python" in cell.options.tags:
            for python, outcome in build.outcomes(unit, index):
                labels = [parted(line)[0] for line in outcome.text.splitlines()]
                for twice in sorted({label for label in labels if labels.count(label) > 1}):
                    text = f"printed two lines labelled {twice!r}, up to the first colon; rename one"
                    yield cell.line, python, text


def differing(build: Build, unit: Unit) -> Iterator[tuple[Cell, Group, Group]]:
    """Yield each cell's published group with each group that is compared with it and differs."""
    for index, cell in enumerate(unit.cells):
        if cell.options.tags & {"by-python", claims.TAG}:  # a table shows what each Python printed
            continue
        published, *others = build.groups(unit, index)
        if not published.apart:
            yield from ((cell, published, group) for group in others if not group.apart)


def unexplained(build: Build, unit: Unit) -> Iterator[Complaint]:
    """Yield differences that no `differs` pattern covers."""
    for cell, published, group in differing(build, unit):
        for python in group.unexplained:
            ours, theirs = brief(published.outcome), brief(group.outcome)
            text = f"prints {theirs}, where {build.default.key} prints {ours}, and no `differs` pattern covers it."
            yield cell.line, python, f"{text} Say why, with the PEP or issue."


def failed_claims(build: Build, unit: Unit) -> Iterator[Complaint]:
    """Yield claims that an attack made false, where no `differs` pattern says why."""
    for index, cell in enumerate(unit.cells):
        for group in build.groups(unit, index) if claims.TAG in cell.options.tags else []:
            for python in group.unexplained:
                text = f"{cell.options.name} does not hold: {'; '.join(claims.broken(group.outcome))}."
                yield cell.line, python, f"{text} Change the sentence, or say why, with the PEP or issue."


def unpredicted(build: Build, unit: Unit) -> Iterator[Complaint]:
    """Yield Pythons on which not exactly one option of a prediction is right."""
    for index, cell in enumerate(unit.cells):
        for python, right in build.right_options(unit, index).items():
            if cell.prediction and len(right) != 1:
                which = " and ".join(str(place + 1) for place in right) or "none"
                text = f"of this prediction's options {which} would be right, as it prints"
                yield cell.prediction.line, python, f"{text} {brief(dict(build.outcomes(unit, index))[python])}."


def brief(outcome: Outcome) -> str:
    """Return an outcome in one line."""
    text = outcome.text + (outcome.data or {}).get("text/plain", "")
    text += outcome.error.last_line if outcome.error else ""
    return repr(text if len(text) < 60 else f"{text[:57]}…")


def unneeded(build: Build, unit: Unit) -> Iterator[Complaint]:
    """Yield patterns of a cell that cover a Python agreeing with the published default."""
    for index, cell in enumerate(unit.cells):
        for python, why in unneeded_in_cell(build, unit, index):
            if not why.of_page:
                does = f"agrees with {build.default.key}"
                if claims.TAG in cell.options.tags:
                    does = f"lets {cell.options.name} hold"
                text = f"{does}, so the `differs` pattern {why.pattern!r} must not cover it."
                yield cell.line, python, f"{text} Narrow the pattern, or drop it."
    of_page = [one for one in build.units if one.page == unit.page]
    if unit is of_page[0]:
        yield from unneeded_on_page(build, of_page)


def unneeded_in_cell(build: Build, unit: Unit, index: int) -> list[tuple[Interpreter, Explanation]]:
    cell = unit.cells[index]
    if "by-python" not in cell.options.tags:
        return grouping.unneeded(build.groups(unit, index), build.default, cell.options)
    # A table shows what each Python printed: there is nothing that a reason could be about.
    covered = [(python, first_match(cell.options.differs, python)) for python in build.interpreters]
    apart = {python for python in build.interpreters if varies_or_skips(cell, python)}
    known = first_match(cell.options.differs, build.default) or build.default in apart
    return [(python, why) for python, why in covered if why and python not in apart and not known]


def varies_or_skips(cell: Cell, python: Interpreter) -> bool:
    return bool(first_match(cell.options.volatile, python) or first_match(cell.options.skip, python))


def unneeded_on_page(build: Build, units: list[Unit]) -> Iterator[Complaint]:
    """Yield patterns of a page's front matter, which are for all its cells, that explain nothing in any of them."""
    covered: dict[Explanation, Interpreter] = {}
    needed: set[Explanation] = set()
    for unit in units:
        for index, cell in enumerate(unit.cells):
            idle = unneeded_in_cell(build, unit, index)
            covered.update((why, python) for python, why in idle)
            agree = {python for python, _ in idle}
            others = (python for python in build.interpreters if python not in agree)
            explain = ((python, first_match(cell.options.differs, python)) for python in others)
            needed |= {why for python, why in explain if why and not varies_or_skips(cell, python)}
    for why in covered.keys() - needed:
        if why.of_page:
            text = f"the front matter's `differs` pattern {why.pattern!r} explains nothing on this page. Drop it."
            yield 1, covered[why], text


def without_patch(build: Build, unit: Unit) -> Iterator[Complaint]:
    """Yield patches of one minor version that disagree, and one pattern for both: it is true of neither version."""
    for index, cell in enumerate(unit.cells):
        groups = [group for group in build.groups(unit, index) if not group.apart]
        if "by-python" in cell.options.tags or len(groups) < 2:
            continue
        reported = {python for python, _ in unneeded_in_cell(build, unit, index)}
        members = [(python, group) for group in groups for python in group.interpreters if python not in reported]
        for (one, ours), (other, theirs) in combinations(members, 2):
            why = because(cell.options, one, build.default)
            if ours is theirs or not patches_of_one(one, other) or not why:
                continue
            if why is because(cell.options, other, build.default):
                text = f"prints {brief(ours.outcome)}, where {other.key} prints {brief(theirs.outcome)}"
                pattern = f"and the `differs` pattern {why.pattern!r} stands for both"
                yield cell.line, one, f"{text}, {pattern}. Name the patch in it."


def patches_of_one(one: Interpreter, other: Interpreter) -> bool:
    """Return whether two Pythons are the same build of the same minor version, on the same kind of machine."""
    return (one.family, one.pointer_bits, one.number[:2]) == (other.family, other.pointer_bits, other.number[:2])


def unsourced(unit: Unit) -> Iterator[Complaint]:
    """Yield reasons that name no source: "implementation detail" is not a reason."""
    reasons = {why: cell.line for cell in unit.cells for why in (*cell.options.differs, *cell.options.skip)}
    for why, line in reasons.items():
        if not SOURCE.search(why.reason):
            yield line, None, f"the reason for {why.pattern!r} names no PEP, issue or document: link one."


def undrawable(build: Build, unit: Unit) -> Iterator[tuple[int, Interpreter, str]]:
    """Yield what cells display as pictures that none can be made of, with line and Python."""
    for index, cell in enumerate(unit.cells):
        for group in [] if cell.options.tags & UNSHOWN else build.groups(unit, index):
            data = group.outcome.data
            try:
                if drawable(data) and not (GRAPH in data and not dot.available()):
                    dot.read(data[GRAPH]) if GRAPH in data else dot.allowed(data[SVG])
            except dot.Undrawable as error:
                yield cell.line, group.interpreters[0], f"displays what cannot be drawn: {error}"
