"""The cyclic collector: which objects it knows, and keeping it from running by itself."""

import gc

# Only CPython has thresholds and debug flags to restore.
_TUNABLE = hasattr(gc, "get_threshold")


def object_exists(address: int) -> bool:
    """Whether the collector knows an object at this address, one that `id()` gave.

    False does not mean gone: the collector tracks containers only, so an int, a str, `object()`, a tuple of such
    (from 3.14.2) and whatever `gc.freeze()` has set aside are never found. True does not mean the same object: another
    may have been born at the address. PyPy may answer False for an object that is alive, and its objects' ids are not
    where they are; there, and for a sure answer anywhere, take a weakref beforehand.

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
    """Collect once, then keep the collector from running by itself while the block runs.

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
        self._found: list[tuple[bool, list[object], int, tuple[int, int, int]]] = []

    def __enter__(self) -> None:
        gc.collect()
        debug, thresholds = (gc.get_debug(), gc.get_threshold()) if _TUNABLE else (0, (0, 0, 0))
        self._found.append((gc.isenabled(), list(gc.garbage), debug, thresholds))
        gc.disable()

    def __exit__(self, *exception: object) -> None:
        enabled, garbage, debug, thresholds = self._found.pop()
        if _TUNABLE:
            gc.set_debug(debug)
            gc.set_threshold(*thresholds)
        gc.garbage[:] = garbage
        if enabled:
            gc.enable()
        else:
            gc.disable()
