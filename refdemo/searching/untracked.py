"""What the collector does not list may hold objects too: code, static types, tuples and dicts that it has untracked."""

import gc
import sys
import types

from refdemo.reading.claims import OWN_DICT
from refdemo.reading.classes import is_a, namespace
from refdemo.reading.fields import HEAP_TYPE
from refdemo.searching.worklist import WorkList

_ATOMS = frozenset(map(id, (str, int, float, complex, bytes, bool, type(None))))
# The tuples that a code object keeps; later ones make the others for the asking.
_OF_CODE = ("co_consts", "co_names") + ("co_varnames", "co_freevars", "co_cellvars") * (sys.version_info < (3, 11))
_AT_ONCE = 200


# PyPy lists no objects as tracked or not: there the collector shows all that it knows.
_is_tracked = getattr(gc, "is_tracked", lambda obj: True)


def shown_by(obj: object) -> list[tuple[str, object]]:
    """Return what code and static types refer to, of which the collector is told nothing, each with its label."""
    if type(obj) is types.CodeType:
        return [(f".{name}", getattr(obj, name)) for name in _OF_CODE]
    if is_a(obj, type) and not type.__dict__["__flags__"].__get__(obj) & HEAP_TYPE:
        own = [(OWN_DICT, each) for each in gc.get_referents(namespace(obj))]  # type: ignore[arg-type]
        return own + [(f".{name}", type.__dict__[name].__get__(obj)) for name in ("__mro__", "__bases__", "__base__")]
    return []


def referents_with_untracked(obj: object) -> list[object]:
    """Return what an object refers to, also where the collector is not told."""
    return [each for _, each in shown_by(obj)] or gc.get_referents(obj)


def untracked_paths(target: WorkList) -> list[WorkList]:
    """Return paths to the one object in a list from what the collector tracks, each by way of what it does not."""
    came: dict[int, WorkList] = {}
    level, found = WorkList(gc.get_objects()), WorkList()
    while level:
        following = WorkList()
        for start in range(0, len(level), _AT_ONCE):
            some = level[start : start + _AT_ONCE]
            if any(_is_hidden(each, came) for each in _referents(some)):
                for owner in some:
                    for each in referents_with_untracked(owner):
                        if _is_hidden(each, came):
                            came[id(each)] = WorkList([owner, each])
                            following.append(each)
        found += [each for each in following if any(part is target[0] for part in referents_with_untracked(each))]
        level = following
    return [_path(each, came, target) for each in found]


def _is_hidden(each: object, came: dict[int, WorkList]) -> bool:
    return not _is_tracked(each) and id(type(each)) not in _ATOMS and id(each) not in came


def _referents(some: list[object]) -> list[object]:
    found = gc.get_referents(*some)
    for each in some:
        if not _is_tracked(each):
            found += [part for _, part in shown_by(each)]
    return found


def _path(holder: object, came: dict[int, WorkList], target: WorkList) -> WorkList:
    path = WorkList([holder, target[0]])
    while id(path[0]) in came and not is_a(path[0], type):
        path.insert(0, came[id(path[0])][0])
    return path
