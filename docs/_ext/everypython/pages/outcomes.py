"""Draw what each Python printed under a cell or example, and the `{example}` directive."""

from __future__ import annotations

import copy
import html
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.frontend import get_default_settings
from docutils.utils import new_document
from myst_parser.parsers.docutils_ import Parser
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from ..check.gates import unexpected
from ..model.displays import drawable
from ..model.grouping import Group, names, prints_something, unneeded, whole_traceback
from ..model.outcome import Outcome
from ..model.units import Unit
from ..run.build import Build, build_of
from . import controls, labels, pictures

OPEN = 12  # lines: a longer output of other Pythons starts folded, and so does a picture


class outcome(nodes.General, nodes.Element):  # docutils names nodes in lower case
    """What one group of Pythons did with a cell, and why. In HTML it names the cell and the Pythons."""


class fold(nodes.General, nodes.Element):
    """What a group printed, under a line that unfolds it, in HTML."""


def setup(app: Sphinx) -> None:
    app.add_node(outcome, html=(open_outcome, close_outcome), **labels.UNSEEN)
    app.add_node(fold, html=(open_fold, close_fold), **labels.UNSEEN)
    app.add_directive("example", Example)
    app.add_css_file("everypython.css")
    app.add_css_file("chooser.css")
    app.add_css_file("print.css", media="print")
    app.add_js_file("copy.js", loading_method="defer")


def add_static_files(app: Sphinx, config: Config) -> None:
    """Add the scripts and stylesheets of the engine to the site's own."""
    config.html_static_path.append(str(Path(__file__).parents[1] / "site"))


def open_outcome(self: HTML5Translator, node: outcome) -> None:
    names = {"data-cell": node["cell"], "data-pythons": " ".join(node["pythons"])}
    self.body.append(self.starttag(node, "div", CLASS="outcome", **names))


def close_outcome(self: HTML5Translator, node: outcome) -> None:
    self.body.append("</div>\n")


def open_fold(self: HTML5Translator, node: fold) -> None:
    opened = " open" if node["is_open"] else ""
    self.body.append(f'<details class="{" ".join(node["classes"])}"{opened}>\n')
    self.body.append(f"<summary>{node['who']} {html.escape(node['says'])}</summary>\n")


def close_fold(self: HTML5Translator, node: fold) -> None:
    self.body.append("</details>\n")


def accept_tracebacks(app: Sphinx, doctree: nodes.document) -> None:
    """Let no traceback end a build: what was raised may have a name that a lexer does not know."""
    for block in doctree.findall(nodes.literal_block):
        if block.get("language") == "ipythontb":
            block["force"] = True


def attach(app: Sphinx, doctree: nodes.document) -> None:
    """Put what every Python did with a cell in place of the one output that myst-nb has drawn."""
    build = build_of(app.env)
    unit = build.page(app.env.docname) if build else None
    if build is None or unit is None:
        return
    for cell in list(doctree.findall(nodes.container)):
        if cell.get("nb_element") != "cell_code" or "example" in cell["classes"]:
            continue
        number = cell["cell_metadata"]["everypython"]["cell"]
        cell["ids"].append(f"cell-{number}")
        tags = unit.cells[number - 1].options.tags
        if "remove-cell" in tags:
            cell += does_not_hold(build, unit, number - 1)
        if tags & {"remove-cell", "remove-output"}:
            continue
        parts = [part for part in cell.findall(nodes.container) if part.get("nb_element") == "cell_code_output"]
        drawn = parts[0].children if parts else []
        for part in parts:
            cell.remove(part)
        for code in [part for part in cell.findall(nodes.container) if part.get("nb_element") == "cell_code_source"]:
            code += controls.of_cell(build, unit, number - 1)
        cell += results(build, unit, number - 1, drawn)


def results(build: Build, unit: Unit, index: int, published: list[nodes.Node]) -> list[nodes.Node]:
    """Return the output of a cell: an outcome for each group, the published default's first, which is drawn already.

    What skips the whole page has none: that is said once, at the top of the page.
    """
    groups = build.groups(unit, index)
    told = [group for group in groups if not group.of_page]
    if not told or (len(told) == 1 and not prints_something(told[0])):
        return []
    whole = nodes.container(nb_element="cell_code_output", classes=["cell_output"])
    for number, group in enumerate(groups, 1):
        if group.of_page:
            continue
        is_first, data = group is told[0], group.outcome.data
        picture = drawable(data)
        plain = replace(group.outcome, data=None if picture else data)
        drawn = published if group is groups[0] else printouts(plain)
        if picture:
            drawn = [*drawn, pictures.drawn(build, unit, index, group, f"picture-{index + 1}-{number}")]
        if len(told) > 1:
            drawn = [labels.group_label(group, told, build), *folded(drawn, bool(picture), is_open=is_first)]
        if len(told) == 1 or not is_first or group.apart:
            drawn += remarks(group, build, alone=len(told) == 1)
        drawn += findings(build, unit, index, group, published=group is groups[0])
        pythons = [python.key for python in group.interpreters]
        whole += outcome("", *drawn, cell=f"{unit.id}:{index + 1}", pythons=pythons)
    return [whole]


def folded(drawn: list[nodes.Node], picture: bool, is_open: bool) -> list[nodes.Node]:
    """Return an output that can be folded, if it is long or a picture. The one that is shown stands open."""
    lines = sum(part.astext().count("\n") + 1 for part in drawn)
    if lines <= OPEN and not picture:
        return drawn
    says = "its picture" if picture else f"its {lines} lines"
    return [fold("", *drawn, who="", says=says, is_open=is_open, classes=["long"])]


def remarks(group: Group, build: Build, alone: bool) -> list[nodes.Node]:
    """Return what stands below a group's output: why it differs, or that no Python does."""
    reasons: list[nodes.Node] = [explained(reason) for reason in group.reasons]
    if not alone or len(build.interpreters) == 1:
        return reasons
    return [labels.agreed(group, build), *reasons]


def findings(build: Build, unit: Unit, index: int, group: Group, published: bool) -> list[nodes.Node]:
    """Return what a strict build would refuse of a group, said where it is seen."""
    cell, every = unit.cells[index], build.interpreters
    found: list[nodes.Node] = []
    for python in group.interpreters:
        problem = build.results[unit, python].problem
        if problem and problem.cell == index:
            found.append(explained(f"{python.name} {problem.says.partition(', having printed')[0]}"))
    if published and not group.unexplained and group.outcome.error and unexpected(cell, build.default, build.default):
        found.append(explained("not yet explained"))
    if group.unexplained:
        whole = len(group.unexplained) == len(group.interpreters)
        named = "" if whole else f"{names(group.unexplained, every)}: "
        found.append(explained(f"{named}not yet explained"))
    idle = unneeded(build.groups(unit, index), build.default, cell.options) if published else []
    for why in dict.fromkeys(why for _, why in idle):
        agree = [python for python, this in idle if this is why]
        if not why.of_page:
            found.append(explained(f"{names(agree, every)} was to differ, and does not: {why.reason}"))
    return found


def does_not_hold(build: Build, unit: Unit, index: int) -> list[nodes.Node]:
    """Return what says where a hidden check of a page has failed: on which Pythons, and how."""
    failed = [(group, group.outcome.error) for group in build.groups(unit, index)]
    sentences = (
        f"What is said here does not hold on {names(group.interpreters, build.interpreters)}: "
        f"its check ends with `{error.last_line.partition(chr(10))[0]}`."
        for group, error in failed
        if error
    )
    said = [explained(sentence) for sentence in sentences]
    for paragraph in said:
        paragraph["classes"].append("does-not-hold")
    return [*said]


def printouts(outcome: Outcome, traceback: bool = False) -> list[nodes.Node]:
    """Return a program's or another Python's output as blocks of text; of an error the last line, or all of it."""
    error = outcome.error
    trace = (error.traceback if traceback else error.last_line) if error else ""
    printed = outcome.text + (outcome.data or {}).get("text/plain", "")
    parts = [(printed, ["output", "stream"]), (trace, ["output", "stream", "raised"])]
    return [nodes.literal_block(text, text, language="none", classes=classes) for text, classes in parts if text]


def explained(reason: str) -> nodes.paragraph:
    """Return a reason as a paragraph: it is one line of Markdown."""
    return nodes.paragraph("", "", *copy.deepcopy(inline(reason)), classes=["because"])


settings = cache(partial(get_default_settings, Parser))  # docutils reads its hundred options anew each time


@cache
def inline(text: str) -> list[nodes.Node]:
    document = new_document("a reason", copy.copy(settings()))
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
        build = build_of(self.env)
        unit = build.example(name, self.env.docname) if build else None
        run = controls.of_cell(build, unit, 0) if build and unit else []
        code = nodes.container("", shown, *run, classes=["cell_input"], nb_element="cell_code_source")
        output = output_of_program(build, unit) if build and unit else []
        caption = nodes.paragraph("", "", nodes.literal("", f"{program.parent.name}/{name}.py"), classes=["program"])
        ids = [f"example-{name}"]
        cell = nodes.container("", code, *output, classes=["cell", "example"], ids=ids, program=name)
        if unit and "hide-output" in unit.cells[0].options.tags:
            show, hide = self.config.nb_code_prompt_show, self.config.nb_code_prompt_hide
            cell.update_all_atts({"nb_element": "cell_code", "hide_mode": "output"})  # as myst-nb marks its own
            cell.update_all_atts({"prompt_show": show, "prompt_hide": hide})
        return [caption, cell]


def output_of_program(build: Build, unit: Unit) -> list[nodes.Node]:
    whole = whole_traceback(unit.cells[0].options)
    printed = printouts(build.results[unit, build.default].cells[0], traceback=whole)
    return results(build, unit, 0, printed)
