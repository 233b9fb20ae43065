"""The lists that a search works with."""

from itertools import groupby
from operator import itemgetter


class WorkList(list[object]):
    """A list of this package: never told as a holder, whichever thread works with it."""

    __slots__ = ()


def by_type(objects: WorkList) -> dict[int, WorkList]:
    """Return a list for each type of the objects, by the type's id: compared so, no metaclass is asked."""
    found: dict[int, WorkList] = {}
    for at, run in groupby(zip(map(id, map(type, objects)), objects, strict=True), itemgetter(0)):
        found.setdefault(at, WorkList()).extend(map(itemgetter(1), run))
    return found
