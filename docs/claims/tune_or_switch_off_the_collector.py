"""Attacks on the sentences of guides/tune-or-switch-off-the-collector."""

import functools
import gc
import itertools
import os
import subprocess
import sys
import threading
import types
import weakref
from collections import deque

_CPYTHON = sys.implementation.name == "cpython"
_PROCESSES = sys.platform != "emscripten"
_FREE_THREADED = not getattr(sys, "_is_gil_enabled", lambda: True)()


class _Thing:
    pass


class _Slotted:
    __slots__ = ("__weakref__", "me")


class _Error(Exception):
    pass


def _generator():
    yield


def _circle(cls=_Thing):
    thing = cls()
    thing.me = thing
    return thing


def _alive(witness):
    gc.collect()
    return witness() is not None


_FORKS = """if True:
    import gc, mmap, os
    class Thing:
        def __init__(self, number):
            self.number = number
    def faults(things, work):
        if not (child := os.fork()):
            work(things)
            os._exit(0)
        return os.wait4(child, 0)[2].ru_minflt
    def forked(make, work, freeze=False):
        things = [make(number) for number in range(20_000)]
        pages = {id(thing) // mmap.PAGESIZE for thing in things}
        if freeze:
            gc.freeze()
        more = faults(things, work) - faults(things, nothing)
        gc.unfreeze()
        print("copied" if more > len(pages) / 2 else "shared", end=" ")
    def nothing(things):
        pass
    def collect(things):
        gc.collect()
    def read(things):
        for thing in things:
            pass
    gc.disable()
    for make in Thing, lambda number: [number], lambda number: {number}:
        forked(make, nothing)
        forked(make, collect)
        forked(make, collect, freeze=True)
        forked(make, read, freeze=True)
"""


@functools.cache
def _forked():
    """Return for instances, lists and sets: left alone, collected, frozen and collected, frozen and read."""
    said = subprocess.run([sys.executable, "-c", _FORKS], capture_output=True, text=True).stdout.split()
    return said[0:4], said[4:8], said[8:12]


def a_collection_unshares_and_freezing_prevents_it():
    """Fork with instances, lists and sets, and count the pages that a collection in the child copies."""
    for name, (left, collected, frozen, _) in zip(("instances", "lists", "sets"), _forked(), strict=True):
        yield f"{name}, no collection", left == "shared"
        yield f"{name}, a collection", collected == "copied"
        yield f"{name}, frozen", frozen == "shared"


def freezing_stops_no_counting_and_keeps_circles():
    """Freeze and count, free by counting, break a frozen circle, collect it, unfreeze it; read in a fork."""
    things = [_Thing(), _circle(), _circle(), _circle(_Slotted)]
    witnesses = [weakref.ref(thing) for thing in things]
    gc.freeze()
    before = sys.getrefcount(things[0])
    again = things[0]
    yield "one reference more", sys.getrefcount(things[0]) == before + 1
    del again
    del things[0]
    yield "freed by counting", witnesses[0]() is None
    del things[0].me, things[0]
    yield "a circle that was opened", witnesses[1]() is None
    things.clear()
    yield "circles", all(_alive(each) for each in witnesses[2:])
    gc.unfreeze()
    yield "circles, unfrozen", not any(_alive(each) for each in witnesses[2:])
    if _PROCESSES:
        yield "read in a fork", [read for *_, read in _forked()] == ["copied"] * 3


async def _coroutine():
    pass


def _of_many_types():
    """Return objects, the first of which must be closed, that the collector tracks."""
    waiting = _coroutine()
    return [waiting, _Thing(), [1], {"k": []}, {1}, _generator(), lambda: waiting, _Slotted(), _Error(), (1, [])]


def _unknown(things):
    """Return how many objects are not among those that the collector knows."""
    known = {id(each) for each in gc.get_objects()}
    return sum(id(each) not in known for each in things)


def freeze_sets_aside_all_that_the_collector_knows():
    """Freeze objects of many types, of each generation and of another thread, and make some more."""
    old = _of_many_types()
    gc.collect()
    young = [_Thing(), [1], {"k": []}]
    if _PROCESSES:
        thread = threading.Thread(target=lambda: young.append(_Thing()))
        thread.start()
        thread.join()
    yield "known before", _unknown(old) == _unknown(young) == 0
    gc.freeze()
    fresh = _Thing()
    yield "of ten types", _unknown(old) == 10
    yield "young, and of another thread", _unknown(young) == len(young)
    yield "made afterwards", _unknown([fresh]) == 0
    gc.unfreeze()
    yield "unfrozen", _unknown(old) == _unknown(young) == 0
    old[0].close()


def _looped(box):
    for each in box:
        return each


def _gain(take):
    """Return by how much a list's count rises while what `take` takes out of a container is bound to a name."""
    thing = []
    box = [thing]
    before = sys.getrefcount(thing)
    taken = take(box)
    gained = sys.getrefcount(thing) - before
    return gained if taken is not None else None


def taking_an_object_out_counts_a_reference():
    """Take a list out of a list in several ways, bind it, and look at its count; take out what is immortal."""
    yield "by its place", _gain(lambda box: box[0]) == 1
    yield "by a loop", _gain(_looped) == 1
    yield "by an iterator", _gain(lambda box: next(iter(box))) == 1
    yield "by unpacking", _gain(lambda box: (lambda one: one)(*box)) == 1
    yield "by an attribute", _gain(lambda box: type("Box", (), {"one": box[0]}).one) >= 1
    if sys.version_info >= (3, 12):
        before = sys.getrefcount(None)
        kept = [None] * 100
        yield "what is immortal is not counted", sys.getrefcount(kept[0]) == before


def _counted(make):
    """Return by how much the first counter rises with a thousand objects, and by how much it is up without them."""
    gc.collect()
    gc.disable()
    first = gc.get_count()[0]
    kept = [make(number) for number in range(1_000)]
    made = gc.get_count()[0] - first
    del kept
    left = gc.get_count()[0] - first
    gc.enable()
    return made // 100 * 100, left // 100 * 100


def _from_the_free_list():
    gc.collect()
    gc.disable()
    kept = [[] for _ in range(200)]
    del kept
    first = gc.get_count()[0]
    kept = [[] for _ in range(50)]
    made = gc.get_count()[0] - first
    gc.enable()
    return made < 10 and len(kept) == 50


def the_first_counter_counts_allocations_less_what_was_given_back():
    """Make a thousand objects of several types and drop them; take lists from the free list."""
    for name, make in (
        ("instances", lambda number: _Thing()),
        ("sets", lambda number: {number}),
        ("lists", lambda n: []),
        ("dicts that are tracked or not", lambda number: {}),
        ("dicts of numbers", lambda number: {number: number}),
    ):
        yield name, _counted(make) == (1_000, 0)
    yield "tuples that are tracked or not", _counted(lambda number: (number,))[0] == 1_000
    yield "ints, which are not tracked", _counted(lambda number: number + 10**6) == (0, 0)
    yield "plain objects, which are not tracked", _counted(lambda number: object()) == (0, 0)
    yield "lists from the free list", _from_the_free_list()
    kept = [set() for _ in range(5_000)]
    gc.collect()
    yield "since the last collection", len(kept) == 5_000 and gc.get_count()[0] < 1_000
    if not _FREE_THREADED:
        kept = [set() for _ in range(3_000)]
        gc.collect()
        del kept
        yield "never below 0", gc.get_count()[0] >= 0


def the_other_counters_count_collections():
    """Collect the young, the middle and the old, once and again, and look at the counters."""
    gc.collect()
    gc.disable()
    said = []
    for generation in 0, 0, 1, 0, 1, 2:
        gc.collect(generation)
        said.append(gc.get_count()[1:])
    gc.enable()
    middle = gc.get_threshold()[2] != 0
    yield "young", said[0][0] == 1
    yield "young again", said[1][0] == 2
    yield "everything", said[5] == (0, 0)
    if middle:
        yield "middle", said[2] == (0, 1)
        yield "middle again", said[3:5] == [(1, 1), (0, 2)]


def _started(*thresholds, middle=0):
    """Return the generations that are collected when 5,000 sets are made after some collections of the young."""
    usual, started = gc.get_threshold(), []
    gc.collect()
    for _ in range(middle):
        gc.collect(0)
    gc.callbacks.append(lambda phase, info: started.append(info["generation"]) if phase == "start" else None)
    gc.set_threshold(*thresholds)
    gc.enable()
    kept = [set() for _ in range(5_000)]
    gc.callbacks.pop()
    gc.set_threshold(*usual)
    return started if kept else None


def only_the_young_ones_counter_starts_a_collection():
    """Let the counters of the young and of the middle exceed their thresholds, together and alone."""
    if not _FREE_THREADED and gc.get_threshold()[2] != 0:
        yield "the young one's alone", set(_started(1_000, 1_000, 1_000)) == {0}
        yield "both", _started(1_000, 5, 1_000, middle=20)[:1] == [1]
    yield "the middle one's alone", _started(1_000_000, 5, 1_000, middle=20) == []
    yield "the middle one's, the young switched off", _started(0, 5, 1_000, middle=20) == []
    yield "neither", _started(1_000_000, 1_000, 1_000) == []


def _collections(first, make, times=30_000):
    """Return how many automatic collections come while something is made again and again."""
    started = []
    thresholds = gc.get_threshold()
    gc.collect()
    gc.callbacks.append(lambda phase, info: started.append(phase) if phase == "start" else None)
    gc.set_threshold(first)
    gc.enable()
    kept = [make() for _ in range(times)]
    gc.callbacks.pop()
    gc.set_threshold(*thresholds)
    return len(started) if kept else None


def _fewer(low, high, make):
    """Return whether a higher threshold makes for fewer collections; free-threaded, not for more."""
    often, seldom = _collections(low, make), _collections(high, make)
    return often >= seldom if _FREE_THREADED else often > seldom


def _circle_gone():
    _circle()


def a_first_threshold_of_0_switches_automatic_collections_off():
    """Make circles, lists and instances by the thousand, switch the collector on, and use a thread."""
    thresholds = gc.get_threshold()
    yield "circles", _collections(0, _circle_gone) == 0
    yield "lists", _collections(0, list) == 0
    yield "a usual threshold has some", _collections(thresholds[0], list) > 0
    gc.set_threshold(0)
    gc.enable()
    yield "switched on, it says", gc.isenabled()
    gc.set_threshold(*thresholds)
    yield "instances", _collections(0, _Thing) == 0
    witness = weakref.ref(_circle())
    gc.set_threshold(0)
    yield "asked for, it comes", not _alive(witness)
    gc.set_threshold(700, 0, 0)
    yield "the other two, it comes", _collections(700, list) > 0
    gc.set_threshold(*thresholds)
    if _PROCESSES:
        found = []
        thread = threading.Thread(target=lambda: found.append(_collections(0, list)))
        thread.start()
        thread.join()
        yield "in a thread", found == [0]


def thresholds_trade_collections_against_what_waits():
    """Make circles and lists with low and high thresholds; count the collections, and the dead at the most."""
    for name, make in ("circles", _circle_gone), ("lists", list), ("instances", _Thing):
        yield f"{name}, fewer", _fewer(100, 100_000, make)
    most = []
    for first in 100, 1_000_000:
        thresholds, alive, peak = gc.get_threshold(), weakref.WeakSet(), 0
        gc.collect()
        gc.set_threshold(first)
        for _ in range(20_000):
            alive.add(_circle())
            peak = max(peak, len(alive))
        gc.set_threshold(*thresholds)
        most.append(peak)
    yield "more dead wait", most[0] < most[1]
    yield "0, none", _collections(0, _circle_gone) == 0


def _gone_at_once(make):
    """Return whether counting frees an object with the collector off, with what it alone holds."""
    gc.disable()
    thing = make()
    witness = weakref.ref(thing)
    del thing
    gone = witness() is None
    gc.enable()
    return gone


def _chain():
    first = last = _Slotted()
    for _ in range(100_000 if _PROCESSES else 1_000):  # WebAssembly's stack is small
        last.me = last = _Slotted()
    return first


def _raised():
    try:
        raise _Error
    except _Error as error:
        return error


def _of_a_module(source):
    """Return something that a module's code makes, out of a namespace that nothing else holds."""
    namespace = {"Thing": _Thing}
    exec(source, namespace)
    return namespace.pop("made")


def without_the_collector_only_circles_stay():
    """Drop objects of many types with the collector off, alone and in circles; functions of modules, too."""
    for make in _Thing, set, deque, _generator, _chain, _raised, _Error:
        yield make.__name__.strip("_"), _gone_at_once(make)
    yield "a nested function", _gone_at_once(lambda: lambda: None)
    yield "a partial", _gone_at_once(lambda: functools.partial(print))
    yield "a circle", not _gone_at_once(_circle)
    yield "a class", not _gone_at_once(lambda: type("Local", (), {}))
    yield "a function that calls itself", not _gone_at_once(_calls_itself)


_METHOD = """class Its:
    def made(self): pass
made = Its.made
del Its.made
"""


def deferred_counts_wait_for_a_collection():
    """Drop functions of modules, classes and `eval`, code objects and modules, and a function made inside another."""
    for way, make in {
        "a function of a module": lambda: _of_a_module("def made(): pass"),
        "a method taken out of its class": lambda: _of_a_module(_METHOD),
        "a lambda of eval": lambda: eval("lambda: 0"),
        "a code object": lambda: compile("1", "nowhere", "exec"),
        "a module": lambda: types.ModuleType("nowhere"),
    }.items():
        yield way, _gone_at_once(make) != _FREE_THREADED
        made = make()
        witness = weakref.ref(made)
        del made
        if not (_FREE_THREADED and sys.version_info < (3, 14)):  # there a thread that was started makes them immortal
            yield f"{way}, collected", not _alive(witness)
    yield "a function made inside another", _gone_at_once(lambda: lambda: None)
    gc.disable()
    function = _of_a_module("def made(default=Thing()): pass")
    held = weakref.ref(function.__defaults__[0])
    del function
    yield "what a function of a module holds", (held() is not None) == _FREE_THREADED
    gc.enable()


_numbers = itertools.count()


def _stays(make, collect=True):
    """Return whether as many blocks stay as there are different texts in a thousand; it is all of them or few."""
    gc.collect()
    before = sys.getallocatedblocks()
    for number in range(1_000):
        make(number)
    gc.collect() if collect else None
    return sys.getallocatedblocks() - before > 800


def immortal_strings_stay_in_either_case():
    """Compile new names and old ones, intern texts, and make plain ones, with a collection afterwards."""
    every = (3, 12) <= sys.version_info < (3, 12, 7) or _FREE_THREADED
    yield (
        "new names",
        _stays(lambda number: compile(f"name_{next(_numbers)} = 1", "", "exec")) is (sys.version_info >= (3, 12)),
    )
    yield (
        "new names, of attributes",
        _stays(lambda number: compile(f"a.name_{next(_numbers)}", "", "eval")) is (sys.version_info >= (3, 12)),
    )
    yield "the same name", not _stays(lambda number: compile("name = 1", "", "exec"))
    yield "interned", _stays(lambda number: sys.intern(f"text {next(_numbers)}")) is every
    yield "not interned", not _stays(lambda number: f"text {next(_numbers)}", collect=False)


def _calls_itself():
    def function():
        return function

    return function


def freeze_and_switch_off_only_what_you_have_counted():
    """Freeze before a fork and look at the pages; count circles with the collector off; count collections."""
    if _PROCESSES and hasattr(os, "fork"):
        yield "frozen, shared", [frozen for _, _, frozen, _ in _forked()] == ["shared"] * 3
        yield "not frozen, copied", [collected for _, collected, *_ in _forked()] == ["copied"] * 3
    yield "off, circles stay", not _gone_at_once(_circle)
    yield "off, what is no circle goes", _gone_at_once(_Thing)
    yield "a threshold changes how many collections come", _fewer(100, 100_000, list)
