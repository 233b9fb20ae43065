"""One object, asked for its count in many ways.

Claim: what `sys.getrefcount` adds depends on how the call gets the object.
Promise: a line for each way, "immortal" where there is nothing to count.
"""

import sys

counted = hasattr(sys, "getrefcount")
count = sys.getrefcount if counted else id


class Box:
    """Holds a list, and can be asked for its own count."""

    def __init__(self) -> None:
        self.item = [1]

    def count(self) -> int:
        """How many references lead to `self`."""
        return count(self)


def once() -> dict[str, int]:
    """Ask for objects with one reference, a local variable's or another."""
    mine, captured = [1], [1]
    box = Box()
    return {
        "in an f-string": int(f"{count(mine)}"),
        "in a nested call": max(0, count(mine)),
        "a temporary": count([1]),
        "a closure's variable": (lambda: count(captured))(),
        "an attribute": count(box.item),
        "`self`, of a local": box.count(),
        "`self`, of a temporary": Box().count(),
        "through `*`": count(*[mine]),
        "through `:=`": count(new := [1]) + 0 * len(new),
        "in a comprehension": min([count(each) for each in [[1]]]),
        "by `map`": next(map(count, [[1]])),
    }


def more_often() -> dict[str, int]:
    """Ask for objects that more leads to."""
    first = second = [1]
    shelf = [stored := [1]]
    data, pair = b"two words", (3.5, "two words")
    return {
        "one of two locals": count(first) + 0 * len(second),
        "a local, also in a list": count(stored),
        "the same by its place": count(shelf[0]),
        "a constant": count(data),
        "a constant tuple": count(pair),
    }


for way, found in (once() | more_often()).items() if counted else ():
    print(f"{way + ':':<24}", found if found < 10**6 else "immortal")
if not counted:
    print("This Python keeps no reference counts.")
