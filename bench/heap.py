"""A heap to measure on: a number of tracked objects, and the cycles that a search of them has to find.

Of a hundred objects 25 are instances in rings, 15 lists in rings, 15 dicts in rings, 10 a tree whose nodes know their
parents (one big component), 20 a tree of lists and 15 records: the last two are in no cycle.
"""

from __future__ import annotations

import gc
import itertools
from array import array
from collections import deque
from collections.abc import Callable, Iterable

RING_SIZES = (2, 2, 3, 5, 8, 13)
BRANCHES = 8
LINKS = 10

SMALLEST = 100
"""The fewest objects of which a heap has all its kinds."""

alive: list[object] = []
"""Keeps the heap alive: each ring by one member, each tree by its root, each record."""

chain: list[object] = []
"""The root of the chain: `LINKS` references lead from here to its last object, and nothing else knows one of them."""


class Node:
    """An instance with a `__dict__`. It has no methods: through one every instance would reach its module, and a search
    that follows types and functions would see the whole module as one component."""

    next: Node


class Branch:
    """A node of a tree, without methods too."""

    parent: Branch | None
    children: list[Branch]


class WrongAnswer(Exception):
    """A search found other cycles than the heap has."""


class Answer:
    """The cycles of a heap, by the ids of their members: it refers to none of its objects, so it keeps none alive."""

    def __init__(self) -> None:
        self.objects = 0
        """How many objects the heap has."""
        self.members = array("Q")
        """The ids of all objects in cycles, cycle after cycle."""
        self.sizes = array("Q")
        """The number of members of each cycle."""
        self.acyclic = array("Q")
        """The ids of the objects that are in no cycle."""

    def cycle(self, members: list[object]) -> None:
        """Note objects that are a cycle, and no part of a larger one."""
        self.objects += len(members)
        self.members.extend(map(id, members))
        self.sizes.append(len(members))

    def no_cycle(self, obj: object) -> None:
        """Note an object that is in no cycle."""
        self.objects += 1
        self.acyclic.append(id(obj))

    def check(self, found: Iterable[Iterable[object]]) -> None:
        """WrongAnswer unless `found` has each cycle of the heap once, whole and apart.

        It may have other objects too: the interpreter's own, and the dicts that 3.10's instances have.
        """
        number = dict.fromkeys(self.acyclic, -1)
        members = iter(self.members)
        for cycle, size in enumerate(self.sizes):
            number.update(dict.fromkeys(itertools.islice(members, size), cycle))
        missing = set(range(len(self.sizes)))
        for group in found:
            ids = {identity for identity in map(id, group) if identity in number}
            cycles = {number[identity] for identity in ids}
            if not cycles:
                continue
            if len(cycles) > 1 or not cycles <= missing or len(ids) != self.sizes[min(cycles)]:
                raise WrongAnswer(f"a group of {len(ids)} of the heap's objects is none of its cycles")
            missing -= cycles
        if missing:
            raise WrongAnswer(f"{len(missing)} of {len(self.sizes)} cycles were not found")


def build(size: int) -> Answer:
    """Fill `alive` with about `size` tracked objects, the same at each call, and say which are cycles."""
    if size < SMALLEST:
        raise ValueError(f"a heap has at least {SMALLEST} objects, not {size}")
    answer = Answer()
    add_rings(answer, size * 25 // 100, Node, lambda one, next: setattr(one, "next", next))
    add_rings(answer, size * 15 // 100, list, list.append)
    add_rings(answer, size * 15 // 100, dict, lambda one, next: one.__setitem__("next", next))
    add_tree_with_parents(answer, size * 10 // 100)
    add_tree_of_lists(answer, size * 20 // 100)
    for key in range(size * 15 // 100):
        record = [key, "text"]
        answer.no_cycle(record)
        alive.append(record)
    return answer


def build_garbage(size: int) -> Answer:
    """Return the same objects, with two more that hold all of it and each other, and nothing that holds those.

    For a caller that has disabled the collector. Without the two, what is in no cycle would be freed at once.
    """
    answer = build(size)
    one: list[object] = alive[:]
    other: list[object] = [one]
    one.append(other)
    answer.cycle([one, other])
    alive.clear()
    return answer


def build_chain() -> None:
    """Hangs `LINKS` objects under `chain`, each held by the one before."""
    nodes = [Node() for _ in range(LINKS)]
    for one, following in itertools.pairwise(nodes):
        one.next = following
    chain.append(nodes[0])


def last_of_chain() -> Node:
    """Return the last object of the chain, fetched anew, so that no variable has to hold it."""
    node = chain[0]
    while (following := getattr(node, "next", None)) is not None:
        node = following
    assert isinstance(node, Node)
    return node


def living(size: int) -> Answer:
    """Make a heap that `alive` holds, too old for the collector, which is enabled as usual."""
    gc.collect()
    gc.disable()
    answer = build(size)
    gc.collect()
    gc.enable()
    return answer


def garbage(size: int) -> Answer:
    """Make a heap that only the collector could free, which is disabled and stays so."""
    gc.collect()
    gc.disable()
    return build_garbage(size)


def chained(size: int) -> None:
    """Make a living heap and the chain."""
    living(size)
    build_chain()


def add_rings(answer: Answer, quota: int, make: Callable[[], object], link: Callable[..., object]) -> None:
    for size in itertools.cycle(RING_SIZES):
        if quota < 2:
            return
        ring = [make() for _ in range(min(size, quota))]
        for one, following in zip(ring, ring[1:] + ring[:1], strict=True):
            link(one, following)
        answer.cycle(ring)
        alive.append(ring[0])
        quota -= size


def add_tree_with_parents(answer: Answer, quota: int) -> None:
    """Nodes that know their parent, and have a list of their children: all of them are one component."""
    root = Branch()
    # Both attributes while there is one instance: 3.11 and newer then keep them in the instances, without a dict each.
    root.parent, root.children = None, []
    tree: list[object] = [root, root.children]
    parents = deque([root])
    while len(tree) + 2 <= quota:
        parent = parents.popleft()
        if parent is not root:
            parent.children = []
            tree.append(parent.children)
        for _ in range(min(BRANCHES, quota - len(tree))):
            child = Branch()
            child.parent = parent
            parent.children.append(child)
            parents.append(child)
            tree.append(child)
    answer.cycle(tree)
    alive.append(root)


def add_tree_of_lists(answer: Answer, quota: int) -> None:
    """Make lists in lists: in no cycle."""
    root: list[object] = []
    alive.append(root)
    answer.no_cycle(root)
    parents = deque([root])
    for number in range(quota - 1):
        if number and number % BRANCHES == 0:
            parents.popleft()
        child: list[object] = []
        parents[0].append(child)
        parents.append(child)
        answer.no_cycle(child)
