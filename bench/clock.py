"""How long a command takes, and how much memory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple


class Timed(NamedTuple):
    seconds: float
    peak_mb: float | None
    """Of the largest of its processes, in 10⁶ bytes: itself, and those that it waited for. None on Windows."""
    status: int


def timed(command: Sequence[str], folder: Path, env: Mapping[str, str], log: Path, limit: float) -> Timed:
    """Run a command to its end, its output to `log`; subprocess.TimeoutExpired after `limit` seconds."""
    with open(log, "ab") as file:
        began = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=os.name == "posix",
        )
        late = threading.Event()

        def over() -> None:
            late.set()
            end(process)

        clock = threading.Timer(limit, over)
        clock.start()
        try:
            peak_mb = waited(process)
            seconds = time.perf_counter() - began
        finally:
            clock.cancel()
            end(process)
    if late.is_set():
        raise subprocess.TimeoutExpired(command, limit)
    return Timed(seconds, peak_mb, process.returncode)


def waited(process: subprocess.Popen[bytes]) -> float | None:
    if sys.platform == "win32":
        process.wait()
        return None
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6


def end(process: subprocess.Popen[Any]) -> None:
    """End a command and, on POSIX, whatever it left behind."""
    if sys.platform != "win32":
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return
    elif process.poll() is None:
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True)
