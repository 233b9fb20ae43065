"""What objects refer to without telling the collector: code, static types, numpy's arrays."""

import gc
import itertools
import sys
import types
from typing import Any

from refdemo._reading.claims import OWN_DICT
from refdemo._reading.classes import is_a, is_heap_type, module_namespace, namespace, whole_namespace

# The tuples that a code object keeps; later ones make the others for the asking.
_OF_CODE = ("co_consts", "co_names") + ("co_varnames", "co_freevars", "co_cellvars") * (sys.version_info < (3, 11))


def shows_more(obj: object) -> bool:
    """Whether an object may refer to more than the collector reports."""
    return type(obj) is types.CodeType or is_a(obj, type) or ("numpy" in sys.modules and bool(of_array(obj)))


def shown_by(obj: object) -> list[tuple[str, object]]:
    """Return what code and static types refer to, of which the collector is told nothing, each with its label."""
    if type(obj) is types.CodeType:
        return [(f".{name}", getattr(obj, name)) for name in _OF_CODE]
    if is_a(obj, type) and not is_heap_type(obj):  # type: ignore[arg-type]
        own = [(OWN_DICT, each) for each in gc.get_referents(whole_namespace(obj))]  # type: ignore[arg-type]
        return own + [(f".{name}", type.__dict__[name].__get__(obj)) for name in ("__mro__", "__bases__", "__base__")]
    return of_array(obj)


def of_array(obj: object) -> list[tuple[str, object]]:
    """Return what an array of numpy's refers to, if numpy is loaded; it tells the collector nothing."""
    array = loaded("numpy", "ndarray") if "numpy" in sys.modules else None
    if array is None or not is_a(obj, array):
        return []
    shown = namespace(array)
    if not all(type(shown.get(name)) is types.GetSetDescriptorType for name in ("base", "dtype", "shape", "flat")):
        return []  # another class of that name
    found = [(".base", shown["base"].__get__(obj))]
    if shown["dtype"].__get__(obj).char == "O":
        shape = shown["shape"].__get__(obj)
        places = itertools.product(*map(range, shape))
        items = zip(places, shown["flat"].__get__(obj), strict=False)
        found += [(f"[{', '.join(map(str, at))}]", item) for at, item in items]
    return found


def loaded(module: str, name: str) -> Any:
    """Return a class of a module if the module is loaded already, or None."""
    found = sys.modules.get(module)
    kind = module_namespace(found).get(name) if is_a(found, types.ModuleType) else None
    return kind if is_a(kind, type) else None
