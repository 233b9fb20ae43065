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
    app.connect("builder-inited", lambda app: app.config.html_static_path.append(str(Path(__file__).with_name("site"))))
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
        if cell.get("nb_element") == "cell_code":
            found = variants_of(build, unit, cell["cell_metadata"]["everypython"]["cell"] - 1)
            if not found:
                continue
            output = next(
                (one for one in cell.findall(nodes.container) if one.get("nb_element") == "cell_code_output"), None
            )
            if output is None:
                output = nodes.container(nb_element="cell_code_output", classes=["cell_output"])
                cell.append(output)
            output.extend(found)


def variants_of(build: pages.Build, unit: Unit, index: int) -> list[nodes.Node]:
    """What stands under the published output: who printed it, and what the others printed."""
    first, *others = build.groups(unit, index)
    if not others and not prints_something(first.outcome):
        return []
    printed = nodes.paragraph(classes=["printed-by"])
    everyone = build.interpreters
    if not others and len(everyone) > 1 and not first.volatile:
        printed += labelled(f"same on all {len(everyone)} Pythons", first)
    elif prints_something(first.outcome):
        printed += labelled(names(first.interpreters, everyone), first)
        if first.volatile:
            printed += nodes.Text(f" — varies from run to run: {'; '.join(first.reasons)}")
    else:
        printed += labelled(names(first.interpreters, everyone), first)
        printed += nodes.Text(" printed nothing")
    return [printed, *(drawn(group, build) for group in others)]


def labelled(label: str, group: Group) -> nodes.Node:
    exact = ", ".join(python.name for python in group.interpreters)
    return nodes.raw("", who(label, exact), format="html")


def drawn(group: Group, build: pages.Build) -> nodes.container:
    """A group that printed something else than the published default, and why it did."""
    outcome = group.outcome
    text = outcome["text"] + (outcome["data"] or {}).get("text/plain", "")
    if outcome["error"]:
        text += last_line(outcome["error"])
    says = "varies from run to run; here it printed" if group.volatile else "printed" if text else "printed nothing"
    exact = ", ".join(python.name for python in group.interpreters)
    who = names(group.interpreters, build.interpreters)
    fold = variant(who=who, exact=exact, says=says, lines=text.count("\n") + 1)
    if text:
        fold += nodes.literal_block(text, text, language="none", classes=["output", "stream"])
    reasons = [explained(reason) for reason in group.reasons or ["not yet explained"]]
    return nodes.container("", fold, *reasons, classes=["variant"])


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
    option_spec: ClassVar[dict[str, Any]] = {}  # its options are YAML, read by units.example_options

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        program = Path(self.env.srcdir, self.config.everypython_examples, f"{name}.py").resolve()
        self.env.note_dependency(program)
        source = program.read_text(encoding="utf-8")
        shown = nodes.literal_block(source, source, language="python3")
        code = nodes.container("", shown, classes=["cell_input"], nb_element="cell_code_source")
        cell = nodes.container("", code, classes=["cell", "example"])
        self.set_source_info(shown)
        if pages.current is not None:
            build = pages.current
            unit = build.example(name, self.env.docname)
            output = nodes.container(classes=["cell_output"], nb_element="cell_code_output")
            text = build.results[unit, build.default]["cells"][0]["text"]
            if text:
                output += nodes.literal_block(text, text, language="none", classes=["output", "stream"])
            output.extend(variants_of(build, unit, 0))
            cell += output
        caption = nodes.paragraph("", "", nodes.literal("", f"examples/{name}.py"), classes=["program"])
        return [nodes.container("", caption, cell, classes=["program-and-output"])]
