"""One unit in one process: its start, its end, and what it printed."""

from __future__ import annotations

import contextlib
import marshal
import os
import platform
import shutil
import signal
import subprocess
import sys
import threading
import time
from functools import cache
from pathlib import Path
from typing import BinaryIO

from ..model.outcome import Problem, Result
from ..model.units import Unit, digest
from . import left, node
from .node import MOST, RUNNER
from .scratch import scratch
from .strays import PATIENCE, adopts, end_strays, running, starting

FIXED = {
    "LC_ALL": "C.UTF-8",
    "NO_COLOR": "1",
    "PYPY_GC_NURSERY": "32M",  # else half the processor's cache, and what is let go is collected when that is full
    "PYTHONHASHSEED": "0",
    "PYTHONUNBUFFERED": "1",  # so that C's stdio and Python's streams keep their order in one file
    "PYTHONUTF8": "1",
    "PYTHON_COLORS": "0",
    "TZ": "UTC",
}
# Options of a Python, by its implementation. What PyPy's JIT compiles is in its heap, twice as large then, which
# `gc.get_objects` walks; growth() asks for that hundreds of times.
OPTIONS = {"pypy": ("--jit", "off")}
# What an output must not depend on, although FIXED, OPTIONS, `unrandomised` and short paths keep it still.
# The nursery is larger here, never smaller: the smaller, the likelier that it is full by chance between any two lines.
PERTURBED = {"PYTHONHASHSEED": "random", "EVERYPYTHON_PERTURBED": "x" * 5000, "PYPY_GC_NURSERY": "256M"}
LONGER = "_perturbed"  # short enough that a socket in the temporary folder has a name that the system takes

# Without these, processes of Windows do not start; elsewhere they do not exist.
INHERITED = ("SYSTEMROOT", "SYSTEMDRIVE", "COMSPEC", "PATHEXT", "WINDIR")


stop = threading.Event()  # set where nobody wants any more what runs in this process


class Stopped(Exception):
    """A run was ended because `stop` was set: it says nothing about its unit."""


@cache
def unrandomised() -> tuple[str, ...]:
    """Return what starts a program with its addresses always in the same place; nothing where that is forbidden."""
    return starter("setarch", platform.machine(), "-R")


@cache
def tied() -> tuple[str, ...]:
    """Return what starts a program that ends when this process does, even if killed; nothing where there is none."""
    return starter("setpriv", "--pdeathsig", "KILL")


def starter(*command: str) -> tuple[str, ...]:
    """Return a command of Linux that starts another one, if it is there and allowed."""
    if sys.platform != "linux" or shutil.which(command[0]) is None:
        return ()
    return command if subprocess.run([*command, "true"], capture_output=True).returncode == 0 else ()


@cache
def digest_of_conditions() -> str:
    """Return a digest of all that a run's output may depend on here, and that is the same on every machine."""
    return digest(RUNNER.read_text(encoding="utf-8"), FIXED, OPTIONS)


def run(
    unit: Unit, python: Path, timeout: float, name: str, *, implementation: str = "", perturbed: bool = False
) -> Result:
    """Run a unit to its end, or until `timeout` seconds have passed; then its whole process group is killed.

    Whatever it does or leaves is told by the result. Raises Stopped where it ended because of `stop`.

    A perturbed run has another hash seed, addresses wherever the system puts them, longer paths, a larger environment,
    and where PyPy runs its JIT and a larger nursery.
    """
    suffix = LONGER if perturbed else ""
    with scratch(name, suffix) as base:
        for folder in ("work", "home", "tmp"):
            (base / folder).mkdir()
        log, report = base / "log", base / "report"
        start, changed = ((), PERTURBED) if perturbed else (unrandomised(), {})
        options = () if perturbed else OPTIONS.get(implementation, ())
        of_node = python.name == node.BUNDLE
        if of_node:
            task = node.prepared(unit, python, base, log, report, {**FIXED, **changed}, suffix)
            command = [*tied(), *task]
        else:
            command = [*tied(), *start, str(python), *options, *prepared(unit, base, log, report)]
        # What it appends to is read by these, whatever it puts in a file's place.
        with open(log, "ab+") as printing, open(report, "ab+") as reporting:
            try:
                status, printed = finished(command, base, printing, reporting, timeout, changed)
                if unit.kind == "example":
                    return left.result_of_program(printed, status, timeout)
                told = left.records(reporting, printed, of_node)
                return left.result_of_page(unit, told, printed, status, timeout)
            except left.Unreadable as error:
                return Result.unread(unit, Problem(min(error.cell, len(unit.cells) - 1), str(error), endless=True))
            except OSError as error:  # its Python may have been removed meanwhile
                return Result.unread(unit, Problem(0, f"could not be started ({error})"))


def prepared(unit: Unit, base: Path, log: Path, report: Path) -> list[str]:
    """Write what the process needs and return the arguments for its Python."""
    if unit.kind == "example":
        (base / "work" / f"{unit.name}.py").write_text(unit.sources[0], encoding="utf-8")
        return [f"{unit.name}.py"]
    cells = base / "cells"
    cells.write_bytes(marshal.dumps(unit.sources, 2))  # version 2 is the same on every Python
    return [str(RUNNER), str(cells), str(log), str(report)]


def environment(base: Path) -> dict[str, str]:
    """Return all environment variables of a process: of this one's, which may hold secrets, only those in INHERITED."""
    return {
        **{name: os.environ[name] for name in INHERITED if name in os.environ},
        **FIXED,
        "PATH": os.defpath,
        **dict.fromkeys(("HOME", "USERPROFILE") if os.name == "nt" else ("HOME",), str(base / "home")),
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(base / "tmp")),
    }


def finished(
    command: list[str], base: Path, log: BinaryIO, report: BinaryIO, timeout: float, changed: dict[str, str]
) -> tuple[int | None, bytes]:
    """Return the exit status of a process that appends both its streams to `log`, None if it had to be stopped.

    What it printed is returned as well: of more than MOST bytes a part that is longer than these.
    """
    adopts()  # before there is an orphan
    with starting:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=base / "work",
            env={**environment(base), **changed},
            start_new_session=os.name == "posix",
        )
        running.add(process.pid)
    try:
        began = time.monotonic()
        while (status := process.poll()) is None and (took := time.monotonic() - began) < timeout:
            if size_of(log) > MOST or size_of(report) > left.LONGEST_REPORT:
                break
            if stop.wait(min(max(took / 10, 0.0005), 0.01)):  # a small unit takes 15 ms, and must not wait for ten more
                raise Stopped
    finally:
        end(process, base)
    log.seek(0)
    return status, log.read(MOST + 1)


def size_of(file: BinaryIO) -> int:
    return os.fstat(file.fileno()).st_size


def end(process: subprocess.Popen[bytes], base: Path) -> None:
    """Kill a process, and what it has started and left behind."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True)
    end_strays(base)  # before it is waited for: one of them may be tracing it, and only that one hears of its end
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(PATIENCE)
    running.discard(process.pid)
    end_strays(base)
