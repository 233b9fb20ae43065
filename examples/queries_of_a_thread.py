"""A database layer notes the queries of each thread, so that a page can tell what
it asked; only web requests empty the log when they begin.

Claim: what a thread keeps in `threading.local` lives as long as the thread, so
the log of a pool's thread grows with every job that is no web request.
Promise: where the log is a context variable, reset after each job, nothing stays.
"""

import gc
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar

from refdemo.growth import growth


class Query:
    """The text of a query, its parameters, how long it took."""


class Log(threading.local):
    """Each thread that looks here finds a log of its own."""

    def __init__(self) -> None:
        self.queries: list[Query] = []


of_the_thread = Log()
of_the_job: ContextVar[list[Query]] = ContextVar("of_the_job")


def report() -> None:
    """A job for the pool: two queries, and what is made of them."""
    of_the_thread.queries.append(Query())
    of_the_thread.queries.append(Query())


def tidy_report() -> None:
    """The same job with a log of its own, which ends with it."""
    token = of_the_job.set([])
    try:
        of_the_job.get().append(Query())
        of_the_job.get().append(Query())
    finally:
        of_the_job.reset(token)


def twenty_rounds(job: Callable[[], None]) -> None:
    """Let a pool do the job twenty times, then end the pool."""
    with ThreadPoolExecutor(max_workers=4) as pool:
        print(f"{job.__name__}:", growth(lambda: pool.submit(job).result(), of=Query))
    left = growth(gc.collect, of=Query, rounds=1).alive[-1]
    print("    when the threads have ended:", left)


twenty_rounds(report)
twenty_rounds(tidy_report)
