"""A cache keyed by `id` answers for an object that is gone.

Claim: an id is free again once its object is freed, and the next object may
be given it.
Promise: a key that is part of the value, here the items themselves, never
mistakes one order for another.
"""

prices = {"tea": 3, "cake": 4, "diamond": 9000}
by_id: dict[int, int] = {}
by_items: dict[tuple[str, ...], int] = {}


def total(order: list[str]) -> int:
    """What an order costs: the slow computation that the caches are to save."""
    return sum(prices[item] for item in order)


def show(order: list[str]) -> None:
    """Ask both caches, filling them where they have no answer."""
    if id(order) not in by_id:
        by_id[id(order)] = total(order)
    if tuple(order) not in by_items:
        by_items[tuple(order)] = total(order)
    print(f"{' and '.join(order)}: {by_id[id(order)]} by id, {by_items[tuple(order)]} by items")


order = ["tea", "cake"]
show(order)
del order
order = ["diamond"]
show(order)
