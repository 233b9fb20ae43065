"""What the collector does not list may hold objects too: code, static types, numpy's arrays, what it has untracked."""

import gc
import itertools
from collections.abc import Callable, Set

from refdemo.reading.classes import is_a
from refdemo.reading.referents import tracked
from refdemo.reading.unreported import loaded, of_array, shown_by
from refdemo.searching.frames import running_values
from refdemo.searching.worklist import WorkList

_ATOMS = frozenset(map(id, (str, int, float, complex, bytes, bool, type(None))))
_AT_ONCE = 200

# PyPy lists no objects as tracked or not: there the collector shows all that it knows.
_is_tracked: Callable[[object], bool] = getattr(gc, "is_tracked", lambda obj: True)


def referents_with_untracked(obj: object) -> list[object]:
    """Return what an object refers to, also where the collector is not told."""
    return [*(each for _, each in shown_by(obj)), *gc.get_referents(obj)]


def untracked_paths(target: WorkList, own: Set[int]) -> list[WorkList]:
    """Return paths to the one object in a list from what the collector tracks, each by way of what it does not.

    The variables of running functions lead there as well where their values can be had (from 3.13 on), but for those of
    functions whose globals are in `own`, by id.
    """
    came: dict[int, WorkList] = {}
    seen: set[int] = set()
    level, found = WorkList(tracked()), WorkList()
    if loaded("numpy", "ndarray"):  # an instance of a subclass is tracked, and tells no more
        found += [each for each in level if any(part is target[0] for _, part in of_array(each))]
    following = WorkList(each for each in running_values(own) if not _is_tracked(each) and id(type(each)) not in _ATOMS)
    seen.update(map(id, following))
    while level:
        for start in range(0, len(level), _AT_ONCE):
            some = level[start : start + _AT_ONCE]
            if fresh := _untracked(some, seen):
                for owner in some:
                    reported = gc.get_referents(owner) if _is_tracked(owner) else referents_with_untracked(owner)
                    for each in () if fresh.isdisjoint(map(id, reported)) else reported:
                        if id(each) in fresh:
                            fresh.remove(id(each))
                            came[id(each)] = WorkList([owner, each])
                            following.append(each)
        found += [each for each in following if any(part is target[0] for part in referents_with_untracked(each))]
        level, following = following, WorkList()
    return [_path(each, came, target) for each in found]


def _untracked(some: list[object], seen: set[int]) -> set[int]:
    """Return the ids of what these objects refer to, is not tracked, and was not seen before; atoms left out."""
    reported = gc.get_referents(*some)
    if not _is_tracked(some[0]):  # and so none of them is
        reported += [part for each in some for _, part in shown_by(each)]
    fresh = {id(each): each for each in itertools.filterfalse(_is_tracked, reported) if id(each) not in seen}
    seen.update(fresh)
    return {at for at, each in fresh.items() if id(type(each)) not in _ATOMS}


def _path(holder: object, came: dict[int, WorkList], target: WorkList) -> WorkList:
    path = WorkList([holder, target[0]])
    while id(path[0]) in came and not is_a(path[0], type) and not of_array(path[0]):
        path.insert(0, came[id(path[0])][0])
    return path
