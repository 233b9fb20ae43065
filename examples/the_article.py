"""The article's demonstration, D1 to D8: what it expects beside what happens.

Claim: each line says by itself whether this Python agrees with the article.
Promise: nothing is read after it was freed, so D6 only where counts exist."""

import ctypes
import gc
import sys
import weakref

COUNTS = hasattr(sys, "getrefcount")


def report(label: str, reading: int | str, expected: int | str) -> None:
    shown = reading if isinstance(reading, str) or 0 < reading < 100 else "not a count"
    print(f"{label}: {shown} ->", "matches the article" if shown == expected else f"differs: it expects {expected}")


def get_ref_count(address: int) -> int:
    return ctypes.c_long.from_address(address).value


class A:
    def __init__(self) -> None:
        self.b = B(self)
        self.printed = hex(id(self)), hex(id(self.b))
        print("D4 A: {}, b: {}".format(*self.printed))


class B:
    def __init__(self, obj: A) -> None:
        self.a = obj
        self.printed = hex(id(self)), hex(id(self.a))
        print("D4 B: {}, A: {}".format(*self.printed))


def get_object_status_by_id(obj_id: int) -> str:
    return "Object exists" if obj_id in [id(obj) for obj in gc.get_objects()] else "Object does not exist"


my_list = [1, 2, 3]
report("D1", sys.getrefcount(my_list) if COUNTS else "no such function", 2)
report("D2", get_ref_count(id(my_list)), 1)
gc.disable()
report("D3", "enabled" if gc.isenabled() else "disabled", "disabled")
my_var = A()
report("D4", "crosswise" if my_var.printed == my_var.b.printed[::-1] else "not crosswise", "crosswise")
id_a, id_b, witness = id(my_var), id(my_var.b), weakref.ref(my_var)
report("D5 A", get_ref_count(id_a), 2)
report("D5 B", get_ref_count(id_b), 1)
report("D5 B, by the article's comment", get_ref_count(id_b), 2)
gc.collect()  # not in the article: on PyPy only an old object stays in its place until a full collection
my_var = None  # type: ignore[assignment]
report("D6 A", get_ref_count(id_a) if COUNTS else "not read", 1)
report("D6 B", get_ref_count(id_b) if COUNTS else "not read", 1)
for step, expected in ("D7", "Object exists"), ("D8", "Object does not exist"):
    report(f"{step} A", get_object_status_by_id(id_a), expected)
    report(f"{step} B", get_object_status_by_id(id_b), expected)
    print(f"{step}: a weak reference finds", "nothing" if witness() is None else "A alive")
    gc.collect()
