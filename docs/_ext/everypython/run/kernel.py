"""Run a page's cells through Jupyter's kernel, the one of the environment that builds the site."""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import tempfile
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from nbformat import v4

from ..model.outcome import Error, Outcome
from ..model.units import Unit
from . import process
from .cell_runner import RICH


class NoKernel(Exception):
    """Jupyter's kernel cannot be started here; the message says why."""


def versions() -> str:
    try:
        return f"ipykernel {version('ipykernel')}, IPython {version('ipython')}"
    except PackageNotFoundError as error:
        raise NoKernel(str(error)) from error


def outcomes(unit: Unit, packages: Mapping[str, Path], timeout: float) -> list[Outcome]:
    """Return what a page's cells do in a fresh kernel, in the engine's form; `timeout` is for each cell."""
    notebook = v4.new_notebook(cells=[v4.new_code_cell(source) for source in unit.sources])
    with tempfile.TemporaryDirectory(prefix="everypython-", ignore_cleanup_errors=True) as scratch:
        for folder in ("work", "home", "tmp", "packages"):
            Path(scratch, folder).mkdir()
        for name in unit.packages:
            shutil.copytree(packages[name], Path(scratch, "packages", name), ignore=shutil.ignore_patterns("*.pyc"))
        try:
            reached = execute(notebook, Path(scratch), timeout)
        except Exception as error:  # whatever Python, nbclient, jupyter_client, traitlets or zmq call it
            raise NoKernel(f"{type(error).__name__}: {error}") from error
    return [outcome(cell.outputs, number < reached) for number, cell in enumerate(notebook.cells)]


def execute(notebook: Any, scratch: Path, timeout: float) -> int:
    """Fill in a notebook's outputs; return how many of its cells ended before the kernel did."""
    # Imported here: they take 0.2 s, and a build that has nothing to ask the kernel starts without them.
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from jupyter_core.utils import run_sync
    from nbclient import NotebookClient
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    kernel = AsyncKernelManager(
        kernel_name="python3",
        # no folders to look in: what somebody registered as "python3" would be the kernel of another Python
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
        connection_file=str(scratch / "k"),  # short: sockets are made beside it, and their paths have 100 bytes
        transport="ipc" if os.name == "posix" else "tcp",  # a port could be taken by somebody else meanwhile
    )
    log = logging.getLogger(__name__)
    log.setLevel(logging.WARNING)  # below that, importing furo's a11y_pygments makes every logger print
    client = NotebookClient(
        notebook, km=kernel, allow_errors=True, timeout=timeout, shutdown_kernel="immediate", log=log
    )
    try:
        environment = {**process.environment(scratch), "PYTHONPATH": str(scratch / "packages")}
        environment["IPYTHONDIR"] = str(scratch / "home")
        client.execute(cwd=str(scratch / "work"), env=environment, cleanup_kc=True)
    except (CellTimeoutError, DeadKernelError):
        return client.code_cells_executed - 1  # it counts a cell before it runs
    finally:  # nbclient leaves a kernel that it cannot talk to until this process exits, and then prints a traceback
        atexit.unregister(client._cleanup_kernel)
        if kernel.has_kernel:
            run_sync(kernel.shutdown_kernel)(now=True)
    return len(notebook.cells)


def outcome(outputs: list[Any], reached: bool) -> Outcome:
    """Return a notebook cell's outputs in the engine's form."""
    text, data, error = "", None, None
    for output in outputs:
        if output.output_type == "stream":
            text += output.text
        elif output.output_type == "execute_result":
            data = {kind: output.data[kind] for kind in ("text/plain", *RICH) if kind in output.data}
        elif output.output_type == "error":
            error = Error(output.ename, output.evalue, "\n".join(output.traceback))
    return Outcome(text, data, error, reached)
