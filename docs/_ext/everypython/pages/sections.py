"""The directive `{sections}`: a list of links to the sections of a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


def setup(app: Sphinx) -> None:
    app.add_node(sections)
    app.add_directive("sections", Sections)


class sections(nodes.General, nodes.Element):  # docutils names nodes in lower case
    """Where the list goes, once the sections are there that are made of the runs."""


class Sections(SphinxDirective):
    """``{sections}`` lists the sections of the page that it stands in, and theirs; `{sections} 1` leaves those out."""

    optional_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {}

    def run(self) -> list[nodes.Node]:
        return [sections(depth=int(self.arguments[0]) if self.arguments else 2)]


def list_sections(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    for place in list(doctree.findall(sections)):
        page = next(doctree.findall(nodes.section), doctree)
        place.replace_self(links(page, place["depth"]))


def links(page: nodes.Element, depth: int) -> list[nodes.Node]:
    """Return a list of links to the sections of a page or a section; nothing where it has none."""
    items = [nodes.list_item("", *item(each, depth)) for each in page if isinstance(each, nodes.section)]
    return [nodes.bullet_list("", *items, classes=["sections"])] if items else []


def item(section: nodes.section, depth: int) -> Iterator[nodes.Node]:
    title = section[0].deepcopy()
    link = nodes.reference("", "", *title.children, refid=section["ids"][0], internal=True)
    yield nodes.paragraph("", "", link)
    if depth > 1:
        yield from links(section, depth - 1)
