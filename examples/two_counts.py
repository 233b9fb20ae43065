"""An object of the free-threaded build has two counts, one of them for the
thread that made it.

Claim: the owner's references and those of all other threads are counted apart,
and `sys.getrefcount` adds them up.
Promise: the sum is what every other build keeps in its single count; once the
owner has none left, the object belongs to no thread.
"""

import ctypes
import sys
import threading

from refdemo import refcount_at

FREE_THREADED = "t" in getattr(sys, "abiflags", "")


def counts(address: int) -> str:
    """What stands in the head of an object (PEP 703, for 64 bits)."""
    if not hasattr(sys, "getrefcount"):
        return "no count"
    if not FREE_THREADED:
        return f"count {refcount_at(address)}"
    owner = ctypes.c_uint64.from_address(address).value
    own = ctypes.c_uint32.from_address(address + 12).value
    others = ctypes.c_int64.from_address(address + 16).value >> 2
    whose = {threading.get_ident(): "owned by the main thread", 0: "owned by nobody"}[owner]
    return f"own {own} + others {others} = {refcount_at(address)}, {whose}"


def main() -> None:
    """Take references in two threads, then let go of the first thread's."""
    borrowed: list[object] = []
    thing: list[int] | None = [1, 2, 3]
    address = id(thing)
    print("one name:                  ", counts(address))
    kept = [thing, thing]
    print("two more in this thread:   ", counts(address))
    thread = threading.Thread(target=lambda: borrowed.extend(kept * 2))
    thread.start()
    thread.join()
    print("four more in another:      ", counts(address))
    kept.clear()
    thing = None
    print("without those of this one: ", counts(address))


if __name__ == "__main__":
    main()
