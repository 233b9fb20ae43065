"""Keeping the collector from running by itself during a search."""

import gc
from collections.abc import Callable
from typing import Any, TypeVar

Found = TypeVar("Found")


def with_collector_off(search: Callable[..., Found], *arguments: Any) -> Found:
    """Return what a search finds.

    The collector is left as it was found, also when the search is interrupted, and then nothing of the search is kept
    by the exception: its traceback shows the lines, and the variables there are gone.
    """
    enabled = gc.isenabled()
    try:  # before it is disabled: a context manager can be interrupted between entering and the block
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
