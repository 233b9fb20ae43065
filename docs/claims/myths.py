"""Attacks on the sentences of background/myths."""

import datetime
import gc
import subprocess
import sys
import sysconfig
import threading
import types
import weakref

_CPYTHON = sys.implementation.name == "cpython"


class _Thing:
    pass


class _List(list):
    pass


def _gone(witness):
    if not _CPYTHON:
        for _ in range(3):
            gc.collect()
    return witness() is None


def _circle(made):
    made.me = made
    return weakref.ref(made)


def _function_in_itself():
    function = lambda: function  # by its own cell
    witness = weakref.ref(function)
    del function
    gc.collect()
    return witness


def six_of_the_ten_hold_nowhere():
    """Try M1, M2, M5, M6, M7 and M10 with other objects than the page's."""
    queue = [_List("ab")]
    held = weakref.ref(queue[0])
    yield "M1: a list's item outlives a name that is deleted", not _gone(held)
    deleted, rebound = _List(), _List()
    one, other = weakref.ref(deleted), weakref.ref(rebound)
    del deleted
    rebound = None
    yield "M2: None in its place frees a list as well", _gone(one) and _gone(other)
    yield "M5: a function that refers to itself is collected", _gone(_function_in_itself())
    noisy = _circle(type("Noisy", (), {"__del__": lambda self: None})())
    for _ in range(3):
        gc.collect()
    yield "M6: a circle of a class with a finalizer is collected", noisy() is None and gc.garbage == []
    gc.disable()
    first = weakref.ref(_List())
    if _CPYTHON:
        yield "M7: a list without circles goes while the collector is off", first() is None
    gc.enable()
    if _CPYTHON:
        yield "M10: a dict's size leaves out what it holds", sys.getsizeof({"key": b"x" * 10**6}) < 10**4


def four_hold_on_some_pythons():
    """Ask for the same four things where the answer should turn over, and where it should not."""
    yield "M4: is compares large ints by value on PyPy alone", (int("1000000") is int("1000000")) != _CPYTHON
    witness = weakref.ref(_List())
    yield "M8: objects without circles wait for a collection on PyPy alone", (witness() is None) == _CPYTHON
    if not _CPYTHON:
        yield "M3: there are no counts", not hasattr(sys, "getrefcount")
        return
    before = sys.getrefcount(None)
    more = [None] * 5_000
    moved = sys.getrefcount(None) - before >= len(more)
    yield "M3: the count of None moves before 3.12 alone", moved == (sys.version_info < (3, 12))
    before = sys.getrefcount(_Thing)
    things = [_Thing() for _ in range(100)]
    yield "M3: a class of yours is counted everywhere", sys.getrefcount(_Thing) - before >= (0 if _deferred() else 100)
    del things, more


def _deferred():
    return bool(sysconfig.get_config_var("Py_GIL_DISABLED"))


def _rebind(box):
    name = box.pop()  # is held until the next line
    name = None


def _fail(box):
    try:
        raise ValueError(box.pop())
    except ValueError as error:
        assert error.args


def an_object_goes_with_its_last_reference():
    """Drop the last reference by eight statements that are not alike."""

    def witness_of(drop):
        box = [_Thing()]
        witness = weakref.ref(box[0])
        drop(box)
        return witness

    yield "an item is deleted", _gone(witness_of(lambda box: box.__delitem__(0)))
    yield "an item is replaced", _gone(witness_of(lambda box: box.__setitem__(0, None)))
    yield "the list is cleared", _gone(witness_of(list.clear))
    yield "a name is bound to something else", _gone(witness_of(_rebind))
    yield "an except clause ends", _gone(witness_of(_fail))
    yield "a result is thrown away", _gone(witness_of(lambda box: box.pop()))
    if sys.platform != "emscripten":
        yield "a module's function, and one after a thread", _ends_of_functions()


def _ends_of_functions():
    """Return whether functions go as they should, one before a thread was started and one after."""
    told = subprocess.run([sys.executable, "-c", _FUNCTIONS], capture_output=True, text=True).stdout.split()
    late = ["True", "False"] if _deferred() or not _CPYTHON else ["False", "False"]
    return told == [*late, str(_deferred() and sys.version_info < (3, 14))]


_FUNCTIONS = """
import gc, threading, weakref
def left():
    names = {}
    exec("def function(): pass", names)
    return weakref.ref(names["function"])
gc.disable()
names = {}
exec("def function(): pass", names)
witness = weakref.ref(names.pop("function"))
print(witness() is not None)
for _ in range(3):
    gc.collect()
print(witness() is not None)
thread = threading.Thread(target=int)
thread.start()
thread.join()
witness = left()
for _ in range(3):
    gc.collect()
print(witness() is not None)
"""


class _Zone(datetime.tzinfo):
    pass


def _stay(leads_to):
    """Return whether a circle over another object outlives collections, and break it."""
    zone = _Zone()
    zone.leads = leads_to(zone)
    witness = weakref.ref(zone)
    del zone
    for _ in range(3):
        gc.collect()
    stays = witness() is not None
    if stays:
        del witness().leads
    return stays and witness() is None


def _over_a_function(zone):
    return lambda: zone


def a_circle_through_a_reference_that_is_not_seen_stays():
    """Close circles over objects of several types that refer to a time zone."""
    zoned = datetime.datetime(2000, 1, 1, tzinfo=datetime.timezone.utc)
    yield "a time", _stay(lambda zone: datetime.time(1, tzinfo=zone)) == _CPYTHON
    yield "a date with a time", _stay(lambda zone: zoned.replace(tzinfo=zone)) == _CPYTHON
    kind = type("Time", (datetime.time,), {})
    yield "a kind of time, which is tracked", _stay(lambda zone: kind(1, tzinfo=zone)) == _CPYTHON
    yield "a list of times", _stay(lambda zone: [datetime.time(1, tzinfo=zone)]) == _CPYTHON
    yield "a tuple of itself", not _stay(lambda zone: (zone,))
    yield "a function", not _stay(_over_a_function)
    yield "an object of a class of ours", not _stay(lambda zone: types.SimpleNamespace(zone=zone))


def getsizeof_leaves_out_what_an_object_leads_to():
    """Make what several objects lead to larger, and the objects themselves."""
    thing, items, table, large = _Thing(), [None], {"key": None}, b"x" * 10**6
    sizes = [sys.getsizeof(each) for each in (thing, items, table)]
    vars(thing).update(zip(map(str, range(100)), range(100), strict=True))
    thing.large, items[0], table["key"] = large, large, large
    for way, each, size in zip(("attributes", "an item", "a value"), (thing, items, table), sizes, strict=True):
        yield way, sys.getsizeof(each) == size
    yield "a function with a default", sys.getsizeof(lambda it=large: it) < 10_000
    yield "its slots it has", sys.getsizeof([None] * 1000) > 1000 * sys.getsizeof(()) // 10
    yield "its own characters", sys.getsizeof(large) >= len(large)


def _paused(ended):
    try:
        yield
    finally:
        ended.append("finally")


def _generator_in_a_list_of_itself(ended):
    kept = [_paused(ended)]
    next(kept[0])
    kept.append(kept)


def the_collector_frees_circles_with_and_without_finalizers():
    """Lose circles of several kinds, with a finalizer of each sort."""

    ended = []
    _generator_in_a_list_of_itself(ended)
    plain = _circle(_Thing())
    with_del = _circle(type("Noisy", (), {"__del__": lambda self: ended.append("__del__")})())
    finalized = _Thing()
    weakref.finalize(finalized, ended.append, "finalize")
    witness, kind = _circle(finalized), weakref.ref(type("Kind", (), {}))
    del finalized
    for _ in range(4):
        gc.collect()
    yield "an instance without one", plain() is None
    yield "__del__", with_del() is None and "__del__" in ended
    yield "weakref.finalize", witness() is None and "finalize" in ended
    yield "the finally of a generator", "finally" in ended
    yield "a class, which is always a circle", kind() is None


def a_weak_reference_tells_without_keeping():
    """Watch objects of several kinds go that a weak reference leads to."""
    for kind, make in (("an instance", _Thing), ("a list", _List), ("a set", set), ("a function", lambda: lambda: 0)):
        obj = make()
        before = sys.getrefcount(obj) if _CPYTHON else 0
        witness = weakref.ref(obj)
        after = sys.getrefcount(obj) if _CPYTHON else 0
        alive = witness() is obj
        del obj
        yield kind, alive and before == after and _gone(witness)
    if sys.platform != "emscripten":
        witnesses = []
        thread = threading.Thread(target=lambda: witnesses.append(weakref.ref(_Thing())))
        thread.start()
        thread.join()
        yield "an instance of another thread", _gone(witnesses[0])
    yield "an instance that comes back alone", _dead_while_it_is_back(False) == (not _CPYTHON)
    early = not _CPYTHON or sys.version_info < (3, 15)
    yield "an instance that comes back from a circle", _dead_while_it_is_back(True) == early
    yield "the same, with a callback", _dead_while_it_is_back(True, lambda ref: None)
    alone = _dead_while_it_is_back(False, lambda ref: None)
    yield "an instance that comes back alone, with a callback", alone == (not _CPYTHON)


def _dead_while_it_is_back(circle, callback=None):
    """Return whether a weak reference is dead though its object is there again."""
    thing, saved = _Returns(), []
    thing.saved, witness = saved, weakref.ref(thing, callback)
    thing.me = thing if circle else None
    del thing
    for _ in range(3):
        gc.collect()
    dead = witness() is None
    saved.pop().me = None
    return dead


class _Returns:
    def __del__(self):
        self.saved.append(self)
