"""A file of tests: one that passes whatever is left, and one that notices.

Claim: what the code does is right, so only a test that counts finds the
finalizer that holds its own object.
Promise: the failure says who holds it, and with the finalizer mended it passes.
"""

import socket
import weakref

from refdemo.testing import assert_nothing_left


class Client:
    """Talks to a server. When nobody uses it any more, its socket is closed."""

    def __init__(self) -> None:
        self.socket = socket.socket()
        weakref.finalize(self, self.close)

    def close(self) -> None:
        self.socket.close()


class MendedClient(Client):
    def __init__(self) -> None:
        self.socket = socket.socket()
        weakref.finalize(self, self.socket.close)  # it knows the socket, not the client


def test_a_client_has_a_socket() -> None:
    assert Client().socket.family == socket.AF_INET


def test_a_client_leaves_nothing() -> None:
    assert_nothing_left(Client, of=Client)


def test_a_mended_client_leaves_nothing() -> None:
    assert_nothing_left(MendedClient, of=MendedClient)


if __name__ == "__main__":  # what pytest does with them, in short
    for test in (test_a_client_has_a_socket, test_a_client_leaves_nothing, test_a_mended_client_leaves_nothing):
        try:
            test()
            print(f"{test.__name__}: passed")
        except AssertionError as error:
            print(f"{test.__name__}: failed\n{error}")
