"""Attacks on the sentences of tutorial/names-and-objects."""

import contextlib
import copy
import enum
import functools
import gc
import math
import queue
import sys
import threading
import types
import weakref

CPYTHON = sys.implementation.name == "cpython"
THREADS = sys.platform != "emscripten"


class _Thing:
    pass


class _Slim:
    __slots__ = ("__weakref__", "kept")


def _generator():
    yield


_KINDS = {
    "a list": ["milk"],
    "a dictionary": {"milk": 1},
    "a tuple": (["milk"],),
    "a string": "".join(["mi", "lk"]),
    "a bytearray": bytearray(b"milk"),
    "a large number": 10**30,
    "an instance": _Thing(),
    "a class": _Thing,
    "a function": _generator,
    "a generator": _generator(),
    "a module": types,
}
_SCOPES = {
    "a module": "{0}\nseen = name",
    "a function": "def f():\n {0}\n return name\nseen = f()",
    "a global statement": "def f():\n global name\n {0}\nf()\nseen = name",
    "a nonlocal statement": "def f():\n name = None\n def g():\n  nonlocal name\n  {0}\n g()\n return name\nseen = f()",
    "a class": "class Body:\n {0}\nseen = Body.name",
}
_ASSIGNMENTS = {
    "plain": "name = made",
    "two names": "other = name = made",
    "unpacking": "name, *rest = made, 1, 2",
    "an expression": "(name := made)",
    "a loop": "for name in [made]: pass",
    "the same again": "name = made; name = name",
    "a slice of a list": "name, = [made][:]",
}


def _named(source, made, scope="a module"):
    """Bind `name` to an object in a scope, and return what the name is bound to."""
    namespace = {"made": made}
    exec(_SCOPES[scope].format(source), namespace)
    return namespace["seen"]


def assigning_to_a_name_copies_nothing():
    """Bind objects of eleven kinds, in seven ways, in modules, functions, classes, globally and in between."""
    for kind, made in _KINDS.items():
        yield kind, all([_named("name = made", made, scope) is made for scope in _SCOPES])
    made = ["milk"]
    for way, source in _ASSIGNMENTS.items():
        yield way, all([_named(source, made, scope) is made for scope in _SCOPES])
    yield "it is unchanged", made == ["milk"]


_WITHIN = """
def make():
    global made
    made = []
make()
seen = globals()["made"] is made
globals()["given"] = made
"""


_LAZY = """
lazy import this_module_does_not_exist as missing
lazy from colorsys import rgb_to_hsv as function
lazy import colorsys
def used(): return function, colorsys
"""


def _lazily():
    """Yield what a module's dictionary has for lazy imports before they are used, and afterwards."""
    module = types.ModuleType("new")
    exec(_LAZY, vars(module))
    before = vars(module)["function"], vars(module)["colorsys"]
    module.other = vars(module)["colorsys"]
    yield "stand-ins", [type(each).__name__ for each in before] == ["lazy_import"] * 2
    after = module.used()
    yield "replaced when they are used", after == (vars(module)["function"], vars(module)["colorsys"]) != before
    yield "used under another name only", type(vars(module)["other"]).__name__ == "lazy_import"
    exec("other", vars(module))
    yield "then under this one", vars(module)["other"] is vars(module)["colorsys"]
    with contextlib.suppress(ImportError):
        exec("missing", vars(module))
    yield "one that cannot be imported", type(vars(module)["missing"]).__name__ == "lazy_import"


def a_module_is_an_ordinary_dictionary():
    """Look into modules of Python, of C, of the start-up and new ones; add, change and remove names both ways."""
    for module in types, math, sys, sys.modules["__main__"], types.ModuleType("new"):
        yield f"the type of {module.__name__}'s", type(vars(module)) is dict
        yield f"its values are the objects, {module.__name__}", vars(module)["__name__"] is module.__name__
    module = types.ModuleType("new")
    module.thing = thing = _Thing()
    yield "a new name is a new key", vars(module)["thing"] is thing
    vars(module)["other"] = thing
    yield "a new key is a new name", module.other is thing
    del module.thing
    yield "a name that is deleted", "thing" not in vars(module)
    exec(_WITHIN, vars(module))
    yield "in the module itself", module.seen and module.given is module.made
    yield "built-in names are elsewhere", "print" not in vars(module)
    if sys.version_info >= (3, 15):
        yield from _lazily()


def _taking(*things, **named):
    return [*things, *named.values()]


def _places(made):
    """Put an object into a place of each kind, and yield what is found there."""
    yield "a slot of a list", [made][0]
    yield "an item of a tuple", (made,)[0]
    yield "a value of a dictionary", {"key": made}["key"]
    thing, slim = _Thing(), _Slim()
    thing.kept = slim.kept = made
    yield "an attribute", thing.kept
    yield "a slot of __slots__", slim.kept
    yield "an attribute of a class", type("Keeping", (), {"kept": made}).kept
    yield "a parameter", (lambda thing: thing)(made)
    yield "a starred parameter", _taking(1, made)[1]
    yield "a keyword", _taking(kept=made)[0]
    yield "a default", (lambda thing=made: thing)()
    yield "a closure", (lambda: made)()
    yield "a partial", functools.partial(_taking, made)()[0]
    yield "an exception", ValueError(made).args[0]
    waiting = queue.SimpleQueue()
    waiting.put(made)
    yield "a queue", waiting.get()


def places_are_filled_without_copying():
    """Put lists, strings, numbers and instances into fourteen kinds of places, and into a million of one."""
    found = {kind: dict(_places(made)) for kind, made in _KINDS.items()}
    for place in found["a list"]:
        yield place, all([found[kind][place] is made for kind, made in _KINDS.items()])
    made = ["milk"]
    before = copy.copy(made)
    yield "it is unchanged", len(list(_places(made))) == len(found["a list"]) and made == before
    yield "a million slots", set(map(id, [made] * 1_000_000)) == {id(made)}
    if THREADS:
        found = []
        thread = threading.Thread(target=found.append, args=(made,))
        thread.start()
        thread.join()
        yield "an argument of a thread", found[0] is made


def an_identity_is_unique_at_one_time():
    """Compare the identities of many living objects, of one kind and of several, and of objects made one by one."""
    for kind in _Thing, _Slim, list, dict, set, bytearray, object:
        alive = [kind() for _ in range(20_000)]
        yield f"{kind.__name__}, alive", len(set(map(id, alive))) == len(alive)
    mixed = [make() for make in (_Thing, _Slim, list, dict, set, bytearray, object) for _ in range(5_000)]
    yield "several kinds", len(set(map(id, mixed))) == len(mixed)
    gc.collect()
    yield "after a collection", len(set(map(id, mixed + alive))) == len(mixed) + len(alive)
    texts = [str(number) * 2 for number in range(10_000)]
    yield "strings", len(set(map(id, texts))) == len(texts)
    for kind in (_Slim, list, set) if CPYTHON else ():
        yield f"{kind.__name__}, one after the other", len({id(kind()) for _ in range(50_000)}) < 50_000


_REBINDINGS = {
    "plain": "name = made; name = 1",
    "an expression": "name = made; (name := 2)",
    "unpacking": "name = made; name, rest = 1, 2",
    "a longer list": "name = made; name = name + ['tea']",
    "an import": "name = made; import gc as name",
}


def _in_its_namespace(source):
    """Run two lines in a module, and return what its names are bound to before the second, and after it."""
    names = {"made": ["milk"], "words": {"tea": 1}, "__builtins__": __builtins__}
    first, second = source.split("; ")
    exec(first, names)
    before = dict(names)
    exec(second, names)
    return before, names


def _namespaces():
    """Yield what a binding does change: the namespace, though the name should refer to it."""
    for source in "name = made; name = None", "name = words; name = other = 1", "name = globals(); name = None":
        before, after = _in_its_namespace(source)
        changed = {key for key in after if after[key] is not before.get(key)}
        yield source, changed <= {"name", "other"} and (after["made"], after["words"]) == (["milk"], {"tea": 1})


_ENUMERATION = "class Colour(Enum):\n made = 1\n made_of_it = made\nseen = list(Colour.__members__)"


def _not_of_itself():
    """Yield what a class's namespace does with a binding, and what the old object does when it goes."""
    names = {"Enum": enum.Enum}
    exec(_ENUMERATION, names)
    yield "a class's namespace may do more", names["seen"] == ["made", "made_of_it"]
    log = []
    names["name"] = type("Going", (), {"__del__": lambda self: log.append("gone")})()
    exec("name = None", names)
    for _ in range(0 if CPYTHON else 3):
        gc.collect()
    yield "the old object's finalizer may", log == ["gone"]


def rebinding_changes_nothing_but_a_namespace():
    """Bind a name to something else in several ways and scopes, and look at the object by its other name."""
    for kind, made in _KINDS.items():
        before = repr(made), id(made)
        _named("name = made; name = None", made)
        yield kind, (repr(made), id(made)) == before
    made = ["milk"]
    for way, source in _REBINDINGS.items():
        seen = [_named(source, made, scope) for scope in _SCOPES]
        yield way, made == ["milk"] and not any([each is made for each in seen])
    other = made
    made += ["tea"]
    yield "an augmented assignment is another thing", other is made == ["milk", "tea"]
    yield from _namespaces()
    yield from _not_of_itself()


def _pairs():
    """Yield equal numbers and strings that were made apart."""
    yield "small numbers", int("7"), int("7")
    yield "256 and more", int("257"), int("257")
    yield "1024 and more", int("1025"), int("1025")
    yield "large numbers", 10**30, int("1" + "0" * 30)
    yield "fractions", float("0.5"), 1 / 2
    yield "a number and a fraction", 1, 1.0
    yield "letters", "a", "xa"[1]
    yield "words", "milk", "".join(["mi", "lk"])
    yield "long texts", "milk" * 1_000, "".join(["milk"] * 1_000)
    yield "accents", chr(1078), "\u0436"
    yield "bytes", b"milk", bytes(bytearray(b"milk"))


def only_equality_can_be_relied_on():
    """Compare numbers and strings that were made apart, and things whose type says what a value is, in both ways."""
    shared = []
    for way, one, other in _pairs():
        yield way, one == other and hash(one) == hash(other)
        shared.append(one is other)
    yield "some of them are one object, others are not", {True, False} == set(shared)
    if THREADS:
        made = []
        thread = threading.Thread(target=lambda: made.append("".join(["mi", "lk"])))
        thread.start()
        thread.join()
        yield "made in a thread", made[0] == "milk"
    one, other = ["milk"], ["milk"]
    yield "lists", one == other and one is not other
    yield "a type without values", _Thing() != _Thing()
    always = type("Always", (), {"__eq__": lambda self, other: True})()
    yield "a type that says so", always == 1 and always is not _Thing


def _gone(witness):
    for _ in range(0 if CPYTHON else 2):
        gc.collect()
    return witness() is None


_DELETIONS = {
    "a name": ("", "del held"),
    "a slot": ("box = [held]; del held", "del box[0]"),
    "a slice": ("box = [held, held]; del held", "del box[:]"),
    "a key": ("box = {held: 1}; del held", "del box[next(iter(box))]"),
    "a value": ("box = {1: held}; del held", "del box[1]"),
    "an attribute": ("box = Thing(); box.held = held; del held", "del box.held"),
    "a global name": ("", "del globals()['held']"),
}


_HOLDERS = {
    "a list": lambda thing: [thing],
    "a closure": lambda thing: lambda: thing,
    "a default": lambda thing: lambda each=thing: each,
}


def del_takes_one_reference_away():
    """Delete names, slots, slices, keys and attributes while a second name holds the object, and then that one."""
    for way, (setting, deleting) in _DELETIONS.items():
        namespace = {"held": _Thing(), "Thing": _Thing}
        exec(f"second = held\n{setting}", namespace)
        witness = weakref.ref(namespace["second"])
        exec(deleting, namespace)
        yield f"{way}, held by another", not _gone(witness)
        namespace.pop("second")
        yield f"{way}, held by nothing", _gone(witness)
    for way, hold in _HOLDERS.items():
        held = _Thing()
        holder, witness = hold(held), weakref.ref(held)
        del held
        yield f"held by {way}", not _gone(witness)
        del holder
        yield f"then by nothing, {way}", _gone(witness)
