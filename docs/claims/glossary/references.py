"""Attacks on the glossary's claims about references, strong and weak, and their counts."""

import ctypes
import datetime
import gc
import sys
import types
import weakref
from contextlib import suppress
from functools import partial

_COUNTS = """
import ctypes, threading
class Thing:
    pass
def counts(thing):
    local = ctypes.c_uint32.from_address(id(thing) + 12).value
    return local, ctypes.c_ssize_t.from_address(id(thing) + 16).value >> 2
def elsewhere(times, more, box):
    for _ in range(times):
        thread = threading.Thread(target=lambda: more.extend(box * 3))
        thread.start()
        thread.join()
for make in (Thing, list, dict, lambda: type("Class", (), {}) and str(10**9)):
    box, kept, more = [make()], [], []
    mine, theirs = counts(box[0])
    kept.extend(box * 5)
    print(counts(box[0]) == (mine + 5, theirs))
    elsewhere(1, more, box)
    print(counts(box[0]) == (mine + 5, theirs + 3))
    elsewhere(2, more, box)
    print(counts(box[0]) == (mine + 5, theirs + 9))
"""
_ONE_COUNT = """
import sys, threading
class Thing:
    pass
for thing in (Thing(), [], str(10**9)):
    more, before = [], sys.getrefcount(thing)
    for _ in range(2):
        thread = threading.Thread(target=more.extend, args=([thing] * 3,))
        thread.start()
        thread.join()
    del thread
    print(sys.getrefcount(thing) == before + 6)
"""


def the_owner_counts_apart():
    """Let the owner, another thread and a third add references to objects of several types."""
    if _FREE_THREADED:
        who = ("its owner", "another thread", "two other threads")
        types_ = ("an instance", "a list", "a dictionary", "a string")
        yield from _program(_COUNTS, *(f"{what}: {whose}" for what in types_ for whose in who))
    elif _PYPY:
        yield "no counts", not hasattr(sys, "getrefcount")
    else:
        yield "one count and a type", object.__basicsize__ == 2 * ctypes.sizeof(ctypes.c_void_p)
        yield from _program(_ONE_COUNT, "an instance: one count", "a list: one count", "a string: one count")


def borrowing_counts_nothing():
    """Borrow by functions of the C API, as an address, and let go of what was borrowed."""
    if _PYPY:
        yield "no counts", not hasattr(sys, "getrefcount")
        return
    api, thing = ctypes.pythonapi, _Thing()
    held = {"PyList_GetItem": [thing], "PyTuple_GetItem": (thing,), "PyDict_GetItem": {0: thing}}
    before = sys.getrefcount(thing)
    for name, holder in held.items():
        borrow = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_ssize_t)((name, api))
        if name == "PyDict_GetItem":
            borrow = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.py_object)((name, api))
        yield name, borrow(holder, 0) == id(thing) and sys.getrefcount(thing) == before
    own = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_ssize_t)(("PySequence_GetItem", api))
    yield "one that is not borrowed", own(held["PyList_GetItem"], 0) and sys.getrefcount(thing) == before + 1
    api.Py_DecRef(ctypes.py_object(thing))
    witness, items = weakref.ref(thing), [thing]
    borrow = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_ssize_t)(("PyList_GetItem", api))
    address = borrow(items, 0)
    del thing, held, holder
    items.clear()
    yield "nobody outlives the use", address and witness() is None


def who_keeps_a_callback_keeps_what_it_holds():
    """Hand callables of several kinds to keepers of several kinds."""
    yield from _keeps({
        "a closure": lambda thing: [lambda: thing],
        "a bound method": lambda thing: {"done": thing.method},
        "a partial": lambda thing: (partial(print, thing),),
        "a default": lambda thing: types.SimpleNamespace(call=lambda it=thing: it),
        "an object's own __call__": lambda thing: [thing],
    })  # fmt: skip
    yield from _lets_go({"one that holds it weakly": lambda thing: [weakref.WeakMethod(thing.method)]})
    thing = _Thing()
    witness, name = weakref.ref(thing), weakref.finalize(_Slotted, thing.method)
    del thing
    gc.collect()
    yield "weakref.finalize", witness() is not None
    name.detach()


def python_has_no_ephemerons():
    """Lead from the value of a weak-keyed dictionary back to its key in several ways, and in none."""
    table = weakref.WeakKeyDictionary
    yield from _keeps({
        "the value is the key": lambda thing: table({thing: thing}),
        "the value holds it": lambda thing: table({thing: [thing]}),
        "a bound method": lambda thing: table({thing: thing.method}),
        "a closure far away": lambda thing: table({thing: [[[lambda: thing]]]}),
    })  # fmt: skip
    yield from _lets_go({
        "it does not lead back": lambda thing: table({thing: "a value"}),
        "only weakly": lambda thing: table({thing: weakref.ref(thing)}),
    })  # fmt: skip


def _far(thing):
    for _ in range(_MANY):
        thing = [thing]
    return thing


def a_proxy_stands_for_its_object():
    """Use objects through proxies, and use these once the objects are gone."""
    yield from _lets_go({"a proxy": weakref.proxy, "a list of it": lambda thing: [weakref.proxy(thing)]})
    thing = _with(_Thing(), 7)
    proxy = weakref.proxy(thing)
    yield "reading and writing", proxy.other == 7 and _with(proxy, 8) is proxy and thing.other == 8
    yield "calling", proxy.method() is thing and type(proxy) is weakref.ProxyType
    function = weakref.proxy(_far)
    yield "a function", type(function) is weakref.CallableProxyType
    del thing
    gc.collect()
    for way, use in {"reading": lambda: proxy.other, "calling": lambda: proxy.method()}.items():
        try:
            use()
        except ReferenceError:
            yield f"{way} too late", True
        else:
            yield f"{way} too late", False
    yield "the proxy itself", type(proxy) is weakref.ProxyType and proxy is proxy and "0x" in repr(proxy)


def what_is_reachable_stays():
    """Lead to things from several places, over many links, and from nowhere."""
    yield from _keeps({
        "over many links": _far,
        "a waiting generator": _started,
        "a class": lambda thing: type("Holder", (), {"last": thing}),
        "a lost name, another way": lambda thing: {"one": [thing], "two": (thing,)},
    })  # fmt: skip
    yield from _lets_go({"weakly": weakref.ref, "by a number": id})
    sys.modules["a_module_of_the_glossary"] = module = types.ModuleType("a_module_of_the_glossary")
    module.thing = _Thing()
    witness = weakref.ref(module.thing)
    del module
    gc.collect()
    yield "a module that is imported", witness() is not None
    del sys.modules["a_module_of_the_glossary"]
    gc.collect()
    yield "a module that nobody has", witness() is None


def references_lead_from_names_slots_and_attributes():
    """Keep a thing by one reference from each kind of place, and count it."""
    yield from _keeps({
        "a list": lambda thing: [thing],
        "an attribute": lambda thing: types.SimpleNamespace(thing=thing),
        "a key": lambda thing: {thing: 1},
        "a set": lambda thing: {thing},
        "a name of a call": _started,
    })  # fmt: skip
    yield from _keeps({"a slot": lambda thing: _with(_Slotted(), thing)})
    if not _PYPY:
        thing = _Thing()
        before = sys.getrefcount(thing)
        held = [thing, (thing,), {1: thing}, weakref.ref(thing)]
        yield "three, and one that is weak", sys.getrefcount(thing) == before + 3 and held


_LATER = """
import operator, threading, weakref
class Thing:
    pass
def make():
    box.append(Thing())
    list(map(call, (made.release, dropped.acquire)))  # waits without a step of its own, which might free the thing
call = getattr(operator, "call", lambda act: act())
box, made, dropped = [], threading.Lock(), threading.Lock()
made.acquire(), dropped.acquire()
thread = threading.Thread(target=make)
thread.start()
made.acquire()
witness = weakref.ref(box[0])
box.clear()
print(witness() is None)
dropped.release()
thread.join()
print(witness() is None)
"""


class _Chained(_Thing):
    child, waited, left = None, 0, 0

    def __del__(self):
        _Chained.left -= 1
        if self.child is not None:
            witness = weakref.ref(self.child)
            self.child = None
            _Chained.waited += witness() is not None


def _waited_in_a_chain(length):
    """Return how many were there still when the one before them had let them go."""
    first, _Chained.waited, _Chained.left = None, 0, length
    for _ in range(length):
        link = _Chained()
        link.child, first = first, link
    del link, first
    return _Chained.waited


_DEEP = """
import threading, weakref
class Thing:
    pass
class Letting:
    link = None
    def __del__(self):
        box = [Thing()]
        witness, outer = weakref.ref(box[0]), [box]
        del box, outer
        freed.append(witness() is None)
def nest():
    link = None
    for _ in range(200_000):
        above = Letting()
        above.link, link = link, above
freed, _ = [], threading.stack_size(8 << 20)
thread = threading.Thread(target=nest)
thread.start()
thread.join()
print(len(freed) == 200_000 and not all(freed))
"""


def at_zero_an_object_is_freed():
    """Add and take references to objects of several types, one and many; drop another thread's object."""
    if _PYPY:
        yield "no counts", not hasattr(sys, "getrefcount")
        return
    things = {"an instance": _Thing(), "a list": [], "an int": int("1" * 30), "a generator": _holds(1)}
    for way, thing in things.items():
        for many in (1, 100_000):
            before = sys.getrefcount(thing)
            more = [thing] * many
            yield f"{way}, {many} more", sys.getrefcount(thing) - before == len(more)
            del more
    gc.disable()
    witnesses = [weakref.ref(make()) for make in (_Thing, _Slotted, set, lambda: _holds(1))]
    yield "at zero", not any(witness() for witness in witnesses)
    waited = _waited_in_a_chain(100)
    yield "a hundred deep", (waited > 0) == (sys.version_info < (3, 13)) and _Chained.left == 0
    gc.enable()
    yield from _program(_DEEP, "very deep")
    if _PROCESSES:
        at_once, in_the_end = _after_process(_LATER)
        yield "another thread's", at_once == str(not _FREE_THREADED) and in_the_end == "True"


def a_referent_is_what_an_object_refers_to():
    """Look for a thing among the referents of objects of several types."""
    thing = _Thing()
    yield "a list", _leads([thing], thing, 1)
    yield "a value and a key", _leads({1: thing}, thing, 1) and _leads({thing: 1}, thing, 1)
    yield "an attribute", _leads(types.SimpleNamespace(thing=thing), thing, 2)
    yield "a bound method", _leads(thing.method, thing, 1)
    yield "a slot", _leads(_with(_Slotted(), thing), thing, 1)
    yield "a closure", _leads(lambda: thing, thing, 3)
    yield "not of a weak reference", not _leads(weakref.ref(thing), thing, 3)
    yield "not farther", not _leads([[[thing]]], thing, 1)
    if not _PYPY:
        zone = datetime.timezone(datetime.timedelta(1 / 24))
        yield "not of what it does not see", not _leads(datetime.time(1, tzinfo=zone), zone, 3)
        yield "nor a range's", gc.get_referents(range(10**5)) == []
    yield "and what that one leads to", weakref.ref(thing)() is thing


def a_referrer_is_what_refers_to_an_object():
    """Look for holders of several types among the referrers of a thing."""
    thing = _Thing()
    items, table, slotted, text = [thing], {1: thing}, _with(_Slotted(), thing), "thing"
    bound, far, weak = thing.method, [[thing]], weakref.ref(thing)
    found = [id(it) for it in gc.get_referrers(thing)]
    yield "a list", id(items) in found
    yield "a dictionary", id(table) in found
    yield "a slot", id(slotted) in found
    yield "a bound method", id(bound) in found
    yield "not one that is farther away", id(far) not in found and id(far[0]) in found
    yield "not a weak reference", id(weak) not in found
    yield "not a string of that name", id(text) not in found


def what_else_is_counted_is_a_root():
    """Take references where no collector looks: by the C API, and in a constant."""
    if _PYPY:
        yield from _keeps({"a variable of a call": _started})
        return
    circle = _with(_Thing(), None)
    circle.other, witness = circle, weakref.ref(circle)
    held = ctypes.py_object(circle)
    ctypes.pythonapi.Py_IncRef(held)
    del circle, held
    gc.collect()
    yield "a count that nobody explains", witness() is not None
    ctypes.pythonapi.Py_DecRef(ctypes.py_object(witness()))
    gc.collect()
    yield "explained again", witness() is None
    yield from _keeps({
        "a variable of a call": _started,
        "an untracked holder": lambda it: compile("1", "one", "eval").replace(co_consts=(_with(it, it),)),
    })  # fmt: skip
    yield from _lets_go({"nothing else": lambda thing: _with(thing, thing).other and None})


def a_strong_reference_keeps_its_referent():
    """Keep things by one reference of several kinds, and by references that are not strong."""
    yield from _keeps({
        "a list": lambda thing: [thing],
        "a closure": lambda thing: lambda: thing,
        "a default": lambda thing: lambda it=thing: None,
        "an iterator": lambda thing: iter([thing]),
        "an exception": lambda thing: KeyError(thing),
        "a weak dictionary's value": lambda thing: weakref.WeakKeyDictionary({_Thing: thing}),
    })  # fmt: skip
    yield from _lets_go({"weak": weakref.ref, "a proxy": weakref.proxy, "a weak set": lambda it: weakref.WeakSet([it])})


def a_weak_reference_keeps_nothing():
    """Refer weakly to objects of several types, and end them by counting and by a collection."""
    makes = {"an instance": _Thing, "slots": _Slotted, "a set": set, "a generator": lambda: _holds(1)}
    makes |= {"a function": lambda: lambda: None, "a class": lambda: type("Local", (), {})}
    makes |= {"a circle": lambda: (lambda thing: _with(thing, thing))(_Thing())}
    things = [make() for make in makes.values()]
    witnesses = [weakref.ref(thing) for thing in things]
    alive = [witness() is thing for witness, thing in zip(witnesses, things, strict=True)]
    values = weakref.WeakValueDictionary(enumerate(things))
    del things
    gc.collect()
    for way, witness, was in zip(makes, witnesses, alive, strict=True):
        yield way, was and witness() is None
    yield "a weak dictionary", not values
    yield "the reference itself stays", all(isinstance(witness, weakref.ref) for witness in witnesses)
    early = _PYPY or sys.version_info < (3, 15)
    yield "came back", _dead_and_back(False) == _PYPY
    yield "came back, with a callback", _dead_and_back(False, True) == _PYPY
    yield "came back from a circle", _dead_and_back(True) == early
    yield "came back from a circle, with a callback", _dead_and_back(True, True)
    yield "a generator that came back", _dead_though_saved(_generator_until, next)
    yield "a coroutine that came back", _dead_though_saved(_coroutine_until, lambda it: it.send(None))
    began = lambda it: it.asend(None).send(None)
    yield "one of an async def with yield that came back", _dead_though_saved(_async_generator_until, began)


def _dead_and_back(circle, callback=False):
    """Return whether a reference is dead though its object is there again."""
    saved = []
    thing = _Saves(saved, [])
    witness = weakref.ref(thing, (lambda ref: None) if callback else None)
    thing.me = thing if circle else None
    del thing
    gc.collect()
    dead = witness() is None
    saved.pop().me = None
    return dead


def _generator_until(end):
    try:
        yield
    finally:
        end()


async def _coroutine_until(end):
    try:
        await _pause()
    finally:
        end()


async def _async_generator_until(end):
    try:
        yield
    finally:
        end()


def _dead_though_saved(make, begin):
    """Return whether a reference is dead to something suspended that its `finally` saved."""
    saved, places = [], []
    suspended = make(lambda: saved.extend(each for each in gc.get_objects() if id(each) in places))
    with suppress(StopIteration):
        begin(suspended)
    witness = weakref.ref(suspended)
    places.append(id(suspended))
    del suspended
    gc.collect()
    return witness() is None and bool(saved or _PYPY)


def a_callback_is_called_while_its_reference_is_there():
    """Give callbacks to references that stay, that go first, and that go together with the object."""
    calls = []
    thing, early, circle, together = _Thing(), _Thing(), _Thing(), _Thing()
    kept = weakref.ref(thing, lambda ref: calls.append(("kept", ref is kept, ref())))
    kept_of_circle = weakref.ref(circle, lambda ref: calls.append(("circle", ref is kept_of_circle, ref())))
    dropped = weakref.ref(early, lambda ref: calls.append(("dropped",)))
    together.ref = weakref.ref(together, lambda ref: calls.append(("together",)))
    circle.me, together.me = circle, together
    del dropped
    gc.collect()
    yield "not before", not calls
    del thing, early, circle, together
    gc.collect()
    yield "alone", calls.count(("kept", True, None)) == 1
    yield "in a circle", calls.count(("circle", True, None)) == 1
    yield "the reference went first", ("dropped",) not in calls
    yield "both went together", ("together",) not in calls
    gc.collect()
    yield "once", len(calls) == 2
