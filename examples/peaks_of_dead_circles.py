"""Five kinds of circles, made and dropped again and again: how many are dead?

Claim: before 3.14 and from 3.14.5 on that is independent of what is kept.
Promise: nothing in the loops keeps a circle or asks for a collection.
"""

import gc
from types import SimpleNamespace as Node


class Counted:
    """Hangs on a circle, and so is counted out when that circle is freed."""

    alive, most = 0, 0

    def __init__(self) -> None:
        Counted.alive += 1
        Counted.most = max(Counted.most, Counted.alive)

    def __del__(self) -> None:
        Counted.alive -= 1


def request(counted: Counted) -> None:
    asked = Node(counted=counted)
    asked.answer = Node(request=asked)


def tree(counted: Counted) -> None:
    root = Node(counted=counted)
    root.children = [Node(parent=root) for _ in range(10)]


def error(counted: Counted) -> None:
    try:
        raise LookupError(id(counted))
    except LookupError as raised:
        _kept = raised  # it has its traceback, with this function's variables


def recursion(counted: Counted) -> None:
    def walk(depth: int) -> object:
        return walk(depth - 1) if depth else counted

    walk(1)


def new_class(counted: Counted) -> None:
    type("Row", (), {"counted": counted})


for size in (0, 50_000):
    kept: list[list[object]] = [[] for _ in range(size)]
    print(f"{len(kept):,} lists kept, dead at most:")
    for make, times in {request: 30_000, tree: 6_000, error: 30_000, recursion: 30_000, new_class: 12_000}.items():
        gc.collect()
        Counted.most = Counted.alive
        for _ in range(times):
            make(Counted())
        print(f"  {make.__name__:<9}", f"{round(Counted.most, -3):,}" if Counted.most > 1_000 else "under 1,000")
