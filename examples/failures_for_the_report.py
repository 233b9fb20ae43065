"""An importer that keeps its failures for the morning's report, and with them
every order that failed.

Claim: a kept exception holds the variables of every function that it passed
through, and so does the exception that it was raised from.
Promise: dropping the traceback of the kept exception frees nothing here;
keeping a summary of it instead frees every order.
"""

from collections.abc import Callable
from traceback import TracebackException

from refdemo.growth import growth


class Order:
    """One message from the queue, as large as its sender made it."""

    def __init__(self, number: int) -> None:
        self.number, self.price = number, "twelve"


class Rejected(Exception):
    """An order that cannot be imported; its cause says why."""


def book(order: Order) -> int:
    """The order's price in cents, or Rejected."""
    try:
        return int(order.price) * 100
    except ValueError as error:
        raise Rejected(f"order {order.number}") from error


class Importer:
    """Books orders, and keeps what the report needs of those that fail."""

    def __init__(self, keep: Callable[[Rejected], object]) -> None:
        self.keep = keep
        self.failures: list[object] = []

    def receive(self, order: Order) -> None:
        """Book an order; a failure must not stop the others."""
        try:
            book(order)
        except Rejected as error:
            self.failures.append(self.keep(error))


def measure(label: str, importer: Importer) -> None:
    """Fail to import 20 orders, and count those that are left."""
    alive = growth(lambda: importer.receive(Order(len(importer.failures))), Order)
    print(f"{label + ':':<23}", alive)
    print(f"{'':<23}", len(importer.failures), "failures for the report")


measure("the exception", Importer(lambda error: error))
measure("without its traceback", Importer(lambda error: error.with_traceback(None)))
measure("a summary", Importer(TracebackException.from_exception))
