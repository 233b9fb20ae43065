"""Attacks on the sentences of tutorial/the-collector."""

import atexit
import collections
import contextlib
import contextvars
import datetime
import functools
import gc
import itertools
import sys
import threading
import types
import weakref

from refdemo.counts import refcount

CPYTHON = sys.implementation.name == "cpython"
FREE_THREADED = "t" in getattr(sys, "abiflags", "")
GENERATIONS = CPYTHON and not FREE_THREADED
THREADS = sys.platform != "emscripten"
MANY = 30_000 if THREADS else 100  # WebAssembly has a short stack, and a ring that is cut goes down it
DICTIONARIES = sys.version_info < (3, 11)


class _Node:
    """Refers to other nodes."""

    def __init__(self, name=""):
        self.name, self.to = name, []


class _Plain:
    pass


class _Slim:
    __slots__ = ("__weakref__", "name", "to")


class _Zone(datetime.tzinfo):
    """A time zone that may keep something."""


@contextlib.contextmanager
def _no_collector():
    was = gc.isenabled()
    _collect()
    gc.disable()
    try:
        yield
    finally:
        _collect()
        if was:
            gc.enable()


def _collect():
    for _ in range(1 if CPYTHON else 3):
        gc.collect()


def _ring(make, size):
    """Return the last of `size` objects, each of which holds the one before it, and the first one the last."""
    first = last = make()
    for _ in range(size - 1):
        one = make()
        one.to = last
        last = one
    first.to = last
    return last


def _survivors(arrows, kept):
    """Make a node for each letter and an arrow for each pair, keep some, collect; return the names that stay."""
    nodes = {name: _Node(name) for name in set("".join(arrows.split())) | set(kept)}
    witnesses = {name: weakref.ref(node) for name, node in nodes.items()}
    for source, target in arrows.split():
        nodes[source].to.append(nodes[target])
    holding = [nodes[name] for name in kept]
    nodes.clear()
    gc.collect()
    stay = "".join(sorted(name for name, witness in witnesses.items() if witness()))
    holding.clear()
    return stay


_GRAPHS = {
    "two circles, one held": ("ab ba cd dc", "c", "cd"),
    "nothing held": ("ab ba cd dc", "", ""),
    "from the first to the second": ("ab ba bc cd dc", "a", "abcd"),
    "against the arrow": ("ab ba bc cd dc", "d", "cd"),
    "luggage on a lost circle": ("ab ba bl lm", "", ""),
    "luggage that somebody holds": ("ab ba bl lm", "l", "lm"),
    "an object in three circles": ("xa ax xb bx xc cx", "", ""),
    "the same, one arrow held": ("xa ax xb bx xc cx", "b", "abcx"),
    "holding itself twice": ("aa aa bb", "b", "b"),
    "all lead to all": ("ab ac ba bc ca cb", "", ""),
}


class _Latest(_Slim):
    """Adds up to the last thing that it was given."""

    def __call__(self, total, step):
        return step.pop()


def _led_back(wrap):
    """Lose an accumulate whose total leads back to it; return its address, its steps and a witness to its function."""
    latest, steps = _Latest(), [None, [], [None]]
    totals = itertools.accumulate(steps, latest)
    next(totals)
    steps[1].append(wrap(totals))
    next(totals)
    return id(totals), steps, weakref.ref(latest)


def _listed(kind):
    return [each for each in gc.get_objects() if type(each) is kind]


def _freed_and_found(wrap):
    """Say whether collections free such an accumulate, and whether they find it again; free it by another step."""
    address, steps, witness = _led_back(wrap)
    found = [gc.collect() for _ in range(3)]
    freed = witness() is None and _listed(_Latest) == gc.garbage == []
    for each in _listed(itertools.accumulate):
        if id(each) == address:
            next(each)
    steps.clear()
    return freed, found[0] > 0 and found[1] == found[2] > 0


def what_has_nothing_left_over_and_is_not_led_to_goes():
    """Collect graphs of ten shapes, rings of several sizes, and rings that are young, old, frozen, from a thread."""
    with _no_collector():
        for way, (arrows, kept, stay) in _GRAPHS.items():
            yield way, _survivors(arrows, kept) == stay
        for size in 1, 2, MANY:
            witness = weakref.ref(_ring(_Slim, size))
            gc.collect()
            yield f"a ring of {size}", witness() is None
        _ring(_saving(saved := []), 2)
        gc.collect()
        yield "saved by finalizers", len(saved) == 2 and saved[0].to is saved[1]
        frozen = weakref.ref(_ring(_Slim, 3))
        gc.freeze()
        held_by_it = weakref.ref(frozen())
        gc.collect()
        yield "a frozen one is not examined", held_by_it() is not None
        gc.unfreeze()
        gc.collect()
        yield "unfrozen", frozen() is None
        yield "of a type that can", _freed_and_found(lambda totals: [totals]) == (True, False)
        yield "of a type that cannot", _freed_and_found(lambda totals: totals) == (False, True)


_OVER = {
    "nothing else": lambda totals: totals,
    "a tuple": lambda totals: (totals,),
    "a frozen set": lambda totals: frozenset([totals]),
    "a hundred tuples": lambda totals: functools.reduce(lambda inner, _: (inner,), range(100), totals),
    "a list": lambda totals: [totals],
    "a dictionary": lambda totals: {"key": (totals,)},
    "a closure": lambda totals: lambda: totals,
    "an instance": lambda totals: types.SimpleNamespace(it=totals),
}


def what_cannot_drop_its_references_is_found_again():
    """Lose accumulates that lead back over several kinds, collect three times, and free them by hand."""
    with _no_collector():
        for way, wrap in _OVER.items():
            stays = way in ("nothing else", "a tuple", "a hundred tuples")
            yield f"over {way}", _freed_and_found(wrap) == (not stays, stays)
        yield "freed by hand", _listed(_Latest) == []


def something_left_over_keeps_all_that_it_leads_to():
    """Hold one node of chains and rings from a name, a frame, a container that is not tracked and objects of C."""
    with _no_collector():
        for size in 2, 3, MANY:
            held = _ring(_Slim, size)
            led_to = [weakref.ref(held.to), weakref.ref(held.to.to)]
            gc.collect()
            yield f"a ring of {size}", None not in [witness() for witness in led_to]
        for way, hold in _HOLDERS.items():
            node = _Node()
            node.to.append(_ring(_Slim, 3))
            witness = weakref.ref(node.to[0].to)
            release = hold(node)
            del node
            gc.collect()
            stayed = witness() is not None
            release()
            del release
            gc.collect()
            yield way, stayed and witness() is None


def _in_list(node):
    kept = [node]
    return kept.clear


def _in_frame(node):
    def generator(held):
        yield held

    suspended = generator(node)
    next(suspended)
    return suspended.close


def _in_closure(node):
    held = [lambda: node]
    return held.clear


def _in_c(node):
    held = collections.deque([map(functools.partial(print, node), "a")])
    return held.clear


def _in_module(node):
    sys.modules["held"] = types.ModuleType("held")
    sys.modules["held"].node = node
    return functools.partial(sys.modules.pop, "held")


def _at_exit(node):
    def leave(held):
        pass

    call = functools.partial(leave, node)
    atexit.register(call)
    return functools.partial(atexit.unregister, call)


def _in_context(node):
    variable = contextvars.ContextVar("variable")
    token = variable.set(node)
    return functools.partial(variable.reset, token)


def _in_error(node):
    def fail(held):
        raise LookupError

    errors = []
    try:
        fail(node)
    except LookupError as error:
        errors.append(error)
    return errors.clear


def _in_datetime(node):
    zone = _Zone()
    zone.node = node
    held = [datetime.datetime(2024, 7, 11, tzinfo=zone)]
    return held.clear


def _in_thread(node):
    ready, over, local = threading.Event(), threading.Event(), threading.local()

    def keep(held):
        local.node = held.pop()
        ready.set()
        over.wait()

    thread = threading.Thread(target=keep, args=([node],))
    thread.start()
    ready.wait()
    return lambda: (over.set(), thread.join())


_HOLDERS = {
    "a list": _in_list,
    "a suspended generator": _in_frame,
    "a closure": _in_closure,
    "objects of C": _in_c,
    "a module": _in_module,
    "a handler at exit": _at_exit,
    "a context variable": _in_context,
    "an error": _in_error,
    "an object that is not tracked": _in_datetime,
}


class _Noting:
    """Notes in its finalizer whether its partner's count is still above zero."""

    def __init__(self, seen):
        self.seen = seen

    def __del__(self):
        self.seen["in a finalizer"] = refcount(self.to) >= 1


def the_real_counts_stay():
    """Read counts when a collection starts and stops, in a callback, in a finalizer, and before and after."""
    box = [_ring(_Slim, 2)]
    seen = {}

    def note(where, info=None):
        seen[where] = (refcount(box[0]), refcount(box[0].to)) == (2, 1)

    with _no_collector():
        gc.callbacks.append(note)
        for generation in 0, 2:
            lost = weakref.ref(_ring(lambda: _Noting(seen), 2), lambda reference: note("in a callback"))
            gc.collect(generation)
            note(f"after a collection, {generation}")
            yield f"collected, {generation}", lost() is None
        gc.callbacks.remove(note)
    yield "six were noted", len(seen) == 6
    yield from seen.items()


def _unreported():
    """Yield circles that lead through an object which does not report what it refers to."""
    zone = _Zone()
    zone.kept = datetime.datetime(2024, 7, 11, tzinfo=zone)
    yield "a datetime", weakref.ref(zone), True
    zone = _Zone()
    zone.kept = datetime.time(12, tzinfo=zone)
    yield "a time", weakref.ref(zone), True
    zone = _Zone()
    zone.kept = type("Date", (datetime.datetime,), {})(2024, 7, 11, tzinfo=zone)
    yield "a subclass", weakref.ref(zone), True
    zone = _Zone()
    zone.kept = (lambda: None).__code__.replace(co_consts=(zone,))
    yield "a code object", weakref.ref(zone), not FREE_THREADED
    zone = _Zone()
    zone.kept = types.SimpleNamespace(tzinfo=zone)
    yield "one that reports", weakref.ref(zone), False


def what_is_not_reported_counts_as_from_outside():
    """Lose circles through datetimes, times, code objects and, to compare, through an object that reports."""
    with _no_collector():
        lost = list(_unreported())
        for _ in range(3):
            gc.collect()
        for way, witness, stays in lost:
            yield way, (witness() is not None) == stays
            if witness():
                witness().kept = None
                yield f"{way}, cut", witness() is None


_KINDS = {
    "an instance": lambda: _ring(_Node, 1),
    "slots": lambda: _ring(_Slim, 3),
    "a large ring": lambda: _ring(_Slim, MANY),
    "a class": lambda: type("Old", (), {}),
}


def a_young_collection_does_not_find_old_circles():
    """Let circles of several kinds grow old, let go of them, and collect the young, often and with new garbage."""
    with _no_collector():
        for way, make in _KINDS.items():
            old = make()
            seen_by = weakref.ref(old)
            gc.collect()
            del old
            for _ in range(3):
                _ring(_Slim, 10)
                gc.collect(0)
            yield f"{way}, let go when old", (seen_by() is not None) == GENERATIONS
            _collect()
            yield f"{way}, after a full one", seen_by() is None


def _found(make, *arguments):
    gc.collect()
    make(*arguments)
    return gc.collect()


def _list_in_itself(*items):
    items = list(items)
    items.append(items)


def _two_lists():
    _list_in_itself()
    _list_in_itself()


def the_number_counts_tracked_objects():
    """Lose rings of several sizes and kinds, with luggage that is tracked and with luggage that is not."""
    each = 2 if DICTIONARIES else 1
    with _no_collector():
        for size in 1, 2, 3, MANY:
            yield f"{size} with slots", _found(_ring, _Slim, size) == size
        for size in 1, 2, 100:
            yield f"{size} instances", _found(_ring, type("Plain", (), {}), size) >= size * each
            yield f"{size} of a class that stays", _found(_ring, _Plain, size) == size * each
        yield "a list of atoms", _found(_list_in_itself, "a", 3.14, None, 10**30) == 1
        yield "a list of lists", _found(lambda: _list_in_itself(*([] for _ in range(1_000)))) == 1_001
        yield "two circles", _found(_two_lists) == 2
        yield "nothing", _found(list) == 0


def _saving(kept):
    return type("Saving", (_Slim,), {"__slots__": (), "__del__": lambda self: kept.append(self)})


def _cutting():
    return type("Cutting", (_Slim,), {"__slots__": (), "__del__": lambda self: delattr(self, "to")})


def finalizers_change_the_number():
    """Lose rings whose finalizers do nothing, cut them, or bring them back."""
    quiet = type("Quiet", (_Slim,), {"__slots__": (), "__del__": lambda self: None})
    cutting, kept = _cutting(), []
    saving = _saving(kept)
    with _no_collector():
        for size in 1, 3, 100:
            yield f"finalizers that do nothing, {size}", _found(_ring, quiet, size) == size
            number = _found(_ring, cutting, size)
            yield f"finalizers that cut, {size}", number == 0 or FREE_THREADED
            number = _found(_ring, saving, size)
            yield f"finalizers that save, {size}", number == 0 or FREE_THREADED
            kept.clear()
            yield f"found when they do not save, {size}", gc.collect() == size


def the_rest_is_freed_unless_a_finalizer_brings_it_back():
    """Lose rings with and without finalizers, of a class that saves itself once, and with luggage."""
    kept = []
    saving = _saving(kept)
    with _no_collector():
        for way, kind in ("slots", _Slim), ("instances", _Node), ("finalizers that cut", _cutting()):
            for size in 1, 3, 100:
                ring = _ring(kind, size)
                witnesses = [weakref.ref(ring), weakref.ref(ring.to)]
                del ring
                _collect()
                yield f"{way}, {size}", [witness() for witness in witnesses] == [None, None]
        _ring(saving, 2)
        _collect()
        yield "brought back", len(kept) >= 1 and kept[0].to.to is kept[0]
        kept.clear()
        if CPYTHON:
            _collect()
            yield "finalizers run once", kept == []
            yield "a type that cannot", _freed_and_found(lambda totals: totals) == (False, True)
            yield "one that can is with it", _freed_and_found(lambda totals: [totals]) == (True, False)


def what_can_be_reached_stays():
    """Keep an object in ten places, by nothing else; collect often, young and full; then empty the place."""
    with _no_collector():
        threads = {"a thread's variable": _in_thread} if THREADS else {}
        for way, hold in {**_HOLDERS, **threads}.items():
            node = _Node()
            node.to.append(node)
            witness = weakref.ref(node)
            release = hold(node)
            del node
            for generation in 0, 1, 2, 2:
                gc.collect(generation)
            stayed = witness() is not None
            release()
            del release
            _collect()
            yield way, stayed and witness() is None
        witness = weakref.ref(_ring(_Slim, 2))
        reachable = witness() is not None
        _collect()
        yield "a weak reference does not count", reachable and witness() is None
