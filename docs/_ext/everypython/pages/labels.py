"""Label an output with the Pythons it is of: one of them, and how many did the same, whose names are folded."""

from __future__ import annotations

import html
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

from ..model.grouping import Group, full_names, prints_something
from ..model.interpreters import Interpreter
from ..run.build import Build
from . import controls

UNSEEN: dict[str, Any] = {"latex": (controls.skip, controls.skip), "text": (controls.skip, controls.skip)}


class output_label(nodes.General, nodes.Element):  # docutils names nodes in lower case
    """Whose outcome it is, in HTML."""


def setup(app: Sphinx) -> None:
    app.add_node(output_label, html=(write_label, controls.skip), **UNSEEN)


def write_label(self: HTML5Translator, node: output_label) -> None:
    one = f'<b class="one">{html.escape(node["one"])}</b> ' if node["one"] else ""
    says, same = one + html.escape(node["says"]), html.escape(", ".join(node["same"]))
    kind = " ".join(["who", *node["classes"]])
    if not node["same"]:
        self.body.append(f'<p class="{kind}">{says}</p>\n')
    else:
        self.body.append(f'<details class="{kind}"><summary title="{same}">{says}</summary>\n<p>{same}</p></details>\n')


def group_label(group: Group, told: list[Group], build: Build) -> output_label:
    """Return whose outcome it is: the published default's, or that of the group's first, and how many did the same.

    A page that is read with a script names the chosen Python in place of that one: site/chooser.js.
    """
    members, everyone = group.interpreters, build.interpreters
    one = build.default if build.default in members else members[0]
    named = full_names(members, everyone) if len(members) > 1 else []
    says = group_status(group)
    if named:
        says = "varies from run to run" if group.volatile else says
        says += f" · same on {len(members)} of {sum(len(each.interpreters) for each in told)}"
        says += f" · here {short_name(members[0], everyone)} printed" if group.volatile else ""
    return output_label("", one=short_name(one, everyone), says=says, same=named)


def short_name(python: Interpreter, everyone: list[Interpreter]) -> str:
    """Return a Python's name as a label of an output has it, where CPython goes without saying."""
    (name,) = full_names([python], everyone)
    return name.removeprefix("CPython ")


def group_status(group: Group) -> str:
    if group.skipped:
        return "did not run this"
    if group.volatile:
        several = len(group.interpreters) > 1
        return (
            f"vary; here {group.interpreters[0].name} printed" if several else "varies from run to run; here it printed"
        )
    if not group.outcome.reached:
        return "did not come to its end"
    return "printed" if prints_something(group) else "printed nothing"


def agreed(group: Group, build: Build) -> output_label:
    """Return what stands below the output of a cell whose Pythons all did the same."""
    members = group.interpreters
    ran = "" if len(members) == len(build.interpreters) else " that ran this page"
    if group.volatile:
        says = "varies from run to run"
    elif len(members) > 1:
        says = f"same on all {len(members)} Pythons{ran}"
    else:
        says = f"printed by {members[0].name}, the only one{ran}"
    same = full_names(members, build.interpreters) if len(members) > 1 else []
    return output_label("", one="", says=says, same=same, classes=["agreed"])
