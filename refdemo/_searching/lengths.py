"""Which container gets longer round after round: what holds ints and strings, which the collector lists nowhere."""

import collections
import gc
import sys
from collections.abc import Callable, Iterator
from typing import Any

from refdemo._reading.claims import retry_while_resizing
from refdemo._reading.referents import shows_freed_objects
from refdemo._searching.worklist import WorkList

_KINDS = (list, dict, set, collections.deque)
# Until then a dict of what is not tracked, such as of ints, was not tracked itself.
_DICTS_ARE_LISTED = sys.version_info >= (3, 14) or not hasattr(gc, "is_tracked")


class Lengths:
    """How long each container was at a few looks, by its id; made before anything is counted, and filled with ints."""

    def __init__(self, rounds: int) -> None:
        first = min(1, rounds - 1)
        self._places = sorted({first + (rounds - first) * part // 3 for part in range(3)})
        self.looks: list[dict[int, int]] = [{} for _ in self._places]

    def take(self, place: int, own: set[int]) -> None:
        """After some rounds, remember how long each container is, but for those with their ids in `own`."""
        if place not in self._places:
            return
        at_place = self._places.index(place)
        now, before = self.looks[at_place], self.looks[at_place - 1] if at_place else None
        for obj, length in _containers(WorkList(gc.get_objects())):
            at = id(obj)
            if at not in own and (before is None or before.get(at, length) < length):
                now[at] = length

    def longest(self, objects: WorkList, found: WorkList) -> tuple[int, ...]:
        """Put the container that was longer at each look, and is by most, into `found`; return how long it was."""
        most = 0
        chosen: tuple[int, ...] = ()
        for obj, length in _containers(objects):
            at = id(obj)
            longer = self.looks[-1].get(at, length) < length and length - self.looks[0][at] > most
            if longer and not _is_of_interned_strings(obj):
                most = length - self.looks[0][at]
                chosen = (*[look[at] for look in self.looks], length)
                found[:] = [obj]
        return chosen


def _is_of_interned_strings(obj: Any) -> bool:
    """Whether this is the interpreter's own dict, which later versions list, with each name as key and as value."""
    return type(obj) is dict and all(key is value for key, value in retry_while_resizing(lambda: list(obj.items())))


def _containers(objects: WorkList) -> Iterator[tuple[Any, int]]:
    """Yield each container among the objects with its length, as its built-in type tells it."""
    measures: dict[int, Callable[[Any], int] | None] = {}
    for obj in objects:
        at = id(type(obj))
        if at not in measures:
            measures[at] = next((kind.__len__ for kind in _KINDS if issubclass(type(obj), kind)), None)
        measure = measures[at]
        if measure is not None:
            yield obj, measure(obj)
    if not _DICTS_ARE_LISTED:
        seen = set()
        asked = [obj for obj in objects if not shows_freed_objects(obj)]
        for obj in gc.get_referents(*asked):
            if type(obj) is dict and not gc.is_tracked(obj) and id(obj) not in seen:
                seen.add(id(obj))
                yield obj, len(obj)
