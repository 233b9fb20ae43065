"""Tests that leave something behind: each fails, and its message names what holds it."""

import unittest

import pytest


class Session:
    pass


class Secure(Session):
    pass


class Unmarked:
    pass


pytestmark = pytest.mark.leaves_nothing(of=(Session, Secure))
kept, others = [], []


@pytest.fixture
def session():
    yield Session()


@pytest.fixture(scope="module")
def of_the_module():
    yield [Session()]


@pytest.fixture(scope="module", params=["one", "two"])
def one_for_each(request):
    yield Session()


@pytest.fixture
def leaking_as_it_is_torn_down():
    yield
    kept.append(Session())


def test_in_a_global():
    kept.append(Session())


def test_a_fixtures_value(session):
    kept.append(session)


def test_as_a_fixture_is_torn_down(leaking_as_it_is_torn_down):
    pass


def test_three_of_a_subclass():
    kept.extend([Secure(), Secure(), Secure()])


def test_beside_a_fixture_that_is_made_here(of_the_module):
    kept.append(Session())


def test_in_a_fixture_that_stays(of_the_module):
    of_the_module.append(Session())


def test_beside_a_fixture_that_goes(one_for_each):
    kept.append(Session())


def test_with_the_collector_off():
    import gc

    gc.disable()
    kept.append(Session())


def test_fails_by_itself(session):
    held = Session()
    assert held is None


def test_after_one_that_failed(session):
    kept.append(session)


class TestSetupMethod:
    def setup_method(self):
        self.session = Session()

    def test_of_a_class(self):
        kept.append(self.session)


class OfUnittest(unittest.TestCase):
    def setUp(self):
        self.session = Session()

    def test_of_unittest(self):
        kept.append(self.session)


def test_called(leaves_nothing):
    leaves_nothing(of=Unmarked)
    others.append(Unmarked())


@pytest.fixture
def made_before():
    yield Unmarked()


def test_called_after_another_was_made(made_before, leaves_nothing):
    leaves_nothing(of=Unmarked)
    others.append(Unmarked())


@pytest.mark.xfail(reason="known", strict=True)
def test_expected():
    kept.append(Session())


@pytest.mark.xfail(reason="known", strict=False)
def test_expected_perhaps():
    kept.append(Session())


@pytest.mark.xfail(reason="known", strict=True)
def test_expected_but_mended():
    pass


@pytest.mark.leaves_nothing
def test_a_marker_without_a_class():
    pass


@pytest.mark.leaves_nothing(Session, of=Session)
def test_a_marker_with_too_much():
    pass


@pytest.mark.leaves_nothing(of=int)
def test_a_marker_with_a_class_that_cannot_be_counted():
    pass


@pytest.mark.leaves_nothing(of=())
def test_a_marker_with_no_class():
    pass


def test_calling_with_what_is_no_class(leaves_nothing):
    leaves_nothing(of="Session")
