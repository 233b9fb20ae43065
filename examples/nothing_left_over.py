"""A test that fails when the code that it runs leaves objects behind.

Claim: counting instances gives away a finalizer that holds its own object.
Promise: with the finalizer mended the same test passes, over 50 rounds.
"""

import gc
import socket
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress


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


def nothing_left(of: type) -> Iterator[type]:
    """Fail if more instances of a class are held after the block than before it."""
    gc.collect()
    before = sum(type(each) is of for each in gc.get_objects())
    yield of
    gc.collect()
    more = sum(type(each) is of for each in gc.get_objects()) - before
    assert more <= 0, f"{more} more of {of.__name__}"


def test_client(client: type[Client]) -> None:
    assert all(client().socket.family == socket.AF_INET for _ in range(50))


with suppress(ImportError):  # under pytest the check is a fixture
    import pytest

    @pytest.fixture(params=[Client, MendedClient])
    def client(request: pytest.FixtureRequest) -> Iterator[type]:
        yield from nothing_left(request.param)


if __name__ == "__main__":  # and here it is a with block
    for each in (Client, MendedClient):
        try:
            with contextmanager(nothing_left)(each):
                test_client(each)
            print(f"{each.__name__}: passed")
        except AssertionError as error:
            print(f"{each.__name__}: failed, {error}")
