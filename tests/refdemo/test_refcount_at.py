"""For the id of a live object the answer is exact, whatever the object."""

import collections
import contextlib
import ctypes
import functools
import gc
import mmap
import os
import sys
import threading
import types

import pytest
from raw_memory import COUNTED, FREE_THREADED, WORD, counted, free_threaded, owner_and_shared, raw_count, run, with_gil

from refdemo import IMMORTAL, refcount, refcount_at
from refdemo._reading import heads, memory
from refdemo._reading.referents import referents, tracked

pytestmark = counted

ALL_OBJECTS = True


class Meta(type):
    pass


class Slotted:
    __slots__ = ("one",)


class Sized(tuple):
    pass


def deep_metaclass(depth):
    """A class whose type has a type, and so on, `depth` steps up to type."""
    metaclass = type
    for step in range(depth):
        metaclass = metaclass(f"Meta{step}", (metaclass,), {})
        # each new metaclass is an instance of the one before it
    return metaclass("Deep", (), {})


@functools.cache  # kept: no collection can free it, and each would count it
def own_type():
    """A metaclass that is its own type."""
    first = type("First", (type,), {})
    second = first("Second", (first,), {})
    second.__class__ = second
    return second


def generate():
    yield 1


def kinds():
    if not COUNTED:
        return []

    def closure():
        return made

    made = [
        *(object(), [1], {"k": 1}, {1, 2}, (1, [2]), bytearray(3), 10**30, 1.5 + len("x"), "".join(["a b", "c"])),
        *(bytes(bytearray(b"one two")), range(5), slice(1, 2), 1j * len("x"), memoryview(b"abc"), frozenset([1])),
        *(Slotted(), Sized([1]), types.SimpleNamespace(a=1), Exception("x"), collections.deque([1]), iter([1])),
        *(Meta("M", (), {}), Meta("M", (), {})(), deep_metaclass(12), deep_metaclass(12)(), own_type()),
        *(own_type()("C", (), {}), own_type()("C", (), {})(), type("Plain", (), {}), type("Plain", (), {})()),
        *(closure, lambda: 1, generate(), generate, types.ModuleType("m"), [].append, "".join, closure.__code__),
        *(property(), staticmethod(len), classmethod(len), types.MappingProxyType({}), types.CellType(1)),
        *(ctypes.c_int(3), ctypes.Structure, threading.Lock(), list[int], collections.OrderedDict(a=1), len, sys, gc),
        *(type.__dict__["__basicsize__"], str.join, int.__add__, int, type, object, None, True, (), 7, "", b"a", ...),
    ]
    return made


@pytest.mark.parametrize("place", range(len(kinds())), ids=lambda place: f"{place}-{type(kinds()[place]).__name__}")
def test_the_count_at_an_id_is_the_count_of_the_object(place):
    objects = kinds()
    x = objects[place]
    objects.clear()  # the list is in a cycle with one of them, and would hold this one until it is collected
    address = id(x)
    assert refcount_at(address) == refcount(x)


def used_by_the_calls():
    """The ids of what a call of refcount_at may hold while it runs, or of what that holds."""
    seen, layer = {}, [refcount_at, heads, memory, raw_count, owner_and_shared, stored, used_by_the_calls, os, ctypes]
    layer += vars(ctypes._SimpleCData).values()
    for _ in range(5):
        for x in layer:
            seen[id(x)] = x
        layer = [x for each in layer for x in referents(each) if id(x) not in seen]
    return set(seen)


def objects_of_every_type(most):
    """Return so many of each type at the most: where an object's count lies follows from its type."""
    by_type = collections.defaultdict(list)
    objects = tracked()
    for x in objects + gc.get_referents(*objects):
        by_type[type(x)].append(x)
    return [x for alike in by_type.values() for x in alike[:: -(-len(alike) // most)]]


@pytest.mark.parametrize("most", [30, pytest.param(1000, marks=pytest.mark.deep)])
def test_objects_of_every_type_in_the_process_have_the_count_that_memory_holds(most):
    gc.collect()
    gc.disable()
    objects = objects_of_every_type(most)
    used = used_by_the_calls()
    wrong, compared = [], 0
    for x in objects:
        address = id(x)
        found = refcount_at(address)
        # strings and code are not told as used: the collector does not lead to all of them
        steady = gc.is_tracked(x) and not isinstance(x, types.CodeType) and address not in used
        if steady and found is not IMMORTAL:
            compared += 1
            if found != stored(address):
                wrong.append((x, found, stored(address)))
    assert wrong == []
    assert compared > 1000


def stored(address):
    if not FREE_THREADED:
        return raw_count(address)
    deferred = ctypes.c_uint8.from_address(address + WORD + 3).value & 64
    added = 0 if not deferred else 1 if sys.version_info < (3, 14) else sys.maxsize // 8
    return sum(owner_and_shared(address)) - added


@pytest.mark.parametrize("cls", [bool, OSError, Slotted, Meta, collections.OrderedDict, types.FunctionType])
def test_the_fields_of_a_type_are_where_they_are_sought(cls):
    with memory.Memory() as process:
        assert process.word(id(cls) + heads.TYPE_BASE) == id(cls.__base__)
        assert process.word(id(cls) + heads.HEAD - WORD) == id(type(cls))
        size = ctypes.sizeof(ctypes.c_ulong)
        flags = int.from_bytes(process.read(id(cls) + heads.TYPE_FLAGS, size), sys.byteorder)
        assert flags & 0xFFFF == cls.__flags__ & 0xFFFF
        asks_each_instance = process.word(id(cls) + heads.TYPE_IS_GC) != 0
        assert asks_each_instance == issubclass(cls, type)


def test_many_owners_are_all_counted():
    x = [1]
    owners = [x] * 100_000
    address = id(x)
    assert refcount_at(address) == len(owners) + 1


def test_a_frozen_object_is_found():
    program = "import gc, refdemo; x = [1]; gc.freeze(); print(refdemo.refcount_at(id(x)))"
    assert run(program) == "1\n"


def test_an_object_is_found_from_its_finalizer_and_from_a_callback_of_the_collector():
    program = """
import gc, refdemo
class Node:
    def __del__(self):
        print("finalizer", refdemo.refcount_at(id(self)) > 0)
x = [1]
def callback(phase, info):
    print(phase, refdemo.refcount_at(id(x)))
gc.callbacks.append(callback)
node = Node(); node.me = node; del node; gc.collect()
gc.callbacks.clear()
"""
    assert sorted(run(program).splitlines()) == ["finalizer True", "start 1", "stop 1"]


@with_gil
def test_a_thread_that_makes_objects_meanwhile_does_not_hide_one():
    going = True

    def churn():
        while going:
            [[]].clear()

    interval = sys.getswitchinterval()
    other = threading.Thread(target=churn)
    other.start()
    try:
        sys.setswitchinterval(1e-5)
        found = []
        for _ in range(500):
            x = [[]]
            address = id(x)
            found.append(refcount_at(address))
    finally:
        going = False
        other.join()
        sys.setswitchinterval(interval)
    assert found == [1] * 500


@pytest.fixture
def last_page():
    """The end of readable memory: the address just past a page that an unreadable one follows."""
    if sys.platform == "win32" or not hasattr(ctypes.CDLL(None), "mprotect"):
        pytest.skip("needs mprotect")
    area = mmap.mmap(-1, 2 * mmap.PAGESIZE)
    start = ctypes.addressof(ctypes.c_char.from_buffer(area))
    protect = ctypes.CDLL(None, use_errno=True).mprotect
    protect.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    end = start + mmap.PAGESIZE
    assert protect(end, mmap.PAGESIZE, 0) == 0
    yield end
    assert protect(end, mmap.PAGESIZE, mmap.PROT_READ | mmap.PROT_WRITE) == 0


def test_an_object_that_ends_where_readable_memory_ends_is_read(last_page):
    x = object()
    size = object.__basicsize__
    ctypes.memmove(last_page - size, id(x), size)
    assert refcount_at(last_page - size) == 1


@with_gil
def test_an_object_is_found_whose_neighbour_in_the_collectors_list_is_at_no_multiple_of_a_word():
    # As the heads of the lists are in some builds of 3.13, among them Debian's 3.13.18.
    x = [1]
    words = (ctypes.c_size_t * 20)()
    links = ctypes.addressof(words)
    address, neighbour = links + 2 * WORD, links + 12 * WORD + WORD // 2
    ctypes.memmove(address, id(x), list.__basicsize__)
    for place, pointer in ((links, neighbour), (links + WORD, neighbour), (neighbour + WORD, links)):
        ctypes.c_size_t.from_address(place).value = pointer
    assert refcount_at(address) == 1


def test_a_head_that_runs_into_unreadable_memory_is_refused(last_page):
    ctypes.memmove(last_page - WORD, id(object()), WORD)
    with pytest.raises(ValueError):
        refcount_at(last_page - WORD)
    with pytest.raises(ValueError):
        refcount_at(last_page)


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs /proc/self/fd")
def test_no_file_descriptor_stays_open():
    x = [1]
    refcount_at(id(x))
    before = len(os.listdir("/proc/self/fd"))
    for address in [id(x), 8, WORD * 1000, 2**63, (1 << 8 * WORD) - WORD] * 20:
        with contextlib.suppress(ValueError):
            refcount_at(address)
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.skipif(sys.platform in ("win32", "emscripten"), reason="needs a limit on open files")
def test_without_a_file_descriptor_left_it_raises_oserror_and_recovers():
    program = """
import os, resource, refdemo
x = [1]
refdemo.refcount_at(id(x))
resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
kept = []
try:
    while True: kept.append(os.open(os.devnull, os.O_RDONLY))
except OSError: pass
for spare in (0, 1):
    if spare: os.close(kept.pop())
    try: print(refdemo.refcount_at(id(x)))
    except OSError as error: print(type(error).__name__)
os.close(kept.pop()); print(refdemo.refcount_at(id(x)))
"""
    assert run(program).split() == ["OSError", "OSError", "1"]


@free_threaded
def test_references_from_another_thread_are_added_to_the_owners():
    x = []
    kept = []
    other = threading.Thread(target=lambda: kept.extend([x] * 3))
    other.start()
    other.join()
    assert owner_and_shared(id(x)) == (1, 3)
    assert refcount_at(id(x)) == refcount(x) == 4
