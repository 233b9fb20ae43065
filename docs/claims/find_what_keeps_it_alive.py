"""Attacks on the sentences of guides/find-what-keeps-it-alive."""

import asyncio
import contextlib
import datetime
import gc
import importlib.util
import subprocess
import sys
import threading
import types
import weakref
from functools import partial

from refdemo import holders

_COUNTED = hasattr(sys, "getrefcount")
_ONE_AT_A_TIME = getattr(sys, "_is_gil_enabled", lambda: True)()
_KEEPS_CLASSES = sys.version_info[:2] == (3, 13) and not _ONE_AT_A_TIME
_SQLITE = importlib.util.find_spec("_sqlite3")


class _Document:
    def __init__(self):
        self.lines = []

    def fail(self):
        raise ValueError


class _Holder:
    held = None


_store = []
_by_name = {}
_owner = _Holder()


def _in_a_list(document):
    _store.append(document)


def _in_a_dict(document):
    _by_name["letter"] = document


def _in_an_attribute(document):
    _owner.held = document


def _in_a_function(document):
    _store.append(lambda: document)


def _in_a_partial(document):
    _store.append(partial(print, document))


def _in_a_method(document):
    _store.append(document.fail)


def _in_a_traceback(document):
    try:
        document.fail()
    except ValueError as problem:
        _store.append(problem)


def _cut():
    _store.clear()
    _by_name.clear()
    _owner.held = None
    gc.collect()


_WAYS = {
    "a traceback": (_in_a_traceback, "_store"),
    "a function": (_in_a_function, "_store"),
    "a list": (_in_a_list, "_store"),
    "a dict": (_in_a_dict, "_by_name"),
    "an attribute": (_in_an_attribute, "_owner"),
    "a partial": (_in_a_partial, "_store"),
    "a method": (_in_a_method, "_store"),
}
if not _COUNTED:  # PyPy walks its heap for each answer, which takes long
    _WAYS = dict(list(_WAYS.items())[:1])


def _left(hold):
    document = _Document()
    hold(document)
    witness = weakref.ref(document)
    del document
    gc.collect()
    return witness


def witness_ask_cut_and_ask_again():
    """Hold documents in one way and in two, ask, cut what is named, and ask again."""
    for way, (hold, name) in _WAYS.items():
        witness = _left(hold)
        said = [str(each) for each in holders.referrers(witness())]
        chain = str(holders.why_alive(witness()))
        _cut()
        yield way, bool(said) and name in chain and witness() is None
    witness = _left(lambda document: (_in_a_dict(document), _in_a_function(document)))
    first = str(holders.why_alive(witness()))
    _by_name.clear()
    second = str(holders.why_alive(witness()))
    _cut()
    yield "two holders", "_by_name" in first and "_store" in second and witness() is None


class _Zone(datetime.tzinfo):
    """A time zone that can know moments of its own."""


def _with_a_moment():
    zone = _Zone()
    zone.moment = datetime.datetime(2000, 1, 1, tzinfo=zone)
    return zone


class _Circle(_Document):
    def __init__(self):
        self.me = self


class _NewCircle(_Circle):
    def __del__(self):
        self.again = [self]


class _NewCircleByAGenerator(_Circle):
    def __init__(self):
        self.me = self.run()
        next(self.me)

    def run(self):
        try:
            yield
        finally:
            self.again = [self]


class _Store:
    def __init__(self):
        import sqlite3

        self.connection = sqlite3.connect(":memory:")
        self.connection.create_function("same", 1, self.same)

    def same(self, value):
        return value


_CLASS_AFTER_A_THREAD = """if True:
    import gc, threading, weakref
    thread = threading.Thread(target=id, args=(1,))
    thread.start()
    thread.join()
    witness = weakref.ref(type("Local", (), {}))
    gc.collect()
    print("gone" if witness() is None else "alive")
"""


def _on_a_connections_circle():
    """Return whether a connection is tracked, its circle stays through two collections, and goes when it is cut."""
    store = weakref.ref(_Store())
    gc.collect(), gc.collect()
    if store() is None:
        return None
    tracked = gc.is_tracked(store().connection)
    store().connection.create_function("same", 1, None)
    gc.collect()
    return tracked and store() is None


def _listed(kind):
    return sum(type(each) is kind for each in gc.get_objects())


def _stay(make, times=1):
    """Return how many of an object, made and dropped, the collector still lists after some collections."""
    gc.collect()
    kind = type(make())
    for _ in range(times):
        gc.collect()
    return _listed(kind)


def a_collection_leaves_the_held_frozen_finalized_and_untold():
    """Collect circles, the held and the frozen, finalizers that make circles, a zone's, a connection's, and a class."""
    yield "a circle", _stay(_Circle) == 0
    _in_a_list(_Circle())
    gc.collect()
    yield "what is held", _listed(_Circle) == 1
    _cut()
    yield "a __del__, two collections", _stay(_NewCircle, 2) == 0
    if sys.platform != "emscripten":
        said = subprocess.run([sys.executable, "-c", _CLASS_AFTER_A_THREAD], capture_output=True, text=True).stdout
        yield "a class", said.split() == ["alive" if _KEEPS_CLASSES else "gone"]
    if _SQLITE:
        yield "a connection that knows a method", _on_a_connections_circle() is (True if _COUNTED else None)
    if _COUNTED:
        yield "a __del__, one collection", _stay(_NewCircle) == 1
        yield "a generator's finally, one collection", _stay(_NewCircleByAGenerator) == 1
        yield "a generator's finally, two collections", _stay(_NewCircleByAGenerator, 2) == 0
        yield from _left_in_cpython()


def _left_in_cpython():
    zone = weakref.ref(_with_a_moment())
    gc.collect()
    yield "a time zone that knows a moment", zone() is not None and not gc.is_tracked(zone().moment)
    yield "twice", gc.collect() is not None and zone() is not None
    del zone().moment
    yield "until it is cut", zone() is None
    circle = weakref.ref(_Circle())
    gc.freeze()
    gc.collect()
    yield "what is frozen", circle() is not None
    gc.unfreeze()


def only_tracked_holders_are_listed():
    """Hold an object in tracked and frozen objects, in a running function and in a weak reference."""
    document = _Document()
    listed = [document]
    yield "a list", any(each is listed for each in gc.get_referrers(document))
    yield "all of them are tracked", all(gc.is_tracked(each) for each in gc.get_referrers(document))
    weak = weakref.ref(document)
    yield "no weak reference", not any(each is weak for each in gc.get_referrers(document))
    count = len(gc.get_referrers(document))
    gc.freeze()
    frozen = gc.get_referrers(document)
    gc.unfreeze()
    if _SQLITE:
        with contextlib.closing(_Store().connection) as connection:
            connection.create_function("other", 1, function := lambda value: [value])
            yield (
                "no connection, which does not tell",
                not any(each is connection for each in gc.get_referrers(function)),
            )
    yield "none that is frozen", not any(each is listed for each in frozen) and len(frozen) < count
    yield "found again when it is not", any(each is listed for each in gc.get_referrers(document))


def _words(hold):
    document = _Document()
    hold(document)
    said = "\n".join(str(each) for each in holders.referrers(document))
    del document
    _cut()
    return said


def referrers_goes_on_to_the_owner():
    """Hold an object where the holder has an owner: cell, instance, module, frame of an error."""
    yield "a cell's function", "closure variable `document` of function" in _words(_in_a_function)
    if _COUNTED:
        yield "an instance, not its dict", "attribute `.held` of a _Holder" in _words(_in_an_attribute)
        yield "a frame's traceback", "traceback" in _words(_in_a_traceback)
        yield "a dict's name", "_by_name" in _words(_in_a_dict)
        yield "a method", "__self__" in _words(_in_a_method)


def why_alive_finds_the_shortest_chain():
    """Hold an object by chains of several lengths, from modules, functions and other threads."""
    for length in (0, 3) if _COUNTED else (3,):
        document = _Document()
        nested = document
        for _ in range(length):
            nested = [nested]
        _store.append(nested)
        witness = weakref.ref(document)
        del document, nested
        chain = holders.why_alive(witness())
        yield f"{length} lists more", len(chain.links) == length + 2
        if length and _COUNTED:
            _by_name["short"] = witness()
            yield "a shorter one", "_by_name" in str(holders.why_alive(witness()))
        _cut()
    document = _Document()
    yield "a running function", holders.why_alive(document).root.startswith("running function")
    if sys.platform != "emscripten" and _COUNTED and _ONE_AT_A_TIME:
        yield "another thread's function", "waits" in _held_by_a_thread()


def _held_by_a_thread():
    ready, done, witnesses = threading.Event(), threading.Event(), []

    def waits():
        document = _Document()
        witnesses.append(weakref.ref(document))
        ready.set()
        done.wait()

    thread = threading.Thread(target=waits)
    thread.start()
    ready.wait()
    chain = str(holders.why_alive(witnesses[0]()))
    done.set()
    thread.join()
    return chain


def _plain(documents):
    for document in documents:
        document.lines.append("read")
    return document


def _broken(documents):
    for document in documents:
        if document.lines == []:
            break
    else:
        raise AssertionError
    return document


def _generator(documents):
    for document in documents:
        document.lines.append("read")
    yield document


async def _asynchronous(documents):
    for document in documents:
        document.lines.append("read")
    return document


def the_variable_of_a_loop_outlives_it():
    """Loop in functions, modules, generators and coroutines, with break and else, and in comprehensions."""

    last = _Document()
    yield "a function", _plain([_Document(), last]) is last
    yield "a break", _broken([fresh := _Document(), _Document()]) is fresh
    yield "a generator", next(_generator(iter([last]))) is last
    if sys.platform != "emscripten":
        yield "a coroutine", asyncio.run(_asynchronous([last])) is last
    names = {"documents": [last]}
    exec("for document in documents: pass\nothers = [each for each in documents]", names)
    yield "a module", names["document"] is last and "each" not in names
    yield "what it held before is gone", _held_after_the_loop() == [False, True]


def _held_after_the_loop():
    witnesses = []
    for document in (_Document() for _ in "12"):
        witnesses.append(weakref.ref(document))
    gc.collect()
    return [witness() is not None for witness in witnesses]


def _referrers_of_a_local():
    document = _Document()
    return gc.get_referrers(document)


def _referrers_of_a_parameter(document):
    return gc.get_referrers(document)


def _referrers_beside_its_frame():
    document = _Document()
    frame = sys._getframe()
    return gc.get_referrers(document) if frame else None


def _referrers_in_a_cell():
    document = _Document()
    found = gc.get_referrers(document)
    return found if (lambda: document) else None


def _referrers_after_a_loop():
    for document in [_Document()]:
        document.lines.append("read")
    return gc.get_referrers(document)


def _referrers_while_an_error_is_handled():
    document = _Document()
    try:
        raise LookupError
    except LookupError as problem:
        return gc.get_referrers(document) if problem.__traceback__ else None


def running_locals_are_not_listed():
    """Ask for holders of locals, parameters, loop variables, another thread's local, and one in a cell."""
    yield "a local", _referrers_of_a_local() == []
    yield "a parameter", _referrers_of_a_parameter(_Document()) == []
    yield "of a caller", (lambda document: _referrers_of_a_parameter(document))(_Document()) == []
    yield "where the frame was asked for", _referrers_beside_its_frame() == []
    yield "in a cell", [type(each) for each in _referrers_in_a_cell()] == [types.CellType]
    yield "a loop's variable", _referrers_after_a_loop() == []
    yield "while an error is handled", _referrers_while_an_error_is_handled() == []
    before = sys.version_info < (3, 13)
    yield "after locals", [type(each) for each in _referrers_after_locals()] == [dict] * before
    yield "a paused generator's", _referrers_of_a_paused_one() == [_GENERATOR]
    for way, found in _referrers_of_running_ones().items():
        yield f"a running {way}'s", found == [way if _GENERATOR == "generator" else "frame"] * _LISTS_RUNNING_ONES


_GENERATOR = "generator" if sys.version_info >= (3, 11) else "frame"
_LISTS_RUNNING_ONES = not (3, 11) <= sys.version_info < (3, 14)


def _asks_in_a_generator(document):
    yield gc.get_referrers(document)


async def _asks_in_a_coroutine(document):
    return gc.get_referrers(document)


def _referrers_of_running_ones():
    found = {"generator": next(_asks_in_a_generator(_Document()))}
    try:
        _asks_in_a_coroutine(_Document()).send(None)
    except StopIteration as end:
        found["coroutine"] = end.value
    return {way: [type(each).__name__ for each in listed] for way, listed in found.items()}


def _referrers_of_a_paused_one():
    document = _Document()
    paused = _holds(document)
    next(paused)
    return [type(each).__name__ for each in gc.get_referrers(document)]


def _referrers_after_locals():
    document = _Document()
    locals()
    return gc.get_referrers(document)


def _referrers_after_f_locals():
    document = _Document()
    sys._getframe().f_locals
    return gc.get_referrers(document)


def _holds(document):
    yield
    yield document


def a_method_of_a_part_holds_the_part():
    """Keep methods of a document's parts, built-in and not, and of the document."""
    for way, (read, stays) in {
        "a list's method": (lambda document: document.lines.pop, False),
        "a part's method": (lambda document: document.part.fail, False),
        "its own": (lambda document: document.fail, True),
        "its own, built in": (lambda document: document.__str__, True),
    }.items():
        document = _Document()
        document.part = _Document()
        step, witness, part = read(document), weakref.ref(document), weakref.ref(document.part)
        del document
        gc.collect()
        yield way, (witness() is not None) is stays and bool(step)
        yield f"{way}, the part", (part() is not None) is (stays or "part" in way)


class _Farewell(_Document):
    def __del__(self):
        self.lines.append("farewell")


class _Listed(list):
    pass


def _circle():
    document = _Document()
    document.itself = document
    return document


def a_witness_tells_without_holding():
    """Watch objects alive, dropped, in circles, with finalizers that are no saviours and with one that is."""

    for way, make in {
        "an instance": _Document,
        "a circle": _circle,
        "a subclass of list": _Listed,
        "a __del__": _Farewell,
        "a set": set,
        "a generator": lambda: (each for each in "ab"),
        "a generator's finally": _with_a_generator,
    }.items():
        watched = make()
        witness = weakref.ref(watched)
        alive = witness() is watched
        del watched
        gc.collect()
        gc.collect()
        yield way, alive and witness() is None
    witness = weakref.ref(_with_a_generator(saved := []))
    gc.collect()
    told = witness() is not None
    yield "brought back by a finally: not told up to 3.14", len(saved) == 1 and told == (sys.version_info >= (3, 15))


def _with_a_generator(saved=None):
    document = _Document()
    document.run = _waits_with(document, [] if saved is None else saved)
    next(document.run)
    return document


def _waits_with(document, saved):
    try:
        yield
    finally:
        saved.append(document)


def referrers_says_what_and_why_alive_where():
    """Compare answers with what holds, and hold where Python code cannot look."""
    for way, (hold, name) in _WAYS.items():
        document = _Document()
        hold(document)
        witness = weakref.ref(document)
        del document
        said = holders.referrers(witness())
        chain = str(holders.why_alive(witness()))
        _cut()
        yield way, len(said) >= 1 and all(each.words for each in said) and name in chain and witness() is None
    if _COUNTED and sys.platform != "emscripten":
        import ctypes

        document = ctypes.py_object(_Document())
        found = [each.times for each in holders.referrers(document.value) if not each.type]
        ctypes.pythonapi.Py_IncRef(document)
        more = [each.times for each in holders.referrers(document.value) if not each.type]
        ctypes.pythonapi.Py_DecRef(document)
        yield "a reference of C", sum(more) == sum(found) + 1


def holders_are_found_one_after_the_other():
    """Hold a document in two and in three ways, and cut one at a time."""
    cuts = {"_store": _store.clear, "_by_name": _by_name.clear, "_owner": lambda: setattr(_owner, "held", None)}
    for number in (2, 3) if _COUNTED else (2,):
        ways = (_in_a_list, _in_a_dict, _in_an_attribute)[:number]
        document = _Document()
        for hold in ways:
            hold(document)
        witness = weakref.ref(document)
        del document
        found = []
        while witness() is not None and len(found) < 5:
            chain = str(holders.why_alive(witness()))
            (name,) = (name for name in cuts if f"global {name}:" in chain)
            cuts[name]()
            gc.collect()
            found.append(name)
        yield f"{number} holders", len(set(found)) == len(found) == number
        yield f"{number} holders, then gone", witness() is None
    _cut()


def get_referrers_names_no_owner_and_no_running_local():
    """Look at the types that are listed for each kind of holder."""
    for way, hold, kinds in (
        ("a closure variable", _in_a_function, {"cell"}),
        ("a dict's value", _in_a_dict, {"dict"}),
        ("a local", lambda document: None, set()),
    ):
        yield way, _types(hold) == kinds
        _cut()
    yield "a parameter", _referrers_of_a_parameter(_Document()) == []
    yield "in a cell while it runs", [type(each) for each in _referrers_in_a_cell()] == [types.CellType]
    before = sys.version_info < (3, 13)
    for way, function in {"locals": _referrers_after_locals, "f_locals": _referrers_after_f_locals}.items():
        yield f"after {way}", [type(each) for each in function()] == [dict] * before


def _types(hold):
    document = _Document()
    hold(document)
    return {type(each).__name__ for each in gc.get_referrers(document)}
