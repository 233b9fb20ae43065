"""What holds a container that has no name of its own: the rest of "item `[3]` of a list, global `rows` of …"."""

import collections

from refdemo._reading.claims import PYPY
from refdemo._searching.ends import HINT
from refdemo._searching.naming import is_exactly
from refdemo._searching.owners import is_part
from refdemo._searching.paths import holders_of, with_owners
from refdemo._searching.reference_labels import words
from refdemo._searching.roots import Roots
from refdemo._searching.worklist import WorkList

_FURTHER = 3
_NAMELESS = (list, set, frozenset, memoryview, collections.deque)


def has_no_name(obj: object) -> bool:
    """Whether nothing but what holds it tells an object from others of its type."""
    return (
        is_part(obj)
        or any(type(obj) is each for each in _NAMELESS)
        or any(is_exactly(obj, name) for name in ("Context", "ndarray"))
    )


def holders_in_words(
    objects: WorkList, roots: Roots, depth: int = _FURTHER, seen: frozenset[int] = frozenset()
) -> dict[int, str]:
    """Return by id what holds each object that has no name, and what holds that in turn: ", attribute `.rows` of …"."""
    told: dict[int, str] = {}
    asked = WorkList()
    for each in objects:
        if not has_no_name(each) or id(each) in told:
            continue
        if id(each) in roots.names:
            root = roots.root_of(each)
            told[id(each)] = f", {root.label} of {root.holder}" if root.label else f", names of {root.holder}"
        elif id(each) not in seen:
            asked.append(each)
    if not asked or not depth:
        return told
    seen |= {id(each) for each in asked}
    first: dict[int, tuple[bool, str, int]] = {}
    above = WorkList()
    holders, held = holders_of(asked, roots.running)
    if not PYPY:  # a list is always tracked, and so is every object that can hold it
        in_c = {id(each) for each in asked if type(each) is list} - set(map(id, held))
        told |= dict.fromkeys(in_c, f", held where Python code cannot look{HINT}")
    for paths in with_owners(holders, held, roots.running):
        for path in paths:
            if id(path[0]) in seen:
                continue
            found = has_no_name(path[0]), words(path)[0], id(path[0])
            above.append(path[0])
            first[id(path[-1])] = min(found, first.get(id(path[-1]), found))
    chosen = {address for _, _, address in first.values()}
    further = holders_in_words(WorkList(each for each in above if id(each) in chosen), roots, depth - 1, seen)
    return told | {at: f", {said}{further.get(address, '')}" for at, (_, said, address) in first.items()}
