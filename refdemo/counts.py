"""Reference counts: of an object in hand, and of whatever is at an address."""

import sys


class Immortal:
    """The kind of `IMMORTAL`, of which there is only one; it copies and pickles to itself.

    >>> IMMORTAL
    IMMORTAL
    >>> isinstance(IMMORTAL, int)
    False
    """

    __slots__ = ()

    def __new__(cls) -> "Immortal":
        return IMMORTAL

    def __init_subclass__(cls) -> None:
        raise TypeError("Immortal has one instance, IMMORTAL, and no subclasses")

    def __repr__(self) -> str:
        return "IMMORTAL"

    def __reduce__(self) -> str:
        return "IMMORTAL"


IMMORTAL: Immortal = object.__new__(Immortal)
"""What takes the place of a count where an object is immortal: the number stored there counts nothing (PEP 683)."""

_COUNTED = hasattr(sys, "getrefcount")
_WORD = 8 if sys.maxsize > 1 << 32 else 4

# Before 3.11 a call kept one more reference to its arguments while it ran.
_OWN_REFERENCES = 2 + (sys.version_info < (3, 11))

# The values of Include/object.h; 3.11 and older have no immortal objects, whatever number they show.
_IMMORTAL_FROM = 1 << 31 if _WORD == 8 else 0x3FFFFFFF

# A free-threaded build's object head has more than two words (PEP 703). What 3.13 defers there, found by reading the
# flag of every tracked object; asking the flag itself needs ctypes, so nothing else is asked.
_SPLIT = sys.version_info >= (3, 13) and _COUNTED and object.__basicsize__ > 2 * _WORD
_DEFERRABLE: tuple[type, ...] = ()
if _SPLIT:
    _DEFERRABLE = (
        type,
        dict,  # only those of modules
        type(sys),
        type(len),
        type(str.join),
        type(int.__add__),
        type(dict.__dict__["fromkeys"]),
        type(type.__dict__["__basicsize__"]),
        type(type.__dict__["__dict__"]),
        type(Immortal.__repr__),
        type(Immortal.__repr__.__code__),
    )

# From 3.14 a caller may lend a local to a parameter (gh-130704), and nothing tells whether it did.
_LENDS = sys.version_info >= (3, 14) and not _SPLIT

# To look a small result up is quicker than to subtract and to exclude the counts of immortal objects.
_LESS_OURS = tuple(range(-_OWN_REFERENCES, 256))


def refcount(obj: object, /) -> int | Immortal:
    """How many references to an object are stored, without those that asking adds.

    The same number on every CPython for a global, a local, an item or an attribute: `sys.getrefcount` less a constant
    is not, because 3.14 and newer lend a local to the call instead of giving it a reference (gh-130704).
    An object that only the call itself holds has 0. Immortal objects give `IMMORTAL` (PEP 683).

    A function's parameter counts what the caller and the call hold, and that differs by version. For an object with
    one reference, a global:

    ==================================  ====  =========  =====
    asked                               3.10  3.11-3.13  3.14+
    ==================================  ====  =========  =====
    where it is                            1          1      1
    `self` in a method, or in a helper     3          2      2
    in a helper's helper                   5          3      2
    ==================================  ====  =========  =====

    For an object whose one reference is a local: 3, 2 and 1 in a helper; 5, 3 and 1 in a helper's helper.

    Called by C code (`map`, `functools.partial`) or with `*args` the number is one too low on 3.10. `map` itself holds
    what it passes on, and up to 3.11 so does a call with a starred list. An object that the call works with, such as
    this function, counts while it is used. On a free-threaded build what deferring adds to the count of a class,
    function, module, code object or module dict is taken off: one on 3.13, 2**60 - 1 later. There, 3.14 and newer leave
    references held by running functions uncounted for such objects, so that less than the truth can be shown; that was
    read, not run.

    Raises NotImplementedError on a Python that keeps no counts (PyPy). About 0.05 microseconds; on 3.13
    free-threaded 1, and 11 for an object that may be deferred, where the first such call imports ctypes.
    Source: `sys.getrefcount`, What's New In Python 3.14.

    >>> import sys
    >>> my_list = [1, 2, 3]
    >>> another_name = my_list
    >>> refcount(my_list) if hasattr(sys, "getrefcount") else 2
    2
    """
    if not (_LENDS or _SPLIT):
        try:
            return _LESS_OURS[_getrefcount(obj)]
        except IndexError:
            pass
    keep = (obj,)  # a container owns what it holds on every version, and is now the call's one reference to the object
    del obj
    if _LENDS:
        try:
            return _LESS_OURS[_getrefcount(keep[0])]
        except IndexError:
            pass
    if is_immortal(keep[0]):
        return IMMORTAL
    count = sys.getrefcount(keep[0]) - _OWN_REFERENCES
    return count - _deferral(keep, count) if _SPLIT else count


def _no_counts(obj: object) -> int:
    raise _refusal("refcount")


_getrefcount = getattr(sys, "getrefcount", _no_counts)


def refcount_at(address: int) -> int | Immortal:
    """Return the reference count stored in the object at an address that `id()` gave.

    For the id of a live object the answer is exact, on every layout of an object's head, and equal to `refcount(obj)`.
    Take the id beforehand: the call holds no reference to the object, and a counted one would be the caller's.

    Raises TypeError for anything but an int, ValueError for an address where no object can be: 0, negative, odd or
    otherwise unaligned, beyond the address space, not mapped, not readable, or without a head whose type is a type.
    Never crashes: the kernel reads the memory and refuses what it cannot read (EFAULT).
    Raises OSError where the process has no file descriptor left, NotImplementedError where there are no counts (PyPy).

    An accepted address is not proof of life. Freed memory can still look like an object, and another object can have
    been born there: ask a weakref taken beforehand whether an object is gone.
    How often: of 250,000 aligned addresses each, at most 0.13 % anywhere in mapped memory, 0.22 % in writable memory,
    0.36 % inside live objects and none in unreadable memory were accepted without being objects that the collector's
    lists lead to (3.14 and 3.11; 0.01, 0.01 and 0.15 % free-threaded). That counts too much: some were alive, held by
    C code only. Measured on CPython 3.10 to 3.15 and 3.13 free-threaded, x86-64 Linux, by
    `python tests/refdemo/mapped_memory.py 1000000 5`.

    About 25 microseconds. Source: PEP 683, PEP 703, Include/object.h; the reading trick is libunwind's.

    >>> import sys
    >>> my_list = [1, 2, 3]
    >>> refcount_at(id(my_list)) if hasattr(sys, "getrefcount") else 1
    1
    """
    _need_counts("refcount_at")
    if isinstance(address, bool) or not isinstance(address, int):
        raise TypeError(f"an address is an int, such as id() gives, not {type(address).__name__}")
    from refdemo._reading import (
        heads,  # which needs ctypes: hundreds of tracked objects that nobody asked for on import
    )

    count = heads.count_at(address)
    return IMMORTAL if count is None else count


def is_immortal(obj: object, /) -> bool:
    """Whether an object is immortal: its count never changes and it is never freed (PEP 683).

    Always False before 3.12. Which objects are is an implementation detail that changes between versions: `None` and
    small ints since 3.12, ints up to 1024 since 3.15, constants on free-threaded builds.
    Raises NotImplementedError on a Python that keeps no counts (PyPy). Source: PEP 683, `sys._is_immortal` (gh-128509).

    >>> import sys
    >>> is_immortal(None) == (sys.version_info >= (3, 12)) if hasattr(sys, "getrefcount") else True
    True
    """
    _need_counts("is_immortal")
    if sys.version_info >= (3, 14):
        return sys._is_immortal(obj)
    return sys.version_info >= (3, 12) and sys.getrefcount(obj) >= _IMMORTAL_FROM


def _deferral(keep: tuple[object], count: int) -> int:
    """Return what a free-threaded build has added to the count of the one object in `keep`, as it defers that count."""
    if sys.version_info < (3, 14) and not issubclass(type(keep[0]), _DEFERRABLE):
        return 0
    from refdemo._reading import heads

    if sys.version_info < (3, 14):
        return heads.deferral_at(id(keep[0]))
    return heads.DEFERRED if count >= heads.DEFERRED // 2 else 0


def _need_counts(name: str) -> None:
    if not _COUNTED:
        raise _refusal(name)


def _refusal(name: str) -> NotImplementedError:
    return NotImplementedError(f"{name}: {sys.implementation.name} keeps no reference counts")
