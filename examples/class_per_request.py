"""A class made for each request is freed, except on 3.13 free-threaded once a
second thread has started.

Claim: there the first extra thread makes functions and classes immortal, those
that exist and those that are made later.
Promise: on every other Python a collection frees all the classes.
"""

import gc
import sys
import threading
from dataclasses import make_dataclass

from refdemo import is_immortal

ROUNDS = 50


class Reply:
    """The base of every reply; it knows its subclasses, and holds them weakly."""


def handle(fields: list[str]) -> str:
    """Answer one request with a record that has just the fields asked for."""
    shape = make_dataclass("Shape", fields, bases=(Reply,))
    return repr(shape(*range(len(fields))))


def kept(thing: object) -> str:
    """How long this Python keeps an object."""
    if not hasattr(sys, "getrefcount"):
        return "collected"
    return "immortal" if is_immortal(thing) else "counted"


def report(when: str) -> None:
    """Serve fifty requests, collect, and count the classes that are left."""
    for _ in range(ROUNDS):
        handle(["name", "price"])
    gc.collect()
    left = len(Reply.__subclasses__())
    print(f"{when} handle is {kept(handle)}, Reply is {kept(Reply)}, {left} classes left")


def main() -> None:
    """Serve requests before and after the program's first extra thread."""
    report("one thread so far:  ")
    thread = threading.Thread(target=print, args=("(the first extra thread runs)",))
    thread.start()
    thread.join()
    report("after another one:  ")


if __name__ == "__main__":
    main()
