"""What grows in a process: live objects, garbage, or memory that no Python object has; and who holds it.

For services: read-only, bounded in time and memory, and light to import. What looks is loaded by the first report, or
by `on_signal`.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # typing is not loaded for its constant
if TYPE_CHECKING:
    import os
    from typing import Any

    from refdemo._reporting.process import Memory as Memory
    from refdemo._reporting.result import Holder as Holder
    from refdemo._reporting.result import ProcessReport as ProcessReport
    from refdemo._reporting.result import TypeRise as TypeRise
    from refdemo._reporting.waiting import Circles as Circles
    from refdemo._reporting.waiting import Waiting as Waiting

# What a report is made of is loaded when it is asked for.
_PARTS = {
    "ProcessReport": "result",
    "TypeRise": "result",
    "Holder": "result",
    "Waiting": "waiting",
    "Circles": "waiting",
    "Memory": "process",
}
_SHORTEST, _LONGEST = 0.5, 60.0


def __getattr__(name: str) -> Any:
    if name not in _PARTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"refdemo._reporting.{_PARTS[name]}"), name)


def report(seconds: float = 10, *, limit: float = 2) -> ProcessReport:
    """Compare this process with itself some seconds later, and say what has grown and who holds it.

    The answer is plain data that keeps nothing alive; printed, it is at most forty lines. Its `kind` says which of
    these grows:

    - "objects": more objects are alive. The types are listed that grew, and for the three fastest what holds one of
      those that are new; so is the container that got longer by most, which finds strings and numbers too.
    - "garbage": reference cycles that nothing reaches wait for the collector. It says how many, which, and when the
      next collection is due.
    - "outside": the process has more memory, and Python's objects do not account for it.
    - "held free": nothing grows, but the allocator keeps memory that freed objects have left.
    - "nothing".

    Other threads run between the two looks, and may have to wait during each. `limit` is the time in seconds after
    which no further holder is looked for. Up to 200,000 objects are examined for being garbage (50,000
    where no lock keeps other threads from running); where there are more, those of the types that grew.

    No code of the objects is called, and nothing is kept of them. The collector is off during each look and then as it
    was found, so a `gc.disable()` of another thread is lost that comes meanwhile; what that thread lets go of during a
    look may be finalized by the thread that looks.

    Costs, with a million tracked objects: each look about a second on CPython 3.14 and two on 3.10, of which other
    threads wait for a quarter of a second at a time, and 50 MB meanwhile.
    Raises TypeError for what is no number, ValueError for seconds below 0.5 or above 60 and for a negative limit,
    NotImplementedError on a Python that keeps no reference counts (PyPy).
    Source: `gc.get_objects`, `sys.getallocatedblocks`, `/proc/self`, `resource`; what is not there is not known.

    >>> found = report(0.5) if hasattr(sys, "getrefcount") else None
    >>> found is None or found.kind in ("objects", "garbage", "outside", "held free", "nothing")
    True
    """
    return _between(*_loaded(seconds, limit), seconds, limit)


def on_signal(
    signum: int, *, seconds: float = 10, limit: float = 2, file: str | os.PathLike[str] | None = None
) -> None:
    """Have this process write a report each time it gets a signal, to its stderr or to the end of a file.

    Call it in the main thread, when the service starts: what looks is loaded now. The report is made by a thread of its
    own, so that the others go on; a signal that comes meanwhile is answered by one line. Without a thread, as in a
    browser, there is no such report.

    Raises ValueError if the signal has a handler already, what `signal.signal` raises and what `open` raises for the
    file, and what `report` raises for its arguments.

    >>> import signal
    >>> if hasattr(signal, "SIGUSR1") and hasattr(sys, "getrefcount"):
    ...     on_signal(signal.SIGUSR1, seconds=30)
    ...     _ = signal.signal(signal.SIGUSR1, signal.SIG_DFL)
    """
    first_look, examination = _loaded(seconds, limit)
    from refdemo._reporting.service import Service

    Service(lambda: _between(first_look, examination, seconds, limit), file).answer(signum)


def _between(first_look: Any, examination: Any, seconds: float, limit: float) -> ProcessReport:
    import time

    moment = first_look()
    time.sleep(seconds)
    found: ProcessReport = examination(moment, limit).report()
    return found


def _loaded(seconds: float, limit: float) -> tuple[Any, Any]:
    """Return what looks, or raise what speaks against looking. Loading it is done before the first look."""
    for name, value in ("seconds", seconds), ("limit", limit):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise TypeError(f"{name} is a number of seconds, not {type(value).__name__}")
    if not _SHORTEST <= seconds <= _LONGEST:
        raise ValueError(f"seconds is between {_SHORTEST} and {_LONGEST:.0f}, not {seconds}")
    if limit < 0:
        raise ValueError(f"limit is no negative number of seconds, as {limit} is")
    if not hasattr(sys, "getrefcount"):
        raise NotImplementedError(f"{sys.implementation.name} keeps no reference counts: a report needs them")
    from refdemo._reporting.examination import Examination, first_look

    return first_look, Examination
