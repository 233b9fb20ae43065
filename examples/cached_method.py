"""`lru_cache` on a method keeps the objects that the method was called on.

Claim: the cache belongs to the function, there is one for all objects, and
`self` is part of each key.
Promise: a result kept by the object itself, or keyed by what it was computed
from, holds no order.
"""

from functools import cached_property, lru_cache

from refdemo.growth import growth

PRICES = {"tea": 3, "cake": 4, "jam": 5}


class Order:
    """What somebody bought; its total is asked for several times a request."""

    def __init__(self, *items: str) -> None:
        self.items = items

    @lru_cache(maxsize=1000)  # noqa: B019  # the leak itself
    def total(self) -> int:
        return sum(PRICES[item] for item in self.items)


class OrderWithProperty:
    """Keeps its total in its own attribute."""

    def __init__(self, *items: str) -> None:
        self.items = items

    @cached_property
    def total(self) -> int:
        return sum(PRICES[item] for item in self.items)


@lru_cache(maxsize=1000)
def total(items: tuple[str, ...]) -> int:
    """The total of any order with these items."""
    return sum(PRICES[item] for item in items)


class OrderWithFunction:
    """Asks a function that does not know it."""

    def __init__(self, *items: str) -> None:
        self.items = items

    def total(self) -> int:
        return total(self.items)


print(growth(lambda: Order("tea", "cake").total(), of=Order))
print(growth(lambda: OrderWithProperty("tea", "cake").total, of=OrderWithProperty))
print(growth(lambda: OrderWithFunction("tea", "cake").total(), of=OrderWithFunction))
for told, cached in (("method", Order.total), ("function", total)):
    info = cached.cache_info()
    print(f"the {told}'s cache: hits {info.hits}, results kept {info.currsize}")
