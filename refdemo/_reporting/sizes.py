"""How much memory new objects account for, where that can be told without asking them."""

from __future__ import annotations

import gc
from itertools import islice
from typing import Any

from refdemo._reading.classes import is_heap_type
from refdemo._reporting.moment import types_of
from refdemo._searching.lengths import KINDS
from refdemo._searching.worklist import WorkList

_SMALL = 200
"""Bytes of an object of a built-in type that is no container, roughly."""
_POINTER = 8
_SAMPLE = 50
_WHOLE = (bytes, str, int, float, bool, complex, type(None))
# Of types of which an instance is all that it has, their own method that tells how much; by their ids.
_SIZES: dict[int, Any] = {id(kind): kind.__sizeof__ for kind in _WHOLE if hasattr(kind, "__sizeof__")}  # not on PyPy


def of_types(objects: list[object], rises: dict[int, int]) -> int | None:
    """Return how many bytes so many more objects of each type are; None if instances of one may own memory."""
    types = types_of(objects)
    if any(is_heap_type(types[at]) or issubclass(types[at], KINDS) for at in rises):
        return None
    return sum(rises.values()) * _SMALL


def of_an_item(container: WorkList) -> int | None:
    """Return how many bytes an item of a container has, by some of them; None if that is not known of one."""
    total = number = 0
    for item in islice(gc.get_referents(*container), _SAMPLE):
        size = _SIZES.get(id(type(item)))
        if size is None:
            return None
        total, number = total + size(item), number + 1
    return _POINTER + total // max(number, 1) * (2 if issubclass(type(container[0]), dict) else 1)
