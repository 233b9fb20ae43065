"""A chat server keeps each client whose connection broke; a report says so.

Claim: the report calls them live objects, and names the set that holds them.
Promise: with the clean-up mended nothing grows.
"""

import threading

from refdemo.report import report


class Client:
    """Somebody in a room; every third connection breaks."""

    def __init__(self, number: int) -> None:
        self.broken = number % 3 == 0

    def say(self, word: str) -> None:
        if self.broken:
            raise ConnectionError(word)


class Hub:
    def __init__(self) -> None:
        self.room: set[Client] = set()

    def leave(self, client: Client) -> None:
        client.say("bye")
        self.room.discard(client)


class MendedHub(Hub):
    """The same; who leaves is taken out first."""

    def leave(self, client: Client) -> None:
        self.room.discard(client)
        client.say("bye")


def serve(over: threading.Event) -> None:
    """Let clients come and go until it is over."""
    number = 0
    while not over.wait(0.001):
        hub.room.add(client := Client(number := number + 1))
        try:
            hub.leave(client)
        except ConnectionError:
            continue


for hub in Hub(), MendedHub():
    threading.Thread(target=serve, args=[over := threading.Event()]).start()
    try:
        found = report(0.5)
        print(f"{type(hub).__name__}: {found.kind}", *(each.chain for each in found.holders[:1]), sep="\n")
    except NotImplementedError as refused:
        print(f"{type(hub).__name__}: {refused}")
    finally:
        over.set()
