"""Attacks on the sentences of guides/what-do-you-see."""

import functools
import gc
import traceback
import weakref
from collections import Counter

_alive = weakref.WeakSet()
_table, _cached, _text, _numbers = [], {}, bytearray(), []


class _Row:
    def __init__(self):
        _alive.add(self)

    def told(self, price):
        """Do nothing; it is a method that can be registered."""

    @functools.cache  # noqa: B019
    def total(self):
        return 12


def _in_an_error():
    row = _Row()
    try:
        raise ValueError(row)
    except ValueError as error:
        _table.append(error)


def _closure():
    row = _Row()
    row.undo = lambda: row


def _paused():
    def lines(row):
        row.lines = yield row
        yield

    each = lines(row := _Row())
    next(each)
    row.each = each


def _pair():
    one, other = _Row(), _Row()
    one.other, other.other = other, one


def _itself():
    row = _Row()
    row.itself = row


_HELD = {
    "in a list": lambda: _table.append(_Row()),
    "in a dict": lambda: _cached.setdefault(len(_cached), _Row()),
    "by a bound method": lambda: _table.append(_Row().told),
    "by a cache": lambda: _Row().total(),
    "by an error": _in_an_error,
}
_LATE = {"an object in itself": _itself, "a pair": _pair, "a closure": _closure, "a paused generator": _paused}
_NEITHER = {
    "a longer text": lambda: (_Row(), _text.extend(b"a line")),
    "more numbers": lambda: (_Row(), _numbers.append(10**6)),
}


def _cut():
    _table.clear()
    _cached.clear()
    _Row.total.cache_clear()


def _collect():
    for _ in range(3):  # PyPy runs what a collection found at the next one
        gc.collect()


def _left(work):
    """Return how many rows 20 rounds have left, before and after a collection."""
    _collect()
    before = len(_alive)
    for _ in range(20):
        work()
    at_once = len(_alive) - before
    _collect()
    return at_once, len(_alive) - before


def what_rises_what_falls_back_and_what_never_rose():
    """Hold rows in several ways, lose them in circles, and let other things grow; count before and after collecting."""
    counted = hasattr(gc, "get_threshold")
    gc.disable()
    for way, work in _HELD.items():
        _, held = _left(work)
        _cut()
        _collect()
        yield f"held {way}", held == 20 and not _alive
    for way, work in _LATE.items():
        at_once, held = _left(work)
        yield f"lost in {way}", at_once >= 20 and held == 0
    for way, work in _NEITHER.items():
        size = len(_text) + len(_numbers)
        at_once, held = _left(work)
        yield f"not rows but {way}", (at_once == 0 or not counted) and held == 0 and len(_text) + len(_numbers) > size
    gc.enable()


def _generator():
    yield


def a_weak_reference_tells_and_does_not_hold():
    """Refer weakly to objects of several types, and look again and again before and after they are let go."""
    makers = {
        "an instance": _Row,
        "a set": lambda: {1, 2},
        "a function": lambda: lambda: None,
        "a generator": _generator,
        "a bound method": lambda: _Row().told,
    }
    for kind, make in makers.items():
        thing = make()
        witness = weakref.ref(thing)
        seen = [witness() is thing for _ in range(20)]
        del thing
        _collect()
        yield kind, all(seen) and witness() is None


class _Slotted:
    __slots__ = ("row",)


def a_difference_of_two_counters_names_what_grows():
    """Make 60 objects of a type, tracked and untracked, and look for the type in the difference."""
    tracked = {
        "instances": _Row,
        "instances with slots": _Slotted,
        "lists": lambda: [_Row],
        "sets": lambda: {_Row},
        "functions": lambda: lambda: None,
        "generators": _generator,
    }
    untracked = {"texts": lambda: "x" * len(_alive), "numbers": lambda: 10**9 + len(_alive), "bytes": lambda: bytes(9)}
    for way, make in {**tracked, **untracked}.items():
        _collect()
        before = Counter(map(type, gc.get_objects()))
        made = [make() for _ in range(60)]
        grown = Counter(map(type, gc.get_objects())) - before
        yield way, (grown[type(made[0])] >= 60) == (way in tracked)
        del made


def _raises(depth, row):
    if depth:
        _raises(depth - 1, row)
    local = [row]
    raise ValueError(len(local))


def _kept_error(depth):
    row = _Row()
    try:
        _raises(depth, row)
    except ValueError as error:
        return error, weakref.ref(row)


@functools.lru_cache(maxsize=30)
def _made(number, *_):
    return _Row() if number else None


def _as_argument(number=0):
    row = _Row()
    _made(number, row)
    return row


_CACHED = {"an argument": _as_argument, "a result": lambda: _made(1), "a result of one": lambda: _made(2, _Row())}


def emptying_the_holder_lets_go():
    """Keep rows by caches, as key and as result, and by tracebacks of several depths; then empty the holder."""
    for way, call in _CACHED.items():
        witness = weakref.ref(call())
        _collect()
        held = witness() is not None
        _made.cache_clear()
        _collect()
        yield f"a cache, {way}", held and witness() is None
    for depth in 0, 1, 5:
        error, witness = _kept_error(depth)
        _collect()
        held = witness() is not None
        traceback.clear_frames(error.__traceback__)
        _collect()
        yield f"a traceback of {depth + 2} functions", held and witness() is None
