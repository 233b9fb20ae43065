"""Which container gets longer round after round: what holds ints and strings, which the collector lists nowhere."""

import collections
import gc
import sys
from collections.abc import Iterator, Set
from itertools import compress, filterfalse, repeat
from operator import is_
from typing import Any

from refdemo._reading.claims import retry_while_resizing
from refdemo._reading.referents import referents_of_all
from refdemo._searching.worklist import WorkList

KINDS = (list, dict, set, collections.deque)
# Until then a dict of what is not tracked, such as of ints, was not tracked itself.
_DICTS_ARE_LISTED = sys.version_info >= (3, 14) or not hasattr(gc, "is_tracked")
_AT_ONCE = 50_000  # objects whose referents are one list


class Lengths:
    """How long each container was at a few looks, by its id; made before anything is counted, and filled with ints."""

    def __init__(self, rounds: int) -> None:
        first = min(1, rounds - 1)
        self._places = sorted({first + (rounds - first) * part // 3 for part in range(3)})
        self.looks: list[dict[int, int]] = [{} for _ in self._places]

    def take(self, place: int, objects: WorkList, own: set[int]) -> None:
        """After some rounds, remember how long each container is, but for those with their ids in `own`."""
        if place not in self._places:
            return
        at_place = self._places.index(place)
        now, before = self.looks[at_place], self.looks[at_place - 1] if at_place else None
        for obj, length in containers(objects):
            at = id(obj)
            if at not in own and (before is None or before.get(at, length) < length):
                now[at] = length

    def longest(self, objects: WorkList, found: WorkList) -> tuple[int, ...]:
        """Put the container that was longer at each look, and is by most, into `found`; return how long it was."""
        most = 0
        chosen: tuple[int, ...] = ()
        for obj, length in containers(objects):
            at = id(obj)
            longer = self.looks[-1].get(at, length) < length and length - self.looks[0][at] > most
            if longer and not is_of_interned_strings(obj):
                most = length - self.looks[0][at]
                chosen = (*[look[at] for look in self.looks], length)
                found[:] = [obj]
        return chosen


def is_of_interned_strings(obj: Any) -> bool:
    """Whether this is the interpreter's own dict, which later versions list, with each name as key and as value."""
    return type(obj) is dict and all(key is value for key, value in retry_while_resizing(lambda: list(obj.items())))


def containers(objects: list[Any], at_least: int = 0) -> Iterator[tuple[Any, int]]:
    """Yield each container among the objects that is so long, with its length as its built-in type tells it."""
    types = dict(zip(map(id, map(type, objects)), map(type, objects), strict=True))
    kinds = {at: next((kind for kind in KINDS if issubclass(cls, kind)), None) for at, cls in types.items()}
    measured = frozenset(at for at, kind in kinds.items() if kind)
    found = list(_of_types(objects, measured))
    for kind in KINDS:
        alike = list(_of_types(found, {at for at in measured if kinds[at] is kind}))
        lengths = list(map(kind.__len__, alike))
        yield from compress(zip(alike, lengths, strict=True), map(at_least.__le__, lengths))
    if not _DICTS_ARE_LISTED:
        yield from _unlisted_dicts(objects, at_least)


def _of_types(objects: list[Any], ats: Set[int]) -> Iterator[Any]:
    return compress(objects, map(ats.__contains__, map(id, map(type, objects))))


def _unlisted_dicts(objects: list[Any], at_least: int) -> Iterator[tuple[Any, int]]:
    seen = set()
    for start in range(0, len(objects), _AT_ONCE):
        referents = referents_of_all(objects[start : start + _AT_ONCE])
        dicts: Iterator[Any] = compress(referents, map(is_, map(type, referents), repeat(dict)))
        for obj in filterfalse(gc.is_tracked, dicts):
            if len(obj) >= at_least and id(obj) not in seen:
                seen.add(id(obj))
                yield obj, len(obj)
