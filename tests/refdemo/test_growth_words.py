"""What a growth is called and printed as, from its numbers alone."""

import pytest

from refdemo.growth import Growth, compared


@pytest.mark.parametrize(
    ("alive", "trend"),
    [
        ((0, 0, 0, 0), "flat"),
        ((3, 3), "flat"),
        ((0, 1, 2, 3), "+1 a round"),
        ((0, 1000, 2000, 3000), "+1000 a round"),
        ((3, 2, 1, 0), "-1 a round"),
        ((0, 1, 1, 1, 1), "flat after round 1"),
        ((0, 5, 1, 1, 1), "flat after round 2"),
        ((0, 3, 4, 5, 6), "+1 a round after round 1"),
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
    assert repr(compared(before=leak, after=none)).splitlines() == [
        "before: Session alive: 0 at first, 2 after 2 rounds (+1 a round)",
        "after:  Session alive: 0 at first, 0 after 2 rounds (flat)",
    ]
