"""What a process has at one moment: its memory, how many objects of each type, and how long its containers are."""

from __future__ import annotations

import gc
import sys
from array import array
from collections import _count_elements  # type: ignore[attr-defined]
from collections.abc import Iterator
from itertools import islice
from time import monotonic
from types import ModuleType

from refdemo._reading.classes import full_name, is_a, module_dict, module_of
from refdemo._reporting.process import Memory, memory
from refdemo._searching.lengths import containers

SHORT = 16
"""A container with fewer items is not remembered."""
_MOST = 200_000  # containers


class Moment:
    """What a look at the process has found, in numbers: it holds no object."""

    __slots__ = ("builtin", "garbage", "ids", "lengths", "memory", "names", "numbers", "tracked", "when")

    def __init__(self, when: float, memory: Memory, objects: list[object]) -> None:
        self.when = when
        self.memory = memory
        self.tracked = len(objects)
        self.garbage: int | None = None
        """How many of the objects wait for the collector, where all could be examined."""
        self.ids = array("Q", map(id, objects))
        self.numbers: dict[int, int] = {}
        """How many objects each type has, by the type's id: a metaclass can define what equality and hashes are."""
        _count_elements(self.numbers, map(id, map(type, objects)))
        types = types_of(objects)
        self.names = {at: full_name(cls) for at, cls in types.items()}
        self.builtin = frozenset(at for at, cls in types.items() if module_of(cls) == "builtins")
        self.lengths: dict[int, int] = {}
        """How long each container was that is not short, by its id; of the first moment only."""

    def measure(self, objects: list[object]) -> None:
        """Remember how long containers are."""
        for obj, length in islice(long_containers(objects), _MOST):
            self.lengths[id(obj)] = length

    def own(self) -> tuple[object, ...]:
        """Return the tracked objects that keep this moment."""
        return self, self.ids, self.numbers, self.names, self.builtin, self.lengths, self.memory


def look() -> tuple[Moment, list[object]]:
    """Return what the process has now, and all tracked objects: a list that is none of them."""
    when, has = monotonic(), memory()  # before a list of all objects is part of it
    objects = gc.get_objects()
    return Moment(when, has, objects), objects


def long_containers(objects: list[object]) -> Iterator[tuple[object, int]]:
    """Yield each container that is not short, with its length.

    Where `gc.freeze()` has put objects aside, or a free-threaded 3.13 lists no namespace of a module, the modules'
    containers are found by their names.
    """
    modules = [module for module in list(sys.modules.values()) if is_a(module, ModuleType)]
    spaces: list[object] = [module_dict(module) for module in modules]
    unlisted = gc.get_freeze_count() or not all(map(gc.is_tracked, spaces))
    return containers([*objects, *spaces, *gc.get_referents(*spaces)] if unlisted else objects, SHORT)


def types_of(objects: list[object]) -> dict[int, type]:
    """Return the types of some objects by their ids."""
    return dict(zip(map(id, map(type, objects)), map(type, objects), strict=True))
