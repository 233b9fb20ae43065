"""Attacks on the answers of reference/faq."""

import code
import datetime
import dis
import functools
import gc
import io
import subprocess
import sys
import sysconfig
import types
import weakref
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass

_PYPY = sys.implementation.name == "pypy"
_FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
_PROCESSES = sys.platform not in {"emscripten", "wasi"}


class _Thing:
    """An object whose end a weak reference witnesses."""

    def method(self):
        """Return the object."""
        return self

    @classmethod
    def of_class(cls):
        """Return the class."""
        return cls


class _Error(Exception):
    """An exception that can be referred to weakly everywhere."""


class _Slotted:
    __slots__ = ("__weakref__", "other")


class _Loud:
    """An object whose finalizer calls what it was given."""

    def __init__(self, call):
        self.call = call

    def __del__(self):
        self.call()


def _without_counts():
    """Yield the one way for a Python that counts no references."""
    yield "no counts", not hasattr(sys, "getrefcount")


def _told(program, **names):
    """Return the number that a program at module level leaves in `count`."""
    names |= {"ask": sys.getrefcount, "Thing": _Thing}
    exec(program, names)
    return names["count"]


def for_a_name_of_a_module_the_call_adds_one():
    """Ask at module level, in a class body and in an expression, about what one, two and no references lead to."""
    if _PYPY:
        yield from _without_counts()
        return
    yield "a name", _told("it = []\ncount = ask(it)") == 2
    yield "two names", _told("it = other = Thing()\ncount = ask(it)") == 3
    yield "in a class body", _told("class A:\n it = []\n count = ask(it)\ncount = A.count") == 2
    yield "an attribute", _told("it = Thing()\nit.other = []\ncount = ask(it.other)") == 2
    yield "an item", _told("it = [Thing()]\ncount = ask(it[0])") == 2
    yield "an expression", eval("ask(it)", {"ask": sys.getrefcount, "it": _Thing()}) == 2
    yield "a temporary", _told("count = ask([])") == _told("count = ask(Thing())") == sys.getrefcount([]) == 1
    yield "a generator", _told("it = (1 for _ in ())\ncount = ask(it)") == 2
    lent = sys.version_info >= (3, 14)
    yield "a comprehension's variable, which is none", _told("count = [ask(it) for it in [[]]][0]") == 3 - lent


def _ask_of_parameter(it):
    return sys.getrefcount(it)


def a_local_may_be_lent_from_3_14():
    """Ask about locals, parameters and others, and look for what lends them in the bytecode."""
    if _PYPY:
        yield from _without_counts()
        return
    ask, lent = sys.getrefcount, 1 if sys.version_info >= (3, 14) else 2

    def closed_over(it):
        return (lambda: it), ask(it)

    local = [1]
    yield "a local", ask(local) == lent
    yield "in a condition", (ask(local) if local else 0) == lent
    stacked = sys.version_info < (3, 11)  # the caller's stack held an argument during the call
    yield "a parameter, of a temporary", _ask_of_parameter([1]) == lent + stacked
    yield "a variable of an inner function, too", closed_over([])[1] >= 2
    yield "one of two", (lambda it: ask(it or None))([1]) >= 2
    yield "in a generator", next(ask(each) for each in [[1]]) >= lent
    lends = any("BORROW" in step.opname for step in dis.get_instructions(_ask_of_parameter))
    yield "the instruction", lends == (lent == 1)


def none_is_counted_until_3_11():
    """Add a thousand references to it in several places, and compare it with others that are never freed."""
    if _PYPY:
        yield from _without_counts()
        return
    counted = sys.version_info < (3, 12)
    makes = {"a list": lambda: [None] * 1000, "a tuple": lambda: tuple([None] * 1000)}
    makes |= {"a dictionary": lambda: dict.fromkeys(range(1000))}
    makes |= {"attributes": lambda: [types.SimpleNamespace(it=None) for _ in range(1000)]}
    kept = []
    gc.collect()  # garbage has references to it, too
    for way, make in makes.items():
        before = sys.getrefcount(None)
        kept.append(make())
        grown = sys.getrefcount(None) - before
        yield way, 950 < grown < 1050 if counted else grown == 0
    yield "in the billions", (sys.getrefcount(None) > 10**9) != counted
    yield "the same for another", (sys.getrefcount(None) == sys.getrefcount(Ellipsis)) != counted


def del_takes_a_name_away():
    """Delete names, items and attributes, first one of two references and then the other."""
    calls = []
    things = {
        way: _Loud(lambda way=way: calls.append(way)) for way in ("a name", "an item", "an attribute", "a circle")
    }
    one, items, holder, circle = things["a name"], [things["an item"]], _Thing(), things["a circle"]
    holder.it, circle.me = things["an attribute"], circle
    gc.collect()
    gc.disable()
    del one, items[0], holder.it, circle
    yield "another reference is left", not calls
    for way in ("a name", "an item", "an attribute"):
        del things[way]
        yield f"the last of {way}", _PYPY or calls[-1] == way
    del things["a circle"]
    yield "in a circle", "a circle" not in calls
    gc.enable()
    gc.collect()
    yield "in a circle, after a collection", "a circle" in calls
    yield "each once", sorted(calls) == ["a circle", "a name", "an attribute", "an item"]
    yield "lost a second time", _saved_and_lost() == [1, 0]


def _saved_and_lost():
    """Return how many were saved by the finalizer of one, first and when it is lost again."""
    _Saves()
    numbers = []
    for _ in range(2):
        gc.collect()
        numbers.append(len(_Saves.saved))
        for thing in _Saves.saved:
            thing.me = None
        thing = _Saves.saved = ()
    return numbers


def _typed(console, *lines):
    """Return whether the thing is there when some lines were typed."""
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        for line in lines:
            console.push(line)
    gc.collect()
    return console.locals["witness"]() is not None


def _forget_the_error():
    for name in ("last_exc", "last_value", "last_type", "last_traceback"):
        vars(sys).pop(name, None)


def the_prompt_keeps_the_last_result():
    """Type results, statements and what shows nothing at a console, and drop what was shown."""
    import builtins

    before = vars(builtins).get("_", builtins)
    console = code.InteractiveConsole({"Thing": _Thing, "ref": weakref.ref})
    typed = functools.partial(_typed, console)
    yield "a result", typed("thing = Thing()", "witness = ref(thing)", "thing", "del thing")
    yield "after a statement", typed("other = 1")
    yield "after a result that is None", typed("None")
    yield "after what a call printed", typed("print(1)")
    yield "after another result", not typed("2")
    yield "a result with no name", typed("(lambda it: [globals().update(witness=ref(it)), it])(Thing())")
    yield "in its place", not typed("'shown'") and builtins._ == "shown"
    console.locals["fails"] = type("Fails", (), {"__repr__": lambda self: 1 / 0})()
    typed("thing = Thing()", "witness = ref(thing)", "thing", "del thing")
    yield "after one that cannot be shown", not typed("fails")
    _forget_the_error()
    del builtins._
    if before is not builtins:
        builtins._ = before


def _deep():
    thing = _Thing()
    holder = thing
    for _ in range(1000):
        holder = (holder,)
    return thing, holder


def _in_no_circle():
    """Return objects of several types, and of which some lead to others."""

    def steps():
        yield 1

    names = {}
    exec("def function(held): pass", names)
    made = {"a function of a module": names.pop("function"), "a module": types.ModuleType("module")}
    made |= {"an instance": _Thing(), "a set": {1}, "a generator": steps(), "an exception": _Error()}
    many = [_Thing() for _ in range(100_000)]
    made |= {"the last of many": many[-1], "an inner function": lambda: many, "slots": _Slotted()}
    return made


def _in_circles():
    """Lose objects that are in circles or hang on one, and return weak references to them."""
    module, circle, hangs = types.ModuleType("module"), _Thing(), _Thing()
    exec("def function(): pass", vars(module))
    circle.me, circle.hangs = circle, hangs
    lost = {"a class": type("Local", (), {}), "a function with its module": module.function, "on a circle": hangs}
    return {way: weakref.ref(thing) for way, thing in lost.items()}


def counting_alone_frees_what_hangs_on_no_circle():
    """Drop objects of several types and sizes with the collector off."""
    gc.collect()
    gc.disable()
    made, (deep, holder) = _in_no_circle(), _deep()
    witnesses = {way: weakref.ref(thing) for way, thing in (made | {"deep inside": deep}).items()}
    del made, deep, holder
    late = {"a function of a module", "a module"} if _FREE_THREADED else set(witnesses) if _PYPY else set()
    in_circles = _in_circles()
    witnesses |= in_circles
    late |= set(in_circles)
    for way, witness in witnesses.items():
        yield way, (witness() is not None) == (way in late)
    gc.enable()
    gc.collect()
    yield "after a collection", not any(witness() for witness in witnesses.values())


def _left_of(make):
    """Return which part of the traced memory is left when twenty thousand objects are gone."""
    import tracemalloc

    gc.collect()
    tracemalloc.start()
    things = [make() for _ in range(20_000)]
    grown, _ = tracemalloc.get_traced_memory()
    del things
    left, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return left / grown


def blocks_of_what_is_gone_are_free():
    """Make and drop a hundred thousand objects of several types, and compare the blocks in use."""
    makes = {
        "instances": _Thing,
        "lists": lambda: [1],
        "ints": lambda: len(makes) + 10**20,
        "strings": lambda: "x" * 50,
    }
    makes |= {"dictionaries": lambda: {"a": 1}, "slots": _Slotted}
    for way, make in makes.items():
        yield way, _left_of(make) < 0.1
    immortal = _FREE_THREADED or (3, 12) <= sys.version_info < (3, 12, 7)
    numbers = iter(range(20_000))
    yield "interned strings", (_left_of(lambda: sys.intern(f"interned {next(numbers)}")) > 0.8) == immortal
    watched = weakref.WeakSet()
    yield "what a set in use has grown to", _left_of(lambda: _watched_thing(watched)) > 0.05 and not watched


def _watched_thing(watched):
    thing = _Thing()
    watched.add(thing)
    return thing


def no_two_that_live_share_an_id():
    """Compare the ids of many that live at once, and of some that never do."""
    makes = {"instances": _Thing, "lists": list, "bare objects": object, "functions": lambda: lambda: None}
    makes |= {"generators": lambda: (1 for _ in ())}
    for way, make in makes.items():
        things = [make() for _ in range(5000)]
        ids = [id(thing) for thing in things]
        yield f"{way} at once", len(set(ids)) == len(things)
        yield f"{way} later", ids == [id(thing) for thing in things]
    if not _PYPY:
        yield "one after the other", len({id(object()) for _ in range(10_000)}) < 10_000


def small_ints_are_kept():
    """Make ints on both sides of the bounds in several ways, and compare two of each."""
    last = 1024 if sys.version_info >= (3, 15) and not _PYPY else 256
    ways = {"from text": lambda number: int(str(number)), "calculated": lambda number: number * 3 // 3}
    ways |= {"from bytes": lambda number: int.from_bytes(number.to_bytes(4, "big", signed=True), "big", signed=True)}
    ways |= {"from a float": lambda number: int(float(number)), "a length": lambda number: len(bytes(abs(number)))}
    for way, make in ways.items():
        yield f"{way}: small", all(make(number) is make(number) for number in (-5, 0, 255, last))
        yield f"{way}: too large", (make(last + 1) is make(last + 1)) == _PYPY
        if way != "a length":
            yield f"{way}: too small", (make(-6) is make(-6)) == _PYPY
    number = type("Int", (int,), {})
    yield "of a subclass", number(1) is not number(1) and number(1) == number(1)


def a_class_with_slots_has_no_place_unless_named():
    """Refer weakly to instances of classes that name the place, inherit it, or do neither."""

    def can(bases, **entries):
        thing = type("Local", bases, entries)()
        with suppress(TypeError):
            return weakref.ref(thing)() is thing
        return False

    yield "no slots", can(())
    yield "slots", not can((), __slots__=("name",))
    yield "no names", not can((), __slots__=())
    yield "named", can((), __slots__=("name", "__weakref__"))
    yield "inherited", can((_Thing,), __slots__=("name",))
    yield "inherited from one that names it", can((_Slotted,), __slots__=())
    yield "a subclass without slots", can((type("Base", (), {"__slots__": ()}),))
    if sys.version_info >= (3, 11):
        slotted = dataclass(slots=True)(type("Data", (), {"__annotations__": {}}))
        yield "a data class", not can((slotted,), __slots__=())


def a_bound_method_is_made_anew():
    """Refer weakly to bound methods of several kinds, to one that is kept, and by WeakMethod."""
    thing, items = _Thing(), []
    witnesses = [weakref.ref(thing.method), weakref.ref(thing.of_class)]
    kept, weak = thing.method, weakref.WeakMethod(thing.method)
    gc.collect()
    yield "nobody holds it", not any(witness() for witness in witnesses)
    yield "somebody holds it", weakref.ref(kept)() is kept
    yield "WeakMethod", weak() == kept
    if not _PYPY:
        yield "two of them", thing.method is not thing.method and thing.method == thing.method
        yield "of a built-in type", items.append is not items.append
    thing.function = lambda: None
    yield "a function of the instance is none", weakref.ref(thing.function)() is thing.function
    witness = weakref.ref(thing)
    del thing, kept
    gc.collect()
    yield "without the object", weak() is None and witness() is None


class _Report(_Thing):
    @functools.cached_property
    def total(self):
        """Return a new object."""
        return _Thing()


def a_cached_property_keeps_its_result_in_the_object():
    """Ask objects for a cached result, look where it is, and drop them; compare with a cache of the class."""
    report, other = _Report(), _Report()
    result = report.total
    yield "calculated once", report.total is result
    yield "in the object", vars(report) == {"total": result}
    yield "each has its own", other.total is not result
    witnesses = [weakref.ref(report), weakref.ref(report.total)]
    del report, result
    gc.collect()
    yield "it goes with the object", not any(witness() for witness in witnesses)
    del other.total
    yield "calculated again", isinstance(other.total, _Thing)
    gc.disable()
    other.total.back, witness = other, weakref.ref(other)
    del other
    yield "a result that leads back", witness() is not None
    gc.enable()
    gc.collect()
    yield "after a collection", witness() is None


_WAITS = """
import gc, operator, threading, weakref
class Thing:
    pass
gc.disable()
def make():
    box.append(Thing())
    list(map(call, (made.release, dropped.acquire)))  # waits without a step of its own, which might free the thing
call = getattr(operator, "call", lambda act: act())
box, made, dropped = [], threading.Lock(), threading.Lock()
made.acquire(), dropped.acquire()
thread = threading.Thread(target=make)
thread.start()
made.acquire()
witness = weakref.ref(box[0])
box.clear()
print(witness() is None)
dropped.release()
thread.join()
"""


def _recursive():
    def again():
        return again

    return again


class _Deep:
    """One of a chain, whose finalizer lets the next one go and looks at once."""

    child, waited = None, 0

    @classmethod
    def chain(cls, length):
        """Return the first of a chain."""
        cls.waited, first = 0, None
        for _ in range(length):
            link = cls()
            link.child, first = first, link
        return first

    def __del__(self):
        if self.child is not None:
            witness = weakref.ref(self.child)
            self.child = None
            _Deep.waited += witness() is not None


class _Lets:
    """One in a list far down, whose finalizer lets go of what is in a list, and looks at once."""

    waited = 0

    def __del__(self):
        box = [_Thing()]
        witness, outer = weakref.ref(box[0]), [box]
        del box, outer
        _Lets.waited += witness() is not None

    @classmethod
    def nested(cls, depth):
        """Return how many waited when lists that deep were let go of."""
        cls.waited, nested = 0, None
        for _ in range(depth):
            nested = [nested, cls()]
        del nested
        return cls.waited


def _a_circle_over(kind):
    """Return whether a circle stays that leads over the time zone of a time, which no collector sees."""
    zone = type("Zone", (datetime.tzinfo,), {})()
    zone.leads, witness = kind(1, tzinfo=zone), weakref.ref(zone)
    del zone
    gc.collect()
    stays = witness() is not None
    if stays:
        del witness().leads
    return stays


def _deep_down():
    deep = _Deep.chain(100)
    del deep
    yield "a hundred finalizers deep", (_Deep.waited > 0) == (sys.version_info < (3, 13))
    yield "forty lists deep", _Lets.nested(40) == 0
    if _PROCESSES and sys.version_info < (3, 14):  # later it depends on the stack
        yield "thirty thousand lists deep", _Lets.nested(30_000) > 0


def counting_frees_at_once_and_the_collector_later():
    """Lose single objects and circles of several types, and one object of another thread."""
    if _PYPY:
        yield from _without_counts()
        return
    gc.collect()
    gc.disable()
    yield from _deep_down()
    single, circle, holds_circle, hung, error = _Thing(), _Thing(), _Thing(), _Thing(), _Error()
    circle.me, holds_circle.circle, circle.hung = circle, circle, hung
    alone = {"one": weakref.ref(single), "leads to a circle": weakref.ref(holds_circle), "an error": weakref.ref(error)}
    circles = [weakref.ref(circle), weakref.ref(hung), weakref.ref(_recursive())]
    del single, circle, holds_circle, hung, error
    for way, witness in alone.items():
        yield f"alone: {way}", witness() is None
    yield "in a circle", all(witness() for witness in circles)
    gc.enable()
    gc.collect()
    yield "in a circle, after a collection", not any(witness() for witness in circles)
    yield "in a circle over what is untracked", _a_circle_over(datetime.time)
    yield "over what is tracked, by a reference that is not seen", _a_circle_over(type("Time", (datetime.time,), {}))
    if _PROCESSES:
        said = subprocess.run([sys.executable, "-c", _WAITS], capture_output=True, text=True).stdout
        yield "another thread's", said.strip() == str(not _FREE_THREADED)


class _Breaks:
    def __init__(self):
        self.me = self

    def __del__(self):
        self.me = None


def _ring(length, make=_Slotted):
    """Lose a circle of some length."""
    ring = [make() for _ in range(length)]
    for index, link in enumerate(ring):
        link.other = ring[index - 1]


def _collected(make):
    """Return what a collection returns after something was made and lost."""
    gc.collect()
    gc.disable()
    make()
    number = gc.collect()
    gc.enable()
    return number


def _holds(*things):
    box = list(things)
    box.append(box)


def collect_counts_tracked_objects():
    """Lose circles of several lengths, numbers and weights, and what they hold."""
    yield "none", _collected(lambda: _ring(0)) == 0
    yield "a ring of two", _collected(lambda: _ring(2)) == 2
    large = 10_000 if _PROCESSES else 500  # a browser's stack is small
    yield "a large ring", _collected(lambda: _ring(large)) == large
    yield "ten rings of one", _collected(lambda: [_ring(1) for _ in range(10)]) == 10
    yield "with a megabyte", _collected(lambda: _holds(bytes(10**6), "a b", 10**9)) == 1
    yield "with three lists that hang from it", _collected(lambda: _holds([], [[]])) == 4
    yield "in no circle", _collected(lambda: [[]]) == 0
    yield "broken by its finalizer", _collected(_Breaks) == 0
    yield "frozen", _collected(lambda: [_ring(2), gc.freeze()]) == 0
    gc.unfreeze()
    yield "thawed", gc.collect() >= 2


class _Saves(_Breaks):
    saved = ()

    def __del__(self):
        _Saves.saved += (self,)


def a_broken_circle_is_not_counted():
    """Break circles by finalizers, one and many, and bring some back."""
    witnesses = []
    yield "one", _collected(lambda: witnesses.append(weakref.ref(_Breaks()))) == 0
    yield "a hundred", _collected(lambda: witnesses.extend(weakref.ref(_Breaks()) for _ in range(100))) == 0
    heir = type("Heir", (_Breaks,), {})
    yield "of a subclass", _collected(lambda: witnesses.append(weakref.ref(heir()))) == 0
    yield "all are gone", not any(witness() for witness in witnesses)
    yield "brought back", _collected(lambda: [_Saves() for _ in range(3)]) == 0 and len(_Saves.saved) == 3
    for thing in _Saves.saved:
        thing.me = None
    _Saves.saved = ()
    numbers = []
    _collected(lambda: _lose(lambda: _Loud(lambda: numbers.append([_ring(3), gc.collect()]))))
    yield "asked in a finalizer", numbers == [[None, 0]]


def _lose(make, many=1):
    """Lose things that are made in a ring, and return weak references to them."""
    things = [make() for _ in range(many)]
    for index, thing in enumerate(things):
        thing.other = things[index - 1]
    return [weakref.ref(thing) for thing in things]


def _lose_generator(calls):
    """Lose a generator that holds itself and was left in a `try`."""

    def steps():
        try:
            yield box
        finally:
            calls.append("finally")

    box = [steps()]
    next(box[0])
    return [weakref.ref(box[0])]


def circles_with_finalizers_are_collected():
    """Lose circles whose finalizers are alone, several, failing, and that of a generator."""
    calls, before = [], len(gc.garbage)
    witnesses = {"one": _lose(lambda: _Loud(lambda: calls.append(1))), "a generator": _lose_generator(calls)}
    witnesses |= {"three in one": _lose(lambda: _Loud(lambda: calls.append(3)), 3), "breaks itself": _lose(_Breaks)}
    for _ in range(5 if _PYPY else 1):
        gc.collect()
    for way, those in witnesses.items():
        yield way, not any(witness() for witness in those)
    yield "each finalizer once", sorted(map(str, calls)) == ["1", "3", "3", "3", "finally"]
    yield "the list", len(gc.garbage) == before


def the_flag_keeps_what_is_still_unreachable():
    """Set the flag, lose objects of several types, and look at the list and at what ran."""
    calls = []
    gc.collect()
    flags = gc.get_debug()
    gc.set_debug(flags | gc.DEBUG_SAVEALL)
    final, items, table, alone = _Loud(lambda: calls.append("ran")), [], {}, _Loud(lambda: calls.append("alone"))
    final.me, table["me"] = final, table
    items.append(items)
    _Saves()
    places = {"an instance": id(final), "a list": id(items), "a dictionary": id(table)}
    del final, items, table, alone
    gc.collect()
    gc.set_debug(flags)
    kept = {id(each) for each in gc.garbage}
    for way, place in places.items():
        yield way, place in kept
    yield "the finalizer ran", "ran" in calls
    yield "not what it brought back", not any(isinstance(each, _Saves) for each in gc.garbage)
    yield "not what counting freed", "alone" in calls and not any(isinstance(each, _Thing) for each in gc.garbage)
    gc.garbage.clear()
    gc.collect()
    _Saves.saved = ()
    yield "without the flag", gc.garbage == []


def a_module_s_dictionary_is_the_referrer():
    """Give things one, two and many names in modules, and look for names among their referrers."""
    thing = _Thing()
    module = types.ModuleType("module")
    module.one = module.other = thing
    found = gc.get_referrers(thing)
    yield "two names, one dictionary", [each is vars(module) for each in found].count(True) == 1
    yield "no name", not any(isinstance(each, str) for each in found)
    yield "not the module", not any(each is module for each in found)
    names = {f"name_{number}": thing for number in range(1000)}
    exec("again = name_1", names)
    found = gc.get_referrers(thing)
    yield "a thousand names", [each is names for each in found].count(True) == 1
    del module.one, module.other
    yield "without the names", not any(each is vars(module) for each in gc.get_referrers(thing))
    names.clear()
