"""The directives `{predict}`, a question with options, and `{answer}`, what is to be read once it is answered.

The output of the cell that a prediction is about is folded. Inside the fold stand which option is right on which
Pythons, what they printed, and the answer; `site/predict.js` opens it when a reader has chosen.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.writers.html5 import HTML5Translator

from ..model.grouping import names
from ..model.units import Unit
from ..run.build import Build, build_of
from .labels import UNSEEN

LOG = logging.getLogger(__name__)


class prediction(nodes.General, nodes.Element):  # docutils names nodes in lower case
    """A question, with a list of options. In HTML one of them can be chosen."""


class choice(nodes.Part, nodes.Element):
    """One option: the inside of an item of the list."""


class answer(nodes.General, nodes.Element):
    """What explains the output of the predicted cell before it, and goes into its fold."""


def setup(app: Sphinx) -> None:
    app.add_node(prediction, html=(open_prediction, close_prediction), **UNSEEN)
    app.add_node(choice, html=(open_choice, close_choice), **UNSEEN)
    app.add_node(answer, html=(open_answer, close_answer), **UNSEEN)
    app.add_role("prints", Prints())
    app.add_directive("predict", Predict)
    app.add_directive("answer", Answer)
    app.add_css_file("predict.css")


class Prints(SphinxRole):
    """``{prints}`text``` ends an option; the build has read it in the page's text (model/predictions.py)."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        return [], []


class Predict(SphinxDirective):
    """``{predict}`` asks, before the next cell or example, what that prints."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        asked = prediction("", *self.parse_content_to_nodes())
        for item in asked.findall(nodes.list_item):
            inside = [part for paragraph in item.children for part in paragraph.children]
            item.clear()
            item += choice("", nodes.inline("", "", *inside))
        self.set_source_info(asked)
        return [asked]


class Answer(SphinxDirective):
    """``{answer}`` holds what would give the answer to a prediction away."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        said = answer("", *self.parse_content_to_nodes())
        self.set_source_info(said)
        return [said]


def attach(app: Sphinx, doctree: nodes.document) -> None:
    """Bind each prediction to its cell, and put what is right, and the answer, into that cell's fold."""
    build = build_of(app.env)
    if build is None:
        return
    asked: prediction | None = None
    fold: nodes.container | None = None
    for number, node in enumerate(list(doctree.findall(is_part))):
        if isinstance(node, prediction):
            asked, fold = node, None
        elif isinstance(node, answer):
            if fold is None:
                LOG.warning("an {answer} follows the cell of a {predict}", location=node, type="everypython")
            else:
                node.parent.remove(node)
                fold += node
        elif asked is not None and isinstance(node, nodes.container):
            unit, index = told_by(build, app.env.docname, node)
            if unit.cells[index].prediction:
                fold = bound(build, unit, index, asked, node, number)
                asked = None


def is_part(node: nodes.Node) -> bool:
    """Return whether a node is a prediction, an answer, or what one can be about: a cell or an example."""
    if isinstance(node, nodes.container):
        return "example" in node["classes"] or node.get("nb_element") == "cell_code"
    return isinstance(node, prediction | answer)


def bound(
    build: Build, unit: Unit, index: int, asked: prediction, cell: nodes.container, number: int
) -> nodes.container:
    """Bind a prediction to its cell; return the fold, with what is right on top."""
    right = build.right_options(unit, index)
    options = list(asked.findall(choice))
    ran = sorted(right, key=lambda python: (python is not build.default, python.rank))
    asked.update_all_atts({"number": number, "cell": cell["ids"][0]})
    asked["pythons"] = {python.key: python.name for python in ran}
    for place, each in enumerate(options):
        each["name"], each["place"] = f"predict-{number}", place
        each["pythons"] = [python.key for python in ran if place in right[python]]
    drawn: list[Any] = [part for part in cell.findall(is_output) if part.parent is cell]
    for part in drawn:
        cell.remove(part)
    truths = nodes.bullet_list("", *truth(build, unit, index, options), classes=["truths"])
    fold = nodes.container("", truths, *drawn, nb_element="cell_code_output", classes=["predicted"])
    cell += fold
    return fold


def is_output(node: nodes.Node) -> bool:
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code_output"


def told_by(build: Build, page: str, cell: nodes.container) -> tuple[Unit, int]:
    """Return the unit of a cell's container, and the cell's place in it."""
    if "example" in cell["classes"]:
        return build.example(cell["program"], page), 0
    unit = build.page(page)
    assert unit
    return unit, int(cell["cell_metadata"]["everypython"]["cell"]) - 1


def truth(build: Build, unit: Unit, index: int, options: list[choice]) -> Iterator[nodes.list_item]:
    """Yield for each option that is right somewhere on which Pythons; and on which none is."""
    right, every = build.right_options(unit, index), build.interpreters
    said = [each.children[0].deepcopy() for each in options]
    for place, what in enumerate([*said, nodes.inline("", "none of these, here")]):
        pythons = [python for python, places in right.items() if place in (places or [len(options)])]
        if pythons:
            where = f"all {len(every)} Pythons" if len(pythons) == len(every) > 1 else names(pythons, every)
            words = nodes.paragraph("", "", nodes.strong("", f"{where}:"), nodes.Text(" "), what)
            yield nodes.list_item("", words, classes=[f"place-{place}"])


def add_script(app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    if doctree is not None and next(doctree.findall(prediction), None) is not None:
        app.add_js_file("predict.js", loading_method="defer")


def open_prediction(self: HTML5Translator, node: prediction) -> None:
    pythons = json.dumps(node.get("pythons", {}), ensure_ascii=False)
    cell = html.escape(node.get("cell", ""))
    self.body.append(
        f'<fieldset class="predict" data-cell="{cell}" data-pythons="{html.escape(pythons)}">\n'
        '<legend class="ask">Before you run it</legend>\n'
    )


def close_prediction(self: HTML5Translator, node: prediction) -> None:
    self.body.append('<p class="verdict" role="status"></p>\n</fieldset>\n')


def open_choice(self: HTML5Translator, node: choice) -> None:
    name, right = html.escape(node.get("name", "")), html.escape(" ".join(node.get("pythons", ())))
    self.body.append(
        f'<label><input type="radio" name="{name}" value="{node.get("place", 0)}" data-pythons="{right}"> '
    )


def close_choice(self: HTML5Translator, node: choice) -> None:
    self.body.append("</label>")


def open_answer(self: HTML5Translator, node: answer) -> None:
    self.body.append(self.starttag(node, "div", CLASS="answer"))


def close_answer(self: HTML5Translator, node: answer) -> None:
    self.body.append("</div>\n")
