"""Attacks on the entries of reference/glossary."""

import asyncio
import contextvars
import ctypes
import datetime
import dis
import gc
import mmap
import os
import re
import subprocess
import sys
import sysconfig
import tempfile
import threading
import traceback
import types
import weakref
from contextlib import suppress
from functools import lru_cache, partial
from itertools import pairwise, starmap
from math import gcd
from operator import itemgetter

_PYPY = sys.implementation.name == "pypy"
_FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
_PROCESSES = sys.platform not in {"emscripten", "wasi"}
_MANY = 100_000 if _PROCESSES else 1_000  # a browser's stack is small


class _Thing:
    """An object whose end a weak reference witnesses."""

    def method(self):
        """Return the object."""
        return self

    @classmethod
    def of_class(cls):
        """Return the class."""
        return cls


class _Slotted:
    """The same, without a dictionary."""

    __slots__ = ("__weakref__", "other")

    def method(self):
        """Return the object."""
        return self


def _fates(holds, make=_Thing):
    """Return for each way to hold a thing whether it was there while held, and after."""
    things = [make() for _ in holds]
    witnesses = [weakref.ref(thing) for thing in things]
    holders = [hold(things.pop(0)) for hold in holds.values()]
    gc.collect()
    held = [witness() is not None for witness in witnesses]
    del holders
    gc.collect()
    left = [witness() is not None for witness in witnesses]
    return dict(zip(holds, zip(held, left, strict=True), strict=True))


def _keeps(holds, make=_Thing):
    """Yield each way with whether the thing was kept by what held it, and by nothing else."""
    for way, fate in _fates(holds, make).items():
        yield way, fate == (True, False)


def _lets_go(holds, make=_Thing):
    """Yield each way with whether the thing was not kept."""
    for way, fate in _fates(holds, make).items():
        yield way, fate == (False, False)


def _after_process(program, *arguments):
    """Return the words that a program prints in a process of its own, where threads and settings disturb nobody."""
    command = [sys.executable, *arguments, "-c", program]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    return ended.stdout.split()


def _program(program, *ways):
    """Yield the ways that a program tries; it prints True or False for each."""
    if _PROCESSES:
        yield from zip(ways, (word == "True" for word in _after_process(program)), strict=True)


def _refuses(call):
    """Return whether a call raises what Python raises for a wrong type or attribute."""
    try:
        call()
    except (AttributeError, TypeError):
        return True
    return False


def _allocator(what):
    """Return a number from what CPython's allocator writes to standard error."""
    with tempfile.TemporaryFile("w+") as file:
        sys.stderr.flush()
        kept = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            sys._debugmallocstats()
        finally:
            os.dup2(kept, 2)
            os.close(kept)
        file.seek(0)
        found = re.search(rf"{what}\s*=\s*([\d,]+)", file.read())
        return int(found[1].replace(",", "")) if found else None


def id_tells_where_an_object_begins():
    """Go back from the number to the object, and look for one number twice."""
    things = {"an instance": _Thing(), "an int": 10**30, "a list": [], "a function": _fates, "a class": _Thing}
    ids = {way: id(thing) for way, thing in things.items()}
    gc.collect()
    for way, thing in things.items():
        yield f"{way}: the same after a collection", id(thing) == ids[way]
        if not _PYPY:
            yield f"{way}: there it is", ctypes.cast(id(thing), ctypes.py_object).value is thing
    if not _PYPY:
        yield "another in its place", len({id(object()) for _ in range(10_000)}) < 10_000


def an_arena_is_given_back_when_empty():
    """Fill ten megabytes in several ways, and empty them again, all or nearly all."""
    arenas = partial(_allocator, "arenas allocated current")
    if _FREE_THREADED:
        yield "another allocator has none", arenas() is None
        return
    large = 10**1000
    makes = {"bytes": lambda: bytes(450), "ints": lambda: large + 1, "tuples": lambda: tuple([0] * 50)}
    for way, make in makes.items():
        before = arenas()
        things = [[make() for _ in range(100)] for _ in range(200)]
        grown = arenas() - before
        del things
        yield way, grown > 4 and arenas() - before < grown / 2
    before = arenas()
    things = [bytes(450) for _ in range(20_000)]
    grown = arenas() - before
    things = things[::100]
    yield "some left in each", arenas() - before > grown - 2


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


_COUNTS = """
import ctypes, threading
class Thing:
    pass
def counts(thing):
    local = ctypes.c_uint32.from_address(id(thing) + 12).value
    return local, ctypes.c_ssize_t.from_address(id(thing) + 16).value >> 2
def elsewhere(times, more, box):
    for _ in range(times):
        thread = threading.Thread(target=lambda: more.extend(box * 3))
        thread.start()
        thread.join()
for make in (Thing, list, dict, lambda: type("Class", (), {}) and str(10**9)):
    box, kept, more = [make()], [], []
    mine, theirs = counts(box[0])
    kept.extend(box * 5)
    print(counts(box[0]) == (mine + 5, theirs))
    elsewhere(1, more, box)
    print(counts(box[0]) == (mine + 5, theirs + 3))
    elsewhere(2, more, box)
    print(counts(box[0]) == (mine + 5, theirs + 9))
"""


_ONE_COUNT = """
import sys, threading
class Thing:
    pass
for thing in (Thing(), [], str(10**9)):
    more, before = [], sys.getrefcount(thing)
    for _ in range(2):
        thread = threading.Thread(target=more.extend, args=([thing] * 3,))
        thread.start()
        thread.join()
    del thread
    print(sys.getrefcount(thing) == before + 6)
"""


def the_owner_counts_apart():
    """Let the owner, another thread and a third add references to objects of several types."""
    if _FREE_THREADED:
        who = ("its owner", "another thread", "two other threads")
        types_ = ("an instance", "a list", "a dictionary", "a string")
        yield from _program(_COUNTS, *(f"{what}: {whose}" for what in types_ for whose in who))
    elif _PYPY:
        yield "no counts", not hasattr(sys, "getrefcount")
    else:
        yield "one count and a type", object.__basicsize__ == 2 * ctypes.sizeof(ctypes.c_void_p)
        yield from _program(_ONE_COUNT, "an instance: one count", "a list: one count", "a string: one count")


def borrowing_counts_nothing():
    """Borrow by functions of the C API, as an address, and let go of what was borrowed."""
    if _PYPY:
        yield "no counts", not hasattr(sys, "getrefcount")
        return
    api, thing = ctypes.pythonapi, _Thing()
    held = {"PyList_GetItem": [thing], "PyTuple_GetItem": (thing,), "PyDict_GetItem": {0: thing}}
    before = sys.getrefcount(thing)
    for name, holder in held.items():
        borrow = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_ssize_t)((name, api))
        if name == "PyDict_GetItem":
            borrow = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.py_object)((name, api))
        yield name, borrow(holder, 0) == id(thing) and sys.getrefcount(thing) == before
    own = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_ssize_t)(("PySequence_GetItem", api))
    yield "one that is not borrowed", own(held["PyList_GetItem"], 0) and sys.getrefcount(thing) == before + 1
    api.Py_DecRef(ctypes.py_object(thing))
    witness, items = weakref.ref(thing), [thing]
    borrow = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_ssize_t)(("PyList_GetItem", api))
    address = borrow(items, 0)
    del thing, held, holder
    items.clear()
    yield "nobody outlives the use", address and witness() is None


def a_bound_method_holds_both():
    """Bind functions of several classes, and take the name or the class's entry away."""
    yield from _keeps({"an instance": lambda thing: thing.method, "a subclass": lambda thing: thing.of_subclass}, _Sub)
    yield from _keeps({"slots": lambda thing: thing.method}, _Slotted)
    yield from _keeps({"bound by hand": lambda thing: types.MethodType(print, thing)})
    bound = _Thing().method
    yield "the function", bound.__func__ is vars(_Thing)["method"] and bound.__self__ is bound()
    yield "a class method", _Thing().of_class.__self__ is _Thing
    local = type("Local", (), {"method": lambda self: self})
    bound = local().method
    del local.method
    yield "no longer in its class", isinstance(bound(), local)


class _Sub(_Thing):
    def of_subclass(self):
        """Return the object."""
        return self


def dis_lists_every_step():
    """Take apart several kinds of program, and compare with the bytes of their code objects."""
    programs = {
        "a function": _keeps.__code__,
        "a lambda": (lambda: _PYPY).__code__,
        "a module": compile("import sys\nx = [i for i in range(3)]", "m", "exec"),
        "a class body": next(c for c in compile("class A:\n x = 1", "m", "exec").co_consts if hasattr(c, "co_code")),
        "an expression": compile("1 + f(x)", "e", "eval"),
    }
    for way, code in programs.items():
        steps = list(dis.get_instructions(code))
        offsets = [step.offset for step in steps]
        codes = [code.co_code[offset] for offset in offsets]
        yield way, offsets == sorted(set(offsets)) and codes == [dis.opmap[step.opname] for step in steps]
    yield "a function written in C has none", _PYPY or _refuses(lambda: dis.get_instructions(len))


def who_keeps_a_callback_keeps_what_it_holds():
    """Hand callables of several kinds to keepers of several kinds."""
    yield from _keeps({
        "a closure": lambda thing: [lambda: thing],
        "a bound method": lambda thing: {"done": thing.method},
        "a partial": lambda thing: (partial(print, thing),),
        "a default": lambda thing: types.SimpleNamespace(call=lambda it=thing: it),
        "an object's own __call__": lambda thing: [thing],
    })  # fmt: skip
    yield from _lets_go({"one that holds it weakly": lambda thing: [weakref.WeakMethod(thing.method)]})
    thing = _Thing()
    witness, name = weakref.ref(thing), weakref.finalize(_Slotted, thing.method)
    del thing
    gc.collect()
    yield "weakref.finalize", witness() is not None
    name.detach()


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


def _events(hook, act):
    """Return how often PyPy calls one of its hooks while something is done."""
    seen = []
    setattr(gc.hooks, hook, seen.append)
    act()
    gc.hooks.reset()
    return len(seen)


def a_collection_is_one_run():
    """Ask for collections, also from inside one, and let others start by themselves."""
    if _PYPY:
        yield "one that was asked for", _events("on_gc_collect", gc.collect) == 1
        return
    phases, thresholds, note = [], gc.get_threshold(), lambda phase, _: phases.append(phase)
    gc.callbacks.append(note)
    for generation in range(3):
        phases.clear()
        gc.collect(generation)
        yield f"generation {generation}", phases == ["start", "stop"]
    phases.clear()
    _Loud(gc.collect).me()
    gc.collect()
    yield "asked for by a finalizer during one", phases == ["start", "stop"]
    phases.clear()
    gc.set_threshold(50)
    yield "by itself", [[] for _ in range(20_000)] and phases == ["start", "stop"] * (len(phases) // 2) and phases
    gc.set_threshold(*thresholds)
    gc.callbacks.remove(note)


class _Loud:
    """An object whose finalizer calls what it was given."""

    def __init__(self, call):
        self.call = call

    def me(self):
        """Make a circle."""
        self.myself = self
        return self

    def __del__(self):
        self.call()


def _circles():
    """Return weak references to circles of several types that nothing else leads to."""

    def again():
        return again

    def steps(box):
        yield box

    class Local:
        pass

    thing, one, two, listed, keyed, box = _Thing(), _Thing(), _Thing(), _Thing(), _Thing(), [_Thing()]
    thing.me, one.other, two.other = thing, two, one
    items, table = [listed], {"thing": keyed}
    items.append(items)
    table["me"] = table
    witness = weakref.ref(box[0])
    box.append(steps(box))
    next(box[1])
    found = {"one object": thing, "a pair": one, "a list": listed, "a dictionary": keyed, "a function": again}
    return {way: weakref.ref(it) for way, it in (found | {"a class": Local}).items()} | {"a generator": witness}


def the_collector_frees_circles_that_counting_cannot():
    """Lose circles of several types with the collector off, then run it."""
    gc.collect()
    gc.disable()
    witnesses = _circles()
    for way, witness in witnesses.items():
        yield f"{way}: before", _PYPY or witness() is not None
    gc.enable()
    held = _Thing()
    held.me = held
    witness = weakref.ref(held)
    gc.collect()
    for way, lost in witnesses.items():
        yield f"{way}: after", lost() is None
    yield "a circle in use", witness() is held


def the_code_holds_its_constants():
    """Compile constants of several types, some of which the compiler makes itself, and look for them."""
    texts = {"a number": "123456", "a string": "'two words'", "bytes": "b'two words'", "a float": "2.5"}
    texts |= {"a tuple": "(1, 'two')", "computed before": "60 * 60"}
    for way, text in texts.items():
        yield way, eval(text) in compile(text, "text", "eval").co_consts
    yield "a set to look in", frozenset({1000, 2000}) in compile("x in {1000, 2000}", "text", "eval").co_consts

    def function():
        return "some words", lambda: "more words"

    yield "in a function", "some words" in str(function.__code__.co_consts)
    yield "in a function inside", "more words" in function()[1].__code__.co_consts
    yield "small, and returned at once", 7 in (lambda: 7).__code__.co_consts
    for value in (0, 255, 256, None):
        code = compile(f"x, 1000, {value}", "text", "eval")
        since = (3, 15) if value is None else (3, 14) if value < 256 else (4,)
        loaded = value in [step.argval for step in dis.get_instructions(code)]
        yield str(value), (value in code.co_consts) == (sys.version_info < since) and loaded


def a_container_holds_references():
    """Put a thing into objects of several types, and look for references in others."""
    yield from _keeps({
        "a tuple": lambda thing: (thing,),
        "a set": lambda thing: {thing},
        "a dictionary": lambda thing: {"thing": thing},
        "an instance": lambda thing: _with(_Thing(), thing),
        "an instance without a dictionary": lambda thing: _with(_Slotted(), thing),
    })  # fmt: skip
    for way, value in {"a string": "a b", "bytes": b"a b", "a float": 2.5, "an int": 10**9}.items():
        yield f"{way} is none", not gc.get_referents(value)


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


@types.coroutine
def _pause():
    yield


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


def counting_never_frees_cyclic_garbage():
    """Lose circles, and what hangs from one or hangs on one, with the collector off."""
    gc.collect()
    gc.disable()
    ring = [_Thing() for _ in range(1000)]
    for index, thing in enumerate(ring):
        thing.other = ring[index - 1]
    ring[0].tail, leads_in = _Thing(), _Thing()
    leads_in.other = ring[0]
    tail, witness, before = (weakref.ref(it) for it in (ring[0].tail, ring[500], leads_in))
    del ring, thing, leads_in
    yield "a ring of a thousand", _PYPY or witness() is not None
    yield "what only the ring holds", _PYPY or tail() is not None
    yield "what only leads to it", _PYPY or before() is None
    gc.enable()
    gc.collect()
    yield "a collection frees the ring", witness() is None
    yield "and what it holds", tail() is None


_DEFERRED = """
import gc, sys, threading, types, weakref
gc.collect()
gc.disable()
def function():
    pass
module = types.ModuleType("module")
class Thing:
    pass
instance = Thing()
class Class:
    def method(self):
        pass
def make():
    def nested():
        pass
    return nested
nested, method = make(), Class.method
del Class.method
def ends(name):
    witness = weakref.ref(globals().pop(name))
    before = witness() is None
    gc.collect()
    return before, witness() is None
for name in ("function", "module", "instance", "Class", "method", "nested"):
    print(ends(name))
thread = threading.Thread(target=print, args=("",))
thread.start()
thread.join()
def function():
    pass
print(ends("function"))
"""


def the_collector_frees_deferred_objects():
    """Lose a function, a module, a class and an instance; lose a function again after a thread was there."""
    if not _PROCESSES:
        return
    words = "".join(_after_process(_DEFERRED)).replace(")(", ") (").split()
    fates = [tuple(word == "True" for word in re.findall(r"True|False", each)) for each in words]
    late = (not _FREE_THREADED and not _PYPY, True)
    yield "a function", fates[0] == late
    yield "a module", fates[1] == late
    yield "an instance", fates[2] == (not _PYPY, True)
    yield "a class", fates[3] == (False, True)
    yield "a method", fates[4] == late
    yield "a nested function", fates[5] == (not _PYPY, True)
    yield "a function after a thread", fates[6] == ((False, False) if _FREE_THREADED else late)


class _Asked:
    """Decide what reading and writing an attribute does."""

    def __get__(self, instance, owner=None):
        return "decided"

    def __set__(self, instance, value):
        instance.log = value


def a_descriptor_decides_in_a_class():
    """Give descriptors of several types to a class, and one to an instance."""

    class Owner:
        asked, function, made = _Asked(), lambda self: "called", property(lambda self: "a property")

    owner = Owner()
    owner.asked = "written"
    yield "reads", owner.asked == Owner.asked == "decided"
    yield "writes", owner.log == "written" and "asked" not in vars(owner)
    yield "a function", owner.function() == "called" and hasattr(Owner.function, "__get__")
    yield "a property", owner.made == "a property"
    yield "a slot", hasattr(vars(_Slotted)["other"], "__set__")
    owner.mine = _Asked()
    yield "in an instance it decides nothing", isinstance(owner.mine, _Asked)


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


def python_has_no_ephemerons():
    """Lead from the value of a weak-keyed dictionary back to its key in several ways, and in none."""
    table = weakref.WeakKeyDictionary
    yield from _keeps({
        "the value is the key": lambda thing: table({thing: thing}),
        "the value holds it": lambda thing: table({thing: [thing]}),
        "a bound method": lambda thing: table({thing: thing.method}),
        "a closure far away": lambda thing: table({thing: [[[lambda: thing]]]}),
    })  # fmt: skip
    yield from _lets_go({
        "it does not lead back": lambda thing: table({thing: "a value"}),
        "only weakly": lambda thing: table({thing: weakref.ref(thing)}),
    })  # fmt: skip


_AT_EXIT = """
import weakref
class Thing:
    pass
weakref.finalize(kept := Thing(), print, "True")
"""


def a_finalizer_runs_at_the_end_of_its_object():
    """End objects of several kinds, and count the calls."""
    calls = []
    _Loud(lambda: calls.append("alone"))
    _Loud(lambda: calls.append("circle")).me()
    type("Heir", (_Loud,), {})(lambda: calls.append("inherited"))
    weakref.finalize(_Thing(), calls.append, "finalize")
    next(_left_halfway(calls))
    thing = _Thing()
    thing.__del__ = lambda: calls.append("of an instance")
    del thing
    kept = _Loud(lambda: calls.append("too early"))
    gc.collect()
    for way in ("alone", "circle", "inherited", "finalize", "finally"):
        yield way, calls.count(way) == 1
    yield "an attribute of the instance", "of an instance" not in calls
    yield "still in use", "too early" not in calls
    kept.call = calls.clear
    yield from _program(_AT_EXIT, "finalize at exit")


def _left_halfway(calls):
    """Stop before the end."""
    try:
        yield
    finally:
        calls.append("finally")


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


def _started(thing):
    generator = _holds(thing)
    next(generator)
    return generator


def _holds(thing):
    """Hold what it was given."""
    yield


def a_free_list_is_for_the_same_type():
    """End an object, ask for blocks of all small sizes, then for another object of its type."""
    makes = {"lists": lambda: [], "dictionaries": lambda: {}, "floats": lambda: float("2.5")}
    makes["tuples"] = lambda: tuple("abc")
    others = [None] * 600
    for way, make in makes.items():
        gc.collect()
        first = make()
        place = id(first)
        first = None
        for size in range(len(others)):
            others[size] = bytes(size)
        yield f"{way}: for no other", place not in map(id, others)
        yield f"{way}: for the next", id(make()) == place


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


_FROZEN = """
import gc, weakref
class Thing:
    def __del__(self):
        pass
def circle():
    thing = Thing()
    thing.me = thing
    return thing
def listed(thing):
    return any(each is thing for each in gc.get_objects())
held = Thing()
holder = [held]
thing, lost, alone, lost_before = circle(), circle(), Thing(), circle()
witnesses = [weakref.ref(lost), weakref.ref(alone), weakref.ref(lost_before)]
del lost_before
gc.freeze()
del lost
print(not listed(thing))
later = circle()
print(listed(later))
gc.collect()
print(witnesses[0]() is not None)
print(witnesses[2]() is not None)
del alone
print(witnesses[1]() is None)
print(gc.is_tracked(thing))
print(not any(each is holder for each in gc.get_referrers(held)))
gc.unfreeze()
print(listed(thing))
gc.collect()
print(witnesses[0]() is None and witnesses[2]() is None)
"""


def the_collector_does_not_see_what_is_frozen():
    """Freeze circles and single objects, lose them before and after, and thaw them."""
    if _PYPY:
        yield "nothing can be", not hasattr(gc, "freeze")
        return
    ways = ("is not found", "made later", "a circle lost later", "a circle lost before", "alone", "still tracked")
    yield from _program(_FROZEN, *ways, "no referrer", "found again", "collected again")


def _generations(thing):
    """Return in which of the collector's groups an object is."""
    return {number for number in range(3) if any(each is thing for each in gc.get_objects(number))}


def young_objects_are_examined_more_often():
    """Follow an object through the groups, and count the collections of each."""
    if _PYPY:
        try:
            gc.get_objects(0)
        except (TypeError, NotImplementedError):
            yield "no group can be asked for", True
        return
    gc.collect()
    gc.disable()
    thing = [_Thing()]
    young = _generations(thing)
    gc.collect(0)
    older = _generations(thing)
    gc.enable()
    yield "made now", 0 in young
    yield "after a collection of the youngest", older == {0, 1, 2} if _FREE_THREADED else older in ({1}, {2})
    gc.collect()
    yield "after a full one", _generations(thing) == ({0, 1, 2} if _FREE_THREADED else {2})
    before = [each["collections"] for each in gc.get_stats()]
    kept = [[] for _ in range(100_000)]
    runs = [each["collections"] - was for each, was in zip(gc.get_stats(), before, strict=True)]
    yield "a hundred thousand lists", len(kept) and (_FREE_THREADED or max(runs[:2]) > runs[2])


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


def is_and_id_tell_the_same():
    """Compare equal objects of several types, one object under two names, and one before and after a change."""
    one, nan = [1], float("nan")
    pairs = {
        "equal lists": (one, [1]),
        "a copy": (one, one[:]),
        "equal but of two types": (True, 1),
        "a NaN": (nan, nan),
    }
    pairs |= {"equal ints": (int("1" * 30), int("1" * 30)), "instances": (_Thing(), _Thing()), "two names": (one, one)}
    for way, (this, that) in pairs.items():
        yield way, (this is that) == (id(this) == id(that))
    many = [_Thing() for _ in range(10_000)]
    yield "many that live", len({id(thing) for thing in many}) == len(many)
    before, same = id(one), one
    one.append(2)
    one += [3]
    yield "changed", id(one) == before and one is same
    yield "not equal to itself", nan is nan and nan != nan


def an_immortal_count_means_nothing():
    """Add a thousand references to things of several types, and take away some that never were."""
    if _PYPY:
        yield "no counts", not hasattr(sys, "getrefcount")
        return
    things = {"None": None, "a small int": 7, "a built-in class": int, "the empty tuple": (), "a letter": "a"}
    for way, thing in things.items():
        before = sys.getrefcount(thing)
        more = [thing] * 1000
        yield way, sys.getrefcount(thing) == before
        del more
    before = sys.getrefcount(None)
    for _ in range(100 if sys.version_info >= (3, 12) else 0):
        ctypes.pythonapi.Py_DecRef(ctypes.py_object(None))
    yield "references that never were", sys.getrefcount(None) == before
    before = sys.getrefcount(things)
    more = [things] * 1000
    yield "another is counted", sys.getrefcount(more[0]) >= before + 1000


def interned_strings_that_are_equal_are_one():
    """Make equal strings at run time, intern some, and look at the names of a program."""

    def built():
        return "".join(["spam", "-", "eggs"])

    one, two = built(), built()
    yield "not interned", one is not two
    yield "interned", sys.intern(one) is sys.intern(two)
    yield "again", sys.intern(built()) is sys.intern(one)
    yield "a name of the program", sys.intern("".join(["_Th", "ing"])) is sys.intern(_Thing.__name__)
    if not _PYPY:
        thing = _with(_Thing(), None)
        yield "an attribute's name", next(iter(vars(thing))) is sys.intern("".join(["oth", "er"]))
    yield "not of a subclass", _refuses(lambda: sys.intern(type("Text", (str,), {})("text")))


def no_collector_frees_a_leak():
    """Hold what is not used again in several ways, and lose a circle, which is not a leak."""

    def cached(thing):
        cache = lru_cache(lambda it: None)
        cache(thing)
        return cache

    yield from _keeps({
        "a list": lambda thing: [thing],
        "a class": lambda thing: type("Holder", (), {"last": thing}),
        "a cache": cached,
        "a module": lambda thing: _with(types.ModuleType("module"), thing),
        "a circle in use": lambda thing: setattr(thing, "me", thing) or thing,
    })  # fmt: skip
    witness = _circles()["a pair"]
    gc.collect()
    yield "a lost circle is none", witness() is None
    for way, kind in ("a time", datetime.time), ("a tracked kind of time", type("Time", (datetime.time,), {})):
        yield f"a circle over {way}", _circle_stays(lambda zone, kind=kind: kind(1, tzinfo=zone)) != _PYPY


def _circle_stays(leads_to):
    """Return whether a circle over another object outlives a collection, and break it."""
    zone = type("Zone", (datetime.tzinfo,), {})()
    zone.other, witness = leads_to(zone), weakref.ref(zone)
    del zone
    gc.collect()
    stays = witness() is not None
    if stays:
        del witness().other
    return stays


def mimalloc_serves_the_free_threaded_build():
    """Ask for other allocators by name, and for what the allocator says of itself."""
    ask = "import sys; sys._debugmallocstats()"
    told = {}
    for name in ("pymalloc", "mimalloc", "malloc", ""):
        environment = os.environ | {"PYTHONMALLOC": name}
        asked = subprocess.run([sys.executable, "-c", ask], env=environment, capture_output=True, text=True)
        told[name] = asked.stderr if not asked.returncode else "refused"
    yield "pymalloc", (told["pymalloc"] == "refused") == _FREE_THREADED
    yield "mimalloc", (told["mimalloc"] != "refused") == (sys.version_info >= (3, 13))
    yield "what it is by itself", ("arenas allocated total" in told[""]) != _FREE_THREADED
    yield "C's malloc", (told["malloc"] == "refused") == _FREE_THREADED


def each_form_binds_a_name():
    """Bind one name in every form, and see that it leads to the object itself."""
    forms = {
        "=": "name = it",
        ":=": "(name := it)",
        "import": "import sys as name; it = sys",
        "for": "for name in [it]: pass",
        "with": "import contextlib\nwith contextlib.nullcontext(it) as name: pass",
        "match": "match it:\n case name: pass",
        "except": "try: raise it\nexcept KeyError as caught: name = caught",
        "def": "def it(): pass\nname = it",
        "class": "class name: pass\nit = name",
        "+=": "name, it = 1, type('Added', (), {'__radd__': lambda self, other: self})()\nname += it",
        "a parameter": "def parameter(name): return name\nname = parameter(it)",
    }
    for way, form in forms.items():
        names = {"it": KeyError(), "sys": sys}
        exec(form, names)
        yield way, names["name"] is names["it"]
    names = {}
    exec("def name(): pass\nclass other: pass", names)
    yield "both have the name", (names["name"].__name__, names["other"].__name__) == ("name", "other")
    if sys.version_info >= (3, 12):
        exec("type name = int", names)
        yield "type", names["name"].__value__ is int


def a_namespace_keeps_names():
    """Find names of a module, a class and a call, and add some by way of the namespace."""
    module = types.ModuleType("module")
    vars(module)["added"] = thing = _Thing()
    yield "a module's", module.added is thing and vars(sys)["path"] is sys.path
    local = type("Local", (), {"entry": thing})
    yield "a class's", vars(local)["entry"] is local.entry and "entry" not in vars(local())
    local.later = thing
    yield "a class's later entry", vars(local)["later"] is thing

    def call(parameter):
        variable = parameter
        return locals(), variable

    names, it = call(thing)
    yield "a call's", names == {"parameter": thing, "variable": it}
    yield "each call has its own", call(1)[0] != call(2)[0]
    yield "this module's", globals()["_Thing"] is _Thing


def blocks_of_a_pool_have_one_size():
    """Ask for blocks of several sizes, and look which lie in one piece of sixteen kilobytes."""
    bits = 14 if sys.maxsize > 2**32 else 12
    kept = {size: [bytes(size) for _ in range(500)] for size in (10, 100, 200, 300, 450)}
    pools = {size: {id(block) >> bits for block in blocks} for size, blocks in kept.items()}
    for size, blocks in kept.items():
        others = set().union(*(pools[other] for other in pools if other != size))
        yield f"{size} bytes and other sizes", not pools[size] & others
        first = min(pools[size], key=lambda pool: -sum(id(block) >> bits == pool for block in blocks))
        places = sorted(id(block) for block in blocks if id(block) >> bits == first)
        yield f"{size} bytes", gcd(*(right - left for left, right in pairwise(places))) > size


def _far(thing):
    for _ in range(_MANY):
        thing = [thing]
    return thing


def a_proxy_stands_for_its_object():
    """Use objects through proxies, and use these once the objects are gone."""
    yield from _lets_go({"a proxy": weakref.proxy, "a list of it": lambda thing: [weakref.proxy(thing)]})
    thing = _with(_Thing(), 7)
    proxy = weakref.proxy(thing)
    yield "reading and writing", proxy.other == 7 and _with(proxy, 8) is proxy and thing.other == 8
    yield "calling", proxy.method() is thing and type(proxy) is weakref.ProxyType
    function = weakref.proxy(_far)
    yield "a function", type(function) is weakref.CallableProxyType
    del thing
    gc.collect()
    for way, use in {"reading": lambda: proxy.other, "calling": lambda: proxy.method()}.items():
        try:
            use()
        except ReferenceError:
            yield f"{way} too late", True
        else:
            yield f"{way} too late", False
    yield "the proxy itself", type(proxy) is weakref.ProxyType and proxy is proxy and "0x" in repr(proxy)


def what_is_reachable_stays():
    """Lead to things from several places, over many links, and from nowhere."""
    yield from _keeps({
        "over many links": _far,
        "a waiting generator": _started,
        "a class": lambda thing: type("Holder", (), {"last": thing}),
        "a lost name, another way": lambda thing: {"one": [thing], "two": (thing,)},
    })  # fmt: skip
    yield from _lets_go({"weakly": weakref.ref, "by a number": id})
    sys.modules["a_module_of_the_glossary"] = module = types.ModuleType("a_module_of_the_glossary")
    module.thing = _Thing()
    witness = weakref.ref(module.thing)
    del module
    gc.collect()
    yield "a module that is imported", witness() is not None
    del sys.modules["a_module_of_the_glossary"]
    gc.collect()
    yield "a module that nobody has", witness() is None


def references_lead_from_names_slots_and_attributes():
    """Keep a thing by one reference from each kind of place, and count it."""
    yield from _keeps({
        "a list": lambda thing: [thing],
        "an attribute": lambda thing: types.SimpleNamespace(thing=thing),
        "a key": lambda thing: {thing: 1},
        "a set": lambda thing: {thing},
        "a name of a call": _started,
    })  # fmt: skip
    yield from _keeps({"a slot": lambda thing: _with(_Slotted(), thing)})
    if not _PYPY:
        thing = _Thing()
        before = sys.getrefcount(thing)
        held = [thing, (thing,), {1: thing}, weakref.ref(thing)]
        yield "three, and one that is weak", sys.getrefcount(thing) == before + 3 and held


def _with(holder, thing):
    holder.other = thing
    return holder


_LATER = """
import threading, weakref
class Thing:
    pass
def make():
    box.append(Thing())
    made.set()
    dropped.wait()
box, made, dropped = [], threading.Event(), threading.Event()
thread = threading.Thread(target=make)
thread.start()
made.wait()
witness = weakref.ref(box[0])
box.clear()
print(witness() is None)
dropped.set()
thread.join()
print(witness() is None)
"""


class _Chained(_Thing):
    child, waited, left = None, 0, 0

    def __del__(self):
        _Chained.left -= 1
        if self.child is not None:
            witness = weakref.ref(self.child)
            self.child = None
            _Chained.waited += witness() is not None


def _waited_in_a_chain(length):
    """Return how many were there still when the one before them had let them go."""
    first, _Chained.waited, _Chained.left = None, 0, length
    for _ in range(length):
        link = _Chained()
        link.child, first = first, link
    del link, first
    return _Chained.waited


_DEEP = """
import threading, weakref
class Thing:
    pass
class Letting:
    link = None
    def __del__(self):
        box = [Thing()]
        witness, outer = weakref.ref(box[0]), [box]
        del box, outer
        freed.append(witness() is None)
def nest():
    link = None
    for _ in range(200_000):
        above = Letting()
        above.link, link = link, above
freed, _ = [], threading.stack_size(8 << 20)
thread = threading.Thread(target=nest)
thread.start()
thread.join()
print(len(freed) == 200_000 and not all(freed))
"""


def at_zero_an_object_is_freed():
    """Add and take references to objects of several types, one and many; drop another thread's object."""
    if _PYPY:
        yield "no counts", not hasattr(sys, "getrefcount")
        return
    things = {"an instance": _Thing(), "a list": [], "an int": int("1" * 30), "a generator": _holds(1)}
    for way, thing in things.items():
        for many in (1, 100_000):
            before = sys.getrefcount(thing)
            more = [thing] * many
            yield f"{way}, {many} more", sys.getrefcount(thing) - before == len(more)
            del more
    gc.disable()
    witnesses = [weakref.ref(make()) for make in (_Thing, _Slotted, set, lambda: _holds(1))]
    yield "at zero", not any(witness() for witness in witnesses)
    waited = _waited_in_a_chain(100)
    yield "a hundred deep", (waited > 0) == (sys.version_info < (3, 13)) and _Chained.left == 0
    gc.enable()
    yield from _program(_DEEP, "very deep")
    if _PROCESSES:
        at_once, in_the_end = _after_process(_LATER)
        yield "another thread's", at_once == str(not _FREE_THREADED) and in_the_end == "True"


def a_cycle_may_be_one_object():
    """Make circles of one, two and a hundred thousand objects, and shapes that only look like one."""
    gc.collect()
    gc.disable()
    alone, one, two, ring = _Thing(), _Thing(), _Thing(), [_Slotted() for _ in range(_MANY)]
    alone.other, one.other, two.other = alone, two, one
    for index, link in enumerate(ring):
        link.other = ring[index - 1]
    top, bottom, child, parent = _Thing(), _Thing(), _Thing(), _Thing()
    top.left, top.right, parent.child, child.parent = [bottom], [bottom], child, weakref.ref(parent)
    circles = [weakref.ref(it) for it in (alone, one, ring[0])]
    others = [weakref.ref(it) for it in (top, bottom, parent, child)]
    del alone, one, two, ring, link, top, bottom, child, parent
    before = [witness() is not None for witness in circles + others]
    gc.enable()
    gc.collect()
    after = [witness() is None for witness in circles + others]
    ways = ("one", "two", "very many", "two ways to one", "the end of both", "weakly up", "strongly down")
    for way, was, gone in zip(ways, before, after, strict=True):
        yield way, (_PYPY or was == (way in ways[:3])) and gone


def _leads(start, goal, steps):
    """Return whether referents of an object, and theirs, come to another in so many steps at most."""
    seen = [start]
    for _ in range(steps):
        seen = gc.get_referents(*seen)
        if any(it is goal for it in seen):
            return True
    return False


def a_referent_is_what_an_object_refers_to():
    """Look for a thing among the referents of objects of several types."""
    thing = _Thing()
    yield "a list", _leads([thing], thing, 1)
    yield "a value and a key", _leads({1: thing}, thing, 1) and _leads({thing: 1}, thing, 1)
    yield "an attribute", _leads(types.SimpleNamespace(thing=thing), thing, 2)
    yield "a bound method", _leads(thing.method, thing, 1)
    yield "a slot", _leads(_with(_Slotted(), thing), thing, 1)
    yield "a closure", _leads(lambda: thing, thing, 3)
    yield "not of a weak reference", not _leads(weakref.ref(thing), thing, 3)
    yield "not farther", not _leads([[[thing]]], thing, 1)
    if not _PYPY:
        zone = datetime.timezone(datetime.timedelta(1 / 24))
        yield "not of what it does not see", not _leads(datetime.time(1, tzinfo=zone), zone, 3)
        yield "nor a range's", gc.get_referents(range(10**5)) == []
    yield "and what that one leads to", weakref.ref(thing)() is thing


def a_referrer_is_what_refers_to_an_object():
    """Look for holders of several types among the referrers of a thing."""
    thing = _Thing()
    items, table, slotted, text = [thing], {1: thing}, _with(_Slotted(), thing), "thing"
    bound, far, weak = thing.method, [[thing]], weakref.ref(thing)
    found = [id(it) for it in gc.get_referrers(thing)]
    yield "a list", id(items) in found
    yield "a dictionary", id(table) in found
    yield "a slot", id(slotted) in found
    yield "a bound method", id(bound) in found
    yield "not one that is farther away", id(far) not in found and id(far[0]) in found
    yield "not a weak reference", id(weak) not in found
    yield "not a string of that name", id(text) not in found


def _resident():
    """Return how many bytes of this process are in main memory."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * mmap.PAGESIZE


def resident_memory_is_what_was_touched():
    """Map memory, touch half of it, then all, and give it back."""
    size, before = 2**24, _resident()
    mapped = mmap.mmap(-1, size)
    yield "mapped", _resident() - before < size / 4
    for place in range(0, size // 4, mmap.PAGESIZE):
        mapped[place] = 1
    sum(mapped[size // 4 + place] for place in range(0, size // 4, mmap.PAGESIZE))
    yield "half of it touched", size / 4 < _resident() - before < size * 3 / 4
    for place in range(size // 2, size, mmap.PAGESIZE):
        mapped[place] = 1
    yield "all of it written", _resident() - before > size * 3 / 4
    mapped.close()
    yield "given back", _resident() - before < size / 4
    with open("/proc/self/status") as file:
        told = re.search(r"VmRSS:\s+(\d+) kB", file.read())
    yield "the name that tools use", abs(int(told[1]) * 1024 - _resident()) < size / 4


class _Saves(_Thing):
    def __init__(self, saved, calls):
        self.saved, self.calls = saved, calls

    def __del__(self):
        self.saved.append(self)
        self.calls.append(1)


def a_finalizer_can_make_its_object_reachable():
    """Let finalizers keep their objects, alone, in a circle and deep in one, and lose them again."""
    saved, calls = [], []
    _Saves(saved, calls)
    circle, deep = _Saves(saved, calls), _Saves(saved, calls)
    circle.me, deep.other = circle, _Thing()
    deep.other.back, witness = deep, weakref.ref(deep.other)
    del circle, deep
    gc.collect()
    yield "all are there", len(saved) == 3
    yield "what one of them holds", [type(it.other) for it in saved if hasattr(it, "other")] == [_Thing]
    gc.collect()
    yield "a second collection", len(saved) == 3
    saved.clear()
    gc.collect()
    yield "the second time no finalizer runs", len(calls) == 3 and not saved
    yield "and all is gone", witness() is None


def what_else_is_counted_is_a_root():
    """Take references where no collector looks: by the C API, and in a constant."""
    if _PYPY:
        yield from _keeps({"a variable of a call": _started})
        return
    circle = _with(_Thing(), None)
    circle.other, witness = circle, weakref.ref(circle)
    held = ctypes.py_object(circle)
    ctypes.pythonapi.Py_IncRef(held)
    del circle, held
    gc.collect()
    yield "a count that nobody explains", witness() is not None
    ctypes.pythonapi.Py_DecRef(ctypes.py_object(witness()))
    gc.collect()
    yield "explained again", witness() is None
    yield from _keeps({
        "a variable of a call": _started,
        "an untracked holder": lambda it: compile("1", "one", "eval").replace(co_consts=(_with(it, it),)),
    })  # fmt: skip
    yield from _lets_go({"nothing else": lambda thing: _with(thing, thing).other and None})


def a_slot_is_a_place_for_one_reference():
    """Fill and empty slots that a class names, and look where they are."""
    one, other, thing = _Slotted(), _Slotted(), _Thing()
    yield "empty", not hasattr(one, "other")
    _with(one, thing)
    yield "filled", one.other is thing and not hasattr(other, "other")
    one.other = None
    yield "one reference", one.other is None
    yield "no dictionary", not hasattr(one, "__dict__")
    yield "named by the class", vars(_Slotted)["other"].__get__(one) is None
    yield from _keeps({"it holds": lambda it: _with(_Slotted(), it), "a place of a list": lambda it: [None, it]})
    del one.other
    yield "empty again", not hasattr(one, "other")


def _bytes(make):
    """Return how many more bytes the allocator has in use for a thousand objects."""
    kept = [None] * 1000
    before = _allocator("bytes in allocated blocks")
    for index in range(1000):
        kept[index] = make()
    return _allocator("bytes in allocated blocks") - before


def its_requests_end_at_512_bytes():
    """Ask for objects of 512 bytes, and of a few more, in one part and in two."""
    if _FREE_THREADED:
        yield "another allocator there", _allocator("bytes in allocated blocks") is None
        return
    head, text, item = sys.getsizeof(b""), sys.getsizeof(""), ctypes.sizeof(ctypes.c_void_p)
    yield "bytes", 500_000 < _bytes(lambda: bytes(512 - head)) < 520_000
    yield "one byte more", _bytes(lambda: bytes(513 - head)) < 10_000
    yield "strings", 500_000 < _bytes(lambda: "x" * (512 - text)) < 520_000
    yield "one letter more", _bytes(lambda: "x" * (513 - text)) < 10_000
    rest = (512 - sys.getsizeof(())) // item
    yield "tuples", 500_000 < _bytes(lambda: tuple([None] * rest)) < 520_000
    yield "one item more", _bytes(lambda: tuple([None] * (rest + 1))) < 10_000
    yield "the larger part of two", 32_000 < _bytes(lambda: bytearray(513)) < 100_000


def a_strong_reference_keeps_its_referent():
    """Keep things by one reference of several kinds, and by references that are not strong."""
    yield from _keeps({
        "a list": lambda thing: [thing],
        "a closure": lambda thing: lambda: thing,
        "a default": lambda thing: lambda it=thing: None,
        "an iterator": lambda thing: iter([thing]),
        "an exception": lambda thing: KeyError(thing),
        "a weak dictionary's value": lambda thing: weakref.WeakKeyDictionary({_Thing: thing}),
    })  # fmt: skip
    yield from _lets_go({"weak": weakref.ref, "a proxy": weakref.proxy, "a weak set": lambda it: weakref.WeakSet([it])})


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


def thresholds_decide_when_it_runs():
    """Keep lists by the thousand under several thresholds, and count the collections."""
    if _PYPY:
        yield "no thresholds", not hasattr(gc, "get_threshold")
        return
    thresholds, runs, kept = gc.get_threshold(), [], []

    def collections(first, many):
        gc.set_threshold(first, *thresholds[1:])
        gc.collect()
        runs.clear()
        kept[:] = [[] for _ in range(many)]
        return runs.count("start")

    gc.callbacks.append(lambda phase, _: runs.append(phase))
    yield "fewer than it", collections(5000, 4000) == 0
    yield "more than it", collections(5000, 20_000) > 0
    yield "a smaller one", collections(100, 20_000) >= collections(10_000, 20_000)
    yield "none at all", collections(0, 20_000) == 0
    gc.callbacks.pop()
    gc.set_threshold(*thresholds)
    yield "three", gc.get_threshold() == thresholds and len(thresholds) == 3


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


def tracemalloc_records_what_pythons_allocators_give():
    """Ask for a megabyte of Python's allocators and of others, before it starts and after."""
    import tracemalloc

    def grown(make):
        before = tracemalloc.get_traced_memory()[0]
        made.append(make())
        return tracemalloc.get_traced_memory()[0] - before

    made = [bytes(2**20)]
    tracemalloc.start()
    yield "bytes", grown(lambda: bytes(2**20)) >= 2**20
    yield "a list", grown(lambda: [None] * 2**17) >= 2**17 * ctypes.sizeof(ctypes.c_void_p)
    late, line = bytes(1000), sys._getframe().f_lineno
    yield "the line", tracemalloc.get_object_traceback(late)[0].lineno == line
    yield "what was there before", tracemalloc.get_object_traceback(made[0]) is None
    if _PROCESSES:
        yield "mapped memory", grown(lambda: mmap.mmap(-1, 2**20)) < 2**16
        yield "C's own malloc", grown(lambda: _libc().malloc(2**20)) < 2**16 and made[-1]
        _libc().free(made.pop())
    tracemalloc.stop()


def _libc():
    library = ctypes.CDLL(None)
    library.malloc.restype, library.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    library.free.argtypes = [ctypes.c_void_p]
    return library


def what_can_be_in_a_cycle_is_tracked():
    """Put objects of many types into a circle, and ask for each; also a code object."""
    table, pair = {}, ([],)
    table["me"] = table
    pair[0].append(pair)
    code = compile("1000", "one", "eval")
    things = {"a list": [], "a set": set(), "a circle of dictionaries": table, "a circle with a tuple": pair}
    things |= {"an instance": _Thing(), "with slots": _Slotted(), "of a kind of int": type("Int", (int,), {})(1)}
    things |= {"a function": _leads, "a class": _Thing, "a built-in function": len, "a module": sys}
    things |= {"a generator": _holds(1), "an exception": KeyError(), "a weak reference": weakref.ref(_Thing)}
    for way, thing in things.items():
        yield way, gc.is_tracked(thing)
    gc.collect()
    yield "in circles after a collection", gc.is_tracked(table) and gc.is_tracked(pair)
    yield "a code object", gc.is_tracked(code) == _FREE_THREADED
    yield "a circle over it", _circle_stays(lambda it: code.replace(co_consts=(it,))) != _FREE_THREADED
    yield "a time", not gc.is_tracked(datetime.time(1, tzinfo=type("Zone", (datetime.tzinfo,), {})()))
    yield "a circle over one", _circle_stays(lambda zone: datetime.time(1, tzinfo=zone))
    yield from _program(_AFTER_A_THREAD, "a class, after a thread", "its circle")


_AFTER_A_THREAD = """
import gc, sys, threading, weakref
thread = threading.Thread(target=int)
thread.start()
thread.join()
late = sys.version_info < (3, 14) and not getattr(sys, "_is_gil_enabled", lambda: True)()
print(gc.is_tracked(type("Late", (), {})) != late)
witness = weakref.ref(type("Late", (), {}))
gc.collect()
print((witness() is not None) == late)
"""


def a_finalizer_makes_nothing_uncollectable():
    """Lose circles with finalizers of several kinds, and look into the list."""
    count = len(gc.garbage)
    calls = []
    _with(_Loud(lambda: calls.append("two")).me(), _Loud(lambda: calls.append("three")).me())
    finalized = _Thing()
    finalized.me = finalized
    weakref.finalize(finalized, calls.append, "finalize")
    witnesses = [weakref.ref(finalized), *_circles().values()]
    del finalized
    gc.collect()
    for _ in range(5 if _PYPY else 0):
        gc.collect()
    yield "two finalizers in one circle", {"two", "three"} <= set(calls)
    yield "weakref.finalize", "finalize" in calls
    yield "circles of several types", not any(witness() for witness in witnesses)
    yield "the list", len(gc.garbage) == count
    if not _PYPY:
        yield "the collector's own count", not any(each["uncollectable"] for each in gc.get_stats())


def unreachable_means_over_other_objects_too():
    """Cut off things that others lead to, which are cut off themselves, and things that are not."""
    end, middle, start = _Thing(), _Thing(), _Thing()
    start.next, middle.next, end.next, start.me = middle, end, start, start
    witnesses = [weakref.ref(it) for it in (start, middle, end)]
    kept = [end]
    del start, middle, end
    gc.collect()
    yield "one of them is held", all(witness() for witness in witnesses)
    kept.clear()
    gc.collect()
    for way, witness in zip(("the first", "the middle", "the last"), witnesses, strict=True):
        yield f"none is held: {way}", witness() is None
    yield from _lets_go({"weakly": weakref.ref, "from a lost circle": lambda thing: _with(thing, [thing]) and None})


def ints_and_strings_are_untracked():
    """Ask for values of several types and sizes, and look through all that is tracked."""
    things = {"a small int": 1, "a large int": 10**1000, "a string": "a b" * 1000, "bytes": b"a b", "None": None}
    things |= {"a float": 2.5, "a bare object": object(), "a range": range(10)}
    tracked = {id(thing) for thing in gc.get_objects()}
    for way, thing in things.items():
        yield way, not gc.is_tracked(thing) and id(thing) not in tracked
    yield "but of a subclass", gc.is_tracked(type("Text", (str,), {})("a"))


def a_weak_reference_keeps_nothing():
    """Refer weakly to objects of several types, and end them by counting and by a collection."""
    makes = {"an instance": _Thing, "slots": _Slotted, "a set": set, "a generator": lambda: _holds(1)}
    makes |= {"a function": lambda: lambda: None, "a class": lambda: type("Local", (), {})}
    makes |= {"a circle": lambda: (lambda thing: _with(thing, thing))(_Thing())}
    things = [make() for make in makes.values()]
    witnesses = [weakref.ref(thing) for thing in things]
    alive = [witness() is thing for witness, thing in zip(witnesses, things, strict=True)]
    values = weakref.WeakValueDictionary(enumerate(things))
    del things
    gc.collect()
    for way, witness, was in zip(makes, witnesses, alive, strict=True):
        yield way, was and witness() is None
    yield "a weak dictionary", not values
    yield "the reference itself stays", all(isinstance(witness, weakref.ref) for witness in witnesses)
    early = _PYPY or sys.version_info < (3, 15)
    yield "came back", _dead_and_back(False) == _PYPY
    yield "came back, with a callback", _dead_and_back(False, True) == _PYPY
    yield "came back from a circle", _dead_and_back(True) == early
    yield "came back from a circle, with a callback", _dead_and_back(True, True)
    yield "a generator that came back", _dead_though_saved(_generator_until, next)
    yield "a coroutine that came back", _dead_though_saved(_coroutine_until, lambda it: it.send(None))
    began = lambda it: it.asend(None).send(None)
    yield "an asynchronous generator that came back", _dead_though_saved(_async_generator_until, began)


def _dead_and_back(circle, callback=False):
    """Return whether a reference is dead though its object is there again."""
    saved = []
    thing = _Saves(saved, [])
    witness = weakref.ref(thing, (lambda ref: None) if callback else None)
    thing.me = thing if circle else None
    del thing
    gc.collect()
    dead = witness() is None
    saved.pop().me = None
    return dead


def _generator_until(end):
    try:
        yield
    finally:
        end()


async def _coroutine_until(end):
    try:
        await _pause()
    finally:
        end()


async def _async_generator_until(end):
    try:
        yield
    finally:
        end()


def _dead_though_saved(make, begin):
    """Return whether a reference is dead to something suspended that its `finally` saved."""
    saved, places = [], []
    suspended = make(lambda: saved.extend(each for each in gc.get_objects() if id(each) in places))
    with suppress(StopIteration):
        begin(suspended)
    witness = weakref.ref(suspended)
    places.append(id(suspended))
    del suspended
    gc.collect()
    return witness() is None and bool(saved or _PYPY)


def a_callback_is_called_while_its_reference_is_there():
    """Give callbacks to references that stay, that go first, and that go together with the object."""
    calls = []
    thing, early, circle, together = _Thing(), _Thing(), _Thing(), _Thing()
    kept = weakref.ref(thing, lambda ref: calls.append(("kept", ref is kept, ref())))
    kept_of_circle = weakref.ref(circle, lambda ref: calls.append(("circle", ref is kept_of_circle, ref())))
    dropped = weakref.ref(early, lambda ref: calls.append(("dropped",)))
    together.ref = weakref.ref(together, lambda ref: calls.append(("together",)))
    circle.me, together.me = circle, together
    del dropped
    gc.collect()
    yield "not before", not calls
    del thing, early, circle, together
    gc.collect()
    yield "alone", calls.count(("kept", True, None)) == 1
    yield "in a circle", calls.count(("circle", True, None)) == 1
    yield "the reference went first", ("dropped",) not in calls
    yield "both went together", ("together",) not in calls
    gc.collect()
    yield "once", len(calls) == 2
