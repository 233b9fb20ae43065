"""What one process measures: the seconds that a call takes and by how much it raises the peak of resident memory."""

from __future__ import annotations

import contextlib
import sys
import time
import timeit
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

Result = TypeVar("Result")

MB = 1e6


class Meter:
    """Measures one call, or the calls of one statement."""

    def __init__(self) -> None:
        self.seconds: float | None = None
        """Wall time: of the call, or of one of many."""
        self.peak_mb: float | None = None
        """By how many megabytes the call raised the peak of resident memory; None where that is not known."""

    def once(self, work: Callable[[], Result]) -> Result:
        """Measures one call and gives what it returned."""
        forget_peak()
        before = peak()
        began = time.perf_counter()
        result = work()
        self.seconds = time.perf_counter() - began
        after = peak()
        if before is not None and after is not None:
            # The kernel counts pages in batches, so that a peak can seem to fall by some.
            self.peak_mb = max(0, after - before) / MB
        return result

    def best(self, statement: str, setup: str = "pass", number: int = 200_000, **names: Any) -> None:
        """Measures the fastest of seven times `number` calls, the loop around them included."""
        self.seconds = min(timeit.repeat(statement, setup, repeat=7, number=number, globals=names)) / number


def forget_peak() -> None:
    """Lets the peak of resident memory be what is resident now, where the system allows that.

    Where it does not, the peak is that of the process so far, which a heap being built hardly exceeds.
    """
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")  # proc(5): resets VmHWM, since Linux 4.0


def peak() -> int | None:
    """Return the peak of resident memory, in bytes; None where there is no telling."""
    # Not getrusage on Linux: its figure outlives exec, so that a small child shows its parent's peak.
    if sys.platform == "linux":
        for line in Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
        return None
    if sys.platform == "win32":
        return None
    import resource

    found = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return found if sys.platform == "darwin" else found * 1024
