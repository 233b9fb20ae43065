"""The search for what holds an object: backward by sweeps of the heap, forward from the roots."""

import gc
import itertools
import sys
import types
from collections.abc import Set
from itertools import repeat
from operator import is_

from refdemo._reading.claims import retry_while_resizing
from refdemo._reading.classes import is_a, module_dict
from refdemo._reading.referents import referents, referents_of_all
from refdemo._reading.unreported import shown_by
from refdemo._searching import naming, owners
from refdemo._searching.frames import Local
from refdemo._searching.roots import OURS, Root, Roots
from refdemo._searching.worklist import WorkList

# gc.get_referrers compares every reference of the heap with every object asked about: for more than a few it is
# quicker to look each reference up in a set. One search from the roots costs about as much as forty short sweeps.
_FEW = 50
_SWEEPS = 40
_DEEPEST = 8  # owners, one of the other: the tree of a Context is the deepest of them
_MOST_OWNERS = 4
_PYPY = sys.implementation.name == "pypy"
_OURS = (WorkList, Roots, Root, Local)  # what a search makes
_AT_ONCE = 200  # free-threaded builds stop every thread for each call of gc.get_referents


def holders_of(objects: WorkList, running: Set[int], instances: bool = True) -> tuple[WorkList, WorkList]:
    """Return what refers to any of the objects, and beside each holder what it refers to: a pair at each place.

    Without `instances`, an instance does not refer to its own class.
    """
    asked = {id(each) for each in objects}
    found, held = WorkList(), WorkList()
    for holder in _referrers(objects) if len(objects) <= _FEW else _among_all(asked):
        if _is_own(holder, running) or (_PYPY and type(holder) is dict and _is_of_instance(holder, asked)):
            continue
        kind = None if instances else type(holder)
        seen = set()
        for each in referents_of(holder):
            if id(each) in asked and each is not kind and id(each) not in seen:
                seen.add(id(each))
                found.append(holder)
                held.append(each)
    return found, held


def referrers_of(target: WorkList, running: Set[int], without: Set[int] = frozenset()) -> WorkList:
    """Return what refers to the one object in a list, but for dicts whose ids are in `without`.

    Only holders of a type that may be this search's are looked at one by one, since there may be a million.
    """
    found = _referrers(target)
    if _PYPY:
        asked = {id(target[0])}
        found = [each for each in found if not (type(each) is dict and _is_of_instance(each, asked))]
    kinds = list(map(type, found))
    each_once = dict(zip(map(id, kinds), kinds, strict=True))
    looked_at = {at for at, kind in each_once.items() if kind is dict or _may_be_own(kind)}
    return WorkList(
        each
        for each, alone in zip(found, map(looked_at.__contains__, map(id, kinds)), strict=True)
        if not (alone and (id(each) in without or _is_own(each, running)))
    )


def with_owners(holders: WorkList, held: WorkList, running: Set[int]) -> list[list[WorkList]]:
    """Return paths to what is held: from each holder, or from what the holder serves only, by way of it.

    For each pair of a holder and what it holds there is one list, of more than one path where a cell serves several.
    """
    growing = {at: [WorkList(pair)] for at, pair in enumerate(zip(holders, held, strict=True))}
    asked: set[int] = set()
    for _ in range(_DEEPEST):
        heads = WorkList()
        for path in itertools.chain.from_iterable(growing.values()):
            if id(path[0]) not in asked and owners.is_part(path[0]):
                asked.add(id(path[0]))
                heads.append(path[0])
        if not heads:
            break
        found = _owners_of(heads, running)
        growing = {
            at: [WorkList([owner, *path]) for path in paths for owner in found.get(id(path[0]), ())] or paths
            for at, paths in growing.items()
        }
    return list(growing.values())


def _owners_of(parts: WorkList, running: Set[int]) -> dict[int, WorkList]:
    found: dict[int, WorkList] = {}
    plain: dict[int, bool] = {}
    for owner, part in zip(*holders_of(parts, running), strict=True):
        known = found.setdefault(id(part), WorkList())
        if len(known) < _MOST_OWNERS and owners.owns_exclusively(owner, part, plain):
            known.append(owner)
    return {at: known for at, known in found.items() if known}


def references_to(holders: WorkList, target: WorkList) -> int:
    """Return how many references the holders together have to the one object in a list."""
    count = 0
    for start in range(0, len(holders), _AT_ONCE):
        some = holders[start : start + _AT_ONCE]
        count += sum(map(is_, referents_of_all(some), repeat(target[0])))
    return count


def referents_of(holder: object) -> list[object]:
    """Return what an object refers to; of a module, on the Pythons that show freed objects, only its namespace."""
    return [module_dict(holder)] if is_a(holder, types.ModuleType) else referents(holder)


def _among_all(asked: Set[int]) -> WorkList:
    """Return the tracked objects that refer to one of those asked for."""
    everything, found = WorkList(gc.get_objects()), WorkList()
    asked_at_once = WorkList()
    for each in everything:
        if not is_a(each, types.ModuleType):
            asked_at_once.append(each)
        elif id(module_dict(each)) in asked:
            found.append(each)
    for start in range(0, len(asked_at_once), _AT_ONCE):
        some = asked_at_once[start : start + _AT_ONCE]
        if not asked.isdisjoint(map(id, gc.get_referents(*some))):
            found += [each for each in some if not asked.isdisjoint(map(id, gc.get_referents(each)))]
    return found


def _referrers(objects: WorkList) -> list[object]:
    arguments = tuple(objects)
    found: list[object] = gc.get_referrers(*arguments)
    # The tuple that PyPy makes for the call, too: last, being the youngest.
    last = found[-1] if found and _PYPY else None
    if type(last) is tuple and len(last) == len(objects) and all(a is b for a, b in zip(last, objects, strict=True)):
        del found[-1]
    return [holder for holder in found if holder is not arguments]


def _is_own(holder: object, running: Set[int]) -> bool:
    """Whether this is no holder to tell: a list of ours, or what runs, whose variables running_locals tells."""
    if type(holder) is types.FrameType:
        return id(holder) in running or id(holder.f_globals) in OURS
    if type(holder) is types.FunctionType:  # a generator expression's
        return id(holder.__globals__) in OURS and holder.__name__.startswith("<")
    return any(type(holder) is each for each in _OURS) or naming.is_running(holder)


def _is_of_instance(holder: dict[object, object], asked: Set[int]) -> bool:
    """Whether this is PyPy's dict of an instance, and refers to the instance alone of what is asked for."""
    pairs = retry_while_resizing(lambda: list(dict.items(holder)))
    return not any(id(key) in asked or id(value) in asked for key, value in pairs)


def _may_be_own(kind: type) -> bool:
    return any(kind is each for each in (types.FrameType, types.FunctionType, *_OURS)) or naming.is_generator_type(kind)


def path_from_a_root(target: WorkList, roots: Roots, max_links: int | None, without: Set[int]) -> WorkList:
    """Return the shortest path from a root to the object, from its referrers up; empty where there is none.

    `without` are the ids of what must not be the last but one of the path, and of the object itself where it is named.
    """
    came = {id(target[0]): 0}
    kept, frontier, sweeps, depth = WorkList(target), WorkList(target), 0, 1
    while frontier and sweeps <= _SWEEPS and (max_links is None or depth <= max_links):
        ends = [id(each) for each in frontier if id(each) in roots.names and id(each) not in without]
        if ends:
            return path_to(min(ends, key=roots.order), came, kept)
        sweeps += 1 if len(frontier) <= _FEW else _SWEEPS // 2
        following = WorkList()
        holders, held_by_them = holders_of(frontier, roots.running, instances=False)
        for holder, held in zip(holders, held_by_them, strict=True):
            if id(holder) not in came and not (depth == 1 and id(holder) in without):
                came[id(holder)] = id(held)
                following.append(holder)
        kept += following
        frontier, depth = following, depth + 1
    if without or (frontier and max_links is not None and depth > max_links):
        return WorkList()
    # Also where there is nothing more to find: the collector does not show what it does not track, and many instances
    # were left out on their class's account.
    path = _forward(came, kept, roots)
    return path if max_links is None or len(path) <= max_links else WorkList()


def _forward(came: dict[int, int], kept: WorkList, roots: Roots) -> WorkList:
    """Return the same path, from the roots down to the first object that the search backward has seen."""
    atoms = {id(kind) for kind in (str, int, float, bytes, bool, type(None))}
    level = WorkList(roots.objects())
    held_by = dict.fromkeys(map(id, level), 0)
    reached = WorkList(level)
    while level:
        following = WorkList()
        for holder in level:
            for each in (*referents_of(holder), *(part for _, part in shown_by(holder))):
                if id(each) in held_by or (id(type(each)) in atoms and id(each) not in came):
                    continue
                if not _is_own(each, roots.running):
                    held_by[id(each)] = id(holder)
                    following.append(each)
                    if id(each) in came:
                        start = path_to(id(each), held_by, WorkList([*reached, *following]))
                        start.reverse()
                        return WorkList([*start[:-1], *path_to(id(each), came, kept)])
        reached += following
        level = following
    return WorkList()


def path_to(end: int, came: dict[int, int], objects: WorkList) -> WorkList:
    """Return the objects from the one with the id `end` to where the search began."""
    by_id = dict(zip(map(id, objects), objects, strict=True))
    path = WorkList()
    while end:
        path.append(by_id[end])
        end = came[end]
    return path
