"""Many kinds of holder, each asked about and each answer judged.

Claim: `referrers` and `why_alive` name what holds an object, whatever kind of holder it is.
Promise: every CPython gives no wrong answer, and 95 of 100 have all the words that are written beside the holder.
"""

from __future__ import annotations

import atexit
import codecs
import collections
import contextlib
import contextvars
import datetime
import functools
import itertools
import operator
import queue
import signal
import sys
import threading
import types
import weakref
from collections.abc import AsyncGenerator, Callable, Generator, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree import ElementTree

from refdemo.holders import referrers, why_alive

if TYPE_CHECKING:
    import asyncio


class Thing:
    """What is held."""

    def __call__(self, *_: object) -> None:
        """Be a handler, a hook or a search function."""

    def method(self) -> None:
        """Be bound to the object."""


class Buffer(Thing, bytearray):
    """What memoryviews hold."""


class Zone(Thing, datetime.tzinfo):
    """What datetimes hold."""


class Branch(Thing, ElementTree.Element):
    """What other elements hold."""

    def __init__(self) -> None:
        super().__init__("branch")


class Box:
    """An object with attributes."""

    part: Any


class Slotted:
    """An object whose one attribute has a slot."""

    __slots__ = ("part",)
    part: Any


class Kind(NamedTuple):
    """A kind of holder, and the right answer for it."""

    name: str
    words: tuple[str, ...]
    """What an answer has to say; `a|b` is either."""
    make: Callable[[Any], object]
    """Makes a holder of its argument, and returns what the holder lives in; what needs no help returns None."""
    of: type[Thing]


KINDS: list[Kind] = []
afterwards = contextlib.ExitStack()
"""Takes back what a maker has changed for the whole process."""

UNKNOWN = "where Python code cannot look"
"""The right answer where C code holds an object without showing it."""


def holder(name: str, *words: str, of: type[Thing] = Thing) -> Callable[[Callable[[Any], object]], None]:
    """Add a kind of holder."""
    return lambda make: KINDS.append(Kind(name, words, make, of))


# Containers

holder("list", "[1]|index=1", "list")(lambda thing: [0, thing])
holder("tuple", "[1]|index=1", "tuple")(lambda thing: (0, thing))
holder("dict value", "'key'|key=key", "dict")(lambda thing: {"key": thing})
holder("dict key", "key", "dict")(lambda thing: {thing: 0})
holder("set", "set")(lambda thing: {thing})
holder("frozenset", "frozenset")(lambda thing: frozenset([thing]))
holder("deque", "[1]|index=1", "deque")(lambda thing: collections.deque([0, thing]))
holder("OrderedDict", "'key'|key=key", "OrderedDict")(lambda thing: collections.OrderedDict(key=thing))
holder("defaultdict", "'key'|key=key", "defaultdict")(lambda thing: collections.defaultdict(list, key=thing))
holder("queue", "SimpleQueue")(lambda thing: put(queue.SimpleQueue(), thing))


def put(places: Any, thing: object) -> object:
    """Put a thing into a queue."""
    places.put(thing)
    return places


# Attributes


@holder("attribute", "part", "Box")
def _(thing: object) -> object:
    box = Box()
    box.part = thing
    return box


@holder("attribute in a dict that was asked for", "part", "Box")
def _(thing: object) -> object:
    box = Box()
    box.__dict__["part"] = thing
    return box


@holder("attribute among fifty", "part", "Box")
def _(thing: object) -> object:
    box = Box()
    for number in range(50):
        setattr(box, f"a{number}", number)
    box.part = thing
    return box


@holder("slot", "part", "Slotted")
def _(thing: object) -> object:
    box = Slotted()
    box.part = thing
    return box


holder("class attribute", "part", "class", "Made")(lambda thing: type("Made", (), {"part": thing}))
holder("SimpleNamespace", "part", "SimpleNamespace")(lambda thing: types.SimpleNamespace(part=thing))
holder("property", "fget", "property")(property)
holder("classmethod", "__func__|__wrapped__", "classmethod")(classmethod)
holder("mappingproxy", "'key'|key=key", "dict")(lambda thing: types.MappingProxyType({"key": thing}))
holder("memoryview", "memoryview", of=Buffer)(memoryview)
holder("bound method", "__self__", "method")(lambda thing: thing.method)
holder("partial's argument", "args", "[0]|index=0", "partial")(lambda thing: functools.partial(print, thing))
holder("partial's keyword", "keywords", "end", "partial")(lambda thing: functools.partial(print, end=thing))
holder("datetime's time zone", UNKNOWN + "|tzinfo", of=Zone)(lambda thing: datetime.datetime(2000, 1, 1, tzinfo=thing))


@holder("child of an XML element", "[0]|index=0|child", "Element", of=Branch)
def _(thing: Any) -> object:
    parent = ElementTree.Element("parent")
    parent.append(thing)
    return parent


# Modules


@holder("module global", "part", "shelf")
def _(thing: object) -> object:
    module = types.ModuleType("shelf")
    vars(module)["part"] = thing
    return module


@holder("imported module's global", "part", "library")
def _(thing: object) -> None:
    module = types.ModuleType("library")
    vars(module)["part"] = thing
    sys.modules["library"] = module
    afterwards.callback(sys.modules.pop, "library")


@holder("unloaded module's global", "global", "part", "hook")
def _(thing: object) -> object:
    names: dict[str, Any] = {"part": thing}
    exec("def hook(): return part", names)
    return names["hook"]


# Functions


@holder("closure variable", "closure", "part", "inner")
def _(part: object) -> object:
    def inner() -> object:
        return part

    return inner


@holder("default argument", "default", "part", "function")
def _(thing: object) -> object:
    def function(first: object, part: object = thing) -> object:
        return first, part

    return function


@holder("keyword-only default argument", "keyword-only default|kwdefaults", "part", "function")
def _(thing: object) -> object:
    def function(*, first: object = None, part: object = thing) -> object:
        return first, part

    return function


@holder("function's attribute", "part", "function")
def _(thing: object) -> object:
    def function() -> None: ...

    vars(function)["part"] = thing
    return function


@holder("lru_cache's result", "result", "cached")
def _(thing: object) -> object:
    @functools.lru_cache(maxsize=8)
    def cached(number: int) -> object:
        return box.pop()

    box = [thing]
    cached(1)
    return cached


@holder("lru_cache's argument", "argument|key", "cached")
def _(thing: object) -> object:
    @functools.lru_cache(maxsize=8)
    def cached(part: object) -> None: ...

    cached(thing)
    return cached


@holder("cache's result", "result", "cached")
def _(thing: object) -> object:
    @functools.cache
    def cached(number: int) -> object:
        return box.pop()

    box = [thing]
    cached(1)
    return cached


@holder("lru_cache's attribute", "part", "cached")
def _(thing: object) -> object:
    @functools.lru_cache
    def cached() -> None: ...

    vars(cached)["part"] = thing
    return cached


# What is suspended


@holder("generator's local", "local", "part", "generator", "steps")
def _(thing: object) -> object:
    def steps(part: object) -> Iterator[object]:
        yield 1
        yield part

    made = steps(thing)
    next(made)
    return made


@types.coroutine
def pause() -> Generator[None, None, None]:
    """Suspend the coroutine that awaits this."""
    yield


async def work(part: object) -> object:
    """Wait once."""
    await pause()
    return part


@holder("coroutine's local", "local", "part", "coroutine", "work")
def _(thing: object) -> object:
    made = work(thing)
    made.send(None)
    afterwards.callback(made.close)
    return made


@holder("async generator's local", "local", "part", "async generator", "items")
def _(thing: object) -> object:
    async def items(part: object) -> AsyncGenerator[object, None]:
        yield 1
        yield part

    made = items(thing)
    with contextlib.suppress(StopIteration):  # which is how it says what it yields
        made.asend(None).send(None)
    return made


holder("map's function", "map")(lambda thing: map(thing, []))
holder("repeat", "repeat")(itertools.repeat)
holder("chain", "[0]|index=0", "tuple")(lambda thing: itertools.chain([], (thing,)))
holder("cycle", "item", "cycle")(lambda thing: advanced(itertools.cycle([thing, 1])))
holder("itemgetter", "itemgetter")(operator.itemgetter)
holder("list iterator", "[0]|index=0", "list")(lambda thing: iter([thing]))


def advanced(iterator: Iterator[object]) -> object:
    """Return an iterator that has yielded once."""
    next(iterator)
    return iterator


# Exceptions


def failing(part: object) -> None:
    """Raise, with a local variable that the traceback keeps."""
    raise LookupError


@holder("traceback", "local", "part", "failing", "traceback")
def _(thing: object) -> object:
    box = [thing]
    del thing  # which this function's frame would hold, and the traceback keeps that too
    try:
        failing(box.pop())
    except LookupError as error:
        return error
    return None


holder("exception's argument", "args", "[1]|index=1", "ValueError")(lambda thing: ValueError("no such part", thing))


@holder("exception's attribute", "part", "ValueError")
def _(thing: object) -> object:
    error = ValueError()
    vars(error)["part"] = thing
    return error


# Weak references


@holder("weak reference's callback", "callback")
def _(thing: Any) -> object:
    box = Box()
    return box, weakref.ref(box, thing)


@holder("argument of a finalizer", "args", "finalize|_Info")
def _(thing: object) -> object:
    box = Box()
    afterwards.callback(weakref.finalize(box, id, thing).detach)
    return box


# Contexts and threads


@holder("context variable", "context variable|ContextVar", "request", "Context")
def _(thing: object) -> object:
    variable: contextvars.ContextVar[object] = contextvars.ContextVar("request")
    context = contextvars.Context()
    context.run(variable.set, thing)
    return context


holder("ContextVar's default", "default", "ContextVar")(lambda thing: contextvars.ContextVar("request", default=thing))


@holder("context variable that is set now", "context variable|ContextVar", "request", "Context|context")
def _(thing: object) -> None:
    variable: contextvars.ContextVar[object] = contextvars.ContextVar("request")
    variable.set(thing)
    afterwards.callback(variable.set, None)


@holder("threading.local", "part", "threading.local")
def _(thing: object) -> object:
    box = threading.local()
    box.part = thing
    return box


# What the interpreter keeps


def take_back(unregister: Callable[[Any], object], thing: object) -> None:
    """Unregister a thing afterwards, without holding it until then."""
    known = weakref.ref(thing)
    afterwards.callback(lambda: unregister(known()))


@holder("signal handler", "signal", "SIGTERM")
def _(thing: Any) -> None:
    afterwards.callback(signal.signal, signal.SIGTERM, signal.signal(signal.SIGTERM, thing))


@holder("trace function", "trace function|settrace")
def _(thing: Any) -> None:
    afterwards.callback(sys.settrace, sys.gettrace())
    sys.settrace(thing)


@holder("profile function", "profile function|setprofile")
def _(thing: Any) -> None:
    afterwards.callback(sys.setprofile, sys.getprofile())
    sys.setprofile(thing)


@holder("hook of module sys", "excepthook", "sys")
def _(thing: Any) -> None:
    afterwards.callback(setattr, sys, "excepthook", sys.excepthook)
    sys.excepthook = thing


@holder("codecs.register", "codecs")
def _(thing: Any) -> None:
    codecs.register(thing)
    take_back(codecs.unregister, thing)


@holder("codecs.register_error", "codecs", "replaced")
def _(thing: Any) -> None:
    codecs.register_error("replaced", thing)
    afterwards.callback(codecs.register_error, "replaced", codecs.strict_errors)


@holder("atexit.register", "atexit|" + UNKNOWN)
def _(thing: Any) -> None:
    atexit.register(thing)
    take_back(atexit.unregister, thing)


if sys.platform != "emscripten":  # where no thread can start, and loops are the browser's

    def in_thread(work: Callable[[threading.Event, threading.Event], None]) -> None:
        """Run a function in a thread until it is taken back: it sets one event when it is ready, and waits for one."""
        ready, done = threading.Event(), threading.Event()
        thread = threading.Thread(target=work, args=(ready, done), name="Worker")
        thread.start()
        ready.wait()
        afterwards.callback(thread.join)
        afterwards.callback(done.set)

    @holder("running thread's local", "local", "part", "serve", "thread", "Worker")
    def _(thing: object) -> None:
        def serve(ready: threading.Event, done: threading.Event) -> None:
            part = box.pop()
            ready.set()
            done.wait()
            del part

        box = [thing]
        in_thread(serve)

    @holder("exception that a thread is handling", "local", "part", "failing", "traceback|exception being handled")
    def _(thing: object) -> None:
        def serve(ready: threading.Event, done: threading.Event) -> None:
            try:
                failing(box.pop())
            except LookupError:
                ready.set()
                done.wait()

        box = [thing]
        in_thread(serve)

    @holder("argument of a thread", "_args", "Thread")
    def _(thing: object) -> object:
        return threading.Thread(target=print, args=(thing,))

    def loop() -> asyncio.AbstractEventLoop:
        """Return a new event loop, which is closed afterwards."""
        import asyncio  # only now: it doubles what PyPy looks through for each of the kinds before

        made = asyncio.new_event_loop()
        afterwards.callback(made.close)
        return made

    @holder("task that waits", "local", "part", "coroutine", "work")
    def _(thing: object) -> object:
        waiting = loop()
        task = waiting.create_task(work(thing))
        afterwards.callback(waiting.run_until_complete, task)
        waiting.call_soon(waiting.stop)
        waiting.run_forever()
        return task

    @holder("result of a future", "result", "Future")
    def _(thing: object) -> object:
        future = loop().create_future()
        future.set_result(thing)
        return future

    @holder("context of a timer", "context variable|ContextVar", "request", "Context")
    def _(thing: object) -> object:
        context = contextvars.Context()
        context.run(contextvars.ContextVar[object]("request").set, thing)
        waiting = loop()
        waiting.call_later(3600, print, context=context)
        return waiting


# Asking


def made(kind: Kind) -> tuple[weakref.ref[Any], object]:
    """Return a weak reference to a new object, and what keeps it alive."""
    things = [kind.of()]  # no variable: a traceback may keep this frame
    return weakref.ref(things[0]), kind.make(things.pop())


def judged(answer: Sequence[str], words: Sequence[str]) -> str:
    """Return how good an answer is.

    It is right if one of its lines has all the words, vague if it has any of them, or says that it has not found
    everything, and wrong otherwise.
    """
    if any(all(any(each in line for each in word.split("|")) for word in words) for line in answer):
        return "right"
    text = "\n".join(answer)
    known = [*"|".join(words).split("|"), UNKNOWN, "no chain found"]
    return "vague" if any(each in text for each in known) else "wrong"


class Asked(NamedTuple):
    """What both instruments say of one kind of holder."""

    kind: str
    referrers: list[str]
    chain: str
    verdicts: tuple[str, str]

    @property
    def verdict(self) -> str:
        """Return one word where both answers are as good, else a word for each."""
        return " / ".join(dict.fromkeys(self.verdicts))


def asked(kind: Kind) -> Asked:
    """Make a holder and ask both instruments about what it holds."""
    with afterwards:
        witness, kept = made(kind)
        said = [each.words for each in referrers(witness())]
        chain = str(why_alive(witness()))
        del kept
    return Asked(kind.name, said, chain, (judged(said, kind.words), judged([chain], kind.words)))


def ends(chain: str) -> str:
    """Return where a chain begins and its last link, in one line."""
    root, *links = (line.strip() for line in chain.splitlines())
    return " … ".join([root, *links[-2:-1], *links[-1:]])


def main() -> None:
    """Print what is said of each kind, and how many answers were right."""
    verdicts: collections.Counter[str] = collections.Counter()
    for kind in KINDS:
        found = asked(kind)
        verdicts.update(found.verdicts)
        print(f"{found.kind}: {found.verdict}")
        print(*(f"    referrers: {words}" for words in found.referrers or ["nothing"]), sep="\n")
        print(f"    why_alive: {ends(found.chain)}")
    print(f"answers: {', '.join(f'{count} {verdict}' for verdict, count in sorted(verdicts.items()))}")


if __name__ == "__main__":
    main()
