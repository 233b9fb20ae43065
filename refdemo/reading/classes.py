"""What a class or a module says of itself, read by the built-in types' own descriptors.

A metaclass, or a subclass of ModuleType, can define anything under these names; nothing of it runs here.
"""

from collections.abc import Callable
from types import MappingProxyType, ModuleType
from typing import Any

mro: Callable[[type], tuple[type, ...]] = type.__dict__["__mro__"].__get__
namespace: Callable[[type], "MappingProxyType[str, Any]"] = type.__dict__["__dict__"].__get__
name_of: Callable[[type], str] = type.__dict__["__name__"].__get__
qualname_of: Callable[[type], str] = type.__dict__["__qualname__"].__get__
module_of: Callable[[type], object] = type.__dict__["__module__"].__get__
"""What a class says of its module, in most cases the name; AttributeError where it says nothing."""
module_dict: Callable[[object], dict[str, Any]] = vars(ModuleType)["__dict__"].__get__
"""A module's own dict, which its globals are."""


def is_a(obj: object, *kinds: type) -> bool:
    """isinstance() that never asks the object, whose `__class__` can be a property of the user's."""
    return issubclass(type(obj), kinds)
