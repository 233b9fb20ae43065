"""Attacks on the glossary's claims about the collector."""

import datetime
import gc
import re
import sys
import types
import weakref
from functools import lru_cache


def _events(hook, act):
    """Return how often PyPy calls one of its hooks while something is done."""
    seen = []
    setattr(gc.hooks, hook, seen.append)
    act()
    gc.hooks.reset()
    return len(seen)


def a_collection_is_one_run():
    """Ask for collections, also from inside one, and let others start by themselves."""
    if _PYPY:
        yield "one that was asked for", _events("on_gc_collect", gc.collect) == 1
        return
    phases, thresholds, note = [], gc.get_threshold(), lambda phase, _: phases.append(phase)
    gc.callbacks.append(note)
    for generation in range(3):
        phases.clear()
        gc.collect(generation)
        yield f"generation {generation}", phases == ["start", "stop"]
    phases.clear()
    _Loud(gc.collect).me()
    gc.collect()
    yield "asked for by a finalizer during one", phases == ["start", "stop"]
    phases.clear()
    gc.set_threshold(50)
    yield "by itself", [[] for _ in range(20_000)] and phases == ["start", "stop"] * (len(phases) // 2) and phases
    gc.set_threshold(*thresholds)
    gc.callbacks.remove(note)


class _Loud:
    """An object whose finalizer calls what it was given."""

    def __init__(self, call):
        self.call = call

    def me(self):
        """Make a circle."""
        self.myself = self
        return self

    def __del__(self):
        self.call()


def _circles():
    """Return weak references to circles of several types that nothing else leads to."""

    def again():
        return again

    def steps(box):
        yield box

    class Local:
        pass

    thing, one, two, listed, keyed, box = _Thing(), _Thing(), _Thing(), _Thing(), _Thing(), [_Thing()]
    thing.me, one.other, two.other = thing, two, one
    items, table = [listed], {"thing": keyed}
    items.append(items)
    table["me"] = table
    witness = weakref.ref(box[0])
    box.append(steps(box))
    next(box[1])
    found = {"one object": thing, "a pair": one, "a list": listed, "a dictionary": keyed, "a function": again}
    return {way: weakref.ref(it) for way, it in (found | {"a class": Local}).items()} | {"a generator": witness}


def the_collector_frees_circles_that_counting_cannot():
    """Lose circles of several types with the collector off, then run it."""
    gc.collect()
    gc.disable()
    witnesses = _circles()
    for way, witness in witnesses.items():
        yield f"{way}: before", _PYPY or witness() is not None
    gc.enable()
    held = _Thing()
    held.me = held
    witness = weakref.ref(held)
    gc.collect()
    for way, lost in witnesses.items():
        yield f"{way}: after", lost() is None
    yield "a circle in use", witness() is held


def counting_never_frees_cyclic_garbage():
    """Lose circles, and what hangs from one or hangs on one, with the collector off."""
    gc.collect()
    gc.disable()
    ring = [_Thing() for _ in range(1000)]
    for index, thing in enumerate(ring):
        thing.other = ring[index - 1]
    ring[0].tail, leads_in = _Thing(), _Thing()
    leads_in.other = ring[0]
    tail, witness, before = (weakref.ref(it) for it in (ring[0].tail, ring[500], leads_in))
    del ring, thing, leads_in
    yield "a ring of a thousand", _PYPY or witness() is not None
    yield "what only the ring holds", _PYPY or tail() is not None
    yield "what only leads to it", _PYPY or before() is None
    gc.enable()
    gc.collect()
    yield "a collection frees the ring", witness() is None
    yield "and what it holds", tail() is None


_DEFERRED = """
import gc, sys, threading, types, weakref
gc.collect()
gc.disable()
def function():
    pass
module = types.ModuleType("module")
class Thing:
    pass
instance = Thing()
class Class:
    def method(self):
        pass
def make():
    def nested():
        pass
    return nested
nested, method = make(), Class.method
del Class.method
def ends(name):
    witness = weakref.ref(globals().pop(name))
    before = witness() is None
    gc.collect()
    return before, witness() is None
for name in ("function", "module", "instance", "Class", "method", "nested"):
    print(ends(name))
thread = threading.Thread(target=print, args=("",))
thread.start()
thread.join()
def function():
    pass
print(ends("function"))
"""


def the_collector_frees_deferred_objects():
    """Lose a function, a module, a class and an instance; lose a function again after a thread was there."""
    if not _PROCESSES:
        return
    words = "".join(_after_process(_DEFERRED)).replace(")(", ") (").split()
    fates = [tuple(word == "True" for word in re.findall(r"True|False", each)) for each in words]
    late = (not _FREE_THREADED and not _PYPY, True)
    yield "a function", fates[0] == late
    yield "a module", fates[1] == late
    yield "an instance", fates[2] == (not _PYPY, True)
    yield "a class", fates[3] == (False, True)
    yield "a method", fates[4] == late
    yield "a nested function", fates[5] == (not _PYPY, True)
    yield "a function after a thread", fates[6] == ((False, False) if _FREE_THREADED else late)


_AT_EXIT = """
import weakref
class Thing:
    pass
weakref.finalize(kept := Thing(), print, "True")
"""


def a_finalizer_runs_at_the_end_of_its_object():
    """End objects of several kinds, and count the calls."""
    calls = []
    _Loud(lambda: calls.append("alone"))
    _Loud(lambda: calls.append("circle")).me()
    type("Heir", (_Loud,), {})(lambda: calls.append("inherited"))
    weakref.finalize(_Thing(), calls.append, "finalize")
    next(_left_halfway(calls))
    thing = _Thing()
    thing.__del__ = lambda: calls.append("of an instance")
    del thing
    kept = _Loud(lambda: calls.append("too early"))
    gc.collect()
    for way in ("alone", "circle", "inherited", "finalize", "finally"):
        yield way, calls.count(way) == 1
    yield "an attribute of the instance", "of an instance" not in calls
    yield "still in use", "too early" not in calls
    kept.call = calls.clear
    yield from _program(_AT_EXIT, "finalize at exit")


def _left_halfway(calls):
    """Stop before the end."""
    try:
        yield
    finally:
        calls.append("finally")


_FROZEN = """
import gc, weakref
class Thing:
    def __del__(self):
        pass
def circle():
    thing = Thing()
    thing.me = thing
    return thing
def listed(thing):
    return any(each is thing for each in gc.get_objects())
held = Thing()
holder = [held]
thing, lost, alone, lost_before = circle(), circle(), Thing(), circle()
witnesses = [weakref.ref(lost), weakref.ref(alone), weakref.ref(lost_before)]
del lost_before
gc.freeze()
del lost
print(not listed(thing))
later = circle()
print(listed(later))
gc.collect()
print(witnesses[0]() is not None)
print(witnesses[2]() is not None)
del alone
print(witnesses[1]() is None)
print(gc.is_tracked(thing))
print(not any(each is holder for each in gc.get_referrers(held)))
gc.unfreeze()
print(listed(thing))
gc.collect()
print(witnesses[0]() is None and witnesses[2]() is None)
"""


def the_collector_does_not_see_what_is_frozen():
    """Freeze circles and single objects, lose them before and after, and thaw them."""
    if _PYPY:
        yield "nothing can be", not hasattr(gc, "freeze")
        return
    ways = ("is not found", "made later", "a circle lost later", "a circle lost before", "alone", "still tracked")
    yield from _program(_FROZEN, *ways, "no referrer", "found again", "collected again")


def _generations(thing):
    """Return in which of the collector's groups an object is."""
    return {number for number in range(3) if any(each is thing for each in gc.get_objects(number))}


def young_objects_are_examined_more_often():
    """Follow an object through the groups, and count the collections of each."""
    if _PYPY:
        try:
            gc.get_objects(0)
        except (TypeError, NotImplementedError):
            yield "no group can be asked for", True
        return
    gc.collect()
    gc.disable()
    thing = [_Thing()]
    young = _generations(thing)
    gc.collect(0)
    older = _generations(thing)
    gc.enable()
    yield "made now", 0 in young
    yield "after a collection of the youngest", older == {0, 1, 2} if _FREE_THREADED else older in ({1}, {2})
    gc.collect()
    yield "after a full one", _generations(thing) == ({0, 1, 2} if _FREE_THREADED else {2})
    before = [each["collections"] for each in gc.get_stats()]
    kept = [[] for _ in range(100_000)]
    runs = [each["collections"] - was for each, was in zip(gc.get_stats(), before, strict=True)]
    yield "a hundred thousand lists", len(kept) and (_FREE_THREADED or max(runs[:2]) > runs[2])


def no_collector_frees_a_leak():
    """Hold what is not used again in several ways, and lose a circle, which is not a leak."""

    def cached(thing):
        cache = lru_cache(lambda it: None)
        cache(thing)
        return cache

    yield from _keeps({
        "a list": lambda thing: [thing],
        "a class": lambda thing: type("Holder", (), {"last": thing}),
        "a cache": cached,
        "a module": lambda thing: _with(types.ModuleType("module"), thing),
        "a circle in use": lambda thing: setattr(thing, "me", thing) or thing,
    })  # fmt: skip
    witness = _circles()["a pair"]
    gc.collect()
    yield "a lost circle is none", witness() is None
    for way, kind in ("a time", datetime.time), ("a tracked kind of time", type("Time", (datetime.time,), {})):
        yield f"a circle over {way}", _circle_stays(lambda zone, kind=kind: kind(1, tzinfo=zone)) != _PYPY


def _circle_stays(leads_to):
    """Return whether a circle over another object outlives a collection, and break it."""
    zone = type("Zone", (datetime.tzinfo,), {})()
    zone.other, witness = leads_to(zone), weakref.ref(zone)
    del zone
    gc.collect()
    stays = witness() is not None
    if stays:
        del witness().other
    return stays


def a_cycle_may_be_one_object():
    """Make circles of one, two and a hundred thousand objects, and shapes that only look like one."""
    gc.collect()
    gc.disable()
    alone, one, two, ring = _Thing(), _Thing(), _Thing(), [_Slotted() for _ in range(_MANY)]
    alone.other, one.other, two.other = alone, two, one
    for index, link in enumerate(ring):
        link.other = ring[index - 1]
    top, bottom, child, parent = _Thing(), _Thing(), _Thing(), _Thing()
    top.left, top.right, parent.child, child.parent = [bottom], [bottom], child, weakref.ref(parent)
    circles = [weakref.ref(it) for it in (alone, one, ring[0])]
    others = [weakref.ref(it) for it in (top, bottom, parent, child)]
    del alone, one, two, ring, link, top, bottom, child, parent
    before = [witness() is not None for witness in circles + others]
    gc.enable()
    gc.collect()
    after = [witness() is None for witness in circles + others]
    ways = ("one", "two", "very many", "two ways to one", "the end of both", "weakly up", "strongly down")
    for way, was, gone in zip(ways, before, after, strict=True):
        yield way, (_PYPY or was == (way in ways[:3])) and gone


def a_finalizer_can_make_its_object_reachable():
    """Let finalizers keep their objects, alone, in a circle and deep in one, and lose them again."""
    saved, calls = [], []
    _Saves(saved, calls)
    circle, deep = _Saves(saved, calls), _Saves(saved, calls)
    circle.me, deep.other = circle, _Thing()
    deep.other.back, witness = deep, weakref.ref(deep.other)
    del circle, deep
    gc.collect()
    yield "all are there", len(saved) == 3
    yield "what one of them holds", [type(it.other) for it in saved if hasattr(it, "other")] == [_Thing]
    gc.collect()
    yield "a second collection", len(saved) == 3
    saved.clear()
    gc.collect()
    yield "the second time no finalizer runs", len(calls) == 3 and not saved
    yield "and all is gone", witness() is None


def thresholds_decide_when_it_runs():
    """Keep lists by the thousand under several thresholds, and count the collections."""
    if _PYPY:
        yield "no thresholds", not hasattr(gc, "get_threshold")
        return
    thresholds, runs, kept = gc.get_threshold(), [], []

    def collections(first, many):
        gc.set_threshold(first, *thresholds[1:])
        gc.collect()
        runs.clear()
        kept[:] = [[] for _ in range(many)]
        return runs.count("start")

    gc.callbacks.append(lambda phase, _: runs.append(phase))
    yield "fewer than it", collections(5000, 4000) == 0
    yield "more than it", collections(5000, 20_000) > 0
    yield "a smaller one", collections(100, 20_000) >= collections(10_000, 20_000)
    yield "none at all", collections(0, 20_000) == 0
    gc.callbacks.pop()
    gc.set_threshold(*thresholds)
    yield "three", gc.get_threshold() == thresholds and len(thresholds) == 3


def what_can_be_in_a_cycle_is_tracked():
    """Put objects of many types into a circle, and ask for each; also a code object."""
    table, pair = {}, ([],)
    table["me"] = table
    pair[0].append(pair)
    code = compile("1000", "one", "eval")
    things = {"a list": [], "a set": set(), "a circle of dictionaries": table, "a circle with a tuple": pair}
    things |= {"an instance": _Thing(), "with slots": _Slotted(), "of a kind of int": type("Int", (int,), {})(1)}
    things |= {"a function": _leads, "a class": _Thing, "a built-in function": len, "a module": sys}
    things |= {"a generator": _holds(1), "an exception": KeyError(), "a weak reference": weakref.ref(_Thing)}
    for way, thing in things.items():
        yield way, gc.is_tracked(thing)
    gc.collect()
    yield "in circles after a collection", gc.is_tracked(table) and gc.is_tracked(pair)
    yield "a code object", gc.is_tracked(code) == _FREE_THREADED
    yield "a circle over it", _circle_stays(lambda it: code.replace(co_consts=(it,))) != _FREE_THREADED
    yield "a time", not gc.is_tracked(datetime.time(1, tzinfo=type("Zone", (datetime.tzinfo,), {})()))
    yield "a circle over one", _circle_stays(lambda zone: datetime.time(1, tzinfo=zone))
    yield from _program(_AFTER_A_THREAD, "a class, after a thread", "its circle")


_AFTER_A_THREAD = """
import gc, sys, threading, weakref
thread = threading.Thread(target=int)
thread.start()
thread.join()
late = sys.version_info < (3, 14) and not getattr(sys, "_is_gil_enabled", lambda: True)()
print(gc.is_tracked(type("Late", (), {})) != late)
witness = weakref.ref(type("Late", (), {}))
gc.collect()
print((witness() is not None) == late)
"""


def a_finalizer_makes_nothing_uncollectable():
    """Lose circles with finalizers of several kinds, and look into the list."""
    count = len(gc.garbage)
    calls = []
    _with(_Loud(lambda: calls.append("two")).me(), _Loud(lambda: calls.append("three")).me())
    finalized = _Thing()
    finalized.me = finalized
    weakref.finalize(finalized, calls.append, "finalize")
    witnesses = [weakref.ref(finalized), *_circles().values()]
    del finalized
    gc.collect()
    for _ in range(5 if _PYPY else 0):
        gc.collect()
    yield "two finalizers in one circle", {"two", "three"} <= set(calls)
    yield "weakref.finalize", "finalize" in calls
    yield "circles of several types", not any(witness() for witness in witnesses)
    yield "the list", len(gc.garbage) == count
    if not _PYPY:
        yield "the collector's own count", not any(each["uncollectable"] for each in gc.get_stats())


def unreachable_means_over_other_objects_too():
    """Cut off things that others lead to, which are cut off themselves, and things that are not."""
    end, middle, start = _Thing(), _Thing(), _Thing()
    start.next, middle.next, end.next, start.me = middle, end, start, start
    witnesses = [weakref.ref(it) for it in (start, middle, end)]
    kept = [end]
    del start, middle, end
    gc.collect()
    yield "one of them is held", all(witness() for witness in witnesses)
    kept.clear()
    gc.collect()
    for way, witness in zip(("the first", "the middle", "the last"), witnesses, strict=True):
        yield f"none is held: {way}", witness() is None
    yield from _lets_go({"weakly": weakref.ref, "from a lost circle": lambda thing: _with(thing, [thing]) and None})


def ints_and_strings_are_untracked():
    """Ask for values of several types and sizes, and look through all that is tracked."""
    things = {"a small int": 1, "a large int": 10**1000, "a string": "a b" * 1000, "bytes": b"a b", "None": None}
    things |= {"a float": 2.5, "a bare object": object(), "a range": range(10)}
    tracked = {id(thing) for thing in gc.get_objects()}
    for way, thing in things.items():
        yield way, not gc.is_tracked(thing) and id(thing) not in tracked
    yield "but of a subclass", gc.is_tracked(type("Text", (str,), {})("a"))
