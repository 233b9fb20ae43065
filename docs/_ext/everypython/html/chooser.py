"""At the top of a page with outcomes, the bar that chooses the Python; on every page, which Pythons ran.

One choice is both whose outcomes are shown and where Run runs them, as nearly as that can be in a browser.

The head script `chooser.js` puts the choice on <html> before anything is painted, and the stylesheet written here draws
each cell by it; `names.js`, before it, knows which Pythons ran and what people call them. Without JavaScript there is
no choice, and the published default's outcome is the one that is shown.
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from docutils import nodes
from markdown_it import MarkdownIt
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

from ..model import grouping, patterns
from ..model.interpreters import Interpreter
from ..model.units import Explanation, digest
from ..pages.differences import difference
from ..pages.labels import short_name
from ..pages.outcomes import outcome
from ..run.build import Build, build_of
from . import browser_run

HERE = Path(__file__).parent
STYLESHEET, NAMES, SCRIPT, PLACEHOLDER = "pythons.css", "names.js", "chooser.js", ".shown"
TABLES = frozenset({"by-python", "claims", "verdicts"})  # which have a column for each Python, or a row
# The reader's own Python, which no build knows: in place of a key.
YOURS, YOUR_SCRIPT = "yours", "column.js"


def write_stylesheet(app: Sphinx) -> None:
    build = build_of(app.env)
    if build is None or not isinstance(app.builder, StandaloneHTMLBuilder):
        return
    path = Path(app.outdir, "_static", STYLESHEET)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(stylesheet(build), encoding="utf-8")
    app.builder.add_css_file(STYLESHEET)


def stylesheet(build: Build) -> str:
    """Return the look of the shown outcome, for each choice: the first one where nothing is chosen."""
    chosen = [(f'html[data-python="{python.key}"]', python) for python in build.interpreters]
    keys = [*(python.key for python in build.interpreters), YOURS]
    shown = ["html:not([data-python]) .outcome:first-child"]
    shown += [f'html[data-python="{key}"] .outcome[data-pythons~="{key}"]' for key in keys]
    names = [
        (choice, json.dumps(short_name(python, build.interpreters), ensure_ascii=False)) for choice, python in chosen
    ]
    named = [f"{choice} {{ --chosen: {name}; }}\n" for choice, name in names]
    named.append(f'html[data-python="{YOURS}"] {{ --chosen: var(--yours); }}\n')
    look = HERE.joinpath("shown.css").read_text(encoding="utf-8")
    return "".join(named) + look.replace(PLACEHOLDER, ":is(\n  " + ",\n  ".join(shown) + "\n)")


def called(python: Interpreter, build: Build) -> str:
    """Return a Python's name, which two of different platforms may share."""
    here = python.pyodide or python.platform == build.default.platform
    return python.name if here else f"{python.name} on {python.platform}"


def add_to_page(app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Put chooser and provenance around what the page says; they are in no doctree, so search does not find them."""
    build = build_of(app.env)
    if build is None or doctree is None:
        return
    skipped, top = skips(build, name), ""
    runs = browser_run.runs_here(build, doctree)
    shows = len(build.interpreters) > 1 and next(doctree.findall(outcome), None) is not None
    skipping = {python.key for pythons in skipped.values() for python in pythons}
    scripts = []
    tables = any(TABLES.intersection(node["classes"]) for node in doctree.findall(nodes.table))
    told = name == app.config.everypython_my_python
    if shows or runs or tables or told or next(doctree.findall(difference), None) is not None:
        column = f' data-page="{html.escape(name)}" data-column="{address(context, YOUR_SCRIPT)}"'
        scripts.append(head_script(context, NAMES, listed(build, skipping, runs) + column))
    if shows or runs:
        scripts.append(head_script(context, SCRIPT))
        top = bar(build, skipping, name if runs else "")
    context["metatags"] = "".join([context.get("metatags", ""), *scripts])
    top += "".join(
        f'\n<p class="because"><strong>{html.escape(grouping.names(pythons, build.interpreters))}</strong> did not run '
        f"this page: {markdown(why.reason)}</p>"
        for why, pythons in skipped.items()
    )
    if name == app.config.root_doc:
        top += without_cpython(app, build, context["pathto"])
    before, heading, after = context["body"].partition("</h1>")
    page = before + heading + top + after if heading else top + before
    context["body"] = page + provenance(app, build, context["pathto"]("runs.json", resource=True))


def head_script(context: dict[str, Any], name: str, attributes: str = "") -> str:
    """Return a script that blocks: themes put what `add_js_file` adds at the end of the page, after the first paint."""
    return f'<script src="{address(context, name)}"{attributes}></script>\n'


def address(context: dict[str, Any], script: str) -> str:
    return f"{context['pathto'](f'_static/{script}', resource=True)}?v={version_of(script)}"


def listed(build: Build, skipping: set[str], runs: bool) -> str:
    """Return the attributes that tell the scripts of a page which Pythons ran."""
    pythons = [
        {"key": python.key, "name": called(python, build), "also": python.pyodide or also(python)}
        | ({"skips": True} if python.key in skipping else {"runs": True} if runs and python in build.pyodides else {})
        for python in build.interpreters
    ]
    every, first = html.escape(json.dumps(pythons, ensure_ascii=False)), shown_first(build, skipping)
    return f' data-default="{first.key}" data-pythons="{every}"'


def also(python: Interpreter) -> str:
    """Return the other version that a Python is known by: of the language, where that of the program is another."""
    return "" if python.implementation == "cpython" else python.language


def shown_first(build: Build, skipping: set[str]) -> Interpreter:
    """Return the Python whose outcomes a page shows until its reader chooses: the published default, if it ran it."""
    ran = [python for python in build.interpreters if python.key not in skipping]
    return build.default if build.default in ran or not ran else ran[0]


@cache
def version_of(script: str) -> str:
    return digest(HERE.parent.joinpath("site", script).read_text(encoding="utf-8"))[:8]


def bar(build: Build, skipping: set[str], page: str) -> str:
    """Return the bar of a page; `page` is its name if its cells run in browsers."""
    first = shown_first(build, skipping)
    options = "".join(
        f'<option value="{python.key}"{" selected" if python == first else ""}'
        f"{' disabled' if python.key in skipping else ''}>"
        f"{html.escape(called(python, build))}{' (default)' if python == build.default else ''}</option>"
        for python in build.interpreters
    )
    options += f'<option value="{YOURS}">Yours…</option>'
    attributes = f' run-bar" data-cells="run/{page}.json' if page else ""
    asked = "Show outputs for, and run on" if page else "Show outputs for"
    buttons = f'{browser_run.BUTTONS if page else ""}<button type="button" data-do="forget">Forget</button>'
    # A browser that restores the control's last value on reload would show another Python than the outputs do.
    return (
        f'\n<div class="chooser{attributes}"><label><span>{asked}</span> '
        f'<select autocomplete="off">{options}</select></label>\n{buttons}'
        f'<span role="status"></span></div>{browser_run.UNSERVED if page else ""}'
    )


def skips(build: Build, name: str) -> dict[Explanation, list[Interpreter]]:
    """Return which Pythons skip the whole page, by the reason why; under its cells this is not said again."""
    unit = next((unit for unit in build.units if unit.page == name), None)
    whys = [why for why in unit.cells[0].options.skip if why.of_page] if unit else []
    skipped = {
        why: [python for python in build.interpreters if grouping.first_match(whys, python) is why] for why in whys
    }
    return {why: pythons for why, pythons in skipped.items() if pythons}


def without_cpython(app: Sphinx, build: Build, pathto: Callable[[str], str]) -> str:
    """Return which pages show less than they tell, on a site for which no CPython ran."""
    links = [
        f'<a href="{pathto(page)}">{html.escape(app.env.titles[page].astext())}</a>'
        for page in build.needing_cpython()
        if page in app.env.titles
    ]
    if not links:
        return ""
    ran = html.escape(", ".join(python.name for python in build.interpreters))
    return (
        f'\n<p class="because"><strong>No CPython ran for this site, only {ran}.</strong> '
        f"What needs one is missing from {len(links)} pages: {', '.join(links)}.</p>"
    )


def markdown(text: str) -> str:
    rendered: str = MarkdownIt("commonmark", {"html": False}).renderInline(text)
    return rendered


def provenance(app: Sphinx, build: Build, runs: str) -> str:
    """Return which Pythons ran, where, with which version of the project, and which are missing."""
    ran = [
        f"on {html.escape(platform)}: {html.escape(', '.join(python.name for python in pythons))}"
        for platform, pythons in groupby(sorted(build.interpreters, key=by_platform), key=lambda one: one.platform)
    ]
    project = html.escape(f"{app.config.project} {app.config.release}".strip())
    told = [
        f"The outputs on this site were printed with {project} {'; '.join(ran)}. "
        f'All runs, as data: <a href="{runs}">runs.json</a>.'
    ]
    return (
        f'<footer class="provenance">{"".join(f"<p>{each}</p>" for each in [*told, *missing(app, build)])}</footer>\n'
    )


def by_platform(python: Interpreter) -> tuple[bool, str, tuple[object, ...]]:
    return bool(python.pyodide), python.platform, python.rank


def missing(app: Sphinx, build: Build) -> list[str]:
    """Return what this build cannot show because no Python that ran is of that kind."""
    warnings = [
        markdown(sentence)
        for pattern, sentence in app.config.everypython_wanted.items()
        if not any(patterns.covers(pattern, python) for python in build.interpreters)
    ]
    if build.absent:
        absent = html.escape(", ".join(build.absent))
        warnings.append(f"{absent}, which this site lists; not found for this build.")
    return [f"<strong>Missing here:</strong> {warning}" for warning in warnings]
