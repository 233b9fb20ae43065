import asyncio
import ctypes
import functools
import gc
import json
import re
import sys
import threading
import weakref
from pathlib import Path

import pytest
from holding_objects import HOLDERS, Thing, with_attribute
from raw_memory import COUNTED, FREE_THREADED, counted, deep_on_pypy, run

from refdemo.holders import Referrer, referrers

PYPY = sys.implementation.name == "pypy"
LENDS = COUNTED and sys.version_info >= (3, 14)  # a caller's local to a parameter, without another reference
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
    variable, holder = told_of_each[name]
    assert variable == "local `thing` of running function `ask`"
    assert begins(without_places(holder), HOLDERS[name][1])


def begins(words, expected):
    """Whether words say what is expected, and then at most the file, the line, and what holds the holder."""
    return words.startswith(expected) and words[len(expected) :][:2] in ("", " (", " o", " i", ", ")


def without_places(words):
    """The words without the files and lines of what they name."""
    return re.sub(r" \([^)]+\)", "", words)


def told(thing):
    """What holds the argument, but for variables of running functions and for what holds the holders."""
    found = [each.words for each in referrers(thing) if each.type not in ("frame", "")]
    return [words.partition(", ")[0] for words in found]


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
        assert told(x)[0].startswith("attribute `.__self__` of a method `Method.method` (test_holders.py:")
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

        # A cell of this function holds it, for this one and for both others.
        here = "test_of_a_closure_shared_by_two_functions"
        assert [each.words for each in referrers(x)] == [f"local `x` of running function `{here}`"]
        assert one() is other()

    @deep_on_pypy
    def test_of_a_closure_shared_by_two_functions_once(self):
        def make():
            x = Thing()
            return weakref.ref(x), lambda: x, lambda: x

        x, one, other = make()
        [words] = told(x())
        assert begins(words, "closure variable `x` of function `<lambda>`")
        assert words.endswith(" and 1 more") or not COUNTED
        assert one() is other()

    @deep_on_pypy
    def test_of_a_thousand_lists(self):
        x = Thing()
        kept = [[x] for _ in range(1000)]
        assert told(x) == ["1,000 × item `[0]` of a list"]
        assert sum(each.times for each in referrers(x) if each.type == "list") == 1000
        assert kept

    @deep_on_pypy
    def test_of_the_dicts_of_a_hundred_instances(self):
        x = Thing()
        kept = [with_attribute(x) for _ in range(100)]
        assert all(each.__dict__ for each in kept)
        assert told(x) == ["100 × attribute `.part` of a Thing"]

    @deep_on_pypy
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

        [words] = asyncio.run(main())
        assert words.startswith("local `part` of suspended coroutine `work` (test_holders.py:")


class TestLocalsOfRunningFunctions:
    @deep_on_pypy
    def test_of_the_caller_and_of_its_callers(self):
        def innermost(c):
            return [each.words for each in referrers(c)]

        def inner(b):
            return innermost(b)

        a = Thing()
        words = inner(a)
        here = "test_of_the_caller_and_of_its_callers"
        expected = [("a", here), ("b", "inner"), ("c", "innermost")]
        if LENDS:  # b and c borrow a's reference
            del expected[1:]
        # 3.10 holds an argument once more while a call runs.
        more = ["2 references are held where Python code cannot look"] if COUNTED and PY310 else []
        found = [f"local `{name}` of running function `{function}`" for name, function in expected]
        assert sorted(words) == sorted(found + more)

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

        # The cell is the one reference; PyPy shows it nowhere else.
        here = "test_that_inner_functions_share"
        assert [each.words for each in referrers(x)][:1] == [f"local `x` of running function `{here}`"]
        assert not COUNTED or len(referrers(x)) == 1
        assert inner

    @deep_on_pypy
    def test_of_a_running_generator(self):
        def steps():
            x = Thing()
            yield [each.words for each in referrers(x)]

        assert next(steps()) == ["local `x` of running function `steps`"]


class TestWhatIsNotFound:
    @counted
    @pytest.mark.parametrize("number", [1, 3])
    def test_is_counted(self, number):
        x = Thing()
        hold, release = ctypes.pythonapi.Py_IncRef, ctypes.pythonapi.Py_DecRef
        for _ in range(number):
            hold(ctypes.py_object(x))
        found = referrers(x)
        for _ in range(number):
            release(ctypes.py_object(x))
        verb = "reference is" if number == 1 else "references are"
        last = Referrer(f"{number} {verb} held where Python code cannot look", "", number)
        assert found[1:] == [last]

    @counted
    def test_is_nothing_in_a_tuple_that_is_not_tracked(self):
        x = object()
        kept = [tuple([x, 1, x])]  # in a list, for up to 3.12 the variables of running functions are not searched so
        gc.collect()
        words = [each.words for each in referrers(x)]
        here = "test_is_nothing_in_a_tuple_that_is_not_tracked"
        assert words[0] == f"local `x` of running function `{here}`"
        places = {each.partition(", ")[0] for each in words[1:]}
        tracked = {"item `[0]` of a tuple", "item `[2]` of a tuple"}
        assert places == (tracked if gc.is_tracked(kept[0]) else {"item `[0][0]` of a list", "item `[0][2]` of a list"})
        assert kept

    @deep_on_pypy
    def test_is_nothing_for_a_temporary(self):
        words = [each.words for each in referrers(Thing())]
        assert words == []

    def test_is_not_told_of_an_immortal_object(self):
        if not COUNTED or sys.version_info < (3, 12):
            pytest.skip("no immortal objects here")
        assert "where Python code cannot look" not in str(referrers(Ellipsis))
