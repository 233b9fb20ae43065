"""Attacks on the sentences of guides/workers-that-live-for-weeks."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

_FREE_THREADED = not getattr(sys, "_is_gil_enabled", lambda: True)()


def _run(program, **modules):
    """Run a program, with modules beside it, and return the words that it prints."""
    with tempfile.TemporaryDirectory() as folder:
        for name, source in {**modules, "program": program}.items():
            Path(folder, f"{name}.py").write_text(source, encoding="utf-8")
        command = [sys.executable, "-W", "ignore", "program.py"]
        where = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        ran = subprocess.run(command, cwd=folder, env=where, capture_output=True, text=True, timeout=60)
    return ran.stdout.split() or [ran.stderr]


_KEEPING = """
import functools, gc, multiprocessing, os, weakref
gc.disable()
class Thing:
    def __init__(self, way):
        alive[way].add(self)
class Kept:
    things = []
kept, registry = [], {}
cached = functools.lru_cache(None)(lambda number: Thing("in_a_cache"))
def in_a_list(number):
    kept.append(Thing("in_a_list"))
def in_a_dict(number):
    registry[number] = Thing("in_a_dict")
def on_a_class(number):
    Kept.things.append(Thing("on_a_class"))
def in_a_cache(number):
    cached(number)
def in_a_circle(number):
    thing = Thing("in_a_circle")
    thing.me = thing
def by_a_finalizer(number):
    weakref.finalize(thing := Thing("by_a_finalizer"), id, thing)
WAYS = in_a_list, in_a_dict, on_a_class, in_a_cache, in_a_circle, by_a_finalizer
alive = {way.__name__: weakref.WeakSet() for way in WAYS}
def job(number):
    for way in WAYS:
        way(number)
    return os.getpid(), [len(things) for things in alive.values()]
if __name__ == "__main__":
    for most in 4, None:
        with multiprocessing.get_context("fork").Pool(1, maxtasksperchild=most) as pool:
            done = pool.map(job, range(12), chunksize=1)
        print(len({process for process, _ in done}), *map(max, zip(*[numbers for _, numbers in done])))
"""


def what_a_worker_keeps_is_bounded_by_its_jobs():
    """Keep things in six ways, in a worker that is replaced after four of twelve jobs, and in one that is not."""
    said = _run(_KEEPING)
    yield "replaced, and not", said[::7] == ["3", "1"]
    names = "in a list", "in a dict", "on a class", "in a cache", "in a circle", "by a finalizer"
    for place, name in enumerate(names, 1):
        yield name, said[place::7] == ["4", "12"]


_FORGETS = """
import multiprocessing
registry, counted = {}, [0]
def remember(number):
    known = registry.get("first")
    registry.setdefault("first", number)
    counted[0] += 1
    return known, counted[0]
if __name__ == "__main__":
    for way in multiprocessing.get_all_start_methods():
        with multiprocessing.get_context(way).Pool(1, maxtasksperchild=3) as pool:
            done = [pool.apply(remember, [number]) for number in range(6)]
        print(*[known for known, _ in done], *[number for _, number in done])
    print(len(registry))
"""


def a_replaced_worker_forgets_all_that_it_kept():
    """Remember the first job and count, by fork, spawn and fork server; replace the worker after three of six jobs."""
    said = _run(_FORGETS)
    for place in range(len(said) // 12):
        known, numbers = said[place * 12 : place * 12 + 6], said[place * 12 + 6 : place * 12 + 12]
        yield f"what it knew, {place}", known == ["None", "0", "0", "None", "3", "3"]
        yield f"what it counted, {place}", numbers == ["1", "2", "3", "1", "2", "3"]
    yield "the parent has nothing of it", said[-1] == "0"


_CHUNKS = """
import multiprocessing, os
from collections import Counter
fork = multiprocessing.get_context("fork")
def job(number):
    return os.getpid()
def pair(first, second):
    return os.getpid()
def each(pool, size):
    return [pool.apply(job, [number]) for number in range(4)]
CALLS = {
    "map": lambda pool, size: pool.map(job, range(4 * size), chunksize=size),
    "imap": lambda pool, size: list(pool.imap(job, range(4 * size), chunksize=size)),
    "imap_unordered": lambda pool, size: list(pool.imap_unordered(job, range(4 * size), chunksize=size)),
    "starmap": lambda pool, size: pool.starmap(pair, [(number, 1) for number in range(4 * size)], chunksize=size),
    "apply": each,
}
if __name__ == "__main__":
    for call in CALLS.values():
        for size in 1, 3:
            with fork.Pool(1, maxtasksperchild=2) as pool:
                print(max(Counter(call(pool, size)).values()))
    with fork.Pool(1, maxtasksperchild=1) as pool:
        print(max(Counter(pool.map(job, range(12))).values()))
"""


def a_task_of_a_pool_is_a_chunk():
    """Count the jobs of a worker of two tasks, by every call that takes chunks, by `apply`, and with no size said."""
    said = _run(_CHUNKS)
    for place, name in enumerate(("map", "imap", "imap_unordered", "starmap")):
        yield f"{name}, chunks of one", said[place * 2] == "2"
        yield f"{name}, chunks of three", said[place * 2 + 1] == "6"
    yield "apply", said[8:10] == ["2", "2"]
    yield "map, no size said: a quarter of all", said[10] == "3"


_FROZEN = """
import gc, multiprocessing
if __name__ == "__main__":
    things = [[] for _ in range(50_000)]
    gc.collect()
    gc.freeze()
    for way in "fork", "forkserver", "spawn":
        with multiprocessing.get_context(way).Pool(1, maxtasksperchild=1) as pool:
            print(*[pool.apply(gc.get_freeze_count) >= 50_000 for _ in range(2)])
"""
_PRELOADED = """
import gc, multiprocessing
if __name__ == "__main__":
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(["catalogue"])
    with server.Pool(1, maxtasksperchild=1) as pool:
        print(*[pool.apply(gc.get_freeze_count) >= 50_000 for _ in range(2)])
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(pool.apply(gc.get_freeze_count) >= 50_000)
"""


def frozen_objects_reach_workers_that_are_forked():
    """Freeze in the parent, in a module of the fork server; start workers by fork, server, spawn; replace them."""
    said = _run(_FROZEN)
    yield "forked", said[0] == "True"
    yield "forked, in the place of the first", said[1] == "True"
    yield "by the fork server", said[2:4] == ["False", "False"]
    yield "spawned", said[4:] == ["False", "False"]
    said = _run(_PRELOADED, catalogue="import gc\nthings = [[] for _ in range(50_000)]\ngc.freeze()\n")
    yield "frozen in a module of the fork server, both workers", said[:2] == ["True", "True"]
    yield "the same, spawned", said[2] == "False"


_FAULTS = """
import gc, mmap, os
class Thing:
    def __init__(self, number):
        self.number = number
def faults(work):
    if not (child := os.fork()):
        work()
        os._exit(0)
    return os.wait4(child, 0)[2].ru_minflt
def twice():
    gc.freeze()
    gc.collect()
gc.disable()
for make in Thing, lambda number: [number], lambda number: {number}:
    things = [make(number) for number in range(20_000)]
    pages = len({id(thing) // mmap.PAGESIZE for thing in things})
    none = faults(int)
    def said(work):
        return "copied" if faults(work) - none > pages / 2 else "shared"
    print(said(gc.collect), said(gc.freeze), said(twice), end=" ")
    gc.freeze()
    print(said(gc.collect))
    gc.unfreeze()
"""


def freezing_writes_on_a_free_threaded_build():
    """Freeze instances, lists and sets in the forked worker, before its first collection, and in the parent."""
    said = _run(_FAULTS)
    late = "copied" if _FREE_THREADED else "shared"
    for place, name in enumerate(("instances", "lists", "sets")):
        yield f"{name}", said[place * 4 : place * 4 + 4] == ["copied", late, late, "shared"]
    yield "each of them, frozen by the parent", said[3::4] == ["shared"] * 3
