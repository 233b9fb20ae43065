"""The strongly connected components of a graph of objects, found without recursion; private to `refdemo.cycles`."""

import gc
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, repeat
from typing import Any

from refdemo._reading.claims import seen_as_attributes

# What the collector does not track is in no cycle; PyPy does not tell, and so every object is looked at there.
_is_tracked: Callable[[object], bool] = getattr(gc, "is_tracked", lambda obj: True)

CLOSED = sys.maxsize
"""The place of an object that is on the path no more, or never comes to be on it."""


Referents = Callable[[object], list[Any]]


def components(
    roots: Iterable[object],
    places: dict[int, int | None],
    unknown: int | None,
    left_out: tuple[type, ...],
    referents_of: Referents = gc.get_referents,
) -> list[list[object]]:
    """Return the components that are cycles: of two objects at least, or of one that refers to itself.

    `places` says by id where on the path an object is: None before the walk comes to it. `unknown` is what that is for
    an id not in it: None to walk on to there, CLOSED to stay within `places`. The path is Gabow's: objects that may
    yet turn out to be in one component with a later one, and the bounds between those that so far are in none.
    """
    groups: list[list[object]] = []
    path: list[object] = [None]
    bounds = [0]
    suspended: list[tuple[int, Iterator[object]]] = []
    to_itself: set[int] = set()
    kinds: dict[int, bool] = {}  # by id: a metaclass can define what equality and hashes are
    place = 0
    referents = iter(roots)
    while True:
        for obj in referents:
            key = id(obj)
            at = places.get(key, unknown)
            if at is None:
                kind = type(obj)
                if id(kind) not in kinds:
                    kinds[id(kind)] = issubclass(kind, left_out)
                if kinds[id(kind)]:
                    places[key] = CLOSED
                    continue
                suspended.append((place, referents))
                places[key] = place = len(path)
                path.append(obj)
                bounds.append(place)
                referents = filter(_is_tracked, referents_of(obj))
                break
            if at <= bounds[-1]:
                if at == place:
                    to_itself.add(key)
                while at < bounds[-1]:
                    bounds.pop()
        else:
            if not suspended:
                break
            if place == bounds[-1]:
                bounds.pop()
                key = id(path[place])
                if place < len(path) - 1 or key in to_itself:
                    groups.append(path[place:])
                    places.update(zip(map(id, groups[-1]), repeat(CLOSED)))
                    del path[place:]
                else:  # the usual case, and half the time of a walk if it were treated like the other
                    path.pop()
                    places[key] = CLOSED
            place, referents = suspended.pop()
    first = {id(group[0]): group for group in groups}
    return list(filter(None, (_without_own_dicts(first[found], referents_of) for found in places if found in first)))


def _without_own_dicts(group: list[object], referents_of: Referents) -> list[object]:
    """Return the group less each dict that is the `__dict__` of an instance in it; empty if that leaves no cycle."""
    dicts = {id(obj) for obj in group if type(obj) is dict}
    if not dicts or len(dicts) == len(group):
        return group
    own = {
        id(found): found
        for obj in group
        for found in referents_of(obj)  # PyPy's dict of an instance without attributes leads back to it
        if id(found) in dicts and id(obj) not in dicts and (not found or seen_as_attributes(obj, found) > 0)
    }
    left = [obj for obj in group if id(obj) not in own]
    if len(left) == 1:
        # PyPy's dict of an instance refers to the instance.
        found = chain(referents_of(left[0]), *(pair for each in own.values() for pair in each.items()))
        return left if any(obj is left[0] for obj in found) else []
    return left
