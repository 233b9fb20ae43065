"""One build: which Pythons there are, what they ran, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from ..model import grouping, predictions
from ..model.displays import how_drawn
from ..model.findings import Finding
from ..model.interpreters import Interpreter
from ..model.outcome import Error, Outcome, Result
from ..model.units import Unit, digest
from .scheduler import Scheduler
from .store import Store

if TYPE_CHECKING:
    from sphinx.environment import BuildEnvironment


def build_of(env: BuildEnvironment) -> Build | None:
    """Return the build that Sphinx is making; None where the engine stands aside."""
    return getattr(env, "everypython_build", None)


@dataclass(eq=False)  # there is one: what is found out about it can be cached
class Build:
    """What one build knows: which Pythons there are, what they ran, and what came of it."""

    interpreters: list[Interpreter]
    default: Interpreter
    gating: list[Interpreter]  # those whose findings stand against publishing
    absent: list[str]  # names of listed Pythons that were not found
    units: list[Unit]
    results: dict[tuple[Unit, Interpreter], Result]
    scheduler: Scheduler
    hasty: bool = False  # a preview: what the others have not run is left out, and what is made of all pages may be old
    strict: bool = False  # what is not explained stands against publishing
    recorded: dict[str, str] = field(default_factory=dict)  # of each key that a record adds the record's file
    after_a_kill: bool = False  # the last build did not come to its end, so what is written may be of before
    findings: list[Finding] = field(default_factory=list)  # what is published all the same, as the build is not strict
    grouped: dict[tuple[Unit, int], list[grouping.Group]] = field(default_factory=dict, init=False)
    films: dict[Unit, dict[str, list[str]]] = field(default_factory=dict, init=False)  # of pages: pages.pictures

    def __reduce__(self) -> tuple[type, tuple[()]]:
        """Be pickled as None: Sphinx keeps its environment, and the next process has a build of its own."""
        return type(None), ()

    @property
    def store(self) -> Store:
        return self.scheduler.store

    def ran(self, unit: Unit) -> list[Interpreter]:
        return [python for python in self.interpreters if (unit, python) in self.results]

    @cached_property
    def pyodides(self) -> list[Interpreter]:
        """Return the Pyodides that have run here, newest first."""
        return [python for python in self.interpreters if python.pyodide and python.executable]

    def complete(self, page: str) -> bool:
        """Return whether every Python has run what a page tells."""
        return all(len(self.ran(unit)) == len(self.interpreters) for unit in self.units if unit.page == page)

    def outcomes(self, unit: Unit, index: int) -> list[tuple[Interpreter, Outcome]]:
        return [(python, self.results[unit, python].cells[index]) for python in self.ran(unit)]

    def groups(self, unit: Unit, index: int) -> list[grouping.Group]:
        """Return the groups of a cell, the published default's first; they are found once."""
        if (unit, index) not in self.grouped:
            outcomes = self.outcomes(unit, index)
            self.grouped[unit, index] = grouping.grouped(outcomes, self.default, unit.cells[index].options)
        return self.grouped[unit, index]

    def broken(self, unit: Unit, index: int) -> list[tuple[Interpreter, Error]]:
        """Return the Pythons on which a cell raised, each with its error."""
        return [(python, outcome.error) for python, outcome in self.outcomes(unit, index) if outcome.error]

    def right_options(self, unit: Unit, index: int) -> dict[Interpreter, list[int]]:
        """Return, for each Python that ran a predicted cell, the places of the options that are right of it."""
        cell = unit.cells[index]
        if cell.prediction is None:
            return {}
        outcomes = self.outcomes(unit, index)
        ran = [(python, did) for python, did in outcomes if not grouping.first_match(cell.options.skip, python)]
        return {python: predictions.right(cell.prediction.options, did) for python, did in ran}

    def any_broken(self, unit: Unit) -> bool:
        """Return whether a cell raised on any Python."""
        return any(self.broken(unit, index) for index in range(len(unit.cells)))

    def needing_cpython(self) -> list[str]:
        """Return the pages of which something does not run or does not hold here, where no CPython ran at all."""
        if any(python.implementation == "cpython" for python in self.interpreters):
            return []
        return list(dict.fromkeys(unit.page for unit in self.units if self.lacks(unit)))

    def lacks(self, unit: Unit) -> bool:
        """Return whether the published default skips a cell, or raises where nobody announced it."""
        cells = zip(unit.cells, self.results[unit, self.default].cells, strict=True)
        return any(
            grouping.first_match(cell.options.skip, self.default)
            or (outcome.error and "raises-exception" not in cell.options.tags)
            for cell, outcome in cells
        )

    def page(self, name: str) -> Unit | None:
        """Return the unit of a page's own cells."""
        return next((unit for unit in self.units if unit.kind == "page" and unit.page == name), None)

    def claims(self, name: str) -> Unit | None:
        """Return the unit of a page's claims."""
        return next((unit for unit in self.units if unit.kind == "claims" and unit.page == name), None)

    def example(self, name: str, page: str) -> Unit:
        return next(u for u in self.units if (u.kind, u.name, u.page) == ("example", name, page))

    @cached_property
    def pages_by_sources(self) -> dict[tuple[str, ...], Unit]:
        """Return the units of pages' own cells, found by all that a page's reader is told."""
        return {tuple(unit.sources): unit for unit in reversed(self.units) if unit.kind == "page"}

    @cached_property
    def interpreters_digest(self) -> str:
        """Return a digest of the Pythons, and of how graphs are drawn."""
        told = [python.identity for python in self.interpreters]
        return digest(told, self.default.key, [python.key for python in self.gating], how_drawn())

    @cached_property
    def result_digests(self) -> dict[Unit, list[tuple[str, str]]]:
        """Return for each unit the digests of its runs, with the keys of their Pythons."""
        return {
            unit: [(python.key, digest(self.results[unit, python].as_data())) for python in self.ran(unit)]
            for unit in self.units
        }

    def outputs_digest(self, page: str) -> str:
        """Return a digest of all that a page shows and does not say itself: outputs, and which Pythons ran."""
        return digest([did for unit, did in self.result_digests.items() if unit.page == page], self.interpreters_digest)

    @cached_property
    def gathered_digest(self) -> str:
        """Return a digest of all that can be gathered from pages: of their texts only the cells and their options."""
        cells = [(unit.id, cell.source, cell.options) for unit in self.units for cell in unit.cells]
        told = [(name, source, sorted(options.tags), repr(options.said)) for name, source, options in cells]
        return digest(told, list(self.result_digests.values()), self.interpreters_digest)

    @cached_property
    def digest(self) -> str:
        """Return a digest of the whole build: the sources, their runs and the Pythons."""
        return digest(
            [(unit.id, unit.origin) for unit in self.units],
            list(self.result_digests.values()),
            self.interpreters_digest,
        )
