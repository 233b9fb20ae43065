"""What becomes of what the gates find: a strict build ends, any other is published and lists it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from sphinx.application import Sphinx
from sphinx.util import logging

from ..model.findings import Finding
from ..model.interpreters import Interpreter
from ..model.units import Unit
from .gates import unpublishable

if TYPE_CHECKING:
    from ..run.build import Build

LOG = logging.getLogger(__name__)
LISTED = 20  # lines that the log of a build ends with


def refuse(message: str) -> NoReturn:
    """End the build before a page is written. Sphinx would print a bug report around an exception of its own."""
    LOG.error("everypython: %s", message)
    raise SystemExit(1)


def checked(app: Sphinx, build: Build) -> Build:
    """Return a build that may be published, with what there is to say of it. Ends the process if it may not."""
    found = findings(app, build)
    doubtful = kept_runs_of(build, found)
    if doubtful:  # what failed may have been passing, such as a full disk
        LOG.info("running once more what was kept of earlier builds and is not as it should be: %d runs", len(doubtful))
        build = replace(build, results={**build.results, **build.scheduler.again(doubtful, LOG.info)})
        found = findings(app, build)
    refused = [finding for finding in found if finding.fault or (build.strict and finding.gates)]
    if refused:
        for finding in found:
            if finding not in refused:
                LOG.info("not yet explained: %s", finding)
        said = "findings that stand against publishing" if build.strict else "faults that stand against publishing"
        refuse("\n".join([f"{said}: {len(refused)}", *map(str, refused)]))
    build.findings = found
    return build


def findings(app: Sphinx, build: Build) -> list[Finding]:
    """Return all that a strict build would not publish, or that Pythons which do not gate still need explained."""

    def found(unit: Unit) -> list[Finding]:
        file = str(app.project.doc2path(unit.page, absolute=False))
        follows_from = unit.id, unit.origin, build.outputs_digest(unit.page)
        return build.store.index.remembered(lambda: unpublishable(build, unit, file), "findings", file, *follows_from)

    everything = [finding for unit in build.units for finding in found(unit)]
    return [replace(finding, record=build.recorded.get(finding.python, "")) for finding in everything]


def kept_runs_of(build: Build, found: list[Finding]) -> list[tuple[Unit, Interpreter]]:
    """Return the runs of earlier builds that something was found in, and those of the published default beside them."""
    keys = {(finding.unit, key) for finding in found if finding.python for key in (finding.python, build.default.key)}
    named = [(unit, python) for unit in build.units for python in build.ran(unit) if (unit.id, python.key) in keys]
    return [(unit, python) for unit, python in named if python.executable and not build.store.is_new(unit, python)]


def listed(build: Build) -> None:
    """List in the log what is published although it is not explained, in one short block."""
    lines = list(dict.fromkeys(str(each).partition("\n")[0] for each in build.findings))
    if lines:
        what = "shown on their pages; a strict build refuses those on Pythons that gate"
        LOG.info("\nnot yet explained: %d findings, %s", len(lines), what)
    for line in lines[:LISTED]:
        LOG.info("  %s", line)
    if len(lines) > LISTED:
        LOG.info("  … and %d more: EVERYPYTHON_STRICT=1 lists all", len(lines) - LISTED)
