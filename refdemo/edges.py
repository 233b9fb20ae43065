"""What an object refers to, each reference with a label: what the graph and the search for holders have in common."""

import collections
import gc
import types
from collections.abc import Iterable, Iterator
from itertools import repeat
from typing import Any

from refdemo._reading.claims import PYPY, Claims, Edge, in_words, retry_while_resizing
from refdemo._reading.classes import is_heap_type, mro, namespace
from refdemo._reading.fields import FRAMES_APART, HELD_INSIDE, in_order, members, shown
from refdemo._reading.instances import claim_attributes, claim_namespace, claim_own_dict, dict_shown
from refdemo._reading.names import Unreadable, variables
from refdemo._reading.referents import referents
from refdemo._reading.unreported import of_array

__all__ = ["Edge", "edges"]

_PLAIN = (list, tuple, dict, set, frozenset)
_CONTAINERS = (*_PLAIN, collections.deque)
_WITH_VARIABLES = {
    types.FrameType: "f_code",
    types.GeneratorType: "gi_code",
    types.CoroutineType: "cr_code",
    types.AsyncGeneratorType: "ag_code",
}


def edges(obj: Any) -> list[Edge]:
    """Return what an object refers to, directly and strongly, each reference with a label.

    One edge for each reference that `gc.get_referents` reports, but that an object's own `__dict__` is replaced by the
    edges out of it: `.b` starts at the instance, wherever its attributes are kept. Nothing is changed and no code of
    the object's is run: no `__dict__` is made (except on PyPy, which does not say otherwise what an attribute is
    called), no property, `__getattr__`, `__repr__`, `__eq__` or `__hash__` called. A key is written out where it is of
    a built-in type without parts. What no name is known for is labelled " (held inside)".

    What the collector is not told, it does not report: a code object's constants, the variables of a function that
    runs. PyPy reports no ints that a container stores unboxed. Source: `gc.get_referents`.

    >>> edges({"a": [1]})
    [Edge(label="['a']", referent=[1])]
    """
    return _labelled(obj, through_dict=True)


def direct_edges(obj: Any) -> list[Edge]:
    """Label what an object refers to itself: its own `__dict__` is one edge, and what that holds is not the object's.

    One edge for each reference that `gc.get_referents` reports, so that the edges of all objects to one add up.

    >>> direct_edges({"a": [1]})
    [Edge(label="['a']", referent=[1])]
    """
    return _labelled(obj, through_dict=PYPY)  # which reports what the dict holds beside it


def item_labels(obj: Any, item: object) -> list[str]:
    """Return the labels of the references of a list or a tuple, and of no subclass, to one object."""
    reported = referents(obj)
    if not _is_filled(obj, type(obj), reported):
        return [" item" for each in reported if each is item]
    return [f"[{place}]" for place, each in enumerate(obj[:]) if each is item]


def _labelled(obj: Any, *, through_dict: bool) -> list[Edge]:
    reported = referents(obj)
    if any(type(obj) is plain for plain in _PLAIN):
        # Half the time of calling Edge, which counts where there are a million.
        return list(map(tuple.__new__, repeat(Edge), _items(obj, reported)))
    own = dict_shown(obj)
    claims = Claims(reported, through_dict)
    if own is not None:
        claims.replace(obj, own)
    elif issubclass(type(obj), type):
        claim_namespace(obj, claims)
    items = list(_items(obj, reported))
    if claims.left and own is None and not issubclass(type(obj), type):
        claim_attributes(obj, claims, (type(obj), *(value for _, value in items)))
    for label, value in items:
        claims.claim(label, value, sure=not label.startswith(" key "))
    for label, value in of_array(obj):
        claims.claim(label, value, sure=True)
    if claims.left:
        _claim_fields(obj, claims)
        _claim_variables(obj, claims)
        if own is None:
            claim_own_dict(obj, claims)
        claims.claim(".__class__", type(obj))
        _claim_the_rest(obj, claims)
    return claims.edges


def _items(obj: Any, reported: list[object]) -> Iterator[tuple[str, object]]:
    """Return what a container holds, read as its built-in base does it: a subclass may do anything."""
    bases = [base for base in _CONTAINERS if issubclass(type(obj), base)]
    if not bases:
        return iter(())
    base = bases[0]
    if base is dict:
        return _pairs(obj)
    if base is list or base is tuple:
        if not _is_filled(obj, base, reported):
            # C code is filling it: no item may be asked for by its place.
            return ((" item", item) for item in reported if type(obj) is base)
        items = base.__getitem__(obj, slice(None))
    else:
        items = retry_while_resizing(lambda: list(base.__iter__(obj)))
    if base is set or base is frozenset:
        return ((" member", item) for item in items)
    if base is tuple:
        labels = _field_names(obj, len(items))
        return zip(labels, items, strict=True)
    return ((f"[{place}]", item) for place, item in enumerate(items))


def _is_filled(obj: Any, base: Any, reported: list[object]) -> bool:
    """Whether every place of a list or tuple holds an object, so that reading it cannot crash.

    What C code makes by PyList_New or PyTuple_New can be seen while places are still empty, and some lists stay so
    (that of the open elements of an XMLPullParser). The collector passes over empty places. Only a tuple's subclass
    reports more than its items: its type, after its dict if it has one, and before the items.
    """
    if PYPY or (base is list and type(obj) is not list):
        return True
    length: int = base.__len__(obj)
    for cls in mro(type(obj)):
        if type(namespace(cls).get("n_fields")) is int:  # a struct sequence has more fields than it counts
            length = namespace(cls)["n_fields"]
            break
    if is_heap_type(type(obj)):
        before = next((place for place, each in enumerate(reported[:2], 1) if each is type(obj)), 0)
        return len(reported) == before + length
    return len(reported) == length


def _field_names(obj: object, length: int) -> Iterable[str]:
    """Labels for the items of a tuple: the fields of a named tuple."""
    if type(obj) is not tuple:
        for cls in mro(type(obj)):
            names = namespace(cls).get("_fields")
            if "n_fields" in namespace(cls):  # a struct sequence: time.struct_time
                names = tuple(members(cls))
                names = names[:length] if len(names) == namespace(cls)["n_fields"] else ()
            if type(names) is tuple and len(names) == length and all(type(name) is str for name in names):
                return [f".{name}" for name in names]
    return [f"[{place}]" for place in range(length)]


def _pairs(obj: dict[Any, object]) -> Iterator[tuple[str, object]]:
    # An iterator, as PyPy asks what is made a list for its length, and a view for that of the user's class.
    pairs = retry_while_resizing(lambda: list(iter(dict.items(obj))))
    for key, value in pairs:
        yield f"[{in_words(key)}]", value
    # The collector passes over keys where all are str. PyPy reports a str that it makes for the asking.
    if len(gc.get_referents(obj)) > len(pairs):
        for key, _ in pairs:
            if not (PYPY and type(key) is str):
                yield f" key {in_words(key)}", key


def _claim_fields(obj: object, claims: Claims) -> None:
    empty, named = [], {edge.label for edge in claims.edges}
    for name, value in shown(obj):
        # None may stand for an empty place.
        if value is None and name != "__doc__":
            empty.append(name)
        elif name != "__dict__" and f".{name}" not in named:
            claims.claim(f".{name}", value)
    if claims.left[id(None)] >= len(empty):
        for name in empty:
            claims.claim(f".{name}", None)


def _claim_variables(obj: object, claims: Claims) -> None:
    kind = type(obj)
    shows_code = next((name for cls, name in _WITH_VARIABLES.items() if cls is kind), None)
    if shows_code is None:
        return
    code = namespace(kind)[shows_code].__get__(obj)
    try:
        found = variables(obj, code, claims.referents)
    except Unreadable:
        return
    for label, value in found:
        claims.claim(label, value)
    for referent in claims.unclaimed():
        if type(referent) is types.FunctionType and referent.__code__ is code:
            claims.claim(" function", referent)
        elif type(referent) is types.FrameType and kind is types.FrameType and not FRAMES_APART:
            claims.claim(".f_back", referent)
        elif issubclass(type(referent), BaseException):
            claims.claim(" handled exception or temporary value", referent)
        else:
            claims.claim(" temporary value", referent)


def _claim_the_rest(obj: object, claims: Claims) -> None:
    if type(obj) is types.FunctionType and type(obj.__code__) is types.CodeType:
        for name, cell in zip(obj.__code__.co_freevars, obj.__closure__ or (), strict=True):
            claims.claim(f" closure {name}", cell)  # PyPy has them without the tuple
    # PyPy makes a str for each key that is asked for: no object holds it.
    rest = [each for each in claims.unclaimed() if not (PYPY and issubclass(type(obj), dict) and type(each) is str)]
    names = in_order(obj, rest) or [HELD_INSIDE] * len(rest)
    for name, referent in zip(names, rest, strict=True):
        if type(obj) is types.FunctionType and (type(referent) is dict or type(referent) is tuple):
            name = "annotations"
        claims.claim(name if name.startswith("[") else f" {name}", referent)
