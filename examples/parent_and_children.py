"""A tree whose nodes know their parent is full of circles, so letting go of it
frees nothing by counting.

Claim: one reference back, from each child to its parent, decides whether a
dropped tree is freed at once.
Promise: a collection frees both kinds of tree, whole.
"""

import gc
import weakref


class Node:
    """Leads to its children and, if it was told, to its parent."""

    def __init__(self) -> None:
        self.children: list[Node] = []
        self.parent: Node | None = None


def grow(depth: int, with_parents: bool) -> Node:
    """A tree in which every node down to this depth has two children."""
    node = Node()
    witnesses.append(weakref.ref(node))
    for _ in range(2 if depth else 0):
        child = grow(depth - 1, with_parents)
        node.children.append(child)
        if with_parents:
            child.parent = node
    return node


def still_there() -> int:
    """How many of the nodes that were made are alive."""
    return sum(witness() is not None for witness in witnesses)


witnesses: list[weakref.ref[Node]] = []
gc.disable()
for with_parents in (False, True):
    witnesses.clear()
    tree = grow(3, with_parents)
    print("nodes that know their parent:" if with_parents else "nodes that do not:", still_there())
    gc.collect()
    del tree
    print("    left after del:", still_there())
    gc.collect()
    print("    left after a collection:", still_there())
