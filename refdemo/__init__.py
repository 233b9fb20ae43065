"""Instruments for looking at Python's memory from inside a running program.

Standard library only, and light: importing this package loads nothing but its own two small modules,
because the pages that use it count tracked objects.
"""

from refdemo.collector import automatic_gc_disabled, object_exists
from refdemo.counts import IMMORTAL, is_immortal, refcount, refcount_at

__version__ = "0.1.0"

__all__ = [
    "IMMORTAL",
    "__version__",
    "automatic_gc_disabled",
    "is_immortal",
    "object_exists",
    "refcount",
    "refcount_at",
]
