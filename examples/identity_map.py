"""A row of a table is one object in the program, for as long as anybody uses it.

Claim: a `WeakValueDictionary` finds the objects that others hold, and holds
none of them itself.
Promise: whoever asks while an object is in use gets that object; on a Python
that counts references it is loaded again as soon as nobody did.
"""

from weakref import WeakValueDictionary


class Customer:
    """One row, loaded."""

    def __init__(self, key: int) -> None:
        self.key = key
        self.city = "Oslo"


class Customers:
    """The table; it counts how often a row had to be loaded."""

    def __init__(self) -> None:
        self.in_use: WeakValueDictionary[int, Customer] = WeakValueDictionary()
        self.loaded = 0

    def get(self, key: int) -> Customer:
        """The one object for this row."""
        customer = self.in_use.get(key)
        if customer is None:
            self.loaded += 1
            customer = self.in_use[key] = Customer(key)
        return customer


def main() -> None:
    """Ask for a row in two places, let go of it, and ask without keeping it."""
    customers = Customers()
    basket, invoice = customers.get(7), customers.get(7)
    basket.city = "Bergen"
    print("basket and invoice:", "one object" if basket is invoice else "two objects")
    print("the invoice goes to", invoice.city)
    print("loaded:", customers.loaded, "- in use:", len(customers.in_use))

    del basket, invoice
    print("nobody uses it, in use:", len(customers.in_use))

    for _ in range(3):
        customers.get(8)
    print("asked three times, never kept, loaded:", customers.loaded - 1)


if __name__ == "__main__":
    main()
