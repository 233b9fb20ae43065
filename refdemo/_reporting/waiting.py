"""Garbage that waits for the collector: how much, in which circles, and when the next collection is due."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterable
from itertools import compress
from typing import NamedTuple

from refdemo._reading.classes import name_of
from refdemo._searching.components import CLOSED, components
from refdemo._searching.garbage import Unreachable, unreachable_among
from refdemo._searching.undisturbed import sees_other_threads
from refdemo.counts import _SPLIT
from refdemo.interpreters import _collector

_MOST = 200_000 if sees_other_threads() else 50_000
_MOST_IN_CIRCLES = 50_000
_MOST_KINDS = 3
_MOST_TYPES = 4


class Circles(NamedTuple):
    """Circles of garbage of the same types."""

    of: str
    """What each is made of: "2 Node", "1 Session and 1 list"."""
    number: int


class Waiting(NamedTuple):
    """Garbage that waits for the collector, as far as it was looked for."""

    objects: int
    """How many objects, those that circles lead to included."""
    examined: int
    """How many objects were examined."""
    complete: bool
    """Whether these were all tracked objects; else there may be more."""
    circles: tuple[Circles, ...]
    """The circles that are most in number, three kinds at most."""
    due: str
    """When a collection comes next, in words."""


def to_examine(objects: list[object], grown: Iterable[int]) -> list[object]:
    """Return the objects among which garbage is looked for: all, or where they are too many those of grown types."""
    if len(objects) <= _MOST:
        return objects
    wanted = frozenset(grown)
    return list(compress(objects, map(wanted.__contains__, map(id, map(type, objects)))))[-_MOST:]


def waiting_among(some: list[object], objects: list[object]) -> tuple[Unreachable, Waiting]:
    """Return what of some objects waits for the collector, and what there is to say of it.

    Nothing but these two lists may hold the objects for the search.
    """
    mark: list[object] = []
    objects.append(mark)
    if some is not objects:
        some.append(mark)
    del mark
    try:
        found = unreachable_among(some)
    finally:
        del objects[-1], some[len(some) - (some is not objects) :]
    return found, Waiting(len(found.objects), len(some), some is objects, tuple(_circles(found)), "")


def _circles(found: Unreachable) -> list[Circles]:
    some = list(found.objects.values())[:_MOST_IN_CIRCLES]
    counted: dict[str, int] = {}
    for group in components(some, dict.fromkeys(map(id, some)), CLOSED, (), found.referents_of):
        words = _made_of(group)
        counted[words] = counted.get(words, 0) + 1
    often = sorted(counted.items(), key=lambda item: -item[1])
    return [Circles(*each) for each in often[:_MOST_KINDS]]


def _made_of(group: list[object]) -> str:
    """Return what a circle is made of: "1 Session, 1 list"."""
    numbers: dict[str, int] = {}
    for member in group:
        name = name_of(type(member))
        numbers[name] = numbers.get(name, 0) + 1
    words = [f"{number:,} {name}" for name, number in sorted(numbers.items(), key=lambda item: (-item[1], item[0]))]
    return ", ".join(words[:_MOST_TYPES] + ["…"] * (len(words) > _MOST_TYPES))


def next_collection() -> str:
    """Return in words when a collection comes next."""
    if not gc.isenabled():
        return "the collector is switched off: none comes before gc.enable() or gc.collect()"
    young, *older = gc.get_count()
    first, *others = gc.get_threshold()
    if not first:
        return "none comes by itself: the first threshold is 0"
    more = f"the next one when {max(first + 1 - young, 1):,} more tracked objects have been made than freed"
    if _collector(sys.hexversion, _SPLIT) != "generational":
        return more
    full = max(others[1] + 1 - older[1], 1)
    several = f"{full} collections" if full > 1 else "one collection"
    return f"{more}; a full one after {several} of the middle generation at the earliest"
