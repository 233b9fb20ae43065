"""What the collector would find unreachable, found by its own arithmetic and left as it is."""

import gc
import sys
from collections.abc import Callable
from itertools import chain, compress, repeat, starmap
from operator import add, gt, sub

from refdemo._reading.referents import Snapshot, tracked
from refdemo.counts import _DEFERRABLE, _SPLIT

if _SPLIT:
    from refdemo._reading import heads  # here, as importing ctypes makes garbage


def unreachable() -> dict[int, object]:
    """Every object that `gc.collect()` would find unreachable now, by its id; nothing happens to them.

    The collector must be off meanwhile. Other threads can change only what they reach, and that is found to be held
    sooner or later; when nothing is found to be held any more, nothing ever will be.
    """
    objects = tracked()
    objects.append([])  # which nothing else holds: its count is what looking adds to each, on every version
    left = dict(zip(map(id, objects), objects, strict=True))
    while objects:
        held, referents_of = _held_apart(objects) if _SPLIT else (_held_at_once(objects), None)
        if not held:
            break
        _remove_reached(left, held, referents_of)
        referents_of = None  # which holds all that the objects refer to
        objects = list(left.values())
    left.popitem()
    return left


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
    held: list[object] = []
    deferred: list[object] = []
    found = list(map(gt, outside, repeat(nothing)))
    for obj, left in zip(compress(objects, found), compress(outside, found), strict=True):
        doubtful = left == nothing + 1 and issubclass(type(obj), _DEFERRABLE)
        (deferred if doubtful else held).append(obj)
    return held or _not_deferred(deferred), snapshot.of


def _not_deferred(objects: list[object]) -> list[object]:
    # Asking takes 11 microseconds, so it is put off until few are left to ask about.
    return [obj for obj in objects if not heads.deferral_at(id(obj))]


def _remove_reached(
    left: dict[int, object], held: list[object], referents_of: Callable[[object], list[object]] | None
) -> None:
    """Take what is held out of what is left, and all that it leads to."""
    reached = list(map(left.pop, map(id, held)))
    while reached:
        if referents_of is None:
            referents = filter(gc.is_tracked, gc.get_referents(*reached))
        else:
            referents = filter(gc.is_tracked, chain.from_iterable(map(referents_of, reached)))
        reached = [obj for obj in map(left.pop, map(id, referents), repeat(None)) if obj is not None]
