"""An event bus that keeps handlers keeps the objects whose methods they are.

Claim: a session whose method subscribed outlives its visit, no collection
helps, and it is called for every later event; with `WeakMethod` it goes.
Promise: an open session gets its price from either bus.
"""

import weakref
from collections.abc import Callable
from functools import partial

from refdemo.growth import growth


class Bus:
    """Calls every handler that subscribed."""

    def __init__(self) -> None:
        self.handlers: list[Callable[..., object]] = []

    def subscribe(self, handler: Callable[[int], None]) -> None:
        self.handlers.append(handler)

    def publish(self, price: int) -> None:
        for handler in self.handlers:
            handler(price)


class WeakBus(Bus):
    """Does not hold the objects whose methods subscribed, and forgets the dead."""

    def subscribe(self, handler: Callable[[int], None]) -> None:
        self.handlers.append(weakref.WeakMethod(handler))

    def publish(self, price: int) -> None:
        for reference in self.handlers:
            if callable(handler := reference()):
                handler(price)
        self.handlers = [each for each in self.handlers if each()]


class Session:
    def __init__(self, bus: Bus) -> None:
        bus.subscribe(self.on_price)

    def on_price(self, price: int) -> None:
        calls.append(price)


def visit(bus: Bus) -> None:
    """Open a session, see one price, and leave."""
    session = Session(bus)
    bus.publish(101)
    del session


for kind in (Bus, WeakBus):
    calls: list[int] = []
    print(f"{kind.__name__}:", growth(partial(visit, kind()), of=Session))
    print("    calls for 20 prices:", len(calls))
