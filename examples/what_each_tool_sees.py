"""Three leaks of twenty megabytes, and what the tools of this Python see.

Claim: a count and tracemalloc see two of them; the system's number sees all.
Promise: a collection takes back what waited, and nothing else.
"""

import contextlib
import ctypes
import gc
import importlib
import os
from typing import Any

C = ctypes.CDLL(None)
C.malloc.restype, C.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
C.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
kept: list[object] = []


class Page:
    def __init__(self) -> None:
        self.text, self.next = b"x" * 100_000, self


def held() -> None:
    kept.append(Page())


def waiting() -> None:
    Page()


def of_c() -> None:
    C.memset(C.malloc(100_000), 1, 100_000)


def resident() -> int:
    with open("/proc/self/statm") as numbers:
        return int(numbers.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


tools: dict[str, Any] = {"objects": lambda: sum(type(each) is Page for each in gc.get_objects())}
with contextlib.suppress(ModuleNotFoundError):  # PyPy has no tracemalloc
    tracemalloc = importlib.import_module("tracemalloc")
    tracemalloc.start()
    tools["tracemalloc"] = lambda: tracemalloc.get_traced_memory()[0] // 100_000
tools["RSS"] = lambda: resident() // 100_000

gc.disable()
for leak in of_c, held, waiting:
    before = {name: ask() for name, ask in tools.items()}
    for _ in range(200):
        leak()
    for when in leak.__name__, "and a collection":
        rises = {name: ask() - before[name] for name, ask in tools.items()}
        print(f"{when:>16}:", ", ".join(f"{name} {'grows' if rises[name] > 100 else 'flat'}" for name in tools))
        gc.collect()
