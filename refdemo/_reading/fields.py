"""What objects implemented in C refer to: the places where they show it, and what is shown nowhere.

A member descriptor reads a field of the object's struct and runs no code of anyone's. A getset may make objects, store
them, or call Python: only those named here are asked. What stands in a field that nothing shows is named by its place
in the order in which the type's tp_traverse visits its fields; empty ones are left out there, hence the alternatives.
"""

import sys
import types
from collections.abc import Iterator
from typing import Any

from refdemo._reading.classes import is_instance_of, module_of, mro, name_of, namespace

HELD_INSIDE = "(held inside)"
"""What stands for a name where none is known."""
_PLACES = (types.MemberDescriptorType, types.GetSetDescriptorType)
_PYPY = sys.implementation.name == "pypy"

# A frame's f_back makes a frame from 3.11 on, a generator's gi_frame too: only PyPy is asked for these.
_SHOWN = {
    "builtins.BaseException": "args __traceback__ __cause__ __context__",
    "builtins.async_generator": "ag_code __name__ __qualname__ ag_await" + " ag_frame" * _PYPY,
    "builtins.builtin_function_or_method": "__self__",
    "builtins.cell": "cell_contents",
    "builtins.coroutine": "cr_code __name__ __qualname__ cr_await" + " cr_frame" * _PYPY,
    "builtins.frame": "f_code" + " f_back f_globals f_builtins" * _PYPY,
    "builtins.function": "__doc__ __code__ __globals__ __module__ __defaults__ __kwdefaults__ __closure__ __name__"
    " __qualname__ __annotate__ __type_params__",
    "builtins.generator": "gi_code __name__ __qualname__ gi_yieldfrom" + " gi_frame" * _PYPY,
    "builtins.method": "__func__ __self__",
    "builtins.property": "fget fset fdel __doc__",
    "builtins.range": "start stop step",
    "builtins.slice": "start stop step",
    "builtins.staticmethod": "__func__",
    "builtins.classmethod": "__func__",
    "builtins.traceback": "tb_frame tb_next",
    "builtins.type": "__mro__ __bases__",
    "_asyncio.Future": "_loop _result _exception _source_traceback",
    "_asyncio.Task": "_coro _fut_waiter",
    "_contextvars.Token": "var old_value",
    "_io.TextIOWrapper": "buffer encoding errors",
    "_weakref.ReferenceType": "__callback__",
    "re.Match": "re string",
    "typing.TypeAliasType": "__type_params__",
    "weakref.ReferenceType": "__callback__",
}

_IN_ORDER = {
    "builtins.managedbuffer": "exporter",
    "builtins.memoryview": "buffer",
    "builtins.mappingproxy": "mapping",
    "builtins.method-wrapper": "wrapper",
    "builtins.coroutine_wrapper": "coroutine",
    "builtins.dict_keys": "dict",
    "builtins.dict_values": "dict",
    "builtins.dict_items": "dict",
    "builtins.odict_keys": "dict",
    "builtins.odict_values": "dict",
    "builtins.odict_items": "dict",
    "builtins.dict_itemiterator": "iterated dict, last result",
    "builtins.dict_reverseitemiterator": "iterated dict, last result",
    "builtins.callable_iterator": "callable, sentinel",
    "builtins.enumerate": "iterator, last result | iterator, last result, index",
    "builtins.map": "iterators, function",
    "builtins.filter": "iterator, function",
    "builtins.zip": "iterators, last result",
    "builtins.PickleBuffer": "buffer",
    "builtins.weakproxy": "callback",
    "builtins.weakcallableproxy": "callback",
    "weakref.CallableProxyType": "callback",
    "weakref.ProxyType": "callback",
    "_pickle.PickleBuffer": "buffer",
    "pickle.PickleBuffer": "buffer",
    "builtins.ContextVar": "default",
    "builtins.Context": "variables | previous context, variables",
    "itertools.accumulate": "iterator, initial value | function, iterator, total, initial value",
    "itertools.chain": "iterables | active iterator, iterables",
    "itertools.combinations": "pool | pool, last result",
    "itertools.combinations_with_replacement": "pool | pool, last result",
    "itertools.compress": "data, selectors",
    "itertools.count": "step | count, step",
    "itertools.cycle": "saved items | iterator, saved items",
    "itertools.dropwhile": "iterator, function",
    "itertools.filterfalse": "iterator, function",
    "itertools.groupby": "iterator, key function | iterator, key function, group key, current key, current value",
    "itertools._grouper": "groupby, group key",
    "itertools.islice": "iterator",
    "itertools.pairwise": "iterator | iterator, last item | iterator, last item, last result",
    "itertools.permutations": "pool | pool, last result",
    "itertools.product": "pools | pools, last result",
    "itertools.repeat": "item",
    "itertools.starmap": "iterator, function",
    "itertools.takewhile": "iterator, function",
    "itertools._tee": "data",
    "itertools.zip_longest": "iterators, last result, fill value",
    "_asyncio.Future": "callback, its context | callback, its context, other callbacks"
    " | callback, its context, other callbacks, awaiting task",
    "_asyncio.Task": "context, name | context, name, callback, its context",
    "_contextvars.Token": "context",
    "_contextvars.ContextVar": "default",
    "_contextvars.Context": "variables | previous context, variables",
    "_io.BytesIO": "buffer",
    "_io.StringIO": "newline",
    "_io.TextIOWrapper": "encoder or decoder | encoder, decoder",
    "_struct.Struct": "format",
    "_thread._local": "arguments, dicts of threads | arguments, dicts of threads, watchdogs",
    "functools.KeyWrapper": "comparison",
    "operator.attrgetter": "names",
    "operator.itemgetter": "items",
    "operator.methodcaller": "name, arguments, keyword arguments | name, arguments, keyword arguments, call, keywords",
    "typing.TypeAliasType": "evaluator",
    "typing.Union": "hashable arguments",
}
FRAMES_APART = _PYPY or sys.version_info < (3, 11)
"""Whether a generator holds its variables by a frame: what no place shows of it is the exception being handled."""
if FRAMES_APART:
    _NAMES = ("class of handled exception", "handled exception")
    _HANDLED = ", ".join(reversed(_NAMES) if _PYPY else _NAMES)
    _IN_ORDER |= {f"builtins.{kind}": _HANDLED for kind in ("generator", "coroutine", "async_generator")}


def shown(obj: object) -> Iterator[tuple[str, object]]:
    """Return what an object's own places show, by name: slots, members, and getsets that are known to be harmless."""
    given, hidden = set(), set[str]()
    for cls in mro(type(obj)):
        places = namespace(cls)
        asked = _SHOWN.get(_qualified(cls), "").split()
        for name in (*asked, *members(cls)):
            place: Any = places.get(name)
            if not any(type(place) is kind for kind in _PLACES) or not is_instance_of(obj, place.__objclass__):
                continue
            try:
                value: object = place.__get__(obj, type(obj))
            except (AttributeError, ValueError, RuntimeError):  # empty, or made by __new__ alone
                continue
            # What the object's class has under the name of such a slot is something else.
            if name in hidden and type(place) is types.MemberDescriptorType and not name.startswith("__"):
                yield f"{name} (slot of {name_of(cls)})", value
                continue
            if name in given:
                continue
            given.add(name)
            yield name, value
            if (
                _PYPY and type(value) is tuple and name != "__closure__"
            ):  # made for the asking: what it holds is kept without it
                yield from ((f"{name}[{position}]", item) for position, item in enumerate(value))
        hidden.update(places)


def members(cls: type) -> list[str]:
    """Return the names of the fields of a class's own struct, slots among them, in the order of their declaration."""
    places = list(namespace(cls).items())
    return [name for name, place in places if type(place) is types.MemberDescriptorType and place.__objclass__ is cls]


def holds_no_other_dict(cls: type) -> bool:
    """Whether no field of the struct but that for its own `__dict__` can hold a dict that no place shows."""
    return any(_qualified(base) in ("builtins.BaseException", "_io._IOBase") for base in mro(cls))


def in_order(obj: object, unnamed: list[object]) -> list[str]:
    """Names for what is left, in the order in which the collector reported it; [] where there are none."""
    for cls in mro(type(obj)):
        if cls is types.ModuleType:
            return ["state"] * len(unnamed)
        known = _qualified(cls)
        if known == "functools._lru_cache_wrapper":
            return _of_cache(len(unnamed))
        if known == "xml.etree.ElementTree.Element":
            return _of_element(cls, unnamed)
        if known in _IN_ORDER:  # its base's names would begin in another place
            return _chosen(_IN_ORDER[known].split(" | "), unnamed)
        if name_of(cls).endswith(("iterator", "reversed")) and len(unnamed) == 1:
            return ["iterated object"]
    return []


def _chosen(alternatives: list[str], unnamed: list[object]) -> list[str]:
    # Where a task or a future failed it also holds the traceback, which tells itself by its type.
    rest = [each for each in unnamed if type(each) is not types.TracebackType]
    for names in [[], *(alternative.split(", ") for alternative in alternatives)]:
        if len(names) == len(rest):
            named = iter(names)
            return ["traceback" if type(each) is types.TracebackType else next(named) for each in unnamed]
    return []


def _of_element(element: type, unnamed: list[object]) -> list[str]:
    # element_gc_traverse: tag, text and tail, attributes where there are any, then the children.
    places = iter(range(len(unnamed)))
    return [f"[{next(places)}]" if issubclass(type(each), element) else HELD_INSIDE for each in unnamed]


def _of_cache(count: int) -> list[str]:
    # lru_cache_tp_traverse: three for each call that is remembered, then what the wrapper itself needs.
    of_wrapper = ["cache", "function", "marker", "link type", "statistics type"]
    calls = count - len(of_wrapper)
    return (
        [] if calls < 0 or calls % 3 else ["cached argument", "cached result", "link type"] * (calls // 3) + of_wrapper
    )


def _qualified(cls: type) -> str:
    return f"{module_of(cls)}.{name_of(cls)}".removeprefix(".")
