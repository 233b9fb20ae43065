"""Attacks on the sentences of tutorial/where-the-memory-goes."""

import collections
import contextlib
import ctypes
import functools
import gc
import importlib
import io
import mmap
import os
import subprocess
import sys
import types

_FREE_THREADED = "t" in getattr(sys, "abiflags", "")
_WORD = 8 if sys.maxsize > 2**32 else 4


class _Slots:
    __slots__ = ("text", "title")


class _Empty:
    __slots__ = ()


class _Plain:
    pass


_KINDS = {"slots": _Slots, "floats": lambda: float("1.5"), "bytes": lambda: bytes(300)}
_KINDS["strings"] = lambda: "".join(["ab", "cd"])


_REPORT = """
import gc, os, re, sys, tempfile
def reported(name):
    with tempfile.TemporaryFile() as file:
        kept = os.dup(2)
        os.dup2(file.fileno(), 2)
        sys._debugmallocstats()
        os.dup2(kept, 2)
        os.close(kept)
        file.seek(0)
        report = file.read().decode()
    return int(re.search(name, report)[1].replace(",", ""))
"""
_HELD = """
def arenas():
    gc.collect()
    return reported(r"# arenas allocated current\\s+=\\s+([\\d,]+)")

def held(survive):
    objects = [make() for _ in range(number)]
    full = arenas()
    survivors = survive(objects)
    for place, _ in enumerate(objects):
        objects[place] = None
    return (arenas() - before) / (full - before), full - before

class Slots:
    __slots__ = [f"slot_{number}" for number in range(30)]

kinds = {"slots": Slots, "strings": lambda: "".join(["ab"] * 120), "bytes": lambda: bytes(300)}
kinds["tuples"] = lambda: tuple([None] * 30)
make = kinds[sys.argv[1]]
number = 40_000
before = arenas()
none, made = held(lambda objects: None)
each = number // (2 * made)
ways = {
    "scattered": lambda objects: objects[7::200],
    "neighbours": lambda objects: objects[number // 2 :][: number // 200],
    "two an arena": lambda objects: objects[::each],
}
print("none", none, sep=":")
for way in ways:
    print(way, held(ways[way])[0], sep=":")
"""


def _printed(program, *arguments):
    command = [sys.executable, "-c", _REPORT + program, *arguments]
    ran = subprocess.run(command, capture_output=True, text=True)
    return {way: said for way, _, said in (line.partition(":") for line in ran.stdout.splitlines())}


@functools.cache
def _shares(kind):
    """Return which share of the arenas of many objects is held by some survivors, in a fresh process."""
    return {way: float(share) for way, share in _printed(_HELD, kind).items()}


def a_few_survivors_in_the_wrong_places_hold_most_of_it():
    """Keep one in 200 of objects of several kinds, and none."""
    for kind in "slots", "strings", "tuples", "bytes":
        yield f"one in 200 {kind}", _shares(kind)["scattered"] > 0.7
        yield f"no {kind}", _shares(kind)["none"] < 0.5


def one_object_keeps_an_arena():
    """Keep about two objects in each arena."""
    for kind in "slots", "strings", "tuples", "bytes":
        yield kind, _shares(kind)["two an arena"] > 0.7


_FREE_LISTS = """
class Kind:
    def method(self): return lambda: self
def of_cells():
    return Kind().method()
kinds = {"PyListObjects": lambda: [], "PyDictObjects": lambda: {}, "PyFloatObjects": lambda: float("1.5")}
kinds |= {"2-sized PyTupleObjects": lambda: tuple([[], 1]), "9-sized PyTupleObjects": lambda: tuple([[]] * 9)}
for kind, make in kinds.items():
    objects = [make() for _ in range(60)]
    del objects
    pattern = rf"(\\d+) free {kind}"
    full = reported(pattern)
    gc.collect()
    print(kind, full >= 50 and reported(pattern) < 30, sep=":")
import contextvars, weakref
others = {"bound methods": lambda: Kind().method, "methods of C": lambda: [].append, "iterators": lambda: iter([1])}
others |= {"contexts": contextvars.copy_context, "weak references": lambda: weakref.ref(Kind), "cells": of_cells}
for kind, make in others.items():
    gc.collect()
    before = sys.getallocatedblocks()
    objects = [make() for _ in range(250)]
    del objects
    gc.collect()
    print(kind, sys.getallocatedblocks() - before < 30, sep=":")
"""


def a_full_collection_empties_the_free_lists():
    """Fill the free lists of several types, and read how much is in them, or in blocks, before and after."""
    said = _printed(_FREE_LISTS)
    for kind, emptied in said.items():
        yield kind, emptied == "True"


def _in_front(thing):
    return sys.getsizeof(thing) - thing.__sizeof__()


def two_addresses_in_front_and_two_more_of_an_instance():
    """Compare what objects say and what is asked for, for built-in types, subclasses and instances."""
    collector = 0 if _FREE_THREADED else 2 * _WORD
    more = 0 if sys.version_info < (3, 11) else 2 * _WORD
    slotted = type("S", (list,), {"__slots__": ()})()
    for thing in [], [1] * 99, {}, (1,), set(), lambda: 0, ValueError(), _Slots(), slotted:
        yield f"a {type(thing).__name__}", _in_front(thing) == collector
    for thing in 1, 1.5, "text", b"bytes", object():
        yield f"a {type(thing).__name__}", _in_front(thing) == 0
    filled = _Plain()
    filled.a = filled.b = 1
    for name, thing in {"a new instance": _Plain(), "one with attributes": filled, "of a list": _Sub()}.items():
        yield name, _in_front(thing) == collector + more
    if sys.version_info >= (3, 12):
        for base in int, tuple, ValueError, dict, collections.deque, bytearray:
            yield f"derived from {base.__name__}", _in_front(type("Derived", (base,), {})()) == collector + more
    own = {types.ModuleType: "m", functools.partial: print, collections.OrderedDict: (), io.StringIO: ""}
    for base, argument in own.items():
        yield f"derived from {base.__name__}", _in_front(type("Derived", (base,), {})(argument)) == collector
    made = type("Meta", (type,), {})("Made", (), {})
    yield "a class", sys.getsizeof(made) - type.__sizeof__(made) == collector


class _Sub(list):
    pass


def attributes_have_moved_into_the_object():
    """Count the blocks of instances with few and many attributes, of classes with several bases."""
    expected = 3 if sys.version_info < (3, 11) else 2 if sys.version_info < (3, 13) else 1
    for number in 1, 4, 12, 29:
        yield f"{number} attributes", _blocks(type("Own", (), {}), number) == expected
    yield "a derived class", _blocks(type("Derived", (_Plain,), {}), 4) == expected
    yield "too many attributes", _blocks(type("Own", (), {}), 40) == 3
    yield "a base with empty __slots__", _blocks(type("Derived", (_Empty,), {}), 4) == expected
    away = (3, 13) <= sys.version_info < (3, 14)
    yield "a base with __slots__", _blocks(type("Derived", (_Slots,), {}), 4) == (3 if away else expected)
    late, early = type("Own", (), {}), []
    for _ in range(100):
        early.append(late())
        early[-1].first = None
    yield "attributes that others did not get", _blocks(late, 5) == 3
    for base in int, tuple, ValueError:
        yield f"derived from {base.__name__}", _blocks(type("Sub", (base,), {}), 4) == 3
    for base in list, set:
        inside = sys.version_info >= (3, 14)
        yield f"derived from {base.__name__}", _blocks(type("Sub", (base,), {}), 4) == (1 if inside else 3)


def _blocks(kind, number):
    """Return how many blocks an instance with so many attributes takes."""
    names = [f"attribute_{place}" for place in range(number)]
    kept = [None] * 1_000
    gc.collect()
    for place in range(1_000):
        if place == 200:
            before = sys.getallocatedblocks()
        kept[place] = kind()
        for name in names:
            setattr(kept[place], name, None)
    return round((sys.getallocatedblocks() - before) / 800)


def _popped(table):
    while table:
        table.popitem()


def _deleted(table):
    for key in list(table):
        del table[key]


def _popped_by_key(table):
    for key in list(table):
        table.pop(key)


def a_dictionary_keeps_its_table_until_it_is_cleared():
    """Empty dictionaries of several kinds and sizes in every way, one key at a time, and then all at once."""
    filled = _Plain()
    vars(filled).update(dict.fromkeys(map(str, range(100))))
    kinds = {
        "of ints": lambda: dict.fromkeys(range(1_000)),
        "of a few": lambda: {number: number for number in range(20)},
        "of many": lambda: dict.fromkeys(range(50_000)),
        "a copy of attributes": lambda: dict(vars(filled)),
        "a Counter": lambda: collections.Counter(range(1_000)),
        "a subclass": lambda: type("Table", (dict,), {})(dict.fromkeys(range(1_000))),
    }
    for kind, make in kinds.items():
        for empty in _popped, _deleted, _popped_by_key:
            table = make()
            full = sys.getsizeof(table)
            empty(table)
            kept = sys.getsizeof(table) == full and not table
            table.clear()
            yield f"{kind}, {empty.__name__[1:]}", kept and sys.getsizeof(table) < full / 4


def _pools(objects):
    return {id(each) // 16_384 for each in objects}


def what_fits_into_the_gaps_takes_no_new_pools():
    """Do the same work again between survivors, with several kinds of objects, and a third time."""
    for kind in "slots", "floats", "strings", "bytes":
        objects = [_KINDS[kind]() for _ in range(20_000)]
        used = _pools(objects)
        for time in "second", "third":
            survivors = objects[::100]
            del objects
            objects = [_KINDS[kind]() for _ in range(20_000)]
            yield f"{kind}, the {time} time", len(_pools(objects) - used) < len(used) / 4
            del survivors


def up_to_512_bytes_from_pools_and_more_from_the_c_library():
    """Make blocks of one byte less and more than the limit, of several types, and look at the pools."""
    said = _printed("""
def in_pools(make):
    objects = [None] * 10_000
    before = reported(allocated)
    for place in range(10_000):
        objects[place] = make()
    return reported(allocated) - before > 10_000 * 256
allocated = r"# bytes in allocated blocks\\s+=\\s+([\\d,]+)"
of_bytes, of_text, of_tuple = sys.getsizeof(b""), sys.getsizeof(""), sys.getsizeof((1,)) - 8
print("512 bytes", in_pools(lambda: bytes(512 - of_bytes)), sep=":")
print("513 bytes", not in_pools(lambda: bytes(513 - of_bytes)), sep=":")
print("a string of 512", in_pools(lambda: "ab" * ((512 - of_text) // 2)), sep=":")
print("a string of 530", not in_pools(lambda: "ab" * ((530 - of_text) // 2)), sep=":")
print("a tuple of 512", in_pools(lambda: tuple([None] * ((512 - of_tuple) // 8))), sep=":")
print("a tuple of 520", not in_pools(lambda: tuple([None] * ((520 - of_tuple) // 8))), sep=":")
print("the table of a long list", not in_pools(lambda: [None] * 100), sep=":")
""")
    for way, held in said.items():
        yield way, held == "True"


def scattered_survivors_hold_more_than_neighbours():
    """Keep as many objects of several kinds, scattered and as neighbours at two places."""
    for kind in "slots", "strings", "tuples", "bytes":
        shares = _shares(kind)
        yield f"{kind}, scattered", shares["scattered"] > 0.5
        yield f"{kind}, neighbours", shares["neighbours"] < 0.5


def three_questions_have_three_answers():
    """Ask the three about large contents, about what is freed, and about memory that Python did not allocate."""
    tracemalloc = importlib.import_module("tracemalloc")
    traced = lambda: tracemalloc.get_traced_memory()[0]
    tracemalloc.start()
    before = traced()
    holder = [bytes(3_000_000)]
    yield "a list and what is in it", sys.getsizeof(holder) < 1_000 and traced() - before > 2_900_000
    holder.clear()
    yield "freed", abs(traced() - before) < 100_000
    plain = [_Plain() for _ in range(1_000)]
    for each in plain:
        each.a = each.b = each.c = 1
    yield "instances", traced() - before - sys.getsizeof(plain) > 1_000 * sys.getsizeof(plain[0])
    before = traced()
    with mmap.mmap(-1, 5_000_000) as mapped:
        mapped.write(b"x" * 1_000)
        yield "memory of the system", traced() - before < 100_000
    yield "memory of the C library", _from_the_c_library(traced) < 100_000
    tracemalloc.stop()


def _from_the_c_library(traced):
    library, before = ctypes.CDLL("msvcrt" if sys.platform == "win32" else None), traced()
    library.malloc.restype, library.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    library.free.argtypes = [ctypes.c_void_p]
    address = library.malloc(5_000_000)
    took = traced() - before
    library.free(address)
    return took


_READ = """
import ctypes
class Small: __slots__ = ()
class Other: __slots__ = ()
def read(): return ctypes.string_at(address, 16)
small = [Small() for _ in range(9)]
address = id(small[4])
alive = read()
"""


def _answer(program, **variables):
    command = [sys.executable, "-c", _READ + program]
    with contextlib.suppress(subprocess.TimeoutExpired):
        ran = subprocess.run(command, env=os.environ | variables, capture_output=True, text=True, timeout=60)
        return ran.returncode, ran.stdout.split()
    return None


def a_dead_address_tells_what_is_there_now():
    """Read an address when its object is freed, when others have been made, in debug mode, and without its arena."""
    freed = "small[4] = None; print(read() == alive)"
    yield "a free block", _answer(freed) == (0, ["False"])
    again = "small[4] = None; small[4] = Small(); more = [Small() for _ in range(50_000)]; print(read() == alive)"
    yield "another of its kind", _answer(again) == (0, ["True"])
    other = "small[4] = None; small[4] = Other(); more = [Other() for _ in range(50_000)]\n"
    other += "print(read()[8:] == id(Other).to_bytes(8, 'little'))"
    if not _FREE_THREADED and _WORD == 8:
        yield "one of another kind", _answer(other) == (0, ["True"])
    gone = "rows = [Small() for _ in range(400_000)]; address = id(rows[200_000]); alive = read(); del rows\n"
    code, said = _answer(gone + "print(read() == alive)")
    yield "no memory, or other bytes", code != 0 or said == ["False"]
    filled = _answer("small[4] = None; print(set(read()) == {0xDD})", PYTHONMALLOC="debug")
    yield "in debug mode", filled == (0, [str(not _FREE_THREADED)])
