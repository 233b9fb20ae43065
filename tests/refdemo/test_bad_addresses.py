"""No address ends the process: every one is tried in a child, whose exit code must be 0."""

import struct
import sys

import pytest
from raw_memory import COUNTED, run

from refdemo import refcount_at

WIDTH = 8 * struct.calcsize("P")

# What every program below starts with: tell() prints one word for an address.
TELL = """
import ctypes, gc, mmap, os, sys, refdemo
def tell(address):
    try:
        found = refdemo.refcount_at(address)
    except (TypeError, ValueError, NotImplementedError) as error:
        print(type(error).__name__)
    else:
        print("count" if found is refdemo.IMMORTAL or type(found) is int and found >= 0 else found)
"""
REFUSED = "ValueError" if COUNTED else "NotImplementedError"
ANY = {"count", "ValueError"} if COUNTED else {"NotImplementedError"}


def told(program):
    return run(TELL + program).split()


@pytest.mark.parametrize("value", [None, True, False, 1.5, float("inf"), "8", b"8", [8], 8j, object], ids=repr)
def test_what_is_not_an_int_is_a_type_error(value):
    with pytest.raises(TypeError if COUNTED else NotImplementedError):
        refcount_at(value)


@pytest.mark.parametrize(
    "address",
    [
        0,
        -1,
        1,
        3,
        -8,
        7,
        2**WIDTH - 1,
        2**WIDTH - 8,
        2**WIDTH,
        2**WIDTH + 8,
        2**70,
        -(2**70),
        2**47,
        2**62,
        2**63,
        4096,
    ],
)
def test_where_no_object_can_be_is_a_value_error(address):
    assert told(f"tell({address})") == [REFUSED]


def test_an_address_between_words_is_a_value_error():
    assert told("x = [1]\nfor odd in (1, 2, 3): tell(id(x) + odd)") == [REFUSED] * 3


def test_the_message_names_the_address():
    with pytest.raises(ValueError if COUNTED else NotImplementedError, match="0x1000" if COUNTED else "counts"):
        refcount_at(0x1000)


@pytest.mark.skipif(not COUNTED, reason="an id is no address here")
def test_an_int_of_a_subclass_is_an_address():
    x = [1]
    address = type("Address", (int,), {})(id(x))
    assert refcount_at(address) == 1


def test_a_big_object_that_was_freed_is_refused_or_counted():
    words = told("x = bytes(10**7); address = id(x); del x; gc.collect(); tell(address)")
    assert words[0] in ANY


def test_small_objects_that_were_freed_are_refused_or_counted():
    program = """
class A: pass
for make in (list, dict, set, object, A, lambda: (1, [2]), lambda: 'a' * 40, lambda: 2.5 * 3, lambda: bytes(50),
             lambda: lambda: 1, lambda: type('T', (), {}), lambda: range(9), lambda: 10**40):
    kept = [make() for _ in range(300)]
    addresses = [id(x) for x in kept]
    del kept; gc.collect()
    for address in addresses: tell(address)
"""
    words = told(program)
    assert len(words) == 13 * 300
    assert set(words) <= ANY


def test_an_instance_whose_class_was_freed_too_is_refused_or_counted():
    program = (
        "x = [type('T', (), {})() for _ in range(500)]; a = list(map(id, x)); del x; gc.collect()\nlist(map(tell, a))"
    )
    words = told(program)
    assert len(words) == 500
    assert set(words) <= ANY


@pytest.mark.parametrize("size", [10**5, pytest.param(10**6, marks=pytest.mark.deep)])
def test_an_arena_given_back_to_the_system_is_refused_or_counted(size):
    program = f"x = [object() for _ in range({size})]; a = [id(o) for o in x[::1000]]; del x; gc.collect()\n"
    words = told(program + "list(map(tell, a))")
    assert len(words) == size // 1000
    assert set(words) <= ANY


@pytest.mark.skipif(sys.platform in ("win32", "emscripten"), reason="needs mprotect")
def test_memory_that_may_not_be_read_is_refused():
    program = """
area = mmap.mmap(-1, 4 * mmap.PAGESIZE)
start = ctypes.addressof(ctypes.c_char.from_buffer(area))
protect = ctypes.CDLL(None).mprotect
protect.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
assert protect(start + mmap.PAGESIZE, mmap.PAGESIZE, 0) == 0
for offset in (-8, 0, 8, mmap.PAGESIZE - 8, mmap.PAGESIZE): tell(start + mmap.PAGESIZE + offset)
assert protect(start + mmap.PAGESIZE, mmap.PAGESIZE, mmap.PROT_READ | mmap.PROT_WRITE) == 0
"""
    assert told(program) == [REFUSED] * 5


def test_a_type_that_leads_round_in_a_circle_is_refused():
    program = """
words = (ctypes.c_size_t * 512)()
at = (ctypes.addressof(words) + 63) // 64 * 64
size = ctypes.sizeof(ctypes.c_size_t)
for word in range(0, 400): ctypes.c_size_t.from_address(at + size * word).value = at
for word in range(0, 300): tell(at + size * word)
for word in range(0, 400): ctypes.c_size_t.from_address(at + size * word).value = 1 if word % 2 else at
for word in range(0, 300): tell(at + size * word)
"""
    assert told(program) == [REFUSED] * 600
