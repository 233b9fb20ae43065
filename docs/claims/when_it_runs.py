"""Attacks on the sentences of tutorial/when-it-runs."""

import gc
import json
import re
import sys
import threading
import weakref
from itertools import chain

_THREADS = sys.platform != "emscripten"
_FREE_THREADED = not getattr(sys, "_is_gil_enabled", lambda: True)()
_THRESHOLD = gc.get_threshold()[0] if hasattr(gc, "get_threshold") else 0
_THREE = _THRESHOLD > 0 and gc.get_threshold()[2] > 0 and not _FREE_THREADED
# The free-threaded 3.14 may wait until forty times the threshold.
_MANY = (100 if _FREE_THREADED and sys.version_info >= (3, 14) else 12) * max(_THRESHOLD, 1_000)


class _Plain:
    pass


class _Circle:
    def __init__(self):
        self.me = self


class _Sub(list):
    pass


def _circular_list():
    made = _Sub()
    made.append(made)
    return made


def _generator():
    yield


def _runs(work):
    """Return the generations of the collections while some work is done."""
    seen = []

    def noted(phase, info):
        if phase == "start":
            seen.append(info["generation"])

    gc.callbacks.append(noted)
    try:
        work()
    finally:
        gc.callbacks.remove(noted)
    return seen


def _reset():
    """Collect twice: without a GIL what the first run frees is taken off the counter that it has set to zero."""
    gc.collect()
    gc.collect()


def _in_a_thread(work):
    results = []
    thread = threading.Thread(target=lambda: results.append(work()))
    thread.start()
    thread.join()
    return results[0]


def past_a_threshold_it_runs():
    """Keep half as many as the threshold, and many times as many, of several kinds."""
    kinds = {"lists": list, "instances": _Plain, "circles": _Circle, "functions": lambda: lambda: 0}
    for kind, make in kinds.items():
        _reset()
        few = len(_runs(lambda make=make: [make() for _ in range(_THRESHOLD // 4)]))
        runs = _runs(lambda make=make: [make() for _ in range(_MANY)])
        yield kind, few == 0 and runs != [] and (not _THREE or runs.count(0) > 0.85 * len(runs))
    if _THREADS:
        gc.collect()
        runs = _in_a_thread(lambda: _runs(lambda: [[] for _ in range(_MANY)]))
        yield "in a thread", runs != [] and (not _THREE or runs.count(0) > 0.85 * len(runs))
    yield from _with_many_alive()
    found = gc.get_threshold()
    gc.collect()
    gc.set_threshold(100 * _MANY, *found[1:])
    none = _runs(lambda: [[] for _ in range(_MANY)])
    gc.set_threshold(*found)
    yield "a threshold out of reach", none == []


def _with_many_alive():
    """Make less than a quarter of what is alive, and more."""
    alive = [[] for _ in range(200_000)]
    _reset()
    runs = _runs(lambda: [[] for _ in range(3 * _THRESHOLD)])
    yield "with many alive, few new", (not _THREE and not _FREE_THREADED) or (runs == []) == _FREE_THREADED
    _reset()
    if not _FREE_THREADED or sys.version_info < (3, 14):
        yield "with many alive, many new", _runs(lambda: [[] for _ in range(len(alive))]) != []


def tracked_kinds_add_one():
    """Make objects after the free lists are empty, and look at the counter before and after."""
    tracked = {"list": list, "set": set, "instance": _Plain, "subclass of list": _Sub, "function": lambda: lambda: 0}
    untracked = {
        "int": lambda: int("123456"),
        "str": lambda: str(10**9),
        "object()": object,
        "bytes": lambda: bytes(99),
    }
    gc.collect()
    gc.disable()
    for kinds, each_adds in (tracked, 1), (untracked, 0):
        for kind, make in kinds.items():
            kept = [make() for _ in range(2_100)]
            before = gc.get_count()[0]
            kept += [make() for _ in range(500)]
            made = gc.get_count()[0] - before
            del kept[-200:]
            freed = before + made - gc.get_count()[0]
            yield kind, abs(made - 500 * each_adds) < 5 and 100 * each_adds <= freed <= 200 * each_adds
    gc.enable()


def what_a_free_list_takes_is_not_counted():
    """Fill the free lists of several types, take from them, and put back."""
    kinds = {
        "list": lambda: [],
        "dict": lambda: {},
        "pair": lambda: tuple([[], 1]),
        "triple": lambda: tuple([1, [], 2]),
    }
    gc.collect()
    gc.disable()
    for kind, make in kinds.items():
        others = [[] for _ in range(300)]
        filled = [make() for _ in range(200)]
        del filled
        start = gc.get_count()[0]
        kept = [make() for _ in range(40)]
        taken = gc.get_count()[0]
        del kept
        yield kind, abs(taken - start) < 5 and abs(gc.get_count()[0] - taken) < 5
        del others
    gc.enable()


def smaller_swings_settle_to_none():
    """Make and drop nearly as many as the threshold, after some rounds of the same."""
    size = _THRESHOLD * 9 // 10
    sizes = [lambda n=n: tuple([None] * n) for n in range(1, 20)]
    kinds = {"lists": [list], "instances": [_Plain], "generators": [_generator], "tuples of 19 sizes": sizes}
    kinds["one kind after the other"] = [list, dict, set, _Plain, lambda: lambda: 0]

    def rounds(makers, size):
        for make in makers * 4:
            made = [make() for _ in range(size)]
            del made

    for kind, makers in kinds.items():
        gc.collect()
        rounds(makers, size // (2 if makers == [_generator] else 1))  # until 3.10 each has a frame, which counts
        yield kind, _runs(lambda makers=makers: rounds(makers, size // (2 if makers == [_generator] else 1))) == []


def a_swing_must_exceed_threshold_and_free_list():
    """Let lists and tuples swing by less and more than the threshold and what is kept for the next ones."""
    kinds = {"lists": (lambda n: [], 80), "singles": (lambda n: (n,), 2_000), "triples": (lambda n: (n, n, n), 2_000)}
    for kind, (make, kept) in kinds.items():
        for more in -60, 150:
            gc.collect()
            rows = [make(n) for n in range(_THRESHOLD + kept + more)]
            del rows
            runs = len(_runs(lambda make=make, more=more, kept=kept: _swing(make, _THRESHOLD + kept + more)))
            yield f"{kind}, {more:+}", not _THREE or (runs >= 20) == (more > 0)
    gc.collect()
    yield "far beyond", _runs(lambda: _swing(lambda n: [], _MANY)) != []


def _swing(make, size):
    for _ in range(20):
        rows = [make(n) for n in range(size)]
        del rows


def survivors_move_above_the_oldest_examined():
    """Follow old and new objects of several kinds through collections of each generation, in several orders."""
    kinds = {"list": list, "instance": _Plain, "function": lambda: lambda: 0, "class": lambda: type("C", (), {})}
    gc.disable()
    old = {f"an old {kind}": make() for kind, make in kinds.items()}
    gc.collect()
    new = {f"a new {kind}": make() for kind, make in kinds.items()}
    seen = [_places(old | new)]
    for generation in range(3):
        gc.collect(generation)
        seen.append(_places(old | new))
    gc.enable()
    for name in old | new:
        went = [places[name] for places in seen]
        yield name, not _THREE or went == ([[2]] * 4 if name in old else [[0], [1], [2], [2]])
    for order, ends in {(0,): 1, (1,): 2, (2,): 2, (0, 0): 1, (0, 1): 2, (1, 0): 2}.items():
        yield f"after {order}", not _THREE or _after(order) == [ends]
    yield "tracked late", not _THREE or sys.version_info >= (3, 14) or _tracked_late() == [0]


def _tracked_late():
    """Return where an old dictionary is when it gets its first list."""
    gc.disable()
    made = {}
    gc.collect()
    made["list"] = []
    gc.enable()
    return _places({"made": made})["made"]


def _after(generations):
    """Return where an object is that is made just before collections of some generations."""
    gc.disable()
    made = _Plain()
    for generation in generations:
        gc.collect(generation)
    gc.enable()
    return _places({"made": made})["made"]


def _places(objects):
    lists = [gc.get_objects(generation=generation) for generation in range(3)]
    return {name: [n for n in range(3) if any(each is obj for each in lists[n])] for name, obj in objects.items()}


def the_younger_go_with_the_older():
    """Lose circles of each age, of several kinds, and collect each generation."""

    for kind, make in {"instances": _Circle, "lists": _circular_list, "classes": lambda: type("C", (), {})}.items():
        for generation in range(3):
            gc.disable()
            gc.collect()
            witnesses = []
            for after in 1, 0, None:
                witnesses.append(weakref.ref(make()))
                if after is not None:
                    gc.collect(after) if _THREE else None
            gc.collect(generation)
            gone = [each() is None for each in reversed(witnesses)]
            gc.enable()
            yield f"{kind}, generation {generation}", not _THREE or all(gone[: generation + 1])


_SEEN = set()


class _Telling(_Circle):
    def __del__(self):
        _SEEN.add(threading.get_ident())


def _lose_telling_circles():
    for _ in range(_MANY):
        _Telling()
    return threading.get_ident()


def it_runs_in_threads_of_your_program():
    """Let finalizers of circles tell in which thread they run, with one and two threads."""
    known = {_lose_telling_circles()}
    yield "the main thread", _SEEN.issubset(known)
    gc.collect()
    yield "asked for", _SEEN.issubset(known) and threading.active_count() == 1
    if not _THREADS:
        return
    for way in "a thread", "a second thread":
        known.add(_in_a_thread(_lose_telling_circles))
        yield way, _SEEN.issubset(known) and threading.active_count() == 1
    gate = threading.Lock()
    gate.acquire()
    blocked = threading.Thread(target=lambda: list(chain(map(list, [()] * _MANY), map(gate.acquire, [True]))))
    blocked.start()
    known |= {blocked.ident, _lose_telling_circles()}
    yield "while another thread waits in C", _SEEN.issubset(known)
    gate.release()
    blocked.join()


def kept_lost_or_widely_swinging_objects_set_it_off():
    """Keep, lose and swing, within the threshold and beyond it."""
    wide = _MANY if _FREE_THREADED else max(4 * _THRESHOLD, 20_000)
    ways = {
        "kept lists": lambda n: [[] for _ in range(n)],
        "kept instances": lambda n: {number: _Plain() for number in range(n)},
        "lost instances": lambda n: [_Circle() and None for _ in range(n)],
        "lost functions": lambda n: [_recursive() for _ in range(n)],
        "swings of lists": lambda n: [[[] for _ in range(n)] and None for _ in range(4)],
        "swings of instances": lambda n: [[_Plain() for _ in range(n)] and None for _ in range(4)],
    }
    for way, work in ways.items():
        gc.collect()
        yield f"{way}, few", _runs(lambda work=work: work(_THRESHOLD // 5)) == []
        gc.collect()
        yield f"{way}, many", _runs(lambda work=work: work(wide)) != []
    gc.collect()
    yield "dropped at once", _runs(lambda: [len([]) for _ in range(wide)]) == []


def _recursive():
    def inner():
        return inner


def an_old_circle_waits_for_a_full_run():
    """Let circles grow old, lose them, and do everything but a full collection."""
    for kind, make in {"an instance": _Circle, "a subclass of list": _circular_list}.items():
        gc.collect()
        old = make()
        gc.collect()
        witness = weakref.ref(old)
        del old
        ways = {
            "young runs": lambda: gc.collect(0),
            "runs over two": lambda: gc.collect(1),
            "runs of its own": lambda: [_Circle() and None for _ in range(5 * _THRESHOLD)],
        }
        for way, work in ways.items():
            work()
            yield f"{kind}, {way}", not _THREE or witness() is not None
        gc.collect()
        yield f"{kind}, a full run", witness() is None


def never_where_an_object_is_made():
    """Make many objects in one call of C, of Python, and of C that looks for signals."""
    text = json.dumps([[]] * _MANY)
    of_c = {
        "list and map": lambda: list(map(list, [()] * _MANY)),
        "sorted with a key in C": lambda: sorted([()] * _MANY, key=list),
        "json.loads": lambda: json.loads(text),
        "zip into a dict": lambda: dict.fromkeys(zip(range(_MANY))),
    }
    checked = {
        "re": lambda: re.findall("(a)(b)", "ab" * _MANY),
        "a generator": lambda: list([] for _ in range(_MANY)),
        "a key in Python": lambda: sorted([()] * _MANY, key=lambda each: [each]),
    }
    for calls, most in (of_c, 1), (checked, None):
        for way, call in calls.items():
            gc.collect()
            runs = len(_runs(call))
            yield way, runs > 1 if most is None or sys.version_info < (3, 12) else runs <= most


def it_counts_objects_not_bytes():
    """Keep a few huge objects, and many tiny ones."""
    few = max(10, _THRESHOLD // 50)
    ways = {
        "large bytearrays": lambda: [bytearray(1_000_000) for _ in range(few)],
        "long lists": lambda: [[None] * 200_000 for _ in range(few)],
        "lost circles with room": lambda: [_roomy() for _ in range(few)],
        "large dicts": lambda: [dict.fromkeys(range(20_000)) for _ in range(few)],
    }
    for way, work in ways.items():
        gc.collect()
        yield way, _runs(work) == []
    gc.collect()
    yield "empty lists", _runs(lambda: [[] for _ in range(_MANY)]) != []


def _roomy():
    circle = _Circle()
    circle.room = bytes(1_000_000)
