"""This project's own conf.py, less its engine: for the floor, and for stock myst-nb."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from own_conf import *  # type: ignore[import-not-found]  # noqa: F403  # docs/conf.py, under another name beside this
from own_conf import extensions as own_extensions

extensions = [name for name in own_extensions if name != "everypython"]
if os.environ.get("BENCH_NAVIGATION"):
    extensions.append("everypython.html.sidebar")
nb_execution_allow_errors = True
nb_execution_timeout = 180  # as everypython_timeout
