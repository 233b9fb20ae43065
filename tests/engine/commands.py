"""`python -m MODULE …`, in this process or in one of its own.

Most of what a build takes is starting Python and importing Sphinx. In this process that happens once for all tests. A
process of its own proves the command line itself, and is for what this one must not be subjected to.
"""

from __future__ import annotations

import contextlib
import gc
import io
import os
import runpy
import signal
import subprocess
import sys
import traceback
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from everypython.pages import events, reader
from everypython.run import discovery
from sphinx.util.docutils import docutils_namespace

EXTENSIONS = Path(__file__).parents[2] / "docs" / "_ext"
Ended = subprocess.CompletedProcess[str]


def start(module: str, *arguments: object, variables: Mapping[str, str]) -> Ended:
    """Run a module in a process of its own."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(EXTENSIONS), **variables}
    return subprocess.run(command, capture_output=True, text=True, env=environment)


def call(module: str, *arguments: object, variables: Mapping[str, str]) -> Ended:
    """Run a module in this process, as if it were started anew, and leave nothing of it behind."""
    command = [module, *map(str, arguments)]
    out, err = io.StringIO(), io.StringIO()
    with as_a_new_process(command, variables), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = status_of(module)
    return subprocess.CompletedProcess(command, status, out.getvalue(), err.getvalue())


def status_of(module: str) -> int:
    """Run a module as `__main__` and return the status that its process would exit with."""
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=False)
    except SystemExit as ended:
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr)
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except Exception:
        traceback.print_exc()
        return 1
    return 0


@contextlib.contextmanager
def as_a_new_process(command: list[str], variables: Mapping[str, str]) -> Iterator[None]:
    """Set what a process has of its own, and forget what the engine keeps for as long as its process lives."""
    thresholds, handlers = gc.get_threshold(), {number: signal.getsignal(number) for number in signal.valid_signals()}
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings(), docutils_namespace():
        # Those of Sphinx and its extensions are for their own tests; runpy warns that the engine is imported already.
        warnings.simplefilter("ignore")
        for name, value in variables.items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", command)
        patch.setattr(sys, "path", [*sys.path])
        patch.setattr(gc, "freeze", lambda: None)  # right for a process that exits next; here it would keep it all
        forget()
        try:
            yield
        finally:
            for number, handler in handlers.items():
                if signal.getsignal(number) is not handler:
                    signal.signal(number, handler)
            gc.set_threshold(*thresholds)
            forget()
            if "jupyter_client" in sys.modules:
                gc.collect()  # it leaves sockets to the collector, whose warning would be taken for a later test's


def forget() -> None:
    """Forget which Pythons were found, what was built and what failed."""
    discovery.searching.cache_clear()
    events.discovered.cache_clear()
    reader.current = None
