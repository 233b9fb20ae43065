"""The directive `{filmstrip}`: plays the pictures of a film step by step, beside the program that they are taken of.

The page holds the program, an empty stage of the size of the pictures and controls that do nothing; `filmstrip.js` puts
the pictures on the stage that stand under the cells, with their captions, which the program wrote. Where no script runs
none of it is shown: the pictures are there. A film of another page brings its pictures with it.
"""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Iterator
from itertools import pairwise
from textwrap import shorten
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from ..model import dot
from ..model.displays import GRAPH, drawable
from ..model.units import Unit
from ..run.build import Build, build_of
from . import pictures

UNLISTED = {"remove-cell", "remove-input", "hide-cell", "hide-input"}
DEFINING = (ast.Import, ast.ImportFrom, ast.ClassDef, ast.FunctionDef)
STAGE = """<div class="stage picture"><svg {size} aria-hidden="true"></svg></div>
<div class="caption">
<p class="room" aria-hidden="true">{longest}</p>
<p class="says" role="status">&nbsp;</p>
</div>
<div class="controls">
<button type="button" aria-label="Previous step" disabled>◀</button>
<input type="range" min="1" max="{steps}" value="1" aria-label="Step" autocomplete="off" disabled>
<button type="button" aria-label="Next step" disabled>▶</button>
</div>
<details class="as-text">
<summary>As text</summary>
<pre></pre>
</details>
"""


class filmstrip(nodes.General, nodes.Element):  # docutils names nodes in lower case
    """A program and a stage for the pictures taken of it; in HTML alone, other formats have the pictures' texts."""


class element(nodes.General, nodes.Element):
    """An element of HTML: its `tag`, and its attributes in `of`."""


def setup(app: Sphinx) -> None:
    app.add_node(filmstrip, html=(open_element, close_element), latex=(leave, leave), text=(leave, leave))
    app.add_node(element, html=(open_element, close_element))
    app.add_directive("filmstrip", Filmstrip)
    app.add_css_file("filmstrip.css")


def add_script(app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    if doctree is not None and next(doctree.findall(filmstrip), None) is not None:
        app.add_js_file("filmstrip.js", loading_method="defer")


def open_element(self: HTML5Translator, node: element) -> None:
    self.body.append(self.starttag(node, node["tag"], **node["of"]))


def close_element(self: HTML5Translator, node: element) -> None:
    self.body.append(f"</{node['tag']}>\n")


def leave(self: Any, node: nodes.Element) -> None:
    raise nodes.SkipNode


class Filmstrip(SphinxDirective):
    """``{filmstrip} NAME`` plays the page's pictures of graphs with that name; its content is the caption.

    With the option `page` they are another page's, and stand below the film where no script runs.
    """

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {"page": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        build, name = build_of(self.env), self.arguments[0]
        if build is None:
            return []
        page = self.options.get("page", self.env.docname)
        unit = build.page(page)
        shown = [one for one in pictures.shown_graphs(build, unit) if pictures.readable(one[1])] if unit else []
        frames = [(index, graph) for index, graph in shown if dot.name_of(graph) == name]
        taken = sorted({index for index, _ in frames})
        if unit and len(taken) < 2 and not build.strict and build.any_broken(unit):
            return []  # the pictures did not come to be here; what was raised instead is under the cells
        if unit is None or len(taken) < 2:
            films = ", ".join(sorted({dot.name_of(graph) for _, graph in shown} - {""})) or "none"
            told = f"{len(taken)} cells of {page}.md show a graph named {name!r}: a film is of two or more"
            raise self.error(f"{told}. Names of graphs here: {films}.")
        if not dot.available():
            return []
        svg = pictures.svg_of(build, unit, {GRAPH: frames[0][1]})
        size = " ".join(re.findall(r'\b(?:viewBox|width|height)="[^"]*"', svg.partition(">")[0]))
        text, messages = self.parse_inline(" ".join(self.content)) if self.content else ([], [])
        program = element("", *parts(unit, taken), tag="ol", of={"class": "program", "tabindex": "0"})
        longest = max((f"{len(taken)} of {len(taken)}: {dot.read(graph).says}" for _, graph in frames), key=len)
        filled = STAGE.format(size=size, steps=len(taken), longest=html.escape(longest))
        stage = nodes.raw("", filled, format="html")
        below = [element("", nodes.inline("", "", *text), tag="figcaption", of={})] if text else []
        of = {"class": "filmstrip", "aria-label": f"Step by step: {name}", "data-film": name}
        brought = [frames_of(build, unit, taken)] if page != self.env.docname else []
        if brought:
            self.env.note_dependency(self.env.doc2path(page))
        return [filmstrip("", program, stage, *below, tag="figure", of=of), *brought, *messages]


def frames_of(build: Build, unit: Unit, taken: list[int]) -> filmstrip:
    """Return the pictures of a film for a page that has not its cells: for each step one of each group of Pythons."""
    steps = filmstrip("", tag="div", of={"class": "frames"})
    for index in taken:
        step = element("", tag="div", of={"class": "step"})
        for number, group in enumerate(build.groups(unit, index), 1):
            if drawable(group.outcome.data):
                pythons = " ".join(python.key for python in group.interpreters)
                of = {"class": "frame", "data-cell": f"{unit.id}:{index + 1}", "data-pythons": pythons}
                picture = pictures.drawn(build, unit, index, group, f"frame-{index + 1}-{number}")
                step += element("", picture, tag="div", of=of)
        steps += step
    return steps


def parts(unit: Unit, taken: list[int]) -> Iterator[element]:
    """Yield the program from the first picture to the last: a part for each cell; a step ends with a picture."""
    for step, (last, this) in enumerate(pairwise([first_of(unit, taken[0]) - 1, *taken]), 1):
        cells = {index: listed(unit.cells[index].source, index == this) for index in range(last + 1, this + 1)}
        cells = {i: source for i, source in cells.items() if source and not unit.cells[i].options.tags & UNLISTED}
        cells = cells or {this: unit.cells[this].source}
        for index, source in cells.items():
            of = {"data-step": str(step)}
            if index == max(cells):
                of |= {"data-cell": f"{unit.id}:{this + 1}", "data-says": gist("\n".join(cells.values()))}
            yield element("", nodes.literal_block(source, source, language="python3"), tag="li", of=of)


def first_of(unit: Unit, index: int) -> int:
    """Return where a film's program begins: with its first picture's cell, or before it if that does nothing else."""
    before = [i for i in range(index) if not unit.cells[i].options.tags & UNLISTED]
    return before[-1] if before and not listed(unit.cells[index].source, takes_picture=True) else index


def listed(source: str, takes_picture: bool) -> str:
    """Return a cell as the program shows it: without the last expression, if that only takes the picture."""
    found = statements(source)
    shares_a_line = len(found) > 1 and found[-2].end_lineno == found[-1].lineno
    if not takes_picture or not found or shares_a_line:
        return source.rstrip()
    return "\n".join(source.splitlines()[: found[-1].lineno - 1]).rstrip()


def statements(source: str) -> list[ast.stmt]:
    """Return a cell's statements; none where this Python is too old for their syntax."""
    try:
        return ast.parse(source).body
    except SyntaxError:
        return []


def gist(source: str) -> str:
    """Return the statement that a step is about, in one line: the last one that does more than to print or define."""
    doing = [each for each in statements(source) if not isinstance(each, DEFINING)]
    quiet = [each for each in doing if not ast.unparse(each).startswith("print(")]
    ranked = [*statements(source), *doing, *quiet]
    if not ranked:
        return source.strip().partition("\n")[0]
    best = ranked[-1]
    compound = hasattr(best, "body")  # its source may hold comments
    text = ast.unparse(best) if compound else ast.get_source_segment(source, best) or ""
    return shorten(text, 70, placeholder=" …")
