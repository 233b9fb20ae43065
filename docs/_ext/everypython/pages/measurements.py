"""The `{measurements}` directive: what builds took, in tables and charts drawn from a file.

Measurements are kept, unlike outputs: a build measures nothing, so it draws what a bench has written, and says when and
where that was. `measurements.schema.json` describes the file.
"""

from __future__ import annotations

import copy
import html
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import yaml
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from . import lists
from .charts import Line, Uncharted, chart, number
from .figures import GROWTH, NOTHING, Builds, Row, Wrong, by_call, grouped, measured, span, versions, where
from .outcomes import fold, inline, skip
from .pictures import described

VIEWS = "origin", "table", "overhead", "goals", "profile", "pages", "memory", "pythons"
VERDICTS = {True: "met", False: "MISSED", None: "not measured"}
Points = list[tuple[int, float | None]]


class charted(nodes.General, nodes.Element):  # docutils names nodes in lower case
    """A chart with the table of its figures. Formats other than HTML show the table."""


def setup(app: Sphinx) -> None:
    app.add_node(charted, html=(open_chart, close_chart), latex=(skip, skip), text=(skip, skip))
    app.add_directive("measurements", Measurements)
    app.add_css_file("measurements.css")


def open_chart(self: HTML5Translator, node: charted) -> None:
    caption = f"<figcaption>{html.escape(node['caption'])}</figcaption>"
    self.body.append(f'<figure class="chart">\n{caption}\n{node["svg"]}\n')


def close_chart(self: HTML5Translator, node: charted) -> None:
    self.body.append("</figure>\n")


class Measurements(SphinxDirective):
    """``{measurements} FILE`` draws one view of what a file of measurements holds.

    ``:show:`` is `origin` (when, where, with what), `table` (a column a case), `overhead` (what is more than the
    floor's), `goals`, `profile`, or a chart: `pages`, `memory` or `pythons`. ``:section:`` chooses the file's (`builds`
    or `growth`), ``:cases:`` those of a table, ``:floor:`` names the tool whose time is subtracted, and ``:alone:`` one
    that builds no pages. The content of `goals` is YAML: why each missed goal is missed.
    """

    required_arguments = 1
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {
        "show": lambda text: directives.choice(text, VIEWS),
        "cases": lambda text: [case.strip() for case in text.split(",")],
        "section": directives.unchanged_required,
        "floor": directives.unchanged_required,
        "alone": directives.unchanged_required,
    }
    builds: Builds

    def run(self) -> list[nodes.Node]:
        file = Path(self.env.doc2path(self.env.docname)).parent / self.arguments[0]
        self.env.note_dependency(file)
        view = self.options.get("show", "table")
        try:
            if self.content and view != "goals":
                raise Wrong("only `:show: goals` has a content: why goals are missed")
            told = {name: self.options.get(name, "") for name in ("floor", "alone")}
            self.builds = Builds(self.arguments[0], file, self.options.get("section", "builds"), **told)
            shown: list[nodes.Node] = getattr(self, view)()
        except (Wrong, Uncharted) as error:
            raise self.error(str(error)) from error
        return shown

    def origin(self) -> list[nodes.Node]:
        machine, rows = self.builds.machine, self.builds.rows
        cores = f"{machine['cores']} cores" if machine["cores"] else "an unknown number of cores"
        rounds = span(len(row["seconds"]) for row in rows if row["seconds"])
        how_often = "was measured once" if rounds == "1" else f"is the median of {rounds} rounds"
        said = (
            f"These figures were measured on {self.builds.date[:10]}, on a machine with {cores} "
            f"({machine['system']}), by {machine['python']}. Each {how_often}. "
            f"The Pythons that ran cells, in the order in which they were added: {', '.join(self.builds.pythons)}."
        )
        name = nodes.literal("", "/".join(Path(self.arguments[0]).parts[-2:]))
        kept = nodes.paragraph("", "Unlike the outputs of this site, they are kept from that run, in ", name)
        kept += nodes.Text(": this build drew them and measured nothing.")
        how = dict.fromkeys((row["tool"], row["call"], versions(row)) for row in rows)
        body = [[plain(tool), code(call), plain(used)] for tool, call, used in how]
        table = drawn(["Tool", "Started by", "Versions"], body, "What was measured, and how it was started")
        return [plain(said), kept, folded("How each was started, and its versions", table)]

    def table(self) -> list[nodes.Node]:
        cases = self.options.get("cases", self.builds.cases)
        rows = sorted((row for case in cases for row in self.builds.of_case(case)), key=self.builds.rows.index)
        body = []
        for name, found in named(rows):
            figures = {row["case"]: figure(row) for row in found}
            body.append([*name, *(figures.get(case, plain(NOTHING)) for case in cases)])
        pages = span(row["pages"] for row in rows)
        table = drawn(["Tool", "Pythons", *cases], body, f"Seconds for {pages} pages: medians, and half the range")
        return [table, *left_out(rows)]

    def overhead(self) -> list[nodes.Node]:
        case = self.options.get("cases", self.builds.cases)[0]
        rows = self.builds.others(self.builds.of_case(case))
        body = []
        for name, (row,) in named(rows):
            more = self.builds.more(row)
            said = [figure(row), plain(NOTHING)]
            if more is not None:
                said = [plain(number(more)), plain(number(more / row["pages"] / max(row["pythons"], 1)))]
            body.append([*name, *said])
        head = ["Tool", "Pythons", "Seconds more", "For each page and Python"]
        return [drawn(head, body, f"{case}: how many seconds more than “{self.builds.floor}”"), *left_out(rows)]

    def goals(self) -> list[nodes.Node]:
        why, goals, missed = self.explanations(), self.builds.goals, self.builds.missed
        wrong = [f'“{name}” is missed: say why, by `"{name}": "the reason"`' for name in missed if name not in why]
        wrong += [f"“{name}” is no missed goal: take its reason away" for name in why if name not in missed]
        if wrong:
            raise Wrong("\n".join(wrong))
        body = [
            [
                plain(goal["goal"]),
                plain(measured(goal)),
                plain(f"{goal['sense']} {number(goal['bound'])}"),
                judged(goal),
            ]
            for goal in goals
        ]
        counts = [(sum(goal["met"] is met for goal in goals), said.lower()) for met, said in VERDICTS.items()]
        caption = f"{len(goals)} goals: {', '.join(f'{count} {said}' for count, said in counts if count)}"
        reasons = [(nodes.strong("", name), nodes.Text(": "), *copy.deepcopy(inline(why[name]))) for name in missed]
        table = drawn(["Goal", "Measured", "Bound", "Verdict"], body, caption)
        return [table, *(nodes.paragraph("", "", *reason) for reason in reasons)]

    def explanations(self) -> dict[str, str]:
        try:
            why = yaml.safe_load("\n".join(self.content)) or {}
        except yaml.YAMLError as error:
            said = " ".join(str(error).split())
            raise Wrong(f'why goals are missed cannot be read: write `"the goal": "the reason"` ({said})') from error
        if not isinstance(why, dict) or not all(
            isinstance(said, str) and said for pair in why.items() for said in pair
        ):
            raise Wrong('why goals are missed must be lines `"the goal": "the reason"`')
        return why

    def profile(self) -> list[nodes.Node]:
        parts = self.builds.profile
        if parts is None:
            if self.builds.missed:
                raise Wrong(f"{self.arguments[0]} has a missed goal and no `profile` of where the time goes: make one")
            return [plain("No goal was missed, and this run has no profile.")]
        longest = max(part["seconds"] for part in parts) or 1
        body = [[plain(each["part"]), plain(number(each["seconds"])), bar(each["seconds"] / longest)] for each in parts]
        return [drawn(["Part", "Seconds", "Beside the longest"], body, "Where the seconds of a build go")]

    def pages(self) -> list[nodes.Node]:
        rows = [row for row in self.builds.of_case(GROWTH) if row["pythons"] <= 1]
        lines = [(tool, placed(each, "pages", "median")) for (tool,), each in grown(rows, "pages", "tool")]
        for (tool,), each in grown(self.builds.others(rows), "pages", "tool"):
            lines.append((f"{tool}, less the floor", [(row["pages"], self.builds.more(row)) for row in each]))
        return [self.chart("A cold build by its pages, with at most one Python", lines, "pages", "seconds")]

    def memory(self) -> list[nodes.Node]:
        rows = [row for row in self.builds.of_case(GROWTH) if row["pythons"] <= 1]
        if not any(row["peak_mb"] for row in rows):
            return [plain("Memory was not measured in this run.")]
        lines = [(tool, placed(each, "pages", "peak_mb")) for (tool,), each in grown(rows, "pages", "tool")]
        return [self.chart("Memory of a cold build’s largest process, by its pages", lines, "pages", "megabytes")]

    def pythons(self) -> list[nodes.Node]:
        lines = []
        rows = self.builds.others(self.builds.of_case(GROWTH))
        for (tool, pages), each in grown(rows, "pythons", "tool", "pages"):
            if tool == self.builds.alone:
                lines.append((f"{tool}, {pages} pages", placed(each, "pythons", "median")))
            else:
                more = [(row["pythons"], self.builds.more(row)) for row in each]
                lines.append((f"{tool}, {pages} pages, less the floor", more))
        return [self.chart("A cold build by its Pythons", lines, "Pythons", "seconds")]

    def chart(self, caption: str, lines: Sequence[tuple[str, Points]], across: str, up: str) -> nodes.Node:
        """Return a chart, and what it shows in words and in a table."""
        known = {name: dict(sorted((x, y) for x, y in points if y is not None)) for name, points in lines}
        if not any(known.values()):
            raise Wrong(f"{self.arguments[0]} has no growth in {across}: measure it, or leave its chart out")
        svg = chart([Line(name, tuple(points.items())) for name, points in known.items() if points], across, up)
        words = (
            f"{name}, {up} by {across}: {', '.join(f'{number(y)} at {x}' for x, y in points.items())}."
            for name, points in known.items()
        )
        ident = f"chart-{self.env.new_serialno('chart')}"
        places = sorted({x for _, points in lines for x, _ in points})
        body = [
            [plain(x), *(plain(number(points[x]) if x in points else NOTHING) for points in known.values())]
            for x in places
        ]
        table = drawn([across.capitalize(), *known], body, f"{caption}: {up}")
        figures = folded("The figures", table, *left_out(self.builds.of_case(GROWTH)))
        return charted("", figures, svg=described(svg, ident, caption, " ".join(words)), caption=caption)


def grown(rows: Sequence[Row], across: str, *fields: str) -> Iterator[tuple[tuple[Any, ...], list[Row]]]:
    """Yield the rows of each line: of what was measured at more than one place."""
    for key, each in grouped(rows, *fields):
        if len({row[across] for row in each}) > 1:
            yield key, each


def placed(rows: Sequence[Row], across: str, up: str) -> Points:
    return [(row[across], row[up]) for row in rows]


def plain(text: object) -> nodes.Node:
    return nodes.paragraph("", str(text), support_smartquotes=False)


def code(text: str) -> nodes.Node:
    return nodes.paragraph("", "", nodes.literal("", text)) if text else plain(NOTHING)


def named(rows: Sequence[Row]) -> Iterator[tuple[list[nodes.Node], list[Row]]]:
    """Yield the rows of each tool and number of Pythons, with these as entries; of each call where it had several."""
    for (tool, pythons), found in grouped(rows, "tool", "pythons"):
        for call, alike in by_call(found).items():
            how = [nodes.Text(", "), nodes.literal("", call)] if call else []
            yield [nodes.paragraph("", "", nodes.Text(tool), *how), plain(pythons)], alike


def figure(row: Row) -> nodes.Node:
    return plain("left out" if row["skipped"] else f"{number(row['median'])} ±{row['spread'] / 2:.0%}")


def left_out(rows: Sequence[Row]) -> list[nodes.Node]:
    """Return why tools have no figures, each reason once."""
    reasons = grouped((row for row in rows if row["skipped"]), "tool", "skipped")
    return [
        plain(f"{tool} is left out of {', '.join(dict.fromkeys(map(where, found)))}: {skipped}")
        for (tool, skipped), found in reasons
    ]


def judged(goal: dict[str, Any]) -> nodes.Node:
    said = VERDICTS[goal["met"]]
    if goal["met"] is None:
        return plain(f"{said}: {goal['why']}")
    return plain(said) if goal["met"] else nodes.paragraph("", "", nodes.strong("", said))


def bar(share: float) -> nodes.Node:
    """Return a bar, which says nothing that the number beside it does not."""
    size = 'viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"'
    svg = f'<svg class="bar" {size}><path d="M0 0H{100 * share:.1f}V10H0Z" fill="currentColor"/></svg>'
    return nodes.paragraph("", "", nodes.raw("", svg, format="html"))


def folded(name: str, *inside: nodes.Node) -> nodes.Node:
    return fold("", *inside, who=name, says="", is_open=False)


def drawn(head: list[str], body: Sequence[Sequence[nodes.Node]], caption: str) -> nodes.table:
    """Return a table with a caption, in which each row is named by its first entry."""
    table = lists.table(head, [list(row) for row in body], "measured")
    next(table.findall(nodes.colspec))["stub"] = 1
    table.insert(0, nodes.title("", caption))
    return table
