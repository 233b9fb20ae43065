"""Words for references: what serves one object only (its dict, a function's cells) is told as that object's own."""

import gc
import itertools
import types
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from refdemo._reading.claims import OWN_DICT, PYPY, attribute, retry_while_resizing
from refdemo._reading.claims import in_words as key_in_words
from refdemo._reading.classes import is_a, module_dict, namespace, text
from refdemo._reading.fields import FRAMES_APART
from refdemo._reading.unreported import loaded
from refdemo._searching import pypy_parts
from refdemo._searching.frames import bound_names
from refdemo._searching.naming import a, general, is_exactly, is_generator, kind_of, named, of_generator, where
from refdemo._searching.owners import HELD_INSIDE, direct_labels, is_tree, owns_exclusively

_NAMED = ("local", "key", "closure variable", "default argument", "keyword-only default argument")
_LONGEST = 24  # links that a printed chain shows


class Link(NamedTuple):
    """One link of a chain, as plain data."""

    label: str
    """The text to append to the name of what it comes from: ".items", "['k']", "local x"."""
    type: str
    """The name of the type of what it leads to."""
    named: str = ""
    """What it leads to in words, where these say more than the type: "function `handle` (app.py:12)"."""


def labels(group: Sequence[object]) -> list[str]:
    """Return labels by which the first of a group holds the last through what serves it only, one per reference.

    One for each reference of the last but one to the last: of what is in between there is one each.
    """
    owner, part, holder, obj = group[0], group[1], group[-2], group[-1]
    if type(holder) is types.CellType and len(group) > 2:
        return [_of_cell(group)]
    if cached := pypy_parts.of_cache(group):
        return cached
    found = direct_labels(holder, obj)
    if type(holder) is types.FrameType or is_generator(holder):
        found = _of_frame(holder, obj, found)
    if len(group) == 2:
        if type(owner) is types.FunctionType:  # PyPy shows a function's defaults without their tuple
            found = [_of_default(owner, label) for label in found]
        return [label.replace(" closure ", " closure variable ") for label in found]
    if type(holder) is types.FrameType:
        return found
    if not owns_exclusively(owner, part):  # on a way through what the collector does not track
        way = "".join(direct_labels(by, each)[0].strip() for by, each in itertools.pairwise(group[:-1]))
        return [way + label.strip() for label in found]
    if type(owner) is memoryview:
        return [".obj"]
    if is_exactly(owner, "Context"):
        return _of_context(holder, obj) or found
    by = direct_labels(owner, part)[0]
    if type(part) is dict and (by in (OWN_DICT, ".__globals__") or (PYPY and by == HELD_INSIDE)):
        return _of_own_dict(owner, part, obj, found)
    if type(owner) is types.FunctionType:
        return _of_function(owner, by, obj) or [by + label for label in found]
    if is_exactly(owner, "_lru_cache_wrapper"):
        is_result = by == " cache" and found[0].startswith("[")
        return [" cached result" if is_result else " cached argument"] * len(found)
    if is_exactly(owner, "_local"):
        return [f".{label[2:-2]}" if label.startswith("['") else label for label in found]
    return ["".join((by, label)) for label in found]


def _of_own_dict(owner: object, own: Any, obj: object, found: list[str]) -> list[str]:
    pairs = retry_while_resizing(lambda: list(dict.items(own)))
    if type(owner) is types.FunctionType and own is owner.__globals__:
        named_so = [f" global {key}" for key, value in pairs if value is obj and type(key) is str]
    elif is_a(owner, type) or is_a(owner, types.ModuleType):
        named_so = [f".{key}" for key, value in pairs if value is obj and type(key) is str]
    else:
        named_so = [attribute(owner, key) for key, value in pairs if value is obj and type(key) is str]
    return named_so + [OWN_DICT + label for label in found if not label.startswith("['")]


def _of_cell(group: Sequence[object]) -> str:
    """Return the label of a variable that a cell keeps for functions, or for a frame."""
    cell, by = group[-2], group[-3]
    if type(by) is tuple and len(group) > 3:
        by = group[-4]
    if type(by) is types.FunctionType:
        pairs = zip(by.__code__.co_freevars, by.__closure__ or (), strict=False)
        return next((f" closure variable {name}" for name, each in pairs if each is cell), HELD_INSIDE)
    if type(by) is tuple:
        return direct_labels(by, cell)[0]
    label = _of_frame(by, cell, direct_labels(by, cell))[0]
    if label == HELD_INSIDE:
        label = _of_frame(by, group[-1], [label])[0]
    return label.replace(" closure ", " closure variable ")


def _of_frame(holder: Any, obj: object, found: list[str]) -> list[str]:
    """Return the labels of a frame's or suspended generator's references, from its variables if nothing else knows."""
    if HELD_INSIDE not in found or (FRAMES_APART and is_generator(holder)):
        return found
    frame = holder if type(holder) is types.FrameType else of_generator(holder, "frame")
    if frame is None:
        return found
    names = [f" local {name}" for name, address in bound_names(frame) if address == id(obj)]
    known = [label for label in found if label != HELD_INSIDE]
    unknown = len(found) - len(known)
    unnamed = [HELD_INSIDE] * unknown
    return known + [*(name for name in names if name not in known), *unnamed][:unknown]


def _of_default(function: types.FunctionType, label: str) -> str:
    code, place = function.__code__, label.removeprefix(".__defaults__[").removesuffix("]")
    first = code.co_argcount - len(function.__defaults__ or ())
    if place == label or first < 0:
        return label
    return f" default argument {code.co_varnames[first + int(place)]}"


def _of_function(function: types.FunctionType, by: str, obj: object) -> list[str]:
    code = function.__code__
    if by == ".__defaults__":
        count = len(function.__defaults__ or ())
        names = code.co_varnames[code.co_argcount - count : code.co_argcount]
        pairs = zip(names, function.__defaults__ or (), strict=False)
        return [f" default argument {name}" for name, value in pairs if value is obj]
    if by == ".__kwdefaults__":
        pairs = (function.__kwdefaults__ or {}).items()  # type: ignore[assignment]
        return [f" keyword-only default argument {name}" for name, value in pairs if value is obj]
    pairs = zip(code.co_freevars, function.__closure__ or (), strict=False)
    return [f" closure variable {name}" for name, cell in pairs if cell is obj]


def words(group: Sequence[object]) -> list[str]:
    """Return what `labels` says, in words that stand alone."""
    return [in_words(group, label) for label in labels(group)]


def in_words(group: Sequence[object], label: str, *, place: bool = True, whose: str = "") -> str:
    """Return the words for a reference of a group with this label; where `place` is false without position or key.

    `whose` is what to call the owner if not by its name.
    """
    owner = group[0]
    whose = whose or _owner(group)
    kind, _, name = label.strip().rpartition(" ")
    if label == HELD_INSIDE:
        return f"held inside {whose}"
    if is_a(owner, types.ModuleType) and label.startswith(".") and len(group) > 2:
        return f"global{f' `{label[1:]}`' if place else ''} of {whose}"
    if kind == "global":
        return f"global `{name}` of a module that is not imported, that of {whose}"
    if label.startswith("["):
        return f"{'value' if is_a(owner, dict) else 'item'}{f' `{label}`' if place else ''} of {whose}"
    if label.startswith("."):
        return f"attribute{f' `{label}`' if place else ''} of {whose}"
    if kind == "context variable":
        return f"value of context variable `{name}` in {whose}"
    if kind == "key" and not place:
        return f"key of {whose}"
    if kind in _NAMED:
        return f"{kind} `{name}` of {whose}"
    return f"{label.strip()} of {whose}"


def wider_words(group: Sequence[object], label: str) -> tuple[str, ...]:
    """Return what can be said of several such references, of one owner and then of several."""
    owner = general(group[0])
    return in_words(group, label, place=False), in_words(group, label, whose=owner)


def _owner(group: Sequence[object]) -> str:
    owner, part = group[0], group[1]
    if type(owner) is types.TracebackType and type(part) is types.FrameType:
        return f"function `{text(part.f_code.co_name)}`{where(part.f_code)}, kept by a traceback"
    if type(owner) is types.FrameType:
        return f"function `{text(owner.f_code.co_name)}`{where(owner.f_code)}, in a frame that is kept"
    return named(owner)


def _of_context(node: object, obj: object) -> list[str]:
    """Return the labels of what a node of a context's tree refers to: other nodes, or a value before its variable."""
    kind = loaded("_contextvars", "ContextVar")
    if PYPY:
        return pypy_parts.of_context_part(node, obj)
    found, rest = [], iter(gc.get_referents(node))
    for each in rest:
        if is_tree(each):
            continue
        variable = next(rest, None)
        if type(variable) is not kind:  # not laid out in the way that is known
            return []
        name = text(namespace(kind)["name"].__get__(variable))
        found += [f" context variable {name}"] * (each is obj) + [f" key {name}"] * (variable is obj)
    return found


def globals_of(module: object, obj: object) -> list[str]:
    """Return in words what of a module's globals refers to an object: "global `cache`", and keys that are no names."""
    pairs = retry_while_resizing(lambda: list(module_dict(module).items()))
    found = []
    for key, value in pairs:
        if value is obj:
            found.append(f"global `{key}`" if type(key) is str else f"value `[{key_in_words(key)}]` in the globals")
        if key is obj:
            found.append(f"key `{key_in_words(key)}` in the globals")
    return found


def globals_in(module: object) -> list[object]:
    """Return what a module's globals refer to."""
    return retry_while_resizing(lambda: list(module_dict(module).values()))


def groups(path: Sequence[object]) -> Iterator[Sequence[object]]:
    """Cut a path into links: each from an owner, through what serves it only, to the next."""
    start = 0
    while start < len(path) - 1:
        end = start + 1
        while end < len(path) - 1 and owns_exclusively(path[end - 1], path[end]):
            end += 1
        yield path[start : end + 1]
        start = end


def links(path: Sequence[object]) -> tuple[Link, ...]:
    """Return the links of a path, each told by its first label."""
    return tuple(Link(labels(group)[0].strip(), *named_kind(group[-1])) for group in groups(path))


def named_kind(obj: object) -> tuple[str, str]:
    """Return the name of an object's type, and what the object is called where that says more."""
    kind, found = kind_of(obj), named(obj)
    return kind, "" if found == a(kind) else found.removeprefix("a ").removeprefix("an ")


def chain_text(root: str, chain: Sequence[Link]) -> str:
    """Return a line for the root and one for each link, indented; the middle of a long chain is left out."""
    lines = [root]
    for place, link in enumerate(chain):
        lines.append(f"{link.label}: {'the object' if place == len(chain) - 1 else link.named or link.type}")
    if len(lines) > _LONGEST:
        half = _LONGEST // 2
        lines[half:-half] = [f"… {len(lines) - 2 * half} more links"]
    return "\n".join("  " * depth + line for depth, line in enumerate(lines))
