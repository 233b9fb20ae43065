"""Parts of sequences."""

from itertools import pairwise


def pairs(items):
    """Return each item with the one that follows it."""
    return list(pairwise(items))
