"""A retry loop that remembers its last error leaves a circle behind, even when
a later try succeeds.

Claim: a local variable that refers to an exception, which refers by its
traceback to the frame of that variable, is a circle.
Promise: one line that lets go of the error at the end opens the circle, so
that counting frees the request at once.
"""

from refdemo import automatic_gc_disabled
from refdemo.growth import compared, growth


class Request:
    """What is sent, with all that it carries."""


def broken(request: Request) -> str:
    """A replica that is down."""
    raise ConnectionError("the first replica is down")


def working(request: Request) -> str:
    """A replica that answers."""
    return "ok"


def send(request: Request) -> str:
    """The first answer that a replica gives."""
    last_error = None
    for replica in (broken, working):
        try:
            return replica(request)
        except ConnectionError as error:
            last_error = error
    raise ConnectionError("no replica answered") from last_error


def send_and_forget(request: Request) -> str:
    """The same, and the error does not outlive the call."""
    last_error = None
    try:
        for replica in (broken, working):
            try:
                return replica(request)
            except ConnectionError as error:
                last_error = error
        raise ConnectionError("no replica answered") from last_error
    finally:
        last_error = None


# Off, so that what counting leaves behind can be counted.
with automatic_gc_disabled():
    before = growth(lambda: send(Request()), Request, collect=False)
with automatic_gc_disabled():
    after = growth(lambda: send_and_forget(Request()), Request, collect=False)
print(compared(send=before, send_and_forget=after))
