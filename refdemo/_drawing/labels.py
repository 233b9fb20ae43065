"""What a picture calls an object, and how it knows one again that it has named before.

Nothing here runs a program's code: names are read by the types' own descriptors, and only values of built-in types are
asked for their repr.
"""

import weakref
from collections.abc import Callable
from types import BuiltinFunctionType, CodeType, FrameType, FunctionType, ModuleType
from typing import Any, NamedTuple

from refdemo._reading.classes import module_namespace, name_of, text

_LONGEST = 30
_ATOMIC = (int, float, complex, bool, type(None), type(...), type(NotImplemented))

_referent: Callable[[Any], object] = weakref.ref.__call__


def value(obj: Any) -> str | None:
    """Return an atomic value as a program writes it, shortened; None for everything that is no such value.

    >>> value("milk"), value("milk and honey and bread and butter"), value(2**1000), value([])
    ("'milk'", "'milk and honey and bread and…'", 'int of 1001 bits', None)
    """
    kind = type(obj)
    if kind is str or kind is bytes:
        words = repr(obj[: _LONGEST - 2])
        return repr(obj) if len(obj) <= _LONGEST else f"{words[:-1]}…{words[-1]}"
    if kind is int and obj.bit_length() > 128:
        return f"int of {obj.bit_length()} bits"  # from 4300 digits on, repr refuses
    # By identity: a metaclass can define what equality means.
    atomic = any(kind is each for each in _ATOMIC) or (kind is tuple and not obj)
    return repr(obj) if atomic else None


def definition(obj: Any) -> str | None:
    """Return the words for what belongs to a program more than to its data, and leads to nearly everything in it.

    >>> definition(value), definition(weakref), definition(dict), definition({})
    ('function value', 'module weakref', 'class dict', None)
    """
    kind = type(obj)
    if issubclass(kind, type):
        return f"class {name_of(obj)}"
    if issubclass(kind, ModuleType):
        return f"module {text(module_namespace(obj).get('__name__'))}".rstrip()
    if issubclass(kind, FunctionType) or (kind is BuiltinFunctionType and type(obj.__self__) is ModuleType):
        return f"function {text(obj.__name__)}"
    if issubclass(kind, CodeType):
        return f"code {text(obj.co_name)}"
    return f"frame {text(obj.f_code.co_name)}" if issubclass(kind, FrameType) else None


def type_name(obj: object) -> str:
    """Return the last part of a type's name; CPython's own name for `weakref.ref` has changed."""
    return "weakref" if type(obj) is weakref.ref else name_of(type(obj))


def is_weak(obj: object) -> bool:
    """Whether an object is a weak reference. (A proxy passes everything on, also the question where it leads.)"""
    return issubclass(type(obj), weakref.ref)


def weak_referent(obj: object) -> object:
    """Return what a weak reference leads to, None once that is gone."""
    return _referent(obj)


class _Sight(weakref.ref[Any]):
    """A weak reference of our own: asked plainly, `weakref.ref` would give, and we would hold, one of the program's."""

    __slots__ = ()


class Seen(NamedTuple):
    """What is remembered of an object."""

    sight: _Sight | None
    title: str
    key: str
    label: str

    def is_of(self, obj: object, title: str) -> bool:
        return self.title == title if self.sight is None else self.sight() is obj


class Labels:
    """The node names and numbers given so far, and to which objects. It keeps none of them alive."""

    def __init__(self) -> None:
        self._keys: dict[tuple[str, ...], str] = {}
        self._taken: set[str] = set()
        self._numbers: dict[str, int] = {}
        self._seen: dict[int, Seen] = {}

    def key(self, *place: str) -> str:
        """Return the node name for a place in the pictures, the same each time and unlike every other's."""
        if place not in self._keys:
            key = "".join(place)
            while key in self._taken:
                key += "_"
            self._taken.add(key)
            self._keys[place] = key
        return self._keys[place]

    def seen(self, obj: object, title: str) -> Seen | None:
        """Return what is remembered of an object, if it is certain, or as good as, that it is the same."""
        seen = self._seen.get(id(obj))
        return seen if seen is not None and seen.is_of(obj, title) else None

    def next_number(self, title: str) -> int:
        self._numbers[title] = self._numbers.get(title, 0) + 1
        return self._numbers[title]

    def numbered(self, title: str, number: int) -> str:
        """Return a label for the object that got this number; the number is left out while there is only one."""
        return f"{title} #{number}" if self._numbers[title] > 1 else title

    def forget(self) -> tuple[list[str], list[str]]:
        """Forget what has died, and what could die without our noticing.

        Return the keys of what is alive and has been seen, and the labels of what has died since it was last seen.
        """
        sights = [(at, seen, seen.sight() is not None) for at, seen in self._seen.items() if seen.sight]
        self._seen = {at: seen for at, seen, alive in sights if alive}
        return [seen.key for _, seen, alive in sights if alive], [seen.label for _, seen, alive in sights if not alive]

    def remember(self, obj: object, title: str, key: str, label: str) -> None:
        try:
            sight = _Sight(obj)
        except TypeError:  # a list, a dict, a tuple, … allows no weak reference
            sight = None
        self._seen[id(obj)] = Seen(sight, title, key, label)
