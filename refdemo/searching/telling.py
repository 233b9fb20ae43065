"""Words for references: what serves one object only (its dict, a function's cells) is told as that object's own."""

import functools
import gc
import itertools
import types
import weakref
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from refdemo.edges import edges
from refdemo.reading.claims import in_words, settled
from refdemo.reading.classes import is_a, module_dict, name_of
from refdemo.searching.frames import bound_names

# By id: a metaclass can define how its classes compare and hash.
_GENERATORS = {
    id(types.GeneratorType): ("generator", "gi"),
    id(types.CoroutineType): ("coroutine", "cr"),
    id(types.AsyncGeneratorType): ("async generator", "ag"),
}
HELD_INSIDE = " (held inside)"
"""The label of a reference that no name is known for."""

_NAMED = ("local", "key", "closure variable", "default argument", "keyword-only default argument")
_WITH_ARGS = (functools.partial, BaseException)
_LONGEST = 24  # links that a printed chain shows


class Link(NamedTuple):
    """One link of a chain, as plain data."""

    label: str
    """The text to append to the name of what it comes from: ".items", "['k']", "local x"."""
    type: str
    """The name of the type of what it leads to."""


def kind_of(obj: object) -> str:
    """The name of an object's type."""
    name = name_of(type(obj))
    return "threading.local" if name == "_local" else name


def is_part(obj: object) -> bool:
    """Whether this is of a type whose objects can serve one other object only."""
    return any(type(obj) is each for each in (dict, tuple, types.CellType, types.FrameType))


def absorbs(owner: object, part: object) -> bool:
    """Whether `part` serves `owner` only, so that what it holds is told as held by `owner`."""
    kind, by = type(part), type(owner)
    if kind is types.CellType:
        return any(by is each for each in (tuple, types.FunctionType, types.FrameType)) or id(by) in _GENERATORS
    if kind is types.FrameType:
        return id(by) in _GENERATORS or (type(owner) is types.TracebackType and owner.tb_frame is part)
    if is_a(owner, types.ModuleType):
        return part is module_dict(owner)
    if type(owner) is types.FunctionType:
        return any(part is each for each in (owner.__closure__, owner.__defaults__, owner.__kwdefaults__))
    if kind_of(owner) == "_lru_cache_wrapper":
        return True
    if is_a(owner, *_WITH_ARGS) and direct(owner, part)[0] in (".args", ".keywords"):
        return True
    if kind is not dict or any(by is each for each in (list, tuple, set, types.CellType, types.FrameType)):
        return False
    if type(owner) is dict:  # a threading.local's, with the dict of each thread by a weak reference
        first = type(next(iter(owner), None))
        return first is weakref.ReferenceType or name_of(first) == "_localdummy"
    return kind_of(owner) == "threading.local" or not any(edge.referent is part for edge in edges(owner))


def direct(owner: object, child: object) -> list[str]:
    """The labels of the references that lead from one object to another."""
    if type(owner) is list or type(owner) is tuple:
        found = [f"[{place}]" for place, item in enumerate(owner) if item is child]
    elif type(owner) is dict:
        pairs = [(key, value) for key, value in settled(lambda: list(owner.items())) if value is child or key is child]
        found = [f"[{in_words(key)}]" for key, value in pairs if value is child]
        found += [f" key {in_words(key)}" for key, value in pairs if key is child]
    elif is_a(owner, types.ModuleType):
        found = [".__dict__"] if child is module_dict(owner) else []
    else:
        found = [edge.label for edge in edges(owner) if edge.referent is child]
    return found or [HELD_INSIDE]


def labels(group: Sequence[object]) -> list[str]:
    """The labels of the references by which the first of a group holds the last, through what serves it only."""
    owner, obj = group[0], group[-1]
    if type(owner) is types.FunctionType:
        return _of_function(owner, group)
    frame = next((each for each in group[:-1] if type(each) is types.FrameType), None)
    if id(type(owner)) in _GENERATORS:
        frame = _of_generator(owner, "frame")
    if frame is not None:
        return [f" local {name}" for name, address in bound_names(frame) if address == id(obj)] or [HELD_INSIDE]
    if len(group) == 2:
        return direct(owner, obj)
    if kind_of(owner) == "_lru_cache_wrapper":
        is_result = type(group[1]) is dict and direct(group[-2], obj)[0].startswith("[")
        return [" cached result" if is_result else " cached argument"]
    if type(group[1]) is dict and not is_a(owner, *_WITH_ARGS, dict):
        held = [] if is_a(owner, types.ModuleType) else [edge.label for edge in edges(owner) if edge.referent is obj]
        return held or [f".{label[2:-2]}" for label in direct(group[-2], obj)]
    pairs = [direct(holder, held) for holder, held in itertools.pairwise(group)]
    return ["".join(each) for each in itertools.product(*pairs)]


def _of_function(function: types.FunctionType, group: Sequence[object]) -> list[str]:
    code, obj = function.__code__, group[-1]
    found = []
    for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=False):
        try:
            found += [f" closure variable {name}"] if cell is obj or cell.cell_contents is obj else []
        except ValueError:  # an empty cell
            continue
    defaults = function.__defaults__ or ()
    names = code.co_varnames[code.co_argcount - len(defaults) : code.co_argcount]
    found += [f" default argument {name}" for name, value in zip(names, defaults, strict=False) if value is obj]
    keywords = (function.__kwdefaults__ or {}).items()
    found += [f" keyword-only default argument {name}" for name, value in keywords if value is obj]
    through = group[1]
    if through is function.__closure__ or through is function.__defaults__ or through is function.__kwdefaults__:
        kind = {id(function.__closure__): " clo", id(function.__defaults__): " def"}.get(id(through), " key")
        found = [label for label in found if label.startswith(kind)]
    return found or ["".join(direct(a, b)[0] for a, b in itertools.pairwise(group))]


def words(group: Sequence[object]) -> list[str]:
    """What `labels` says, in words that stand alone."""
    owner = group[0]
    whose = _owner(owner, group)
    told = []
    for label in labels(group):
        kind, _, name = label.strip().rpartition(" ")
        if label == HELD_INSIDE:
            told.append(_context_variable(owner, group[-1]) or f"held inside {whose}")
        elif is_a(owner, types.ModuleType):
            told.append(f"global `{label[1:]}` of {whose}")
        elif label.startswith("["):
            told.append(f"{'value' if is_a(owner, dict) else 'item'} `{label}` of {whose}")
        elif label.startswith("."):
            told.append(f"attribute `{label}` of {whose}")
        elif kind in _NAMED:
            told.append(f"{kind} `{name}` of {whose}")
        else:
            told.append(f"{label.strip()} of {whose}")
    return told


def _owner(owner: object, group: Sequence[object]) -> str:
    if is_a(owner, types.ModuleType):
        return f"module `{module_name(owner)}`"
    if is_a(owner, type):
        return f"class `{name_of(owner)}`"  # type: ignore[arg-type]
    if type(owner) is types.FunctionType:
        return f"function `{_short(owner.__qualname__)}`"
    if id(type(owner)) in _GENERATORS:
        name = type(owner).__dict__["__qualname__"].__get__(owner)
        return f"suspended {_GENERATORS[id(type(owner))][0]} `{_short(name)}`"
    if type(owner) is types.TracebackType and type(group[1]) is types.FrameType:
        return f"function `{group[1].f_code.co_name}`, kept by a traceback"
    if type(owner) is types.FrameType:
        return f"function `{owner.f_code.co_name}`, in a frame that is kept"
    name = kind_of(owner)
    return f"{'an' if name[:1] in 'aeiouAEIOU' else 'a'} {name}"


def _context_variable(node: object, value: object) -> str:
    """The words for a value in a node of a Context's tree, whose referents are each value and its variable."""
    if not kind_of(node).startswith("hamt_"):
        return ""
    pairs = itertools.pairwise(gc.get_referents(node))
    names = [type(variable).__dict__["name"].__get__(variable) for held, variable in pairs if held is value]
    return f"value of context variable `{names[0]}`" if names else ""


def module_name(module: object) -> str:
    """The `__name__` in a module's namespace."""
    name = module_dict(module).get("__name__")
    return name if type(name) is str else "without a name"


def globals_of(module: object, obj: object) -> list[str]:
    """The words for each global of a module that refers to an object."""
    pairs = settled(lambda: list(module_dict(module).items()))
    return [f"global `{key}` of module `{module_name(module)}`" for key, value in pairs if value is obj]


def globals_in(module: object) -> list[object]:
    """What a module's globals refer to."""
    return settled(lambda: list(module_dict(module).values()))


def is_running(obj: object) -> bool:
    """Whether this is a generator, coroutine or async generator whose function is running now."""
    return id(type(obj)) in _GENERATORS and bool(_of_generator(obj, "running"))


def _of_generator(generator: object, what: str) -> Any:
    return type(generator).__dict__[f"{_GENERATORS[id(type(generator))][1]}_{what}"].__get__(generator)


def _short(qualname: str) -> str:
    return qualname.rpartition("<locals>.")[2]


def groups(path: Sequence[object]) -> Iterator[Sequence[object]]:
    """A path cut into links: each from an owner, through what serves it only, to the next."""
    start = 0
    while start < len(path) - 1:
        end = start + 1
        while end < len(path) - 1 and absorbs(path[end - 1], path[end]):
            end += 1
        yield path[start : end + 1]
        start = end


def links(path: Sequence[object]) -> tuple[Link, ...]:
    """The links of a path, each told by its first label."""
    return tuple(Link(labels(group)[0].strip(), kind_of(group[-1])) for group in groups(path))


def chain_text(root: str, chain: Sequence[Link]) -> str:
    """A line for the root and one for each link, indented; the middle of a long chain is left out."""
    lines = [root]
    for place, link in enumerate(chain):
        lines.append(f"{link.label}: {'the object' if place == len(chain) - 1 else link.type}")
    if len(lines) > _LONGEST:
        half = _LONGEST // 2
        lines[half:-half] = [f"… {len(lines) - 2 * half} more links"]
    return "\n".join("  " * depth + line for depth, line in enumerate(lines))
