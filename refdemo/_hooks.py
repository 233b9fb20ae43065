"""PyPy's way of telling of collections: one hook for each kind of event, called some time after it."""

import gc
import sys
from collections.abc import Callable
from time import perf_counter
from typing import Any

from refdemo.collector import _LOCK
from refdemo.timeline import Timeline

_NAMES = ("on_gc_minor", "on_gc_collect_step", "on_gc_collect")
_MINOR, _MAJOR = 0, 1


class _Recorder:
    """Writes PyPy's collections into one record."""

    def __init__(self, record: Timeline) -> None:
        self.record = record
        self.steps: tuple[float, float] | None = None  # of the major collection under way: its start, its seconds

    def on_gc_minor(self, stats: Any) -> None:
        self.record.add(_MINOR, None, None, stats.duration, perf_counter() - stats.duration, stats.count)

    def on_gc_collect_step(self, stats: Any) -> None:
        if self.steps is None and stats.count == 1 and stats.oldstate == stats.STATE_FINALIZING:
            return  # the end of a collection that is written down already: on_gc_collect comes before its last step
        started, seconds = self.steps or (perf_counter() - stats.duration, 0.0)
        self.steps = started, seconds + stats.duration

    def on_gc_collect(self, stats: Any) -> None:
        started, seconds = self.steps or (perf_counter(), 0.0)
        self.steps = None
        self.record.add(_MAJOR, None, None, seconds, started, stats.count)


class _Switchboard:
    """What stands in PyPy's hooks while anything is recorded: each has room for one, and there may be several records.

    Whatever was found there is called as well, and put back at the end of the last record.
    """

    def __init__(self) -> None:
        self.recorders: list[_Recorder] = []
        self.found: dict[str, Any] = {}
        self.ours: dict[str, Any] = {name: self.telling(name) for name in _NAMES}

    def telling(self, name: str) -> Callable[[Any], None]:
        def tell(stats: Any) -> None:
            for recorder in tuple(self.recorders):
                getattr(recorder, name)(stats)
            if self.found.get(name) is not None:
                self.found[name](stats)

        return tell

    def add(self, recorder: _Recorder) -> None:
        if not self.recorders:
            self.found = {name: getattr(gc.hooks, name) for name in _NAMES}  # type: ignore[attr-defined]
            for name, hook in self.ours.items():
                setattr(gc.hooks, name, hook)  # type: ignore[attr-defined]
        self.recorders.append(recorder)

    def remove(self, recorder: _Recorder) -> None:
        self.recorders.remove(recorder)
        if not self.recorders:
            for name, hook in self.ours.items():
                if getattr(gc.hooks, name) is hook:  # type: ignore[attr-defined]
                    setattr(gc.hooks, name, self.found[name])  # type: ignore[attr-defined]


_SWITCHBOARD = _Switchboard()


def listen(record: Timeline) -> Callable[[], None]:
    """Start to write PyPy's collections into a record; return what ends that."""
    if not hasattr(gc, "hooks"):
        raise NotImplementedError(f"recorded_collections: {sys.implementation.name} tells nobody of its collections")
    recorder = _Recorder(record)

    def stop() -> None:
        with _LOCK:
            _SWITCHBOARD.remove(recorder)

    with _LOCK:
        _SWITCHBOARD.add(recorder)
    return stop
