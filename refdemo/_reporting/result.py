"""What a report says: plain data, which keeps nothing alive."""

from __future__ import annotations

from typing import NamedTuple

from refdemo._reporting.process import Memory
from refdemo._reporting.waiting import Waiting

OBJECTS, GARBAGE, HELD_FREE, OUTSIDE, NOTHING = "objects", "garbage", "held free", "outside", "nothing"


class TypeRise(NamedTuple):
    """A type that has more instances than before."""

    name: str
    before: int
    after: int


class Holder(NamedTuple):
    """What holds an instance of a type that grew, or a container that got longer."""

    of: str
    """The name of the type."""
    defined: str
    """Where the type is defined: "/srv/shop.py:12"; before 3.13 the file alone; "" where that is not known."""
    chain: str
    """How a root leads to it, a line for each link."""


class ProcessReport(NamedTuple):
    """What has grown in a process between two moments, and who holds it. Printed, at most forty lines."""

    kind: str
    """What grows: "objects" (they are alive), "garbage" (it waits for the collector), "outside" (memory that is no
    Python object's); "held free" where nothing does, but Python's allocator keeps freed memory; or "nothing"."""
    python: str
    """The name and version of the interpreter."""
    pid: int
    seconds: float
    """The time between the two moments."""
    tracked: tuple[int, int]
    """How many objects the collector tracks, before and after."""
    types: tuple[TypeRise, ...]
    """The types that grew, the fastest first, five at most."""
    more_types: int
    """How many more types grew."""
    longer: TypeRise | None
    """The container that got longer by most items, and how long it was: by its type."""
    explained: int | None
    """Bytes that what grew accounts for, roughly; None where new objects may own memory of which nothing is known."""
    holders: tuple[Holder, ...]
    """What holds an instance of the fastest, three at most."""
    garbage: Waiting
    memory: tuple[Memory, Memory]
    """The memory before and after."""
    arenas: int | None
    """Bytes in RAM of the mappings that have small Python objects in them."""
    unfinished: tuple[str, ...]
    """What was not looked at, as the limit was reached."""
    pause: float
    """Seconds of the longest look, in which nothing else may have run."""

    def as_json(self) -> dict[str, object]:
        """Return the report as JSON's types."""
        return {name: _plain(value) for name, value in self._asdict().items()}

    def __str__(self) -> str:
        from refdemo._reporting.words import lines

        return "\n".join(lines(self))

    def __repr__(self) -> str:
        return str(self)


def _plain(value: object) -> object:
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: _plain(each) for name, each in value._asdict().items()}
    return [_plain(each) for each in value] if isinstance(value, tuple) else value
