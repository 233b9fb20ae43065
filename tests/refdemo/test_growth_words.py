"""What a growth is called and printed as, from its numbers alone."""

import pytest

from refdemo.growth import Growth, TypeGrowth, compared
from refdemo.holders import Chain, Link


@pytest.mark.parametrize(
    ("alive", "trend"),
    [
        ((0, 0, 0, 0), "flat"),
        ((3, 3), "flat"),
        ((3, 4), "+1 a round"),
        ((0, 1, 2, 3), "+1 a round"),
        ((0, 1000, 2000, 3000), "+1000 a round"),
        ((3, 2, 1, 0), "-1 a round"),
        ((0, 1, 1, 1, 1), "flat after round 1"),
        ((0, 5, 1, 1, 1), "flat after round 2"),
        ((0, 3, 4, 5, 6), "+1 a round after round 1"),
        ((0, 3, 4, 5), "+1 a round after round 1"),
        ((0, 5, 4, 5, 6), "+1 a round after round 2"),
        ((0, 0, 0, 1), "+0.33 a round on average"),
        ((0, 2, 3), "+1.5 a round on average"),
        ((0, 0, 1, 1, 2, 2, 3, 3, 4), "+0.5 a round on average"),
        ((4, 4, 3, 3, 2), "-0.5 a round on average"),
        ((0, *[0] * 900, *[1] * 99), "+0.001 a round on average"),
        ((0, 1, 0, 1, 0), "up and down, at most 1"),
        ((0, 3, 7, 2, 5, 1), "up and down, at most 7"),
        ((0, 0, 0, 0, 1, 0), "up and down, at most 1"),
        ((9, 4, 9, 4, 9), "up and down, at most 9"),
        ((5,), "flat"),
    ],
)
def test_the_trend_follows_from_the_numbers(alive, trend):
    assert Growth("Session", alive).trend == trend


def test_a_growth_is_one_line():
    assert str(Growth("Session", tuple(range(51)))) == "Session alive: 0 at first, 50 after 50 rounds (+1 a round)"
    assert repr(Growth("Secure", (0, 0))) == "Secure alive: 0 at first, 0 after 1 round (flat)"


def test_a_comparison_is_a_labelled_line_each():
    leak, none = Growth("Session", (0, 1, 2)), Growth("Session", (0, 0, 0))
    assert repr(compared(earlier=leak, now=none)).splitlines() == [
        "earlier: Session alive: 0 at first, 2 after 2 rounds (+1 a round)",
        "now:     Session alive: 0 at first, 0 after 2 rounds (flat)",
    ]


def test_types_that_grew_are_a_table():
    growths = [Growth("a" * 40, (90, 90, 91, 92)), Growth("b" * 41, (0, 1, 2, 13)), Growth("set", (100, 101, 101, 102))]
    links = (Link("global kept", "list"), Link("[0]", "the object"))
    assert repr(TypeGrowth(3, tuple(growths), 1, (), Chain("module app", links, 0))).splitlines() == [
        f"{'type':40}  at first  after 3 rounds  trend",
        f"{'a' * 40}        90              92  +1 a round after round 1",
        f"…{'b' * 39}         0              13  +4.33 a round on average",
        f"{'set':40}       100             102  +0.67 a round on average",
        "and 1 more type",
        f"one {'a' * 40} of these rounds:",
        "module app",
        "  global kept: list",
        "    [0]: the object",
    ]
    assert repr(TypeGrowth(3, tuple(growths), 2)).splitlines()[-1] == "and 2 more types"


def test_where_no_type_grew_that_is_said_and_what_got_longer():
    links = Link("global a", "dict"), Link("['b']", "deque"), Link("[2]", "list")
    longer = repr(TypeGrowth(1, lengths=(2, 7), chain=Chain("module app", links, 0)))
    assert longer.splitlines()[0] == "no type grew in 1 round, but one list got longer: 2, 7 items"
    assert repr(TypeGrowth(1, lengths=(2, 7))).splitlines()[0].endswith("one container got longer: 2, 7 items")
    assert (repr(TypeGrowth(1)), repr(TypeGrowth(2))) == ("nothing grew in 1 round", "nothing grew in 2 rounds")
