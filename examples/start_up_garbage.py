"""The first collection of a process can find more than you lost.

Claim: what start-up and imports left behind is garbage too, so the first
number that `gc.collect()` returns need not be about your objects alone.
Promise: the same pair is lost twice; one line says whether the first
collection found more than the second.
"""

import gc

gc.disable()  # or a collection may come in between, or not: that depends on how this Python started

import ctypes  # noqa: E402 - as the article's script does


class Node:
    """One of two that hold each other."""

    other: object


def lose_a_pair() -> None:
    """Leave two objects that only the collector can free."""
    one, two = Node(), Node()
    one.other, two.other = two, one


lose_a_pair()
first = gc.collect()
lose_a_pair()
second = gc.collect()
if second is None:  # PyPy
    print("gc.collect() returns nothing")
else:
    print("after importing", ctypes.__name__, "the first found", "more" if first > second else "as many")
