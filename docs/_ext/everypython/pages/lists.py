"""Directives that gather runs: `{programs}` from all over the site, and `{by-python}` from one page."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator, Sequence
from itertools import starmap, zip_longest
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.osutil import relative_uri

from ..model.tables import by_python
from ..model.units import Unit
from ..run.build import Build, build_of
from . import controls
from .outcomes import inline, printouts

FOLDER = "download"  # of the site: what readers take with them
ARCHIVE = f"{FOLDER}/examples.zip"
PROGRAMS = f"{FOLDER}/examples"


def setup(app: Sphinx) -> None:
    app.add_node(programs)
    app.add_directive("programs", Programs)
    app.add_directive("by-python", ByPython)
    app.add_css_file("gather.css")


class programs(nodes.General, nodes.Element):  # docutils names nodes in lower case
    """Where the list of programs goes, once it is known how pages link to each other."""


class Programs(SphinxDirective):
    """``{programs}`` lists every example: what its docstring says, where it is told and what it printed."""

    def run(self) -> list[nodes.Node]:
        return [programs()]


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
    made = table(head, [[verbatim(text) for text in row] for row in body], "by-python")
    made["classes"].append(told_by(unit, index))
    return made


def told_by(unit: Unit, index: int) -> str:
    """Return the class of a table, or of a row, by which a reader's own column finds the cell that it is made of."""
    return f"of-{unit.id}:{index + 1}"


def verbatim(text: str) -> nodes.Node:
    """Return what a Python printed, whose quotes stay as they are."""
    return nodes.paragraph("", text, support_smartquotes=False)


def table(head: list[str], body: list[list[nodes.Node]], kind: str, told_by: Sequence[str] = ()) -> nodes.table:
    """Return a table; `told_by` has for each row the class of the cell that it is made of."""
    columns = [nodes.colspec("", colwidth=1, stub=not number) for number in range(len(head))]
    group = nodes.tgroup("", *columns, cols=len(head))
    group += nodes.thead("", row([verbatim(text) for text in head]))
    group += nodes.tbody("", *starmap(row, zip_longest(body, told_by, fillvalue="")))
    return nodes.table("", group, classes=[kind, "gathered-table"])


def row(cells: list[nodes.Node], told_by: str = "") -> nodes.row:
    return nodes.row("", *(nodes.entry("", cell) for cell in cells), classes=[told_by] if told_by else [])


def list_programs(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    for place in list(doctree.findall(programs)):
        place.replace_self(listed_programs(app, docname))


def units_in_toc_order(app: Sphinx) -> list[Unit]:
    """Return all units, in the order of the table of contents."""
    order = {name: place for place, name in enumerate(app.env.collect_relations())}
    build = build_of(app.env)
    return sorted(build.units if build else [], key=lambda unit: order.get(unit.page, len(order)))


def listed_programs(app: Sphinx, docname: str) -> list[nodes.Node]:
    """Return a section for each example, with the published default's output."""
    build = build_of(app.env)
    packed = build is not None and examples(build) and app.builder.format == "html"
    sections: list[nodes.Node] = [archive(app, docname)] if packed else []
    for unit in units_in_toc_order(app) if build else []:
        if build is None or unit.kind != "example":
            continue
        groups = build.groups(unit, 0)
        others = "the same on every Python" if len(groups) == 1 else f"one of {len(groups)} answers, all of them there"
        sections.append(
            nodes.section(
                "",
                nodes.title("", "", nodes.literal("", f"{unit.name}.py")),
                *(nodes.paragraph("", "", *copy.deepcopy(inline(text))) for text in said_by(unit.cells[0].source)),
                nodes.paragraph("", "", *ways_to_it(app, build, unit, docname), classes=["ways"]),
                nodes.paragraph("", f"It prints ({others}):"),
                *printouts(groups[0].outcome),
                ids=[nodes.make_id(unit.name)],
                classes=["listed-program"],
            )
        )
    return sections


def ways_to_it(app: Sphinx, build: Build, unit: Unit, docname: str) -> Iterator[nodes.Node]:
    """Yield links to where a program is told, to its source, and to where a browser runs it.

    It is run where it is told: a page has one engine, and that one knows the outputs and the reasons of its page alone.
    """
    file, told = f"{unit.name}.py", app.builder.get_relative_uri(docname, unit.page)
    links = {app.env.titles[unit.page].astext(): f"{told}#{anchor(unit, 0)}"}
    if app.builder.format == "html":
        links[f"download {file}"] = relative_uri(app.builder.get_target_uri(docname), f"{PROGRAMS}/{file}")
    if address := in_repository(app, file):
        links[f"{file} in the repository"] = address
    if controls.of_cell(build, unit, 0):
        links[f"run {file} there"] = f"{told}#{anchor(unit, 0)}"
    yield nodes.Text("Told in ")
    for number, (text, uri) in enumerate(links.items()):
        yield nodes.Text(" · " if number else "")
        yield nodes.reference("", text, refuri=uri, internal="://" not in uri)


def in_repository(app: Sphinx, file: str) -> str:
    """Return where the repository shows an example; nothing if that is not known."""
    repository = app.config.everypython_repository
    whole = Path(app.srcdir, app.config.everypython_protected).resolve()
    path = Path(app.srcdir, app.config.everypython_examples, file).resolve()
    host = repository.split("/")[2] if repository else ""
    views = {"github": "blob", "gitlab": "-/blob", "bitbucket": "src"}  # whose newest commit is called HEAD
    view = next((view for name, view in views.items() if name in host), "")
    return (
        f"{repository}/{view}/HEAD/{path.relative_to(whole).as_posix()}" if view and path.is_relative_to(whole) else ""
    )


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
