"""What this Python is, as far as its memory management goes."""

import gc
import platform
import struct
import sys
import sysconfig
from typing import NamedTuple

# gh-108362 (GH-116206) brought the incremental collector; gh-124567 took it out of 3.13.0rc3 and gh-142516 out of
# 3.14.5rc1 and 3.15.0b1. When 3.14's alphas had it was not looked up release by release.
_INCREMENTAL = ((0x030D00A6, 0x030D00C2), (0x030E00A1, 0x030E04F0), (0x030F00A1, 0x030F00A8))


class InterpreterInfo(NamedTuple):
    """What one Python is: the facts that explain why another's numbers differ.

    >>> this = interpreter()
    >>> this.bits in (32, 64), this.free_threaded or this.gil
    (True, True)
    """

    implementation: str
    """`sys.implementation.name`: "cpython", "pypy"."""
    version: str
    """The implementation's own version, to the patch: "3.15.0rc1" for CPython, "8.0.1" for PyPy."""
    language: str
    """The version of the language it implements, to the patch: "3.11.17" for that PyPy."""
    free_threaded: bool
    """Whether it is built without a global interpreter lock (PEP 703)."""
    gil: bool
    """Whether the global interpreter lock is on now: a free-threaded build can turn it on."""
    debug: bool
    """Whether it is a debugging build (`--with-pydebug`)."""
    bits: int
    """The width of a pointer, in bits."""
    counts: str
    """How an object's reference count is stored, or "none"."""
    thresholds: tuple[int, int, int] | None
    """`gc.get_threshold()` now, or None where there is none."""
    collector: str
    """The kind of cyclic collector: "generational", "incremental", "stop-the-world", PyPy's own, or "unknown"."""
    platform: str
    """The system and the machine, as in "linux-x86_64"."""


def interpreter() -> InterpreterInfo:
    """Return what this Python is: version, build, pointer width, lock, count layout and collector.

    Asked anew at each call, since the lock and the thresholds can change while a program runs.
    Source: `sys.implementation`, `sysconfig`, PEP 683 and PEP 703 for the layouts, What's New In Python 3.14 for the
    collectors.

    >>> import sys
    >>> interpreter().implementation == sys.implementation.name
    True
    """
    bits = 8 * struct.calcsize("P")
    free_threaded = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
    return InterpreterInfo(
        implementation=sys.implementation.name,
        version=_text(sys.implementation.version),
        language=_text(sys.version_info),
        free_threaded=free_threaded,
        gil=sys._is_gil_enabled() if hasattr(sys, "_is_gil_enabled") else True,
        debug=hasattr(sys, "gettotalrefcount"),
        bits=bits,
        counts=_counts(bits, free_threaded),
        thresholds=gc.get_threshold() if hasattr(gc, "get_threshold") else None,
        collector=_collector(sys.hexversion, free_threaded),
        platform=f"{sys.platform}-{platform.machine().lower()}",
    )


def _text(version: "sys._version_info") -> str:
    stage = {"alpha": "a", "beta": "b", "candidate": "rc"}.get(version.releaselevel)
    return f"{version.major}.{version.minor}.{version.micro}" + (f"{stage}{version.serial}" if stage else "")


def _counts(bits: int, free_threaded: bool) -> str:
    if not hasattr(sys, "getrefcount"):
        return "none"
    if free_threaded:
        return "split between owner and others"
    if bits == 32 or sys.version_info < (3, 12):
        return "one word"
    return "32-bit count with flags" if sys.version_info >= (3, 14) else "32-bit count in one word"


def _collector(hexversion: int, free_threaded: bool) -> str:
    """Return the kind of collector in the release that `sys.hexversion` names."""
    if sys.implementation.name == "pypy":
        return str(getattr(sys, "pypy_translation_info", {}).get("translation.gc", "unknown"))
    if sys.implementation.name != "cpython":
        return "unknown"
    if free_threaded:
        return "stop-the-world"
    incremental = any(first <= hexversion <= last for first, last in _INCREMENTAL)
    return "incremental" if incremental else "generational"
