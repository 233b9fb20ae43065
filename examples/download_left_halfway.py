"""A server that streams its answers from generators, to clients who leave.

Claim: a suspended generator keeps its variables, and its `finally` waits.
Promise: closing the stream of a client who has left ends both, on every Python.
"""

from collections.abc import Generator
from functools import partial

from refdemo.growth import growth


class Cursor:
    """A query of the database, which counts those that are open."""

    open = 0


def table_as_csv() -> Generator[str, None, None]:
    """The table in chunks, because it is too large to send as a whole."""
    cursor = Cursor()
    Cursor.open += 1
    try:
        for _ in range(1000):
            yield f"a chunk of {cursor}"
    finally:
        Cursor.open -= 1


class Server:
    """Sends each client the next chunk whenever the client can take one."""

    def __init__(self) -> None:
        self.streams: dict[int, Generator[str, None, None]] = {}

    def writable(self, client: int) -> None:
        """Send the next chunk; after the last one forget the stream."""
        if next(self.streams.setdefault(client, table_as_csv()), None) is None:
            del self.streams[client]

    def left(self, client: int) -> None:
        """The client has closed the connection: nothing more to send."""


class TidyServer(Server):
    def left(self, client: int) -> None:
        """The client has closed the connection: end the stream."""
        self.streams.pop(client).close()


def visit(server: Server) -> None:
    """A client comes, takes one chunk and leaves."""
    client = len(server.streams)
    server.writable(client)
    server.left(client)


for kind in (Server, TidyServer):
    alive = growth(partial(visit, server := kind()), Cursor)
    print(f"{kind.__name__ + ':':<11} {alive}, {Cursor.open} queries open")
