"""What few programs do and some did: each of these made `referrers` fail, count wrongly or say what is not so."""

import asyncio
import codecs
import contextvars
import encodings
import signal
import sys
import weakref

import pytest
from raw_memory import COUNTED, deep_on_pypy, run

from refdemo import refcount
from refdemo.holders import referrers, why_alive

with_signals = pytest.mark.skipif(not hasattr(signal, "SIGCHLD"), reason="this system has no such signal")


class Service:
    pass


def told(box):
    """Return each line about what a list holds at its end, but for that list, with its number; they add up."""
    count = refcount(box[-1]) if COUNTED else None
    found = referrers(box[-1])
    if COUNTED:
        assert sum(each.times for each in found) == count, found
    return {each.words: each.times for each in found if "local `box`" not in each.words}


@deep_on_pypy
class TestWhatTheInterpreterHolds:
    @with_signals
    def test_a_handler_is_held_once_by_a_signal_with_two_names(self):
        box = [lambda *_: None]
        before = signal.signal(signal.SIGCHLD, box[0])
        try:
            assert told(box) == {"handler of signal `SIGCHLD`": 1}
        finally:
            signal.signal(signal.SIGCHLD, before)

    @with_signals
    def test_a_handler_of_a_signal_without_a_name_is_told_by_its_number(self):
        number = max(signal.valid_signals()) - 4
        box = [lambda *_: None]
        before = signal.signal(number, box[0])
        try:
            assert told(box) == {f"handler of signal `{number}`": 1}
        finally:
            signal.signal(number, before)

    def test_a_list_of_the_programs_is_not_that_of_the_search_functions(self):
        holder = Service()
        holder.functions = [encodings.search_function, Service()]
        box = [holder.functions]
        holder.handlers = {"xmlcharrefreplace": codecs.strict_errors}
        assert "search functions" not in str(told(box))
        box = [holder.handlers]
        assert "error handlers" not in str(told(box))

    @pytest.mark.skipif(sys.version_info < (3, 11) or not COUNTED, reason="3.10 keeps more of calls that are traced")
    def test_what_a_trace_function_makes_a_search_hold_is_not_told(self):
        program = """
import sys
from refdemo.holders import referrers
class Tracer:
    def __call__(self, *arguments): return self
def ask():
    tracer = Tracer()
    sys.settrace(tracer)
    found = referrers(tracer)
    sys.settrace(None)
    return [each.words for each in found]
print(ask())
"""
        expected = ["local `tracer` of running function `ask`", "trace function of this thread"]
        assert run(program) == f"{expected}\n"

    def test_a_frames_trace_function_is_held_by_the_running_function(self):
        box = [lambda *_: box[0]]
        frame = sys._getframe()
        frame.f_trace = box[0]
        del frame
        try:
            name = "test_a_frames_trace_function_is_held_by_the_running_function"
            assert told(box)[f"trace function by running function `{name}`"] == 1
        finally:
            sys._getframe().f_trace = None


@deep_on_pypy
class TestVariables:
    @pytest.mark.parametrize("where", ["", "class Body:\n    "])
    def test_a_comprehensions_variable_is_told_wherever_it_runs(self, where):
        code = f"{where}told = [sums(x) for x in [make()]]"
        asked = []

        def sums(thing):
            box = [thing]
            del thing
            asked.append(told(box))

        exec(code, {"sums": sums, "make": Service})
        assert any("local `x` of running" in words for words in asked[0])

    def test_a_class_body_is_a_root_while_it_runs_a_comprehension(self):
        asked = []
        code = "class Body:\n    kept = make()\n    [ask(kept_so) for kept_so in [names()]]"

        def ask(namespace):
            asked.append(str(why_alive(namespace["kept"])).splitlines()[0])

        exec(code, {"ask": ask, "make": Service, "names": lambda: sys._getframe(1).f_locals})
        assert asked[0].startswith("running ")

    def test_the_exception_that_a_suspended_generator_handles_is_told_beside_its_name(self):
        def handles():
            try:
                raise LookupError
            except LookupError as error:
                yield error

        generator = handles()
        box = [next(generator)]
        found = told(box)
        assert any(words.startswith("handled exception") for words in found), found
        assert any(words.startswith("local `error` of ") for words in found), found

    @pytest.mark.parametrize("code", ["ask(kept)\n[0 for kept in []]", "[ask(each) for each in [kept]]"])
    def test_no_mapping_that_code_runs_in_is_asked(self, code):
        class Names:
            def __init__(self, **names):
                self.names = names

            def __getitem__(self, name):
                return self.names[name]

            def __setitem__(self, name, value):
                self.names[name] = value

            def __iter__(self):
                raise AssertionError("this is the user's")

            keys = values = items = __len__ = __iter__

        asked = []
        exec(code, {"ask": lambda thing: asked.append(told([thing]))}, Names(kept=Service()))
        assert any("attribute `.names" in words for words in asked[0])

    def test_a_global_that_a_comprehension_has_a_variable_for_is_no_local(self):
        asked = []
        names = {"ask": lambda thing: asked.append(told([thing])), "kept": Service()}
        exec("ask(kept)\n[0 for kept in []]", names)
        assert not any("local `kept`" in words for words in asked[0])

    @pytest.mark.skipif(sys.version_info < (3, 13) or not COUNTED, reason="before, f_locals was a dict")
    def test_what_f_locals_was_given_is_no_local(self):
        box = [Service()]
        sys._getframe().f_locals["more"] = box[0]
        assert told(box) == {"value `['more']` of a dict": 1}

    def test_a_cell_of_another_function_is_not_the_variable_of_a_running_one(self):
        def other(y):
            return lambda: y

        def ask(x):
            def inner():
                return x

            kept = other(x), inner
            found = {each.words.partition(" (")[0]: each.times for each in referrers(x)}
            return found, kept

        found, _ = ask(Service())
        assert found["closure variable `y` of function `<lambda>`"] == 1
        assert found["local `x` of running function `ask`"] == 1

    def test_an_async_generator_that_waits_is_suspended(self):
        async def main():
            event = asyncio.Event()
            kept = []

            async def steps():
                held = Service()
                kept.append(weakref.ref(held))
                await event.wait()
                yield

            async def use():
                async for _ in steps():
                    pass

            task = asyncio.ensure_future(use())
            await asyncio.sleep(0)
            box = [kept[0]()]
            found = told(box)
            event.set()
            await task
            return found

        assert any("local `held` of suspended async generator `steps`" in words for words in asyncio.run(main()))


@deep_on_pypy
class TestNamespaces:
    def test_what_a_constant_of_code_holds_is_reached_from_its_function(self):
        def function():
            return 1

        code, witness = function.__code__, []

        def add_constant():
            service = Service()
            witness.append(weakref.ref(service))
            function.__code__ = code.replace(co_consts=(*code.co_consts, (service,)))

        add_constant()
        chain = str(why_alive(witness[0]()))
        assert ".__code__: code" in chain, chain

    def test_a_global_whose_key_is_no_name_is_told(self):
        box = [Service()]
        globals()[5] = box[0]
        try:
            assert told(box) == {f"value `[5]` in the globals of module `{__name__}`": 1}
        finally:
            del globals()[5]

    def test_a_class_may_be_called_like_one_of_the_standard_library(self):
        for name in ("Context", "Task", "partial", "_local", "_lru_cache_wrapper", "hamt_bitmap_node", "managedbuffer"):
            holder = type(name, (), {})()
            assert holder.__dict__ == {}
            holder.part = Service()
            assert told([holder.part]) == {f"attribute `.part` of {'an' if name[0] == 'U' else 'a'} {name}": 1}

    def test_a_class_may_have_another_classs_slot(self):
        class Slotted:
            __slots__ = ("x",)

        for names in ({"y": Slotted.x}, {"__dict__": Slotted.x}):
            holder = type("Holder", (), names)()
            holder.part = Service()
            assert set(told([holder.part]).values()) == {1}

    def test_a_slot_that_a_subclass_hides_is_told_as_a_slot(self):
        class Slotted:
            __slots__ = ("x",)

        class Hiding(Slotted):
            x = property(lambda self: 5)

        holder = Hiding()
        Slotted.x.__set__(holder, Service())
        assert told([Slotted.x.__get__(holder)]) == {"attribute `.x (slot of Slotted)` of a Hiding": 1}

    def test_a_class_may_have_no_module(self):
        names = {"__builtins__": {}, "type": type}
        exec("Nameless = type('Nameless', (), {})", names)
        holder = names["Nameless"]()
        holder.part = Service()
        assert told([holder.part]) == {"attribute `.part` of a Nameless": 1}

    def test_a_context_variable_is_told_as_a_key_beside_its_value(self):
        class Value:
            @property
            def name(self):
                raise AssertionError("this is the user's")

        variables = [contextvars.ContextVar(f"v{number}") for number in range(3)]

        def ask():
            for each in variables:
                each.set(Value())
            return [told([each]) for each in variables]

        for found in contextvars.Context().run(ask) if COUNTED else ():
            assert any(words.startswith("key `v") and "Context" in words for words in found)
