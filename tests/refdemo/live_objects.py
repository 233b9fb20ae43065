"""Objects of many types, alive."""

import asyncio
import collections
import contextvars
import dataclasses
import enum
import functools
import io
import itertools
import operator
import re
import sys
import threading
import time
import types
import weakref

T = ("some", "tuple")
KEPT = []


class Node:
    """Few names for its attributes in all tests together: with more than 30, all later instances have a dict."""

    def __init__(self, **attributes):
        for name, value in attributes.items():
            setattr(self, name, value)


class Base:
    __slots__ = ("one",)


class Slotted(Base):
    __slots__ = ("__dict__", "__own", "other")


class Plain:
    def __init__(self):
        self.x, self.y = [1], {}

    @functools.cached_property
    def computed(self):
        return [3]


class Colour(enum.Enum):
    RED = "red"


class Descriptor:
    """Not a data descriptor: object.__getattribute__ would run it."""

    def __get__(self, instance, owner):
        raise RuntimeError("called")


class WithDescriptor:
    x = Descriptor()


def function(a: int = 1, *b: T, k=T) -> list:
    """A function."""
    return [a]


def closure():
    free = [1]

    def inner(x=free):
        return free

    inner.note = [2]
    return inner


def generate(x):
    y = [1]
    inner = lambda: y  # noqa: E731
    for z in (x, inner):  # keeps an iterator, as `yield from` would not
        yield z, y


def started(iterator, steps=1):
    for _ in range(steps):
        next(iterator)
    return iterator


async def coroutine(x):
    return x


async def async_generate(x):
    yield x


def exception():
    try:
        try:
            raise ValueError([1])
        except ValueError as error:
            raise KeyError("k") from error
    except KeyError as error:
        error.note = [1]
        return error


def frame():
    try:
        closure_value = [1]
        (lambda: closure_value[1])()
    except IndexError as error:
        return error.__traceback__.tb_next.tb_frame


def lru_cache():
    @functools.lru_cache
    def remember(argument, other=1):
        return [argument]

    remember(T)
    remember(T[0], other=2)
    return remember


def local():
    made = threading.local()
    made.x = [1]
    return made


def future():
    loop = asyncio.new_event_loop()
    KEPT.append(loop)
    made = loop.create_future()
    made.add_done_callback(function)
    made.add_done_callback(len)
    loop.close()
    return made


def touched():
    made = Plain()
    KEPT.append(made.__dict__)
    return made


def computed():
    made = Plain()
    KEPT.append(made.computed)
    return made


def overridden():
    made = WithDescriptor()
    made.__dict__["x"] = [1]
    return made


class Sequence:
    def __getitem__(self, place):
        return place


LIVE = {
    "list": lambda: [T, 1, [2]],
    "tuple": lambda: (T, 1, [2]),
    "dict": lambda: {"a": T, "b": T},
    "dict with other keys": lambda: {"a": T, 1: T, T: 2, frozenset(): 1},
    "set": lambda: {T, 1},
    "frozenset": lambda: frozenset({T, 1}),
    "dict keys": lambda: {"a": T}.keys(),
    "dict values": lambda: {1: T}.values(),
    "dict items": lambda: {1: T}.items(),
    "deque": lambda: collections.deque([T, [1]], 10),
    "OrderedDict": lambda: collections.OrderedDict(a=T),
    "defaultdict": lambda: collections.defaultdict(list, a=T),
    "Counter": lambda: collections.Counter([T]),
    "ChainMap": lambda: collections.ChainMap({"a": T}),
    "UserDict": lambda: collections.UserDict(a=T),
    "instance": Plain,
    "instance with its dict made": touched,
    "instance with a cached property": computed,
    "instance with many attributes": lambda: type("Full", (Node,), {})(**{f"a{n}": [n] for n in range(50)}),
    "instance with a descriptor overridden": overridden,
    "instance of a list's subclass": lambda: type("Subclass", (list,), {})([T]),
    "slots": Slotted,
    "dataclass": lambda: dataclasses.make_dataclass("Data", ["x", "y"])([1], T),
    "namedtuple": lambda: collections.namedtuple("Pair", "x y")(T, [1]),
    "enum member": lambda: Colour.RED,
    "SimpleNamespace": lambda: types.SimpleNamespace(a=T),
    "function": lambda: function,
    "lambda": lambda: lambda: None,
    "closure": closure,
    "cell": lambda: closure().__closure__[0],
    "method": lambda: types.MethodType(function, T),
    "builtin method": lambda: [].append,
    "builtin function": lambda: len,
    "method wrapper": lambda: [].__len__,
    "slot wrapper": lambda: list.__len__,
    "method descriptor": lambda: list.append,
    "partial": lambda: functools.partial(function, T, k=1),
    "lru_cache": lru_cache,
    "property": lambda: property(function, doc="A property."),
    "property with nothing but a getter": lambda: property(lambda self: None),
    "staticmethod": lambda: staticmethod(function),
    "classmethod": lambda: classmethod(function),
    "cached_property": lambda: functools.cached_property(function),
    "singledispatch": lambda: functools.singledispatch(function),
    "generator": lambda: started(generate(T)),
    "generator not started": lambda: generate(T),
    "generator that ended": lambda: started(generate(T), 2),
    "generator expression": lambda: started(x for x in [T]),
    "coroutine": lambda: coroutine(T),
    "async generator": lambda: async_generate(T),
    "frame": frame,
    "running frame": lambda: sys._getframe(),
    "traceback": lambda: exception().__traceback__,
    "exception": exception,
    "OSError": lambda: OSError(2, "text", "name"),
    "StopIteration": lambda: StopIteration(T),
    "UnicodeDecodeError": lambda: UnicodeDecodeError("utf-8", b"\xff", 0, 1, "reason"),
    "module": lambda: types.ModuleType("module", "A module."),
    "module in C": lambda: itertools,
    "class": lambda: Plain,
    "class with slots": lambda: Slotted,
    "enum": lambda: Colour,
    "code": lambda: function.__code__,
    "weakref with a callback": lambda: weakref.ref(Plain, function),
    "weakref proxy": lambda: weakref.proxy(function, function),
    "WeakValueDictionary": lambda: weakref.WeakValueDictionary(a=Colour.RED),
    "WeakSet": lambda: weakref.WeakSet([Plain]),
    "chain": lambda: started(itertools.chain([T, 1], [2])),
    "count": lambda: itertools.count(10**20, 10**20),
    "cycle": lambda: started(itertools.cycle([T, 1])),
    "islice": lambda: itertools.islice([T], 1),
    "tee": lambda: itertools.tee([T])[0],
    "groupby": lambda: started(itertools.groupby([T, 1])),
    "group": lambda: next(itertools.groupby([T, T]))[1],
    "product": lambda: started(itertools.product([T], [1])),
    "permutations": lambda: started(itertools.permutations([T, 1])),
    "combinations": lambda: started(itertools.combinations([T, 1], 1)),
    "accumulate": lambda: started(itertools.accumulate([T, T], operator.add)),
    "starmap": lambda: itertools.starmap(function, [T]),
    "takewhile": lambda: itertools.takewhile(function, [T]),
    "compress": lambda: itertools.compress([T], [1]),
    "repeat": lambda: itertools.repeat(T),
    "zip_longest": lambda: itertools.zip_longest([T], [], fillvalue=T),
    "pairwise": lambda: started(itertools.pairwise([T, 1, 2])),
    "zip": lambda: zip([T], [1], strict=True),
    "map": lambda: map(function, [T]),
    "filter": lambda: filter(function, [T]),
    "enumerate": lambda: enumerate([T]),
    "reversed": lambda: reversed([T]),
    "list iterator": lambda: iter([T]),
    "tuple iterator": lambda: iter((T,)),
    "dict iterator": lambda: iter({"a": T}),
    "items iterator": lambda: iter({1: T}.items()),
    "set iterator": lambda: iter({T}),
    "str iterator": lambda: iter("abc"),
    "sequence iterator": lambda: iter(Sequence()),
    "callable iterator": lambda: iter(function, T),
    "deque iterator": lambda: iter(collections.deque([T])),
    "slice": lambda: slice(T, None, 2),
    "slice of nothing": lambda: slice(None),
    "range": lambda: range(10**20),
    "memoryview": lambda: memoryview(b"abc"),
    "mappingproxy": lambda: types.MappingProxyType({"a": T}),
    "Lock": threading.Lock,
    "RLock": threading.RLock,
    "Thread": lambda: threading.Thread(target=function),
    "Event": threading.Event,
    "local": local,
    "Context": lambda: contextvars.copy_context(),
    "ContextVar": lambda: contextvars.ContextVar("variable", default=T),
    "Token": lambda: contextvars.ContextVar("variable").set(T),
    "future": future,
    "GenericAlias": lambda: list[int],
    "union": lambda: int | str,
    "Match": lambda: re.match("(a)", "a"),
    "Pattern": lambda: re.compile("a+b"),
    "TextIOWrapper": lambda: io.TextIOWrapper(io.BytesIO(b"a")),
    "BufferedReader": lambda: io.BufferedReader(io.BytesIO(b"a")),
    "super": lambda: super(Plain, Plain()),
    "itemgetter": lambda: operator.itemgetter(T, 1),
    "methodcaller": lambda: operator.methodcaller("name", T, k=T),
    "struct sequence": lambda: time.localtime(0),
}
if sys.version_info >= (3, 11):
    LIVE["exception group"] = lambda: ExceptionGroup("group", [KeyError(1)])  # noqa: F821
if sys.version_info >= (3, 12):
    _made = {}
    exec("type Alias[T] = list[T]\nclass Generic[T]: pass\ndef function[T: int](a: T) -> T: pass", _made)
    LIVE["type alias"] = lambda: _made["Alias"]
    LIVE["type variable"] = lambda: _made["Alias"].__type_params__[0]
    LIVE["generic class"] = lambda: _made["Generic"]
    LIVE["generic function"] = lambda: _made["function"]
