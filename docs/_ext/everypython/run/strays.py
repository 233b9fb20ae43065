"""Processes that a unit has started and left: also those in a session of their own, on Linux.

There a build becomes the parent of whatever its descendants leave behind, and so finds it among its children. On other
systems what has a session of its own goes on.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

BE_PARENT_OF_ORPHANS = 36  # PR_SET_CHILD_SUBREAPER of Linux's prctl.h


@cache
def adopts() -> bool:
    """Become the parent of orphans; return whether this system can, and tells which children a process has."""
    if sys.platform != "linux" or not Path("/proc/self/task", str(os.getpid()), "children").exists():
        return False
    try:
        import ctypes
    except ImportError:  # a Python that was built without it
        return False
    return bool(ctypes.CDLL(None).prctl(BE_PARENT_OF_ORPHANS, 1, 0, 0, 0) == 0)


PATIENCE = 5  # seconds for what was killed to be gone
running: set[int] = set()
"""The processes of units that run now, each the first of a session."""
starting = threading.Lock()
"""Held while a unit starts, until its process is in `running`."""


def end_strays(base: Path) -> None:
    """Kill the orphans that a unit has left, known by where they work or by their environment.

    When no other unit runs, those are killed as well that hide both: what is in another session than a build is a
    unit's.
    """
    mark = f"{base}{os.sep}".encode()
    with starting:
        ends = time.monotonic() + PATIENCE
        while found := [child for child in orphans() if not running or is_of(child, mark)]:  # each may leave others
            for child in found:
                with suppress(ProcessLookupError, ChildProcessError):
                    os.kill(child, signal.SIGKILL)
                    os.waitpid(child, os.WNOHANG)  # another one may be tracing it, and is killed as well
            if time.monotonic() > ends:
                return
            time.sleep(0.001)


def end_all(base: Path) -> None:
    """Kill the processes that a unit of another build has left, known by their environment; on Linux."""
    mark = f"{base}{os.sep}".encode()
    for about in Path("/proc").glob("[0-9]*") if sys.platform == "linux" else ():
        with suppress(OSError):
            if about.stat().st_uid == os.getuid() and mark in (about / "environ").read_bytes():
                os.kill(int(about.name), signal.SIGKILL)


def orphans() -> Iterator[int]:
    """Yield the children of this process that units have left."""
    for child in children() if adopts() else ():
        with suppress(ProcessLookupError):
            if child not in running and os.getsid(child) != os.getsid(0):
                yield child


def children() -> Iterator[int]:
    """Yield the children of this process."""
    for thread in os.listdir("/proc/self/task"):
        with suppress(OSError):
            yield from map(int, Path("/proc/self/task", thread, "children").read_text().split())


def is_of(child: int, mark: bytes) -> bool:
    about = Path("/proc", str(child))
    with suppress(OSError):
        if b"(deleted)" not in (where := os.fsencode(os.readlink(about / "cwd"))) and (where + b"/").startswith(mark):
            return True
    with suppress(OSError):
        return mark in (about / "environ").read_bytes()
    return False
