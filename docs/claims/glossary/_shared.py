"""Helpers of the attacks on the glossary's claims; all files of this folder share one namespace."""

import gc
import subprocess
import sys
import sysconfig
import types
import weakref

_PYPY = sys.implementation.name == "pypy"
_FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
_PROCESSES = sys.platform not in {"emscripten", "wasi"}
_MANY = 100_000 if _PROCESSES else 1_000  # a browser's stack is small


class _Thing:
    """An object whose end a weak reference witnesses."""

    def method(self):
        """Return the object."""
        return self

    @classmethod
    def of_class(cls):
        """Return the class."""
        return cls


class _Slotted:
    """The same, without a dictionary."""

    __slots__ = ("__weakref__", "other")

    def method(self):
        """Return the object."""
        return self


def _fates(holds, make=_Thing):
    """Return for each way to hold a thing whether it was there while held, and after."""
    things = [make() for _ in holds]
    witnesses = [weakref.ref(thing) for thing in things]
    holders = [hold(things.pop(0)) for hold in holds.values()]
    gc.collect()
    held = [witness() is not None for witness in witnesses]
    del holders
    gc.collect()
    left = [witness() is not None for witness in witnesses]
    return dict(zip(holds, zip(held, left, strict=True), strict=True))


def _keeps(holds, make=_Thing):
    """Yield each way with whether the thing was kept by what held it, and by nothing else."""
    for way, fate in _fates(holds, make).items():
        yield way, fate == (True, False)


def _lets_go(holds, make=_Thing):
    """Yield each way with whether the thing was not kept."""
    for way, fate in _fates(holds, make).items():
        yield way, fate == (False, False)


def _after_process(program, *arguments):
    """Return the words that a program prints in a process of its own, where threads and settings disturb nobody."""
    command = [sys.executable, *arguments, "-c", program]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    return ended.stdout.split()


def _program(program, *ways):
    """Yield the ways that a program tries; it prints True or False for each."""
    if _PROCESSES:
        yield from zip(ways, (word == "True" for word in _after_process(program)), strict=True)


def _refuses(call):
    """Return whether a call raises what Python raises for a wrong type or attribute."""
    try:
        call()
    except (AttributeError, TypeError):
        return True
    return False


@types.coroutine
def _pause():
    yield


def _started(thing):
    generator = _holds(thing)
    next(generator)
    return generator


def _holds(thing):
    """Hold what it was given."""
    yield


def _with(holder, thing):
    holder.other = thing
    return holder


def _leads(start, goal, steps):
    """Return whether referents of an object, and theirs, come to another in so many steps at most."""
    seen = [start]
    for _ in range(steps):
        seen = gc.get_referents(*seen)
        if any(it is goal for it in seen):
            return True
    return False


class _Saves(_Thing):
    def __init__(self, saved, calls):
        self.saved, self.calls = saved, calls

    def __del__(self):
        self.saved.append(self)
        self.calls.append(1)
