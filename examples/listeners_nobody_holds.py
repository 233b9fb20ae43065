"""Fifty tasks each wait for one line from a socket, and nobody keeps the tasks.

Claim: the event loop leads to a waiting task by way of what will wake it; where
a weak reference is on that way, a collection frees the task while it waits.
Promise: the same tasks hear the line if they are kept until they are done.
"""

import asyncio
import contextlib
import gc
import socket
from collections import Counter
from typing import Any

heard, complaints = Counter[str](), Counter[str]()


def count(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What asyncio complains about; where no handler is set it goes to the log."""
    complaints[context["message"]] += 1


async def listen(end: socket.socket) -> None:
    """Hear one line, with the streams of the standard library."""
    reader, writer = await asyncio.open_connection(sock=end)
    heard[(await reader.readline()).decode().strip()] += 1
    writer.close()


async def others_work() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def main(keep: bool) -> None:
    """Start fifty listeners, let the collector run, send the line to each."""
    asyncio.get_running_loop().set_exception_handler(count)
    background: set[asyncio.Task[None]] = set()
    pairs = [socket.socketpair() for _ in range(50)]
    for _, theirs in pairs:
        task = asyncio.create_task(listen(theirs))
        if keep:
            background.add(task)
            task.add_done_callback(background.discard)
    del task  # this name would hold the last one
    await others_work()
    gc.collect()
    await others_work()
    for ours, _ in pairs:
        with contextlib.suppress(ConnectionError), ours:
            ours.sendall(b"price: 7\n")
    await others_work()
    print("tasks kept:" if keep else "tasks not kept:")
    print("    heard:", dict(heard))
    print("    asyncio said:", dict(complaints))


asyncio.run(main(keep=False))
complaints.clear()
asyncio.run(main(keep=True))
