"""`gc.get_referents`, but for the one object that must not be asked."""

import gc
import sys
from collections import _count_elements  # type: ignore[attr-defined]
from collections.abc import Sequence
from itertools import chain, repeat

from refdemo._reading.classes import module_dict

# Repaired in 3.12.6; no 3.13 was released with it.
_SHOWN = (3, 12) <= sys.version_info < (3, 12, 6)


def _shows_freed_objects() -> object:
    """Return the module whose referents cannot be had: freed objects are among them, and the heap is corrupted then.

    That is gh-122695. None where there is no such module.
    """
    return sys.modules.get("_asyncio") if _SHOWN else None


def referents(obj: object) -> list[object]:
    """Return what `gc.get_referents` reports of an object; of a module that shows freed objects its namespace alone."""
    return [module_dict(obj)] if obj is not None and obj is _shows_freed_objects() else gc.get_referents(obj)


def referents_of_all(objects: list[object]) -> list[object]:
    """Return what `gc.get_referents` reports of some objects together, without what shows freed objects."""
    left_out = _shows_freed_objects()
    if left_out is None:
        return gc.get_referents(*objects)
    return gc.get_referents(*(each for each in objects if each is not left_out))


class Snapshot:
    """The referents of many objects at one moment.

    A free-threaded build stops every thread for each call of `gc.get_referents`, so it is called once. The end of what
    each object refers to is marked by what a list of our own refers to, which follows it.
    """

    __slots__ = ("_ends", "_ids", "_places", "_referents")

    def __init__(self, objects: Sequence[object]) -> None:
        mark = [object()]
        self._referents = gc.get_referents(*chain.from_iterable(zip(objects, repeat(mark), strict=False)))
        self._ids = list(map(id, self._referents))
        at_end = id(mark[0])
        self._ends = [place for place, address in enumerate(self._ids) if address == at_end]
        self._places = dict(zip(map(id, objects), range(len(objects)), strict=True))

    def of(self, obj: object) -> list[object]:
        """Return what one of the objects refers to."""
        place = self._places[id(obj)]
        return self._referents[self._ends[place - 1] + 1 if place else 0 : self._ends[place]]

    def counts(self) -> dict[int, int]:
        """Return how many references the objects have to each object, by its id."""
        counted: dict[int, int] = {}
        _count_elements(counted, self._ids)  # a Counter would ask an ABC, whose caches that changes
        return counted


def tracked() -> list[object]:
    """Return what `gc.get_objects` lists, less what shows freed objects: all of it can be asked for its referents."""
    objects = gc.get_objects()
    left_out = _shows_freed_objects()
    return objects if left_out is None else [obj for obj in objects if obj is not left_out]
