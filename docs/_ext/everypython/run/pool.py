"""Threads that run units side by side, and end what runs when somebody interrupts them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from . import process


@contextmanager
def pool_that_stops() -> Iterator[ThreadPoolExecutor]:
    """Hold threads, one more than there are cores: some units wait, for another process or a second moment.

    When something is raised they begin nothing more; an interrupt ends what they run, too.
    """
    with ThreadPoolExecutor((os.cpu_count() or 1) + 1) as pool:
        try:
            yield pool
        except BaseException as error:
            pool.shutdown(wait=False, cancel_futures=True)
            if not isinstance(error, Exception):
                process.stop.set()
            raise
