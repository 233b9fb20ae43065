"""Attacks on the sentences of tutorial/weak-references."""

import collections
import dataclasses
import enum
import fractions
import functools
import gc
import sys
import threading
import types
import weakref

_CPYTHON = sys.implementation.name == "cpython"
_BROWSER = sys.platform == "emscripten"


class _Thing:
    pass


class _Roomy:
    __slots__ = ("__weakref__", "it", "me")


class _Sub(list):
    __hash__ = object.__hash__


class _Error(Exception):
    pass


def _generator():
    yield


def _function():
    def inner():
        return None

    return inner


_KINDS = {"instance": _Thing, "slots": _Roomy, "list": _Sub, "exception": _Error}
_KINDS |= {"generator": _generator, "function": _function, "frozenset": lambda: frozenset([1])}


def _collect():
    for _ in range(1 if _CPYTHON else 4):
        gc.collect()


def _circular(kind):
    obj = kind()
    obj.me = obj
    return obj


def objects_go_as_if_weak_references_were_not_there():
    """Lead weakly to objects of several kinds, in several ways, and let go of their last reference."""
    for kind, make in _KINDS.items():
        obj = make()
        reference, proxy = weakref.ref(obj), weakref.proxy(obj)
        weakref.finalize(obj, len, "")
        kept = weakref.WeakSet([obj]), weakref.WeakValueDictionary({1: obj})
        alive = reference() is obj
        del obj
        _collect()
        yield kind, alive and reference() is None and len(kept[0]) == len(kept[1]) == 0
        try:
            proxy.anything
            yield f"{kind}, proxy", False
        except ReferenceError:
            yield f"{kind}, proxy", True
    circle = _circular(_Thing)
    reference = weakref.ref(circle)
    del circle
    _collect()
    yield "a circle", reference() is None
    yield from _held_by_a_callback()


def _held_by_a_callback():
    thing = _Thing()
    witness, telling = weakref.ref(thing), weakref.ref(thing, functools.partial(_ignored, thing))
    del thing
    _collect()
    yield "its callback holds it", witness() is not None
    del telling
    _collect()
    yield "until the weak reference goes", witness() is None


def what_the_result_holds_stays():
    """Hold the result of a weak reference while everything else lets go, collects or clears."""
    for kind, make in {"alone": _Thing, "in a circle": lambda: _circular(_Thing), "a set": set}.items():
        everything = [make()]
        reference = weakref.ref(everything[0])
        result = reference()
        everything.clear()
        _collect()
        yield kind, reference() is result
        if not _BROWSER:
            thread = threading.Thread(target=_collect)
            thread.start()
            thread.join()
            yield f"{kind}, collected by a thread", reference() is result
        del result
        _collect()
        yield f"{kind}, until it is let go", reference() is None


def _told(make, count, register=weakref.ref):
    said = []
    thing = make()
    references = [register(thing, lambda *_, number=number: said.append(number)) for number in range(count)]
    del thing
    _collect()
    del references
    return said


def the_last_registered_is_told_first():
    """Register two and many callbacks, of several kinds of weak reference, on objects alone and in circles."""
    for count in 2, 100:
        backwards = [*range(count)][::-1]
        for kind, make in {"instance": _Thing, "set": set, "exception": _Error}.items():
            yield f"{count} on one {kind}", _told(make, count) == backwards
        yield f"{count} finalizers", _told(_Thing, count, weakref.finalize) == backwards
        yield f"{count} proxies", _told(_Thing, count, weakref.proxy) == backwards
        yield f"{count} on a circle", _told(lambda: _circular(_Thing), count) == backwards


class _Child:
    def __init__(self, parent, callback):
        self.parent = weakref.ref(parent, callback(self))

    def orphaned(self, reference):
        pass


def _ignored(*_):
    pass


def a_callback_may_close_another_circle():
    """Give a child's weak reference to its parent callbacks that hold the child, and callbacks that do not."""
    ways = {
        "a bound method": (lambda child: child.orphaned, True),
        "a lambda over the child": (lambda child: lambda reference: child, True),
        "a partial": (lambda child: functools.partial(_ignored, child), True),
        "a function": (lambda child: _ignored, False),
        "a weak method": (lambda child: weakref.WeakMethod(child.orphaned), False),
        "no callback": (lambda child: None, False),
    }
    gc.disable()
    for way, (callback, stays) in ways.items():
        parent = _Thing()
        child = _Child(parent, callback)
        witness = weakref.ref(child)
        del child
        yield way, (witness() is not None) == stays
        gc.collect()
        yield f"{way}, collected", witness() is None
        parent.child = _Child(parent, callback)
        witnesses = weakref.ref(parent), weakref.ref(parent.child)
        del parent
        yield f"{way}, with its parent", [witness() for witness in witnesses] == [None, None]
    gc.enable()


def no_room_in_list_dict_int_float_and_str():
    """Try these types, empty, long, shared and made at run time; and, to compare, others of their kind."""
    things = [[], [1] * 1_000, {}, {1: 2}, 1, 10**50, True, 1.5, 1j, "", "text", "".join(["a", "b"]), "ж" * 99]
    things += [*map(list, ["ab"]), dict.fromkeys("ab"), int("5"), vars(_Thing()), list[int]([1])]
    for thing in things:
        yield f"{type(thing).__name__} {thing!r:.20}", not _possible(thing)
    yield "another kind of dictionary", _possible(collections.OrderedDict())
    yield "another kind of list", _possible(collections.deque())
    yield "another kind of number", _possible(fractions.Fraction(1)) != _CPYTHON


def _possible(thing):
    try:
        weakref.ref(thing)
        return True
    except TypeError:
        return False


def room_in_instances_without_slots():
    """Make weak references to instances of classes with and without slots, written and made."""
    fields = {"__annotations__": {"a": int}, "__module__": __name__}
    plain = dataclasses.dataclass(type("Plain", (), dict(fields)))
    without = {
        "plain": _Thing,
        "a data class": lambda: plain(1),
        "derived from a class with slots": type("D", (_Slotted,), {}),
    }
    without |= {"an enumeration": lambda: enum.Enum("Colour", "red").red, "an error": _Error, "a list": _Sub}
    for way, make in without.items():
        yield way, _possible(make())
    slotted = dataclasses.dataclass(slots=True)(type("Slotted", (), dict(fields)))
    yield "a data class with slots", "__slots__" in vars(slotted) and not (_CPYTHON and _possible(slotted(1)))


class _Slotted:
    __slots__ = ("a",)


def no_room_in_subclasses_of_int_bytes_and_tuple():
    """Derive from these and from other types, with and without slots, once and twice."""
    for base in int, bytes, tuple, collections.namedtuple("Pair", "a"):
        made = type("Derived", (base,), {})
        again = type("Again", (made,), {})
        arguments = [1] if base not in (bytes, tuple) else []
        yield f"{base.__name__}, derived", not _possible(made(*arguments))
        yield f"{base.__name__}, derived twice", not _possible(again(*arguments))
    for base in str, float, complex, list, dict, set, frozenset, bytearray, ValueError, fractions.Fraction:
        yield f"{base.__name__}, derived", _possible(type("Derived", (base,), {})())


def not_counted_and_none_in_the_end():
    """Count the references of objects before and after, and call the weak reference when they are gone."""
    for kind, make in _KINDS.items():
        obj = make()
        before = sys.getrefcount(obj) if _CPYTHON else 0
        references = [weakref.ref(obj), weakref.ref(obj, len), weakref.proxy(obj), weakref.WeakSet([obj])]
        after = sys.getrefcount(obj) if _CPYTHON else 0
        del references[1:]
        del obj
        _collect()
        yield kind, before == after and references[0]() is None


def then_no_circle_needs_the_collector():
    """Refer to a parent in several weak ways, with the collector off, and let it go."""
    ways = {
        "a weak reference": weakref.ref,
        "a proxy": weakref.proxy,
        "a weak set": lambda parent: weakref.WeakSet([parent]),
        "a weak dictionary": lambda parent: weakref.WeakValueDictionary({"parent": parent}),
        "a weak method": lambda parent: weakref.WeakMethod(types.MethodType(print, parent)),
        "a function over a weak reference": lambda parent: (lambda reference: lambda: reference())(weakref.ref(parent)),
    }
    gc.disable()
    for way, weakly in ways.items():
        for children in 1, 1_000:
            parent = _Thing()
            parent.children = [_Roomy() for _ in range(children)]
            for child in parent.children:
                child.it = weakly(parent)
            witnesses = weakref.ref(parent), weakref.ref(child)
            del child, parent
            yield f"{way}, {children}", [witness() for witness in witnesses] == [None, None]
    gc.enable()


def only_a_kept_weak_reference_tells():
    """Keep weak references inside and outside of what goes, and not at all."""
    told = []

    def let_go(make, keep):
        told.clear()
        thing = make()
        kept = keep(thing, weakref.ref(thing, lambda reference: told.append("told")))
        del thing
        _collect()
        del kept
        return told == ["told"]

    for name, make in {"alone": _Thing, "in a circle": lambda: _circular(_Thing)}.items():
        yield f"kept, {name}", let_go(make, lambda thing, reference: reference)
        yield f"kept in a dictionary, {name}", let_go(make, lambda thing, reference: {1: [reference]})
        yield f"not kept, {name}", not let_go(make, lambda thing, reference: None)
    yield "kept by the circle", not let_go(lambda: _circular(_Thing), lambda thing, own: setattr(thing, "own", own))
    yield (
        "kept by another lost circle",
        not let_go(lambda: _circular(_Thing), lambda thing, own: setattr(_join(thing, _Thing()), "own", own)),
    )


def _join(one, other):
    one.other, other.other = other, one
    return other


class _Bell:
    def ring(self):
        return "ding"

    @classmethod
    def of_class(cls):
        return "dong"


class _LoudBell(_Bell):
    def ring(self):
        return super().ring() + "!"


def a_weak_method_lives_as_long_as_object_and_function():
    """Refer weakly to methods of several kinds, in both ways, while their object lives and afterwards."""
    for kind in _Bell, _LoudBell:
        bell = kind()
        plain, method = weakref.ref(bell.ring), weakref.WeakMethod(bell.ring)
        _collect()
        yield f"{kind.__name__}, while it lives", plain() is None and method()() == bell.ring()
        del bell
        _collect()
        yield f"{kind.__name__}, afterwards", method() is None
    of_class = weakref.WeakMethod(_Bell.of_class)
    _collect()
    yield "a class method", of_class()() == "dong"
    bell = _Bell()
    bell.ring = types.MethodType(_Bell.ring, bell)
    kept = weakref.WeakMethod(bell.ring)
    del bell
    _collect()
    yield "a method that its object keeps", kept() is None
    bell = _Bell()
    of_no_class = weakref.WeakMethod(types.MethodType(lambda self: "dong", bell))
    _collect()
    yield "a function that nobody keeps", of_no_class() is None


def weak_containers_keep_nothing():
    """Put objects of several kinds into each weak container, and nowhere else."""
    containers = {
        "values": (weakref.WeakValueDictionary, lambda container, obj: container.__setitem__("key", obj)),
        "keys": (weakref.WeakKeyDictionary, lambda container, obj: container.__setitem__(obj, "value")),
        "set": (weakref.WeakSet, lambda container, obj: container.add(obj)),
    }
    for name, (make_container, put) in containers.items():
        for kind in "instance", "slots", "exception", "generator", "function":
            container = make_container()
            obj = _KINDS[kind]()
            put(container, obj)
            there = len(container)
            del obj
            _collect()
            yield f"{name}, {kind}", (there, len(container)) == (1, 0)
