"""The `{coverage}` directive: which facts a site says that it demonstrates, and where each is."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from ..model.units import Unit
from ..run.build import Build, build_of
from .lists import anchor, table
from .outcomes import inline

Shown = dict[str, list[tuple[Unit, int]]]
"""Of each fact the cells that show it, in the order of their pages."""


def setup(app: Sphinx) -> None:
    app.add_node(place)
    app.add_directive("coverage", Coverage)


class place(nodes.General, nodes.Element):  # docutils names nodes in lower case
    """Where the link to a fact's demonstration goes, once it is known what pages are called."""


class Coverage(SphinxDirective):
    """``{coverage} facts.toml`` makes a table for each topic of the file: its facts, and what shows them.

    The file has tables ``[[topic]]`` with a ``title`` and ``facts``: names, which cells and examples give as
    ``shows: [name]``, and what each says, a line of Markdown. Each fact is shown on exactly one page.
    """

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {}

    def run(self) -> list[nodes.Node]:
        build = build_of(self.env)
        if build is None:
            return []
        file = Path(self.env.doc2path(self.env.docname)).parent / self.arguments[0]
        self.env.note_dependency(file)
        try:
            topics = tomllib.loads(file.read_text(encoding="utf-8"))["topic"]
            facts = {name: text for topic in topics for name, text in topic["facts"].items()}
            titles = [topic["title"] for topic in topics]
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise self.error(
                f"{file.name} cannot be read ({error}): it has tables [[topic]] with a title and facts"
            ) from error
        shown = shown_in(build)
        wrong = list(findings(facts, shown))
        if wrong:
            raise self.error("\n".join(wrong))
        return [section(build, title, topic["facts"], shown) for title, topic in zip(titles, topics, strict=True)]


def shown_in(build: Build) -> Shown:
    shown: Shown = {}
    for unit in build.units:
        for index, cell in enumerate(unit.cells):
            for name in cell.options.shows:
                shown.setdefault(name, []).append((unit, index))
    return shown


def findings(facts: dict[str, str], shown: Shown) -> Iterator[str]:
    """Yield what is wrong with the list of facts, or with what cells say that they show."""
    for name, cells in shown.items():
        where = ", ".join(sorted({f"{unit.page}:{unit.cells[index].line}" for unit, index in cells}))
        if name not in facts:
            yield f"{where}: `shows: [{name}]`, but the list of facts has no {name}; add it there or correct the name"
        if len({unit.page for unit, _ in cells}) > 1:
            yield f"{where}: {name} is shown on several pages; leave it to one"
        if any("remove-cell" in unit.cells[index].options.tags for unit, index in cells):
            yield f"{where}: {name} is shown by a cell that readers do not see; name it at one that they do"
    for name in facts.keys() - shown.keys():
        yield f"nothing shows {name} ({facts[name]}); give a cell or an example `shows: [{name}]`, or drop the fact"


def section(build: Build, title: str, facts: dict[str, str], shown: Shown) -> nodes.section:
    rows: list[list[nodes.Node]] = []
    for name, text in facts.items():
        unit, index = shown[name][0]
        answers = len(build.groups(unit, index))
        where = place(unit=unit.page, anchor=anchor(unit, index))
        said = nodes.paragraph("", "one" if answers == 1 else str(answers))
        rows.append([nodes.paragraph("", "", *deepcopy(inline(text))), nodes.paragraph("", "", where), said])
    heading = nodes.title("", "", *deepcopy(inline(title)))
    drawn = table(["What is shown", "Where", "Answers"], rows, "coverage")
    return nodes.section("", heading, drawn, ids=[nodes.make_id(title)])


def link_places(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    for found in list(doctree.findall(place)):
        uri = f"{app.builder.get_relative_uri(docname, found['unit'])}#{found['anchor']}"
        title = app.env.titles[found["unit"]].astext()
        found.replace_self(nodes.reference("", title, refuri=uri, internal=True))
