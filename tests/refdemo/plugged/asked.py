import pytest

sessions = []


class Session:
    pass


@pytest.mark.leaves_nothing(of=Session)  # on a function, on a class, or for a whole file as pytestmark
def test_a_session_that_is_kept():
    sessions.append(Session())


def test_a_class_of_its_own(leaves_nothing):
    class Own(Session):
        pass

    leaves_nothing(of=(Own, Session))
    Own()
