"""Tests that leave nothing, whatever pytest and fixtures hold meanwhile: each passes."""

import gc
import logging
import unittest

import pytest


class Session:
    def __init__(self):
        self.me = self  # so that only a collection frees it


class Secure(Session):
    pass


pytestmark = pytest.mark.leaves_nothing(of=Session)
last = [Session()]


@pytest.fixture
def session():
    yield Session()


@pytest.fixture(scope="class")
def of_the_class():
    yield Session()


@pytest.fixture(scope="module")
def of_the_module():
    held = Session()
    yield [Session(), Secure()]
    assert held


@pytest.fixture(scope="session")
def of_the_session():
    return {"k": Session()}


@pytest.fixture(scope="module", params=["one", "two"])
def one_for_each(request):
    return Session()


@pytest.fixture(scope="module")
def asks_for_another(request):
    return Session(), request.getfixturevalue("of_the_module")


@pytest.fixture
def logging_to_the_end():
    held = Session()
    yield held
    logging.warning("%s", held)


@pytest.fixture(autouse=True)
def always():
    yield Session()


def test_what_it_makes_and_drops():
    Session()


def test_what_it_makes_and_drops_with_the_collector_off():
    gc.disable()
    Session()


def test_the_collector_is_still_off():
    assert not gc.isenabled()
    gc.enable()


def test_what_a_fixture_makes(session):
    pass


def test_what_a_fixture_of_each_scope_makes(session, of_the_class, of_the_module, of_the_session):
    pass


def test_what_is_there_from_an_earlier_test(of_the_module, of_the_session):
    pass


def test_a_fixture_with_parameters(one_for_each, session):
    pass


def test_a_fixture_that_asks_for_another(asks_for_another):
    pass


def test_what_a_fixture_logs_as_it_is_torn_down(logging_to_the_end):
    pass


def test_what_is_logged(caplog, session):
    logging.warning("%s", session)


def test_an_expected_error(session):
    with pytest.raises(LookupError) as caught:
        raise LookupError(session)
    assert caught.value


@pytest.mark.parametrize("one", [Session(), Secure()])
def test_parameters(one):
    pass


def test_one_in_the_place_of_another():
    last[:] = [Session()]


class TestSetupMethod:
    def setup_method(self):
        self.session = Session()

    def test_what_it_gives_the_instance(self):
        pass

    def test_what_the_test_gives_the_instance(self):
        self.other = Session()


class TestSetupClass:
    @classmethod
    def setup_class(cls):
        cls.session = Session()

    def test_what_it_gives_the_class(self, of_the_class):
        pass

    def test_what_it_gave_the_class(self, of_the_class):
        pass


class OfUnittest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.of_all = Session()

    @classmethod
    def tearDownClass(cls):
        del cls.of_all

    def setUp(self):
        self.session = Session()
        self.addCleanup(id, Session())

    def test_what_set_up_makes(self):
        pass

    def test_subtests(self):
        for part in range(2):
            with self.subTest(part=part):
                self.part = Session()


def test_called(leaves_nothing, session):
    class Own:
        pass

    Own()
    leaves_nothing(of=(Own, Session))


@pytest.fixture
def asking(leaves_nothing):
    leaves_nothing(of=Secure)
    yield Secure()


def test_asked_by_a_fixture(asking):
    pass
