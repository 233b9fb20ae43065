"""Names that no attribute shows: of what CPython keeps inside an instance, a suspended generator or a finished frame.

From 3.11 on an instance's attributes are kept in the instance, and asking for its `__dict__` would make one. A frame's
variables can be asked for only by making the frame, or up to 3.12 a dict of them, which both stay. So the addresses are
read from memory. Where they stand differs by version and build: it is found once, by looking for what is known to be
in an object made for the purpose. An address read is only compared with those of objects in hand, and a text only
believed if it has the hash that stands beside it: a layout that is not known gives no names, never wrong ones.
"""

import sys
import types
from collections.abc import Iterable, Iterator

from refdemo._reading.heads import HEAD
from refdemo._reading.layouts import frame_layout, instance_layout, values_before, words
from refdemo._reading.memory import LONGEST_READ, WORD, Memory

_CPYTHON = sys.implementation.name == "cpython"

# Flags of a type: instances with a dict of the interpreter's (3.11+), and with values that follow them (3.13+).
_MANAGED_DICT, _INLINE_VALUES = 1 << 4, 1 << 2
# SHARED_KEYS_MAX_SIZE in pycore_dict.h: an instance with more attributes has a dict.
_MOST = 30


# Not mapped, not a str, or no file descriptor left to read through.
_CANNOT_READ = (ValueError, OSError)


class Unreadable(Exception):
    """Memory does not say, or says something that the collector does not confirm."""


def inlined(obj: object, referents: Iterable[object]) -> list[tuple[str, object]]:
    """Return the attributes that `obj` itself keeps and the collector reports, in the order of its class's keys.

    Raises Unreadable where it cannot be told, as where a dict was made for them and the values stayed where they were.
    """
    cls = type(obj)
    flags = type.__dict__["__flags__"].__get__(cls)
    if not (_CPYTHON and sys.version_info >= (3, 11) and flags & _MANAGED_DICT):
        return []
    try:
        layout = instance_layout()
        if layout is None:
            raise Unreadable
        if layout.pointer is None and not flags & _INLINE_VALUES:
            return []
        with Memory() as memory:
            keys = memory.word(id(cls) + layout.keys)
            if not keys:
                raise Unreadable
            if layout.pointer is None:
                start = id(obj) + type.__dict__["__basicsize__"].__get__(cls)
            else:
                start = values_before(memory, id(obj) + layout.pointer, layout.tag)
            if not start:
                return []
            names = [_text(memory, key) for key in _keys(memory, keys + layout.first_name)]
            values = list(words(memory, start + layout.first_value, len(names)))
    except _CANNOT_READ:
        raise Unreadable from None
    return _confirmed(zip(names, values, strict=True), referents)


def variables(owner: object, code: types.CodeType, referents: Iterable[object]) -> list[tuple[str, object]]:
    """Return the variables of `code` kept in `owner`, a suspended generator or the like, or a frame that has ended.

    Raises Unreadable where it cannot be told.
    """
    own_cells = [name for name in code.co_cellvars if sys.version_info < (3, 11) or name not in code.co_varnames]
    names = [f" local {name}" for name in (*code.co_varnames, *own_cells)]
    names += [f" closure {name}" for name in code.co_freevars]
    try:
        first = frame_layout(type(owner) is types.FrameType) if _CPYTHON else None
        if first is None:
            raise Unreadable
        with Memory() as memory:
            # From 3.14 on the lowest bits say whether the reference is borrowed.
            values = [value & ~3 for value in words(memory, id(owner) + first, len(names))]
    except _CANNOT_READ:
        raise Unreadable from None
    return _confirmed(zip(names, values, strict=True), referents)


def _confirmed(found: Iterable[tuple[str, int]], referents: Iterable[object]) -> list[tuple[str, object]]:
    known = {id(referent): referent for referent in referents}
    try:
        return [(name, known[value]) for name, value in found if value]
    except KeyError:
        raise Unreadable from None


def _keys(memory: Memory, start: int) -> Iterator[int]:
    """Return the addresses of the names: each is followed by a word that is not used here."""
    for place, key in enumerate(words(memory, start, 2 * _MOST)):
        if place % 2 == 0:
            if not key:
                return
            yield key


# PyPy tells no sizes, and gets no further than these lines.
_ASCII = sys.getsizeof("", 1) - 1
_NOT_ASCII = sys.getsizeof("\xe9" * 2, 3) - 3
_ENDIAN = "le" if sys.byteorder == "little" else "be"
_KINDS = (
    (_ASCII, 1, "ascii"),
    (_NOT_ASCII, 1, "latin-1"),
    (_NOT_ASCII, 2, f"utf-16-{_ENDIAN}"),
    (_NOT_ASCII, 4, f"utf-32-{_ENDIAN}"),
)


def _text(memory: Memory, address: int) -> str:
    """Return the str at `address`; ValueError where there is none. On every build length and hash follow the head."""
    length, stored = words(memory, address + HEAD, 2)
    if not 0 < length < 1 << 16:
        raise ValueError("no name is that long")
    for start, width, encoding in _KINDS:
        size = length * width
        pieces = range(0, size, LONGEST_READ)
        data = b"".join(memory.read(address + start + at, min(LONGEST_READ, size - at)) for at in pieces)
        text = data.decode(encoding, "replace" if width == 1 else "surrogatepass")
        if hash(text) == stored - (stored >> 8 * WORD - 1 << 8 * WORD):
            return text
    raise ValueError("no name has that hash")
