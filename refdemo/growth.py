"""Growth: how many instances of a class, or of which types, stay alive, round after round of the same step."""

from __future__ import annotations

from collections import namedtuple

from refdemo._reading.classes import is_a, name_of
from refdemo._searching.instances import can_be_tracked, count

TYPE_CHECKING = False  # typing makes PyPy's heap, which is walked after each round, a third larger
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, overload

    from refdemo.holders import Chain

_MOST_LINES = 4
"""So many lines of one chart can be told apart without colour."""
_MOST_ROWS = 10
_WIDEST_NAME = 40


class Growth(namedtuple("Growth", ("of", "alive"))):
    """How many instances of a class were alive at first and after each round, as plain data: it keeps nothing alive.

    Printed, one line: the first number, the last one, and in brackets what the numbers do from round to round.

    - `flat`: all are equal. `+1 a round`: each is one more than the one before it.
    - `flat after round 3`, `+1 a round after round 3`: so from that round on, which is in the first half.
    - `up and down, at most 7`: they rise and fall.
    - `+0.5 a round on average`: they rise only, or fall only, by unequal steps.

    As the last expression of a cell it draws itself as a line chart.

    >>> Growth("Session", (0, 1, 2, 3))
    Session alive: 0 at first, 3 after 3 rounds (+1 a round)
    >>> Growth("Session", (2, 5, 5, 5, 5)).trend
    'flat after round 1'
    """

    __slots__ = ()

    of: str
    """The name of the class."""
    alive: tuple[int, ...]
    """How many instances were alive before the first round and after each: one number more than there were rounds."""

    @property
    def rounds(self) -> int:
        """How many times the step was called."""
        return len(self.alive) - 1

    @property
    def trend(self) -> str:
        """What the numbers do from round to round, in words: "flat", "+1 a round", "up and down, at most 7"."""
        steps = [after - before for before, after in zip(self.alive, self.alive[1:], strict=False)]
        settled = len(steps)  # the round after which all steps are equal
        while settled and steps[settled - 1] == steps[-1]:
            settled -= 1
        if len(steps) - settled >= max(settled, 2) or not settled:
            words = f"{steps[-1]:+} a round" if any(steps[-1:]) else "flat"
            return f"{words} after round {settled}" if settled else words
        if min(steps) < 0 < max(steps):
            return f"up and down, at most {max(self.alive)}"
        return f"{_short(sum(steps) / len(steps))} a round on average"

    def __repr__(self) -> str:
        rounds = "1 round" if self.rounds == 1 else f"{self.rounds} rounds"
        return f"{self.of} alive: {self.alive[0]} at first, {self.alive[-1]} after {rounds} ({self.trend})"

    def svg(self) -> str:
        """Return the numbers as a line chart: SVG in the colour of the text around it."""
        return _svg({"": self}, repr(self))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": repr(self), "image/svg+xml": self.svg()}

    def _repr_html_(self) -> str:
        from refdemo._drawing.svg import inline

        return inline(self.svg())


class TypeGrowth(
    namedtuple("TypeGrowth", ("rounds", "growths", "more", "lengths", "chain"), defaults=((), 0, (), None))
):
    """The types whose instances grew in number from round to round, as plain data: it keeps nothing alive.

    Printed, a row for each: how many were alive at first and after the last round, and what the numbers did meanwhile,
    in the words of `Growth`. Below it the chain that holds an instance of the fastest, one born during the rounds.

    >>> TypeGrowth(5, (Growth("set", (12, 14, 15, 16, 17, 18)), Growth("app.Session", (0, 0, 1, 1, 2, 2))))
    type         at first  after 5 rounds  trend
    set                12              18  +1 a round after round 1
    app.Session         0               2  +0.4 a round on average
    >>> TypeGrowth(5)
    nothing grew in 5 rounds
    """

    __slots__ = ()

    rounds: int
    """How many times the step was called."""
    growths: tuple[Growth, ...]
    """The types that grew, the fastest first, ten at most, each named with its module if that is not `__main__`."""
    more: int
    """How many more types grew."""
    lengths: tuple[int, ...]
    """Where no type grew, how many items the container had that got longer by most: up to four numbers, the last one
    after the last round, the others after earlier ones."""
    chain: Chain | None
    """What holds an instance of the fastest, or that container, as `why_alive` tells; None if nothing grew."""

    def __repr__(self) -> str:
        rounds = "1 round" if self.rounds == 1 else f"{self.rounds} rounds"
        if not self.growths and not self.lengths:
            return f"nothing grew in {rounds}"
        if not self.growths:
            kind = self.chain.links[-1].type if self.chain and self.chain.links else "container"
            lengths = ", ".join(map(str, self.lengths))
            return f"no type grew in {rounds}, but one {kind} got longer: {lengths} items\n{self.chain}"
        rows = [("type", "at first", f"after {rounds}", "trend")]
        rows += [(_cut(each.of), str(each.alive[0]), str(each.alive[-1]), each.trend) for each in self.growths]
        name, first, last, _ = (max(map(len, column)) for column in zip(*rows, strict=True))
        lines = [f"{row[0]:{name}}  {row[1]:>{first}}  {row[2]:>{last}}  {row[3]}" for row in rows]
        if self.more:
            lines.append(f"and {self.more} more type{'s' * (self.more != 1)}")
        if self.chain:
            lines += [f"one {_cut(self.growths[0].of)} of these rounds:", str(self.chain)]
        return "\n".join(lines)


class Comparison:
    """Growths side by side, each with its label; from `compared`. Printed, a line for each; drawn, one chart.

    >>> Comparison({"before": Growth("Session", (0, 1, 2))}).growths["before"].alive
    (0, 1, 2)
    """

    def __init__(self, growths: dict[str, Growth]) -> None:
        self.growths = growths
        """The growths by their labels."""

    def __repr__(self) -> str:
        width = 1 + max(map(len, self.growths))
        return "\n".join(f"{label + ':':{width}} {growth!r}" for label, growth in self.growths.items())

    def svg(self) -> str:
        """Return the growths as one line chart: SVG in the colour of the text around it."""
        return _svg(self.growths, repr(self))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": repr(self), "image/svg+xml": self.svg()}

    def _repr_html_(self) -> str:
        from refdemo._drawing.svg import inline

        return inline(self.svg())


if TYPE_CHECKING:

    @overload
    def growth(step: Callable[[], object], of: type, rounds: int = 20, collect: bool = True) -> Growth: ...
    @overload
    def growth(step: Callable[[], object], of: None = None, rounds: int = 20, collect: bool = True) -> TypeGrowth: ...


def growth(
    step: Callable[[], object], of: type | None = None, rounds: int = 20, collect: bool = True
) -> Growth | TypeGrowth:
    """Call a step again and again, and count after each round how many instances of a class are alive.

    An instance counts if its class is `of` or a subclass. The first number is taken before the first round.
    Without `of` the instances of every type are counted, each as one of its own type alone, and the types are told that
    grew from round to round, with the chain that holds one. A type is left out if only the first round added to it, if
    its number has not risen since the middle, or if it falls back to what it was. So three rounds are the least that
    tell a leak from what the step sets up once, and ten tell more. Where no type grew, the list, dict, set or deque is
    told that got longer and longer, by most: so ints and strings are found by what holds them.

    Before each count there is a `gc.collect()`, so that circles that nothing holds do not count, but for those whose
    finalizer this collection was the first to call. With `collect=False` there is none: on CPython what waits for the
    collector counts as well, until an automatic collection comes.
    What the step returns is dropped. An exception in it ends the count and is passed on.
    Nothing is kept of the objects, none of their code runs, and the collector's settings are left alone.

    What the collector does not list is not counted: on CPython plain tuples of atomic values and, up to 3.13, dicts of
    them, and what `gc.freeze()` has put aside; on a free-threaded 3.13 classes and functions once a thread was started.
    PyPy lists only what is reachable, so there a dropped circle counts with `collect=False` neither.
    Where no type grew, what each round replaces by a longer copy is not found, nor are attributes that an instance
    keeps without a dict.

    Raises TypeError for a step that cannot be called, for an `of` that is not a class or of which the collector tracks
    no instance but a subclass's (on CPython `int` or `str`) and for rounds that are not an int, ValueError for less
    than one round.
    A round costs a full collection and a look at every tracked object: about a millisecond in a small process, on PyPy
    30. Without `of` it is up to half as much again, and the chain takes what `why_alive` takes.
    Source: `gc.get_objects`, `gc.is_tracked`.

    >>> class Session: pass
    >>> kept = []
    >>> growth(lambda: kept.append(Session()), of=Session, rounds=5)
    Session alive: 0 at first, 5 after 5 rounds (+1 a round)
    >>> growth(Session, of=Session, rounds=2).alive
    (5, 5, 5)
    >>> fastest = growth(lambda: kept.append(Session()), rounds=3).growths[0]
    >>> fastest.of.rpartition(".")[2], fastest.alive
    ('Session', (5, 6, 7, 8))
    """
    if not callable(step):
        raise TypeError(f"a step is something to call, not {_named(step)}")
    if of is not None and not is_a(of, type):
        raise TypeError(f"of is the class whose instances to count, not {_named(of)}")
    if is_a(rounds, bool) or not is_a(rounds, int):
        raise TypeError(f"rounds is an int, not {_named(rounds)}")
    if rounds < 1:
        raise ValueError(f"rounds is at least 1, not {rounds}")
    if of is None:
        from refdemo._searching.census import Census
        from refdemo.holders import why_alive  # which loads most of the package

        census = Census(step, rounds, collect)
        del step  # for a chain through it is told only if there is no other
        grown, lengths = census.run()
        chain: Any = why_alive(census.found[0]) if census.found else None
        if chain is not None and not chain.root:
            step = census.held[0]
            chain = why_alive(census.found.pop())
        growths = tuple([Growth(name, alive) for name, alive in grown[:_MOST_ROWS]])
        return TypeGrowth(rounds, growths, max(len(grown) - _MOST_ROWS, 0), lengths, chain)
    if not can_be_tracked(of):
        raise TypeError(f"the collector never tracks instances of {name_of(of)} itself, so they cannot be counted")
    alive: list[int] = []  # before the first count, for it is an instance of list itself
    alive.append(count(of, collect))
    for _ in range(rounds):
        step()
        alive.append(count(of, collect))
    return Growth(name_of(of), tuple(alive))


def compared(**growths: Growth) -> Comparison:
    """Show growths side by side, such as those before and after a fix: `compared(before=…, after=…)`.

    Prints one labelled line each. As the last expression of a cell it draws one chart; its lines differ by their
    strokes, and stand in the order of the arguments. Raises TypeError for anything but a `Growth`, and unless there are
    one to four.

    >>> compared(before=Growth("Session", (0, 1, 2)), after=Growth("Session", (0, 0, 0)))
    before: Session alive: 0 at first, 2 after 2 rounds (+1 a round)
    after:  Session alive: 0 at first, 0 after 2 rounds (flat)
    """
    if not 1 <= len(growths) <= _MOST_LINES:
        raise TypeError(f"compared takes one to {_MOST_LINES} growths, each with its label, not {len(growths)}")
    for label, each in growths.items():
        if not is_a(each, Growth):
            raise TypeError(f"{label} is what growth() gives, not {_named(each)}")
    return Comparison(growths)


def _cut(name: str) -> str:
    return name if len(name) <= _WIDEST_NAME else "…" + name[1 - _WIDEST_NAME :]


def _named(obj: object) -> str:
    return f"a {name_of(type(obj))}"


def _short(slope: float) -> str:
    return f"{slope:+.2f}".rstrip("0").rstrip(".") if abs(slope) >= 0.1 else f"{slope:+.1g}"


def _svg(growths: dict[str, Growth], text: str) -> str:
    from refdemo._drawing.growth_svg import svg

    return svg([(label, each.of, each.alive, each.trend) for label, each in growths.items()], text)
