"""Attacks on the sentences of guides/find-a-leak-in-a-service."""

import collections
import datetime
import functools
import gc
import itertools
import logging
import mmap
import struct
import sys
import threading
import weakref

from refdemo.growth import growth
from refdemo.holders import why_alive

try:
    import tracemalloc
except ImportError:
    tracemalloc = None  # on PyPy
else:
    import ctypes

_THREADS = sys.platform != "emscripten"
_COUNTED = hasattr(sys, "getrefcount")
_numbers = itertools.count()


def _loggers():
    return logging.Logger.manager.loggerDict


class _Call:
    def filter_record(self, record):
        return True

    @functools.cache  # noqa: B019
    def total(self):
        return 1


_registry = []
_by_name = {}


def _in_a_list():
    _registry.append(_Call())


def _in_a_logger():
    logging.getLogger(f"attack.{next(_numbers)}").addFilter(_Call().filter_record)


def _in_a_cache():
    _Call().total()


def _in_an_exception():
    call = _Call()
    try:
        raise ValueError(call)
    except ValueError as error:
        _registry.append(error)


def _in_a_function():
    call = _Call()
    _by_name[next(_numbers)] = lambda: call


def _in_a_circle():
    call = _Call()
    call.itself = call


def _forget_loggers():
    for name in [name for name in _loggers() if name.startswith("attack")]:
        del _loggers()[name]


def _cut():
    _registry.clear()
    _by_name.clear()
    _Call.total.cache_clear()
    _forget_loggers()


_LEAKS = {
    "a list": (_in_a_list, "global _registry"),
    "a logger's filter": (_in_a_logger, "loggerDict"),
    "a cache": (_in_a_cache, "total"),
    "a kept exception": (_in_an_exception, "global _registry"),
    "a function's variable": (_in_a_function, "global _by_name"),
}
if not _COUNTED:  # PyPy walks its heap for each answer, which takes long
    _LEAKS = dict(list(_LEAKS.items())[1:2])


def _one_of(kind):
    return [each for each in gc.get_objects() if type(each) is kind].pop()


def count_ask_cut_and_count_again():
    """Go through the steps for leaks of several kinds, and see whether each tells what it should."""
    for way, (leak, holder) in _LEAKS.items():
        before = growth(leak, of=_Call, rounds=2)
        chain = str(why_alive(_one_of(_Call)))
        _cut()
        gc.collect()
        after = growth(lambda: None, of=_Call, rounds=1)
        yield way, before.alive == (0, 1, 2) and holder in chain and after.alive == (0, 0)


class _Again(_Call):
    """Makes a circle anew when it is finalized."""

    def __del__(self):
        self.again = [self]


class _Zone(datetime.tzinfo):
    """Knows a moment, which CPython's collector does not track, that knows it."""

    def __init__(self):
        self.moment = datetime.datetime(2000, 1, 1, tzinfo=self)


def _again():
    call = _Again()
    call.itself = call


def what_the_collector_can_free_does_not_add_up():
    """Leave circles, a `__del__` that makes circles, with the collector on and off; and what no collector can free."""
    yield "circles", growth(_in_a_circle, of=_Call, rounds=2).alive == (0,) * 3
    yield "a __del__ that makes circles", max(growth(_again, of=_Again, rounds=3).alive) <= 1
    if _COUNTED:  # PyPy walks its heap for each count
        gc.disable()
        yield "circles, the collector off", growth(_in_a_circle, of=_Call, rounds=2).alive == (0,) * 3
        gc.enable()
        yield "circles of what it does not track", growth(_Zone, of=_Zone, rounds=2).trend == "+1 a round"


def a_weak_set_takes_what_can_be_hashed():
    """Put dataclasses of several kinds into a WeakSet, and let go of them; number those that it refuses."""
    import dataclasses  # only now: PyPy walks over what is imported for each answer

    compared = dataclasses.make_dataclass("Compared", [("number", int)])
    hashable = {"frozen": {"frozen": True}, "eq=False": {"eq": False}, "hashed": {"unsafe_hash": True}}
    for way, options in hashable.items():
        kind = dataclasses.make_dataclass("Local", [("number", int)], **options)
        one = kind(1)
        alive = weakref.WeakSet([one])
        here = len(alive) == 1
        del one
        gc.collect()
        yield way, here and len(alive) == 0
    refused = False
    try:
        weakref.WeakSet([compared(1)])
    except TypeError:
        refused = True
    yield "as it stands: refused", refused
    numbered = weakref.WeakValueDictionary({1: (one := compared(1))})
    del one
    gc.collect()
    yield "numbered", len(numbered) == 0


def growth_without_a_class_names_it():
    """Leak instances, subclasses of built-ins, loggers, and nothing."""

    class Local(dict):
        pass

    kept = []
    for way, leak, name in (
        ("a local subclass of dict", lambda: kept.append(Local()), "Local"),
        ("instances", _in_a_list, "_Call"),
        ("loggers", _in_a_logger, "Logger"),
        ("exceptions", _in_an_exception, "ValueError"),
    )[: 4 if _COUNTED else 1]:
        yield way, any(name in each.of for each in growth(leak, rounds=4).growths)
        _cut()
    if _COUNTED:
        yield "nothing", not growth(lambda: _Call(), rounds=4).growths
        yield "circles", not growth(_in_a_circle, rounds=4).growths


def _traced(make):
    """Return how many bytes tracemalloc adds for what is made, and what was made."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        made = make()
        return tracemalloc.get_traced_memory()[0] - before, made
    finally:
        tracemalloc.stop()


def _traced_block(library, take, free, size):
    getattr(library, take).restype = ctypes.c_void_p
    grown, block = _traced(lambda: getattr(library, take)(ctypes.c_size_t(size)))
    getattr(library, free)(ctypes.c_void_p(block))
    return grown


def _report(size):
    arguments = ctypes.c_uint(1), ctypes.c_size_t(4096), ctypes.c_size_t(size)
    ctypes.pythonapi.PyTraceMalloc_Track(*arguments)


def only_pythons_allocators_are_traced():
    """Take ten million bytes in several ways, from Python and past it, before, while and after it runs."""
    size = 10_000_000
    for way, make in {"bytes": lambda: bytes(size), "a list": lambda: [None] * (size // struct.calcsize("P"))}.items():
        yield way, _traced(make)[0] >= size * 0.9
    yield "a raw block of Python's", _traced_block(ctypes.pythonapi, "PyMem_RawMalloc", "PyMem_RawFree", size) >= size
    if sys.platform not in ("win32", "emscripten"):
        yield "not malloc", _traced_block(ctypes.CDLL(None), "malloc", "free", size) < 100_000
    if hasattr(ctypes.pythonapi, "PyTraceMalloc_Track"):
        yield "what a library reports", _traced(lambda: _report(size))[0] >= size
    grown, area = _traced(lambda: mmap.mmap(-1, size))
    area.close()
    yield "not mmap", grown < 100_000
    old = bytes(size)
    yield "not what was there before", _traced(lambda: old)[0] < 100_000


def _calls_getlogger():
    return logging.getLogger(f"attack.{next(_numbers)}.made.here")


def _grown(frames, key):
    tracemalloc.start(frames)
    try:
        before = tracemalloc.take_snapshot()
        kept = [_calls_getlogger() for _ in range(50)]
        after = tracemalloc.take_snapshot()
    finally:
        tracemalloc.stop()
    assert kept
    _forget_loggers()
    return after.compare_to(before, key)[:3]


def more_frames_name_the_line():
    """Compare with one frame and with ten, by line and by traceback."""
    here = _calls_getlogger.__code__.co_filename
    line = _calls_getlogger.__code__.co_firstlineno + 1

    def named(statistics):
        return any((frame.filename, frame.lineno) == (here, line) for each in statistics for frame in each.traceback)

    def mostly_logging(statistics):
        return "logging" in statistics[0].traceback[-1].filename

    yield "ten frames by traceback", named(_grown(10, "traceback"))
    yield "twenty frames by traceback", named(_grown(20, "traceback"))
    yield "one frame by line", mostly_logging(_grown(1, "lineno"))
    yield "one frame by traceback", mostly_logging(_grown(1, "traceback"))
    yield "one frame by file", mostly_logging(_grown(1, "filename"))


def logging_takes_no_logger_out():
    """Let go of loggers, disable them, configure anew, shut down: in several scopes and a thread."""
    from logging import config  # only now: PyPy walks over what is imported for each answer

    def survives(name, then):
        made = weakref.ref(logging.getLogger(name))
        then()
        gc.collect()
        return made() is not None and made() is _loggers()[name]

    names = (f"attack.{number}" for number in _numbers)
    yield "let go of", survives(next(names), lambda: None)
    configure = functools.partial(config.dictConfig, {"version": 1, "disable_existing_loggers": True})
    yield "configured anew", survives(next(names), configure)
    yield "shut down", survives(next(names), functools.partial(logging.shutdown, []))
    parent = next(names)
    yield "a parent asked for later", survives(f"{parent}.child", lambda: logging.getLogger(parent))
    if _THREADS:
        name = next(names)
        thread = threading.Thread(target=logging.getLogger, args=[name])
        thread.start()
        thread.join()
        yield "made by a thread that has ended", type(_loggers()[name]) is logging.Logger
    _forget_loggers()


def an_adapter_is_registered_nowhere():
    """Make adapters, log by them, and let go, with the automatic collections off."""
    logger = logging.getLogger("attack")
    names = set(_loggers())

    def fate(make):
        gc.disable()
        try:
            witness = weakref.ref(make())
            _COUNTED or gc.collect()
            return witness() is None and set(_loggers()) == names
        finally:
            gc.enable()

    def used():
        adapter = logging.LoggerAdapter(logger, {"visit": 1})
        adapter.debug("asks")
        return adapter

    yield "unused", fate(lambda: logging.LoggerAdapter(logger, {}))
    yield "used", fate(used)
    yield "an adapter of an adapter", fate(lambda: logging.LoggerAdapter(used(), {}))
    yield "a subclass", fate(lambda: type("Own", (logging.LoggerAdapter,), {})(logger, {}))
    yield "many", all(fate(used) for _ in range(10))
    _forget_loggers()


def a_leak_rises_and_a_cache_settles():
    """Count what leaks, what waits for the collector, what is bounded, and what one request hands to the next."""
    bounded = collections.deque(maxlen=3)
    held = {}
    for way, (leak, _) in _LEAKS.items():
        yield way, growth(leak, of=_Call, rounds=3).trend == "+1 a round"
        _cut()
    yield "no leak: circles", growth(_in_a_circle, of=_Call, rounds=2).trend == "flat"
    settles = growth(lambda: bounded.append(_Call()), of=_Call, rounds=6)
    yield "no leak: a bounded queue", settles.trend == "flat after round 3"
    bounded.clear()
    yield "no leak: the last one", growth(lambda: held.update(last=_Call()), of=_Call, rounds=3).alive[1:] == (1, 1, 1)


def why_alive_names_a_holder_that_tracemalloc_cannot():
    """Make objects in one function, keep them in another, and ask both tools."""
    for way, (leak, holder) in _LEAKS.items():
        leak()
        yield f"why_alive, {way}", holder in str(why_alive(_one_of(_Call)))
        _cut()
    if not tracemalloc:
        return

    def make():
        return bytearray(1_000_000)

    def keep():
        _registry.append(make())

    tracemalloc.start()
    keep()
    frames = list(tracemalloc.get_object_traceback(_registry[0]))
    tracemalloc.stop()
    _cut()
    yield "tracemalloc, the line that made it", [each.lineno for each in frames] == [make.__code__.co_firstlineno + 1]


def getlogger_keeps_what_it_was_asked_for():
    """Ask in several ways, and make loggers without asking."""
    for way, ask in {
        "by name": logging.getLogger,
        "a child": logging.getLogger("attack").getChild,
        "a subclass": _ask_for_a_subclass,
        "the second time": lambda name: logging.getLogger(name) and logging.getLogger(name),
    }.items():
        witness = weakref.ref(ask(f"attack.{next(_numbers)}"))
        gc.collect()
        yield way, witness() is not None
    yield "the root", logging.getLogger("root") is logging.getLogger()
    witness = weakref.ref(logging.Logger("attack.nobody"))
    gc.collect()
    yield "not one that was only made", witness() is None
    _forget_loggers()


def _ask_for_a_subclass(name):
    class Own(logging.Logger):
        pass

    before = logging.getLoggerClass()
    logging.setLoggerClass(Own)
    try:
        return logging.getLogger(name)
    finally:
        logging.setLoggerClass(before)


def flat_for_one_class_can_grow_in_another():
    """Mend half of several leaks, and count the class that was watched and every type."""

    def by_removing():
        call = _Call()
        logger = logging.getLogger(f"attack.{next(_numbers)}")
        logger.addFilter(call.filter_record)
        logger.removeFilter(call.filter_record)

    def by_a_weak_reference():
        _registry.append(weakref.ref(_Call()))

    def by_a_method_of_nobody():
        _by_name[next(_numbers)] = [_Call.filter_record]

    for half in (by_removing, by_a_weak_reference, by_a_method_of_nobody)[: 3 if _COUNTED else 1]:
        watched = growth(half, of=_Call, rounds=3).trend
        everything = growth(half, rounds=4)
        yield half.__name__, watched == "flat" and bool(everything.growths or everything.lengths)
        _cut()
    if _COUNTED:
        yield "a whole fix", not (growth(_Call, rounds=4).growths or growth(_Call, of=_Call, rounds=3).alive[-1])
