"""Builds the site. Everything that runs demonstrations is in _ext/everypython."""

import os
import re
import sys
import tomllib
from pathlib import Path

from sphinx.application import Sphinx

HERE = Path(__file__).parent

sys.path[:0] = [str(HERE.parent), str(HERE / "_ext")]

from refdemo import __version__  # noqa: E402  # needs the line above

PROJECT = tomllib.loads((HERE.parent / "pyproject.toml").read_text(encoding="utf-8"))
SETTINGS = PROJECT["tool"]["everypython"]
# Where the sources are, and where the site is read. What needs one of them is left out while it is not known.
REPOSITORY = os.environ.get("REFDEMO_REPOSITORY") or PROJECT["project"].get("urls", {}).get("Repository", "")
ADDRESS = os.environ.get("READTHEDOCS_CANONICAL_URL") or os.environ.get("REFDEMO_SITE", "")

project = "refdemo"
author = "the refdemo contributors"
copyright = "the refdemo contributors"
release = __version__

extensions = ["myst_nb", "sphinx_design", "sphinx.ext.autodoc", "sphinx.ext.githubpages", "everypython"]
exclude_patterns = ["_build", "_ext"]
html_theme = "furo"
html_title = "refdemo"
html_baseurl = ADDRESS
html_static_path = ["_static"]
html_favicon = "_static/favicon.svg"

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
nitpick_ignore_regex = [("py:class", r"collections\.abc\.\w+|types\.\w+")]

everypython_packages = ["../refdemo"]
everypython_wheels = [".."]
everypython_notebooks_say = (
    "Jupyter’s kernel holds references of its own to what a cell displays or raises, so some cells print other things "
    "in a notebook: [How does this site know what your Python prints?](background/how-this-site-knows.md) shows why."
)
everypython_examples = "../examples"
everypython_protected = ".."  # the whole repository
everypython_timeout = 180  # PyPy takes 50 ms to list its objects, and a guide asks a hundred times beside other work
everypython_interpreters = SETTINGS["interpreters"]
everypython_browser = SETTINGS["browser"]
everypython_wanted = SETTINGS["wanted"]
everypython_records = "../runs"


def link_sources(app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Makes links of what a docstring names as its source; of an example's lines nothing changes."""
    for place, line in enumerate(lines):
        if not line.startswith(">>> "):
            line = re.sub(r"\bPEP (\d+)", r":pep:`\1`", line)
            lines[place] = re.sub(r"\bgh-(\d+)", r"`\g<0> <https://github.com/python/cpython/issues/\1>`__", line)


def setup(app: Sphinx) -> None:
    app.connect("autodoc-process-docstring", link_sources)
