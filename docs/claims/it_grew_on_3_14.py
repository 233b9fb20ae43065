"""Attacks on the sentences of guides/it-grew-on-3-14."""

import gc
import sys
import threading
import weakref
from types import SimpleNamespace

_GIL = getattr(sys, "_is_gil_enabled", lambda: True)()
_INCREMENTAL = (3, 14) <= sys.version_info < (3, 14, 5) and _GIL
_THREADS = sys.platform != "emscripten"

_alive = weakref.WeakSet()


class _Request:
    __slots__ = ("__weakref__", "answer", "request")

    def __init__(self):
        self.answer = self


class _Part(_Request):
    __slots__ = ()

    def __init__(self, below):
        self.answer, self.request = below, self


class _Large(_Request):
    __slots__ = ()

    def __init__(self):
        self.answer, self.request = _Request(), self
        for _ in range(9):
            self.answer = _Part(self.answer)


class _Trouble(Exception):
    pass


def _dropped(cls):
    _alive.add(cls())


def _raised():
    try:
        raise _Trouble
    except _Trouble as error:
        _alive.add(error)
        kept = error
    return kept.args


def _most_dead(make, times=9_000):
    """Return how many were dead at the same time, at most; none of the others."""
    gc.collect()
    gc.collect()
    _alive.clear()
    most = 0
    for _ in range(times):
        make()
        most = max(most, len(_alive))
    gc.collect()
    return most


def _in_a_thread(function):
    found = []
    thread = threading.Thread(target=lambda: found.append(function()))
    thread.start()
    thread.join()
    return found[0]


def _waits_as_it_should(make, size, times=9_000):
    """Return whether the dead, of so many tracked objects each, wait for the threshold, or for what is alive.

    A few more wait with the old: those that a run has found alive, while they were made.
    """
    gc.collect()
    here, dead = len(gc.get_objects()), _most_dead(make, times)
    if _INCREMENTAL:
        return here * 0.7 < dead * size < here * 2.5
    return dead < gc.get_threshold()[0] * 1.2 / size + 50


def a_circle_that_dies_young_waits_for_a_threshold_or_for_what_is_alive():
    """Drop small and large circles and errors, with little and much alive, in a thread, with another threshold."""
    yield "small ones", _waits_as_it_should(lambda: _dropped(_Request), 1, 90_000)
    yield "large ones", _waits_as_it_should(lambda: _dropped(_Large), 12)
    kept = [[] for _ in range(30_000)]
    yield "small ones, much alive", _waits_as_it_should(lambda: _dropped(_Request), 1, 90_000)
    yield "large ones, much alive", _waits_as_it_should(lambda: _dropped(_Large), 12)
    yield "errors, much alive", _waits_as_it_should(_raised, 3, 40_000)
    if _THREADS:
        yield "in a thread", _in_a_thread(lambda: _waits_as_it_should(lambda: _dropped(_Large), 12))
    if not _INCREMENTAL:
        usual = gc.get_threshold()
        gc.set_threshold(300, *usual[1:])
        yield "a low threshold", _waits_as_it_should(lambda: _dropped(_Large), 12)
        gc.set_threshold(*usual)
    kept.clear()


def what_is_kept_matters_to_the_incremental_collector():
    """Keep lists, dictionaries, instances and tuples of lists, and compare how many dead circles wait at most."""
    small = _most_dead(lambda: _dropped(_Large), 6_000)
    made = {"lists": list, "instances": _Request, "dictionaries": lambda: {"row": []}, "tuples": lambda: ([],)}
    for name, make in made.items():
        kept = [make() for _ in range(30_000)]
        ratio = _most_dead(lambda: _dropped(_Large), 9_000) / small
        yield f"{name} kept", ratio > 1.3 if _INCREMENTAL else 0.8 < ratio < 1.3
        del kept
        gc.collect()


def frozen_objects_put_no_collection_off():
    """Freeze lists, dictionaries, instances; count as before; what was frozen is no dead circle's concern."""
    for name, make in {"lists": list, "instances": _Request, "dictionaries": lambda: {"row": []}}.items():
        small = _most_dead(lambda: _dropped(_Large), 6_000)
        kept = [make() for _ in range(30_000)]
        gc.freeze()
        frozen = _most_dead(lambda: _dropped(_Large), 6_000)
        gc.unfreeze()
        yield f"{name} frozen", frozen < small * 1.3
        if _INCREMENTAL or not _GIL:
            yield f"{name} as they are", _most_dead(lambda: _dropped(_Large), 9_000) > frozen * 1.3
        kept.clear()
        gc.collect()
    gc.freeze()
    yield "nothing but the start", _most_dead(lambda: _dropped(_Large), 6_000) < small * 1.3
    gc.unfreeze()


def _left_by_young(make, before=int, after=int):
    """Return how many are there after `gc.collect(0)`, of one that was made; run something before and after it dies."""
    gc.collect()
    _alive.clear()
    before()
    make()
    after()
    gc.collect(0)
    left = len(_alive)
    gc.collect()
    return left if not _alive else None


def _middle(run):
    """Make a circle, let a run find it alive, and drop it."""
    first = SimpleNamespace()
    first.me = first
    holder = _Request()
    holder.request = first
    _alive.add(holder)
    run()


def a_young_collection_frees_what_was_made_since_the_last_run():
    """Make circles of several kinds and sizes, the collector on and off; let a run find one alive before it dies."""
    gc.disable()
    yield "a small one", _left_by_young(lambda: _dropped(_Request)) == 0
    yield "a large one", _left_by_young(lambda: _dropped(_Large)) == 0
    yield "an error", _left_by_young(_raised) == 0
    yield "many", _left_by_young(lambda: [_dropped(_Request) for _ in range(5_000)] and None) == 0
    if _THREADS:
        yield "of a thread that has ended", _left_by_young(lambda: _in_a_thread(lambda: _dropped(_Large))) == 0
    old = sys.implementation.name == "cpython" and _GIL
    yield "after a run of the young has seen it", _left_by_young(lambda: _middle(lambda: gc.collect(0))) == old
    yield "after a full run has seen it", _left_by_young(lambda: _middle(gc.collect)) == old
    gc.enable()


def _served(number, run=int, at=-1):
    """Return the most that are there after `gc.collect(0)`, called after each of some requests."""
    gc.collect()
    most = 0
    for each in range(number):
        if each == at:
            _middle(run)
        else:
            _dropped(_Large)
        gc.collect(0)
        most = max(most, len(_alive))
    return most


def a_young_collection_frees_finished_requests():
    """Answer requests, collect the young after each, with much alive, in a thread, and with a run in one's middle."""
    _alive.clear()
    yield "each", _served(50) == 0
    kept = [[] for _ in range(20_000)]
    yield "much alive", _served(50) == 0
    if _THREADS:
        yield "in a thread", _in_a_thread(lambda: _served(50)) == 0
    old = sys.implementation.name == "cpython" and _GIL
    yield "a run in the middle of one", _served(50, lambda: gc.collect(0), 7) == old
    kept.clear()
    gc.collect()
    yield "all gone after a full run", not _alive
