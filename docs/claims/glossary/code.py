"""Attacks on the glossary's claims about functions, frames, coroutines and threads."""

import asyncio
import contextvars
import ctypes
import os
import subprocess
import sys
import threading
import traceback
import types
from contextlib import suppress
from itertools import starmap
from operator import itemgetter


def an_async_generator_holds_its_variables():
    """Stop generators of that kind before the first step, after it, and at the end."""
    yield "what it gives", isinstance(_steps(1), types.AsyncGeneratorType)
    yield "not a coroutine", not isinstance(_steps(1), types.CoroutineType)
    yield from _keeps({"before the first step": _steps, "halfway": lambda thing: _stepped(thing, 1)})
    yield from _lets_go({"at the end": lambda thing: _stepped(thing, 2)})


def _stepped(thing, times):
    """Return one of these generators after some steps."""
    steps = _steps(thing)
    for _ in range(times):
        with suppress(StopIteration, StopAsyncIteration):
            steps.__anext__().send(None)
    return steps


def a_cell_is_where_a_shared_variable_lives():
    """Write from one side and read from the other, and look for cells of what is not shared."""
    shared, own = [1], [2]

    def read():
        return shared

    def write(value):
        nonlocal shared
        shared = value

    (cell,) = read.__closure__
    yield "one cell for both", cell is write.__closure__[0] and isinstance(cell, types.CellType)
    write("new")
    yield "written inside, seen outside", shared == cell.cell_contents == read() == "new"
    shared = "newer"
    yield "written outside, seen inside", cell.cell_contents == read() == "newer"
    yield "not shared", own and "own" not in read.__code__.co_freevars + write.__code__.co_freevars
    yield "shared by a generator expression", (shared for _ in "x").gi_code.co_freevars == ("shared",)


def a_closure_has_the_cells_that_it_uses():
    """Use one of two variables, one two functions further in, one by the text of an eval."""

    def two(used, unused):
        return (lambda: used), unused

    def deep(used):
        return lambda: lambda: used

    def hidden(used):
        return lambda: eval("used")

    yield from _keeps({"used": lambda thing: two(thing, None)[0], "used further in": deep})
    yield from _lets_go({"not used": lambda thing: two(None, thing)[0], "used by eval alone": hidden})
    function = two(1, 2)[0]
    yield (
        "names and cells",
        dict(zip(function.__code__.co_freevars, function.__closure__, strict=True)).keys() == {"used"},
    )
    yield "a module's names are in none", _keeps.__closure__ is None


def functions_share_their_code():
    """Make functions from one text in several ways, and look at the code of each."""

    def make(it):
        def inner(default=it):
            return it, default

        return inner

    one, two = make(1), make(2)
    yield "two closures", one.__code__ is two.__code__ and one() != two()
    yield "in the code around it", one.__code__ in make.__code__.co_consts
    yield "two methods", _Thing().method.__func__.__code__ is _Thing.method.__code__
    lambdas = [lambda each=number: each for number in range(3)]
    yield "lambdas of one line", len({id(each.__code__) for each in lambdas}) == 1
    copied = types.FunctionType(_leads.__code__, {})
    yield "a copy by hand", copied is not _leads and copied.__code__ is _leads.__code__
    names = {}
    exec(compile("def function(): return 1 + 2000\nfunction.__code__", "m", "exec"), names)
    code = names["function"].__code__
    yield "names and constants", 2001 in code.co_consts and code.co_name == "function" and code.co_code
    yield "it does not change", _refuses(lambda: setattr(code, "co_consts", ()))
    yield from _compiled_more_than_once()


def _compiled_more_than_once():
    text, names, again = "def function(): return 1 + 2000", {}, {}
    exec(text, names)
    exec(text, again)
    yield "compiled anew", again["function"].__code__ is not names["function"].__code__
    for way, body in (("in a finally", "def inner(): pass"), ("in a finally, with a NaN", "inner = lambda: 1e999 * 0")):
        inside = compile(f"try:\n pass\nfinally:\n {body}", "m", "exec")
        several = _PYPY or ("NaN" in way and sys.version_info >= (3, 14))  # which folds that
        yield way, [type(each) for each in inside.co_consts].count(types.CodeType) == 1 + several


_CONTEXTS = """
import contextvars, threading
variable = contextvars.ContextVar("variable", default="default")
variable.set("main")
def elsewhere():
    variable.set("thread")
    seen.append(variable.get())
seen = []
thread = threading.Thread(target=elsewhere)
thread.start()
thread.join()
print(seen == ["thread"] and variable.get() == "main")
copied = contextvars.copy_context()
copied.run(variable.set, "copy")
print(copied[variable] == "copy" and variable.get() == "main")
print(contextvars.Context().run(variable.get) == "default")
"""


def a_context_variable_has_a_value_in_each_context():
    """Set it in a thread, in two tasks that wait for each other, and in a copied and an empty context."""
    variable = contextvars.ContextVar("variable", default="default")

    async def task(name, first, second):
        variable.set(name)
        first.set()
        await second.wait()
        return variable.get()

    async def main():
        one, two = asyncio.Event(), asyncio.Event()
        return await asyncio.gather(task("one", one, two), task("two", two, one))

    yield from _program(_CONTEXTS, "a thread", "a copied context", "an empty context")
    if _PROCESSES:
        yield "two tasks", asyncio.run(main()) == ["one", "two"] and variable.get() == "default"
    yield "a copy", contextvars.copy_context().run(variable.set, "copy") and variable.get() == "default"


async def _waits(thing):
    await _pause()


async def _steps(thing):
    yield thing


def _sent(coroutine, times):
    """Return a coroutine after some steps."""
    for _ in range(times):
        try:
            coroutine.send(None)
        except StopIteration:
            break
    return coroutine


def a_waiting_coroutine_holds_its_variables():
    """Stop coroutines in several states, and drop the arguments."""
    yield "what it gives", isinstance(_sent(_waits(1), 2), types.CoroutineType)
    yield "with yield it gives another", isinstance(_steps(1), types.AsyncGeneratorType)

    async def outer(thing):
        await _waits(None)

    yield from _keeps({"waits": lambda thing: _sent(_waits(thing), 1), "waits inside": lambda it: _sent(outer(it), 1)})
    yield from _lets_go({"finished": lambda thing: _sent(_waits(thing), 2), "closed": _closed})


def _closed(thing):
    """Return a coroutine that was closed halfway."""
    coroutine = _sent(_waits(thing), 1)
    coroutine.close()
    return coroutine


def a_loop_runs_one_task_at_a_time():
    """Let three tasks work with and without waiting, and a callback between them."""
    log = []

    async def work(name, waits):
        for _ in range(2):
            log.append(name)
            if waits:
                await asyncio.sleep(0)
            log.append(name.upper())

    async def main():
        asyncio.get_running_loop().call_soon(log.append, "called")
        await asyncio.gather(work("a", False), work("b", True), work("c", True))
        return asyncio.get_running_loop().is_running()

    yield "it runs", asyncio.run(main())
    yield "one that does not wait is not interrupted", log[:5] == ["called", "a", "A", "a", "A"]
    yield "two that wait take turns", log[5:9] == ["b", "c", "B", "b"]
    yield "each ends", log[9:] == ["C", "c", "B", "C"]


def _frame_of(thing):
    return sys._getframe()


def _cleared(thing):
    """Return the frame of a call that has ended, without the variables of the call."""
    frame = _frame_of(thing)
    del thing
    frame.clear()
    return frame


def _failed(thing):
    try:
        raise ValueError
    except ValueError as error:
        return error.__traceback__.tb_frame


def who_holds_a_frame_holds_its_variables():
    """Keep frames of calls that have ended, and clear one; look at those of a module and a class."""
    yield from _keeps({"a frame": _frame_of, "a traceback's": _failed, "a caller's": lambda it: _frame_of(1)})
    yield from _keeps({"a generator's": lambda thing: _started(thing).gi_frame})
    yield from _lets_go({"cleared": _cleared})
    names = {"sys": sys}
    exec("frame = sys._getframe()\nclass A:\n inner = sys._getframe()", names)
    yield "a module's", names["frame"].f_locals is names
    yield "a class body's", names["A"].inner.f_code.co_name == "A" and names["A"].inner is not names["frame"]
    generator = _started(1)
    yield "a suspended generator's has no caller", generator.gi_frame.f_back is None
    yield "one that runs has", names["A"].inner.f_back is names["frame"] and names["frame"].f_back is not None
    yield "one that has ended has", _frame_of(1).f_back is names["frame"].f_back is sys._getframe()


def a_free_threaded_build_can_do_without_the_lock():
    """Look at the name, the configuration and the lock itself, and ask for the lock."""
    flagged = "t" in getattr(sys, "abiflags", "")
    yield "the name", flagged == _FREE_THREADED
    if not _PYPY:
        words = object.__basicsize__ // ctypes.sizeof(ctypes.c_void_p)
        yield "room for an owner in each object", (words > 2) == _FREE_THREADED
    enabled = getattr(sys, "_is_gil_enabled", lambda: True)()
    if os.environ.get("PYTHON_GIL") is None:
        yield "the lock", enabled != _FREE_THREADED
    ask = "import sys; print(getattr(sys, '_is_gil_enabled', lambda: True)())"
    if _FREE_THREADED:
        yield "with the lock", _after_process(ask, "-X", "gil=1") == ["True"]
        yield "without the lock", _after_process(ask, "-X", "gil=0") == ["False"]
    elif _PROCESSES and not _PYPY and sys.version_info >= (3, 13):
        asked = subprocess.run([sys.executable, "-X", "gil=0", "-c", ask], capture_output=True)
        yield "without the lock", asked.returncode != 0


def a_suspended_generator_holds_its_variables():
    """Stop generators in several states, and drop what they were given."""
    yield "what it gives", isinstance(_holds(1), types.GeneratorType)
    yield "an expression", isinstance((it for it in ()), types.GeneratorType)
    yield from _keeps({"before the first step": _holds, "halfway": _started, "an expression's": _expression})
    yield from _lets_go({"at the end": _ended, "closed": _closed_generator})


def _expression(thing):
    """Return a generator expression that has begun."""
    generator = (it for _ in range(2) for it in [thing])
    next(generator)
    return generator


def _ended(thing):
    generator = _started(thing)
    next(generator, None)
    return generator


def _closed_generator(thing):
    generator = _started(thing)
    generator.close()
    return generator


def one_thread_at_a_time_runs_python_code():
    """Read another thread's count many times in one call, and add references from two threads at once."""
    if _FREE_THREADED:
        yield "a build without it", os.environ.get("PYTHON_GIL") is not None or not sys._is_gil_enabled()
        return
    ticks, ended, begun, thing = [0], [], threading.Event(), _Thing()

    def count():
        while not ended:
            begun.set()
            ticks[0] += len([thing] * 3)

    before = _PYPY or sys.getrefcount(thing)
    thread = threading.Thread(target=count)
    thread.start()
    begun.wait()
    if not _PYPY:
        yield "many reads in one call", len(set(map(itemgetter(0), [ticks] * 50_000))) == 1
        yield "into a dictionary", len(dict.fromkeys(map(itemgetter(0), [ticks] * 50_000))) == 1
    yield "another call", len(set(starmap(ticks.__getitem__, [(0,)] * 50_000))) == 1
    ended.append(True)
    thread.join()
    yield "no reference was lost", _PYPY or sys.getrefcount(thing) == before


def a_task_runs_a_coroutine():
    """Look at the running task from several places, and at a coroutine that has none."""
    ran = []

    async def work():
        ran.append(asyncio.current_task())

    async def main():
        await work()
        made = asyncio.create_task(work())
        await made
        await asyncio.gather(work(), work())
        return asyncio.current_task(), made

    running, never = main(), work()
    mine, made = asyncio.run(running)
    never.close()
    yield "the program's own", mine.get_coro() is running
    yield "awaited it has none of its own", ran[0] is mine
    yield "made by create_task", ran[1] is made is not mine and isinstance(made, asyncio.Future)
    yield "made by gather", len(set(ran[2:])) == 2 and mine not in ran[2:]
    yield "without one nothing runs", len(ran) == 4


def _raises(thing, deeper=0):
    if deeper:
        _raises(thing, deeper - 1)
    raise ValueError


def _caught(thing, deeper=0):
    """Return an exception that passed through some calls."""
    try:
        _raises(thing, deeper)
    except ValueError as error:
        return error


def a_traceback_holds_the_frames_on_the_way():
    """Let an exception pass through one call and several, be raised again, and lose its traceback."""
    yield from _keeps({"one call": _caught, "ten calls": lambda thing: _caught(thing, 10)})
    yield from _keeps({"the traceback alone": lambda thing: _caught(thing).__traceback__})
    yield from _lets_go({"without it": lambda thing: _caught(thing).with_traceback(None)})
    frames = [frame.f_code for frame, _ in traceback.walk_tb(_caught(None, 3).__traceback__)]
    yield "who caught it, then the way", frames == [_caught.__code__, *[_raises.__code__] * 4]
    try:
        raise _caught(None)
    except ValueError as error:
        frames = [frame.f_code for frame, _ in traceback.walk_tb(error.__traceback__)]
        yield "raised again", frames[0] is sys._getframe().f_code and frames[1:] == [_caught.__code__, _raises.__code__]
        del error
