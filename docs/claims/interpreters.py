"""Attacks on the sentences of reference/interpreters."""

import gc
import sys

from refdemo import refcount_at
from refdemo.interpreters import interpreter


def each_python_describes_itself():
    """Compare what it says with what can be seen in other ways."""
    this = interpreter()
    yield "the version of the language", this.language.startswith("{}.{}.{}".format(*sys.version_info))
    yield "the width of a pointer", this.bits == (64 if sys.maxsize > 2**32 else 32)
    yield "the lock", this.gil == getattr(sys, "_is_gil_enabled", lambda: True)()
    if not hasattr(gc, "get_threshold"):
        yield "no counts", this.counts == "none" and not hasattr(sys, "getrefcount")
        return
    before = gc.get_threshold()
    gc.set_threshold(123, *before[1:])
    yield "thresholds that were changed", interpreter().thresholds[0] == 123
    gc.set_threshold(*before)
    kept = [[]]
    kept += [kept[0]] * 4
    yield "counts that are where it says", refcount_at(id(kept[0])) == 5
    old = type("Circle", (), {})()
    old.me = old
    ages = sum(any(each is old for each in gc.get_objects(generation=number)) for number in range(3))
    yield "generations", (ages == 3) == (this.collector == "stop-the-world")
    yield "an incremental collector", (before[2] == 0 and this.gil) == (this.collector == "incremental")
