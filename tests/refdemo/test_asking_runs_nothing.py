"""What is asked about runs none of its code, and asking ends: also near the recursion limit, and leaves nothing."""

import contextlib
import contextvars
import sys
import types
import warnings

import pytest
from raw_memory import COUNTED, counted, deep_on_pypy, run

from refdemo import object_graph
from refdemo.cycles import cycles
from refdemo.edges import edges
from refdemo.holders import referrers, why_alive


class Service:
    pass


class TestWhatIsAskedRunsNothing:
    @pytest.fixture
    def compared(self):
        """Keys that are equal to nothing and have the hash of a name: their number, and how often they were asked."""

        class Key:
            def __init__(self, name):
                self.hash = hash(name)

            def __hash__(self):
                return self.hash

            def __eq__(self, other):
                asked.append(other)
                return False

        asked = []
        names = [
            "part",
            "args",
            "f",
            "__dict__",
            "__slots__",
            "_fields",
            "__call__",
            "__name__",
            "__module__",
            "__file__",
        ]
        return {Key(name): None for name in names}, asked

    def ask(self, part, holder):
        referrers(part), why_alive(part), referrers(holder), edges(holder), str(object_graph(holder)), cycles(holder)

    @deep_on_pypy
    @pytest.mark.parametrize("kind", ["instance", "function", "exception", "module", "globals", "class"])
    def test_a_key_with_the_hash_of_a_name_is_compared_with_nothing(self, compared, kind):
        keys, asked = compared
        part, holder = Service(), {"instance": Service, "exception": ValueError}.get(kind, Service)()
        if kind == "function":
            holder = lambda: None  # noqa: E731
        elif kind == "module":
            holder = types.ModuleType("odd")
        elif kind == "globals":
            if not COUNTED:
                pytest.skip("PyPy looks a function's module up in its globals")
            names = {**keys, "part": part}
            exec("def f(): return part", names)
            holder = names["f"]
        elif kind == "class":
            if not COUNTED:
                pytest.skip("PyPy's classes have names only")
            with warnings.catch_warnings(action="ignore") if sys.version_info >= (3, 11) else contextlib.nullcontext():
                holder = type("Odd", (), dict(keys))
        if kind not in ("globals", "class"):
            vars(holder).update(keys)
        if kind != "globals":
            holder.part = part
        asked.clear()
        self.ask(part, holder)
        assert asked == []

    @deep_on_pypy
    def test_names_of_a_class_of_the_users_stay_what_they_are(self):
        class Text(str):
            def complain(self, *_):
                calls.append(self)
                return NotImplemented

            __eq__ = __ne__ = startswith = endswith = __getitem__ = __format__ = __str__ = removeprefix = complain
            __hash__ = str.__hash__

        calls = []

        def function():
            return None

        function.__qualname__ = Text("handle")
        function.__code__ = function.__code__.replace(co_name=Text("handle"), co_filename=Text("app.py"))
        variable = contextvars.ContextVar(Text("request"))
        holder = type(Text("Holder"), (), {"__module__": Text("app")})()
        function.part = holder.part = part = Service()

        def ask():
            variable.set(part)
            calls.clear()
            self.ask(part, function)
            self.ask(part, holder)

        contextvars.Context().run(ask)
        assert calls == []


class TestEnds:
    def test_near_the_recursion_limit_an_instrument_raises(self):
        program = """
import sys
from refdemo.edges import edges
def go_on(depth):
    try:
        return go_on(depth + 1)
    except RecursionError:
        try:
            edges({"k": [depth]})
        except RecursionError:
            pass
        raise
sys.setrecursionlimit(120)
try:
    go_on(0)
except RecursionError:
    print("raised")
"""
        assert run(program) == "raised\n"

    @counted
    def test_looking_for_what_is_not_tracked_leaves_nothing(self):
        program = """
import ctypes, gc, weakref
from refdemo.holders import referrers
def ask():
    held = lambda: None
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(held))
    assert any("cannot look" in each.words for each in referrers(held))
    ctypes.pythonapi.Py_DecRef(ctypes.py_object(held))
    return weakref.ref(held)
referrers([])
gc.disable()
print(ask()() is None, ask()() is None)
"""
        assert run(program) == "True True\n"


@pytest.mark.skipif(not COUNTED, reason="PyPy's classes keep their attributes elsewhere")
def test_growth_tells_the_class_that_gets_attributes_not_the_interned_names():
    program = """
import itertools
from refdemo.growth import growth
number = itertools.count()
class Grows: pass
print(growth(lambda: setattr(Grows, f"name{next(number)}", 1), rounds=12))
"""
    answer = run(program)
    assert "global Grows" in answer
    assert "one dict got longer" in answer
