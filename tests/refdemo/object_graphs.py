"""Graphs of objects whose cycles are known beforehand."""

import random


class Node:
    def own_method(self):
        pass


class Hollow:
    __slots__ = ("x", "y", "z")


class Tree:
    def __init__(self, parent):
        self.parent = parent
        self.children = []


class Record:
    def __init__(self, number):
        self.number, self.name, self.share = number, "name", number * 1.5


def ids(groups):
    return {frozenset(map(id, group)) for group in groups}


def ring(make, link, length):
    members = [make() for _ in range(length)]
    for here, following in zip(members, members[1:] + members[:1], strict=True):
        link(here, following)
    return members


def _link(node, targets):
    if type(node) is list:
        node += targets
    elif type(node) is dict:
        node.update(enumerate(targets))
    elif type(node) is set:
        node.update(targets)
    elif type(node) is Node:
        for place, target in enumerate(targets):
            setattr(node, f"link{place}", target)
    elif type(node) is Hollow:
        for name, target in zip("xyz", targets, strict=False):
            setattr(node, name, target)


def random_graph(chance):
    """Objects of many kinds, and which of them refers to which: a dict from place to places."""
    kinds = [chance.choice([list, dict, Node, Hollow, set, tuple]) for _ in range(chance.randint(1, 12))]
    kinds.sort(key=lambda kind: kind is tuple)  # a tuple needs what it refers to first
    links, nodes = {}, []
    for place, kind in enumerate(kinds):
        among = [n for n in range(len(kinds)) if kind is not set or kinds[n] in (Node, Hollow)]
        if kind is tuple:
            among = range(place)
        wanted = {chance.choice(among) for _ in range(chance.randint(0, 3)) if among}
        links[place] = sorted(wanted)
        nodes.append(tuple(nodes[n] for n in links[place]) if kind is tuple else kind())
    for place, node in enumerate(nodes):
        _link(node, [nodes[n] for n in links[place]])
        if type(node) is Node and chance.random() < 0.3:
            vars(node)
    for place, node in enumerate(nodes):
        if node == ():  # there is one empty tuple
            links[place] = []
    return nodes, links


def heap_with_known_cycles(size):
    """About `size` objects held by one list, and the cycles among them as sets of ids.

    A quarter are in rings of instances, 15 % in rings of lists, 15 % in rings of dicts, 10 % in a tree with references
    to the parents, 20 % in a tree of lists, 15 % are records.
    """
    chance = random.Random(size)
    root, wanted = [], set()
    for kind, share in ((Node, 0.25), (list, 0.15), (dict, 0.15)):
        made = 0
        while made < share * size:
            members = [kind() for _ in range(chance.randint(1, 9))]
            for here, following in zip(members, members[1:] + members[:1], strict=True):
                _link(here, [following])
            wanted.add(frozenset(map(id, members)))
            root.append(members[0])
            made += len(members)
    trees = [Tree(None)]
    for tree in trees:
        if 2 * len(trees) < 0.1 * size:
            tree.children += [Tree(tree) for _ in range(3)]
            trees += tree.children
    wanted.add(frozenset(map(id, trees)) | {id(tree.children) for tree in trees if tree.children})
    lists = [[]]
    for node in lists:
        if len(lists) < 0.2 * size:
            node += [[] for _ in range(4)]
            lists += node
    root += [trees[0], lists[0], [Record(number) for number in range(int(0.15 * size))]]
    return root, wanted
