"""A shop writes receipts in background tasks, and keeps these so that none gets lost.

Claim: a finished task holds its result, so a set that only grows holds every
receipt that was ever written.
Promise: where a callback takes each task out when it is done, nothing stays.
"""

import asyncio
import gc
import weakref


class Receipt:
    """What a customer is sent: text, a picture, a page to print."""


alive: weakref.WeakSet[Receipt] = weakref.WeakSet()


async def write_receipt() -> Receipt:
    await asyncio.sleep(0)  # others work, while it goes to a disk or a socket
    alive.add(receipt := Receipt())
    return receipt


class Shop:
    """Saves a reference to each task, as the documentation asks."""

    def __init__(self) -> None:
        self.background: set[asyncio.Task[Receipt]] = set()

    async def checkout(self) -> str:
        self.keep(asyncio.create_task(write_receipt()))
        return "thank you"

    def keep(self, task: asyncio.Task[Receipt]) -> None:
        self.background.add(task)


class TidyShop(Shop):
    """The same, and lets go of what is done."""

    def keep(self, task: asyncio.Task[Receipt]) -> None:
        self.background.add(task)
        task.add_done_callback(self.background.discard)


async def fifty_customers(shop: Shop) -> None:
    """Serve one after the other; count the receipts after 1, 25 and 50 of them."""
    for served in range(1, 51):
        await shop.checkout()
        for _ in range(5):  # until the receipt is written
            await asyncio.sleep(0)
        if served in (1, 25, 50):
            gc.collect()
            print(f"{type(shop).__name__}, served {served}, receipts {len(alive)}")


asyncio.run(fifty_customers(Shop()))
asyncio.run(fifty_customers(TidyShop()))
