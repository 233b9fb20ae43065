"""A library in C has memory for each picture, and an error on the way loses it.

Claim: what it is not told to free grows, and no count of objects shows it.
Promise: with the memory freed on every way out, the process stays as large.
"""

import ctypes
import gc
import os
from contextlib import suppress

LIBRARY = ctypes.CDLL(None)  # malloc and free stand for any library in C
LIBRARY.malloc.restype = ctypes.c_void_p
LIBRARY.malloc.argtypes = [ctypes.c_size_t]
LIBRARY.free.argtypes = [ctypes.c_void_p]
LIBRARY.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
SIZE = 200_000


def draw() -> int:
    """Return the address of a picture."""
    address: int = LIBRARY.malloc(SIZE)
    LIBRARY.memset(address, 1, SIZE)
    return address


def publish(number: int) -> None:
    if number % 2:  # the server is not there
        raise ConnectionError


def show(number: int) -> None:
    address = draw()
    publish(number)
    LIBRARY.free(address)


def mended_show(number: int) -> None:
    address = draw()
    try:
        publish(number)
    finally:
        LIBRARY.free(address)


def resident() -> int:
    """Bytes of this process that are in memory now, as Linux tells them."""
    with open("/proc/self/statm") as numbers:
        return int(numbers.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


for step in show, mended_show:
    objects, before = len(gc.get_objects()), resident()
    for number in range(200):
        with suppress(ConnectionError):
            step(number)
    rise, more = resident() - before, len(gc.get_objects()) - objects
    print(
        f"{step.__name__}: {'more' if more > 50 else 'as many'} objects,", "larger" if rise > 50 * SIZE else "as large"
    )
