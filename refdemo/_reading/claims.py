"""One edge for each reference: what is still without a label, and how labels are written."""

import sys
from collections import Counter
from collections.abc import Callable
from types import MemberDescriptorType
from typing import Any, NamedTuple

from refdemo._reading.classes import by_name, mro, name_of, namespace

PYPY = sys.implementation.name == "pypy"
_ATOMIC = (str, int, float, complex, bool, bytes, type(None))
_LONGEST_KEY = 60
OWN_DICT = ".__dict__"
"""The label of the reference to the dict that an object's attributes are kept in."""


class Edge(NamedTuple):
    """One reference of an object.

    >>> Edge("[0]", "milk").label
    '[0]'
    """

    label: str
    """Text to append to the owner's name: ".name", "['key']", "[0]", " key 'k'", " member", " local x"."""
    referent: object
    """What it refers to."""


class Claims:
    """The references that the collector reported: each is claimed by one label."""

    def __init__(self, referents: list[object], through_dict: bool) -> None:
        self.referents = referents
        self.through_dict = through_dict
        self.left = Counter(map(id, referents))
        self.edges: list[Edge] = []
        self.layout_known = True
        """Whether memory told what attributes are kept in the object itself."""

    def claim(self, label: str, referent: object, sure: bool = False) -> None:
        """Add an edge if a reference to that very object is left, or `sure` says that there is one anyway."""
        if self.take(referent) or sure:
            self.edges.append(Edge(label, referent))

    def replace(self, obj: object, own: dict[Any, object]) -> None:
        """Claims an object's own `__dict__`, and adds the edges out of it, unless the dict itself is to be one."""
        if not self.through_dict:
            self.claim(OWN_DICT, own)
            return
        self.take(own)
        for key, value in retry_while_resizing(lambda: list(dict.items(own))):
            self.edges.append(Edge(attribute(obj, key), value))
            if PYPY:  # reports the values beside the dict
                self.take(value)
            if type(key) is not str:
                self.edges.append(Edge(f".__dict__ key {in_words(key)}", key))

    def unclaimed(self) -> list[object]:
        """Return what is left, in the order reported; of references to one object the last ones."""
        left, found = self.left.copy(), []
        for referent in reversed(self.referents):
            if left[id(referent)] > 0:
                left[id(referent)] -= 1
                found.append(referent)
        return found[::-1]

    def take(self, referent: object) -> bool:
        count = self.left[id(referent)]
        if count > 1:
            self.left[id(referent)] = count - 1
        else:
            del self.left[id(referent)]
        return count > 0


def retry_while_resizing(read: Callable[[], list[Any]]) -> list[Any]:
    """Return what `read` gives, tried again when another thread has changed the container's size meanwhile."""
    while True:
        try:
            return read()
        except RecursionError:
            raise
        except RuntimeError:
            continue


def in_words(key: Any) -> str:
    """Return a key in words: written out only if its type is built in and has no parts, so that nobody's code runs."""
    kind = type(key)
    # A metaclass can define how its classes compare, so `in` would not do.
    if kind is not str and not any(kind is each for each in _ATOMIC):
        return f"<{name_of(kind)}>"
    if kind is int and key.bit_length() > 4 * _LONGEST_KEY:  # repr refuses the longest
        return "<int>"
    text = repr(key)
    return text if len(text) <= _LONGEST_KEY else f"{text[: _LONGEST_KEY - 1]}…"


def _of_class(obj: object, name: str) -> type | None:
    """Return the type of what an object's class has under a name; None where it has nothing."""
    return next((type(namespace(cls)[name]) for cls in mro(type(obj)) if name in namespace(cls)), None)


def _defines(kind: type | None, *names: str) -> bool:
    return kind is not None and any(name in namespace(cls) for cls in mro(kind) for name in names)


def attribute(obj: object, key: object) -> str:
    """Return the label of an item of an object's own `__dict__`: no attribute where the class overrides it."""
    if type(key) is str and not _defines(_of_class(obj, key), "__set__", "__delete__"):
        return f".{key}"
    return f".__dict__[{in_words(key)}]"


def shows(obj: object, name: str, value: object) -> bool | None:
    """Whether `value` is seen as an attribute; None where that cannot be asked, as a descriptor would run."""
    if _defines(_of_class(obj, name), "__get__"):
        return None
    try:
        return object.__getattribute__(obj, name) is value
    except AttributeError:
        return False


def is_stored(obj: object, name: str) -> bool:
    """Whether asking the instances of a type for an attribute by `object.__getattribute__` runs nobody's code."""
    kind = _of_class(obj, name)
    return kind is MemberDescriptorType or not _defines(kind, "__get__")


def seen_as_attributes(obj: object, candidate: dict[Any, object]) -> int:
    """How many items of a dict are seen as attributes of `obj`; -1 if one is not, so that it is not its `__dict__`."""
    if by_name(candidate) is not candidate:  # to ask for an attribute can compare its name with keys of the user's
        return 0
    pairs = retry_while_resizing(lambda: list(dict.items(candidate)))
    shown = [shows(obj, key, value) for key, value in pairs]
    return -1 if False in shown else shown.count(True)
