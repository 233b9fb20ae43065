"""Attacks on the sentences of tutorial/a-circle."""

import collections
import contextlib
import functools
import gc
import subprocess
import sys
import threading
import weakref

from refdemo.counts import refcount

THREADS = sys.platform != "emscripten"
MANY = 10_000 if THREADS else 100  # WebAssembly has a short stack, and a ring that is cut goes down it


class _Thing:
    other = None


class _Slim:
    __slots__ = ("__weakref__", "other")


class _Words(list):
    pass


class _Table(dict):
    pass


class _Failure(Exception):
    pass


@contextlib.contextmanager
def _no_collector():
    was = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.collect()
        if was:
            gc.enable()


def _ring(make, size):
    """Return `size` objects, each of which holds the one before it, and the first one the last."""
    ring = [make() for _ in range(size)]
    for index, one in enumerate(ring):
        one.other = ring[index - 1]
    return ring


def _with_method():
    thing = _Thing()
    thing.other = thing.__init__
    return thing


def _with_partial():
    thing = _Thing()
    thing.other = functools.partial(id, thing)
    return thing


def _with_iterator():
    words = _Words()
    words.append(iter(words))
    return words


def _held_by_itself(make, hold):
    made = make()
    hold(made, made)
    return made


def _function():
    def function():
        return function

    return function


def _generator():
    def generator():
        me = yield
        yield me

    made = generator()
    next(made)
    made.send(made)
    return made


def _caught():
    """Return an error that the variable of a frame holds, which its traceback holds."""
    try:
        raise _Failure
    except _Failure as error:
        kept = error
    return kept


_ALONE = {
    "an instance": lambda: _ring(_Thing, 1)[0],
    "slots": lambda: _ring(_Slim, 1)[0],
    "a list": lambda: _held_by_itself(_Words, list.append),
    "a dictionary": lambda: _held_by_itself(_Table, lambda table, value: table.update(key=value)),
    "a deque": lambda: _held_by_itself(collections.deque, collections.deque.append),
    "an error": lambda: _held_by_itself(_Failure, lambda error, cause: setattr(error, "__cause__", cause)),
}
_TOGETHER = {
    "two instances": lambda: _ring(_Thing, 2)[0],
    "a function and its cell": _function,
    "a generator and its frame": _generator,
    "an error and a frame": _caught,
    "an instance and its method": _with_method,
    "an instance and a partial": _with_partial,
    "a list and its iterator": _with_iterator,
    "a class": lambda: type("Lost", (), {}),
}


def _after_letting_go(make):
    """Make a circle, let go of it, and return a weak reference to one of its objects."""
    return weakref.ref(make())


_AT_EXIT = """
import atexit, gc, weakref
gc.disable()
class Thing: pass
one, other = Thing(), Thing()
one.other, other.other = other, one
witness = weakref.ref(one)
atexit.register(lambda: print("alive" if witness() else "gone"))
del one, other
"""


def _elsewhere():
    """Yield circles that are lost with a namespace, in a function's variable and with a thread."""
    namespace = {"Thing": _Thing}
    exec("one, other = Thing(), Thing()\none.other, other.other = other, one", namespace)
    yield "in a namespace", weakref.ref(namespace["one"])
    if THREADS:
        made = []
        thread = threading.Thread(target=lambda: made.append(_after_letting_go(_with_method)))
        thread.start()
        thread.join()
        yield "in a thread", made.pop()


def counting_never_frees_a_whole_circle():
    """Let go of circles of one object and of several kinds, do a lot afterwards; end threads and namespaces."""
    with _no_collector():
        lost = {kind: _after_letting_go(make) for kind, make in (_ALONE | _TOGETHER).items()}
        lost.update(_elsewhere())
        work = [[each] for each in range(100_000)]
        del work
        for way, witness in lost.items():
            yield way, witness() is not None
    if THREADS:
        run = subprocess.run([sys.executable, "-c", _AT_EXIT], capture_output=True, text=True)
        yield "at exit", run.stdout == "alive\n"


_DETOURS = {
    "a list": lambda holder: [[holder], (holder,)],
    "a dictionary": lambda holder: {"key": holder, "again": {"key": holder}},
    "an attribute": lambda holder: _held_by_itself(_Thing, lambda thing, _: setattr(thing, "other", [holder])),
    "a closure": lambda holder: lambda: holder,
    "a partial": lambda holder: functools.partial(print, holder, key=holder),
}


def only_direct_references_count():
    """Lead to an object by way of names, of containers, of attributes, of closures and of long chains."""
    for way, lead in _DETOURS.items():
        thing = _Thing()
        holder = [thing]
        leading = lead(holder)
        yield way, leading is not None and refcount(thing) == 2
    for _ in range(MANY):
        holder = [holder]
    yield "a long chain", refcount(thing) == 2
    del holder, leading
    yield "without any", refcount(thing) == 1


def one_object_is_enough():
    """Let each of several kinds of objects hold itself, let go, look, and collect."""
    with _no_collector():
        for kind, make in _ALONE.items():
            witness = _after_letting_go(make)
            stays = witness() is not None
            for _ in range(2):
                gc.collect()
            yield kind, stays and witness() is None


def a_count_does_not_say_from_where():
    """Compare the counts of objects that only a name holds with those that only a circle holds."""
    with _no_collector():
        for kind in _Thing, _Slim:
            named = kind()
            for size in 1, 2, MANY:
                lost = weakref.ref(_ring(kind, size)[0])
                yield f"{kind.__name__}, {size}", refcount(named) == refcount(lost()) == 1
        lost = weakref.ref(_ring(_Thing, 1)[0])
        named = lost().again = lost()
        yield "held twice by its circle", refcount(named) - 1 == 2
        named = again = _Thing()
        yield "by two names", named is again and refcount(named) == 2
        for kind in "a list", "a dictionary", "a deque", "an error", "a generator and its frame":
            lost = _after_letting_go((_ALONE | _TOGETHER)[kind])
            named = type(lost())() if "generator" not in kind else (each for each in "")
            yield kind, refcount(named) == refcount(lost()) == 1


def _in_turn(ring):
    while ring:
        ring.pop()


def letting_go_of_a_circle_brings_no_count_to_zero():
    """Let go of circles of one object, of two, and of a hundred thousand, in turn and at once."""
    with _no_collector():
        for size in 1, 2, 3, 10 * MANY:
            for let_go in _in_turn, list.clear:
                ring = _ring(_Slim, size)
                witnesses = [weakref.ref(each) for each in ring]
                let_go(ring)
                yield f"{size}, {let_go.__name__.strip('_')}", None not in [witness() for witness in witnesses]
        ring = _ring(_Thing, 3)
        ring[0].outside = _Thing()
        witnesses = [weakref.ref(each) for each in (*ring, ring[0].outside)]
        ring.clear()
        yield "with something that hangs on it", None not in [witness() for witness in witnesses]
        for kind, make in (_ALONE | _TOGETHER).items():
            yield kind, _after_letting_go(make)() is not None


def _two_circles(make):
    """Return a weak reference to an object that is in two circles, after one of them has been cut."""
    shared = _ring(make, 2)[0]
    shared.again = shared
    shared.other = None
    return weakref.ref(shared)


def _cut_function():
    """Return a weak reference to a function of a module that held itself, after it has been let go."""
    namespace = {}
    exec("def function(): pass\nfunction.me = function", namespace)
    function = namespace.pop("function")
    del function.me
    return weakref.ref(function)


def _sharing(number, spare=False):
    """Return witnesses to circles that share the reference from a hub to a rim, after that has been cut.

    `spare` gives the hub a way of its own into the first circle.
    """
    hub, rim = _Thing(), _Thing()
    hub.other, rim.back = rim, [_Thing() for _ in range(number)]
    for one in rim.back:
        one.other = hub
    hub.spare = rim.back[0] if spare else None
    witnesses = [weakref.ref(each) for each in (hub, rim, *rim.back)]
    hub.other = None
    return witnesses


def _several_circles():
    """Yield what becomes of circles that share a reference, when it is cut, and of one that does not go through it."""
    for number in 1, 2, MANY:
        yield f"{number} that share a reference", [each for each in _sharing(number) if each()] == []
    hub, rim, first, second = _sharing(2, spare=True)
    alive = [each() is not None for each in (hub, rim, first, second)]
    yield "one goes another way", alive == [True, False, True, False]
    hub().spare = None
    yield "until that is cut, too", hub() is first() is None


def a_cut_frees_what_no_whole_circle_holds():
    """Cut circles of several sizes and kinds before and after letting go; then circles that share something."""
    with _no_collector():
        for size in 1, 2, MANY:
            ring = _ring(_Slim, size)
            witnesses = [weakref.ref(each) for each in ring]
            ring[size // 2].other = None
            ring.clear()
            yield f"{size}, before letting go", [witness for witness in witnesses if witness()] == []
            witness = weakref.ref(_ring(_Thing, size)[0])
            witness().other = None
            yield f"{size}, afterwards", witness() is None
        for kind in "a list", "a dictionary", "a deque":
            witness = _after_letting_go(_ALONE[kind])
            witness().clear()
            yield kind, witness() is None
        witness = _two_circles(_Thing)
        yield "a second circle holds it", witness() is not None
        witness().again = None
        yield "until that is cut", witness() is None
        yield "a module's function", _cut_function()() is None
        yield from _several_circles()
