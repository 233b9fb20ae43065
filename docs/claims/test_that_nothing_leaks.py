"""Attacks on the sentences of guides/test-that-nothing-leaks."""

import atexit
import datetime
import functools
import gc
import importlib.util
import os
import subprocess
import sys
import threading
import weakref
from collections import deque

from refdemo.growth import growth
from refdemo.testing import assert_gone, assert_nothing_left

_PROCESSES = sys.platform != "emscripten"
_SQLITE = importlib.util.find_spec("_sqlite3")
_COUNTED = hasattr(sys, "getrefcount")
_KEEPS_CLASSES = sys.version_info[:2] == (3, 13) and not getattr(sys, "_is_gil_enabled", lambda: True)()


_alive = weakref.WeakSet()


class _Thing:
    def close(self):
        """Do nothing; it is a method that can be registered."""


class _Slotted:
    __slots__ = ("__weakref__", "me")


class _Table(dict):
    __hash__ = object.__hash__


class _Trouble(Exception):
    pass


def _new(cls=_Thing):
    _alive.add(thing := cls())
    return thing


def _in_a_circle(cls=_Thing):
    thing = _new(cls)
    if cls is _Table:
        thing["me"] = thing
    else:
        thing.me = thing


def _raised():
    try:
        raise _new(_Trouble)
    except _Trouble as error:
        kept = error
    return kept.args


def _more(step, after=0, rounds=20):
    """Return by how many the living grew in some rounds, counted after the first few of them."""
    for _ in range(after):
        step()
    gc.collect()
    before = len(_alive)
    for _ in range(rounds):
        step()
    gc.collect()
    return len(_alive) - before


class _Again(_Thing):
    """Makes a circle anew when it is finalized."""

    def __init__(self):
        self.me = self

    def __del__(self):
        self.again = [self]


class _Zone(datetime.tzinfo):
    """Knows a moment, which no collector tracks, that knows it."""

    def __init__(self):
        self.moment = datetime.datetime(2000, 1, 1, tzinfo=self)


class _Store:
    """Knows a connection, tracked but silent about its functions, that knows it."""

    def __init__(self):
        import sqlite3

        self.connection = sqlite3.connect(":memory:")
        self.connection.create_function("same", 1, self.same)

    def same(self, value):
        return value


def _growth_by_a_connection():
    """Return by how much stores grow in three rounds, and let go of them."""
    grown = growth(_Store, of=_Store, rounds=3).alive
    for each in [each for each in gc.get_objects() if type(each) is _Store]:
        each.connection.create_function("same", 1, None)
        each.connection.close()
    return grown[-1] - grown[0]


def what_adds_up_is_held_or_on_a_circle_that_nobody_sees():
    """Drop, keep and twist into circles instances of classes of several kinds, with the collector on and off."""
    yield "its `__del__` makes a circle", max(growth(_Again, of=_Again, rounds=5).alive) <= 1
    yield "on a circle nobody sees", growth(_Zone, of=_Zone, rounds=5).alive[-1] == (5 if _COUNTED else 0)
    kept = []
    for cls in _Thing, _Slotted, _Table, _Trouble:
        name = cls.__name__[1:]
        yield f"{name}, dropped", _more(lambda cls=cls: bool(_new(cls))) == 0
        yield f"{name}, in a circle", _more(lambda cls=cls: _in_a_circle(cls)) == 0
        yield f"{name}, kept", _more(lambda cls=cls: kept.append(_new(cls))) == 20
        kept.clear()
    yield "an exception that holds its frame", _more(_raised) == 0
    gc.disable()
    yield "in a circle, the collector off", _more(_in_a_circle) == 0
    gc.enable()


def a_test_counts_what_every_round_leaves():
    """Leave one with every round, with every second one, none; have the collector off, and ask the instrument."""
    kept, numbers = [], iter(range(100))
    yield "one with every round", _more(lambda: kept.append(_new())) == 20
    yield "one with every second round", _more(lambda: next(numbers) % 2 and kept.append(_new())) == 10
    yield "none", _more(_new) == 0
    yield "none but circles", _more(_in_a_circle) == 0
    yield "one fewer with every round", _more(kept.pop) == -20
    gc.disable()
    yield "one with every round, the collector off", _more(lambda: kept.append(_new())) == 20
    gc.enable()
    yield "by growth, one", growth(lambda: kept.append(_new()), of=_Thing, rounds=3).trend == "+1 a round"
    yield "by growth, circles", growth(_in_a_circle, of=_Thing, rounds=3).trend == "flat"
    if _SQLITE:
        yield "by growth, a circle the collector is not told of", _growth_by_a_connection() == 3 * _COUNTED


def what_is_kept_once_does_not_grow_after_the_first_round():
    """Keep one in a cache, the last one in a list, the first one, a few in a ring; and one in each round."""
    first, last, ring, every = [], [None], deque(maxlen=3), []
    cached = functools.lru_cache(lambda key: _new())
    roomy = functools.lru_cache(maxsize=128)(lambda key: _new())
    keys = iter(range(1_000))
    yield "a cache", _more(lambda: cached("key"), rounds=1) == 1 and _more(lambda: cached("key")) == 0
    yield "the last", _more(lambda: last.__setitem__(0, _new()), after=1) == 0
    yield "the first", _more(lambda: first or first.append(_new()), after=1) == 0
    yield "a ring of three", _more(lambda: ring.append(_new()), after=3) == 0
    yield "a cache with more room than rounds", _more(lambda: roomy(next(keys)), after=1) == 20
    yield "the same when it is full", _more(lambda: roomy(next(keys)), after=128) == 0
    yield "one with every round", _more(lambda: every.append(_new()), after=1) == 20


def _held_by(register):
    """Return whether a finalizer, or a function for the exit, keeps the object that registers it."""
    thing = _Thing()
    witness = weakref.ref(thing)
    undo = register(thing)
    del thing
    gc.collect()
    held = witness() is not None
    undo()
    del undo
    gc.collect()
    return held and witness() is None


def _at_exit(make):
    def register(thing):
        function = make(thing)
        atexit.register(function)
        return lambda: atexit.unregister(function)

    return register


def _finalizer(make, *more):
    return lambda thing: weakref.finalize(thing, make(thing), *[each(thing) for each in more]).detach


def a_finalizer_that_leads_to_its_object_keeps_it():
    """Lead back by a method, a closure, a partial, an argument, a circle, and by nothing."""
    yield "its method", _held_by(_finalizer(lambda thing: thing.close))
    yield "a closure", _held_by(_finalizer(lambda thing: lambda: thing))
    yield "a partial", _held_by(_finalizer(lambda thing: functools.partial(id, thing)))
    yield "an argument", _held_by(_finalizer(lambda thing: id, lambda thing: thing))
    yield "a list that has it", _held_by(_finalizer(lambda thing: [thing].clear))
    yield "its method, at the exit", _held_by(_at_exit(lambda thing: thing.close))
    yield "a closure, at the exit", _held_by(_at_exit(lambda thing: lambda: thing))
    yield "what does not lead to it", not _held_by(_finalizer(lambda thing: [].clear))
    yield "a weak method", not _held_by(_finalizer(lambda thing: weakref.WeakMethod(thing.close)))


def _failing():
    thing = _new()
    raise LookupError(id(thing))


def _failing_below():
    other = _new()
    _failing()
    return other


def _failing_again():
    try:
        _failing()
    except LookupError as error:
        raise RuntimeError from error


def _kept_error(function, change=lambda error: error):
    """Return how many things live on while the error of a function is kept; none may when it is gone."""
    gc.collect()
    before, errors = len(_alive), []
    try:
        function()
    except (LookupError, RuntimeError) as error:
        errors.append(change(error))
    gc.collect()
    more = len(_alive) - before
    errors.clear()
    gc.collect()
    return more if len(_alive) == before else None


def an_error_keeps_the_variables_of_the_failed_test():
    """Fail in several depths, from another error, and keep the error, its traceback, its text."""
    yield "one frame", _kept_error(_failing) == 1
    yield "two frames", _kept_error(_failing_below) == 2
    yield "from another error", _kept_error(_failing_again) == 1
    yield "its traceback alone", _kept_error(_failing, lambda error: error.__traceback__) == 1
    yield "its text alone", _kept_error(_failing, repr) == 0
    yield "without its traceback", _kept_error(_failing, lambda error: error.with_traceback(None)) == 0


def _end(code, *options):
    program = f"import atexit, gc, os, weakref\nclass Thing: pass\nthing = Thing()\n{code}"
    return subprocess.run([sys.executable, *options, "-c", program], capture_output=True, text=True).stdout.split()


_FORKED = """
import multiprocessing
def work():
    weakref.finalize(thing, print, "called", flush=True)
process = multiprocessing.get_context("fork").Process(target=work)
process.start()
process.join()
"""


def a_pending_finalizer_is_called_when_the_program_ends():
    """End programs and workers with finalizers that were called, that wait, also in a circle, and without atexit."""
    yield "it says so", weakref.finalize(_Thing, print).atexit and _forget()
    if _PROCESSES:
        yield "of a global", _end("weakref.finalize(thing, print, 'called')") == ["called"]
        circle = "gc.disable(); thing.me = thing; weakref.finalize(thing, print, 'called'); del thing"
        yield "of a circle nobody collects", _end(circle) == ["called"]
        yield "once", _end("weakref.finalize(thing, print, 'called'); del thing; gc.collect()") == ["called"]
        yield "after an error", _end("weakref.finalize(thing, print, 'called'); 1 / 0") == ["called"]
        yield "not where it was told not to", _end("weakref.finalize(thing, print, 'called').atexit = False") == []
        if hasattr(os, "fork"):
            yield "in a worker that was forked", _end(_FORKED) == ["called"] * (sys.version_info >= (3, 13))
            yield "where the parent has one", _end(f"weakref.finalize(thing, print, 'parent')\n{_FORKED}") == ["parent"]
        yield "nor by os._exit, as atexit", _end("weakref.finalize(thing, print, 1); os._exit(0)") == []


def _forget():
    """Take back the finalizer that was made to look at it."""
    for each in list(weakref.finalize._registry):
        if each.peek() and each.peek()[0] is _Thing:
            each.detach()
    return True


def _class_per_call():
    class Local:
        thing = _new()

    return Local.__name__


def _exception_per_call():
    return type("Local", (Exception,), {"thing": _new()}).__name__


def _function_per_call():
    thing = _new()
    return (lambda: thing).__name__


def one_free_threaded_python_keeps_classes():
    """Hold things by classes and functions that a call makes, before and after a thread has run."""
    if not _KEEPS_CLASSES:
        yield "a class per call, no thread yet", _more(_class_per_call) == 0
    yield "a function per call", _more(_function_per_call) == 0
    if _PROCESSES:
        early = type("Early", (), {})
        witness, box = weakref.ref(early), [_new()]
        handed = weakref.ref(box[0])
        thread = threading.Thread(target=box.clear)
        thread.start()
        thread.join()
        del early
        gc.collect()
        yield "a class made before the thread", (witness() is not None) == _KEEPS_CLASSES
        yield "an instance that the thread drops", handed() is None
        yield "an exception class per call, after a thread", _more(_exception_per_call) == 20 * _KEEPS_CLASSES
        yield "a class per call, after a thread", _more(_class_per_call) == 20 * _KEEPS_CLASSES
        yield "an instance in a circle, after a thread", _more(_in_a_circle) == 0
        yield "an instance kept, after a thread", _more(lambda kept=[]: kept.append(_new())) == 20


_shelf = {}


class _Keeper:
    kept = None


def _says_who_holds(hold, *words):
    """Return whether a failure of assert_gone has these words, and the object goes when it is let go of."""
    witness = weakref.ref(thing := _Thing())
    let_go = hold(thing)
    del thing
    try:
        assert_gone(witness)
    except AssertionError as error:
        message = str(error)
    else:
        return False
    let_go()
    del let_go
    assert_gone(witness)
    return message.startswith("_Thing is still alive\n") and all(word in message for word in words)


def _on_the_shelf(thing):
    _shelf["thing"] = [thing]
    return _shelf.clear


def _on_a_class(thing):
    _Keeper.kept = thing
    return lambda: setattr(_Keeper, "kept", None)


def _in_a_registered_closure(thing):
    atexit.register(close := lambda: thing)
    itself = weakref.ref(close)
    return lambda: atexit.unregister(itself())


def _in_a_running_generator(thing):
    def remembers(given):
        yield
        return given

    _shelf["running"] = generator = remembers(thing)
    next(generator)
    return _shelf.clear


def a_failure_names_what_holds_the_object():
    """Hold by a dict, a class, a generator, a function for the exit; hold by nothing, a circle, an unseen circle."""
    yield "a list in a dict", _says_who_holds(_on_the_shelf, "['thing']: list", "[0]: the object")
    yield "a class", _says_who_holds(_on_a_class, "class `_Keeper`", ".kept: the object")
    yield "a paused generator", _says_who_holds(_in_a_running_generator, "['running']", "given: the object")
    yield "what is called at the exit", _says_who_holds(_in_a_registered_closure, "atexit", "thing: the object")
    witness = weakref.ref(thing := _Thing())
    thing.me = thing
    del thing
    yield "nothing but itself", assert_gone(witness) is None
    witness = weakref.ref(_Zone())
    if _COUNTED:
        try:
            assert_gone(witness)
        except AssertionError as error:
            yield "a circle that is not seen", "held where Python code cannot look" in str(error)


def _passes(step, rounds=4):
    try:
        assert_nothing_left(step, of=_Thing, rounds=rounds)
    except AssertionError:
        return False
    return True


def what_only_the_first_rounds_leave_passes():
    """Leave things in the first round, in the first two, in all but the first, now and then, and in each."""
    kept, numbers = [], iter(range(1_000))
    cached = functools.lru_cache(lambda key: _new())
    yield "a cache of one", _passes(lambda: cached("key"))
    yield "a list of one", _passes(lambda: kept or kept.append(_new()))
    kept.clear()
    yield "a ring of two", _passes(lambda ring=deque(maxlen=2): ring.append(_new()))
    yield "nothing", _passes(_new)
    yield "a circle", _passes(_in_a_circle)
    yield "each round", not _passes(lambda: kept.append(_new()))
    yield "each round but the first", not _passes(lambda: next(numbers) and kept.append(_new()))
    yield "every second round", not _passes(lambda: next(numbers) % 2 and kept.append(_new()), 6)
    yield "a cache with more room than rounds", not _passes(lambda ring=deque(maxlen=64): ring.append(_new()))
