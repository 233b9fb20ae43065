"""Keep two builds out of one folder: the second waits, and says for whom."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from .files import plain, write_atomically


def say_now(line: str) -> None:
    """Print a line at once: Sphinx keeps what is logged while it reads pages until it has read them all."""
    print(line, flush=True)


@contextmanager
def held(file: Path, say: Callable[[str], None] = say_now) -> Iterator[None]:
    """Hold a file that one at a time can hold. The system lets go of it when its process ends, however it does.

    Raises OSError with one line where it cannot be written.
    """
    lock, owner = FileLock(file), file.with_suffix(".owner")
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            who = "which does not say who it is"
            with suppress(OSError):
                who = plain(owner).decode("utf-8", "replace")[:80]
            say(f"waiting for another build of {file.parent}, {who}")
            lock.acquire()
    except PermissionError as error:
        raise OSError(f"{file} cannot be written: another user has built here. Remove it, or ask.") from error
    try:
        write_atomically(owner, f"process {os.getpid()}, at work since {time.strftime('%H:%M:%S')}".encode())
        yield
    finally:
        lock.release()
