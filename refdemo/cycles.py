"""Reference cycles: groups of objects that refer to one another, and those that only the collector can free."""

import gc
from collections.abc import Iterable, Iterator
from itertools import chain
from types import CodeType, FrameType, FunctionType, ModuleType

from refdemo._reading.claims import seen_as_attributes
from refdemo._reading.classes import name_of
from refdemo._reading.referents import referents
from refdemo._searching.components import CLOSED, Referents, components
from refdemo._searching.garbage import unreachable
from refdemo._searching.undisturbed import others_run_at_once, with_collector_off
from refdemo.counts import _need_counts

# Each leads to all of a module: with them nearly everything would be one cycle.
_NO_VERTICES = (type, ModuleType, FunctionType, FrameType, CodeType)
# Threads that run at once can make garbage faster than it is examined.
_MOST = 20_000


class Garbage(list[object]):
    """The members of a cycle that only the collector can free, and what else it would free with them.

    >>> Garbage([[]]).hanging
    {}
    """

    __slots__ = ("hanging",)

    def __init__(self, members: Iterable[object] = (), hanging: dict[str, int] | None = None) -> None:
        super().__init__(members)
        self.hanging: dict[str, int] = hanging or {}
        """How many tracked objects, by the names of their types, are garbage, in no cycle, and reached from members."""


class GarbageList(list[Garbage]):
    """The cycles that a search for garbage found; printed, a search that ended early says so first.

    >>> GarbageList([Garbage([1, 2])], 30_000)
    30,000 more objects may be garbage, and were not examined
    [[1, 2]]
    """

    __slots__ = ("not_examined",)

    def __init__(self, groups: Iterable[Garbage] = (), not_examined: int = 0) -> None:
        super().__init__(groups)
        self.not_examined = not_examined
        """How many more objects may be garbage: 0 unless other threads run at once, and many are left."""

    def __repr__(self) -> str:
        if not self.not_examined:
            return list.__repr__(self)
        some, were = ("object", "was") if self.not_examined == 1 else ("objects", "were")
        return f"{self.not_examined:,} more {some} may be garbage, and {were} not examined\n{list.__repr__(self)}"


def cycles(*roots: object) -> list[list[object]]:
    """Return the reference cycles that can be reached from the roots, or all that the collector knows of.

    Each is a list of at least two objects of which every one leads to every other, or of one that refers to itself.
    Cycles and their members come in the order in which they are found. An instance and its `__dict__` count as one:
    only the instance is listed, as from 3.11 there may be no dict to list.

    Classes, modules, functions, frames and code objects are left out, and what is reached through them only: each leads
    to a whole module, and so from nearly everything to nearly everything. A root of such a kind stands for what it
    refers to. Thus a recursive inner function, or an exception held by a local, is no cycle here; once dropped,
    `cyclic_garbage` finds it. On 3.10 a generator holds its locals by a frame, so a way through them is left out too.

    The collector is off meanwhile and nothing is changed, but the result refers to the objects and keeps them alive.
    About 2 microseconds for each object reached. Source: `gc.get_referents`, which shows what the collector sees;
    the algorithm is Gabow's (Path-based depth-first search, 2000).

    >>> a, b = [], []
    >>> a.append(b)
    >>> b.append(a)
    >>> [group] = cycles([a, [1]])
    >>> len(group), group[0] is a, group[1] is b
    (2, True, True)
    >>> b.clear()
    >>> cycles([a, [1]])
    []
    """
    return with_collector_off(lambda: components(_starts(roots) if roots else gc.get_objects(), {}, None, _NO_VERTICES))


def cyclic_garbage() -> GarbageList:
    """Return the reference cycles that nothing reaches any more, which only the collector can free, left as they are.

    No finalizer and no weakref callback runs, no weakref is cleared, and nothing is freed: the next collection finds
    what it would have found. While the result is kept, it refers to the objects, so that they are not garbage.
    The lists are as `cycles` makes them, except that classes, functions, modules and frames are listed too. What a
    cycle leads to, is garbage as well, and is in no cycle itself, is counted by type in the list's `hanging`.

    The arithmetic is the collector's (InternalDocs/garbage_collector.md): from each count the references that tracked
    objects hold are taken off; what has some left is reachable, and so is all it leads to. Objects put aside by
    `gc.freeze()` are outside, and so what they hold is reachable. Other threads may go on: what they can reach is not
    listed. That is certain with a GIL, where counts and references are read in one step. Without one, a thread would
    have to move all references to a group, and back, between the readings of its counts.

    Where other threads run at once, no more than 20,000 objects are examined that may be garbage: they can make more of
    them than a search keeps up with. The answer's `not_examined` says how many more there may be, and so does the
    answer when it is printed.

    On a free-threaded build what deferring adds to a count is taken off on 3.13; from 3.14 an object with a deferred
    count (a class, function or module, mostly) is taken for reachable, with all that it leads to.

    Raises NotImplementedError on a Python that keeps no counts (PyPy). About 2 microseconds for each tracked object
    and as much again for each that is garbage. Source: PEP 442 (a cyclic isolate), `gc.get_referents`.

    >>> import sys
    >>> a = []
    >>> a.append(a)
    >>> found = cyclic_garbage() if hasattr(sys, "getrefcount") else []
    >>> any(member is a for group in found for member in group)  # it has a name
    False
    """
    _need_counts("cyclic_garbage")
    return with_collector_off(_garbage_cycles, beside_threads=False)


def _starts(roots: tuple[object, ...]) -> Iterator[object]:
    for root in roots:
        yield from referents(root) if issubclass(type(root), _NO_VERTICES) else [root]


def _garbage_cycles() -> GarbageList:
    found = unreachable(_MOST if others_run_at_once() else None)
    groups = components(found.objects.values(), dict.fromkeys(found.objects), CLOSED, (), found.referents_of)
    outside = found.objects.keys() - map(id, chain.from_iterable(groups))
    garbage = [Garbage(group, _hanging(group, outside, found.referents_of) if outside else None) for group in groups]
    return GarbageList(garbage, found.not_examined)


def _hanging(group: list[object], outside: set[int], referents_of: Referents) -> dict[str, int]:
    """Return how many objects of each type are reached from a group through garbage that is in no cycle, `outside`."""
    seen: set[int] = set()
    counts: dict[str, int] = {}
    level = group
    while level:
        following: list[object] = []
        for owner in level:
            for each in referents_of(owner):
                if id(each) not in outside or id(each) in seen:
                    continue
                seen.add(id(each))
                following.append(each)
                if not (type(each) is dict and seen_as_attributes(owner, each) > 0):  # an instance's own
                    name = name_of(type(each))
                    counts[name] = counts.get(name, 0) + 1
        level = following
    return dict(sorted(counts.items()))
