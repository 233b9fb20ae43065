"""The search for what holds an object: backward by sweeps of the heap, forward from the roots."""

import gc
import sys
import types

from refdemo.reading.classes import is_a, module_dict
from refdemo.searching import telling, undisturbed
from refdemo.searching.frames import Local, running_frames, running_locals

# gc.get_referrers compares every reference of the heap with every object asked about: for more than a few it is
# quicker to look each reference up in a set. One search from the roots costs about as much as forty short sweeps.
_FEW = 50
_SWEEPS = 40
_SHOWS_ARGUMENTS = sys.implementation.name == "pypy"
_AT_ONCE = 200  # free-threaded builds stop every thread for each call of gc.get_referents


# The globals of the modules at work here, by id: PyPy shows running frames, also those made since the search began.
OURS = {id(globals()), id(vars(telling)), id(vars(undisturbed))}


class Own(list[object]):
    """A list of this module: never told as a holder, whichever thread works with it."""

    __slots__ = ()


class Roots:
    """What modules' globals and running functions, but for those of one module, hold, by id: where chains begin."""

    def __init__(self, own: dict[str, object]) -> None:
        self.running = running_frames()
        self.modules = imported_modules()
        self.names: dict[int, Local | int] = {}
        for local in reversed(running_locals(globals(), vars(undisturbed), own)):
            self.names[local.address] = local
        # In this order globals go before locals and __main__ goes first.
        for place in range(len(self.modules) - 1, -1, -1):
            self.names |= dict.fromkeys(map(id, telling.globals_in(self.modules[place])), place)

    def order(self, address: int) -> int:
        """Which of several roots to tell: a global before a local, and of globals the one of the earlier module."""
        name = self.names[address]
        return len(self.modules) if isinstance(name, Local) else name

    def objects(self) -> Own:
        """The objects that the names lead to, as far as the collector or a module shows them."""
        found = {id(each): each for module in self.modules for each in telling.globals_in(module)}
        found |= {id(each): each for each in gc.get_objects() if id(each) in self.names}
        return Own(found.values())


def imported_modules() -> Own:
    """The imported modules, `__main__` first."""
    found = [sys.modules.get("__main__"), *list(sys.modules.values())]
    return Own({id(each): each for each in found if is_a(each, types.ModuleType)}.values())


def holders_of(objects: Own, running: set[int], instances: bool = True) -> list[tuple[object, object]]:
    """What refers to any of the objects, each with those it refers to; without `instances`, not to its own class."""
    asked = {id(each) for each in objects}
    found = []
    for holder in _referrers(objects) if len(objects) <= _FEW else _among_all(asked):
        if _is_own(holder, running):
            continue
        kind = None if instances else type(holder)
        held = {id(each): each for each in referents_of(holder) if id(each) in asked and each is not kind}
        found += [(holder, each) for each in held.values()]
    return found


def referents_of(holder: object) -> list[object]:
    """What an object refers to; of a module only its namespace."""
    # Asking _asyncio for more on 3.12.0 to 3.12.5 gives objects that are freed, and corrupts the heap (gh-122695).
    return [module_dict(holder)] if is_a(holder, types.ModuleType) else gc.get_referents(holder)


def _among_all(asked: set[int]) -> list[object]:
    """The tracked objects that refer to one of those asked for."""
    everything, found = [], []
    for each in gc.get_objects():
        if not is_a(each, types.ModuleType):
            everything.append(each)
        elif id(module_dict(each)) in asked:
            found.append(each)
    for start in range(0, len(everything), _AT_ONCE):
        some = everything[start : start + _AT_ONCE]
        if not asked.isdisjoint(map(id, gc.get_referents(*some))):
            found += [each for each in some if not asked.isdisjoint(map(id, gc.get_referents(each)))]
    return found


def _referrers(objects: Own) -> list[object]:
    arguments = tuple(objects)
    found: list[object] = gc.get_referrers(*arguments)
    # The tuple that PyPy makes for the call, too: last, being the youngest.
    last = found[-1] if found and _SHOWS_ARGUMENTS else None
    if type(last) is tuple and len(last) == len(objects) and all(a is b for a, b in zip(last, objects, strict=True)):
        del found[-1]
    return [holder for holder in found if holder is not arguments]


def _is_own(holder: object, running: set[int]) -> bool:
    """Whether this is no holder to tell: a list of ours, or what runs, whose variables running_locals tells."""
    if type(holder) is types.FrameType:
        return id(holder) in running or id(holder.f_globals) in OURS
    return type(holder) is Own or telling.is_running(holder)


def path_from_a_root(target: Own, roots: Roots, max_links: int | None) -> Own:
    """The shortest path from a root to the object, from its referrers up; empty where there is none."""
    came = {id(target[0]): 0}
    kept, frontier, sweeps, depth = Own(target), Own(target), 0, 1
    while frontier and sweeps <= _SWEEPS and (max_links is None or depth <= max_links):
        ends = [id(each) for each in frontier if id(each) in roots.names]
        if ends:
            return _path(min(ends, key=roots.order), came, kept)
        sweeps += 1 if len(frontier) <= _FEW else _SWEEPS // 2
        following = Own()
        for holder, held in holders_of(frontier, roots.running, instances=False):
            if id(holder) not in came:
                came[id(holder)] = id(held)
                following.append(holder)
        kept += following
        frontier, depth = following, depth + 1
    if frontier and max_links is not None and depth > max_links:
        return Own()
    # Also where there is nothing more to find: the collector does not show what it does not track, and many instances
    # were left out on their class's account.
    path = _forward(came, kept, roots)
    return path if max_links is None or len(path) <= max_links else Own()


def _forward(came: dict[int, int], kept: Own, roots: Roots) -> Own:
    """The same path, from the roots down to the first object that the search backward has seen."""
    atoms = {id(kind) for kind in (str, int, float, bytes, bool, type(None), types.CodeType)}
    level = roots.objects()
    held_by = dict.fromkeys(map(id, level), 0)
    reached = Own(level)
    while level:
        following = Own()
        for holder in level:
            for each in referents_of(holder):
                if id(each) in held_by or (id(type(each)) in atoms and id(each) not in came):
                    continue
                if not _is_own(each, roots.running):
                    held_by[id(each)] = id(holder)
                    following.append(each)
                    if id(each) in came:
                        start = _path(id(each), held_by, Own([*reached, *following]))
                        start.reverse()
                        return Own([*start[:-1], *_path(id(each), came, kept)])
        reached += following
        level = following
    return Own()


def _path(end: int, came: dict[int, int], objects: Own) -> Own:
    """The objects from the one with the id `end` to where the search began."""
    by_id = dict(zip(map(id, objects), objects, strict=True))
    path = Own()
    while end:
        path.append(by_id[end])
        end = came[end]
    return path
