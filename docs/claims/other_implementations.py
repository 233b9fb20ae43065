"""Attacks on the sentences of background/other-implementations."""

import contextlib
import gc
import os
import subprocess
import sys
import tempfile
import threading
import weakref

_CPYTHON = sys.implementation.name == "cpython"
_FREE_THREADED = hasattr(sys, "_is_gil_enabled") and not sys._is_gil_enabled()
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


def counts_and_thresholds_belong_to_cpython():
    """Ask for each of them, on whichever Python this is."""
    yield "sys.getrefcount", hasattr(sys, "getrefcount") == _CPYTHON
    yield "gc.get_threshold", hasattr(gc, "get_threshold") == _CPYTHON
    yield "gc.is_tracked", hasattr(gc, "is_tracked") == _CPYTHON
    with contextlib.suppress(TypeError, NotImplementedError):
        gc.get_objects(generation=0)
        yield "gc.get_objects(generation=0)", _CPYTHON
    yield "gc.freeze", hasattr(gc, "freeze") == _CPYTHON


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
    if _PROCESSES:
        program = "class Thing:\n    def __del__(self): print('last words')\nthing = Thing()"
        ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
        yield "a program ends", ("last words" in ended.stdout) == _CPYTHON


def only_the_free_threaded_build_counts_without_generations():
    """Lose old circles of several kinds, and ask the collector for the youngest generation."""
    yield "there are counts", hasattr(sys, "getrefcount") == _CPYTHON
    whole = _FREE_THREADED or not _CPYTHON
    for kind, make in (
        ("an instance", _Thing),
        ("a function", lambda: lambda: 0),
        ("a class", lambda: type("C", (), {})),
    ):
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


def _numbered(closed):
    try:
        yield 1
    finally:
        closed.append("generator")


def what_is_closed_by_with_is_closed_before_the_next_line():
    """Close what holds something by `with`, and look at once."""
    closed = []
    with contextlib.closing(_numbered(closed)) as numbers:
        next(numbers)
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
