"""What the collector does not list may hold objects too: code, static types, numpy's arrays, what it has untracked."""

import gc
import itertools
import types
from collections.abc import Callable, Set
from itertools import repeat
from operator import is_

from refdemo._reading.classes import is_a
from refdemo._reading.referents import tracked
from refdemo._reading.unreported import loaded, of_array, shown_by, shows_more
from refdemo._searching.frames import running_values
from refdemo._searching.worklist import WorkList

_ATOMS = frozenset(map(id, (str, int, float, complex, bytes, bool, type(None))))
_AT_ONCE = 200

# PyPy lists no objects as tracked or not: there the collector shows all that it knows.
_is_tracked: Callable[[object], bool] = getattr(gc, "is_tracked", lambda obj: True)


def untracked_paths(target: WorkList, own: Set[int]) -> list[WorkList]:
    """Return paths to the one object in a list from what the collector tracks, each by way of what it does not.

    The variables of running functions lead there as well where their values can be had (from 3.13 on), but for those of
    functions whose globals are in `own`, by id.
    """
    came: dict[int, WorkList] = {}
    try:
        return [_path(each, came, target) for each in _untracked_holders(target, own, came)]
    finally:
        came.clear()  # on 3.10 it has met what holds it


def _untracked_holders(target: WorkList, own: Set[int], came: dict[int, WorkList]) -> WorkList:
    seen: set[int] = set()
    # Not the search's own frames, which 3.10 tracks: what is noted here would hold what notes it.
    level = WorkList(each for each in tracked() if type(each) is not types.FrameType or id(each.f_globals) not in own)
    found = WorkList()
    if loaded("numpy", "ndarray"):  # an instance of a subclass is tracked, and tells no more
        found += [each for each in level if any(part is target[0] for _, part in of_array(each))]
    following = WorkList(each for each in running_values(own) if not _is_tracked(each) and id(type(each)) not in _ATOMS)
    seen.update(map(id, following))
    while level:
        for start in range(0, len(level), _AT_ONCE):
            some = level[start : start + _AT_ONCE]
            if fresh := _untracked(some, seen):
                for owner in some:
                    reported = gc.get_referents(owner)
                    if not _is_tracked(owner):
                        reported += [part for _, part in shown_by(owner)]
                    for each in () if fresh.isdisjoint(map(id, reported)) else reported:
                        if id(each) in fresh:
                            fresh.remove(id(each))
                            came[id(each)] = WorkList([owner, each])
                            following.append(each)
        for start in range(0, len(following), _AT_ONCE):
            found += _holding(following[start : start + _AT_ONCE], target)
        level, following = following, WorkList()
    return found


def _holding(some: list[object], target: WorkList) -> list[object]:
    """Return which of some objects refer to the one in a list."""
    found = []
    if any(map(is_, gc.get_referents(*some), repeat(target[0]))):
        found = [each for each in some if any(part is target[0] for part in gc.get_referents(each))]
    return found + [each for each in some if shows_more(each) and any(part is target[0] for _, part in shown_by(each))]


def _untracked(some: list[object], seen: set[int]) -> set[int]:
    """Return the ids of what these objects refer to, is not tracked, and was not seen before; atoms left out."""
    reported = gc.get_referents(*some)
    if not _is_tracked(some[0]):  # and so none of them is
        reported += [part for each in some if shows_more(each) for _, part in shown_by(each)]
    fresh = {id(each): each for each in itertools.filterfalse(_is_tracked, reported) if id(each) not in seen}
    seen.update(fresh)
    return {at for at, each in fresh.items() if id(type(each)) not in _ATOMS}


def _path(holder: object, came: dict[int, WorkList], target: WorkList) -> WorkList:
    path = WorkList([holder, target[0]])
    while id(path[0]) in came and not is_a(path[0], type) and not of_array(path[0]):
        path.insert(0, came[id(path[0])][0])
    return path
