"""A request and its response that know each other are not freed when they are
done with: they wait until enough objects have piled up.

Claim: the collector counts objects and not bytes, so how many wait depends on
the threshold, and how much memory waits on the size of a request.
Promise: nothing in the loops asks for a collection; without the reference back
none waits on a Python that counts references.
"""

import gc
import weakref

SERVED, BODY = 20_000, 2_000


class Request:
    """What came in: its body, and the response to it."""

    alive = most = 0

    def __init__(self, way_back: bool) -> None:
        self.body = bytes(BODY)
        self.response = Response(self if way_back else weakref.proxy(self))
        Request.alive += 1
        Request.most = max(Request.most, Request.alive)

    def __del__(self) -> None:
        Request.alive -= 1


class Response:
    """What goes out: it knows what it answers."""

    def __init__(self, request: Request) -> None:
        self.request = request


def main() -> None:
    """Serve requests of both kinds, one after the other, and keep none."""
    for way_back in (True, False):
        gc.collect()
        Request.most = Request.alive
        for _ in range(SERVED):
            Request(way_back)
        most = Request.most if Request.most < 10 else round(Request.most, -2)
        kind = "a reference" if way_back else "a weak reference"
        print(f"response.request is {kind}:")
        print(f"    at most {most} alive at once: {most * BODY // 1000} kB")


if __name__ == "__main__":
    main()
