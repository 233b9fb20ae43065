"""Asks refcount_at about addresses all over this process's memory and prints what came of it, as JSON.

Run as a program: `python mapped_memory.py HOW_MANY SEED`, from where refdemo can be imported. Linux only.

Ground truth is what can be reached from the collector's lists. Objects that only C code holds (inside code objects,
in static tables) are alive and yet not found that way, so "false" counts too much rather than too little.
"""

import bisect
import gc
import itertools
import json
import mmap
import random
import struct
import sys
import time
import types
from array import array

import refdemo

WORD = struct.calcsize("P")
NAMED = (
    types.BuiltinFunctionType,
    types.ClassMethodDescriptorType,
    types.GetSetDescriptorType,
    types.MemberDescriptorType,
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
)


class Node:
    def __init__(self):
        self.me = self


def used_heap():
    """Objects to keep; as many again are made and freed, so that there is stale memory to find."""
    kept, freed = [], []
    for place in range(20_000):
        made = Node(), [place], {place: str(place)}, (place, [place]), str(place) * 3, place * 1000.5, 10**9 + place
        (freed if place % 2 else kept).append(made)
    return kept


def held_by(x):
    """What an object holds and the collector does not tell of."""
    kind = type(x)
    if issubclass(kind, dict):
        return list(dict.keys(x))
    if issubclass(kind, type):
        names = (type.__dict__[name].__get__(x) for name in ("__name__", "__qualname__"))
        return [*names, *type.__subclasses__(x)]
    if issubclass(kind, NAMED):
        return [getattr(x, "__name__", None)]
    if issubclass(kind, types.CodeType):
        names = (name for name in dir(x) if name.startswith("co_") and name not in ("co_lnotab", "co_code"))
        # an attribute computed anew each time is not held
        return [getattr(x, name) for name in names if getattr(x, name) is getattr(x, name)]
    return []


def live_objects():
    """Every live object that can be reached, each once."""
    todo = [*gc.get_objects(), object, *range(-5, 1025), *map(chr, range(256)), *(bytes([n]) for n in range(256))]
    seen, found = set(), []  # made after the list above, or they would be found and kept
    while todo:
        x = todo.pop()
        if id(x) not in seen:
            seen.add(id(x))
            found.append(x)
            todo += gc.get_referents(x)
            todo += held_by(x)
    return found


def regions(wanted):
    """The mapped regions whose permissions begin with `wanted`, as pairs of addresses."""
    found = []
    with open("/proc/self/maps") as maps:
        for line in maps:
            span, permissions = line.split()[:2]
            if permissions.startswith(wanted):
                found.append(tuple(int(end, 16) for end in span.split("-")))
    return found


def inside(spans, chance):
    """Aligned addresses without end, evenly over the regions."""
    totals = list(itertools.accumulate(end - start for start, end in spans))
    while True:
        place = chance.randrange(totals[-1])
        region = bisect.bisect_right(totals, place)
        yield (spans[region][1] - (totals[region] - place)) & -WORD


def outcomes(addresses, live):
    """How many addresses are live objects and were accepted, are none that we know and were, were refused."""
    told = {"live": 0, "false": 0, "refused": 0, "refused alive": 0, "no counts": 0}
    for address in addresses:
        at = bisect.bisect_left(live, address)
        alive = at < len(live) and live[at] == address
        try:
            count = refdemo.refcount_at(address)
        except ValueError:
            told["refused alive" if alive else "refused"] += 1
        except NotImplementedError:
            told["no counts"] += 1
        else:
            assert count is refdemo.IMMORTAL or (type(count) is int and count >= 0)
            told["live" if alive else "false"] += 1
    return told


def main(how_many, seed):
    chance = random.Random(seed)
    kept = used_heap()
    unreadable = mmap.mmap(-1, 1 << 24, prot=0)
    gc.collect()
    # held from here on, and their ids in an array, which makes no object for any: what is told live stays so
    alive = live_objects()
    live = array("Q", sorted(map(id, alive))) if hasattr(sys, "getrefcount") else [WORD]
    kinds = {
        "anywhere mapped": inside(regions(""), chance),
        "writable": inside(regions("rw"), chance),
        "not readable": inside(regions("-"), chance),
        "inside objects": (chance.choice(live) + WORD * chance.randrange(1, 12) for _ in itertools.count()),
    }
    started = time.perf_counter()
    told = {kind: outcomes(itertools.islice(kinds[kind], how_many // 4), live) for kind in kinds}
    told["seconds"] = round(time.perf_counter() - started, 1)
    assert kept and unreadable and alive
    print(json.dumps(told))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
