import asyncio
import functools
import gc
import json
import sys
import threading
import weakref
from pathlib import Path

import pytest
from holding_objects import ELSEWHERE, HOLDERS, Thing, closure, with_attribute
from raw_memory import COUNTED, FREE_THREADED, counted, deep_on_pypy, run

from refdemo.holders import Referrer, referrers, why_alive

PYPY = sys.implementation.name == "pypy"
PY310 = sys.version_info < (3, 11)


class Method:
    def method(self):
        return self


# In a process of its own, which has a tenth of the objects that pytest's has, and where no thread was started.
ASK_EACH = """
import json, sys
sys.path.append(sys.argv[1])
from holding_objects import HOLDERS, Thing
from refdemo.holders import referrers
def ask(make):
    thing = Thing()
    kept = make(thing)
    return [each.words for each in referrers(thing)], kept is None
print(json.dumps({name: ask(make)[0] for name, (make, _) in HOLDERS.items()}))
"""


@pytest.fixture(scope="module")
def told_of_each():
    return json.loads(run(ASK_EACH, str(Path(__file__).parent)))


@pytest.mark.parametrize("name", HOLDERS)
def test_a_holder_is_told(told_of_each, name):
    if PYPY and name in ELSEWHERE:
        pytest.skip("PyPy writes this one in Python")
    assert told_of_each[name] == ["local `thing` of running function `ask`", HOLDERS[name][1]]


def told(thing):
    """What holds the argument, but for variables of running functions."""
    return [each.words for each in referrers(thing) if each.type not in ("frame", "")]


class TestEachReferenceIsTold:
    def test_of_two_keys_each(self):
        x = Thing()
        kept = {"a": x, "b": x}
        assert told(x) == ["value `['a']` of a dict", "value `['b']` of a dict"]
        assert len(kept) == 2

    @deep_on_pypy
    def test_of_two_places_in_a_list_each(self):
        x = Thing()
        kept = [x, 1, x]
        assert told(x) == ["item `[0]` of a list", "item `[2]` of a list"]
        assert len(kept) == 3

    @deep_on_pypy
    def test_of_itself(self):
        x = []
        x.append(x)
        assert told(x) == ["item `[0]` of a list"]

    @deep_on_pypy
    def test_of_a_bound_method(self):
        x = Method()
        kept = x.method
        assert told(x) == ["attribute `.__self__` of a method"]
        assert kept

    @deep_on_pypy
    @pytest.mark.parametrize("field", ["__context__", "__cause__"])
    def test_of_another_exception(self, field):
        x, kept = KeyError(), ValueError()
        setattr(kept, field, x)
        assert told(x) == [f"attribute `.{field}` of a ValueError"]

    @deep_on_pypy
    def test_of_a_weak_reference_that_holds_its_callback(self):
        watched, x = Thing(), functools.partial(print)
        kept = weakref.ref(watched, x)
        assert "callback" in " ".join(told(x))
        assert kept

    @deep_on_pypy
    def test_of_what_a_weak_references_callback_holds(self):
        watched, x = Thing(), Thing()
        kept = weakref.ref(watched, functools.partial(print, x))
        assert told(x) == ["attribute `.args[0]` of a partial"]
        assert kept

    @deep_on_pypy
    def test_of_a_closure_shared_by_two_functions(self):
        x = Thing()

        def one():
            return x

        def other():
            return x

        assert told(x) == ["closure variable `x` of function `one`", "closure variable `x` of function `other`"]
        assert one() is other()

    @deep_on_pypy
    def test_of_a_thousand_lists(self):
        x = Thing()
        kept = [[x] for _ in range(1000)]
        assert told(x) == ["item `[0]` of a list"] * 1000
        assert kept

    @deep_on_pypy
    def test_of_the_dicts_of_a_hundred_instances(self):
        x = Thing()
        kept = [with_attribute(x) for _ in range(100)]
        assert all(each.__dict__ for each in kept)
        assert told(x) == ["attribute `.part` of a Thing"] * 100

    def test_but_no_weak_reference(self):
        x = Thing()
        kept = [weakref.ref(x), weakref.proxy(x)]
        assert told(x) == []
        assert len(kept) == 2

    @deep_on_pypy
    def test_of_a_task_that_waits(self):
        async def work(part, started, done):
            started.set()
            await done.wait()
            return part

        async def main():
            x, started, done = Thing(), asyncio.Event(), asyncio.Event()
            task = asyncio.ensure_future(work(x, started, done))
            await started.wait()
            found = told(x)
            done.set()
            await task
            return found

        assert asyncio.run(main()) == ["local `part` of suspended coroutine `work`"]


class TestLocalsOfRunningFunctions:
    def test_of_the_caller_and_of_its_callers(self):
        def innermost(c):
            return [each.words for each in referrers(c)]

        def inner(b):
            return innermost(b)

        a = Thing()
        words = inner(a)
        here = "test_of_the_caller_and_of_its_callers"
        expected = [("c", "innermost"), ("b", "inner"), ("a", here)]
        # 3.10 holds an argument once more while a call runs.
        assert words[:3] == [f"local `{name}` of running function `{function}`" for name, function in expected]
        assert words[3:] == (["2 references are held where Python code cannot look"] if COUNTED and PY310 else [])

    def test_of_another_thread(self):
        ready, done, box = threading.Event(), threading.Event(), []

        def work():
            theirs = Thing()
            box.append(weakref.ref(theirs))
            ready.set()
            done.wait()

        thread = threading.Thread(target=work, name="Worker")
        thread.start()
        ready.wait()
        try:
            found = [each.words for each in referrers(box[0]())]
        finally:
            done.set()
            thread.join()
        if FREE_THREADED and not sys._is_gil_enabled():
            assert found == ["1 reference is held where Python code cannot look"]
        else:
            assert found[0] == "local `theirs` of running function `work` in thread `Worker`"

    @deep_on_pypy
    def test_that_inner_functions_share(self):
        x = Thing()

        def inner():
            return x

        here = "test_that_inner_functions_share"
        assert [each.words for each in referrers(x)] == [
            f"local `x` of running function `{here}`",
            "closure variable `x` of function `inner`",
        ]
        assert inner

    @deep_on_pypy
    def test_of_a_running_generator(self):
        def steps():
            x = Thing()
            yield [each.words for each in referrers(x)]

        assert next(steps()) == ["local `x` of running function `steps`"]


class TestWhatIsNotFound:
    @counted
    def test_is_counted(self):
        x = object()
        kept = tuple([x, 1])
        gc.collect()
        if gc.is_tracked(kept):
            pytest.skip("this Python keeps track of every tuple")
        words = [each.words for each in referrers(x)]
        assert words[1:] == ["1 reference is held where Python code cannot look"]
        again = tuple([x, x])
        gc.collect()
        assert referrers(x)[-1] == Referrer("3 references are held where Python code cannot look", "")
        assert kept and again

    @deep_on_pypy
    def test_is_nothing_for_a_temporary(self):
        words = [each.words for each in referrers(Thing())]
        assert words == []

    def test_is_not_told_of_an_immortal_object(self):
        if not COUNTED or sys.version_info < (3, 12):
            pytest.skip("no immortal objects here")
        assert "where Python code cannot look" not in str(referrers(Ellipsis))


class TestAskingLeavesNoTrace:
    @counted
    @pytest.mark.parametrize("ask", [referrers, why_alive])
    def test_in_counts(self, ask):
        x, y = Thing(), Thing()
        kept = [x, {"k": x}, closure(x)]
        x.part = y
        counts = [sys.getrefcount(each) for each in (x, y, kept, kept[1])]
        ask(x)
        ask(y)
        assert [sys.getrefcount(each) for each in (x, y, kept, kept[1])] == counts

    @pytest.mark.parametrize("ask", [referrers, why_alive])
    def test_in_lifetimes(self, ask):
        x = Thing()
        x.part = Thing()
        gone = weakref.ref(x), weakref.ref(x.part)
        kept = ask(x.part), ask(x)
        del x
        if not COUNTED:
            gc.collect()
        assert [each() for each in gone] == [None, None]
        assert kept

    @deep_on_pypy
    @pytest.mark.parametrize("enabled", [True, False])
    @pytest.mark.parametrize("ask", [referrers, why_alive])
    def test_in_the_collector(self, ask, enabled):
        (gc.enable if enabled else gc.disable)()
        ask([])
        assert gc.isenabled() is enabled

    @pytest.mark.parametrize("ask", [referrers, why_alive])
    def test_in_the_collector_when_interrupted(self, ask, monkeypatch):
        def interrupted(*_):
            raise KeyboardInterrupt

        gc.enable()
        monkeypatch.setattr(gc, "get_referents", interrupted)
        kept = [Thing()]
        with pytest.raises(KeyboardInterrupt):
            ask(kept[0])
        assert gc.isenabled()

    @deep_on_pypy
    @pytest.mark.parametrize("ask", [referrers, why_alive])
    def test_in_objects_that_refuse_to_be_looked_at(self, ask):
        def refuse(*_, **__):
            raise AssertionError("the user's code was run")

        names = "__eq__ __hash__ __repr__ __getattribute__ __getattr__ __len__ __bool__ __iter__ __instancecheck__"
        meta = type("Meta", (type,), {name: refuse for name in names.split() if name != "__getattribute__"})
        hostile = dict.fromkeys(names.split(), refuse)
        cls = type.__call__(meta, "Hostile", (), {**hostile, "__slots__": ("part", "__dict__")})
        x, holder = object.__new__(cls), object.__new__(cls)
        cls.__dict__["part"].__set__(holder, x)
        object.__setattr__(holder, "other", x)
        kept = [holder]
        assert ask(x)
        assert kept
