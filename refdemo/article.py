"""The article this package grew from, tried on this Python: its demonstrations, and a verdict on each of its claims.

"Python Memory Management: Reference Counting, Garbage Collection, and Circular References" by Paritosh Sharma Ghimire
(Nerd For Tech, 11 July 2024). Every verdict comes from what ran; none is known beforehand for a version.
"""

import gc
from typing import NamedTuple

from refdemo._trials.demonstrations import DEMONSTRATIONS, Story
from refdemo._trials.verdicts import CLAIMS, tried
from refdemo.collector import automatic_gc_disabled
from refdemo.interpreters import InterpreterInfo, interpreter


class Demonstration(NamedTuple):
    """One of the article's demonstrations, and what it showed here.

    >>> Demonstration("D1", "sys.getrefcount(my_list)", expected="2", seen="1", agrees=False).agrees
    False
    """

    id: str
    """Its name in the report: "D1"."""
    what: str
    """What is done."""
    expected: str
    """What the article says that it prints."""
    seen: str
    """What it printed here."""
    agrees: bool
    """Whether the two are the same."""


class Claim(NamedTuple):
    """One of the article's claims, what was seen when it was tried, and a verdict.

    >>> Claim("C1", "Counting comes first.", seen="it does", verdict="holds").verdict
    'holds'
    """

    id: str
    """Its name in the report: "C1"."""
    claim: str
    """What the article claims."""
    seen: str
    """What was seen here when it was tried."""
    verdict: str
    """"holds", "holds not", "holds in part", "cannot be asked here" or "not decided here"."""


class Report(NamedTuple):
    """What the article says and what this Python does.

    >>> found = report()
    >>> found.interpreter == interpreter(), found.demonstrations[0].id, found.claims[0].id
    (True, 'D1', 'C1')
    """

    interpreter: InterpreterInfo
    """The Python that was asked."""
    demonstrations: list[Demonstration]
    """What the article shows, tried here."""
    claims: list[Claim]
    """What the article claims, tried here."""


def report() -> Report:
    """Return the article's demonstrations and claims, tried on this Python.

    Takes about a tenth of a second in a small process; it runs full collections, which take longer in a large one.
    Afterwards the collector is as it was: enabled or not, thresholds, debug flags, `gc.garbage`. No other thread
    should be allocating meanwhile. Source: the article.

    >>> [claim.verdict for claim in report().claims if claim.id == "C4"]
    ['holds']
    """
    with automatic_gc_disabled():
        if hasattr(gc, "set_debug"):
            gc.set_debug(0)  # saving or printing what is found would be seen; the block's end sets it again
        story = Story()
        demonstrations = [Demonstration(name, *row[:2], *row[2](story)) for name, row in DEMONSTRATIONS.items()]
        claims = [Claim(name, claim, *tried(trial)) for name, (claim, trial) in CLAIMS.items()]
    return Report(interpreter(), demonstrations, claims)
