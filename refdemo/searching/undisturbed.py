"""Keeping the collector from running by itself during a search."""

import gc
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def with_collector_off(search: Callable[[], Found]) -> Found:
    """What the search finds. The collector is left as it was found, also when the search is interrupted."""
    enabled = gc.isenabled()
    try:  # before it is disabled: a context manager can be interrupted between entering and the block
        gc.disable()
        return search()
    finally:
        if enabled:
            gc.enable()
