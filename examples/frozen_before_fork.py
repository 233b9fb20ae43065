"""A collection in a forked worker copies what it shares with its parent, unless frozen.

Claim: a collector writes into all that it examines, so a worker's first
collection copies the catalogue, though no request changes it.
Promise: frozen, it is shared until a request reads it, which counts references.
"""

import gc
import mmap
import os
import sys


class Product:
    """One entry of what every worker needs and none of them changes."""

    def __init__(self, number: int) -> None:
        self.number = number


class Line:
    """A line of a basket. It knows its basket, so both wait for the collector."""

    def __init__(self, basket: list["Line"], product: Product) -> None:
        self.basket, self.product = basket, product


def serve(first: int) -> None:
    """Answer a request: fill a basket, and forget it."""
    basket: list[Line] = []
    basket.extend(Line(basket, product) for product in catalogue[first : first + 60])


def work(label: str, reads_all: bool = False) -> None:
    """Fork a worker for 50 requests; its page faults say how much was copied for it."""
    if worker := os.fork():
        faults = os.wait4(worker, 0)[2].ru_minflt
        print("copied" if faults > len(pages) / 4 else "shared", flush=True)
        return
    gc.enable()
    for number in range(50):
        serve(number)
    if reads_all:
        sum(product.number for product in catalogue)
    known = sum(type(each) is Product for each in gc.get_objects())
    print(f"{label:<17} {known:>6} products to examine, ", end="", flush=True)
    os._exit(0)


if not hasattr(os, "fork"):
    print("this system cannot fork")
    sys.exit()
gc.disable()
catalogue = [Product(number) for number in range(100_000)]
pages = {id(product) // mmap.PAGESIZE for product in catalogue}
work("not frozen:")
if hasattr(gc, "freeze"):
    gc.freeze()
    work("frozen:")
    work("frozen, all read:", reads_all=True)
