"""Attacks on the sentences of tutorial/the-last-reference."""

import asyncio
import builtins
import code
import contextlib
import gc
import io
import operator
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
import weakref

try:
    import sqlite3
except ImportError:  # a part that a Python may be without
    sqlite3 = None

CPYTHON = sys.implementation.name == "cpython"
FREE_THREADED = "t" in getattr(sys, "abiflags", "")
USUAL = CPYTHON and not FREE_THREADED
THREADS = sys.platform != "emscripten"


class _Thing:
    pass


class _Words(list):
    pass


class _Failure(Exception):
    pass


class _Slim:
    __slots__ = ("__weakref__",)


def _suspended():
    generator = (each for each in "ab")
    next(generator)
    return generator


_KINDS = {
    "an instance": _Thing,
    "a list of a subclass": _Words,
    "a set": set,
    "a nested function": lambda: lambda: None,
    "a suspended generator": _suspended,
    "an exception": _Failure,
    "an object with slots": _Slim,
}


@contextlib.contextmanager
def _no_collector():
    was = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _gone(witness):
    """Say whether the object is gone; where nothing is counted, once the collector has run."""
    for _ in range(0 if CPYTHON else 2):
        gc.collect()
    return witness() is None


def _boxed(make=_Thing):
    """Return a list that holds the only reference to a new object, and a weak reference."""
    box = [make()]
    return box, weakref.ref(box[0])


def _seen_in_thread(drop, look):
    """Drop in another thread and look there, while this one waits without a step of its own."""
    go, done, seen = threading.Lock(), threading.Lock(), []
    go.acquire(), done.acquire()

    def work():
        go.acquire()
        drop()
        seen.append(look())
        done.release()

    thread = threading.Thread(target=work)
    thread.start()
    list(map(getattr(operator, "call", lambda act: act()), (go.release, done.acquire)))
    thread.join()
    return seen[0]


def _saving():
    """Return an instance that its finalizer saves, and the list that it is saved in."""
    saved = []
    return type("Saving", (), {"__del__": lambda self: saved.append(self)})(), saved


def _letting(freed):
    """Return a class whose finalizer lets go of a list in a list, and writes down whether what was in it is gone."""

    class Letting:
        def __del__(self):
            box, witness = _boxed()
            outer = [box]
            del box, outer
            freed.append(witness() is None)

    return Letting


def _in_pairs(pair):
    def nest(letting, inner):
        return pair((letting(), inner))

    return nest


def _in_chain(letting, inner):
    one = letting()
    one.inner = inner
    return one


_NESTS = {"lists": _in_pairs(list), "tuples": _in_pairs(tuple), "a chain of instances": _in_chain}


def _freed_below(depth, nest):
    """Nest objects whose finalizers let go of something, drop them, and say whether each was freed at once."""
    letting, nested = _letting(freed := []), None
    for _ in range(depth):
        nested = nest(letting, nested)
    del nested
    return len(freed) == depth and all(freed)


def _on_a_stack(work):
    """Do something in a thread whose C stack has a size that does not depend on the machine, and return the answer."""
    answers, had = [], threading.stack_size(8 << 20)
    thread = threading.Thread(target=lambda: answers.append(work()))
    thread.start()
    threading.stack_size(had)
    thread.join()
    return answers.pop()


async def _asynchronous(witnesses):
    thing = _Thing()
    witnesses.append(weakref.ref(thing))
    yield 1
    yield 2


async def _dropped(steps, ticks=5):
    """Drop an async generator after some steps, and say whether what it held is gone, at once and a little later."""
    witnesses = []
    made = _asynchronous(witnesses)
    with contextlib.suppress(StopAsyncIteration):
        for _ in range(steps):
            await made.asend(None)
    del made
    at_once = _gone(witnesses[0])
    for _ in range(ticks):
        await asyncio.sleep(0)
    return at_once, _gone(witnesses[0])


def _stepped(awaitable):
    with contextlib.suppress(StopIteration):
        awaitable.send(None)


def _dropped_without_a_loop(hook):
    """Drop an async generator where there is no loop but a hook of one's own; say whether what it held is gone."""
    had = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(firstiter=None, finalizer=hook)
    made = _asynchronous(witnesses := [])
    _stepped(made.asend(None))
    del made
    gone = _gone(witnesses[0])
    sys.set_asyncgen_hooks(*had)
    return gone


def an_event_loop_saves_async_generators():
    """Drop async generators under a loop, suspended, finished and again, and without a loop."""
    saved = []
    with _no_collector():
        if THREADS:
            for steps in 1, 2:
                yield f"suspended after {steps}", asyncio.run(_dropped(steps)) == (False, True)
            yield "finished", asyncio.run(_dropped(3)) == (True, True)
            yield "the loop ends first", asyncio.run(_dropped(1, 0)) == (False, False)
        yield "a hook that saves it", not _dropped_without_a_loop(saved.append) and len(saved) == 1
        _stepped(saved.pop().aclose())
        yield "no hook", _dropped_without_a_loop(None)


def deep_structures_are_freed_in_portions():
    """Let finalizers let go of something in lists, tuples and chains, not deep, less deep than said, and deeper."""
    less = 20 if sys.version_info < (3, 13) else 8_000 if sys.version_info < (3, 14) else 10_000
    with _no_collector():
        for way, nest in _NESTS.items():
            yield f"{way}, 20", _freed_below(20, nest)
            if THREADS:
                yield f"{way}, less deep", _on_a_stack(lambda nest=nest: _freed_below(less, nest))
        if THREADS:
            yield "a chain of instances, deeper", not _on_a_stack(lambda: _freed_below(200_000, _in_chain))


def _with_finalizers():
    for way, nest in _NESTS.items():
        yield f"by finalizers in {way}", _freed_below(20, nest)
    one, saved = _saving()
    del one
    yield "saved by its finalizer", len(saved) == 1
    witness = weakref.ref(saved[0])
    saved.clear()
    yield "saved, then let go", saved == [] and witness() is None


def freed_before_the_next_line():
    """Let go of objects of several kinds, in one line, in another thread, in finalizers, and of some that are saved."""
    with _no_collector():
        if not USUAL:
            box, witness = _boxed()
            yield "elsewhere an object can wait", _seen_in_thread(box.clear, witness) is not None
            return
        for kind, make in _KINDS.items():
            box, witness = _boxed(make)
            box.clear()
            yield kind, witness() is None
        box, witness = _boxed()
        yield "within one line", (box.clear(), witness())[1] is None
        box, witness = _boxed()
        gc.freeze()
        box.clear()
        yield "while the collector's list is frozen", witness() is None
        gc.unfreeze()
        yield from _with_finalizers()
        if THREADS:
            box, witness = _boxed()
            yield "in another thread", _seen_in_thread(box.clear, witness) is None


def _returns(witnesses):
    first, second = _Thing(), _Words()
    witnesses += [weakref.ref(first), weakref.ref(second)]


def _fails(witnesses):
    thing = _Thing()
    witnesses.append(weakref.ref(thing))
    raise LookupError


def _forgotten(witnesses):
    with contextlib.suppress(LookupError):
        _fails(witnesses)


def _yields(witnesses):
    thing = _Thing()
    witnesses.append(weakref.ref(thing))
    yield


def _closed(witnesses):
    generator = _yields(witnesses)
    next(generator)
    generator.close()


def _awaited(witnesses):
    async def awaits():
        _returns(witnesses)
        await asyncio.sleep(0)

    with contextlib.suppress(StopIteration):
        coroutine = awaits()
        for _ in range(3):
            coroutine.send(None)


def _uses_one(witnesses):
    used, unused = _Thing(), _Thing()
    witnesses.append(weakref.ref(unused))
    return lambda: used


def _with_a_frame():
    frame = _paused(witnesses := [])
    yield "what a frame has stays", not _gone(witnesses[0])
    del frame
    yield "and goes with the frame", _gone(witnesses[0])


def the_end_of_a_function_drops_its_variables():
    """End functions by return, by an exception, by exhaustion and by closing; keep a closure, and a frame."""
    ends = {
        "return": _returns,
        "an exception, forgotten": _forgotten,
        "a generator, exhausted": lambda witnesses: list(_yields(witnesses)),
        "a generator, closed": _closed,
        "a coroutine, awaited": _awaited,
        "a variable that the closure does not use": _uses_one,
    }
    with _no_collector():
        for way, end in ends.items():
            witnesses = []
            result = end(witnesses)
            yield way, witnesses != [] and all([_gone(witness) for witness in witnesses])
        inner = result
        witness = weakref.ref(inner())
        yield "the one that it uses stays", not _gone(witness)
        del inner, result
        yield "and goes with it", _gone(witness)
        yield from _with_a_frame()


_STATEMENTS = {
    "del": "del thing",
    "rebinding": "thing = None",
    "a loop's variable": "for thing in 'ab': pass",
    "an import": "import gc as thing",
    "an unpacking": "thing, other = 'ab'",
    "a definition": "def thing(): pass",
    "the end of an except clause": "try:\n raise thing\nexcept Exception as thing: pass",
}
_CONTAINERS = {
    "a list's slot": (lambda thing: [thing], lambda kept: kept.__setitem__(0, None)),
    "a dictionary's value": (lambda thing: {thing: None}, dict.clear),
    "a set's item": (lambda thing: {thing}, set.pop),
}


def any_way_of_going_will_do():
    """Take the last reference away by statements, by methods, in containers, in functions and in threads."""
    names = {}
    with _no_collector():
        for way, source in _STATEMENTS.items():
            names["thing"] = _Failure()
            witness = weakref.ref(names["thing"])
            exec(source, names)
            yield way, witness() is None
        witnesses = []
        _returns(witnesses)
        yield "leaving a function", witnesses[0]() is None
        for way, (make, drop) in _CONTAINERS.items():
            kept = make(_Thing())
            witness = weakref.ref(next(iter(kept)))
            drop(kept)
            yield way, witness() is None
        yield from _with_finalizers()
        if THREADS:
            box, witness = _boxed()
            yield "in another thread", (_seen_in_thread(box.clear, witness) is None) == USUAL


def _told(make, log):
    """Let go of an object that a callback watches, and return what was written down, in order."""
    log.clear()
    box = [make()]
    witness = weakref.ref(box[0], lambda reference: log.append("told"))
    box.clear()
    log.append("next line" if witness() is None else "alive")
    return list(log)


def _ending(log):
    try:
        yield
    finally:
        log.append("finally")


async def _awaiting(log):
    try:
        await asyncio.sleep(0)
    finally:
        log.append("finally")


def _started(made):
    (next if hasattr(made, "__next__") else lambda it: it.send(None))(made)
    return made


def finalizers_run_before_callbacks():
    """Give finalizers to instances, to subclasses of built-ins and to files; suspend generators and coroutines."""
    log = []
    counted, resumed = ["del", "told", "next line"], ["told", "finally", "next line"]
    with _no_collector():
        for base in object, list, dict, set, ValueError, io.BytesIO, io.StringIO:
            noted = type("Noted", (base,), {"__del__": lambda self: log.append("del")})
            yield f"a subclass of {base.__name__}", _told(noted, log) == counted
        closing = type("Closing", (io.RawIOBase,), {"close": lambda self: log.append("del")})
        yield "a file that closes itself", _told(closing, log) == counted
        yield "a generator", _told(lambda: _started(_ending(log)), log) == resumed
        yield "a coroutine", _told(lambda: _started(_awaiting(log)), log) == resumed
        yield "a generator that has not started", _told(lambda: _ending(log), log) == resumed[:1] + resumed[2:]


_TYPED = """class Thing: pass

import gc, weakref
shown = Thing(); witness = weakref.ref(shown)
shown
del shown
found = gc.collect()
print("after del:", witness() is not None)
"shown"
found = gc.collect()
print("after another:", witness() is None)
"""


@contextlib.contextmanager
def _display_undone():
    had = {"_": builtins._} if hasattr(builtins, "_") else {}
    with contextlib.redirect_stdout(io.StringIO()):
        yield
    vars(builtins).pop("_", None)
    vars(builtins).update(had)


def _after_displaying(*others):
    """Display an object by the hook, and then others; say whether it is gone."""
    with _display_undone():
        box, witness = _boxed()
        sys.__displayhook__(box.pop())
        for other in others:
            sys.__displayhook__(other)
        return _gone(witness)


def what_was_displayed_last_stays():
    """Display by the hook, in a console of the library and at a real prompt."""
    with _no_collector():
        yield "the hook", not _after_displaying()
        yield "None comes after it", not _after_displaying(None, None)
        yield "something else comes after it", _after_displaying(1)
        console = code.InteractiveConsole({"Thing": _Thing, "weakref": weakref, "print": lambda *words: None})
        with _display_undone():
            for line in _TYPED.splitlines()[3:6]:
                console.push(line)
            stays = not _gone(console.locals["witness"])
            console.push("'shown'")
            goes = _gone(console.locals["witness"])
        yield "a console", stays
        yield "something else in the console", goes
    if THREADS:
        run = subprocess.run([sys.executable, "-iqE"], input=_TYPED, capture_output=True, text=True)
        yield "a prompt", "after del: True" in run.stdout and "after another: True" in run.stdout


def _by_handling(witnesses):
    try:
        _fails(witnesses)
    except LookupError:
        int("x")


def _by_cause(witnesses):
    try:
        _fails(witnesses)
    except LookupError as error:
        raise ValueError from error


def _by_none(witnesses):
    try:
        _fails(witnesses)
    except LookupError:
        raise ValueError from None


def _in_clean_up(witnesses):
    try:
        _fails(witnesses)
    finally:
        int("x")


def _in_group(witnesses):
    errors = []
    try:
        _fails(witnesses)
    except LookupError as error:
        errors.append(error)
    raise builtins.ExceptionGroup("several", errors)


def _in_attribute(witnesses):
    thing = _Thing()
    witnesses.append(weakref.ref(thing))
    return thing.missing


class _Refuses:
    def __getattr__(self, name):
        raise AttributeError(name)


def _in_refused_attribute(witnesses):
    thing = _Refuses()
    witnesses.append(weakref.ref(thing))
    return thing.missing


def _without_object(witnesses):
    thing = _Thing()
    witnesses.append(weakref.ref(thing))
    raise AttributeError("missing")


def _in_arguments(witnesses):
    thing = _Thing()
    witnesses.append(weakref.ref(thing))
    raise ValueError(thing)


def dropping_a_traceback_drops_nothing_else():
    """Chain errors by handling, by `from`, in a clean-up, in groups; let them hold things; drop the last traceback."""
    with _no_collector():
        yield "one alone", _after_dropping(_fails) == "gone"
        yield "while another is handled", _after_dropping(_by_handling) == "alive"
        yield "from another", _after_dropping(_by_cause) == "alive"
        yield "from None", _after_dropping(_by_none) == "alive"
        yield "in a clean-up", _after_dropping(_in_clean_up) == "alive"
        yield "an attribute's object", _after_dropping(_in_attribute) == "alive"
        yield "an object that refuses", _after_dropping(_in_refused_attribute) == "alive"
        yield "no attribute was read", _after_dropping(_without_object) == "gone"
        yield "an argument", _after_dropping(_in_arguments) == "alive"
        if sys.version_info >= (3, 11):
            yield "in a group", _after_dropping(_in_group) == "alive"


def _after_dropping(fails):
    """Fail, keep the error without its own traceback, and say what became of the first variable."""
    witnesses = []
    try:
        fails(witnesses)
    except Exception as error:
        kept = error.with_traceback(None)
    state = "gone" if _gone(witnesses[0]) else "alive"
    del kept
    return state


_MODULE = """
import gc, weakref
gc.disable()
class Thing: pass
held = Thing()
witness = weakref.ref(held)
{definition}
del held, f
print("alive" if witness() else "gone")
gc.collect()
print("alive" if witness() else "gone")
"""


def the_free_threaded_build_lets_two_kinds_wait():
    """Let go in another thread, and of functions and lambdas, before a thread has been started and afterwards."""
    expected = ["alive", "gone"] if FREE_THREADED else ["gone", "gone"]
    forever = FREE_THREADED and sys.version_info < (3, 14)
    definitions = {"def": "def f(value=held): pass", "lambda": "f = lambda value=held: value"}
    with _no_collector():
        if sys.version_info >= (3, 12):
            with contextlib.redirect_stdout(io.StringIO()) as said:
                exec(_MODULE.format(definition="def f[T](value=held): pass"), {})
            yield "a generic function", said.getvalue().split() == ["gone", "gone"]
        for way, definition in definitions.items():
            source = _MODULE.format(definition=definition)
            if THREADS:
                run = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True)
                yield f"a {way}", run.stdout.split() == expected
                box, witness = _boxed()
                yield f"another thread, {way}", (_seen_in_thread(box.clear, witness) is not None) == FREE_THREADED
                yield f"its turn, {way}", witness() is None
            with contextlib.redirect_stdout(io.StringIO()) as said:
                exec(source, {})
            yield f"a {way}, after a thread", said.getvalue().split() == (["alive"] * 2 if forever else expected)


def a_loop_variable_outlives_its_loop():
    """Loop over lists, generators and pairs, leave by break, loop at module level and in functions."""

    def left(source, name="each"):
        names = {"Thing": _Thing, "Words": _Words}
        exec(source, names)
        return names.get(name)

    yield "a list", isinstance(left("for each in [Thing()]: pass"), _Thing)
    yield "a generator", isinstance(left("for each in (Thing() for _ in range(3)): pass"), _Thing)
    yield "pairs", isinstance(left("for key, each in {'a': Words()}.items(): pass"), _Words)
    yield "break", isinstance(left("for each in [Thing(), 1]: break"), _Thing)
    yield "an attribute in its place", isinstance(left("for Thing.each in [Words()]: pass", "Thing").each, _Words)
    yield "in a function", isinstance(left("def f():\n for a in [Thing()]: pass\n return a\neach = f()"), _Thing)
    yield "in a class", isinstance(left("class each:\n for a in [Thing()]: pass").a, _Thing)


def _paused(witnesses):
    thing = _Thing()
    witnesses.append(weakref.ref(thing))
    return sys._getframe()


def _exhausted(witnesses):
    generator = _yields(witnesses)
    frame = generator.gi_frame
    list(generator)
    return frame


def _failed(witnesses):
    try:
        _fails(witnesses)
    except LookupError as error:
        return error


_KEEPERS = {
    "a frame": _paused,
    "the frame of a generator": _exhausted,
    "an error": _failed,
    "a traceback alone": lambda witnesses: _failed(witnesses).__traceback__,
    "the frame in a traceback": lambda witnesses: _failed(witnesses).__traceback__.tb_next.tb_frame,
    "an error in another": lambda witnesses: ValueError(_failed(witnesses)),
}
_CLEARED_WHEN_CLOSED = sys.version_info[:3] == (3, 12, 4) or (3, 13) <= sys.version_info < (3, 13, 6)


def _closed_frame(witnesses):
    """Return the frame of a generator that has been closed."""
    generator = _yields(witnesses)
    next(generator)
    frame = generator.gi_frame
    generator.close()
    return frame


def a_frame_or_a_traceback_keeps_the_variables():
    """Keep frames of functions, of generators and of failed calls, tracebacks alone, and what was displayed."""
    with _no_collector():
        yield "what was displayed", not _after_displaying()
        for way, keep in _KEEPERS.items():
            kept = keep(witnesses := [])
            yield way, not _gone(witnesses[-1])
            del kept
            gc.collect()
            yield f"{way}, until it goes", _gone(witnesses[-1])
        kept = _closed_frame(witnesses)
        yield "the frame of a generator that is closed", _gone(witnesses[-1]) == _CLEARED_WHEN_CLOSED
        kept = _paused(witnesses), _failed(witnesses)
        kept[0].clear()
        traceback.clear_frames(kept[1].__traceback__)
        yield "frames that are cleared", _gone(witnesses[-1]) and _gone(witnesses[-2])


def _left_by_return(file):
    with file:
        return file


def _left_by_error(file):
    with contextlib.suppress(LookupError), file:
        raise LookupError
    return file


def _left_by_break(file):
    while True:
        with file:
            break
    return file


def _usable(connection):
    try:
        return connection.execute("SELECT 1").fetchone() == (1,)
    except sqlite3.ProgrammingError:
        return False


def _closing():
    with contextlib.closing(_ending(log := [])) as generator:
        next(generator)
    yield "a generator, by closing", log == ["finally"]
    if sqlite3:
        with sqlite3.connect(":memory:") as connection:
            pass
        yield "a connection is not closed", _usable(connection)
        with contextlib.closing(connection):
            pass
        yield "but by closing", not _usable(connection)


def _file_of_a_socket():
    with socket.socket() as connection:
        file = connection.makefile("rb")
    yield "a socket, while a file made from it is open", connection.fileno() != -1
    file.close()
    yield "then that is closed", connection.fileno() == -1


def with_closes_at_the_end_of_its_block():
    """Leave blocks by return, by an exception and by break, with files, sockets, generators and folders."""
    for way, left in ("return", _left_by_return), ("an exception", _left_by_error), ("break", _left_by_break):
        yield f"a file, {way}", left(io.FileIO(os.devnull)).closed
        yield f"a text in memory, {way}", left(io.StringIO()).closed
        if THREADS:
            yield f"a socket, {way}", left(socket.socket()).fileno() == -1
    yield from _file_of_a_socket() if THREADS else ()
    yield from _closing()
    with tempfile.TemporaryDirectory() as folder:
        note = pathlib.Path(folder) / "note.txt"
        with note.open("w") as file:
            file.write("text")
        yield "what was written is there", note.read_text() == "text"
    yield "a folder", not pathlib.Path(folder).exists()
