"""Objects of many types that hold the one object that they are given, and what `referrers` says of each."""

import collections
import contextlib
import contextvars
import functools
import itertools
import sys
import threading
import types

# PyPy writes it in Python.
CACHED = "function `cached`" if sys.implementation.name == "pypy" else "a _lru_cache_wrapper"


class Thing:
    pass


class Slotted:
    __slots__ = ("part",)


def with_attribute(thing):
    box = Thing()
    box.part = thing
    return box


def with_attribute_in_a_dict(thing):
    box = with_attribute(thing)
    assert box.__dict__
    return box


def with_attributes(thing):
    box = Thing()
    for number in range(50):
        setattr(box, f"a{number}", number)
    box.part = thing
    return box


def with_slot(thing):
    box = Slotted()
    box.part = thing
    return box


def class_with(thing):
    return type("Box", (), {"part": thing})


def module_with(thing):
    module = types.ModuleType("box")
    module.part = thing
    return module


def closure(thing):
    def inner():
        return thing

    return inner


def with_default(thing):
    def function(a, b=None, c=thing):
        return a, b, c

    return function


def with_keyword_default(thing):
    def function(a, *, b=None, c=thing):
        return a, b, c

    return function


def generator_of(thing):
    def steps(part):
        yield 1
        yield part

    made = steps(thing)
    next(made)
    return made


@types.coroutine
def pause():
    yield


def coroutine_of(thing):
    async def work(part):
        await pause()
        return part

    made = work(thing)
    made.send(None)
    return made


def async_generator_of(thing):
    async def work(part):
        yield 1
        yield part

    made = work(thing)
    with contextlib.suppress(StopIteration):  # which is how it says what it yields
        made.asend(None).send(None)
    return made


def kept_by_traceback(thing):
    def failing(part):
        raise LookupError

    try:
        failing(thing)
    except LookupError as error:
        caught = error
    del thing  # this function's frame is kept too: failing's f_back
    caught.__traceback__ = caught.__traceback__.tb_next
    return caught


def cached_result(thing):
    @functools.lru_cache(maxsize=8)
    def cached(number):
        return box.pop()

    box = [thing]
    cached(1)
    return cached


def cached_without_limit(thing):
    @functools.cache
    def cached(number):
        return box.pop()

    box = [thing]
    cached(1)
    return cached


def cached_argument(thing):
    @functools.lru_cache(maxsize=8)
    def cached(part):
        return 1

    cached(thing)
    return cached


def thread_local(thing):
    box = threading.local()
    box.part = thing
    return box


def context_with(thing):
    variable = contextvars.ContextVar("variable")
    context = contextvars.copy_context()
    context.run(variable.set, thing)
    return context


# Makes one holder of the argument, and what `referrers` says of it.
HOLDERS = {
    "list": (lambda x: [x], "item `[0]` of a list"),
    "tuple": (lambda x: (1, x), "item `[1]` of a tuple"),
    "dict value": (lambda x: {"k": x}, "value `['k']` of a dict"),
    "dict value by a key without words": (lambda x: {Thing: x}, "value `[<type>]` of a dict"),
    "dict key": (lambda x: {x: 1}, "key `<Thing>` of a dict"),
    "set": (lambda x: {x}, "member of a set"),
    "frozenset": (lambda x: frozenset([x]), "member of a frozenset"),
    "deque": (lambda x: collections.deque([1, x]), "item `[1]` of a deque"),
    "OrderedDict": (lambda x: collections.OrderedDict(k=x), "value `['k']` of an OrderedDict"),
    "defaultdict": (lambda x: collections.defaultdict(list, k=x), "value `['k']` of a defaultdict"),
    "attribute": (with_attribute, "attribute `.part` of a Thing"),
    "attribute in a dict": (with_attribute_in_a_dict, "attribute `.part` of a Thing"),
    "attribute among many": (with_attributes, "attribute `.part` of a Thing"),
    "slot": (with_slot, "attribute `.part` of a Slotted"),
    "class attribute": (class_with, "attribute `.part` of class `Box`"),
    "module global": (module_with, "global `part` of module `box`"),
    "closure": (closure, "closure variable `thing` of function `inner`"),
    "default argument": (with_default, "default argument `c` of function `function`"),
    "keyword-only default": (with_keyword_default, "keyword-only default argument `c` of function `function`"),
    "generator": (generator_of, "local `part` of suspended generator `steps`"),
    "coroutine": (coroutine_of, "local `part` of suspended coroutine `work`"),
    "async generator": (async_generator_of, "local `part` of suspended async generator `work`"),
    "traceback": (kept_by_traceback, "local `part` of function `failing`, kept by a traceback"),
    "exception argument": (lambda x: ValueError(1, x), "attribute `.args[1]` of a ValueError"),
    "partial argument": (lambda x: functools.partial(print, x), "attribute `.args[0]` of a partial"),
    "partial keyword": (lambda x: functools.partial(print, end=x), "attribute `.keywords['end']` of a partial"),
    "lru_cache result": (cached_result, f"cached result of {CACHED}"),
    "lru_cache argument": (cached_argument, f"cached argument of {CACHED}"),
    "context variable": (context_with, "value of context variable `variable` in a Context"),
    "thread local": (thread_local, "attribute `.part` of a threading.local"),
    "lru_cache without limit": (cached_without_limit, f"cached result of {CACHED}"),
    "repeat": (itertools.repeat, "item of a repeat"),
    "SimpleNamespace": (lambda x: types.SimpleNamespace(part=x), "attribute `.part` of a SimpleNamespace"),
}
