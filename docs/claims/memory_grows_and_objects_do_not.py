"""Attacks on the sentences of guides/memory-grows-and-objects-do-not."""

import array
import ctypes
import functools
import gc
import importlib
import importlib.util
import io
import mmap
import subprocess
import sys
import tempfile
import threading
import time

from refdemo.report import report

_SIZE = 40 * 2**20
_sleep = time.sleep


@functools.cache
def _library():
    library = ctypes.CDLL(None)
    for name in "malloc", "calloc", "mmap":
        getattr(library, name).restype = ctypes.c_void_p
    library.malloc.argtypes = [ctypes.c_size_t]
    library.free.argtypes = [ctypes.c_void_p]
    library.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
    return library


def _malloc(size=_SIZE):
    address = _library().malloc(size)
    _library().memset(address, 1, size)
    return address


def _resident():
    with open("/proc/self/statm") as numbers:
        return int(numbers.read().split()[1]) * mmap.PAGESIZE


def _rise(step):
    """Return by which share of `_SIZE` the resident set size rises, and what the step returns."""
    gc.collect()
    before = _resident()
    made = step()
    return (_resident() - before) / _SIZE, made


def _meanwhile(step):
    """Return the report of a process that does a step while the report waits, which it then does not do."""
    time.sleep = lambda seconds: step() if seconds else _sleep(0)
    try:
        return report(0.5)
    finally:
        time.sleep = _sleep


def _mapped():
    return mmap.mmap(-1, _SIZE)


def _touch(area):
    for place in range(0, _SIZE, mmap.PAGESIZE):
        area[place] = 1


def a_process_is_large_for_what_no_count_of_objects_shows():
    """Take memory of C, of the system and of one large buffer, and leave freed memory behind; count objects."""
    count = lambda: len(gc.get_objects())
    made = []
    _library()
    gc.collect()
    for way, take in {
        "the C library's": lambda: made.append(_malloc()),
        "the system's": lambda: made.append(_mapped()) or _touch(made[-1]),
        "one buffer": lambda: made.append(b"x" * _SIZE),
        "freed": lambda: made.append([f"{number:0400}" for number in range(200_000)][::200]),
    }.items():
        objects = count()
        rise = _rise(take)[0]
        yield way, rise > 0.5 and count() - objects < 1_000
    _library().free(made[0])
    made[1].close()


_BUFFER = """
import mmap

def resident():
    with open("/proc/self/statm") as numbers:
        return int(numbers.read().split()[1]) * mmap.PAGESIZE

before = resident()
made = bytearray(b"x") * {size}
print((resident() - before) / {size})
"""
"""A program of its own, as what was freed before and is not given back would be used first."""


def the_resident_set_counts_pages_whoever_asked_for_them():
    """Ask in several ways: the system, the C library, Python, and a file; touch it, and give it back."""
    rise, area = _rise(_mapped)
    yield "asked for", rise < 0.1
    yield "touched", _rise(lambda: _touch(area))[0] > 0.9
    yield "given back", _rise(area.close)[0] < -0.9
    rise, address = _rise(lambda: _library().malloc(_SIZE))
    yield "malloc", rise < 0.1
    yield "malloc, touched", _rise(lambda: _library().memset(address, 1, _SIZE))[0] > 0.9
    _library().free(address)
    alone = subprocess.run([sys.executable, "-c", _BUFFER.format(size=_SIZE)], capture_output=True, check=True)
    yield "a bytearray", float(alone.stdout) > 0.5
    with tempfile.TemporaryFile() as file:
        for _ in range(_SIZE // 2**20):
            file.write(bytes(2**20))
        file.flush()
        with mmap.mmap(file.fileno(), _SIZE, access=mmap.ACCESS_READ) as area:
            read = lambda: sum(area[place] for place in range(0, _SIZE, mmap.PAGESIZE))
            yield "pages of a file that were read", _rise(read)[0] > 0.5


def _traced(make):
    tracemalloc = importlib.import_module("tracemalloc")
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        made = make()
        return (tracemalloc.get_traced_memory()[0] - before) / _SIZE, made
    finally:
        tracemalloc.stop()


_OF_PYTHON = {
    "bytes": lambda: b"x" * _SIZE,
    "a string": lambda: "x" * _SIZE,
    "a list": lambda: [None] * (_SIZE // 8),
    "an array of Python's": lambda: array.array("b", [1]) * _SIZE,
    "a file in memory": lambda: io.BytesIO(b"x" * (_SIZE // 2)).getvalue() + b"x" * (_SIZE // 2),
}


def _reported():
    ctypes.pythonapi.PyTraceMalloc_Track(ctypes.c_uint(1), ctypes.c_size_t(4096), ctypes.c_size_t(_SIZE))


def tracemalloc_knows_what_python_asked_for():
    """Make buffers of Python's and of C's, and one of C's that is reported."""
    for way, make in _OF_PYTHON.items():
        traced, made = _traced(make)
        yield way, traced > 0.9 and made is not None
    traced, address = _traced(_malloc)
    yield "not malloc's", traced < 0.01
    _library().free(address)
    traced, area = _traced(_mapped)
    area.close()
    yield "not the system's", traced < 0.01
    if importlib.util.find_spec("_sqlite3"):
        connection = importlib.import_module("sqlite3").connect(":memory:")
        connection.execute("create table texts (text)")
        insert = lambda: connection.execute("insert into texts values (zeroblob(?))", [_SIZE // 4]) and None
        yield "not a database's", _traced(insert)[0] < 0.01
        connection.close()
    yield "what is reported", _traced(_reported)[0] > 0.9


_lost = array.array("Q")
"""Addresses of what no object leads to, so that it can be freed when a report has been asked."""


def _lose(size=_SIZE):
    _lost.append(_malloc(size))


def _of_a_thread():
    thread = threading.Thread(target=_lose)
    thread.start()
    thread.join()


def _of_the_system():
    address = _library().mmap(None, ctypes.c_size_t(_SIZE), 3, 0x22, -1, ctypes.c_long(0))
    _library().memset(address, 1, _SIZE)


def _cleared():
    _lost.append(_library().calloc(ctypes.c_size_t(1), ctypes.c_size_t(_SIZE)))
    _library().memset(_lost[-1], 1, _SIZE)


def memory_without_an_object_is_outside():
    """Lose memory of several kinds."""
    for way, lose in {
        "one block": _lose,
        "blocks of a page": lambda: [_lose(4096) for _ in range(_SIZE // 4096)].clear(),
        "cleared memory": _cleared,
        "the system's": _of_the_system,
        "a thread's": _of_a_thread,
    }.items():
        found = _meanwhile(lose)
        yield way, found.kind == "outside" and not found.holders
        while _lost:
            _library().free(_lost.pop())


class _Array:
    def __init__(self, size=400_000):
        self.address = _malloc(size)

    def __del__(self):
        _library().free(self.address)


class _Slotted(_Array):
    __slots__ = ("address",)


_kept = []
_by_name = {}


class _Owner:
    def __init__(self):
        self.arrays = []


_owner = _Owner()


def _cut():
    for each in _kept, _by_name, _owner.arrays:
        each.clear()


def a_buffer_that_an_object_owns_grows_with_the_objects():
    """Keep objects of several classes, in several places, that have memory of C."""
    for way, keep, name in (
        ("in a list", lambda: _kept.append(_Array()), "global _kept"),
        ("in a dict", lambda: _by_name.update({len(_by_name): _Array()}), "global _by_name"),
        ("of an attribute", lambda: _owner.arrays.append(_Array()), "global _owner"),
        ("with slots", lambda: _kept.append(_Slotted()), "global _kept"),
        ("an array of ctypes", lambda: _kept.append((ctypes.c_char * 400_000)(*b"x" * 400)), "global _kept"),
    ):
        found = _meanwhile(lambda keep=keep: [keep() for _ in range(100)])
        yield way, found.kind == "objects" and any(name in each.chain for each in found.holders)
        _cut()


class _Log:
    text = b"x"
    buffer = bytearray()
    numbers = array.array("q", [1])
    file = io.BytesIO()


def one_buffer_that_gets_larger_is_outside_too():
    """Make one object of several types larger."""
    part = b"x" * _SIZE
    for way, grow in {
        "a bytearray": lambda: _Log.buffer.extend(part),
        "bytes": lambda: setattr(_Log, "text", _Log.text + part),
        "an array": lambda: _Log.numbers.frombytes(part),
        "a file in memory": lambda: _Log.file.write(part),
    }.items():
        yield way, _meanwhile(grow).kind == "outside"
    _Log.buffer, _Log.text, _Log.numbers, _Log.file = bytearray(), b"x", array.array("q", [1]), io.BytesIO()


class _Row:
    __slots__ = ("number", "text")

    def __init__(self, number):
        self.number, self.text = number, f"row {number:0400}"


def freed_between_survivors_is_held_free():
    """Free all but a few of several types, before a report and while it waits."""
    for way, make in {
        "texts": lambda number: f"{number:0400}",
        "bytes": lambda number: bytes(400),
        "instances": _Row,
        "tuples": lambda number: tuple([number] * 40),
    }.items():
        many = [make(number) for number in range(200_000)]
        few = many[::200]
        many.clear()
        yield way, _meanwhile(lambda: None).kind == "held free"
        del few
        gc.collect()
    many = [f"{number:0400}" for number in range(150_000)]
    few = many[::50]
    yield "while it waits", _meanwhile(many.clear).kind == "held free" and len(few) == 3_000


def what_malloc_holds_free_is_given_back_by_a_trim():
    """Free blocks of several sizes, all but the last, and blocks of another thread."""
    trim = getattr(_library(), "malloc_trim", None)
    if not trim:
        return

    def take(size, blocks):
        blocks += [_malloc(size) for _ in range(_SIZE // size)]

    for way, size in ("small", 2_000), ("a few pages", 10_000), ("larger", 50_000), ("of a thread", 4_000):
        trim(0)
        blocks = []
        if way == "of a thread":
            thread = threading.Thread(target=take, args=[size, blocks])
            thread.start()
            thread.join()
        else:
            take(size, blocks)
        freed = _rise(lambda blocks=blocks: [_library().free(block) for block in blocks[:-1]] and None)[0]
        found = _meanwhile(lambda: None).kind if sys.implementation.name == "cpython" and size == 2_000 else "nothing"
        trimmed = _rise(lambda: trim(0))[0]
        yield way, freed > -0.1 and trimmed < -0.8 and found in ("nothing", "held free")
        _library().free(blocks[-1])
