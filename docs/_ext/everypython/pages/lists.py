"""Directives that gather runs from all over the site: `{differences}`, `{programs}` and `{by-python}`."""

from __future__ import annotations

import ast
import copy
import html
import re
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.osutil import relative_uri

from ..model.claims import TAG
from ..model.grouping import Group, names
from ..model.interpreters import Interpreter
from ..model.tables import by_python
from ..model.units import Unit
from ..run.build import Build, build_of
from .labels import group_status
from .outcomes import explained, fold, inline, printouts

FOLDER = "download"  # of the site: what readers take with them
ARCHIVE = f"{FOLDER}/examples.zip"


def setup(app: Sphinx) -> None:
    app.add_node(listed)
    app.add_directive("differences", List)
    app.add_directive("programs", List)
    app.add_directive("by-python", ByPython)
    app.add_css_file("gather.css")


class listed(nodes.General, nodes.Element):  # docutils names nodes in lower case
    """Where a list goes, once it is known how pages link to each other; `what` it is of names its directive."""


class List(SphinxDirective):
    """``{differences}`` lists every cell and example whose output differs between Pythons.

    ``{programs}`` lists every example: what its docstring says, where it is told and what it printed.
    """

    def run(self) -> list[nodes.Node]:
        return [listed(what=self.name)]


class ByPython(SphinxDirective):
    """``{by-python} NAME`` makes a table of what the cell with ``name: NAME`` printed: a row a Python, a column a line.

    The cell prints lines like ``width: 64``, and is tagged `by-python`: the table shows all of its outputs.
    Where an example of this page has that name, it is a table of the lines it printed that are not indented.
    With the option `columns`, which says what the rows are, there is a column for each Python and a row for each line.
    """

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {"columns": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        build = build_of(self.env)
        if build is None:
            return []
        for unit in (unit for unit in build.units if unit.page == self.env.docname):
            if unit.kind == "example" and unit.name == self.arguments[0]:
                return [table_of(build, unit, 0, self.options.get("columns", ""))]
            for index, cell in enumerate(unit.cells):
                if cell.options.name == self.arguments[0]:
                    return [table_of(build, unit, index, self.options.get("columns", ""))]
        raise self.error(f"no cell of this page has the option `name: {self.arguments[0]}`, and no example that name")


def table_of(build: Build, unit: Unit, index: int, columns: str) -> nodes.table:
    printed = [(python.name, outcome.text) for python, outcome in build.outcomes(unit, index)]
    head, body = by_python(printed, columns)
    return table(head, [[verbatim(text) for text in row] for row in body], "by-python")


def verbatim(text: str) -> nodes.Node:
    """Return what a Python printed, whose quotes stay as they are."""
    return nodes.paragraph("", text, support_smartquotes=False)


def table(head: list[str], body: list[list[nodes.Node]], kind: str) -> nodes.table:
    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in head), cols=len(head))
    group += nodes.thead("", row([verbatim(text) for text in head]))
    group += nodes.tbody("", *(row(cells) for cells in body))
    return nodes.table("", group, classes=[kind, "gathered-table"])


def row(cells: list[nodes.Node]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", cell) for cell in cells))


def make_lists(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    make = {"differences": listed_differences, "programs": listed_programs}
    for place in list(doctree.findall(listed)):
        place.replace_self(make[place["what"]](app, docname))


def units_in_toc_order(app: Sphinx) -> list[Unit]:
    """Return all units, in the order of the table of contents."""
    order = {name: place for place, name in enumerate(app.env.collect_relations())}
    build = build_of(app.env)
    return sorted(build.units if build else [], key=lambda unit: order.get(unit.page, len(order)))


def listed_differences(app: Sphinx, docname: str) -> list[nodes.Node]:
    """Return a section for each page with a difference."""
    build = build_of(app.env)
    sections: dict[str, nodes.section] = {}
    for unit in units_in_toc_order(app):
        for index, cell in enumerate(unit.cells):
            groups = [group for group in build.groups(unit, index) if not group.of_page] if build else []
            if build is None or len(groups) < 2 or cell.options.tags & {"remove-cell", "by-python", TAG}:
                continue
            title = app.env.titles[unit.page].deepcopy()
            section = sections.setdefault(unit.page, nodes.section("", title, ids=[nodes.make_id(unit.page)]))
            uri = f"{app.builder.get_relative_uri(docname, unit.page)}#{anchor(unit, index)}"
            where = f"{unit.name}.py" if unit.kind == "example" else last_statement(cell.source)
            link = nodes.reference("", "", nodes.literal("", where), refuri=uri, internal=True)
            summaries = (part for group in groups for part in summary(group, build.interpreters))
            section += nodes.container("", nodes.paragraph("", "", link), *summaries, classes=["gathered"])
    return list(sections.values())


def listed_programs(app: Sphinx, docname: str) -> list[nodes.Node]:
    """Return a section for each example, with the published default's output."""
    build = build_of(app.env)
    packed = build is not None and examples(build) and app.builder.format == "html"
    sections: list[nodes.Node] = [archive(app, docname)] if packed else []
    for unit in units_in_toc_order(app) if build else []:
        if build is None or unit.kind != "example":
            continue
        groups = build.groups(unit, 0)
        uri = f"{app.builder.get_relative_uri(docname, unit.page)}#{anchor(unit, 0)}"
        link = nodes.reference("", app.env.titles[unit.page].astext(), refuri=uri, internal=True)
        others = "the same on every Python" if len(groups) == 1 else f"one of {len(groups)} answers, all of them there"
        sections.append(
            nodes.section(
                "",
                nodes.title("", "", nodes.literal("", f"{unit.name}.py")),
                *(nodes.paragraph("", "", *copy.deepcopy(inline(text))) for text in said_by(unit.cells[0].source)),
                nodes.paragraph("", "Told in ", link, nodes.Text(f". It prints ({others}):")),
                *printouts(groups[0].outcome),
                ids=[nodes.make_id(unit.name)],
                classes=["listed-program"],
            )
        )
    return sections


def examples(build: Build) -> dict[str, str]:
    """Return the programs that pages tell, by file name, with the page of each."""
    return {f"{unit.name}.py": unit.page for unit in build.units if unit.kind == "example"}


def archive(app: Sphinx, docname: str) -> nodes.paragraph:
    uri = relative_uri(app.builder.get_target_uri(docname), ARCHIVE)
    link = nodes.reference("", "one zip", refuri=uri, internal=True)
    return nodes.paragraph("", "All of them, with what they need to run, are in ", link, nodes.Text("."))


def said_by(source: str) -> list[str]:
    """Return the paragraphs of a program's docstring, a line each; a line like `Promise: …` begins one."""
    parts = re.split(r"\n\n|\n(?=[A-Z][a-z]+: )", ast.get_docstring(ast.parse(source)) or "")
    return [" ".join(part.split()) for part in parts if part.strip()]


def anchor(unit: Unit, index: int) -> str:
    """Return where on its page a cell or an example is."""
    if unit.kind == "claims":
        return f"claim-{unit.cells[index].options.name}"
    return f"cell-{index + 1}" if unit.kind == "page" else f"example-{unit.name}"


def last_statement(source: str) -> str:
    return source.strip().splitlines()[-1].strip()


def summary(group: Group, everyone: list[Interpreter]) -> list[nodes.Node]:
    """Return one group: its name, under which its output is folded, and its reasons."""
    # without their exact versions, which a list of hundreds would repeat: the demonstration that is linked names them
    label = f'<span class="who">{html.escape(names(group.interpreters, everyone))}</span>'
    printed = printouts(group.outcome)
    named: nodes.Node = nodes.paragraph("", "", nodes.raw("", f"{label} {group_status(group)}", format="html"))
    if printed:
        named = fold("", *printed, who=label, says=group_status(group), is_open=False)
    return [named, *(explained(reason) for reason in group.reasons)]
