"""The role `{claim}`, which puts below a sentence how its attacks went, and the directive `{claims}`: all of them."""

from __future__ import annotations

import html
from collections.abc import Iterator

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.writers.html5 import HTML5Translator

from ..model.claims import TAG, attack, broken, ways
from ..model.grouping import first_match, names
from ..model.interpreters import Interpreter
from ..model.outcome import Outcome
from ..model.units import Unit
from ..run.build import Build, build_of
from .controls import skip
from .lists import anchor, table, told_by, units_in_toc_order, verbatim
from .outcomes import does_not_hold, printouts, results


def setup(app: Sphinx) -> None:
    app.add_node(mark)
    app.add_node(claim, html=(open_claim, close_claim), latex=(skip, skip), text=(skip, skip))
    app.add_node(matrix)
    app.add_role("claim", Claim())
    app.add_directive("claims", Claims)
    app.add_css_file("claims.css")


class mark(nodes.Inline, nodes.Element):  # docutils names nodes in lower case
    """Where the sentence ends that is a claim."""


class claim(nodes.General, nodes.Element):
    """How the attacks on one claim went. Folds, in HTML."""


class matrix(nodes.General, nodes.Element):
    """Where the table of all claims goes, once it is known how pages link to each other."""


class Claim(SphinxRole):
    """``{claim}`name``` ends a sentence that the function `name` of the page's file of attacks tries to make false."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        return [mark("", name=self.text)], []


class Claims(SphinxDirective):
    """``{claims}`` makes a table for each page: its claims, and how the attacks on them went on each Python."""

    def run(self) -> list[nodes.Node]:
        return [matrix()]


def open_claim(self: HTML5Translator, node: claim) -> None:
    self.body.append(self.starttag(node, "details", CLASS="claim"))
    self.body.append(f"<summary>{html.escape(node['says'])}</summary>\n")


def close_claim(self: HTML5Translator, node: claim) -> None:
    self.body.append("</details>\n")


def attach(app: Sphinx, doctree: nodes.document) -> None:
    """Put the attacks on each claim of a page below the paragraph that it stands in."""
    build = build_of(app.env)
    unit = build.claims(app.env.docname) if build else None
    for found in list(doctree.findall(mark)):
        block = found.parent
        remove(found)
        if build is None or unit is None:
            continue
        index = next(n for n, cell in enumerate(unit.cells) if cell.options.name == found["name"])
        while isinstance(block.parent, nodes.TextElement):
            block = block.parent
        place = block.parent.index(block) + 1
        while place < len(block.parent) and isinstance(block.parent[place], claim):
            place += 1
        block.parent.insert(place, drawn(build, unit, index))
    if build is not None and unit is not None:
        doctree += does_not_hold(build, unit, 0)


def remove(found: mark) -> None:
    """Remove a mark, and the space that parts it from its sentence."""
    parent, place = found.parent, found.parent.index(found)
    parent.remove(found)
    before = parent[place - 1] if place else None
    if isinstance(before, nodes.Text):
        parent.replace(before, nodes.Text(before.rstrip()))


def drawn(build: Build, unit: Unit, index: int) -> claim:
    source = attack(unit, index)
    shown = nodes.literal_block(source, source, language="python3")
    code = nodes.container("", shown, classes=["cell_input"])
    printed = printouts(build.results[unit, build.default].cells[index])
    output = results(build, unit, index, printed)
    cell = nodes.container("", code, *output, classes=["cell"])
    name = anchor(unit, index)
    return claim("", cell, ids=[name], says=summary(build, unit, index), classes=["no-search"])


def verdicts(build: Build, unit: Unit, index: int) -> dict[Interpreter, list[str]]:
    """Return for each Python that attacked a claim the ways that made it false."""
    skipped = unit.cells[index].options.skip
    outcomes = build.outcomes(unit, index)
    return {python: broken(outcome) for python, outcome in outcomes if not first_match(skipped, python)}


def summary(build: Build, unit: Unit, index: int) -> str:
    """Return in how many ways a claim was attacked, and on how many Pythons it held."""
    found = verdicts(build, unit, index)
    failed = [python for python, ways_that_broke in found.items() if ways_that_broke]
    most = max((len(ways(outcome)) for python, outcome in build.outcomes(unit, index) if python in found), default=0)
    held = f"held on {len(found) - len(failed)} of {len(build.interpreters)} Pythons, attacked in {many(most)}"
    skipping = [python for python in build.interpreters if python not in found]
    told = {"not on": failed, "not run on": skipping}
    return "; ".join([held, *(f"{how} {names(them, build.interpreters)}" for how, them in told.items() if them)])


def list_all(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    build = build_of(app.env)
    for place in list(doctree.findall(matrix)):
        place.replace_self(list(sections(app, build, docname)) if build else [])


def sections(app: Sphinx, build: Build, docname: str) -> Iterator[nodes.section]:
    """Yield a section for each page with claims."""
    head = ["Claim", *(python.name.removeprefix("CPython ") for python in build.interpreters)]
    for unit in units_in_toc_order(app):
        if unit.kind == "claims":
            title = app.env.titles[unit.page].deepcopy()
            cells = [told_by(unit, index) for index, cell in enumerate(unit.cells) if TAG in cell.options.tags]
            made = table(head, list(rows(app, build, unit, docname)), "claims", cells)
            scrolling = nodes.container("", made, classes=["table-wrapper"])  # as furo has wrapped tables by now
            yield nodes.section("", title, scrolling, ids=[nodes.make_id(unit.page)])


def rows(app: Sphinx, build: Build, unit: Unit, docname: str) -> Iterator[list[nodes.Node]]:
    """Yield for each claim of a page a link to it, and how the attacks of each Python went."""
    for index, cell in enumerate(unit.cells):
        if TAG in cell.options.tags:
            uri = f"{app.builder.get_relative_uri(docname, unit.page)}#{anchor(unit, index)}"
            link = nodes.reference("", cell.options.name.replace("_", " "), refuri=uri, internal=True)
            found, tried = verdicts(build, unit, index), dict(build.outcomes(unit, index))
            told = [said(found.get(python), tried.get(python)) for python in build.interpreters]
            yield [nodes.paragraph("", "", link), *(verbatim(text) for text in told)]


def said(ways_that_broke: list[str] | None, tried: Outcome | None) -> str:
    """Return how the attacks of one Python went: their number, where the claim held."""
    if ways_that_broke is None or tried is None:
        return "not run"
    return "does not hold" if ways_that_broke else str(len(ways(tried)))


def many(number: int) -> str:
    return f"{number} way{'' if number == 1 else 's'}"
