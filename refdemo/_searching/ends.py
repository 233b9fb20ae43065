"""Where the way up from an object ends, if not at a root: in C code, in garbage, or at nothing that is tracked."""

import collections
import sys
from typing import NamedTuple

from refdemo._reading.classes import mro, name_of, namespace
from refdemo._reading.referents import referents_of_all
from refdemo._searching.naming import named
from refdemo._searching.owners import owns_exclusively
from refdemo._searching.paths import holders_of, path_to, references_to, referents_of, referrers_of
from refdemo._searching.roots import Roots
from refdemo._searching.worklist import WorkList
from refdemo.counts import Immortal, refcount

_COUNTED = hasattr(sys, "getrefcount")
_MOST = 10_000  # objects that are looked at on the way up
HINT = ", such as in atexit, os.register_at_fork or a C library"
_LISTED = 6  # types of garbage that are named


class End(NamedTuple):
    """Where a search that came to no root ended."""

    words: str
    path: WorkList
    """From an object that is held where Python code cannot look to the one asked about; else empty."""


def end_of_the_way(target: WorkList, missing: int, roots: Roots) -> End:
    """Say where the way up from an object ends. `missing` is how many references to it no object or variable is."""
    kept, came, whole = _all_above(target, roots)
    if not _COUNTED:
        return End("no chain found from a root to the object", WorkList())
    hidden = _held_elsewhere(kept, whole)
    for at in [id(each) for each in kept if id(each) in hidden and _is_of_the_call(each, target)]:
        del hidden[at], came[at]
    kept = WorkList(each for each in kept if id(each) in came)
    for address, count in hidden.items():
        if address != id(target[0]):
            path = path_to(address, came, kept)
            said = f"{count:,} reference{'s' * (count != 1)} to which {'is' if count == 1 else 'are'} held"
            return End(f"reached from {named(path[0])}, {said} where Python code cannot look{_hint(path[0])}", path)
    if missing:
        return End(f"no chain found; {missing_words(missing)}", WorkList())
    if not whole:
        return End(f"no chain found among the {len(kept):,} objects that lead to the object first", WorkList())
    if len(came) > 1 or any(each is target[0] for each in referents_of(target[0])):
        return End(f"no chain found; held only by {_garbage(kept)}", WorkList())
    return End("no chain found; held by nothing that is tracked", WorkList())


def references_in(target: WorkList, roots: Roots) -> int:
    """Return how many references tracked objects have to the one object in a list."""
    return references_to(referrers_of(target, roots.running), target)


def missing_words(missing: int) -> str:
    """Return the words for references that were not found."""
    return f"{missing:,} reference{' is' if missing == 1 else 's are'} held where Python code cannot look"


def _all_above(target: WorkList, roots: Roots) -> tuple[WorkList, dict[int, int], bool]:
    """Return what leads to the object, the nearest first, by id what each leads to first, and whether that is all."""
    came = {id(target[0]): 0}
    kept, frontier = WorkList(target), WorkList(target)
    while frontier and len(kept) < _MOST:
        following = WorkList()
        for holder, held in zip(*holders_of(frontier, roots.running), strict=True):
            if id(holder) not in came:
                came[id(holder)] = id(held)
                following.append(holder)
        kept += following
        frontier = following
    return kept, came, not frontier


def _held_elsewhere(kept: WorkList, whole: bool) -> dict[int, int]:
    """Return by id how many references to each object are none of the objects', for those that have any."""
    known = dict.fromkeys(map(id, kept), 0)
    for start in range(0, len(kept), 200):
        for at in map(id, referents_of_all(kept[start : start + 200])):
            if at in known:
                known[at] += 1
    kept.append([])  # which only this list holds
    counts = [refcount(kept[place]) for place in range(len(kept))]
    kept.pop()
    ours = counts.pop()
    assert isinstance(ours, int)
    hidden = {}
    # Of objects whose holders were not all looked for nothing is known.
    for place in range(len(kept) if whole else 1):
        count = counts[place]
        if not isinstance(count, Immortal) and count - ours > known[id(kept[place])]:
            hidden[id(kept[place])] = count - ours - known[id(kept[place])]
    return hidden


def _is_of_the_call(obj: object, target: WorkList) -> bool:
    """Whether this is the tuple that a call with a star, or with two, has made of its arguments."""
    return type(obj) is tuple and len(obj) == 1 and obj[0] is target[0]


def _garbage(kept: WorkList) -> str:
    own = (
        {id(part) for owner in kept for part in kept if type(part) is dict and owns_exclusively(owner, part)}
        if (len(kept) < 100)
        else set()
    )
    kinds = collections.Counter(name_of(type(each)) for each in kept if id(each) not in own)
    parts = [f"{count:,} {kind}" if count > 1 else kind for kind, count in sorted(kinds.items())]
    rest = f" and {len(parts) - _LISTED} more types" if len(parts) > _LISTED else ""
    total = sum(kinds.values())
    return f"cyclic garbage of {total:,} object{'s' * (total != 1)}: {', '.join(parts[:_LISTED])}{rest}"


def _hint(obj: object) -> str:
    """Return who may hold such an object in C code: functions, and lists and tuples of them."""
    holds_functions = type(obj) is list or type(obj) is tuple or _is_callable(obj)
    return HINT if holds_functions else ""


def _is_callable(obj: object) -> bool:
    """Whether an object can be called, by its type alone."""
    return any("__call__" in namespace(cls) for cls in mro(type(obj)))
