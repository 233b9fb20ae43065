"""The collector's arithmetic by hand on four nodes, then the collector itself.

Claim: copy the counts, subtract what the nodes give each other, and keep each
node that has something left, with all that it leads to; the rest is freed.
Promise: looking keeps nothing alive: weak references lead to every node.
"""

import gc
import sys
import weakref

from refdemo import refcount


class Node:
    """Has a name and a reference to another node; with slots there is no dictionary in between."""

    __slots__ = ("__weakref__", "name", "to")

    def __init__(self, name: str) -> None:
        self.name = name
        self.to = self


def copied_count(name: str) -> int:
    count = refcount(witnesses[name]())
    assert isinstance(count, int)
    return count


def led_to_by(name: str) -> list[str]:
    return [found.name for found in gc.get_referents(witnesses[name]()) if isinstance(found, Node)]


def arithmetic() -> list[str]:
    counts = {name: copied_count(name) for name in witnesses}
    print("the counts, copied:      ", counts)
    for name in witnesses:
        for referent in led_to_by(name):
            counts[referent] -= 1
    print("less internal references:", counts)
    kept = [name for name in witnesses if counts[name] > 0]
    print("held from outside:       ", *kept)
    for name in kept:  # grows while we walk it
        kept += [referent for referent in led_to_by(name) if referent not in kept]
    print("and all they lead to:    ", *kept)
    print("left over:               ", *(left_over := [name for name in witnesses if name not in kept]))
    return left_over


gc.disable()
a, b, c, d = Node("a"), Node("b"), Node("c"), Node("d")
a.to, b.to, c.to, d.to = b, a, d, c
witnesses = {node.name: weakref.ref(node) for node in (a, b, c, d)}
del a, b, d
left_over = arithmetic() if hasattr(sys, "getrefcount") else None
gc.collect()
freed = [name for name in witnesses if witnesses[name]() is None]
print("freed by the collector:  ", *freed)
assert left_over in (freed, None)
