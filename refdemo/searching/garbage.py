"""What the collector would find unreachable, found by its own arithmetic and left as it is."""

import gc
import sys
from itertools import chain, compress, repeat, starmap
from operator import add, gt, sub

from refdemo.counts import _DEFERRABLE, _SPLIT
from refdemo.reading.referents import tracked

if _SPLIT:
    from refdemo.reading import heads  # here, as importing ctypes makes garbage


def unreachable() -> dict[int, object]:
    """Every object that `gc.collect()` would find unreachable now, by its id; nothing happens to them.

    The collector must be off meanwhile. Other threads can change only what they reach, and that is found to be held
    sooner or later; when nothing is found to be held any more, nothing ever will be.
    """
    objects = tracked()
    objects.append([])  # which nothing else holds: its count is what looking adds to each, on every version
    left = dict(zip(map(id, objects), objects, strict=True))
    while held := (_held_apart if _SPLIT else _held_at_once)(objects):
        _remove_reached(left, held)
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


def _held_apart(objects: list[object]) -> list[object]:
    """The same where threads may change a count between two looks: by matching ids, and with the larger count.

    Only `gc.get_referents` stops the other threads, so it is called once.
    """
    before = list(map(sys.getrefcount, objects))
    inside = dict.fromkeys(map(id, objects), 0)  # a Counter would ask an ABC, whose caches that changes
    for found in map(id, gc.get_referents(*objects)):
        if found in inside:
            inside[found] += 1
    after = list(map(sys.getrefcount, objects))
    outside = list(map(sub, map(max, before, after), inside.values()))
    nothing = outside[-1]
    held: list[object] = []
    deferred: list[object] = []
    for obj, left in zip(objects, outside, strict=True):
        if left > nothing:
            doubtful = left == nothing + 1 and issubclass(type(obj), _DEFERRABLE)
            (deferred if doubtful else held).append(obj)
    return held or _not_deferred(deferred)


def _not_deferred(objects: list[object]) -> list[object]:
    # Asking takes 11 microseconds, so it is put off until few are left to ask about.
    return [obj for obj in objects if not heads.deferral_at(id(obj))]


def _remove_reached(left: dict[int, object], held: list[object]) -> None:
    """Take what is held out of what is left, and all that it leads to."""
    reached = list(map(left.pop, map(id, held)))
    while reached:
        referents = filter(gc.is_tracked, gc.get_referents(*reached))
        reached = [obj for obj in map(left.pop, map(id, referents), repeat(None)) if obj is not None]
