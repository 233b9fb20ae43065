"""A Sphinx extension: every Python runs every demonstration, and the site publishes what each printed.

What knows of what: each folder imports from those below it, none from those above (tests/engine/test_layout.py).

    html/    what only HTML has: the chooser, Run, downloads, runs.json, metadata, a policy
    pages/   what Sphinx and myst-nb get: what happens at which event, the reader, outcomes, pictures, lists
    check/   gates, and their verdict; a built site compared with new runs; newer Pythons; Jupyter's kernel
    run/     a unit in a process of its own and its environment, what runs units side by side (the scheduler), the store
             of what they did, records of other machines, and the build
    model/   what all of these speak in: Pythons, units, outcomes, groups, findings, graphs, schemas

Above them stand programs: `__main__` is the command line, `publish` puts a built site in place, `live` with
`live_server` builds again and again for who writes a page, and `my_python` is what readers run on a Python of theirs.
`site/` has what browsers are served; `run/node.mjs` shares `site/browser/python.mjs` with them.

The words that the engine is written in:

    interpreter        one Python of this or another machine, named by its key, like cpython-3.13.1-linux-x86_64
    unit               what runs in one process: all cells of a page, one example, or a page's claims
    claim              a sentence of a page, with an attack: a function that tries in several ways to make it false
    prediction         a question before a cell, with options of which exactly one is right on each interpreter
    cell               a piece of a unit with options of its own; an example is one cell
    outcome            what one cell did on one interpreter: text, displayed data, error, and whether it was reached
    result             the outcomes of a unit on one interpreter, and the problem that ended it, if one did
    published default  the interpreter whose outcomes a page shows until its reader chooses another
    group              the interpreters whose outcomes of a cell are equal for a reader
    explanation        a pattern of interpreters, and the reason why these differ, vary or skip
    finding            what a strict build does not publish, and any other build lists
    build              the interpreters, units and results of one site, and what follows from them
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config


def of_environment(config: Config) -> bool:
    """Return whether this machine asks for strict builds, as CI does."""
    return os.environ.get("EVERYPYTHON_STRICT", "") not in ("", "0")


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the engine to Sphinx."""
    app.setup_extension("myst_nb")  # whose pages and outputs these are
    # here, so that the interpreters can be asked for where there is no Sphinx
    from .html import (
        browser_run,
        chooser,
        downloads,
        export,
        feedback,
        finish,
        fixes,
        moved,
        my_python,
        search,
        sharing,
        sidebar,
    )
    from .pages import (
        claims,
        controls,
        differences,
        events,
        filmstrip,
        kernel_comparison,
        labels,
        lists,
        outcomes,
        pictures,
        predictions,
        sections,
        subtitles,
        verdicts,
    )

    app.add_config_value("everypython_card", {}, "html", dict)  # the PNG that links to pages show: `file` and `alt`
    app.add_config_value("everypython_execute", True, "env", bool)  # False: stock myst-nb runs the cells in its kernel
    app.add_config_value("everypython_packages", [], "", list)  # folders of packages that cells may import
    app.add_config_value("everypython_protected", ".", "", str)  # a folder in which no unit may change a file
    app.add_config_value("everypython_assets", "", "html", str)  # set by the engine: a digest of templates and scripts
    app.add_config_value("everypython_browser", {}, "", dict)  # packages for Run: npm's name@version and integrity
    app.add_config_value("everypython_run", False, "env", (bool, str))  # whether cells run in the reader's browser, too
    app.add_config_value("everypython_claims", "claims", "", str)  # folder of the attacks on pages' sentences
    app.add_config_value("everypython_examples", "examples", "", str)  # folder of the programs that pages show
    app.add_config_value("everypython_interpreters", [], "", list)  # names of the Pythons that gate; if none, all do
    app.add_config_value("everypython_moved", "", "", str)  # file of places of pages that had another address once
    app.add_config_value("everypython_moved_places", {}, "html", dict)  # set by the engine: what that file says
    app.add_config_value("everypython_my_python", "", "html", str)  # the page that tells of my-python.pyz
    app.add_config_value("everypython_records", "", "", str)  # folder of other machines' runs, to be merged
    app.add_config_value("everypython_repository", "", "html", str)  # where issues about a page can be written
    app.add_config_value("everypython_search", "", "html", str)  # file with synonyms and what comes last in a search
    app.add_config_value("everypython_search_library", "", "html", str)  # set by the engine: what is in the cache
    app.add_config_value("everypython_sources", "", "env", str)  # set by the engine: a digest of its modules
    app.add_config_value("everypython_strict", of_environment, "", bool)  # refuse what is not explained
    app.add_config_value("everypython_store", "_build/runs", "", str)  # where runs are kept
    app.add_config_value("everypython_preview", False, "", bool)  # show what the default printed, before the others
    app.add_config_value("everypython_timeout", 60, "", (int, float))  # seconds that a page or an example may take
    app.add_config_value("everypython_notebooks_say", "", "html", str)  # Markdown for the first cell of every notebook
    app.add_config_value("everypython_wheels", [], "html", list)  # folders of projects whose wheels the site serves
    app.add_config_value("everypython_wanted", {}, "html", dict)  # patterns that should have a Python: what is missed
    # nodes, directives, stylesheets and scripts; a page links stylesheets in this order
    outcomes.setup(app)
    controls.setup(app)
    labels.setup(app)
    pictures.setup(app)
    filmstrip.setup(app)
    browser_run.setup(app)
    fixes.setup(app)
    sidebar.setup(app)
    search.setup(app)
    lists.setup(app)
    predictions.setup(app)
    differences.setup(app)
    sections.setup(app)
    verdicts.setup(app)
    claims.setup(app)
    kernel_comparison.setup(app)
    # what is done at each event, in the order in which it is done
    app.connect("config-inited", events.configure_execution, priority=400)  # before myst-nb reads its configuration
    app.connect("config-inited", events.watch_engine)
    app.connect("config-inited", moved.read)
    app.connect("config-inited", outcomes.add_static_files)
    app.connect("config-inited", subtitles.add_templates)
    app.connect("config-inited", search.choose)
    app.connect("builder-inited", events.run_everything)
    app.connect("builder-inited", search.replace_sphinx_search)
    app.connect("builder-inited", chooser.write_stylesheet, priority=600)  # after the runs: it names every Python
    app.connect("builder-inited", downloads.build_wheels, priority=600)  # after the runs, which may end a build
    app.connect("env-get-outdated", events.outdated)
    app.connect("env-get-outdated", downloads.renamed)
    app.connect("env-purge-doc", downloads.forget)
    app.connect("env-purge-doc", search.forget)
    app.connect("env-merge-info", search.merge)
    app.connect("doctree-read", subtitles.add_to_toc)
    app.connect("doctree-read", outcomes.attach)
    app.connect("doctree-read", predictions.attach)  # before claims, which stand in answers, too
    app.connect("doctree-read", claims.attach)
    app.connect("doctree-read", verdicts.attach)
    app.connect("doctree-read", outcomes.accept_tracebacks)
    app.connect("doctree-read", search.remember)  # after the outcomes are there
    app.connect("env-updated", events.pages_with_changed_nav)
    app.connect("doctree-resolved", lists.list_programs)
    app.connect("doctree-resolved", differences.make_list)
    app.connect("doctree-resolved", claims.list_all)
    app.connect("doctree-resolved", sections.list_sections)  # last: the others make sections
    app.connect("html-page-context", downloads.add_to_page, priority=400)  # before the chooser's provenance
    app.connect("html-collect-pages", search.add_page)
    app.connect("html-page-context", search.add_fallback)
    app.connect("html-page-context", moved.lead_on)
    app.connect("html-page-context", subtitles.add_to_title)
    app.connect("html-page-context", filmstrip.add_script)
    app.connect("html-page-context", predictions.add_script)
    app.connect("html-page-context", fixes.add_storage)
    app.connect("html-page-context", chooser.add_to_page)
    app.connect("html-page-context", differences.add_script)  # after the Pythons that it can be about
    app.connect("html-page-context", browser_run.add_script)
    app.connect("html-page-context", sharing.add_tags)
    app.connect("html-page-context", feedback.add_link, priority=600)  # what others put on a page stands above it
    app.connect("build-finished", export.write_runs)
    app.connect("build-finished", my_python.write)
    app.connect("build-finished", browser_run.write)
    app.connect("build-finished", downloads.pack)
    app.connect("build-finished", search.write)
    app.connect("build-finished", sharing.write_files)
    app.connect("build-finished", events.remember, priority=900)
    app.connect("build-finished", finish.finish, priority=900)  # whatever others write comes first
    app.connect("build-finished", events.end_log, priority=950)
    # a number that changes with what is kept in Sphinx's environment: an older one is read anew
    return {"version": "0.2.0", "env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
