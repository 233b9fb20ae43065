"""The cyclic collector: which objects it knows, keeping it from running by itself, and a record of its runs."""

import gc
from _thread import RLock
from time import perf_counter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from refdemo.timeline import Timeline

# Blocks may begin and end in several threads, and in a finalizer while this thread begins or ends another.
_LOCK = RLock()


def object_exists(address: int) -> bool:
    """Whether the collector knows an object at this address, one that `id()` gave.

    False does not mean gone: the collector tracks containers only, so an int, a str or `object()` is never found, nor
    is what `gc.freeze()` has set aside, a tuple of such values once a collection has seen it, or up to 3.13 a dict of
    them. True does not mean the same object: another may have been born at the address. PyPy may answer False for an
    object that is there, alive or not yet freed, and its objects' ids are not where they are; there, and for a sure
    answer anywhere, take a weakref beforehand.

    Looks at every tracked object: about 40 microseconds per thousand. Raises TypeError for anything but an int.
    Source: `gc.get_objects`, `gc.is_tracked`.

    >>> my_list = [1, 2, 3]
    >>> object_exists(id(my_list)), object_exists(0)
    (True, False)
    """
    if isinstance(address, bool) or not isinstance(address, int):
        raise TypeError(f"an address is an int, such as id() gives, not {type(address).__name__}")
    return address in map(id, gc.get_objects())


class automatic_gc_disabled:
    """Collect once, then let no collection but PyPy's minor ones start by itself while the block runs.

    However the block ends, the collector is left as it was found: enabled or not, its thresholds, its debug flags and
    the contents of `gc.garbage` (as the collection at the start left them). What the block disposes of in cycles is
    left for later. Blocks may be nested. `gc.collect()` works inside. Source: `gc.disable`.

    >>> import gc
    >>> before = gc.isenabled()
    >>> with automatic_gc_disabled():
    ...     gc.isenabled()
    False
    >>> gc.isenabled() == before
    True
    """

    def __init__(self) -> None:
        self._found: list[tuple[bool, list[object], tuple[int, tuple[int, int, int]] | None]] = []

    def __enter__(self) -> None:
        gc.collect()
        tuned = (gc.get_debug(), gc.get_threshold()) if hasattr(gc, "get_threshold") else None  # only CPython has
        self._found.append((gc.isenabled(), list(gc.garbage), tuned))
        gc.disable()

    def __exit__(self, *exception: object) -> None:
        enabled, garbage, tuned = self._found.pop()
        if tuned:
            gc.set_debug(tuned[0])
            gc.set_threshold(*tuned[1])
        gc.garbage[:] = garbage
        if enabled:
            gc.enable()
        else:
            gc.disable()


class recorded_collections:
    """Record every collection while the block runs, in whichever thread, asked for or not.

    Gives a `refdemo.timeline.Timeline`: a sequence of collections (generation, collected, uncollectable,
    seconds, when) that prints as a table and draws itself as SVG. It grows while the block runs and stays as it is
    afterwards.
    A collection that is under way when the block begins or ends is left out: its start or its end was not seen.
    However the block ends, exactly what was added is removed. Blocks may be nested.

    `seconds` goes from the collector's call at the start to its call at the end, so it includes other callbacks.
    Recording adds about a microsecond to a collection and keeps nothing that the collector tracks, so the next
    collection comes no sooner.

    On PyPy generation 0 is a minor collection and 1 a major one. It does not tell what was found (None), and it
    reports afterwards: perhaps several at once (of how many `seconds` is the sum says `collections`), and where other
    threads run perhaps too late for the block. A major collection is done in steps; it is recorded when it ends, with
    the seconds of its steps in the block.
    Raises NotImplementedError on entry where the collector calls nobody. Source: `gc.callbacks`; PyPy's `gc.hooks`.

    >>> import gc
    >>> with recorded_collections() as record:
    ...     found = gc.collect()
    >>> record[-1].generation == max(record.generations), record[-1].collected == found
    (True, True)
    """

    def __init__(self) -> None:
        self._open: list[tuple[Timeline, Callable[[], None]]] = []

    def __enter__(self) -> "Timeline":
        from refdemo.timeline import (
            Timeline,  # which needs typing: tracked objects that nobody asked for on import
        )

        listen = _listen
        if not hasattr(gc, "callbacks"):
            from refdemo._hooks import listen
        record = Timeline()
        self._open.append((record, listen(record)))
        return record

    def __exit__(self, *exception: object) -> None:
        record, stop = self._open.pop()
        stop()
        record.ended = perf_counter()


def _listen(record: "Timeline") -> "Callable[[], None]":
    """Start to write CPython's collections into a record; return what ends that."""
    started: float | None = None

    def callback(phase: str, info: "dict[str, int]") -> None:
        # One collection at a time, in whichever thread: one that is asked for meanwhile returns at once, uncalled.
        nonlocal started
        now = perf_counter()
        if phase == "start":
            started = now
        elif started is not None:
            record.add(info["generation"], info["collected"], info["uncollectable"], now - started, started)

    def stop() -> None:
        with _LOCK:
            # not list.remove, which would ask the others whether they are equal
            for place, other in enumerate(gc.callbacks):
                if other is callback:
                    del gc.callbacks[place]
                    return

    with _LOCK:
        gc.callbacks.append(callback)
    return stop
