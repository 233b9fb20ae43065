"""Keep two builds out of one folder: the second waits, and says for whom."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout


class Lock:
    """A file that one process at a time can hold. The system lets go of it when that process ends, however it does."""

    def __init__(self, file: Path) -> None:
        self.file, self.owner = file, file.with_suffix(".owner")
        self.locks: dict[int, FileLock] = {}

    @property
    def lock(self) -> FileLock:
        """Return this process's own lock: Sphinx forks processes that read pages, and filelock takes none along."""
        return self.locks.setdefault(os.getpid(), FileLock(self.file))

    @contextmanager
    def held(self, say: Callable[[str], None]) -> Iterator[None]:
        """Hold the file; a thread that holds it already may do so again.

        Raises OSError with one line where it cannot be written.
        """
        self.acquire(say)
        try:
            yield
        finally:
            self.lock.release()

    def acquire(self, say: Callable[[str], None]) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        try:
            try:
                self.lock.acquire(timeout=0)
            except Timeout:
                say(f"waiting for another build of {self.file.parent}, {self.told()}")
                self.lock.acquire()
        except PermissionError as error:
            raise OSError(f"{self.file} cannot be written: another user has built here. Remove it, or ask.") from error
        self.owner.write_text(f"process {os.getpid()}, at work since {time.strftime('%H:%M:%S')}", encoding="utf-8")

    def told(self) -> str:
        """Return what the process that holds the file says of itself."""
        with suppress(OSError):
            return self.owner.read_text(encoding="utf-8")[:80]
        return "which does not say who it is"
