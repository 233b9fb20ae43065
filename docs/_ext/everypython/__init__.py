"""A Sphinx extension: every Python runs every demonstration, and the site publishes what each printed.

In the order of a build:

`interpreters` finds the Pythons, `units` reads what is to be run, `runs` runs it: `child` one process, `runner` inside
it, `node` those of Pyodide, `lock` while no other build does, and `tree` sees that none changes the sources. `records`
brings runs of other machines, and `index` what earlier builds have worked out. `variants` groups what was printed,
`patterns` tells which Pythons a reason is for, `gates` finds what no reason explains, and `findings` refuses it in a
strict build.

`pages` hands the rest to Sphinx, `reader` to myst-nb, and `show` draws it; `drawing`, `pictures` and `filmstrip` what
is displayed as a picture, `gather` and `coverage` what is gathered from all pages, and `measurements` what a bench has
measured, with `figures` and `charts`. `chooser` lets a reader choose whose outputs are shown, `running` run the cells,
and `downloads` take things along (`notebooks`, in the Markdown of `commonmark`).

`sharing` says what a page is about to those who have not opened it, and `feedback` where to write about it. `finish`
does the rest to written pages: `mending` makes a theme's accessible and valid, `stylesheets` makes one of many, and
`policy` says what a page may load. `runs_json` writes what ran as data.

`publish` puts a finished site in place of the last one, `verify` runs everything again, and `upcoming` asks Pythons
that the site does not have yet. `live`, with `live_server`, builds again and again for who writes a page.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config


def of_environment(config: Config) -> bool:
    """Whether this machine asks for strict builds, as CI does."""
    return os.environ.get("EVERYPYTHON_STRICT", "") not in ("", "0")


def setup(app: Sphinx) -> dict[str, Any]:
    # here, so that noxfile.py can ask for the interpreters without having Sphinx
    from .html import chooser, downloads, feedback, finish
    from .pages import controls, coverage, filmstrip
    from .pages import lists  # isort: skip
    from .html import browser_run, export, fixes, sharing
    from .pages import events, kernel_comparison, measurements, outcomes, pictures

    app.add_config_value("everypython_card", {}, "html", dict)  # the PNG that links to pages show: `file` and `alt`
    app.add_config_value("everypython_execute", True, "env", bool)  # False: stock myst-nb runs the cells in its kernel
    app.add_config_value("everypython_packages", [], "", list)  # folders of packages that cells may import
    app.add_config_value("everypython_protected", ".", "", str)  # a folder in which no unit may change a file
    app.add_config_value("everypython_browser", {}, "", dict)  # packages for Run: npm's name@version and integrity
    app.add_config_value("everypython_run", False, "env", (bool, str))  # whether cells run in the reader's browser, too
    app.add_config_value("everypython_examples", "examples", "", str)  # folder of the programs that pages show
    app.add_config_value("everypython_interpreters", [], "", list)  # names of the Pythons that gate; if none, all do
    app.add_config_value("everypython_record", "", "", str)  # a file to write this machine's runs to, instead of a site
    app.add_config_value("everypython_records", "", "", str)  # folder of other machines' runs, to be merged
    app.add_config_value("everypython_repository", "", "html", str)  # where issues about a page can be written
    app.add_config_value("everypython_strict", of_environment, "", bool)  # refuse what is not explained
    app.add_config_value("everypython_store", "_build/runs", "", str)  # where runs are kept
    app.add_config_value("everypython_preview", False, "", bool)  # show what the default printed, before the others
    app.add_config_value("everypython_timeout", 60, "", (int, float))  # seconds that a page or an example may take
    app.add_config_value("everypython_notebooks_say", "", "html", str)  # Markdown for the first cell of every notebook
    app.add_config_value("everypython_wheels", [], "html", list)  # folders of projects whose wheels the site serves
    app.add_config_value("everypython_wanted", {}, "html", dict)  # patterns that should have a Python: what is missed
    events.setup(app)
    export.setup(app)
    outcomes.setup(app)
    controls.setup(app)
    pictures.setup(app)
    filmstrip.setup(app)
    chooser.setup(app)
    browser_run.setup(app)
    downloads.setup(app)
    sharing.setup(app)
    feedback.setup(app)
    fixes.setup(app)
    finish.setup(app)
    lists.setup(app)
    coverage.setup(app)
    kernel_comparison.setup(app)
    measurements.setup(app)
    return {"version": "0.1.0", "parallel_read_safe": True, "parallel_write_safe": True}
