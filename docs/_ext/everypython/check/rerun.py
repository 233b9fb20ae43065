"""Run every unit again on every Python, twice each, and compare with what runs.json says of it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from ..model import claims
from ..model.grouping import comparable, first_match
from ..model.interpreters import Interpreter
from ..model.outcome import Outcome, Result
from ..model.published import PublishedUnit, Variant, compared, error_of, numbered, words
from ..model.units import Cell, Unit
from ..run.recording import without_skipped
from ..run.scheduler import Scheduler
from .compare import Published, differs, place, text_printed

HOW = {False: "run as the build does", True: "perturbed run"}


@dataclass(frozen=True)
class Job:
    """One process: what it runs, and whether it is perturbed."""

    unit: Unit
    python: Interpreter
    perturbed: bool


def fresh(jobs: Sequence[Job], scheduler: Scheduler) -> Iterator[Result]:
    """Yield a new run of each, in the order of `jobs`: never one that was kept.

    Twice as many as there are cores run at a time, so that load is among the perturbations. Those of Pythons that take
    longest begin first: at the end no core waits for one.
    """

    def run(job: Job) -> Result:
        return scheduler.run(job.unit, job.python, perturbed=job.perturbed)

    with ThreadPoolExecutor(2 * (os.cpu_count() or 1)) as pool:
        list(
            pool.map(
                lambda pair: scheduler.environments.python(*pair), {(job.python, job.unit.packages) for job in jobs}
            )
        )
        order = sorted(jobs, key=lambda job: job.python.rank, reverse=True)
        begun = {job: pool.submit(run, job) for job in order}
        yield from (begun[job].result() for job in jobs)
    scheduler.tree.judge(scheduler.run)


def wrong_runs(
    site: Published,
    units: dict[str, Unit],
    pythons: list[Interpreter],
    scheduler: Scheduler,
    ways: tuple[bool, ...] = (False, True),
    same_pythons: bool = True,
) -> Iterator[str]:
    """Yield outcomes of fresh runs, perturbed or not, that are not what runs.json says.

    Of claims that ran on another Python than what runs.json says of them only counts whether they hold: attacks try
    what a Python can.
    """
    recorded = {unit["id"]: unit for unit in site.record["units"]}
    jobs = [Job(unit, python, perturbed) for unit in units.values() for python in pythons for perturbed in ways]
    for job, result in zip(jobs, fresh(jobs, scheduler), strict=True):
        yield from wrong_run(recorded[job.unit.id], job, result, same_python=same_pythons)


def wrong_kept(
    site: Published, units: dict[str, Unit], pythons: list[Interpreter], scheduler: Scheduler
) -> Iterator[str]:
    """Yield outcomes that were kept by a build and are not what runs.json says. Runs nothing."""
    recorded = {unit["id"]: unit for unit in site.record["units"]}
    for (unit, python), result in scheduler.store.known(list(units.values()), pythons).items():
        yield from wrong_run(recorded[unit.id], Job(unit, python, perturbed=False), result, "kept run")


def wrong_run(
    recorded: PublishedUnit, job: Job, result: Result, how: str = "", same_python: bool = True
) -> Iterator[str]:
    """Yield how one run differs from what is recorded of it."""
    key, problem, how = job.python.key, result.problem, how or HOW[job.perturbed]
    if problem:
        at = place(recorded, recorded["cells"][problem.cell], key)
        yield f"{at}: {how}: expected that it ends, got {problem.says!r}"
        return
    for cell, said, outcome in zip(job.unit.cells, recorded["cells"], result.cells, strict=True):
        skip, varies = (first_match(because, job.python) for because in (cell.options.skip, cell.options.volatile))
        if varies and not skip:
            continue
        got = skip.reason if skip else None, comparable(numbered(outcome.outputs, outcome.error), cell.options)
        for variant in said["variants"]:
            expected = compared(variant, cell.options)
            agrees = got == expected or (not same_python and both_hold(cell, variant, outcome))
            if key in variant["interpreters"] and not agrees:
                yield f"{place(recorded, said, key)}: {how}: {differs(words(expected), words(got))}"


def both_hold(cell: Cell, variant: Variant, outcome: Outcome) -> bool:
    """Return whether a cell is a claim that holds in both."""
    told = Outcome(text_printed(variant), error=error_of(variant))
    return claims.TAG in cell.options.tags and not claims.broken(told) and not claims.broken(outcome)


def wrong_skips(
    site: Published, units: dict[str, Unit], pythons: list[Interpreter], scheduler: Scheduler
) -> Iterator[str]:
    """Yield cells that are skipped because they would raise, and do not: each runs alone, after the ones above it."""
    recorded = {unit["id"]: unit for unit in site.record["units"]}
    jobs, expected = [], []
    for unit in units.values():
        for python in pythons:
            for index, cell in enumerate(unit.cells):
                skip = first_match(cell.options.skip, python)
                if skip and skip.raises:
                    above = without_skipped(unit, python).cells[:index]
                    unskipped = replace(cell, options=replace(cell.options, skip=()))
                    jobs.append(Job(replace(unit, cells=(*above, unskipped)), python, perturbed=False))
                    expected.append(skip.raises)
    for job, raises, result in zip(jobs, expected, fresh(jobs, scheduler) if jobs else (), strict=True):
        error = result.cells[-1].error if result.cells else None
        if not error or error.type != raises:
            said = recorded[job.unit.id]
            at = place(said, said["cells"][len(job.unit.cells) - 1], job.python.key)
            got = error.last_line if error else result.problem and result.problem.says
            yield f"{at}: run although it is skipped: expected {raises}, got {got or 'no exception'!r}"
