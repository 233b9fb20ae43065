"""How much memory this process has, as the system and Python's allocator tell it."""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_KIB = 1024
LARGEST_BLOCK = 512
"""Bytes of the largest block of Python's allocator for small objects; what is larger comes from malloc."""


class Memory(NamedTuple):
    """The memory of this process at one moment, in bytes; None where it is not known here."""

    resident: int | None
    """What is in RAM of all that it has mapped: its RSS."""
    private: int | None
    """What of this is in no file: heaps, arenas, stacks."""
    peak: int | None
    """The largest that its RSS has been."""
    blocks: int | None
    """How many blocks Python's allocator has given out and not got back; a number, not bytes."""


def memory() -> Memory:
    """Return the memory of this process now."""
    told = dict(_status())
    blocks = sys.getallocatedblocks() if hasattr(sys, "getallocatedblocks") else 0
    peak = told.get("VmHWM") or _peak()
    return Memory(told.get("VmRSS"), told.get("RssAnon"), peak, blocks or None)


def _status() -> Iterator[tuple[str, int]]:
    try:
        with open("/proc/self/status", "rb", 0) as file:
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:  # not on Linux
        return
    for line in lines:
        name, _, value = line.partition(":")
        if value.endswith(" kB"):
            yield name, int(value[:-3]) * _KIB


def _peak() -> int | None:
    try:
        import resource
    except ImportError:  # Windows
        return None
    # In kilobytes, but on macOS in bytes.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else _KIB)


def resident_around(megabytes: Iterable[int]) -> int | None:
    """Return how many bytes are in RAM of the anonymous mappings in which one of the addresses is.

    The addresses are in megabytes. Around small objects these are the arenas of Python's allocator. None where it is
    not known.
    """
    try:
        mappings = sorted(_anonymous())
    except OSError:
        return None
    starts = [start for start, _, _ in mappings]
    found = set()
    for megabyte in megabytes:
        for address in (megabyte << 20, (megabyte + 1 << 20) - 1):
            place = bisect_right(starts, address) - 1
            if place >= 0 and address < mappings[place][1]:
                found.add(place)
    return sum(mappings[place][2] for place in found)


def _anonymous() -> Iterator[tuple[int, int, int]]:
    """Yield start, end and bytes in RAM of each mapping that is of no file, and no heap or stack."""
    bounds: list[int] = []
    with open("/proc/self/smaps", "rb") as file:
        for line in file:
            first, *rest = line.split()
            if not first.endswith(b":"):
                named = rest[4:] and not rest[4].startswith(b"[anon:")
                bounds = [] if named else [int(part, 16) for part in first.split(b"-")]
            elif first == b"Rss:" and bounds:
                yield bounds[0], bounds[1], int(rest[0]) * _KIB
