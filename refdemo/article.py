"""The article this package grew from, tried on this Python: its demonstrations, and a verdict on each of its claims.

"Python Memory Management: Reference Counting, Garbage Collection, and Circular References" by Paritosh Sharma Ghimire
(Nerd For Tech, 11 July 2024). Every verdict comes from what ran; none is known beforehand for a version.
"""

import gc
from typing import NamedTuple

from refdemo.collector import automatic_gc_disabled
from refdemo.interpreters import Interpreter, interpreter
from refdemo.trials.demonstrations import DEMONSTRATIONS, Story
from refdemo.trials.verdicts import CLAIMS, tried


class Demonstration(NamedTuple):
    """One of the article's demonstrations, and what it showed here."""

    id: str
    what: str
    expected: str
    seen: str
    agrees: bool


class Claim(NamedTuple):
    """One of the article's claims, what was seen when it was tried, and one of `refdemo.trials.verdicts.VERDICTS`."""

    id: str
    claim: str
    seen: str
    verdict: str


class Report(NamedTuple):
    """What the article says and what this Python does."""

    interpreter: Interpreter
    demonstrations: list[Demonstration]
    claims: list[Claim]


def report() -> Report:
    """The article's demonstrations and claims, tried on this Python.

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
