"""The lists that a search works with."""


class WorkList(list[object]):
    """A list of this package: never told as a holder, whichever thread works with it."""

    __slots__ = ()
