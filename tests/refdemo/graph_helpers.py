"""Objects to be drawn, and what the tests ask of a picture."""

import gc

from raw_memory import COUNTED


class A:
    def __init__(self):
        self.b = B(self)


class B:
    def __init__(self, obj):
        self.a = obj


class Plain:
    pass


class Slotted:
    __slots__ = ("held",)


class Hostile:
    """Raises from whatever a careless walk would call."""

    def _refuse(self, *arguments):
        raise AssertionError("a drawing called the program's code")

    __repr__ = __str__ = __eq__ = __hash__ = __bool__ = __len__ = __iter__ = __format__ = _refuse
    __getattr__ = __getattribute__ = __call__ = __instancecheck__ = __del__ = _refuse
    __class__ = property(_refuse)
    read = property(_refuse)

    del __del__


class HostileType(type):
    def _refuse(cls, *arguments):
        raise AssertionError("a drawing called the program's code")

    __repr__ = __getattribute__ = __instancecheck__ = __subclasscheck__ = _refuse


def objects(graph):
    return {node.key: node.count for node in graph.nodes if node.kind == "object"}


def labelled(graph):
    return [(edge.source, edge.label, edge.target) for edge in graph.edges]


def the_count(graph):
    return next(node.count for node in graph.nodes if node.kind == "object")


def on_this_python(count):
    return count if COUNTED else None


def collect():
    for _ in range(3):  # PyPy runs what a collection found at the next one
        gc.collect()
