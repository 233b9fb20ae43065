"""Attacks on the glossary's claims about allocators and memory."""

import ctypes
import gc
import mmap
import os
import re
import subprocess
import sys
import tempfile
from functools import partial
from itertools import pairwise
from math import gcd


def _allocator(what):
    """Return a number from what CPython's allocator writes to standard error."""
    with tempfile.TemporaryFile("w+") as file:
        sys.stderr.flush()
        kept = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            sys._debugmallocstats()
        finally:
            os.dup2(kept, 2)
            os.close(kept)
        file.seek(0)
        found = re.search(rf"{what}\s*=\s*([\d,]+)", file.read())
        return int(found[1].replace(",", "")) if found else None


def an_arena_is_given_back_when_empty():
    """Fill ten megabytes in several ways, and empty them again, all or nearly all."""
    arenas = partial(_allocator, "arenas allocated current")
    if _FREE_THREADED:
        yield "another allocator has none", arenas() is None
        return
    large = 10**1000
    makes = {"bytes": lambda: bytes(450), "ints": lambda: large + 1, "tuples": lambda: tuple([0] * 50)}
    for way, make in makes.items():
        before = arenas()
        things = [[make() for _ in range(100)] for _ in range(200)]
        grown = arenas() - before
        del things
        yield way, grown > 4 and arenas() - before < grown / 2
    before = arenas()
    things = [bytes(450) for _ in range(20_000)]
    grown = arenas() - before
    things = things[::100]
    yield "some left in each", arenas() - before > grown - 2


def a_free_list_is_for_the_same_type():
    """End an object, ask for blocks of all small sizes, then for another object of its type."""
    makes = {"lists": lambda: [], "dictionaries": lambda: {}, "floats": lambda: float("2.5")}
    makes["tuples"] = lambda: tuple("abc")
    others = [None] * 600
    for way, make in makes.items():
        gc.collect()
        first = make()
        place = id(first)
        first = None
        for size in range(len(others)):
            others[size] = bytes(size)
        yield f"{way}: for no other", place not in map(id, others)
        yield f"{way}: for the next", id(make()) == place


def mimalloc_serves_the_free_threaded_build():
    """Ask for other allocators by name, and for what the allocator says of itself."""
    ask = "import sys; sys._debugmallocstats()"
    told = {}
    for name in ("pymalloc", "mimalloc", "malloc", ""):
        environment = os.environ | {"PYTHONMALLOC": name}
        asked = subprocess.run([sys.executable, "-c", ask], env=environment, capture_output=True, text=True)
        told[name] = asked.stderr if not asked.returncode else "refused"
    yield "pymalloc", (told["pymalloc"] == "refused") == _FREE_THREADED
    yield "mimalloc", (told["mimalloc"] != "refused") == (sys.version_info >= (3, 13))
    yield "what it is by itself", ("arenas allocated total" in told[""]) != _FREE_THREADED
    yield "C's malloc", (told["malloc"] == "refused") == _FREE_THREADED


def blocks_of_a_pool_have_one_size():
    """Ask for blocks of several sizes, and look which lie in one piece of sixteen kilobytes."""
    bits = 14 if sys.maxsize > 2**32 else 12
    kept = {size: [bytes(size) for _ in range(500)] for size in (10, 100, 200, 300, 450)}
    pools = {size: {id(block) >> bits for block in blocks} for size, blocks in kept.items()}
    for size, blocks in kept.items():
        others = set().union(*(pools[other] for other in pools if other != size))
        yield f"{size} bytes and other sizes", not pools[size] & others
        first = min(pools[size], key=lambda pool: -sum(id(block) >> bits == pool for block in blocks))
        places = sorted(id(block) for block in blocks if id(block) >> bits == first)
        yield f"{size} bytes", gcd(*(right - left for left, right in pairwise(places))) > size


def _resident():
    """Return how many bytes of this process are in main memory."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * mmap.PAGESIZE


def resident_memory_is_what_was_touched():
    """Map memory, touch half of it, then all, and give it back."""
    size, before = 2**24, _resident()
    mapped = mmap.mmap(-1, size)
    yield "mapped", _resident() - before < size / 4
    for place in range(0, size // 4, mmap.PAGESIZE):
        mapped[place] = 1
    sum(mapped[size // 4 + place] for place in range(0, size // 4, mmap.PAGESIZE))
    yield "half of it touched", size / 4 < _resident() - before < size * 3 / 4
    for place in range(size // 2, size, mmap.PAGESIZE):
        mapped[place] = 1
    yield "all of it written", _resident() - before > size * 3 / 4
    mapped.close()
    yield "given back", _resident() - before < size / 4
    with open("/proc/self/status") as file:
        told = re.search(r"VmRSS:\s+(\d+) kB", file.read())
    yield "the name that tools use", abs(int(told[1]) * 1024 - _resident()) < size / 4


def _bytes(make):
    """Return how many more bytes the allocator has in use for a thousand objects."""
    kept = [None] * 1000
    before = _allocator("bytes in allocated blocks")
    for index in range(1000):
        kept[index] = make()
    return _allocator("bytes in allocated blocks") - before


def its_requests_end_at_512_bytes():
    """Ask for objects of 512 bytes, and of a few more, in one part and in two."""
    if _FREE_THREADED:
        yield "another allocator there", _allocator("bytes in allocated blocks") is None
        return
    head, text, item = sys.getsizeof(b""), sys.getsizeof(""), ctypes.sizeof(ctypes.c_void_p)
    yield "bytes", 500_000 < _bytes(lambda: bytes(512 - head)) < 520_000
    yield "one byte more", _bytes(lambda: bytes(513 - head)) < 10_000
    yield "strings", 500_000 < _bytes(lambda: "x" * (512 - text)) < 520_000
    yield "one letter more", _bytes(lambda: "x" * (513 - text)) < 10_000
    rest = (512 - sys.getsizeof(())) // item
    yield "tuples", 500_000 < _bytes(lambda: tuple([None] * rest)) < 520_000
    yield "one item more", _bytes(lambda: tuple([None] * (rest + 1))) < 10_000
    yield "the larger part of two", 32_000 < _bytes(lambda: bytearray(513)) < 100_000


def tracemalloc_records_what_pythons_allocators_give():
    """Ask for a megabyte of Python's allocators and of others, before it starts and after."""
    import tracemalloc

    def grown(make):
        before = tracemalloc.get_traced_memory()[0]
        made.append(make())
        return tracemalloc.get_traced_memory()[0] - before

    made = [bytes(2**20)]
    tracemalloc.start()
    yield "bytes", grown(lambda: bytes(2**20)) >= 2**20
    yield "a list", grown(lambda: [None] * 2**17) >= 2**17 * ctypes.sizeof(ctypes.c_void_p)
    late, line = bytes(1000), sys._getframe().f_lineno
    yield "the line", tracemalloc.get_object_traceback(late)[0].lineno == line
    yield "what was there before", tracemalloc.get_object_traceback(made[0]) is None
    if _PROCESSES:
        yield "mapped memory", grown(lambda: mmap.mmap(-1, 2**20)) < 2**16
        yield "C's own malloc", grown(lambda: _libc().malloc(2**20)) < 2**16 and made[-1]
        _libc().free(made.pop())
    tracemalloc.stop()


def _libc():
    library = ctypes.CDLL(None)
    library.malloc.restype, library.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    library.free.argtypes = [ctypes.c_void_p]
    return library
