"""Builds the site. Everything that runs demonstrations is in _ext/everypython."""

import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent

sys.path[:0] = [str(HERE.parent), str(HERE / "_ext")]

from refdemo import __version__  # noqa: E402  # needs the line above

SETTINGS = tomllib.loads((HERE.parent / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["everypython"]

project = "refdemo"
author = "the refdemo contributors"
copyright = "the refdemo contributors"
release = __version__

extensions = ["myst_nb", "sphinx_design", "everypython"]
exclude_patterns = ["_build", "_ext"]
html_theme = "furo"
html_title = "refdemo"
html_static_path = ["_static"]
html_favicon = "_static/favicon.svg"

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
nb_ipywidgets_js: dict[str, dict[str, str]] = {}  # the default asks two other origins for scripts
nb_merge_streams = True

everypython_packages = ["../refdemo"]
everypython_examples = "../examples"
everypython_interpreters = SETTINGS["interpreters"]
everypython_wanted = SETTINGS["wanted"]
everypython_records = "../runs"
