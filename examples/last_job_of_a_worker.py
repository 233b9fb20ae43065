"""Four workers take jobs from a queue as they come, and wait for more.

Claim: a worker's variable refers to its last job until the next one comes, so
a pool with nothing to do holds as many jobs as it has workers.
Promise: with `del job` before the wait it holds none.
"""

import gc
import threading
import weakref
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from queue import Queue


class Job:
    """A picture to be made smaller, and the picture itself."""

    def run(self) -> None:
        alive.add(self)
        four.wait()  # so that each worker gets one job a round


alive: weakref.WeakSet[Job] = weakref.WeakSet()
four = threading.Barrier(4)
Jobs = Queue[Job | None]


def work(jobs: Jobs) -> None:
    while (job := jobs.get()) is not None:
        job.run()
        jobs.task_done()


def tidy_work(jobs: Jobs) -> None:
    while (job := jobs.get()) is not None:
        job.run()
        del job
        jobs.task_done()


def fifty_rounds(worker: Callable[[Jobs], None]) -> None:
    jobs, counts = Jobs(), Counter[int]()
    with ThreadPoolExecutor(4) as pool:  # it ends when its threads have ended
        pool.map(worker, [jobs] * 4)
        for _ in range(50):
            for _ in range(4):
                jobs.put(Job())
            jobs.join()
            gc.collect()
            counts[len(alive)] += 1
        for _ in range(4):
            jobs.put(None)
    for number, rounds in counts.items():
        print(f"{worker.__name__}: {number} jobs alive, after each of {rounds} rounds")


fifty_rounds(work)
fifty_rounds(tidy_work)
