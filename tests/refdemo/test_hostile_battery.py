"""No instrument runs code of what it looks at: each hook, on each kind of object, before each instrument."""

import collections
import functools
import gc
import types

import pytest
from raw_memory import COUNTED, deep_on_pypy

from refdemo import is_immortal, object_graph, refcount, refcount_at
from refdemo.cycles import cycles, cyclic_garbage
from refdemo.edges import edges
from refdemo.graph import Film
from refdemo.growth import growth
from refdemo.holders import referrers, why_alive

PLAIN = [
    "__eq__",
    "__ne__",
    "__lt__",
    "__hash__",
    "__repr__",
    "__str__",
    "__format__",
    "__bool__",
    "__len__",
    "__iter__",
    "__next__",
    "__reversed__",
    "__contains__",
    "__getitem__",
    "__missing__",
    "__call__",
    "__dir__",
    "__sizeof__",
    "__reduce__",
    "__reduce_ex__",
    "__index__",
    "__int__",
    "__get__",
    "__instancecheck__",
    "__subclasscheck__",
    "__subclasshook__",
    "__getattr__",
    "__getattribute__",
    "__setattr__",
    "__delattr__",
    "__enter__",
    "__copy__",
    "__fspath__",
    "__buffer__",
    "__length_hint__",
    "__del__",
]
PROPERTIES = [
    "__class__",
    "__dict__",
    "__name__",
    "__module__",
    "__weakref__",
    "__doc__",
    "_name",
    "name",
]
EACH = [*PLAIN, *PROPERTIES] if COUNTED else []  # PyPy takes a minute for a hook
NEEDED_BY_TYPE = ("__class__", "__dict__", "__weakref__", "__del__", "__module__", "__doc__")
BASES = {
    "instance": object,
    "list": list,
    "dict": dict,
    "tuple": tuple,
    "set": set,
    "deque": collections.deque,
    "OrderedDict": collections.OrderedDict,
    "exception": ValueError,
    "module": types.ModuleType,
}


class Called(BaseException):
    """What nothing in refdemo may catch."""


class Recorder:
    """Hooks that complain of being called, once they are armed, and remember it."""

    def __init__(self):
        self.armed, self.calls = False, []

    def hook(self, name):
        def called(*_, **__):
            if not self.armed:
                return NotImplemented
            self.calls.append(name)
            raise Called(name)

        return property(called) if name in PROPERTIES else called


def kinds(recorder, names):
    """Yield an object of each kind that has the recorder's hooks of these names, with the kind's name."""
    hooks = {name: recorder.hook(name) for name in names}
    for kind, base in BASES.items():
        cls = type("Hostile", (base,), dict(hooks))
        made = base.__new__(cls, "odd") if base is types.ModuleType else base.__new__(cls)
        if base is types.ModuleType:
            types.ModuleType.__init__(made, "odd")
        yield kind, made
    of_class = {name: hook for name, hook in hooks.items() if name not in NEEDED_BY_TYPE}
    if of_class:
        meta = type("Meta", (type,), of_class)
        yield "class", type.__new__(meta, "Hostile", (), {})
        yield "instance of such a class", object.__new__(type.__new__(meta, "Hostile", (), {}))


def set_attribute(holder, value):
    try:
        object.__setattr__(holder, "part", value)
    except (AttributeError, TypeError):
        return


def ask_everything(hostile):
    box = {"k": hostile, "list": [hostile], "tuple": (hostile, 1)}
    cell = (lambda: hostile).__closure__[0]
    object_graph(box, named=hostile)
    Film().frame(box)
    edges(hostile), edges(box), edges(cell)
    referrers(hostile), referrers(box), referrers(type(hostile))
    why_alive(hostile), why_alive(box, chains=2)
    cycles(hostile, box)
    if COUNTED:
        refcount(hostile), is_immortal(hostile), refcount_at(id(hostile))


def ask_of_all_objects():
    growth(lambda: None, of=Recorder, rounds=1)
    growth(lambda: None, rounds=1)
    if COUNTED:
        cyclic_garbage()


@deep_on_pypy
@pytest.mark.parametrize(
    "names", [PLAIN, PROPERTIES, *([pytest.param([name], marks=pytest.mark.deep) for name in EACH])]
)
def test_no_instrument_calls(names):
    recorder = Recorder()
    made = list(kinds(recorder, names))
    inner = object()
    for _, hostile in made:
        set_attribute(hostile, inner)
    gc.disable()  # a finalizer that a collection calls is the collector's doing
    recorder.armed = True
    called = []
    asks = [(kind, functools.partial(ask_everything, hostile)) for kind, hostile in made]
    for kind, ask in [*asks, ("all", ask_of_all_objects)]:
        try:
            ask()
        except Called:
            called.append(kind)
    recorder.armed = False
    assert (called, recorder.calls) == ([], [])


@deep_on_pypy
@pytest.mark.parametrize("name", [None, 1, b"x", "a" * 10_000, "line\nbreak", "\ud800", "\x1b[31m"])
def test_odd_names_are_told_or_left_out(name):
    def function():
        return None

    module = types.ModuleType("m")
    module.__dict__["__name__"] = name
    cls = type("Cls", (), {"__module__": name})
    if type(name) is str:
        function.__qualname__ = name
    held = object()
    function.part = module.part = cls.part = held
    for owner in (function, module, cls):
        assert str(referrers(held))
        assert str(why_alive(held))
        assert str(object_graph(owner))
