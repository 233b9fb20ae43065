"""The directive `{verdicts}`: a table of what the cells of a page found out about its headings, on every Python.

A cell prints a line like ``M1 -> false``, where a heading of the page begins with ``M1:``. Below that heading stands
what all Pythons printed, in words.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from ..model.grouping import names
from ..model.interpreters import Interpreter
from ..model.units import Unit
from ..run.build import Build, build_of
from .lists import table, told_by, verbatim

Verdict = dict[Interpreter, str]
UNTRIED = "not tried"


def setup(app: Sphinx) -> None:
    app.add_node(verdicts)
    app.add_directive("verdicts", Verdicts)


class verdicts(nodes.General, nodes.Element):  # docutils names nodes in lower case
    """Where the table goes, once the headings are known."""


class Verdicts(SphinxDirective):
    """``{verdicts} Myth`` makes a table: a row for each heading that has a verdict, a column for each Python."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar[dict[str, Any]] = {}

    def run(self) -> list[nodes.Node]:
        return [verdicts(columns=self.arguments[0])]


def attach(app: Sphinx, doctree: nodes.document) -> None:
    """Make the table of a page's verdicts, and put each below its heading."""
    build = build_of(app.env)
    unit = build.page(app.env.docname) if build else None
    for place in list(doctree.findall(verdicts)):
        if build is None or unit is None:
            place.replace_self([])
            continue
        found, at = found_out(build, unit)
        judged = [(each, found[label(each)]) for each in doctree.findall(nodes.section) if label(each) in found]
        rows = [row(section, said, build) for section, said in judged]
        for section, said in judged:
            section.insert(1, nodes.paragraph("", "", *in_words(said, build), classes=["verdict"]))
        cells = [told_by(unit, at[label(section)]) for section, _ in judged]
        head = [place["columns"], *(python.name.removeprefix("CPython ") for python in build.interpreters)]
        place.replace_self([table(head, rows, "verdicts", cells)] if rows else [])


def label(section: nodes.section) -> str:
    title = section[0].astext()
    return title.partition(": ")[0] if ": " in title else ""


def found_out(build: Build, unit: Unit) -> tuple[dict[str, Verdict], dict[str, int]]:
    """Return what each Python printed about each label, and in which cell."""
    found: dict[str, Verdict] = {}
    at: dict[str, int] = {}
    for index in range(len(unit.cells)):
        for python, outcome in build.outcomes(unit, index):
            for line in outcome.text.splitlines():
                about, arrow, said = line.partition(" -> ")
                if arrow:
                    found.setdefault(about, {})[python] = said
                    at[about] = index
    return found, at


def row(section: nodes.section, said: Verdict, build: Build) -> list[nodes.Node]:
    link = nodes.reference("", "", *section[0].deepcopy().children, refid=section["ids"][0], internal=True)
    return [nodes.paragraph("", "", link), *(verbatim(said.get(python, UNTRIED)) for python in build.interpreters)]


def in_words(said: Verdict, build: Build) -> Iterator[nodes.Node]:
    """Yield which Pythons gave which verdict; what most of them said comes last, for all others."""
    groups: dict[str, list[Interpreter]] = {}
    for python in build.interpreters:
        groups.setdefault(said.get(python, UNTRIED), []).append(python)
    most = max(groups, key=lambda words: len(groups[words]))
    few = {words: pythons for words, pythons in groups.items() if words != most}
    told = [(words, names(pythons, build.interpreters)) for words, pythons in few.items()]
    told.append((most, "all others" if few else "every Python here"))
    for number, (words, pythons) in enumerate(told):
        yield nodes.strong("", words if number else words[0].upper() + words[1:])
        yield nodes.Text(f" on {pythons}{'.' if number == len(told) - 1 else '; '}")
