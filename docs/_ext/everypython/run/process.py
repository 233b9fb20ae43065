"""One unit in one process: its start, its end, and what it printed."""

from __future__ import annotations

import ast
import contextlib
import json
import marshal
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from ..model.outcome import Error, Outcome, Problem, Result
from ..model.units import Unit, digest
from . import node
from .node import MOST, RUNNER

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

    Raises Stopped where it ended because of `stop`.

    A perturbed run has another hash seed, addresses wherever the system puts them, longer paths, a larger environment,
    and where PyPy runs its JIT and a larger nursery.
    """
    suffix = LONGER if perturbed else ""
    base = Path(tempfile.gettempdir()) / f"everypython-{name[:12]}{suffix}"
    try:
        base.mkdir(mode=0o700)
    except FileExistsError:  # the same unit in another build, or left over from one that was killed
        base = Path(tempfile.mkdtemp(suffix, "everypython-"))
    try:
        for folder in ("work", "home", "tmp"):
            (base / folder).mkdir()
        log, report = base / "log", base / "report"
        start, changed = ((), PERTURBED) if perturbed else (unrandomised(), {})
        options = () if perturbed else OPTIONS.get(implementation, ())
        if python.name == node.BUNDLE:
            task = node.prepared(unit, python, base, log, report, {**FIXED, **changed}, suffix)
            command = [*tied(), *task]
        else:
            command = [*tied(), *start, str(python), *options, *prepared(unit, base, log, report)]
        try:
            status = finished(command, base, log, timeout, changed)
        except OSError as error:  # its Python may have been removed meanwhile
            return Result.unread(unit, Problem(0, f"could not be started ({error})"))
        told = report.read_text(encoding="utf-8") if report.exists() else ""
        read: Callable[[str], Any] = json.loads if python.name == node.BUNDLE else ast.literal_eval
        printed = log.read_bytes()
        if len(printed) > MOST:
            says = f"printed {len(printed):,} bytes, more than {MOST:,}"
            return Result.unread(unit, Problem(0, says, endless=True))
        if unit.kind != "example":
            return result_of_page(unit, [read(line) for line in told.splitlines()], printed, status, timeout)
        return result_of_program(printed, status, timeout)
    finally:
        shutil.rmtree(base, ignore_errors=True)


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


def finished(command: list[str], base: Path, log: Path, timeout: float, changed: dict[str, str]) -> int | None:
    """Return the exit status of a process that appends both its streams to `log`; None if it had to be stopped."""
    with open(log, "ab") as file:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            cwd=base / "work",
            env={**environment(base), **changed},
            start_new_session=os.name == "posix",
        )
    try:
        began = time.monotonic()
        while (status := process.poll()) is None and (took := time.monotonic() - began) < timeout:
            if stop.wait(min(max(took / 10, 0.0005), 0.01)):  # a small unit takes 15 ms, and must not wait for ten more
                raise Stopped
        return status
    finally:  # also what the unit itself started and left behind
        if os.name == "posix":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
        else:
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True)
        process.wait()


def ended(status: int | None, timeout: float) -> str:
    """Return how a process ended, in words."""
    if status is None:
        return f"did not end within {timeout:g} s and was stopped"
    if status < 0:
        return f"ended its process ({signal.Signals(-status).name})"
    return f"ended its process (exit status {status})"


def text(printed: bytes) -> str:
    return printed.decode("utf-8", "backslashreplace").replace("\r\n", "\n")


def writable(texts: dict[str, str] | None) -> dict[str, str] | None:
    """Return texts that can be written as UTF-8, which half of a surrogate pair cannot."""
    return texts and {name: text(told.encode("utf-8", "backslashreplace")) for name, told in texts.items()}


def result_of_page(
    unit: Unit, records: list[dict[str, Any]], printed: bytes, status: int | None, timeout: float
) -> Result:
    """Cut what was printed into cells; what a process that died early did not reach says so."""
    cells: list[Outcome] = []
    says, end = "", 0
    for record in records:
        (start, middle), (_, end) = record["printed"], record["trace"]
        raised = writable(record["error"])
        error = Error(**raised, traceback=text(printed[middle:end])) if raised else None
        cells.append(Outcome(text(printed[start:middle]), writable(record["data"]), error))
    at, rest = len(records), text(printed[end:]).strip()[-2000:]
    if records and records[-1]["exits"] is not None:
        at, says = at - 1, f"called sys.exit({records[-1]['exits']})"
    elif at < len(unit.cells):
        says = ended(status, timeout) + (f", having printed:\n{rest}" if rest else "")
    elif status != 0:
        at, says = at - 1, f"after the last cell, {ended(status, timeout)}"
    elif rest:
        says = "after the last cell, while Python exits, this is printed; make it an example, where a reader sees it:\n"
        at, says = at - 1, says + rest
    cells += [Outcome(reached=False) for _ in unit.cells[len(records) :]]
    return Result(tuple(cells), Problem(at, says, endless=status is None) if says else None)


def result_of_program(printed: bytes, status: int | None, timeout: float) -> Result:
    """Return a program's one outcome: its error is the traceback that ends what it printed."""
    said, mark, trace = text(printed).rpartition("Traceback (most recent call last):\n")
    if status == 0:
        return Result((Outcome(text(printed)),))
    if status != 1 or not mark:
        says = f"{ended(status, timeout)}, having printed:\n{text(printed)[-2000:].strip()}"
        return Result((Outcome(text(printed), reached=False),), Problem(0, says, endless=status is None))
    kind, _, message = trace.strip().splitlines()[-1].partition(": ")
    return Result((Outcome(said, error=Error(kind, message, mark + trace)),))
