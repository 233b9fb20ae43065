"""A dashboard reads prices from streams, and leaves each after the first price.

Claim: an `async for` that is left early does not close its generator.
Promise: with `aclosing` the connection is closed when the block ends.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing


class Connection:
    open = 0  # how many there are

    def __init__(self) -> None:
        Connection.open += 1

    async def close(self) -> None:
        Connection.open -= 1


async def prices() -> AsyncGenerator[int, None]:
    connection = Connection()
    try:
        while True:
            await asyncio.sleep(0)
            yield 7
    finally:
        await connection.close()


class Panel:
    """It keeps its stream, to read on if it is asked to."""

    async def first_price(self) -> int:
        self.stream = prices()
        async for price in self.stream:
            return price
        raise EOFError


class ClosingPanel(Panel):
    async def first_price(self) -> int:
        async with aclosing(prices()) as stream:
            async for price in stream:
                return price
        raise EOFError


async def show(kind: type[Panel]) -> None:
    panels = [kind() for _ in range(50)]
    for number, panel in enumerate(panels, 1):
        await panel.first_price()
        if number in (1, 25, 50):
            print(f"{kind.__name__}, panels {number}, connections open {Connection.open}")


for kind in (Panel, ClosingPanel):
    asyncio.run(show(kind))
    print("when the loop has ended:", Connection.open)
