"""Instruments for looking at Python's memory from inside a running program.

Standard library only, and light: importing this package loads nothing but its own two small modules,
because the pages that use it count tracked objects. Asking for `object_graph` loads what drawing needs.
"""

from refdemo.collector import automatic_gc_disabled, object_exists
from refdemo.counts import IMMORTAL, is_immortal, refcount, refcount_at

TYPE_CHECKING = False  # typing is not loaded for its constant
if TYPE_CHECKING:
    from refdemo.graph import object_graph

__version__ = "0.2.0"
"""The version of this package."""

__all__ = [
    "IMMORTAL",
    "__version__",
    "automatic_gc_disabled",
    "is_immortal",
    "object_exists",
    "object_graph",
    "refcount",
    "refcount_at",
]


def __getattr__(name: str) -> object:
    if name != "object_graph":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from refdemo.graph import object_graph

    return object_graph
