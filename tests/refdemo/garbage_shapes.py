"""Ways to leave cyclic garbage behind: each function makes one and drops it."""

import functools
from types import ModuleType

from object_graphs import Hollow, Node


def make_ring():
    a, b = Node(), Node()
    a.partner, b.partner = b, a


def itself():
    n = Node()
    n.me = n


def itself_with_dict():
    n = Node()
    vars(n)["me"] = n


def itself_in_slot():
    n = Hollow()
    n.x = n


def list_in_itself():
    x = []
    x.append(x)


def dict_in_itself():
    x = {}
    x["me"] = x


def recursive_function():
    def f():
        return f


def class_statement():
    class Dropped:
        pass


def kept_exception():
    try:
        raise ValueError
    except ValueError as error:
        kept = error
        del error
        return kept and None


def own_callback():
    n = Node()
    n.callback = n.own_method


def generator_in_itself():
    def generate():
        me = yield
        yield me

    g = generate()
    next(g)
    g.send([g])


def ring_that_holds_more():
    a, b = [], []
    a += [b, [[1], {"key": Node()}]]
    b.append(a)


def lists_in_a_tuple():
    x = []
    x.append((x, (x,)))


def partial_of_itself():
    x = Node()
    x.call = functools.partial(print, x)


def module_of_its_own():
    module = ModuleType("own")
    exec("def f(): pass\nclass C: pass", vars(module))


SHAPES = [
    make_ring,
    itself,
    itself_with_dict,
    itself_in_slot,
    list_in_itself,
    dict_in_itself,
    recursive_function,
    class_statement,
    kept_exception,
    own_callback,
    ring_that_holds_more,
    lists_in_a_tuple,
    partial_of_itself,
    module_of_its_own,
]
