"""What PyPy has in Python that CPython has in C: the parts of a context and of functools' caches, told as these."""

import functools
import gc
import types
from collections.abc import Sequence
from typing import Any

from refdemo._reading.claims import PYPY, retry_while_resizing
from refdemo._reading.classes import is_a, text
from refdemo._reading.unreported import loaded

_NODES = ("Map", "BitmapNode", "CollisionNode")
_KEY = 2  # the places of a cache's links are those of the one before, the next one, the key and the result


def is_context_part(obj: object) -> bool:
    """Whether this is a part of the tree that PyPy's Context keeps its variables in, or the array of such a part."""
    if not PYPY:
        return False
    if type(obj) is list:
        return any(is_a(each, _variable()) or _is_node(each) for each in obj[:2])
    return _is_node(obj)


def _is_node(obj: object) -> bool:
    return any(type(obj) is loaded("_immutables_map", name) for name in _NODES)


def _variable() -> type:
    kind: type | None = loaded("_contextvars", "ContextVar")
    return kind or types.NoneType


def of_context_part(array: object, obj: object) -> list[str]:
    """Return the labels of what an array in a context refers to: variables, each before its value."""
    found = []
    items = array[:] if type(array) is list else []
    for variable, value in zip(items[::2], items[1::2], strict=False):
        if is_a(variable, _variable()):
            name = text(object.__getattribute__(variable, "_name"))
            found += [f" context variable {name}"] * (value is obj) + [f" key {name}"] * (variable is obj)
    return found


def is_cache_part(obj: object) -> bool:
    """Whether this is a link of a cache's list, between two others, or the key made of several arguments."""
    return PYPY and (_is_link(obj) or _is_key(obj))


def _is_link(obj: Any) -> bool:
    if type(obj) is not list or len(obj) != 4:
        return False
    before, after = obj[:2]
    return all(type(each) is list and len(each) == 4 for each in (before, after)) and before[1] is obj is after[0]


def _is_key(obj: object) -> bool:
    return type(obj) is loaded("functools", "_HashedSeq")


def is_part_of_cache(owner: Any, part: object) -> bool:
    """Whether `part` serves `owner` only, both being of a cache: its dict, its list's links, and keys."""
    if not PYPY:
        return False
    if type(owner) is types.CellType:
        return type(part) is dict and any(map(_is_cached, gc.get_referrers(owner)))
    if type(owner) is dict and is_cache_part(part):
        pairs = retry_while_resizing(lambda: list(dict.items(owner)))
        return any(key is part or value is part for key, value in pairs)
    return _is_key(part) and _is_link(owner) and owner[_KEY] is part


def _is_cached(obj: Any) -> bool:
    if type(obj) is not types.FunctionType or "cache" not in obj.__code__.co_freevars:
        return False
    of_library = functools.lru_cache.__code__.co_filename
    return text(obj.__code__.co_filename) == of_library and text(obj.__code__.co_name) == "wrapper"


def of_cache(group: Sequence[Any]) -> list[str]:
    """Return the label of what a group from a cached function to an object says; nothing if it is of another kind."""
    if not PYPY or len(group) < 4 or not _is_cached(group[0]) or type(group[2]) is not dict:
        return []
    holder, obj = group[-2], group[-1]
    if _is_key(holder):
        return [" cached argument"]
    if _is_link(holder):
        return [" cached argument" if holder[_KEY] is obj else " cached result"]
    pairs = retry_while_resizing(lambda: list(dict.items(group[2])))
    return [" cached result"] if any(value is obj for _, value in pairs) else [" cached argument"]
