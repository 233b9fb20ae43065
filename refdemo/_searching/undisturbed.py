"""Keeping the collector from running by itself during a search, and what threads do meanwhile."""

from __future__ import annotations

import gc
import sys

TYPE_CHECKING = False  # growth() loads this, and typing makes PyPy's heap a third larger
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    Found = TypeVar("Found")


def sees_other_threads() -> bool:
    """Whether other threads' frames can be read: without a lock that can end the process."""
    return not hasattr(sys, "_is_gil_enabled") or sys._is_gil_enabled()


def others_run_at_once() -> bool:
    """Whether other threads change the heap during a search, and are stopped for each look at an object."""
    return not sees_other_threads() and len(getattr(sys.modules.get("threading"), "_active", ())) > 1


def with_collector_off(search: Callable[..., Found], *arguments: Any, beside_threads: bool = True) -> Found:
    """Return what a search finds.

    The collector is left as it was found, also when the search is interrupted, and then nothing of the search is kept
    by the exception: its traceback shows the lines, and the variables there are gone.

    Without `beside_threads` the collector goes on where other threads run at once. Without a lock they make a million
    objects a second, and a search of all that is alive would not catch up. What a search holds is reached, so that a
    collection in between takes nothing away from it.
    """
    enabled = gc.isenabled()
    try:  # before it is disabled: a context manager can be interrupted between entering and the block
        if beside_threads or not others_run_at_once():
            gc.disable()
        return search(*arguments)
    except BaseException as error:
        _forget_variables(error)
        raise
    finally:
        if enabled:
            gc.enable()


def _forget_variables(error: BaseException) -> None:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
        try:
            trace.tb_frame.clear()
        except RuntimeError:  # it is running: a generator of the caller's, say
            continue
