"""Draws what each Python printed under a cell or example, and the `{example}` directive."""

from __future__ import annotations

import copy
import html
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.frontend import get_default_settings
from docutils.utils import new_document
from myst_parser.parsers.docutils_ import Parser
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from . import pages
from .units import Unit
from .variants import Group, last_line, names, prints_something

OPEN = 12  # lines: a longer output of other Pythons starts folded


class variant(nodes.General, nodes.Element):  # docutils names nodes in lower case
    """What one group of Pythons printed, under the group's name. Folds, in HTML."""


def setup(app: Sphinx) -> None:
    app.add_node(variant, html=(open_variant, close_variant), latex=(skip, skip), text=(skip, skip))
    app.add_directive("example", Example)
    app.connect("doctree-read", attach)
    app.connect(
        "config-inited", lambda app, config: config.html_static_path.append(str(Path(__file__).with_name("site")))
    )
    app.add_css_file("everypython.css")


def open_variant(self: HTML5Translator, node: variant) -> None:
    is_open = " open" if node["lines"] <= OPEN else ""
    self.body.append(f"<details{is_open}>\n<summary>")
    self.body.append(f"{who(node['who'], node['exact'])} {html.escape(node['says'])}</summary>\n")


def close_variant(self: HTML5Translator, node: variant) -> None:
    self.body.append("</details>\n")


def skip(self: Any, node: variant) -> None:
    """Other formats show the output of a group without its fold."""


def who(label: str, exact: str) -> str:
    """A group's name; exact versions appear on hover and are read out."""
    return (
        f'<span class="who" title="{html.escape(exact)}">{html.escape(label)}'
        f'<span class="exactly"> (that is {html.escape(exact)})</span></span>'
    )


def attach(app: Sphinx, doctree: nodes.document) -> None:
    """Puts the variants of each cell of a page into the cell's output."""
    build = pages.current
    unit = build.page(app.env.docname) if build else None
    if build is None or unit is None:
        return
    for cell in list(doctree.findall(nodes.container)):
        if cell.get("nb_element") != "cell_code" or "remove-output" in cell["cell_metadata"].get("tags", []):
            continue
        found = variants_of(build, unit, cell["cell_metadata"]["everypython"]["cell"] - 1)
        outputs = (part for part in cell.findall(nodes.container) if part.get("nb_element") == "cell_code_output")
        output = next(outputs, None)
        if output is not None:
            output.extend(found)
        elif found:
            cell += nodes.container("", *found, nb_element="cell_code_output", classes=["cell_output"])


def variants_of(build: pages.Build, unit: Unit, index: int) -> list[nodes.Node]:
    """What stands under the published output: who printed it, and what the others printed."""
    first, *others = build.groups(unit, index)
    if not others and not prints_something(first.outcome):
        return []
    agreed = not others and not first.volatile and len(build.interpreters) > 1
    label = (
        f"same on all {len(build.interpreters)} Pythons" if agreed else names(first.interpreters, build.interpreters)
    )
    printed = nodes.paragraph(classes=["printed-by"])
    printed += nodes.raw("", who(label, exact(first)), format="html")
    if first.volatile:
        printed += nodes.Text(f" — varies from run to run: {'; '.join(first.reasons)}")
    elif not prints_something(first.outcome):
        printed += nodes.Text(" printed nothing")
    return [printed, *(drawn(group, build) for group in others)]


def exact(group: Group) -> str:
    return ", ".join(python.name for python in group.interpreters)


def drawn(group: Group, build: pages.Build) -> nodes.container:
    """A group that printed something else than the published default, and why it did."""
    outcome = group.outcome
    text = outcome["text"] + (outcome["data"] or {}).get("text/plain", "")
    if outcome["error"]:
        text += last_line(outcome["error"])
    says = "varies from run to run; here it printed" if group.volatile else "printed" if text else "printed nothing"
    label = names(group.interpreters, build.interpreters)
    fold = variant(who=label, exact=exact(group), says=says, lines=text.count("\n") + 1)
    if text:
        fold += printout(text)
    reasons = [explained(reason) for reason in group.reasons or ["not yet explained"]]
    return nodes.container("", fold, *reasons, classes=["variant"])


def printout(text: str) -> nodes.literal_block:
    return nodes.literal_block(text, text, language="none", classes=["output", "stream"])


def explained(reason: str) -> nodes.paragraph:
    """A reason as a paragraph: it is one line of Markdown."""
    return nodes.paragraph("", "", *copy.deepcopy(inline(reason)), classes=["because"])


@cache
def inline(text: str) -> list[nodes.Node]:
    document = new_document("a reason", get_default_settings(Parser))
    Parser().parse(text, document)
    return list(document.children[0].children) if document.children else []


class Example(SphinxDirective):
    """``{example} name`` shows a program of the examples folder and what each Python printed for it."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {}  # its options are YAML, read by units.written_options

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        program = Path(self.env.srcdir, self.config.everypython_examples, f"{name}.py").resolve()
        self.env.note_dependency(program)
        source = program.read_text(encoding="utf-8")
        shown = nodes.literal_block(source, source, language="python3")
        self.set_source_info(shown)
        code = nodes.container("", shown, classes=["cell_input"], nb_element="cell_code_source")
        caption = nodes.paragraph("", "", nodes.literal("", f"{program.parent.name}/{name}.py"), classes=["program"])
        return [caption, nodes.container("", code, *self.output(name), classes=["cell", "example"])]

    def output(self, name: str) -> list[nodes.Node]:
        """What the program printed; nothing where the engine stands aside."""
        build = pages.current
        if build is None:
            return []
        unit = build.example(name, self.env.docname)
        outcome = build.results[unit, build.default]["cells"][0]
        texts = [outcome["text"], (outcome["error"] or {}).get("traceback", "")]
        parts = [*(printout(text) for text in texts if text), *variants_of(build, unit, 0)]
        return [nodes.container("", *parts, classes=["cell_output"], nb_element="cell_code_output")]
