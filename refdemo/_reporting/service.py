"""Reports of a process that goes on meanwhile: made by a thread of their own, one at a time."""

from __future__ import annotations

import _thread
import os
import signal
from collections.abc import Callable

_STDERR = 2  # sys.stderr may be anything by then, and writing to it the program's own code


class Service:
    """Makes a report when it is asked for, and writes it to stderr or to the end of a file."""

    def __init__(self, report: Callable[[], object], file: str | os.PathLike[str] | None) -> None:
        self.report = report
        self.file = None if file is None else os.path.abspath(file)
        self.busy = _thread.allocate_lock()
        os.close(self._open())  # what is wrong with the file is said now

    def answer(self, signum: int) -> None:
        """Have a signal ask for reports."""
        if signal.getsignal(signum) not in (signal.SIG_DFL, signal.SIG_IGN):
            raise ValueError(f"{signal.Signals(signum).name} has a handler already: choose another signal")
        signal.signal(signum, lambda signum, frame: self.ask())

    def ask(self) -> None:
        """Begin a report, unless one is under way."""
        if not self.busy.acquire(blocking=False):
            self._write("refdemo: a report is under way already")
            return
        try:
            # threading.Thread would wait for a lock that the code which the signal interrupted may hold.
            _thread.start_new_thread(self._run, ())
        except RuntimeError as error:
            self.busy.release()
            self._write(f"refdemo: no report: {error}")

    def _run(self) -> None:
        try:
            self._write(str(self.report()))
        except Exception as error:
            self._write(f"refdemo: no report: {type(error).__name__}: {error}")
        finally:
            self.busy.release()

    def _open(self) -> int:
        if self.file is None:
            return os.dup(_STDERR)
        return os.open(self.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def _write(self, text: str) -> None:
        try:
            descriptor = self._open()
        except OSError:  # it was closed, or its folder is gone: a service goes on without a report
            return
        try:
            os.write(descriptor, f"{text}\n".encode(errors="backslashreplace"))
        except OSError:
            pass
        finally:
            os.close(descriptor)
