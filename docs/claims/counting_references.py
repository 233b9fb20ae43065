"""Attacks on the sentences of tutorial/counting-references."""

import collections
import functools
import gc
import operator
import queue
import sys
import threading
import types
import weakref

from refdemo import refcount

getrefcount = getattr(sys, "getrefcount", None)
FREE_THREADED = "t" in getattr(sys, "abiflags", "")
BORROWS = sys.version_info >= (3, 14)
THREADS = sys.platform != "emscripten"


class _Note(list):
    __hash__ = object.__hash__


class _Slim:
    __slots__ = ("__weakref__", "note")

    def __init__(self, note):
        self.note = note


def _added(hold, note=None):
    """Return by how much a holder raises the count of a note, and by how much it is raised when the holder has gone."""
    note = _Note("abc") if note is None else note
    before = getrefcount(note)
    holder = hold(note)
    raised = getrefcount(note) - before
    del holder
    return raised, getrefcount(note) - before


def _default_of(note):
    return lambda value=note: value


def _keyword_default_of(note):
    return lambda *, value=note: value


def _closure_over(note):
    return lambda: note


def _closures_over(note):
    return (lambda: note), (lambda: lambda: note)


def _generator_over(note):
    yield note


def _module_with(note):
    module = types.ModuleType("module")
    module.note = note
    return module


def _queue_with(note):
    waiting = queue.SimpleQueue()
    waiting.put(note)
    return waiting


_ONE_EACH = {
    "a second name": lambda note: note,
    "a list's slot": lambda note: [note],
    "a tuple's": lambda note: (note,),
    "a dictionary's value": lambda note: {"key": note},
    "a dictionary's key": lambda note: {note: "value"},
    "a set's item": lambda note: {note},
    "a deque's": lambda note: collections.deque([note]),
    "a queue's": _queue_with,
    "an attribute": lambda note: types.SimpleNamespace(note=note),
    "a slot of __slots__": _Slim,
    "a module's variable": _module_with,
    "a default argument": _default_of,
    "a keyword's default": _keyword_default_of,
    "a closure": _closure_over,
    "a generator that has not started": _generator_over,
    "a bound method": lambda note: note.append,
    "a partial": lambda note: functools.partial(print, note),
    "an iterator": iter,
    "an exception's argument": ValueError,
    "a method of its list": lambda note: [note].copy,
}


def _freed_at_zero(make):
    kept = [make()]
    witness = weakref.ref(kept[0])
    kept.clear()
    return witness() is None


def _module_function():
    namespace = {}
    exec("def function(): pass", namespace)
    return namespace.pop("function")


def each_reference_counts_and_zero_frees():
    """Hold an object in twenty ways and let go; bring counts of several kinds to zero; try what is exempt."""
    gc.disable()
    for way, hold in _ONE_EACH.items():
        yield way, _added(hold) == (1, 0)
    for kind in _Note, set, lambda: _Slim(None), lambda: lambda: None, threading.Lock:
        yield f"zero, {type(kind()).__name__}", _freed_at_zero(kind)
    yield "zero, a module's function", _freed_at_zero(_module_function)
    kept = []
    yield (
        "zero, saved",
        not _freed_at_zero(type("Saving", (), {"__del__": lambda self: kept.append(self)})) and kept != [],
    )
    before = getrefcount(None)
    many = [None] * 1_000_000
    moved = getrefcount(None) - before > 900_000
    yield "an immortal object", len(many) == 1_000_000 and moved == (sys.version_info < (3, 12))
    gc.enable()


def _there(thing, *rest):
    """Let go of the parameter, and say whether the object is still there, as a number."""
    witness = weakref.ref(thing)
    del thing
    return int(witness() is not None)


_CALLS = {
    "len": ("__len__", lambda make: len(make())),
    "hash": ("__hash__", lambda make: hash(make())),
    "abs": ("__abs__", lambda make: abs(make())),
    "divmod": ("__divmod__", lambda make: divmod(make(), 2)),
    "round": ("__round__", lambda make: round(make())),
    "operator.index": ("__index__", lambda make: operator.index(make())),
    "functools.reduce": ("__len__", lambda make: functools.reduce(_there, [1], make())),
}


def what_is_handed_to_c_stays_until_the_call_is_over():
    """Hand objects to functions of C that call back, and let go there; the same with a function of Python."""
    for way, (name, call) in _CALLS.items():
        yield way, call(type("Asked", (), {name: _there})) == 1
    yield "a function of Python", _there(_Note()) == (sys.version_info < (3, 11))
    yield "counted", getrefcount(_Note()) == 1


def _class_over(thing):
    class Holder:
        held = thing

    return Holder


def _class_with_default(thing):
    class Holder:
        def method(self, held=thing):
            return held

    return Holder


def _class_with_list(thing):
    class Holder:
        held = (lambda: [thing])()

    return Holder


def _class_and_method(thing):
    class Holder:
        held = thing

        def method(self):
            return thing

    return Holder


def _class_of_methods(thing):
    class Holder:
        def method(self):
            return thing

        def other(self):
            return thing

    return Holder


def _class_by_type(thing):
    return type("Holder", (), {"held": thing})


def _class_and_attribute(thing):
    class Holder:
        pass

    Holder.held = thing
    return Holder


def _class_of_a_module(thing):
    namespace = {"thing": thing}
    exec("class Holder:\n held = thing\ndel thing", namespace)
    return namespace["Holder"]


def the_body_of_a_class_may_keep_what_it_uses():
    """Make classes in a function whose bodies use a variable, and others; count before a collection."""
    gc.disable()
    for make in _class_over, _class_with_default, _class_with_list:
        yield make.__name__.strip("_").replace("_", " "), _added(make)[0] == 1 + FREE_THREADED
    yield "a method keeps it as well", _added(_class_and_method)[0] == 2
    for make in _class_by_type, _class_and_attribute, _class_of_a_module, _class_of_methods:
        yield make.__name__.strip("_").replace("_", " "), _added(make)[0] == 1
    gc.enable()


def _asked_of_a_local():
    note = _Note("a")
    return refcount(note), refcount(note or None), f"{refcount(note)}"


def _asked_of_a_cell():
    note = _Note()

    def inner():
        return refcount(note)

    return refcount(note), inner()


def _asked_in_a_generator():
    note = _Note()
    yield refcount(note)
    yield refcount(note)


def refcount_leaves_out_what_asking_adds():
    """Ask about globals, locals, cells, items, attributes and new objects, in functions, classes and generators."""
    namespace = {"Note": _Note, "refcount": refcount}
    exec("note = Note()\ncount = refcount(note)\nagain = note\ntwo = refcount(note)", namespace)
    yield "a global", (namespace["count"], namespace["two"]) == (1, 2)
    exec("class Body:\n note = Note()\n count = refcount(note)", namespace)
    yield "in a class", namespace["Body"].count == 1
    yield "a local", _asked_of_a_local() == (1, 1, "1")
    yield "a variable of a closure", _asked_of_a_cell() == (1, 1)
    yield "in a generator", list(_asked_in_a_generator()) == [1, 1]
    yield "an item", refcount([_Note()][0]) == 0 and refcount((kept := [_Note()])[0]) == 1 == len(kept)
    yield "an attribute", refcount((slim := _Slim(_Note())).note) == 1 and slim.note == []
    yield "a new object", refcount(_Note()) == 0
    note = _Note()
    many = [note] * 100_000
    yield "many", refcount(note) == 100_001 == len(many) + 1


def every_slot_counts():
    """Put an object into slots of many owners, once, twice and a hundred thousand times."""
    for number in 1, 2, 100_000:
        yield f"a list, {number}", _added(lambda note, number=number: [note] * number) == (number, 0)
        yield f"a tuple, {number}", _added(lambda note, number=number: (note,) * number) == (number, 0)
        yield (
            f"a deque, {number}",
            _added(lambda note, number=number: collections.deque([note] * number)) == (number, 0),
        )
    yield "key and value", _added(lambda note: {note: note}) == (2, 0)
    yield "values", _added(lambda note: dict.fromkeys(range(10), note)) == (10, 0)
    yield "the same twice in a set", _added(lambda note: {note, note}) == (1, 0)
    yield "a list in a list", _added(lambda note: [[note], [note]]) == (2, 0)
    yield "a copied list", _added(lambda note: [note, note].copy() * 2) == (4, 0)


_LATER = """
def generator():
    yield
    yield note
def rebinding():
    global note
    before = note
    note = "two"
    return before, note
def asking(change):
    return note, change(), note
def deleting():
    global note
    del note
    return note
async def coroutine():
    return note
"""


def a_global_name_is_looked_up_when_its_line_runs():
    """Change what a name refers to after the call, before the line: in generators, coroutines, calls and by `del`."""
    names = {"note": "one"}
    exec(_LATER, names)
    suspended, waiting = names["generator"](), names["coroutine"]()
    next(suspended)
    yield "a function", names["rebinding"]() == ("one", "two")
    yield "a generator", next(suspended) == "two"
    yield "from outside", names["asking"](lambda: names.update(note="three")) == ("two", None, "three")
    try:
        waiting.send(None)
    except StopIteration as stop:
        yield "a coroutine", stop.value == "three"
    try:
        names["deleting"]()
    except NameError:
        yield "deleted in the call", True
    names["generator"].__globals__["note"] = "four"
    yield "bound again", names["asking"](lambda: None)[0] == "four"


_SCOPES = """
note = Note()
def by_name(): return note
class Body:
    inside = Note()
    def method(self): return inside
    def other(self): return note
def surrounding():
    local = Note()
    class Inner:
        def method(self): return local
    return (lambda: local), Inner().method, (lambda: note)
"""


def variables_of_modules_and_classes_are_not_closed_over():
    """Define functions and methods in modules, classes and functions; call them often; rebind what they use."""
    namespace = {"Note": _Note}
    exec(_SCOPES, namespace)
    by_name, body = namespace["by_name"], namespace["Body"]
    closing, method, not_closing = namespace["surrounding"]()
    yield "a module's variable", by_name.__closure__ is None and not_closing.__closure__ is None
    yield "a class's variable", body.method.__closure__ is None and body.other.__closure__ is None
    yield "a surrounding function's", [cell.cell_contents for cell in closing.__closure__] == [closing()]
    yield "through a class in it", method() is closing()
    for _ in range(10_000):
        by_name()
    witness = weakref.ref(namespace["note"])
    namespace["note"] = "another"
    for _ in range(2):
        gc.collect()
    yield "called often, then rebound", witness() is None and by_name() == not_closing() == "another"
    try:
        body().method()
    except NameError:
        yield "a class's variable is not even found", True


def some_holders_add_and_some_do_not():
    """Hold an object in twenty ways; mention it by weak references, slices, numbers and global names."""
    for way, hold in _ONE_EACH.items():
        yield way, _added(hold)[0] == 1
    yield "two closures over one variable", _added(_closures_over) == (1, 0)
    yield "two closures, of two calls", _added(lambda note: [_closure_over(note), _closure_over(note)]) == (2, 0)
    for size in 0, 3, 100_000:
        note = _Note([None] * size)
        yield f"a slice of {size}", _added(lambda note: note[:], note) == (0, 0)
    yield "a part of it", _added(lambda note: note[1:]) == (0, 0)
    yield "a weak reference", _added(weakref.ref) == (0, 0)
    yield "a weak reference with a callback", _added(lambda note: weakref.ref(note, print)) == (0, 0)
    yield "a proxy", _added(weakref.proxy) == (0, 0)
    yield "a weak set", _added(lambda note: weakref.WeakSet([note])) == (0, 0)
    yield "its id and its text", _added(lambda note: (id(note), repr(note))) == (0, 0)
    namespace = {"note": _Note()}
    yield "a global name", _added(lambda note: eval("lambda: note", namespace), namespace["note"]) == (0, 0)


def _argument_counted(source):
    """Ask in a function of this body, and return how many references the asking added."""
    namespace = {"getrefcount": getrefcount, "Note": _Note, "kept": _Note(), "box": [_Note()], "slim": _Slim(_Note())}
    exec(f"def ask(mine):\n{source}\nanswer = ask(None)", namespace)
    return namespace["answer"]


_ARGUMENTS = {
    "a global": ("    return getrefcount(kept) - 1", 1),
    "an item": ("    return getrefcount(box[0]) - 1", 1),
    "an attribute": ("    return getrefcount(slim.note) - 1", 1),
    "a new object": ("    return getrefcount(Note())", 1),
    "a variable of a closure": ("    mine = Note()\n    return (lambda: getrefcount(mine) - 1)()", 1),
    "a local in an or": ("    mine = Note('a')\n    return getrefcount(mine or None) - 1", 1),
    "a local that a closure shares": ("    mine = Note()\n    f = lambda: mine\n    return getrefcount(mine) - 1", 1),
    "a local that the argument assigns": ("    return getrefcount(mine := Note()) - 1", 1),
    "one that might have no value": ("    if box:\n        there = Note()\n    return getrefcount(there) - 1", 1),
    "a local": ("    mine = Note()\n    return getrefcount(mine) - 1", 0),
    "a local, in a condition": ("    mine = Note()\n    if True:\n        return getrefcount(mine) - 1", 0),
    "a local, deleted afterwards": (
        "    mine = Note()\n    count = getrefcount(mine) - 1\n    del mine\n    return count",
        0,
    ),
    "a local, with a second name": ("    mine = other = Note()\n    return getrefcount(mine) - 2", 0),
}


def getrefcount_counts_what_it_does_not_borrow():
    """Let objects reach the call in ten ways; expect one more each time, but for what is borrowed."""
    for way, (source, borrowed) in _ARGUMENTS.items():
        yield way, _argument_counted(source) == (borrowed if BORROWS else 1)
    namespace = {"getrefcount": getrefcount, "note": _Note()}
    exec("def ask(): return getrefcount(('two', 'words here'))", namespace)
    constants = [each for each in namespace["ask"].__code__.co_consts if type(each) is tuple]
    added = namespace["ask"]() - refcount(constants[0])
    yield "a constant", added == (sys.version_info < (3, 15))
    exec("answer = getrefcount(note) - 1", namespace)
    yield "at module level", namespace["answer"] == 1
    exec("class Body:\n inside = [note].copy()\n answer = getrefcount(note) - 2", namespace)
    yield "in a class", namespace["Body"].answer == 1


_ASKING = """
note = Note()
first = getrefcount(note)
holder = [note, (note,), Slim(note), lambda value=note: value]
second = getrefcount(note)
"""


def _asked(head, foot, body=_ASKING):
    """Run the asking in some place, and return the first count and the difference."""
    namespace = {"getrefcount": getrefcount, "Note": _Note, "Slim": _Slim}
    indent = "    " if head else ""
    exec(f"{head}\n" + "".join(f"{indent}{line}\n" for line in body.splitlines()) + foot, namespace)
    first, second = namespace["first"], namespace["second"]
    return first, second - first


_RUNNING = """
result = []
try: f().send(None)
except StopIteration: first, second = result
"""
_PLACES = {
    "a module": ("", ""),
    "a function": ("def f():", "    return first, second\nfirst, second = f()"),
    "a class": ("class Body:", "first, second = Body.first, Body.second"),
    "a closure": ("def f():", "    (lambda: note)()\n    return first, second\nfirst, second = f()"),
    "a generator": ("def f():", "    yield first, second\n(first, second), = f()"),
    "a coroutine": ("async def f():", "    result.extend((first, second))\n" + _RUNNING),
}


def differences_agree_where_counts_do_not():
    """Ask for both counts in modules, functions, classes, closures, generators, coroutines and threads."""
    counts = set()
    for way, (head, foot) in _PLACES.items():
        first, difference = _asked(head, foot)
        counts.add(first)
        yield way, difference == 4
    if THREADS:
        found = []
        thread = threading.Thread(target=lambda: found.append(_asked(*_PLACES["a function"])))
        thread.start()
        thread.join()
        yield "a thread", found[0][1] == 4
    yield "the counts themselves", counts == ({1, 2} if BORROWS else {2})
