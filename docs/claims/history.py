"""Attacks on the sentences of background/history."""

import copy
import functools
import gc
import json
import pickle
import re
import subprocess
import sys
import sysconfig
import types
import weakref

_CPYTHON = sys.implementation.name == "cpython"
_FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))


class _Plain:
    pass


class _Mapping(dict):
    pass


class _Finalized:
    """Notes that it was finalized, and may come back."""

    def __init__(self, said, back=None, fails=False):
        self.said, self.back, self.fails = said, back, fails
        self.me = self

    def __del__(self):
        self.said.append("__del__")
        if self.back is not None:
            self.back.append(self)
        if self.fails:
            raise LookupError


def _generator():
    yield


def _collected(witness):
    gc.collect()
    gc.collect()
    return witness() is None


def _gone_without_the_collector(make):
    gc.collect()
    gc.disable()
    thing = make()
    witness = weakref.ref(thing)
    del thing
    gone = witness() is None
    gc.enable()
    return gone


def _circle(cls=_Plain):
    thing = cls()
    thing.me = thing
    return thing


def _chain():
    first = last = _Plain()
    for _ in range(1_000):
        last.next = last = _Plain()
    return first


def _hanging():
    thing = _Plain()
    _circle().thing = thing
    return thing


def _function_of_a_module():
    namespace = {}
    exec("def made(): pass", namespace)
    return namespace.pop("made")


def counting_is_still_there():
    """Drop things of several types with the collector off, and circles, which nothing frees then."""
    for make in _Plain, set, _generator, _chain, _Mapping:
        yield make.__name__.strip("_"), _gone_without_the_collector(make)
    yield "a circle is left to what came later", not _gone_without_the_collector(_circle)
    yield "and so is what hangs on one", not _gone_without_the_collector(_hanging)
    yield "a function of a module", _gone_without_the_collector(_function_of_a_module) != _FREE_THREADED
    yield "what hangs on such a function", _gone_without_the_collector(_hanging_on_a_function) != _FREE_THREADED
    if _FREE_THREADED:
        yield "that build with the lock", _prints_with_the_lock(_LATE) == "True"


_LATE = """
import gc, weakref
gc.disable()
def function():
    pass
witness = weakref.ref(function)
del function
print(witness() is not None)
"""


def _prints_with_the_lock(program):
    command = [sys.executable, "-X", "gil=1", "-c", program]
    return subprocess.run(command, capture_output=True, text=True).stdout.strip()


def _hanging_on_a_function():
    thing = _Plain()
    function = types.FunctionType(_generator.__code__, {}, "function", (thing,))
    return thing if function.__defaults__ else None


def counting_first_a_collector_then_marks():
    """Free by counting, free circles by the collector, and look whether a count still moves."""
    yield "a circle, collected", _collected(weakref.ref(_circle()))
    yield "a circle of dicts, collected", _collected(weakref.ref(_circle(_Mapping)))
    if _CPYTHON:
        yield "no circle, counted", _gone_without_the_collector(_Plain)
        thing = _Plain()
        yield "an instance's count moves", _moved(thing) == 100
        yield "the count of None", _moved(None) == (0 if sys.version_info >= (3, 12) else 100)
        yield "the count of a small int", _moved(7) == (0 if sys.version_info >= (3, 12) else 100)


def _moved(thing):
    """Return by how much a count rises with a hundred references more."""
    before = sys.getrefcount(thing)
    kept = [thing] * 100
    return sys.getrefcount(thing) - before if kept else None


def _finalized(make):
    """Return what a circle notes while it is collected, twice, and whether it is gone."""
    said = []
    witness = weakref.ref(make(said))
    gone = _collected(witness)
    return said, gone, gc.garbage


def _two(said):
    left, right = _Finalized(said), _Finalized(said)
    left.other, right.other = right, left
    return left


def _calling_its_own(said):
    thing = _Finalized(said)
    thing.__del__()
    return thing


def _by_a_list(said):
    thing = _Finalized(said)
    thing.items = [[thing]]
    return thing


def _with_a_generator(said):
    def run(thing):
        try:
            yield
        finally:
            thing.said.append("finally")

    thing = _Finalized(said)
    thing.run = run(thing)
    next(thing.run)
    return thing


def circles_with_del_are_collected_and_each_del_is_called_once_at_most():
    """Make circles of one, of two, by a list, by a generator, with an error, and one that comes back and goes."""
    yield "of one", _finalized(_Finalized) == (["__del__"], True, [])
    yield "of two", _finalized(_two) == (["__del__"] * 2, True, [])
    yield "by a list", _finalized(_by_a_list) == (["__del__"], True, [])
    said, gone, garbage = _finalized(_with_a_generator)
    yield "by a generator", said.count("__del__") == 1 and gone and garbage == []
    hook, sys.unraisablehook = sys.unraisablehook, lambda unraisable: None
    yield "with an error in it", _finalized(lambda said: _Finalized(said, fails=True)) == (["__del__"], True, [])
    sys.unraisablehook = hook
    back, said = [], []
    _Finalized(said, back)
    gc.collect()
    came_back = len(back)
    back.clear()
    gc.collect()
    yield "that comes back once", (came_back, said, len(back), gc.garbage) == (1, ["__del__"], 0, [])
    yield "that called its own", _finalized(_calling_its_own) == (["__del__"] * 2, True, [])
    if sys.platform != "emscripten":
        ended = subprocess.run([sys.executable, "-c", _TO_THE_END], capture_output=True, text=True)
        yield "that is frozen to the end, and one that was lost", ended.stdout.split() == ["lost"]


_TO_THE_END = """
import gc
class Thing:
    def __init__(self, name):
        self.me, self.name = self, name
    def __del__(self):
        print(self.name)
frozen = Thing("frozen")
if hasattr(gc, "freeze"):
    gc.freeze()
Thing("lost")
gc.collect()
"""


class _Other:
    pass


def _spared(make):
    """Return how many came back from a collection, and how many others are there: weak references are cleared early."""
    back = []
    make(back)
    _circle(_Other)
    _collected(weakref.ref(_circle()))
    came, others = len(back), _others()
    while back:
        back.pop().back = None
    gc.collect()
    return came, others


def _others():
    return sum(type(each) is _Other for each in gc.get_objects())


def _leads_on(back):
    _Finalized([], back).friend = _circle(_Other)


def what_comes_back_spares_only_what_it_leads_to():
    """Let one come back, two, a whole chain, and see what becomes of others in the same collection."""
    yield "one", _spared(lambda back: _Finalized([], back)) == (1, 0)
    yield "two", _spared(lambda back: [_Finalized([], back) for _ in range(2)]) == (2, 0)
    yield "a hundred", _spared(lambda back: [_Finalized([], back) for _ in range(100)]) == (100, 0)
    yield "what it leads to", _spared(_leads_on) == (1, 1)
    yield "what it leads to, let go", _others() == 0


def _count_in_a_function():
    own = []
    return sys.getrefcount(own)


def _count_of_an_argument(argument):
    return sys.getrefcount(argument)


def _count_in_a_generator():
    local = []
    yield sys.getrefcount(local)


def _count_of_a_cell():
    cell = []

    def inner():
        return sys.getrefcount(cell)

    return inner()


def a_count_can_be_a_mark_and_leave_out_a_local_variable():
    """Count None, a type, an empty tuple with more references; count variables of functions, modules, cells."""
    marks = sys.version_info >= (3, 12)
    borrows = sys.version_info >= (3, 14)
    for name, thing in ("None", None), ("a built-in type", int), ("the empty tuple", ()), ("True", True):
        yield f"{name} is a mark", (_moved(thing) == 0) == marks
    yield "a local variable", _count_in_a_function() == (1 if borrows else 2)
    yield "a local variable of a generator", next(_count_in_a_generator()) == (1 if borrows else 2)
    yield (
        "a temporary argument",
        _count_of_an_argument([]) == (1 if borrows else 3 if sys.version_info < (3, 11) else 2),
    )
    yield "a variable in a cell", _count_of_a_cell() == 2
    space = {"sys": sys}
    exec("glob = []\nseen = sys.getrefcount(glob)", space)
    yield "a variable of a module", space["seen"] == 2


def _generation_after(collect):
    """Return the generations in which the collector lists an instance that outlived a collection."""
    gc.collect()
    gc.disable()
    thing = _Plain()
    gc.collect(collect)
    found = [number for number in range(3) if any(each is thing for each in gc.get_objects(number))]
    gc.enable()
    return found


def _generations_of_automatic_runs():
    seen = []
    gc.callbacks.append(lambda phase, info: seen.append(info["generation"]))
    kept = [_Plain() for _ in range(12_000)]
    gc.callbacks.pop()
    return set(seen), len(kept)


def the_incremental_collector_was_that_of_3_14_0_to_3_14_4():
    """Ask for the thresholds, for the generation of what outlives collections, and of automatic runs."""
    incremental = (3, 14) <= sys.version_info < (3, 14, 5) and not _FREE_THREADED
    yield "the third threshold", (gc.get_threshold()[2] == 0) == incremental
    if not _FREE_THREADED:
        yield "after a collection of the young", _generation_after(0) == ([2] if incremental else [1])
        yield "after one of the middle", _generation_after(1) == [2]
        seen, _ = _generations_of_automatic_runs()
        yield "automatic runs", seen == {1} if incremental else 0 in seen
    else:
        yield "free-threaded, no generations", _generation_after(0) == [0, 1, 2]


def _runs(work):
    """Return how many collections begin during a call, beyond what the call's end is followed by."""
    started = []

    def note(phase, info):
        started.append(phase) if phase == "start" else None

    gc.collect()
    gc.enable()
    gc.callbacks.append(note)
    kept = work()
    during = len(started)
    gc.callbacks.remove(note)
    return during if kept is not None else None


def an_allocation_starts_no_collection_since_3_12():
    """Make lists by the ten thousand in one call of C, with and without code in it that checks."""
    by_allocation = sys.version_info < (3, 12)
    empty = [()] * 50_000
    yield "list(map(list, …))", (_runs(functools.partial(list, map(list, empty))) > 1) == by_allocation
    yield "list(zip(map(list, …)))", (_runs(functools.partial(list, zip(map(list, empty)))) > 1) == by_allocation
    text = json.dumps([[]] * 50_000)
    yield "json.loads", (_runs(functools.partial(json.loads, text)) > 1) == by_allocation
    pickled = pickle.dumps([[number] for number in range(50_000)])
    yield "pickle.loads", (_runs(functools.partial(pickle.loads, pickled)) > 1) == by_allocation
    yield "between the bytecodes of a generator", _runs(lambda: list([] for _ in range(50_000))) > 1
    yield "in C that looks for signals", _runs(lambda: re.findall("(a)(b)", "ab" * 50_000)) > 1


def _fate_of_a_local(function):
    """Return whether counting frees a thing that was a variable of a function."""
    gc.collect()
    gc.disable()
    witnesses = []
    function(witnesses)
    gone = witnesses[0]() is None
    gc.enable()
    return gone


def _twice(witnesses):
    thing = _Plain()
    witnesses.append(weakref.ref(thing))
    first = locals()
    second = locals()
    return len(first) + len(second)


def _once(witnesses):
    thing = _Plain()
    witnesses.append(weakref.ref(thing))
    return len(locals())


def _once_kept(witnesses):
    thing = _Plain()
    witnesses.append(weakref.ref(thing))
    first = locals()
    return len(first)


def _in_a_generator(witnesses):
    def run():
        thing = _Plain()
        witnesses.append(weakref.ref(thing))
        first = locals()
        second = locals()
        yield len(first) + len(second)

    return list(run())


def _vars_twice(witnesses):
    thing = _Plain()
    witnesses.append(weakref.ref(thing))
    first = vars()
    second = vars()
    return len(first) + len(second)


def the_dict_of_locals_held_itself_up_to_3_12():
    """Ask for the variables once and twice, keep the answer, and do it in a generator."""
    snapshot = sys.version_info >= (3, 13)
    for function in _twice, _in_a_generator, _vars_twice:
        yield function.__name__[1:].replace("_", " "), _fate_of_a_local(function) == snapshot
    yield "once, dropped", _fate_of_a_local(_once) == _CPYTHON
    yield "once, kept in a variable", _fate_of_a_local(_once_kept) == _CPYTHON


def from_3_14_every_dict_is_tracked():
    """Make dicts of plain values in many ways, before and after a collection."""
    every = sys.version_info >= (3, 14)
    ways = {
        "empty": dict,
        "a display": lambda: {"one": 1},
        "a comprehension": lambda: {number: str(number) for number in range(3)},
        "fromkeys": lambda: dict.fromkeys("abc", 1),
        "keyword arguments": lambda: (lambda **named: named)(one=1),
        "a copy": lambda: copy.copy({"one": 1}),
        "from JSON": lambda: json.loads('{"one": 1}'),
        "unpickled": lambda: pickle.loads(pickle.dumps({"one": 1})),
        "of an instance": lambda: vars(_Plain()),
        "of locals": lambda: (lambda one: locals())(1),
    }
    made = {name: make() for name, make in ways.items()}
    fresh = {name: gc.is_tracked(each) for name, each in made.items()}
    gc.collect()
    for name, each in made.items():
        yield f"{name}, collected", gc.is_tracked(each) == every
    yield "all of them, new", not every or all(fresh.values())
    yield "of a subclass", gc.is_tracked(_Mapping(one=1))
    yield "with a list in it", gc.is_tracked({"one": []})
