"""The article's eight demonstrations, with its names and in its order."""

import gc
import sys
import weakref
from collections.abc import Callable
from ctypes import c_long

COUNTED = hasattr(sys, "getrefcount")
READABLE = sys.implementation.name in ("cpython", "pypy")
"""Whether an id is an address. Reading what is no address can end the process."""

# The article's own names, from here to B, as it defines them.
my_list = [1, 2, 3]


def get_ref_count(address: int) -> int:
    return c_long.from_address(address).value


def get_object_status_by_id(*obj_ids: int) -> list[str]:  # the article's takes one, and looks through all for each
    ids = [id(obj) for obj in gc.get_objects()]
    return ["Object exists" if obj_id in ids else "Object does not exist" for obj_id in obj_ids]


class A:
    def __init__(self) -> None:
        self.b = B(self)
        self.said = id(self), id(self.b)


class B:
    def __init__(self, obj: A) -> None:
        self.a = obj
        self.said = id(self), id(self.a)
        self.before_a = not hasattr(obj, "said")


def read(address: int) -> str:
    """Return what stands at the id of a live object, read as the article does."""
    if not READABLE:
        return "not read: an id need not be an address here"
    number = get_ref_count(address)
    # A larger number is an immortal object's mark or a thread's name; without counts it is anything.
    return str(number) if COUNTED and 0 < number < 1 << 29 else f"{number} (not a count)"


class Story:
    """The demonstrations in the article's order, which goes on with the A and B of the one before."""

    def d1(self) -> tuple[str, bool]:
        if not COUNTED:
            return "there is no sys.getrefcount", False
        count = sys.getrefcount(my_list)
        return str(count), count == 2

    def d2(self) -> tuple[str, bool]:
        count = read(id(my_list))
        return count, count == "1"

    def d3(self) -> tuple[str, bool]:
        gc.enable()
        gc.disable()
        return "enabled" if gc.isenabled() else "disabled", not gc.isenabled()

    def d4(self) -> tuple[str, bool]:
        self.my_var: A | None = A()
        b = self.my_var.b
        self.ids, self.witness = self.my_var.said, weakref.ref(self.my_var)
        crosswise = self.my_var.said == b.said[::-1]
        seen = f"{'B' if b.before_a else 'A'} first, the addresses {'agree' if crosswise else 'do not agree'} crosswise"
        return seen, b.before_a and crosswise

    def d5(self) -> tuple[str, bool]:
        return self._counts("2", "1")

    def d6(self) -> tuple[str, bool]:
        gc.collect()  # not in the article: on PyPy only an old object stays where it is
        self.my_var = None
        if not COUNTED or self.witness() is None:
            return "not read: the memory may be somebody else's by now", False
        return self._counts("1", "1")

    def _counts(self, *expected: str) -> tuple[str, bool]:
        a, b = map(read, self.ids)
        return f"A: {a}, B: {b}", (a, b) == expected

    def d7(self) -> tuple[str, bool]:
        return self._statuses("Object exists")

    def d8(self) -> tuple[str, bool]:
        gc.collect()
        return self._statuses("Object does not exist")

    def _statuses(self, expected: str) -> tuple[str, bool]:
        a, b = get_object_status_by_id(*self.ids)
        state = "gone" if self.witness() is None else "alive"
        return f"A: {a}, B: {b}; by a weak reference A is {state}", a == b == expected


DEMONSTRATIONS: dict[str, tuple[str, str, Callable[[Story], tuple[str, bool]]]] = {
    "D1": ("sys.getrefcount(my_list), a global", "2", Story.d1),
    "D2": ("the c_long in memory at the id of my_list", "1", Story.d2),
    "D3": ("gc.disable()", "disabled", Story.d3),
    "D4": ("A makes B, which keeps A; each tells both addresses", "B first, the addresses agree crosswise", Story.d4),
    "D5": ("the same of A and B while my_var is A (for B its text says 1, a comment 2)", "A: 2, B: 1", Story.d5),
    "D6": ("the same after my_var = None", "A: 1, B: 1", Story.d6),
    "D7": ("are their ids among those of gc.get_objects()?", "A: Object exists, B: Object exists", Story.d7),
    "D8": ("are they after gc.collect()?", "A: Object does not exist, B: Object does not exist", Story.d8),
}
