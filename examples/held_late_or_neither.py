"""Three jobs make a program grow, and one measurement tells them apart.

Claim: of what a job leaves behind, what stays after a collection is held, what
goes was waiting for the collector, and where nothing was left, the objects are
not what grows.
Promise: the collector is off while a job runs, and runs once between two counts.
"""

import gc
from weakref import WeakSet

alive: "WeakSet[Row]" = WeakSet()
table: "list[Row]" = []
text = bytearray()


class Row:
    """One of the many objects that a job makes."""

    def __init__(self) -> None:
        alive.add(self)
        self.related: Row | None = None


def keep_a_row() -> None:
    table.append(Row())


def lose_a_circle() -> None:
    row = Row()
    row.related = row


def lengthen_a_text() -> None:
    Row()
    text.extend(b"one more line\n")


gc.disable()  # a collection at another moment would blur the difference
for job in (keep_a_row, lose_a_circle, lengthen_a_text):
    gc.collect()
    before = len(alive)
    for _ in range(20):
        job()
    at_once = len(alive) - before
    gc.collect()
    print(f"{job.__name__}: {at_once} rows left, {len(alive) - before} after a collection")
