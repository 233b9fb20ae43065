"""Builds the site. Everything that runs demonstrations is in _ext/everypython."""

import os
import re
import sys
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sphinx.application import Sphinx
from sphinx.errors import ConfigError

HERE = Path(__file__).parent

sys.path[:0] = [str(HERE.parent), str(HERE / "_ext")]

from refdemo import __version__  # noqa: E402  # needs the line above

PROJECT = tomllib.loads((HERE.parent / "pyproject.toml").read_text(encoding="utf-8"))
SETTINGS = PROJECT["tool"]["everypython"]
# Where the sources are, and where the site is read. What needs one of them is left out while it is not known.
REPOSITORY = os.environ.get("REFDEMO_REPOSITORY") or PROJECT["project"].get("urls", {}).get("Repository", "")
BRANCH = os.environ.get("REFDEMO_BRANCH") or "main"
ADDRESS = os.environ.get("READTHEDOCS_CANONICAL_URL") or os.environ.get("REFDEMO_SITE", "")
for variable, address in {"REFDEMO_REPOSITORY": REPOSITORY, "REFDEMO_SITE": ADDRESS}.items():
    if address and not address.startswith(("https://", "http://")):
        raise ConfigError(f"what docs/conf.py takes from {variable} must begin with https://, and is {address!r}")
REPOSITORY = REPOSITORY.removesuffix("/").removesuffix(".git")
ROOT = urlsplit(ADDRESS).path.rstrip("/") + "/"  # of the site's addresses at its host; unknown, it is the host's

project = "refdemo"
author = "the refdemo contributors"
copyright = "the refdemo contributors"
release = __version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.githubpages", "notfound.extension", "everypython"]
exclude_patterns = ["_build", "_ext"]
html_theme = "furo"
html_title = "refdemo"
html_baseurl = ADDRESS
html_static_path = ["_static"]
html_favicon = "_static/favicon.svg"
html_css_files = ["home.css"]
pygments_dark_style = "a11y-high-contrast-dark"  # furo's default underlines names
if REPOSITORY.startswith(("https://github.com/", "https://gitlab.com/", "https://bitbucket.org/")):  # furo knows these
    html_theme_options = {"source_repository": REPOSITORY, "source_branch": BRANCH, "source_directory": "docs"}

# 404.html stands in for pages at any depth, so its links begin at the host
notfound_urls_prefix = ROOT
notfound_context = {
    "title": "Page not found",
    "body": f"""
<h1>Page not found</h1>
<p>There is no page at this address. It may have moved, or the link that brought you here was mistyped.</p>
<form role="search" aria-label="This site" action="{ROOT}search.html">
<label>Search for <input type="search" name="q" required></label> <button type="submit">Search</button>
</form>
<p>Or go to the <a href="{ROOT}index.html">first page</a>.</p>""",
}

linkcheck_anchors_ignore_for_url = [r"https://github\.com/"]  # whose scripts make the anchors of lines and comments
linkcheck_retries = 2

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
nb_ipywidgets_js: dict[str, dict[str, str]] = {}  # the default asks two other origins for scripts
nb_merge_streams = True
nb_code_prompt_show = "Show the {type}"
nb_code_prompt_hide = "Hide the {type}"

# refdemo's docstrings, on reference/refdemo; their single backticks are code: this package's, Python's or a program's
default_role = "code"
autodoc_member_order = "bysource"
maximum_signature_line_length = 60  # longer ones have a line for each parameter, which a phone can show
python_use_unqualified_type_names = True
toc_object_entries_show_parents = "hide"
# types of the standard library in signatures: its inventory cannot be asked for, as a build needs no network
nitpick_ignore_regex = [("py:class", r"collections\.abc\.\w+|types\.\w+|weakref\.ref|os\.PathLike")]

# Who shows links shows no SVG. After a change of card.svg, in docs/_static:
# chromium --headless --hide-scrollbars --window-size=1200,630 --screenshot=card.png card.svg
everypython_card = {
    "file": "_static/card.png",
    "alt": "How does Python manage memory? Two objects, A and B, refer to each other.",
}
everypython_packages = ["../refdemo"]
everypython_wheels = [".."]
everypython_notebooks_say = (
    "Jupyter’s kernel holds references of its own to what a cell displays or raises, so some cells print other things "
    "in a notebook: [How does this site know what your Python prints?](background/how-this-site-knows.md) shows why."
)
everypython_repository = REPOSITORY
everypython_moved = "moved.toml"
everypython_my_python = "reference/your-python"
everypython_examples = "../examples"
everypython_protected = ".."  # the whole repository
everypython_timeout = 180  # PyPy takes 30 ms to list its objects, and a guide asks a hundred times beside other work
everypython_interpreters = SETTINGS["interpreters"]
everypython_browser = SETTINGS["browser"]
everypython_search = "search.toml"
everypython_wanted = SETTINGS["wanted"]
everypython_records = "../runs"


def link_sources(app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Make links of what a docstring names as its source; of an example's lines nothing changes."""
    for place, line in enumerate(lines):
        if not line.startswith(">>> "):
            line = re.sub(r"\bPEP (\d+)", r":pep:`\1`", line)
            lines[place] = re.sub(r"\bgh-(\d+)", r"`\g<0> <https://github.com/python/cpython/issues/\1>`__", line)


def begin_at_the_host(app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: object) -> None:
    """Make absolute the one thing in 404.html that the extension for it leaves relative."""
    if name == app.config.notfound_pagename:
        context["content_root"] = ROOT


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", begin_at_the_host)
    app.connect("autodoc-process-docstring", link_sources)
