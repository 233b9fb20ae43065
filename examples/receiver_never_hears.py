"""A signal that holds its receivers weakly cannot reach one that nobody keeps.

Claim: a local function dies with the last reference to it, and a weak
registration is none.
Promise: what is kept, by its owner or by the signal, is told; on a Python that
counts references the rest is not.
"""

import weakref
from collections.abc import Callable

Receiver = Callable[[str], None]


class Signal:
    """Tells its receivers; holds them weakly unless told otherwise."""

    def __init__(self) -> None:
        self._lookups: list[Callable[[], Receiver | None]] = []

    def connect(self, receiver: Receiver, weak: bool = True) -> None:
        """Add a receiver: a function, or a method of an object."""
        reference = weakref.WeakMethod if hasattr(receiver, "__self__") else weakref.ref
        self._lookups.append(reference(receiver) if weak else lambda: receiver)

    def send(self, order: str) -> None:
        """Tell every receiver that is still there."""
        for lookup in self._lookups:
            if (receiver := lookup()) is not None:
                receiver(order)


class Mailer:
    """An object with a method that wants to be told."""

    def confirm(self, order: str) -> None:
        """Stands for a message to the customer."""
        print("  confirmed by the mailer:", order)


def start_logging(order_placed: Signal, weak: bool) -> None:
    """Connect a function that exists nowhere else."""

    def log(order: str) -> None:
        print(f"  logged, connected {'weakly' if weak else 'strongly'}:", order)

    order_placed.connect(log, weak)


order_placed = Signal()
mailer = Mailer()
order_placed.connect(mailer.confirm)
start_logging(order_placed, weak=True)
start_logging(order_placed, weak=False)
print("three receivers were connected:")
order_placed.send("order 1")
del mailer
print("after del mailer:")
order_placed.send("order 2")
