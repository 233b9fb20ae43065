"""What the collector would find unreachable, found by its own arithmetic and left as it is."""

import gc
import sys
from collections import _count_elements  # type: ignore[attr-defined]
from collections.abc import Callable
from itertools import chain, compress, repeat, starmap
from operator import add, gt, sub
from typing import Any, NamedTuple

from refdemo._reading.referents import Snapshot, tracked
from refdemo.counts import _DEFERRABLE, _SPLIT

if _SPLIT:
    from refdemo._reading import heads  # here, as importing ctypes makes garbage

_PART = 5  # as many times the objects to examine are looked at first


class Unreachable(NamedTuple):
    """What a search for unreachable objects has found."""

    objects: dict[int, object]
    """The objects by their ids."""
    referents_of: Callable[[object], list[Any]]
    """What each of them referred to when it was found."""
    not_examined: int
    """The largest number of objects that may be unreachable besides these."""
    passed: frozenset[int]
    """The ids of what other threads let go of meanwhile: the look alone holds it, and it needs no collector."""


def unreachable(most: int | None = None) -> Unreachable:
    """Return every object that `gc.collect()` would find unreachable now; nothing happens to them.

    With `most`, no more than that many are examined to the end once the first look has told what is reachable, and if
    there are so many among the first objects, the rest is not looked at. What is left out counts as reachable, and so
    does what it leads to: less is found, and nothing that is in use.
    """
    objects = tracked()
    objects.append([])  # which nothing else holds: its count is what looking adds to each, on every version
    if most is not None and len(objects) > _PART * most:
        found = unreachable_among([*objects[: _PART * most], objects[-1]], most)
        if found.not_examined:
            return found._replace(not_examined=len(objects) - 1 - len(found.objects))
        del found  # which holds some of them
    return unreachable_among(objects, most)


def unreachable_among(objects: list[object], most: int | None = None) -> Unreachable:
    """Return which of some objects nothing but these refers to, and what looking adds; the last one is a mark.

    The collector must be off meanwhile. Other threads can change only what they reach, and that is found to be held
    sooner or later; when nothing is found to be held any more, nothing ever will be.
    """
    left = dict(zip(map(id, objects), objects, strict=True))
    candidates = 0
    while True:
        held, referents_of = _held_apart(objects) if _SPLIT else (_held_at_once(objects), gc.get_referents)
        _remove_reached(left, held, referents_of)
        if most is not None and len(left) - 1 > most:
            candidates = len(left) - 1
            for address in list(left)[most:-1]:
                del left[address]
        elif not held:
            break
        del referents_of  # it may hold all that the objects refer to
        objects = list(left.values())
    left.popitem()
    not_examined = candidates and candidates - len(left)
    return Unreachable(left, referents_of, not_examined, _remove_passed(left, referents_of))


def _remove_passed(left: dict[int, object], referents_of: Callable[[object], list[object]]) -> frozenset[int]:
    """Take out what no other object that is left refers to, and what that alone referred to, and return their ids."""
    counted: dict[int, int] = {}
    _count_elements(counted, map(id, chain.from_iterable(map(referents_of, left.values()))))
    work = [obj for at, obj in left.items() if at not in counted and not _is_deferred(obj)]
    passed = set()
    while work:
        obj = work.pop()
        passed.add(id(obj))
        del left[id(obj)]
        for referent in referents_of(obj):
            at = id(referent)  # a weak reference of a thread can have brought it back, and changed what it refers to
            counted[at] = counted.get(at, 0) - 1
            if not counted[at] and at in left and not _is_deferred(referent):
                work.append(referent)
    return frozenset(passed)


def _held_at_once(objects: list[object]) -> list[object]:
    """Those of the objects that something holds which is not among them, by one snapshot.

    That is a single call of C code, which no other thread interrupts while there is a GIL.
    The list that it makes holds each object once more for every reference that the objects have to it. So what a count
    grows by, while the list is being made, is how many of the references to that object are theirs.
    """
    snapshot = list(
        chain(
            map(sys.getrefcount, objects),
            chain.from_iterable(starmap(gc.get_referents, [objects])),
            map(sys.getrefcount, objects),
        )
    )
    before, after = snapshot[: len(objects)], snapshot[-len(objects) :]
    outside = map(sub, map(add, before, before), after)
    return list(compress(objects, map(gt, outside, repeat(before[-1]))))


def _held_apart(objects: list[object]) -> tuple[list[object], Callable[[object], list[object]]]:
    """Return the same where threads may change a count between two looks, and what the objects referred to then.

    Ids are matched, and the larger count is taken. Only `gc.get_referents` stops the other threads, and is called once.
    """
    before = list(map(sys.getrefcount, objects))
    snapshot = Snapshot(objects)
    inside = snapshot.counts()
    # The snapshot holds each object once more for each of these references.
    after = list(map(sub, map(sys.getrefcount, objects), map(inside.get, map(id, objects), repeat(0))))
    outside = list(map(sub, map(max, before, after), map(inside.get, map(id, objects), repeat(0))))
    nothing = outside[-1]
    found = list(map(gt, outside, repeat(nothing)))
    held = [
        obj
        for obj, left in zip(compress(objects, found), compress(outside, found), strict=True)
        if left > nothing + 1 or not _is_deferred(obj)
    ]
    return held, snapshot.of


def _is_deferred(obj: object) -> bool:
    """Whether only the collector frees an object, also one to which nothing refers."""
    return _SPLIT and issubclass(type(obj), _DEFERRABLE) and bool(heads.deferral_at(id(obj)))


def _remove_reached(
    left: dict[int, object], held: list[object], referents_of: Callable[[object], list[object]]
) -> None:
    """Take what is held out of what is left, and all that it leads to."""
    reached = list(map(left.pop, map(id, held)))
    while reached:
        found = chain.from_iterable(map(referents_of, reached)) if _SPLIT else gc.get_referents(*reached)
        referents = filter(gc.is_tracked, found)
        reached = [obj for obj in map(left.pop, map(id, referents), repeat(None)) if obj is not None]
