"""Attacks on the sentences of guides/which-tool."""

import ctypes
import faulthandler
import gc
import importlib
import importlib.util
import mmap
import sys
import tempfile
import threading
import types

_shelf = []
_by_name = {}
_OWN = types.FrameType, types.GeneratorType  # the attack itself


class _Cake:
    pass


class _Slotted:
    __slots__ = ("me",)


class _Box:
    def __init__(self):
        self.kept = None


def _bake_instance():
    return _Cake()


def _bake_slotted():
    return _Slotted()


def _bake_bytes():
    return bytes(1_000)


def _bake_bytearray():
    return bytearray(1_000)


def _bake_set():
    return {1, 2, 3}


def _put_into_a_list(made):
    _shelf.append(made)


def _put_into_a_dict(made):
    _by_name["made"] = made


def _put_into_a_box(made):
    _shelf.append(_Box())
    _shelf[0].kept = made


def _holds(holder, made):
    return any(each is made for each in gc.get_referents(holder))


def _library():
    library = ctypes.CDLL(None)
    library.malloc.restype = library.calloc.restype = ctypes.c_void_p
    library.malloc.argtypes, library.calloc.argtypes = [ctypes.c_size_t], [ctypes.c_size_t, ctypes.c_size_t]
    library.free.argtypes, library.free.restype = [ctypes.c_void_p], None
    return library


def _asked(tracemalloc):
    traced = tracemalloc.get_traced_memory()[0] if tracemalloc else 0
    return traced // 100_000, len(gc.get_objects()) // 100, getattr(sys, "getallocatedblocks", int)() // 1_000


def none_of_them_sees_what_c_took():
    """Take twenty megabytes in several ways, and ask tracemalloc, the collector, the allocator, and a stack dump."""
    library, size, taken = _library(), 20_000_000, []
    tracemalloc = importlib.import_module("tracemalloc") if importlib.util.find_spec("_tracemalloc") else None
    if tracemalloc:
        tracemalloc.start()
    gc.collect()
    for way, take in {
        "malloc": lambda: [library.malloc(size)],
        "calloc": lambda: [library.calloc(1, size)],
        "small": lambda: [library.malloc(1_000) for _ in range(20)],
        "the system": lambda: [mmap.mmap(-1, size)],
    }.items():
        before, dump = _asked(tracemalloc), _dump()
        taken += take()
        near = all(abs(now - then) <= 1 for now, then in zip(_asked(tracemalloc), before, strict=True))
        yield way, near and len(_dump().splitlines()) == len(dump.splitlines())
    for each in taken:
        each.close() if isinstance(each, mmap.mmap) else library.free(each)
    if tracemalloc:
        tracemalloc.stop()


def tracemalloc_knows_lines_and_the_collector_knows_holders():
    """Make objects of several types in one function, and keep them by another."""
    tracemalloc = importlib.import_module("tracemalloc")
    tracemalloc.start(20)
    for bake in _bake_instance, _bake_slotted, _bake_bytes, _bake_bytearray, _bake_set:
        for put in _put_into_a_list, _put_into_a_dict, _put_into_a_box:
            put(made := bake())
            frames = list(tracemalloc.get_object_traceback(made) or ())
            lines = [frame.lineno - bake.__code__.co_firstlineno for frame in frames]
            first = put.__code__.co_firstlineno
            no_line_of_the_keeper = not any(frame.lineno - first in (1, 2) for frame in frames)
            holders = [each for each in gc.get_referrers(made) if type(each) not in _OWN]
            where = holders and all(_holds(each, made) for each in holders)
            yield f"{bake.__name__[6:]} {put.__name__[5:]}", 1 in lines and no_line_of_the_keeper and bool(where)
            _shelf.clear()
            _by_name.clear()
    tracemalloc.stop()


def _instance():
    one = _Cake()
    one.me = one
    return one


def _slotted():
    one = _Slotted()
    one.me = one
    return one


def _list():
    one = [1]
    one.append(one)
    return one


def _function():
    def one():
        return one

    return one


def _generator():
    def lines(box):
        yield box

    box = []
    box.append(lines(box))
    next(box[0])
    return box


def _tracked():
    return len(gc.get_objects())


def _counted(step):
    """Return by how many the tracked objects grow, and by how many they have grown after a collection."""
    for _ in range(3):  # each may cease to track some more tuples
        gc.collect()
    before = _tracked()
    step()
    grown = _tracked() - before
    gc.collect()
    return grown, _tracked() - before


def a_count_rises_alike_for_what_is_held_and_what_waits():
    """Make as many of several types that are kept, and that are dropped; then collect."""
    gc.disable()
    for make in _instance, _slotted, _list, _function, _generator:
        held, held_after = _counted(lambda make=make: _shelf.extend(make() for _ in range(100)))
        _shelf.clear()
        waits, waits_after = _counted(lambda make=make: [make() for _ in range(100)] and None)
        alike = held > 80 and abs(held - waits) < 20
        yield make.__name__[1:], alike and held_after > 80 and waits_after < 20
    gc.enable()


def _dump():
    with tempfile.TemporaryFile("w+") as file:
        faulthandler.dump_traceback(file, all_threads=True)
        file.seek(0)
        return file.read()


class _Baker:
    def __init__(self):
        self.baking, self.done, self.said = threading.Event(), threading.Event(), ""

    def wait_in_a_method(self, cake):
        self.baking.set()
        self.done.wait(60)

    def wait_in_a_generator(self, cake):
        yield self.wait_in_a_method(cake)

    def exhaust(self, cake):
        list(self.wait_in_a_generator(cake))


def faulthandler_names_what_runs_and_no_values():
    """Dump while a thread waits in a method, and in a generator; in a function of one's own; and when it has ended."""
    for way, names in ("wait_in_a_method", ["wait_in_a_method"]), ("exhaust", ["exhaust", "wait_in_a_generator"]):
        baker = _Baker()
        thread = threading.Thread(target=getattr(baker, way), args=["marble cake"])
        thread.start()
        baker.baking.wait(60)
        dump = _dump()
        baker.done.set()
        thread.join()
        yield way, all(name in dump for name in names) and "marble" not in dump
        yield f"{way}, ended", "wait_in_a_method" not in _dump()

    def own(cake):
        return _dump()

    dump = own("marble cake")
    yield "a function of one's own", " own" in dump and "marble" not in dump
    _shelf.append(_bake_bytearray())
    yield "what made an object that is kept", "_bake_bytearray" not in _dump()
    _shelf.clear()
