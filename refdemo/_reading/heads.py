"""The head of a CPython object: where its reference count and its type stand, and whether it is there at all.

Every test here is one that no live object can fail, so the answer for `id(obj)` is exact; what is not an object
passes only where its bytes say what an object's would.
Sources: object.h, refcount.h, cpython/object.h and internal/pycore_gc.h in CPython's Include folder, 3.10 to 3.15.
"""

import gc
import struct
import sys

from refdemo._reading.memory import WORD, Memory, word

# PyPy has no __basicsize__ and never gets further than this line.
HEAD: int = getattr(object, "__basicsize__", 2 * WORD)
"""The size of an object's head, in bytes. Its last word is the type, on every build."""

# A debugging build before 3.13 (Py_TRACE_REFS) has two more words at the front, and one count.
SPLIT = sys.version_info >= (3, 13) and HEAD > 2 * WORD
"""Whether the count is split between the owning thread and the others (PEP 703)."""

if SPLIT:
    from ctypes import c_ubyte

IMMORTAL_LOCAL = 0xFFFFFFFF
DEFERRED_BIT = 64
DEFERRED = 1 if sys.version_info < (3, 14) else sys.maxsize // 8
"""What a free-threaded build adds to a count that it defers: 3.13 one reference of the collector's own (gh-117376),
3.14 and newer a number no count can reach (`_Py_REF_DEFERRED`)."""

# Fields of PyTypeObject, which have not moved since 3.8. A test compares them with the attributes of real types.
TYPE_FLAGS, TYPE_BASE, TYPE_IS_GC = (HEAD + WORD * place for place in (19, 30, 39))
HEAP_TYPE, HAVE_GC, TYPE_SUBCLASS = 1 << 9, 1 << 14, 1 << 31


def count_at(address: int) -> int | None:
    """Return the count stored at `address`, or None for an immortal object; ValueError where no object can be."""
    if not 0 < address < 1 << 8 * WORD:
        raise ValueError(f"no object lives at {address}: addresses here go from 1 to 2**{8 * WORD}")
    if address % WORD:
        raise ValueError(f"no object lives at {address:#x}: it is not a multiple of {WORD}")
    with Memory() as memory:
        head = memory.read(address, HEAD)
        kind = word(head, HEAD - WORD)
        count = _split_count(head) if SPLIT else _one_count(word(head, HEAD - 2 * WORD))
        if count == -1 or not (_is_type(memory, kind) and _is_linked(memory, address, kind, head, count)):
            raise ValueError(f"no object lives at {address:#x}")
    return count


def deferral_at(address: int) -> int:
    """Return what a free-threaded build has added to the count at `address`, the id of a live, mortal object."""
    return DEFERRED if c_ubyte.from_address(address + WORD + 3).value & DEFERRED_BIT else 0


def _one_count(stored: int) -> int | None:
    """Return a GIL build's count; None for immortal, -1 for a word that cannot hold a live object's count."""
    if sys.version_info >= (3, 14) and WORD == 8:
        # From the lowest bit, on either byte order: a 32-bit count, 16 bits for its overflow, 16 of flags.
        stored &= 0xFFFF_FFFF_FFFF
    if sys.version_info >= (3, 12):
        immortal, largest = (1 << 31, 0xFFFF_FFFF) if WORD == 8 else (0x3FFF_FFFF, 0xFFFF_FFFF)
        if immortal <= stored <= largest:
            return None
    # 2**36 references would fill 512 GB; nearly every pointer is larger.
    return stored if 0 < stored < 1 << (36 if sys.version_info < (3, 12) else 31) else -1


def _split_count(head: bytes) -> int | None:
    """Return a free-threaded build's count; None for immortal, -1 for a head that cannot be a live object's."""
    local = int.from_bytes(head[WORD + 4 : WORD + 8], sys.byteorder)
    if local == IMMORTAL_LOCAL:
        return None
    shared = int.from_bytes(head[WORD + 8 : 2 * WORD + 8], sys.byteorder, signed=True)
    # The owner's thread id in the first word tells nothing: the collector threads its lists through it.
    mutex = head[WORD + 2]
    unused = any(head[WORD : WORD + 2]) and sys.version_info < (3, 14)
    if mutex > 3 or unused:
        return -1
    count = local + (shared >> 2)
    if head[WORD + 3] & DEFERRED_BIT:
        # Nought is possible: a deferred object's references from running functions are not counted.
        return max(count - DEFERRED, -1)
    return count if 0 < count < 1 << 36 else -1


def _is_type(memory: Memory, address: int) -> bool:
    """Whether `address` holds a type: its bases lead to object, and its own type's bases lead to type."""
    try:
        metatype = memory.word(address + HEAD - WORD)
        return _leads_to(memory, metatype, id(type)) and _leads_to(memory, address, id(object))
    except ValueError:
        return False


def _leads_to(memory: Memory, cls: int, goal: int) -> bool:
    # Following the types of types would not do: a metaclass can be made its own type, and then leads nowhere.
    seen = set()
    while cls != goal:
        if cls == 0 or cls % WORD or cls in seen:
            return False
        seen.add(cls)
        cls = memory.word(cls + TYPE_BASE)
    return True


def _flags(memory: Memory, cls: int) -> int:
    size = struct.calcsize("L")
    return int.from_bytes(memory.read(cls + TYPE_FLAGS, size), sys.byteorder)


def _is_linked(memory: Memory, address: int, kind: int, head: bytes, count: int | None) -> bool:
    """Whether the collector's own book-keeping agrees that an object of type `kind` is at `address`."""
    collected = bool(_flags(memory, kind) & HAVE_GC)
    if SPLIT:
        return collected or count is None or head[WORD + 3] == 0
    if not collected or count is None:  # static objects are immortal from 3.12 and need no links
        return True
    if memory.word(kind + TYPE_IS_GC):
        if not _flags(memory, kind) & TYPE_SUBCLASS:
            return True
        if not _flags(memory, address) & HEAP_TYPE:
            return True
    links = memory.read(address - 2 * WORD, 2 * WORD)
    following, previous = word(links) & ~3, word(links, WORD) & ~3
    if following == 0:
        return previous == 0
    # No word's alignment is asked of them: the heads of the lists are between words in some builds of 3.13.
    if min(following, previous) < 4096:
        return False
    if memory.word(following + WORD) & ~3 == address - 2 * WORD:
        return True
    # Another thread may have changed a neighbour between two reads: the kernel is entered without the GIL.
    return address in map(id, gc.get_objects())
