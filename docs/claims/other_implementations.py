"""Attacks on the sentences of background/other-implementations."""

import contextlib
import gc
import os
import subprocess
import sys
import sysconfig
import tempfile
import threading
import types
import weakref

_CPYTHON = sys.implementation.name == "cpython"
_FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
_PROCESSES = sys.platform != "emscripten"


class _Thing:
    def method(self):
        return self


class _List(list):
    pass


def _survives(witness):
    for _ in range(3):
        gc.collect()
    return witness() is not None


def what_you_can_reach_stays():
    """Let one thin reference of each sort lead to an object, and collect."""

    def paused():
        local = _Thing()
        yield weakref.ref(local)
        yield local

    def failed():
        local = _Thing()
        raise ValueError(weakref.ref(local))

    generator, method, closure = paused(), _Thing().method, (lambda thing: lambda: thing)(_Thing())
    yield "a local variable of a paused generator", _survives(next(generator))
    yield "a bound method", _survives(weakref.ref(method.__self__))
    yield "a closure's cell", _survives(weakref.ref(closure()))
    try:
        failed()
    except ValueError as error:
        yield "the traceback of an exception", _survives(error.args[0])
    default = (lambda thing=_Thing(): thing).__defaults__
    yield "the defaults of a function that is gone", _survives(weakref.ref(default[0]))


def pypy_has_no_counts_and_no_thresholds():
    """Ask for each of them, on whichever Python this is."""
    yield "sys.getrefcount", hasattr(sys, "getrefcount") == _CPYTHON
    yield "gc.get_threshold", hasattr(gc, "get_threshold") == _CPYTHON
    yield "gc.is_tracked", hasattr(gc, "is_tracked") == _CPYTHON
    with contextlib.suppress(TypeError, NotImplementedError):
        gc.get_objects(generation=0)
        yield "gc.get_objects(generation=0)", _CPYTHON
    yield "gc.freeze", hasattr(gc, "freeze") == _CPYTHON
    if not _CPYTHON:
        yield "a collection of the young takes the old as well", _an_old_circle_goes()


def _an_old_circle_goes():
    old = _Thing()
    old.me, witness = old, weakref.ref(old)
    gc.collect()
    gc.collect()
    del old
    gc.collect(0)
    return witness() is None


def _in_its_finalizer(make):
    """Return whether a weak reference leads to an object while its finalizer runs."""
    said = []
    thing = make(lambda: said.append(witness() is not None))
    witness = weakref.ref(thing)
    del thing
    gc.collect()
    return said


class _Asks:
    def __init__(self, ask):
        self.ask = ask

    def __del__(self):
        self.ask()


class _Heir(_Asks):
    __slots__ = ("place",)


class _Table(dict):
    def __init__(self, ask):
        self["ask"] = ask

    def __del__(self):
        self["ask"]()


def _paused(ask):
    try:
        yield
    finally:
        ask()


def _started(ask):
    generator = _paused(ask)
    next(generator)
    return generator


def weak_references_lead_to_an_instance_in_its_del():
    """Ask in finalizers of several kinds, and in those of what an instance holds."""
    yield "an instance", _in_its_finalizer(_Asks) == [_CPYTHON]
    yield "of a subclass with a slot", _in_its_finalizer(_Heir) == [_CPYTHON]
    yield "of a kind of dictionary", _in_its_finalizer(_Table) == [_CPYTHON]
    yield "a generator", _in_its_finalizer(_started) == [False]
    gc.disable()
    whole = _Asks(lambda: None)
    whole.other = _Thing()
    witness, said = weakref.ref(whole.other), []
    whole.ask = lambda: said.append(witness() is not None)
    del whole
    gc.enable()
    gc.collect()
    yield "what it holds", said == [_CPYTHON]


def pypy_frees_what_a_collection_finds():
    """Let go of objects of several kinds, and end a program that still has some."""

    def paused():
        try:
            yield
        finally:
            said.append("finally")

    said = []
    for kind, make in (("an instance", _Thing), ("a list", _List), ("a set", set), ("a function", lambda: lambda: 0)):
        witness = weakref.ref(make())
        early = witness() is None
        for _ in range(3):
            gc.collect()
        yield kind, early == _CPYTHON and witness() is None
    next(paused())
    yield "a paused generator", (said == ["finally"]) == _CPYTHON
    gc.collect()
    yield "what hangs on a circle waits everywhere", _hangs_on_a_circle()
    yield "what hangs on a function of a module", _hangs_on_a_function() == (_FREE_THREADED or not _CPYTHON)
    yield from _at_the_end()


def _at_the_end():
    if _PROCESSES:
        told = subprocess.run([sys.executable, "-c", _ENDS], capture_output=True, text=True).stdout.splitlines()
        for kind in ("in no circle", "on the way to one"):
            yield f"before the program ends: {kind}", (kind in told) == _CPYTHON
        yield "still held when the program ends", ("held" in told) == _CPYTHON


_ENDS = """
class Thing:
    def __init__(self, name):
        self.name = name
    def __del__(self):
        print(self.name, flush=True)
thing, leads, circle = Thing("in no circle"), Thing("on the way to one"), Thing("circle")
circle.me, leads.to = circle, circle
del thing, leads
held = Thing("held")
"""


def _hangs_on_a_function():
    gc.disable()
    function = types.FunctionType(_paused.__code__, {}, "function", (_Thing(),))
    witness = weakref.ref(function.__defaults__[0])
    del function
    waits = witness() is not None
    gc.enable()
    return waits


def _hangs_on_a_circle():
    gc.disable()
    circle, hangs = _Thing(), _Thing()
    circle.me, circle.hangs, witness = circle, hangs, weakref.ref(hangs)
    del circle, hangs
    waits = witness() is not None
    gc.enable()
    for _ in range(3):
        gc.collect()
    return waits and witness() is None


def only_the_free_threaded_build_counts_without_generations():
    """Lose old circles of several kinds, and ask the collector for the youngest generation."""
    yield "there are counts", hasattr(sys, "getrefcount") == _CPYTHON
    whole = _FREE_THREADED or not _CPYTHON
    makes = {"an instance": _Thing, "a function": lambda: lambda: 0, "a class": lambda: type("C", (), {})}
    for kind, make in makes.items():
        obj = make()
        obj.me = obj
        witness = weakref.ref(obj)
        for _ in range(3):
            gc.collect()
        del obj
        gc.collect(0)
        yield f"{kind} that is old", (witness() is None) == whole
    young = _Thing()
    young.me, witness = young, weakref.ref(young)
    del young
    gc.collect(0)
    yield "an instance that is young", witness() is None
    if _FREE_THREADED:
        with_the_lock = [sys.executable, "-X", "gil=1", "-c", _OLD]
        told = subprocess.run(with_the_lock, capture_output=True, text=True).stdout
        yield "that build with the lock", told.strip() == "True"


_OLD = """
import gc, weakref
class Thing:
    pass
thing = Thing()
thing.me, witness = thing, weakref.ref(thing)
gc.collect()
gc.collect()
del thing
gc.collect(0)
print(witness() is None)
"""


def what_is_closed_by_with_is_closed_before_the_next_line():
    """Close what holds something by `with`, and look at once."""

    closed = []
    with contextlib.closing(_paused(lambda: closed.append("generator"))) as paused:
        next(paused)
    yield "a paused generator", closed == ["generator"]
    descriptor, name = tempfile.mkstemp()
    os.close(descriptor)
    with open(name) as file:
        pass
    os.unlink(name)
    yield "a file", file.closed
    with contextlib.ExitStack() as stack:
        stack.callback(closed.append, "stack")
    yield "a stack of callbacks", closed[-1] == "stack"
    with threading.Lock() as locked, contextlib.suppress(ZeroDivisionError):
        1 / 0  # is to fail
    yield "a lock, after an exception", locked
    with memoryview(b"bytes") as view:
        pass
    yield "a memoryview", _raises(ValueError, lambda: view[0])


def _raises(kind, call):
    try:
        call()
    except kind:
        return True
    return False
