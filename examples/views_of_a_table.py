"""A `WeakKeyDictionary` whose values refer to their keys is a leak.

Claim: the dictionary holds its values, and a value that holds its key keeps
the key alive, so the entry is never removed.
Promise: a view that reaches its table by a weak reference goes with it.
"""

import weakref
from collections.abc import Callable
from weakref import WeakKeyDictionary

from refdemo.growth import growth


class Table:
    """Data that was loaded for one request."""

    def __init__(self) -> None:
        self.rows = [("Ada", 1815), ("Alan", 1912)]


class View:
    """The rows of a table, sorted; made once for each table."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def first(self) -> str:
        return min(self.table.rows)[0]


class WeakView(View):
    """The same, and it does not hold its table."""

    def __init__(self, table: Table) -> None:
        self.find: Callable[[], Table | None] = weakref.ref(table)

    def first(self) -> str:
        table = self.find()
        return min(table.rows)[0] if table else ""


for kind in (View, WeakView):
    views: WeakKeyDictionary[Table, View] = WeakKeyDictionary()

    def handle() -> None:
        table = Table()
        view = views.setdefault(table, kind(table))
        assert view.first() == "Ada"

    print(f"{kind.__name__:<9}", growth(handle, of=Table))
    print(f"{'':<9} entries in the dictionary: {len(views)}")
