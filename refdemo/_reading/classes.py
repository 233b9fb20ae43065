"""What a class or a module says of itself, read by the built-in types' own descriptors.

A metaclass, or a subclass of ModuleType, can define anything under these names; nothing of it runs here.
"""

from __future__ import annotations

import sys
from itertools import repeat
from operator import is_
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import MappingProxyType
    from typing import Any

mro: Callable[[type], tuple[type, ...]] = type.__dict__["__mro__"].__get__
whole_namespace: Callable[[type], MappingProxyType[Any, Any]] = type.__dict__["__dict__"].__get__
"""What a class has under names, and under keys that are none: these may define how they compare."""
module_dict: Callable[[object], dict[str, Any]] = vars(ModuleType)["__dict__"].__get__
"""A module's own dict, which its globals are."""


def is_a(obj: object, *kinds: type) -> bool:
    """isinstance() that never asks the object, whose `__class__` can be a property of the user's."""
    return issubclass(type(obj), kinds)


def is_instance_of(obj: object, cls: type) -> bool:
    """isinstance() for a class of the user's, whose metaclass can define `__subclasscheck__`."""
    return any(each is cls for each in mro(type(obj)))


def text(value: object) -> str:
    """Return a plain str of the same characters; "" for what is no str. A subclass's methods do not run."""
    return str.__str__(value) if issubclass(type(value), str) else ""


def namespace(cls: type) -> Mapping[str, Any]:
    """Return what a class has under names: to look a name up compares it with no key of the user's."""
    return by_name(whole_namespace(cls))


def module_namespace(module: object) -> Mapping[str, Any]:
    """Return a module's globals that have names: to look a name up compares it with no key of the user's."""
    return by_name(module_dict(module))


def by_name(space: Mapping[Any, Any]) -> Mapping[str, Any]:
    """Return a mapping without its keys that are no plain str, the mapping itself if it has none."""
    while True:
        try:
            if all(map(is_, map(type, space), repeat(str))):
                return space
            return {key: value for key, value in list(space.items()) if type(key) is str}
        except RecursionError:
            raise
        except RuntimeError:  # another thread has changed its size meanwhile
            continue


def name_of(cls: type) -> str:
    """Return the name of a class."""
    return text(_name_of(cls))


def qualname_of(cls: type) -> str:
    """Return the qualified name of a class."""
    return text(_qualname_of(cls))


def is_heap_type(cls: type) -> bool:
    """Whether a class was made while the program runs, as all are that Python code defines."""
    return bool(_flags(cls) & _HEAP_TYPE)


def module_of(cls: type) -> str:
    """Return what a class says of its module, in most cases the name; "" where it says nothing."""
    if is_heap_type(cls):
        return text(namespace(cls).get("__module__"))
    return text(_module_of(cls))


def source_of(cls: type) -> tuple[str, int | None]:
    """Return the file of the module in which a class was defined, "" if none is known, and from 3.13 on the line."""
    module = sys.modules.get(module_of(cls))
    file = text(module_namespace(module).get("__file__")) if is_a(module, ModuleType) else ""
    line = namespace(cls).get("__firstlineno__")
    return file, line if type(line) is int else None


def full_name(cls: type, name: Callable[[type], str] = name_of) -> str:
    """Return the name of a class, with its module where that does not go without saying and is known."""
    module = module_of(cls)
    return name(cls) if module in ("", "builtins", "__main__") else f"{module}.{name(cls)}"


_HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE of Include/object.h
_flags: Callable[[type], int] = type.__dict__["__flags__"].__get__
_name_of: Callable[[type], object] = type.__dict__["__name__"].__get__
_qualname_of: Callable[[type], object] = type.__dict__["__qualname__"].__get__
_module_of: Callable[[type], object] = type.__dict__["__module__"].__get__
