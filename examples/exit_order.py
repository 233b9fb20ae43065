"""What still runs after the last line of a program, and in which order.

Claim: what is called is not called in the order in which it was made.
Promise: none of the five is called before the last line, and the order is the
same in every run.
"""

import atexit
import gc
import weakref


class Loud:
    """Says so when its `__del__` runs."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.me: Loud | None = None

    def __del__(self) -> None:
        print(f"__del__ of {self.name}")


class Quiet:
    """Has nothing to say itself."""


atexit.register(print, "atexit, registered first")
quiet = Quiet()
weakref.finalize(quiet, print, "weakref.finalize, registered second")
atexit.register(print, "atexit, registered third")

gc.collect()  # so that none runs by itself before the end
named = Loud("an object with a name")
lost = Loud("a lost circle")
lost.me = lost
del lost

print("the last line")
