"""An object that keeps a method or a partial of itself is a circle.

Claim: a table of the object's own methods, or of partials of itself, makes
every dropped object wait for the collector.
Promise: methods found by their names give the same answers, and the object
goes at once on a Python that counts references.
"""

import gc
import weakref
from collections.abc import Callable
from functools import partial

from refdemo import automatic_gc_disabled


class Connection:
    """Finds the method for a command by its name, as `http.server` does."""

    def do_get(self) -> str:
        return "value"

    def answer(self, command: str) -> str:
        return str(getattr(self, f"do_{command}")())


class WithTable(Connection):
    """Keeps its methods in a table, one for each command."""

    def __init__(self) -> None:
        self.commands: dict[str, Callable[[], str]] = {"get": self.do_get}

    def answer(self, command: str) -> str:
        return self.commands[command]()


class WithPartial(WithTable):
    """Keeps functions in the table, with itself filled in."""

    def __init__(self) -> None:
        self.commands = {"get": partial(Connection.do_get, self)}


def serve(kind: type[Connection]) -> weakref.ref[Connection]:
    """Answer one command, and let go of the connection."""
    connection = kind()
    assert connection.answer("get") == "value"
    return weakref.ref(connection)


for kind in (WithTable, WithPartial, Connection):
    with automatic_gc_disabled():
        witnesses = [serve(kind) for _ in range(50)]
        left = sum(witness() is not None for witness in witnesses)
        gc.collect()
        after = sum(witness() is not None for witness in witnesses)
    print(f"{kind.__name__ + ':':<12} {left:>2} of 50 left, {after} after a collection")
