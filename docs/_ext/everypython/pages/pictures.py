"""What a cell displays as a picture: drawn in the page, with the text that says the same below it.

Graphs of one page with one name are frames of a film: they are laid out together, and `{filmstrip}` plays them.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

from ..model import dot
from ..model.displays import GRAPH, SVG, TEXT, UNSHOWN, how_drawn, source_of
from ..model.grouping import Group
from ..model.outcome import Result
from ..model.units import Unit, digest
from ..run.files import write_atomically
from .controls import skip

if TYPE_CHECKING:
    from ..run.build import Build
    from ..run.store import Store

LOG = logging.getLogger(__name__)


class picture(nodes.General, nodes.Element):  # docutils names nodes in lower case
    """A picture with its text. Formats other than HTML show the text."""


def setup(app: Sphinx) -> None:
    app.add_node(picture, html=(open_picture, close_picture), latex=(skip, skip), text=(skip, skip))
    app.add_css_file("pictures.css")


def report_missing_graphviz(results: Iterable[Result]) -> None:
    if not dot.available() and any(GRAPH in (cell.data or {}) for each in results for cell in each.cells):
        LOG.info("graphs are shown as text: pygraphviz, which brings Graphviz, is not installed")


def open_picture(self: HTML5Translator, node: picture) -> None:
    film = {"data-film": node["film"]} if node["film"] else {}
    self.body.append(self.starttag(node, "figure", CLASS="picture", **{"data-source": node["source"]}, **film))
    if node["svg"]:
        self.body.append(f'{node["svg"]}\n<details class="as-text">\n<summary>As text</summary>\n')


def close_picture(self: HTML5Translator, node: picture) -> None:
    says = f"<figcaption>{html.escape(node['says'])}</figcaption>\n" if node["says"] else ""
    self.body.append(f"{'</details>' if node['svg'] else ''}{says}</figure>\n")


def drawn(build: Build, unit: Unit, index: int, group: Group, ident: str) -> picture:
    """Return what a cell displays: its picture, or its text alone where it cannot be drawn."""
    data = group.outcome.data or {}
    text, svg = data[TEXT], ""
    try:
        svg = described(svg_of(build, unit, data), ident, title_of(data), text)
    except dot.Undrawable as error:
        where = unit.page, unit.cells[index].line
        key = group.interpreters[0].key
        # only a strict build is ended by what a Python displayed
        log = LOG.warning if build.strict else LOG.info
        log("what this cell displays on %s cannot be drawn: %s", key, error, location=where)
    block = nodes.literal_block(text, text, language="none", classes=["output", "stream"])
    about = {"film": dot.name_of(data.get(GRAPH, "")), "says": said_of(data)}
    return picture("", block, svg=svg, source=source_of(data), **about)


def svg_of(build: Build, unit: Unit, data: Mapping[str, str]) -> str:
    """Return the picture, or nothing where there is no Graphviz."""
    if GRAPH in data and dot.available():
        film = graphs(build, unit).get(dot.name_of(data[GRAPH])) or [data[GRAPH]]
        return kept(build.store, dot.written(dot.read(data[GRAPH]), map(dot.read, film)))
    return dot.allowed(data[SVG]) if SVG in data else ""


def title_of(data: Mapping[str, str]) -> str:
    return dot.read(data[GRAPH]).title if GRAPH in data and dot.available() else "Picture"


def said_of(data: Mapping[str, str]) -> str:
    """Return what a frame says has happened, in words of the program that made it."""
    return dot.read(data[GRAPH]).says if GRAPH in data and dot.available() and readable(data[GRAPH]) else ""


def kept(store: Store, graph: str) -> str:
    """Return a graph's drawing, from the folder of what was drawn before or from Graphviz.

    A drawing stands there with its digest: what somebody else has put into its place is drawn anew.
    """
    path = store.folder / "drawn" / f"{digest(graph, how_drawn())}.svg"
    with suppress(OSError, ValueError):
        mark, _, svg = path.read_text(encoding="utf-8").partition("\n")
        if mark == digest(svg):
            return svg
    svg = dot.laid_out(graph)
    with store.written_alone():
        write_atomically(path, f"{digest(svg)}\n{svg}".encode())
    return svg


def described(svg: str, ident: str, title: str, text: str) -> str:
    """Return a picture with its name and its text for who does not see it."""
    if not svg:
        return ""
    about = "".join(
        f'<{tag} id="{ident}-{tag}">{html.escape(said)}</{tag}>' for tag, said in (("title", title), ("desc", text))
    )
    head, close, rest = svg.partition(">")
    return f'{head} role="img" aria-labelledby="{ident}-title" aria-describedby="{ident}-desc"{close}{about}{rest}'


def shown_graphs(build: Build, unit: Unit) -> Iterator[tuple[int, str]]:
    """Yield every graph that a page shows, with its cell, of each group of Pythons."""
    for index, cell in enumerate(unit.cells):
        if not cell.options.tags & UNSHOWN:
            for group in build.groups(unit, index):
                if group.outcome.data and GRAPH in group.outcome.data:
                    yield index, group.outcome.data[GRAPH]


def graphs(build: Build, unit: Unit) -> dict[str, list[str]]:
    """Return the frames of each film of a page, as graphs.

    One that cannot be read is left out; where it stands says so.
    """
    if unit not in build.films:
        films = build.films.setdefault(unit, {})
        for _, graph in shown_graphs(build, unit):
            if dot.name_of(graph) and readable(graph):
                films.setdefault(dot.name_of(graph), []).append(graph)
    return build.films[unit]


def readable(graph: str) -> bool:
    try:
        dot.read(graph)
    except dot.Undrawable:
        return False
    return True
