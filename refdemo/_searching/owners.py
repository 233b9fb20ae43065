"""Which objects serve one other only, such as an instance's dict, and so are told as that object's own."""

import functools
import gc
import struct
import types
import weakref
from collections.abc import Callable
from typing import Any

from refdemo._reading import fields
from refdemo._reading.claims import OWN_DICT, PYPY, in_words, retry_while_resizing, seen_as_attributes
from refdemo._reading.classes import is_a, is_heap_type, module_dict, mro, name_of, namespace, text
from refdemo._reading.fields import members
from refdemo._reading.unreported import shown_by
from refdemo._searching import pypy_parts
from refdemo._searching.naming import is_exactly, is_generator
from refdemo.edges import direct_edges, item_labels

HELD_INSIDE = f" {fields.HELD_INSIDE}"
"""The label of a reference that no name is known for."""

OPTIMIZED = 1  # a code object's flag for a function's, as inspect.CO_OPTIMIZED
_BUFFER = "managedbuffer"  # what memoryviews of one object share
WORD = struct.calcsize("P")
_PARTS = (dict, tuple, types.CellType, types.FrameType)
# What in an object of this type or of a subclass serves the object only, by the label of the reference to it.
_OWNED: tuple[tuple[type, tuple[str, ...]], ...] = (
    (types.FunctionType, (OWN_DICT, ".__closure__", ".__defaults__", ".__kwdefaults__")),
    (BaseException, (OWN_DICT, ".args")),
)


def is_part(obj: object) -> bool:
    """Whether this is of a type whose objects can serve one other object only."""
    return any(type(obj) is each for each in _PARTS) or is_tree(obj) or _is_buffer(obj) or pypy_parts.is_cache_part(obj)


def owns_exclusively(owner: Any, part: object, plain: dict[int, bool] | None = None) -> bool:
    """Whether `part` serves `owner` only, so that what it holds is told as held by `owner`.

    `plain` keeps, from one call to the next, which classes are plain: it makes the usual case quick.
    """
    kind, by = type(part), type(owner)
    if kind is types.CellType:
        return any(by is each for each in (tuple, types.FunctionType, types.FrameType)) or is_generator(owner)
    if kind is types.FrameType:
        return is_generator(owner) or (type(owner) is types.TracebackType and owner.tb_frame is part)
    if is_tree(part):
        return is_tree(owner) or is_exactly(owner, "Context")
    if _is_buffer(part):
        return by is memoryview
    if is_a(owner, types.ModuleType):
        return part is module_dict(owner)
    if pypy_parts.is_part_of_cache(owner, part):
        return True
    if kind is dict and by is dict:
        return _is_of_threads(owner)
    if any(by is each for each in (list, tuple, dict, set, frozenset, types.CellType, types.FrameType)):
        return False
    if kind is dict and plain is not None and not PYPY:
        if id(by) not in plain:
            plain[id(by)] = is_plain(by)
        if plain[id(by)] and len(gc.get_referents(owner)) == 2:
            return True
    if (quick := _is_shown_as_own(owner, part)) is not None:
        return quick
    label = direct_labels(owner, part)[0]
    if PYPY and kind is dict and label == HELD_INSIDE and any("__dict__" in namespace(cls) for cls in mro(by)):
        return True
    if is_exactly(owner, "_lru_cache_wrapper"):
        return label in (OWN_DICT, " cache", " cached argument")
    if is_exactly(owner, "_local"):
        return True
    if is_exactly(owner, "partial"):
        return label in (OWN_DICT, ".args", ".keywords")
    if label == ".__globals__" and type(owner) is types.FunctionType:
        # Not one that runs a comprehension, a class body or, from 3.14 on, what exec() was given.
        code = owner.__code__
        return bool(code.co_flags & OPTIMIZED) and (text(code.co_name)[:1] != "<" or text(code.co_name) == "<lambda>")
    owned = next((labels for cls, labels in _OWNED if is_a(owner, cls)), (OWN_DICT,))
    return label in owned


def _is_shown_as_own(owner: Any, part: object) -> bool | None:
    """Whether a place that can be read at once shows `part` as the owner's own; None where that has to be looked up."""
    if type(owner) is types.MappingProxyType:
        return False
    if type(part) is dict and (type(owner) is types.FunctionType or is_a(owner, BaseException)):
        in_globals = type(owner) is types.FunctionType and part is owner.__globals__
        if not in_globals and seen_as_attributes(owner, part) > 0:
            return True
    if type(owner) is functools.partial and not PYPY:
        return part is owner.args or part is owner.keywords or None
    if type(owner) is types.FunctionType:
        shown = any(part is each for each in (owner.__kwdefaults__, owner.__defaults__, owner.__closure__))
        return shown or None
    if is_a(owner, BaseException) and type(part) is tuple and not PYPY:  # which makes one for the asking
        return _args(owner) is part or None
    return None


_args: Callable[[BaseException], object] = vars(BaseException)["args"].__get__


def is_plain(cls: type) -> bool:
    """Whether an instance can refer to its class, to its attributes and to the dict of these, and to nothing else."""
    *classes, _ = mro(cls)
    return all(
        is_heap_type(each)
        and type.__dict__["__basicsize__"].__get__(each) <= object.__basicsize__ + 2 * WORD
        and not members(each)
        for each in classes
    ) and bool(classes)


def _is_buffer(obj: object) -> bool:
    return name_of(type(obj)) == _BUFFER and not is_heap_type(type(obj))


def is_tree(obj: object) -> bool:
    """Whether this is a node of the tree that a Context keeps its variables in."""
    in_c = name_of(type(obj)).startswith("hamt") and not is_heap_type(type(obj))
    return in_c or pypy_parts.is_context_part(obj)


def _is_of_threads(owner: dict[object, object]) -> bool:
    """Whether this is a threading.local's, with the dict of each thread by a weak reference."""
    first = type(next(iter(retry_while_resizing(lambda: list(dict.keys(owner)))), None))
    return first is weakref.ReferenceType or name_of(first) == "_localdummy"


def direct_labels(owner: object, child: object) -> list[str]:
    """Return the labels of the references that lead from one object to another, one for each."""
    if type(owner) is dict:
        pairs = [
            (key, value)
            for key, value in retry_while_resizing(lambda: list(owner.items()))
            if value is child or key is child
        ]
        found = [f"[{in_words(key)}]" for key, value in pairs if value is child]
        found += [f" key {in_words(key)}" for key, value in pairs if key is child]
    elif type(owner) is list or type(owner) is tuple:
        found = item_labels(owner, child)
    elif shown := shown_by(owner):
        found = [label for label, each in shown if each is child]
    elif is_a(owner, types.ModuleType) and child is module_dict(owner):
        found = [OWN_DICT]
    else:
        found = [edge.label for edge in direct_edges(owner) if edge.referent is child]
    return found or [HELD_INSIDE]
