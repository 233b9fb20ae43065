"""Counting the instances of one class among what the collector lists."""

from __future__ import annotations

import gc
import sys

from refdemo._searching.undisturbed import with_collector_off

TYPE_CHECKING = False  # growth() loads this, and typing makes PyPy's heap a third larger
if TYPE_CHECKING:
    from collections.abc import Callable

_HAVE_GC = 1 << 14  # Py_TPFLAGS_HAVE_GC of Include/object.h; PyPy sets no such flag, and lists whatever it can reach
_flags: Callable[[type], int] = type.__dict__["__flags__"].__get__


def can_be_tracked(of: type) -> bool:
    """Whether the collector ever tracks instances of a class itself; every instance that it tracks is an `object`."""
    return sys.implementation.name != "cpython" or of is object or bool(_flags(of) & _HAVE_GC)


def count(of: type, collect: bool) -> int:
    """How many instances of a class, or of a subclass, the collector lists; after a collection if `collect` says so."""
    if collect:
        gc.collect()
    return with_collector_off(lambda: _listed(of))


def class_and_subclasses(of: type) -> set[int]:
    """Return the ids of a class and of all classes below it: a metaclass can define what equality and hashes are."""
    wanted: set[int] = set()
    found = [of]
    while found:
        kind = found.pop()
        if id(kind) not in wanted:
            wanted.add(id(kind))
            found += type.__subclasses__(kind)
    return wanted


def _listed(of: type) -> int:
    wanted = class_and_subclasses(of)
    # A plain loop, which makes nothing that would be counted, and which PyPy compiles better than map and sum.
    number = 0
    if len(wanted) == 1:  # as most often: twice as fast, for no id becomes an int
        for obj in gc.get_objects():
            if type(obj) is of:
                number += 1
    else:
        for obj in gc.get_objects():
            if id(type(obj)) in wanted:
                number += 1
    return number
