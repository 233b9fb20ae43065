"""Attacks on the sentences of background/the-article-checked."""

import ctypes
import gc
import sys
import sysconfig
import weakref

_CPYTHON = sys.implementation.name == "cpython"
_FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
_USUAL = _CPYTHON and not _FREE_THREADED


class _A:
    def __init__(self):
        self.b = _B(self)


class _B(list):
    def __init__(self, obj):
        self.a = obj


def _read(address):
    return ctypes.c_ssize_t.from_address(address).value


def the_demonstrations_print_what_it_expects_on_the_usual_build():
    """Make its demonstrations with objects of other kinds."""
    if not _CPYTHON:
        witness = weakref.ref(_A())
        yield "D1: there is nothing to ask", not hasattr(sys, "getrefcount")
        gc.collect()
        yield "D8: a collection frees the circle", witness() is None
        return
    names = {"dict": {"one": 1}, "set": {1, 2}, "instance": _B(None), "bytes": bytes(bytearray(b"some bytes"))}
    for name in names:
        counted = {}
        exec(f"obj = names.pop({name!r})\ncount = sys.getrefcount(obj)", {"names": dict(names), "sys": sys}, counted)
        yield f"D1: a name of a module for a {name}", counted["count"] == 3  # `names` has it as well
        yield f"D2: a read of memory for a {name}", (_read(id(counted["obj"])) == 2) == _USUAL
    gc.disable()
    gc.collect()
    my_var = _A()
    addresses, witness = (id(my_var), id(my_var.b)), weakref.ref(my_var)
    if _USUAL:
        yield "D5: A has a name and B, B has A alone", list(map(_read, addresses)) == [2, 1]
    my_var = None
    yield "D7: a circle outlives its last name", witness() is not None
    gc.collect()
    yield "D8: a collection frees it", witness() is None
    gc.enable()


def some_of_its_general_claims_hold_on_no_python():
    """Try C8, C13 and C14 with other objects than the page's."""
    kept = {"forgotten": _B(None)}
    witness = weakref.ref(kept["forgotten"])
    gc.collect()
    yield "C8: what a dict remembers is not cleared away", witness() is not None
    alone = _B(None)
    alone.append(alone)
    gc.disable()
    witness = weakref.ref(alone)
    del alone
    yield "C13: a list that holds itself is a circle", witness() is not None
    gc.collect()
    yield "C14: it is collected, and not uncollectable", witness() is None and gc.garbage == []
    gc.enable()
    cell = (lambda: None,)
    witness = weakref.ref(cell[0])
    cell[0].me = cell[0]
    del cell
    gc.collect()
    yield "C14: so is a function that holds itself", witness() is None and gc.garbage == []
