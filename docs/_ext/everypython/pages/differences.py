"""The directive `{differences}`: every cell and example whose output is not the same on all Pythons.

Each is one line that unfolds to the answers and their reasons. In HTML a form above the list, which `differences.js`
answers, leaves those on which two Pythons print otherwise, or those of a part of the site.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from itertools import count, groupby
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from ..model.claims import TAG
from ..model.grouping import Group, names
from ..model.interpreters import Interpreter
from ..model.units import Unit, digest
from ..run.build import Build, build_of
from .controls import skip
from .labels import group_status
from .lists import anchor, units_in_toc_order
from .outcomes import explained, printouts
from .sections import sections as contents

SCRIPT = Path(__file__).parents[1] / "site" / "differences.js"
MOST = 4  # lines that are shown of an answer: the demonstration that is linked has all of it
WIDTH = 60  # characters of an answer in the line that unfolds
UNLISTED = {"remove-cell", "by-python", TAG}


class listed(nodes.General, nodes.Element):  # docutils names nodes in lower case
    """Where the list goes, once it is known how pages link to each other."""


class difference(nodes.General, nodes.Element):
    """What a cell printed that is not the same on all Pythons. Folds, in HTML."""


class Differences(SphinxDirective):
    """``{differences}`` lists every cell and example whose output differs between Pythons, by page."""

    def run(self) -> list[nodes.Node]:
        return [listed()]


def setup(app: Sphinx) -> None:
    app.add_node(listed)
    app.add_node(difference, html=(open_difference, close_difference), latex=(skip, skip), text=(skip, skip))
    app.add_directive("differences", Differences)
    app.add_css_file("differences.css")


def open_difference(self: HTML5Translator, node: difference) -> None:
    self.body.append(
        self.starttag(node, "details", CLASS="gathered", **{"data-cell": node["cell"], "data-groups": node["groups"]})
    )
    answers = "".join(f"<span>{html.escape(said)}</span>" for said in node["says"])
    code = html.escape(node["where"])
    self.body.append(f'<summary><code>{code}</code> <span class="says">{answers}</span></summary>\n')


def close_difference(self: HTML5Translator, node: difference) -> None:
    self.body.append("</details>\n")


def make_list(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    build = build_of(app.env)
    for place in list(doctree.findall(listed)):
        found = list(sections(app, build, docname)) if build else []
        place.replace_self([form(build, found), contents(depth=1), *found] if build and found else found)


def sections(app: Sphinx, build: Build, docname: str) -> Iterator[nodes.section]:
    """Yield a section for each page with a difference."""
    for page, units in groupby(units_in_toc_order(app), lambda unit: unit.page):
        uri = app.builder.get_relative_uri(docname, page)
        found = [entry for unit in units for entry in entries(build, unit, uri, app.env.titles[page].astext())]
        if found:
            ids, title = [nodes.make_id(page)], app.env.titles[page].deepcopy()
            yield nodes.section("", title, *found, ids=ids, page=page, classes=["differences"])


def entries(build: Build, unit: Unit, uri: str, title: str) -> Iterator[difference]:
    """Yield what differs in a unit, by cell."""
    for index, cell in enumerate(unit.cells):
        groups = [group for group in build.groups(unit, index) if not group.of_page]
        if len(groups) < 2 or cell.options.tags & UNLISTED:
            continue
        is_example = unit.kind == "example"
        name = f"{unit.name}.py" if is_example else f"cell {index + 1}"
        link = nodes.reference("", f"{name} of {title}", refuri=f"{uri}#{anchor(unit, index)}", internal=True)
        texts = [printed(group) for group in groups]
        start = first_difference(texts)
        answers = [answer(group, lines, start, build) for group, lines in zip(groups, texts, strict=True)]
        yield difference(
            "",
            nodes.paragraph("", "Ran in ", link),
            *(nodes.container("", *parts, classes=["answer"]) for parts in answers),
            cell=f"{unit.id}:{index + 1}",
            groups=" ".join(number_of(python, groups) for python in build.interpreters),
            where=name if is_example else last_statement(cell.source),
            says=[brief(group, lines, start) for group, lines in zip(groups, texts, strict=True)],
        )


def number_of(python: Interpreter, groups: list[Group]) -> str:
    """Return which group a Python is in, or a dash where it has not run."""
    return next((str(number) for number, group in enumerate(groups) if python in group.interpreters), "-")


def last_statement(source: str) -> str:
    return source.strip().splitlines()[-1].strip()


def printed(group: Group) -> list[str]:
    """Return the lines that a group printed."""
    return [line for part in printouts(group.outcome) for line in part.astext().rstrip("\n").split("\n")]


def first_difference(texts: list[list[str]]) -> int:
    """Return the first line that some printed otherwise, or did not print, of those who printed anything."""
    told = [lines for lines in texts if lines]
    return next(at for at in count() if at >= max(map(len, told), default=0) or len({*lines_at(told, at)}) > 1)


def lines_at(texts: list[list[str]], at: int) -> list[str | None]:
    return [lines[at] if at < len(lines) else None for lines in texts]


def brief(group: Group, lines: list[str], start: int) -> str:
    """Return an answer in one line: where it is another than the others'."""
    if group.skipped or not lines:
        return group_status(group)
    line = " ".join(lines[start].split()) if start < len(lines) else "nothing more"
    return line if len(line) <= WIDTH else f"{line[:WIDTH]}…"


def answer(group: Group, lines: list[str], start: int, build: Build) -> list[nodes.Node]:
    """Return one group: its name, a few lines of what it printed from where it is another, and its reasons."""
    # without their exact versions, which a list of hundreds would repeat: the demonstration that is linked names them
    who = nodes.inline("", names(group.interpreters, build.interpreters), classes=["who"])
    shown = [*["…"][: start and 1], *lines[start : start + MOST], *["…"][: len(lines) > start + MOST]]
    text = "\n".join(shown)
    block = [nodes.literal_block(text, text, language="none", classes=["output", "stream"])] if lines else []
    return [nodes.paragraph("", "", who, nodes.Text(f" {group_status(group)}")), *block, *map(explained, group.reasons)]


def form(build: Build, found: list[nodes.section]) -> nodes.raw:
    """Return what filters the list; where no script runs, a stylesheet hides it."""
    everyone = build.interpreters
    pythons = [f'<option value="{one.key}">{html.escape(names([one], everyone))}</option>' for one in everyone]
    chosen = "".join(
        f'<label>{word} <select name="{word.lower()}" autocomplete="off"><option value="">any Python</option>'
        f"{''.join(pythons)}</select></label>\n"
        for word in ("From", "To")
    )
    return nodes.raw(
        "",
        f'<form class="difference-filter" aria-label="Filter">\n{chosen}'
        f'<label>On <select name="topic" autocomplete="off"><option value="">every page</option>{topics(found)}'
        "</select></label>\n"
        '<button type="button" data-do="unfold">Unfold all</button>\n'
        '<button type="button" data-do="reset" disabled>Show all</button>\n'
        f'<p role="status">{sum(map(size, found))} differences</p></form>\n',
        format="html",
    )


def topics(found: list[nodes.section]) -> str:
    """Return the options that name the pages of the list, by their folder, which is an option itself."""

    def option(value: str, text: str, number: int) -> str:
        return f'<option value="{html.escape(value)}">{html.escape(text)} ({number})</option>'

    options = ""
    for folder, members in groupby(found, lambda section: section["page"].rpartition("/")[0]):
        pages = list(members)
        each = "".join(option(one["ids"][0], one[0].astext(), size(one)) for one in pages)
        if folder:
            whole = option(nodes.make_id(folder), f"all of {folder}", sum(map(size, pages)))
            each = f'<optgroup label="{html.escape(folder.capitalize())}">{whole}{each}</optgroup>'
        options += each
    return options


def size(section: nodes.section) -> int:
    return sum(isinstance(child, difference) for child in section)


def add_script(app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Put the script that filters into the head of the list's page: it reads the address before the first paint."""
    if doctree is not None and next(doctree.findall(difference), None) is not None:
        address = context["pathto"](f"_static/{SCRIPT.name}", resource=True)
        version = digest(SCRIPT.read_text(encoding="utf-8"))[:8]
        context["metatags"] = context.get("metatags", "") + f'<script src="{address}?v={version}"></script>\n'
