"""What a call or a test has left: instances that are alive and were not there before, and what holds one of them.

No frame but those of this module has such an object in a variable, and all have ended when an assertion fails.
"""

from __future__ import annotations

import gc
import weakref
from collections import Counter
from itertools import compress
from typing import NamedTuple

from refdemo._reading.classes import is_a, name_of
from refdemo._searching.instances import can_be_tracked, class_and_subclasses
from refdemo._searching.roots import OURS
from refdemo._searching.undisturbed import with_collector_off
from refdemo._searching.worklist import WorkList
from refdemo.holders import Chain, why_alive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

OURS.add(id(globals()))

# One frees what is in a cycle. What a finalizer held is left for the next one; PyPy frees an object with a finalizer
# in the one after that which calls it.
_COLLECTIONS = 5
_CHAINS = 3

_referent: Callable[[Any], object] = weakref.ref.__call__  # a subclass can define its own


def collect_until(done: Callable[[], bool]) -> bool:
    """Collect until nothing more has to die, at most a few times; return whether it came to that."""
    for _ in range(_COLLECTIONS):
        gc.collect()
        if done():
            return True
    return False


def why_still_alive(ref: weakref.ref[Any]) -> str:
    """Return which object is left that a weak reference refers to, and what holds it; "" if it is gone."""
    if collect_until(lambda: _referent(ref) is None):
        return ""
    target = WorkList([_referent(ref)])
    if target[0] is None:  # another thread has let go of it
        return ""
    name = name_of(type(target[0]))
    return f"{name} is still alive\n{why_alive(target.pop(), chains=_CHAINS)}"


class Numbers:
    """How many instances each type has."""

    def __init__(self, counts: dict[int, tuple[weakref.ref[type], int]]) -> None:
        self._counts = counts  # by the id of the type, which another may have when the weak reference is dead

    @classmethod
    def now(cls) -> Numbers:
        """Collect, and count."""
        gc.collect()
        return cls(with_collector_off(_count))

    def of(self, kind: type) -> int:
        """Return how many instances a class has, its subclasses' included."""
        return sum(map(self._of_type_alone, class_and_subclasses(kind)))

    def _of_type_alone(self, at: int) -> int:
        ref, number = self._counts.get(at, (None, 0))
        return number if ref is not None and ref() is not None else 0

    def __sub__(self, other: Numbers) -> Numbers:
        found = {**other._counts, **self._counts}
        return Numbers(
            {at: (ref, self._of_type_alone(at) - other._of_type_alone(at)) for at, (ref, _) in found.items()}
        )


def _count() -> dict[int, tuple[weakref.ref[type], int]]:
    kinds = list(map(type, gc.get_objects()))
    numbers = Counter(map(id, kinds))
    each_once = dict(zip(map(id, kinds), kinds, strict=True))
    return {at: (weakref.ref(kind), numbers[at]) for at, kind in each_once.items()}


class Left(NamedTuple):
    """How many instances of a class are left."""

    kind: type
    number: int
    before: int
    after: int


class Leftovers:
    """The instances of some classes that are there when something has ended, and were not before it began."""

    def __init__(self) -> None:
        self._before = Numbers.now()
        self._classes: dict[int, type] = {}  # by id: a metaclass can define what equality and hashes are
        self._seen: dict[int, set[int]] = {}  # of each class, the ids of instances that are not told of

    def watch(self, classes: Iterable[type]) -> None:
        """Ask about instances of these classes as well, but for those that are there."""
        for kind in classes:
            if id(kind) not in self._classes:
                self._classes[id(kind)] = kind
                seen = self._seen[id(kind)] = set()  # before it is filled, for it can be an instance itself
                seen |= ids_of_instances(kind)

    def alive(self) -> dict[int, set[int]]:
        """Return, for the id of each class that is watched, the ids of the instances alive now."""
        return {at: ids_of_instances(kind) for at, kind in self._classes.items()}

    def pass_over_newer_than(self, earlier: dict[int, set[int]]) -> None:
        """Tell of no instance that is alive now and was not `earlier`.

        What had died by then is forgotten, for another may come to be at its address.
        """
        for at, now in self.alive().items():
            if at in earlier:
                self._seen[at] &= earlier[at]
                self._seen[at] |= now - earlier[at]

    def found(self, more: Callable[[type], int]) -> list[Left]:
        """Return what there is more than before, and than is known to be more, as far as it is new."""
        now = Numbers.now()
        found = []
        for at, kind in self._classes.items():
            before, after = self._before.of(kind) + more(kind), now.of(kind)
            new = len(ids_of_instances(kind) - self._seen[at]) if after > before else 0
            if new:
                found.append(Left(kind, min(new, after - before), before, after))
        return found

    def in_words(self, found: list[Left]) -> str:
        """Return the numbers, and for each class what holds one instance that is left."""
        lines = [
            f"left: {number:,} instance{'s' * (number != 1)} of {name_of(kind)} ({before:,} before, {after:,} after)"
            for kind, number, before, after in found
        ]
        for left in found:
            held = what_holds_a_newcomer(left.kind, self._seen[id(left.kind)])
            lines += [f"one {held.name}:", str(held.chain)]
        return "\n".join(lines)


def ids_of_instances(kind: type) -> set[int]:
    """Return the ids of the instances of a class that the collector lists."""
    return set(map(id, with_collector_off(_instances_of, kind)))


class Newcomer(NamedTuple):
    """An instance that was not there before, as plain data: it keeps nothing alive."""

    name: str
    """The name of its type; "" if there is no such instance any more."""
    chain: Chain
    """What holds it."""


def what_holds_a_newcomer(kind: type, seen: set[int]) -> Newcomer:
    """Return what holds one instance of a class whose id was not seen before, the oldest that is listed.

    Where there is none it is the last that is listed, as it may be where one was before.
    """
    found: WorkList = with_collector_off(_instances_of, kind)
    places = [place for place in range(len(found)) if id(found[place]) not in seen]
    chosen = WorkList(found[places[0] : places[0] + 1] if places else found[-1:])
    found.clear()
    if not chosen:  # another thread has let go of it
        return Newcomer("", Chain("", (), 0, "gone by now"))
    name, chain = name_of(type(chosen[0])), why_alive(chosen.pop())
    assert isinstance(chain, Chain)
    return Newcomer(name, chain)


def _instances_of(kind: type) -> WorkList:
    wanted = class_and_subclasses(kind)
    objects = WorkList(gc.get_objects())
    return WorkList(compress(objects, map(wanted.__contains__, map(id, map(type, objects)))))


def classes_in(of: object) -> tuple[type, ...]:
    """Return the classes that an `of` is: one, or a tuple of some; raise TypeError for anything else."""
    classes: Any = of if type(of) is tuple else (of,)
    if not classes:
        raise TypeError("of is a class or a tuple of classes, not an empty tuple")
    for each in classes:
        if not is_a(each, type):
            raise TypeError(f"of is a class or a tuple of classes, not a {name_of(type(each))}")
        if not can_be_tracked(each):
            raise TypeError(
                f"the collector never tracks instances of {name_of(each)} itself, so they cannot be counted"
            )
    found: tuple[type, ...] = classes
    return found
