"""What a test has left, where addresses are used again and where others died meanwhile."""

import pytest
from raw_memory import COUNTED

from refdemo._searching.leftovers import Leftovers


class Session:
    pass


class Secure(Session):
    pass


@pytest.fixture
def leftovers():
    counting = Leftovers()
    counting.watch([Session])
    return counting


@pytest.mark.skipif(not COUNTED, reason="for interpreters that free an object as its last reference goes")
def test_what_is_where_a_fixtures_values_were_is_left():
    values = [Session() for _ in range(100)]
    counting = Leftovers()
    counting.watch([Session])
    addresses = set(map(id, values))
    values.clear()
    counting.pass_over_newer_than(counting.alive())
    left = [Session() for _ in range(1_000)]
    left = [each for each in left if id(each) in addresses]
    assert left, "no address was used again"
    [found] = counting.found(lambda kind: -100)  # the values, of a fixture that is torn down
    assert found.number == len(left)


def test_what_was_made_before_a_fixtures_value_is_left(leftovers):
    left = [Session()]
    alive = leftovers.alive()
    value = Session()
    leftovers.pass_over_newer_than(alive)
    [found] = leftovers.found(lambda kind: 1)
    assert found.number == len(left)
    del value


def test_watching_a_class_again_passes_over_nothing(leftovers):
    left = [Session()]
    leftovers.watch([Session])
    assert [each.number for each in leftovers.found(lambda kind: 0)] == [len(left)]


def test_watching_a_subclass_passes_over_nothing_of_its_base(leftovers):
    left = [Secure(), Secure()]
    leftovers.watch([Secure])
    found = leftovers.found(lambda kind: 0)
    assert [(each.kind, each.number) for each in found] == [(Session, len(left))]


def test_a_fixtures_value_is_passed_over(leftovers):
    alive = leftovers.alive()
    value = Session()
    leftovers.pass_over_newer_than(alive)
    assert leftovers.found(lambda kind: 0) == []
    del value
