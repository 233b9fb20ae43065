"""A serializer made of inner functions that call one another leaves a circle
behind at every call.

Claim: an inner function finds itself and its siblings in cells that it holds,
and each of those cells holds its function.
Promise: with the collector off, as some services run, every event that was
serialized stays; with the same functions at module level none does.
"""

from refdemo import automatic_gc_disabled
from refdemo.growth import compared, growth


class Event:
    """Something to report, nested as deeply as its sender liked."""

    def __init__(self) -> None:
        self.data = {"user": {"name": "ann", "roles": ["admin", "dev"]}, "n": 3}
        self.cut = 0


def serialize(event: Event, depth: int) -> object:
    """The event's data, cut off below some depth, and how often it was cut."""

    def node(value: object, depth: int) -> object:
        if depth == 0:
            event.cut += 1
            return "..."
        return branch(value, depth) if isinstance(value, dict) else value

    def branch(value: dict[str, object], depth: int) -> object:
        return {key: node(each, depth - 1) for key, each in value.items()}

    return node(event.data, depth), event.cut


def plain_node(event: Event, value: object, depth: int) -> object:
    """As the inner `node`, with the event as a parameter."""
    if depth == 0:
        event.cut += 1
        return "..."
    return plain_branch(event, value, depth) if isinstance(value, dict) else value


def plain_branch(event: Event, value: dict[str, object], depth: int) -> object:
    """As the inner `branch`, with the event as a parameter."""
    return {key: plain_node(event, each, depth - 1) for key, each in value.items()}


def serialize_plainly(event: Event, depth: int) -> object:
    """The same result from functions of the module."""
    return plain_node(event, event.data, depth), event.cut


assert serialize(Event(), 2) == serialize_plainly(Event(), 2)
with automatic_gc_disabled():
    before = growth(lambda: serialize(Event(), 2), Event, collect=False)
with automatic_gc_disabled():
    after = growth(lambda: serialize_plainly(Event(), 2), Event, collect=False)
print(compared(serialize=before, serialize_plainly=after))
