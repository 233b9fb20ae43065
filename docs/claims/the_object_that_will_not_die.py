"""Attacks on the sentences of tutorial/the-object-that-will-not-die."""

import collections
import contextlib
import dataclasses
import enum
import functools
import gc
import io
import sys
import threading
import weakref

from refdemo.collector import object_exists

CPYTHON = sys.implementation.name == "cpython"
THREADS = sys.platform != "emscripten"


class _Thing:
    pass


class _Words(list):
    pass


_Pair = collections.namedtuple("_Pair", "a b")


class _Slim:
    __slots__ = ("__weakref__", "me")


def _circle(make=_Thing):
    thing = make()
    thing.me = thing
    return thing


@contextlib.contextmanager
def _no_collector(frozen=False):
    was = gc.isenabled()
    gc.collect()
    gc.disable()
    if frozen:
        gc.freeze()
    try:
        yield
    finally:
        if frozen:
            gc.unfreeze()
        if was:
            gc.enable()


def _collect():
    for _ in range(1 if CPYTHON else 2):
        gc.collect()


def _in_thread(work):
    made = []
    thread = threading.Thread(target=lambda: made.append(work()))
    thread.start()
    thread.join()
    return made.pop()


def _found(thing):
    """Search the collector's list for the object itself, and by its address; the two must agree."""
    itself = any(each is thing for each in gc.get_objects())
    return itself if itself == object_exists(id(thing)) else None


def the_search_errs_in_both_directions():
    """Search for untracked, frozen and unreachable objects, and for the addresses of dead ones; ask witnesses."""
    with _no_collector():
        thing = _circle()
        address, witness = id(thing), weakref.ref(thing)
        yield "the witness leads to its own", witness() is thing
        del thing
        if CPYTHON:
            kept = [object(), " ".join("ab"), 10**30, bytearray(b"abc")]
            yield "living objects are missed", not any([object_exists(id(each)) for each in kept])
            yield "an unreachable one is found", object_exists(address)
        else:
            yield "a living object is missed", witness() is not None and not object_exists(address)
        _collect()
        yield "then to nothing", witness() is None
        for kind in (_Words, _Slim, set) if CPYTHON else ():
            dead = set(map(id, [kind() for _ in range(20_000)]))
            tenants = [kind() for _ in range(20_000)]
            yield f"a new {kind.__name__} is taken for an old one", not dead.isdisjoint(map(id, tenants))
    if CPYTHON:
        thing = _Thing()
        with _no_collector(frozen=True):
            yield "a frozen object is missed", not object_exists(id(thing))


def _list_in_itself():
    words = _Words()
    words.append(words)
    return words


def _function_over_itself():
    def function():
        return function

    return function


def _generator_holding_itself():
    def generator():
        me = yield
        yield me

    made = generator()
    next(made)
    made.send(made)
    return made


_CIRCLES = {
    "an instance": _circle,
    "a list": _list_in_itself,
    "slots": lambda: _circle(_Slim),
    "a function": _function_over_itself,
    "a generator": _generator_holding_itself,
    "a class": lambda: type("Lost", (), {}),
}


class _Searching:
    """Searches in its finalizer for itself and for the list that it writes the answers to."""

    def __init__(self, answers):
        self.answers = answers

    def __del__(self):
        self.answers.append((self, _found(self), _found(self.answers)))


def _found_by_a_collection():
    """Yield what finalizers find that counting calls, and what finalizers and callbacks find in a collection."""
    answers = []
    _Searching(answers)
    _circle(lambda: _Searching(answers))
    gc.collect()
    holder = _circle()
    holder.held = _Searching(answers)
    del holder
    gc.collect()
    for way, (one, itself, other) in zip(
        ("counting", "a collection", "a collection, outside the circle"), answers, strict=True
    ):
        yield f"by a finalizer of {way}", itself is (way == "counting") and other is True
        yield f"saved by a finalizer of {way}", _found(one) is True
        one.me = None
    yield from _found_by_a_callback()


def _found_by_a_callback():
    answers, told = [], []
    lost = _circle(lambda: _Searching(answers))
    address = id(lost)
    watching = weakref.ref(lost, lambda reference: told.append((object_exists(address), len(answers))))
    del lost
    gc.collect()
    lost = answers.pop()[0]
    yield "by a callback of a collection, before the finalizer", told == [(False, 0)] and watching() is None
    yield "alive all the while", id(lost) == address
    lost.me = None


def unreachable_objects_stay_on_the_list():
    """Lose circles of instances, of built-ins, of functions and of generators, some old, some from a thread."""
    with _no_collector():
        for age in "young", "old":
            for kind, make in _CIRCLES.items():
                lost = make()
                witness, address = weakref.ref(lost), id(lost)
                if age == "old":
                    gc.collect()
                del lost
                yield f"{kind}, {age}", witness() is not None and object_exists(address)
        if THREADS:
            address = _in_thread(lambda: id(_circle()))
            yield "a thread's", object_exists(address)
        yield from _found_by_a_collection()


def _lists():
    yield "empty", []
    yield "of atoms", [1, "a", None]
    yield "by a comprehension", [each for each in "abc"]
    yield "a slice", ["a", "b"][:1]
    yield "sorted", sorted("cab")
    yield "a method's", str.split("a b")
    yield "repeated", [None] * 100_000
    yield "of a subclass", _Words("ab")
    yield "the collector's own", gc.get_objects()


def a_list_is_always_tracked():
    """Make lists in many ways, with and without items, old and copied, in a thread and in a C function."""
    with _no_collector():
        kept = dict(_lists())
        for way, items in kept.items():
            yield way, gc.is_tracked(items) and _found(items) is True
        gc.collect()
        yield "after a collection", all([gc.is_tracked(items) for items in kept.values()])
        kept["of atoms"].clear()
        yield "emptied", gc.is_tracked(kept["of atoms"])
        if THREADS:
            yield "in a thread", gc.is_tracked(_in_thread(lambda: ["a"]))


def _mixed():
    """Yield objects of kinds that are tracked and of kinds that are not."""
    yield from (_Thing(), _Slim(), [], {}, {"a": 1}, {"a": []}, set(), frozenset("a"), tuple("ab"), ([],), (), object())
    yield from (1.5, 10**30, " ".join("ab"), bytearray(), range(3), slice(1), ValueError(), len, _mixed, sys, int, type)
    yield from (memoryview(b""), iter([]), map(len, []), functools.partial(len), collections.deque(), _Thing().__init__)
    yield from (type("Int", (int,), {})(), type("Str", (str,), {"__slots__": ()})(), _Pair(1, 2), weakref.ref(_Thing))
    yield from (_mixed.__code__, sys._getframe(), threading.Lock(), _Thing.__dict__, iter(()), _Thing().__dict__)


def _agree(kept):
    """Say whether exactly the tracked ones are found, and whether there are some of each."""
    ids = set(map(id, gc.get_objects()))
    tracked = list(map(gc.is_tracked, kept))
    return tracked == [id(each) in ids for each in kept] and {True, False} == set(tracked)


def the_list_has_what_is_tracked_and_not_frozen():
    """Compare the list with what each of fifty objects says of itself, before and after collections and freezing."""
    with _no_collector():
        kept = list(_mixed())
        yield "new ones", _agree(kept)
        gc.collect(0)
        yield "after a young collection", _agree(kept)
        gc.collect()
        yield "after a full one", _agree(kept)
        if THREADS:
            theirs = _in_thread(lambda: list(_mixed()))
            yield "those of a thread that has ended", _agree(theirs)
        lost = _circle()
        witness, address = weakref.ref(lost), id(lost)
        del lost
        yield "an unreachable one", object_exists(address) and gc.is_tracked(witness())
    with _no_collector(frozen=True):
        yield "frozen ones", not any([object_exists(id(each)) for each in kept]) and gc.is_tracked(kept)
        yield "what is made afterwards", _agree(list(_mixed())[:12])
    yield "unfrozen ones", _agree(kept)
    yield from _found_by_a_collection()


_TUPLES = {
    "a literal": lambda: ("".join("ab"), "".join("cd")),
    "from a list": lambda: tuple(["a", "b"]),
    "from a generator": lambda: tuple(each for each in "ab"),
    "by zip": lambda: next(zip("ab", "cd", strict=True)),
    "a slice": lambda: ("a", _Thing, "b")[::2],
    "repeated": lambda: ("a",) * 1_000,
    "an error's arguments": lambda: ValueError("a", "b").args,
    "a pair of a dictionary": lambda: next(iter({"a": "b"}.items())),
}


def a_full_collection_untracks_what_it_examines():
    """Make tuples of strings in eight ways, collect, and freeze some before that; hold what can be in a circle."""
    with _no_collector():
        kept = {way: make() for way, make in _TUPLES.items()}
        gc.collect()
        for way, words in kept.items():
            yield way, not gc.is_tracked(words)
        holding = ("a", [])
        gc.collect()
        yield "one that holds a list", gc.is_tracked(holding)
        words = _TUPLES["by zip"]()
        gc.freeze()
        before = gc.is_tracked(words)
        gc.collect()
        yield "one that is frozen stays as it is", gc.is_tracked(words) == before
        gc.unfreeze()


def it_never_leads_to_the_next_tenant():
    """Put many objects of one kind where one has died, by counting, in a circle, in a thread, saved and again."""
    kinds = {"an instance": _Thing, "a list of a subclass": _Words, "slots": _Slim, "a set": set, "an array": _array}
    kinds["a circle"] = _circle
    taken = []
    with _no_collector():
        for kind, make in kinds.items():
            for number in 1, 10_000:
                thing = make()
                witnesses = [weakref.ref(thing), weakref.ref(thing, lambda reference: None)]
                address = id(thing)
                del thing
                _collect()
                tenants = [make() for _ in range(number)]
                taken.append(address in map(id, tenants))
                yield f"{kind}, {number} later", [witness() for witness in witnesses] == [None, None]
        yield "their places were taken", any(taken) or not CPYTHON
        del tenants
        _collect()


def _array():
    return memoryview(bytearray(8))


def _accepts(thing):
    try:
        return weakref.ref(thing)() is thing
    except TypeError:
        return False


def your_classes_accept_one_if_there_is_room():
    """Make classes from nothing, from built-in types and with slots, and place a weak reference at an instance."""
    for base in object, list, dict, set, str, float, Exception, BaseException, collections.deque, io.BytesIO:
        yield f"made from {base.__name__}", _accepts(type("Made", (base,), {})())
    for base, argument in (int, 1), (tuple, "ab"), (bytes, b"ab"), (int, True):
        made = type("Made", (base,), {})(argument)
        yield f"made from {base.__name__} with {argument!r}", _accepts(made) != CPYTHON
    yield "a named tuple", _accepts(_Pair(1, 2)) != CPYTHON
    yield "a number of an enumeration", _accepts(enum.IntEnum("Number", "ONE").ONE) != CPYTHON
    yield "a dataclass", _accepts(dataclasses.make_dataclass("Made", [])())
    if sys.version_info >= (3, 11):
        made = dataclasses.make_dataclass("Made", [], slots=True, weakref_slot=True)
        yield "one with slots and weakref_slot", _accepts(made())
    yield "a dataclass with slots", _accepts(dataclasses.make_dataclass("Made", [], slots=True)()) != CPYTHON
    for slots, room in ((), False), (("a",), False), (("__weakref__",), True):
        made = type("Made", (), {"__slots__": slots})
        yield f"__slots__ = {slots}", _accepts(made()) == (room or not CPYTHON)
    inner = type("Inner", (type("Outer", (), {}),), {"__slots__": ()})
    yield "slots under a class with room", _accepts(inner())


def _changes(thing, words):
    """Do things to an instance and to a list that might move them, and name each."""
    thing.__dict__.update(dict.fromkeys(map(str, range(1_000))))
    yield "many attributes"
    words.extend(range(100_000))
    yield "a list that grows"
    thing.__class__ = type("Other", (), {})
    yield "another class"
    _collect()
    yield "a collection"
    yield f"{len([[] for _ in range(100_000)])} new objects"


def an_id_lasts_as_long_as_its_object():
    """Change, grow, collect and move objects, hand them to a thread; then let their numbers be given out again."""
    thing, words = _Thing(), _Words()
    noted = id(thing), id(words)
    for way in _changes(thing, words):
        yield way, (id(thing), id(words)) == noted
    if THREADS:
        yield "another thread", _in_thread(lambda: id(thing)) == noted[0]
    others = [_Thing() for _ in range(10_000)]
    yield "nobody else has it meanwhile", len({*noted, *map(id, others)}) == len(others) + 2
    if CPYTHON:
        for kind in _Words, _Slim, set:
            numbers = {id(kind()) for _ in range(50_000)}
            yield f"a later {kind.__name__} has it", len(numbers) < 50_000


def _saved(circle):
    """Let go of an object whose finalizer saves it; return it with two weak references to it."""
    saved = []
    thing = type("Saving", (), {"__del__": lambda self: saved.append(self)})()
    thing.me = thing if circle else None
    witnesses = weakref.ref(thing), weakref.ref(thing, lambda reference: None)
    del thing
    _collect()
    thing = saved.pop()
    return thing, [witness() for witness in witnesses]


class _Partner:
    """Looks in its finalizer at the weak reference to what it holds."""

    def __init__(self, seen):
        self.seen = seen

    def __del__(self):
        self.seen.append(self.witness() is None and type(self.me) is _Thing)


def _in_last_lines():
    """Say whether a weak reference to a generator that is dropped leads nowhere while its last lines run."""
    seen = []

    def finishing():
        try:
            yield
        finally:
            seen.append(witness() is None)

    suspended = finishing()
    next(suspended)
    witness = weakref.ref(suspended)
    del suspended
    _collect()
    return seen == [True]


def _about_to_go():
    """Yield what weak references say when an object is going, and whether it has gone afterwards."""
    seen = []
    partner, thing = _Partner(seen), _Thing()
    partner.me, thing.me = thing, partner
    witness = partner.witness = weakref.ref(thing)
    del partner, thing
    _collect()
    yield "in a partner's finalizer", seen == [sys.version_info < (3, 15)]
    yield "then it is gone", witness() is None
    yield "in a generator's last lines", _in_last_lines()


def the_witness_is_right_unless_the_object_is_saved():
    """Ask witnesses of living, frozen, lost, collected and saved objects of several kinds."""
    makers = {"an instance": _Thing, "a circle": _circle, "slots": _Slim, "a set": set, "a function": lambda: lambda: 1}
    with _no_collector():
        for kind, make in makers.items():
            thing = make()
            witness, address = weakref.ref(thing), id(thing)
            _collect()
            yield f"{kind}, alive", witness() is thing
            del thing
            yield f"{kind}, let go", witness() is None or id(witness()) == address
            _collect()
            yield f"{kind}, collected", witness() is None
        for way, circle in ("by counting", False), ("from a circle", True):
            thing, seen = _saved(circle)
            yield f"saved {way}", [each for each in seen if each is not None and each is not thing] == []
            thing.me = None
        yield "one of those is dead although its object lives", None in seen
        yield from _about_to_go()
    with contextlib.suppress(TypeError):
        weakref.ref([])
        yield "a list accepts none", False
