"""With the collector switched off, what hangs in circles stays.

Claim: a service without the collector keeps every request to which its response
leads back.
Promise: if the request lets go of its response, reference counting frees both,
and the collector is not missed.
"""

import gc
from collections.abc import Callable

from refdemo.growth import Growth, compared, growth


class Response:
    """What the client gets. It knows its request, for the access log."""

    def __init__(self, request: "Request", body: str) -> None:
        self.request = request
        self.body = body


class Request:
    """What a client wants. Middleware looks for the response here."""

    response: Response | None = None

    def __init__(self, path: str) -> None:
        self.path = path


def handle(path: str) -> int:
    """Answer a request."""
    request = Request(path)
    request.response = Response(request, f"nothing at {path}")
    return len(request.response.body)


def handle_and_part(path: str) -> int:
    """Answer a request, which lets go of its response when that is sent."""
    request = Request(path)
    request.response = Response(request, f"nothing at {path}")
    sent = len(request.response.body)
    request.response = None
    return sent


def served(handler: Callable[[str], int]) -> Growth:
    """Tidy up, answer 20 requests, and count those that are left after each."""
    gc.collect()
    return growth(lambda: handler("/favicon.ico"), of=Request, collect=False)


if __name__ == "__main__":
    gc.disable()
    print(compared(before=served(handle), after=served(handle_and_part)))
