"""Counting the instances of every type, again and again, in such a way that the counting itself is never counted."""

import gc
import sys
from collections.abc import Callable
from typing import Any

from refdemo._reading.classes import full_name, qualname_of
from refdemo._searching.lengths import Lengths
from refdemo._searching.undisturbed import with_collector_off
from refdemo._searching.worklist import WorkList

# PyPy lists them as well, also those that a census is made of; CPython's collector never does.
_ATOMS = frozenset(map(id, (bool, bytes, complex, float, int, str, type(None))))
_LEFT_OUT = _ATOMS if sys.implementation.name == "pypy" else frozenset()


class Census:
    """How many instances each type has, before the first round of a step and after each.

    Whatever a count is kept in is made here, before the first one, and filled with nothing but ints later: so it adds
    the same to every count. A type is known by its id, as a metaclass can define what equality and hashes are.
    """

    def __init__(self, step: Callable[[], object], rounds: int, collect: bool) -> None:
        self.rounds = rounds
        # No chain leads through a list of this kind.
        self.held: list[Any] = WorkList([step])
        self.collect = collect
        self.found = WorkList()
        """After `run`, an instance of the type that grew fastest; where none grew, the container that got longer."""
        self._taken = 0
        self._now: dict[int, int] = {}
        self._numbers: dict[int, int] = {}  # by the id of a type and the place of a count, made one number
        self._rising: set[int] = set()
        self._earlier: set[int] = set()
        self._later: set[int] = set()
        self._lengths = Lengths(rounds)
        self._own: set[int] = set()
        self._own.update(id(each) for each in (*vars(self).values(), *self._lengths.looks))

    def run(self) -> tuple[list[tuple[str, tuple[int, ...]]], tuple[int, ...]]:
        """Return the types that grew, the fastest first, with their numbers, and how long the container found was."""
        take, finish = self._take, self._finish  # before the first count, for they are objects too
        for place in range(self.rounds + 1):
            if place:
                self.held[0]()
            if self.collect:
                gc.collect()
            with_collector_off(take)
        return with_collector_off(finish)

    def _take(self) -> None:
        objects = WorkList(gc.get_objects())  # before anything is made here, and once, as PyPy walks its heap for it
        now = self._now
        now.clear()
        for obj in objects:
            at = id(type(obj))
            try:
                now[at] += 1
            except KeyError:
                now[at] = 1
        for at in now:
            self._numbers[at * (self.rounds + 1) + self._taken] = now[at]
        # Two rounds before the end and one: what is new between them and is there at the end has outlived a round,
        # unlike what each round replaces.
        if self._taken == max(self.rounds - 2, 0):
            self._rising.update(at for at in now if self._taken < 2 or now[at] > min(self._row(at)[1:]))
            self._note(self._earlier, objects)
        elif self._taken == self.rounds - 1:
            self._note(self._later, objects)
        self._lengths.take(self._taken, objects, self._own)
        self._taken += 1

    def _finish(self) -> tuple[list[tuple[str, tuple[int, ...]]], tuple[int, ...]]:
        objects = WorkList(gc.get_objects())  # before anything is made here
        try:
            grown = {at: self._row(at) for at in self._now if at not in _LEFT_OUT}
            grown = {at: row for at, row in grown.items() if has_grown(row)}
            if not grown:
                return [], self._lengths.longest(objects, self.found)
            names = _names(objects, set(grown))
            order = sorted(grown, key=lambda at: (-_rise(grown[at]), "." not in names[at], names[at]))
            self.found.append(self._newest_of(order[0], objects))
            return [(names[at], grown[at]) for at in order], ()
        finally:
            objects.clear()

    def _row(self, at: int) -> tuple[int, ...]:
        start = at * (self.rounds + 1)
        return tuple([self._numbers.get(start + place, 0) for place in range(min(self._taken, self.rounds) + 1)])

    def _note(self, ids: set[int], objects: WorkList) -> None:
        for obj in objects:
            if id(type(obj)) in self._rising:
                ids.add(id(obj))

    def _newest_of(self, at: int, objects: WorkList) -> object:
        chosen, best = objects[0], -1
        for obj in objects:
            if id(type(obj)) == at:
                worth = (id(obj) not in self._earlier) * (1 + (id(obj) in self._later))
                if worth > best:
                    chosen, best = obj, worth
        return chosen


def has_grown(alive: tuple[int, ...]) -> bool:
    """Whether numbers, one before the first round and one after each, rise from round to round.

    What only the first round added does not count, nor what rises and falls: the lowest number since then, the lowest
    since the middle and the last one are each above the one before. One or two rounds tell as much as the last of them.

    >>> has_grown((0, 1, 2, 3, 4)), has_grown((0, 1, 1, 1, 1)), has_grown((0, 1, 0, 1, 2))
    (True, False, False)
    """
    rounds = len(alive) - 1
    if rounds < 3:
        return alive[-1] > alive[-2]
    return min(alive[1:]) < min(alive[(rounds + 1) // 2 :]) < alive[-1]


def _rise(alive: tuple[int, ...]) -> int:
    """How much there is more at the end than after the first round, or than before it where there is no other."""
    return alive[-1] - alive[1 if len(alive) > 2 else 0]


def _names(objects: WorkList, wanted: set[int]) -> dict[int, str]:
    """Return the name of each type whose id is wanted, with its module; qualified where two would be called alike."""
    short: dict[int, str] = {}
    long: dict[int, str] = {}
    for obj in objects:
        at = id(type(obj))
        if at in wanted and at not in short:
            short[at] = full_name(type(obj))
            long[at] = full_name(type(obj), qualname_of)
    said = list(short.values())
    return {at: long[at] if said.count(name) > 1 else name for at, name in short.items()}
