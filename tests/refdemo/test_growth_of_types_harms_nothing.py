"""Growth of types runs no code of what it counts, leaves nothing behind, and refuses what cannot be counted."""

import gc
import sys
import weakref

import pytest
from raw_memory import counted, deep_on_pypy, run

from refdemo.growth import Growth, TypeGrowth, growth

CPYTHON = sys.implementation.name == "cpython"

# Each program runs in a process that has few objects to look through, and where no other test's step is about.
START = """
import collections, gc
from refdemo.growth import growth
"""


def printed(program):
    return run(START + program)


def last_lines(program, count):
    return printed(program).splitlines()[-count:]


class TestNoCodeRuns:
    @pytest.mark.skipif(not CPYTHON, reason="PyPy's list.__new__ itself asks the class, so the step does")
    def test_of_the_objects_or_their_classes(self):
        program = """
def complain(*arguments):
    raise SystemExit("called")
class Meta(type):
    __eq__ = __hash__ = __getattribute__ = __instancecheck__ = __subclasscheck__ = __repr__ = __bool__ = complain
    __name__ = __module__ = property(complain)
class Hostile(list, metaclass=Meta):
    __class__ = property(complain)
    __eq__ = __hash__ = __getattribute__ = __len__ = __iter__ = __bool__ = __repr__ = complain
class Text(str):
    __eq__ = __hash__ = __format__ = __str__ = __add__ = __radd__ = __len__ = __repr__ = complain
hostile = Hostile
type.__dict__["__qualname__"].__set__(hostile, Text("Renamed"))
kept = []
found = growth(lambda: kept.append(list.__new__(hostile)), rounds=5)
print(found)
long = [list.__new__(hostile)]
print(growth(lambda: list.append(long[0], 1), rounds=5))
"""
        lines = printed(program).splitlines()
        assert lines[1].split() == ["Hostile", "0", "5", "+1", "a", "round"]
        assert lines[4] == "  global kept: list"
        assert lines[6] == "no type grew in 5 rounds, but one Hostile got longer: 1, 2, 3, 5 items"

    def test_of_classes_that_each_round_makes(self):
        program = """
class Meta(type):
    def __eq__(cls, other): raise SystemExit("compared")
    def __hash__(cls): raise SystemExit("hashed")
kept = []
def make():
    kept.append(type.__new__(Meta, "New", (), {}))
print(*[each.alive for each in growth(make, rounds=5).growths if each.of == "Meta"])
"""
        assert printed(program) == "(0, 1, 2, 3, 4, 5)\n"


class Session:
    pass


class TestNothingIsLeft:
    @deep_on_pypy
    def test_the_result_is_plain_data(self):
        kept = []
        found = growth(lambda: kept.append(Session()), rounds=5)
        assert found.growths[0].alive == (0, 1, 2, 3, 4, 5)
        todo, kinds = [found], set()
        while todo:
            each = todo.pop()
            kinds.add(type(each).__name__)
            if isinstance(each, tuple):
                todo += each
        assert kinds <= {"TypeGrowth", "Growth", "Chain", "Link", "tuple", "str", "int"}

    @counted
    @pytest.mark.parametrize("raised", [None, ValueError, KeyboardInterrupt, SystemExit])
    def test_alive_of_the_step_or_its_objects(self, raised):
        def make_step():
            kept = []

            def step():
                kept.append(Session())
                if raised and len(kept) == 3:
                    raise raised("third")

            return step

        gc.disable()
        step = make_step()
        watched = weakref.ref(step)
        try:
            growth(step, rounds=5)
        except BaseException as error:
            assert type(error) is raised
        del step
        assert watched() is None and not [each for each in gc.get_objects() if type(each) is Session]

    @deep_on_pypy
    @pytest.mark.parametrize("enabled", [True, False])
    @pytest.mark.parametrize("error", [None, ValueError, KeyboardInterrupt])
    def test_changed_of_the_collector(self, enabled, error):
        seen = []

        def step():
            seen.append(gc.isenabled())
            if error:
                raise error("first")

        (gc.enable if enabled else gc.disable)()
        if error:
            with pytest.raises(error, match="first"):
                growth(step, rounds=2)
        else:
            growth(step, rounds=2)
        assert gc.isenabled() is enabled and set(seen) == {enabled}

    @deep_on_pypy
    def test_changed_of_what_the_step_sets(self):
        growth(gc.disable, rounds=3)
        assert not gc.isenabled()


class TestOneClearErrorBeforeTheFirstStep:
    @pytest.mark.parametrize(
        ("options", "error", "words"),
        [
            ({"rounds": 0}, ValueError, "rounds is at least 1, not 0"),
            ({"rounds": 2.5}, TypeError, "rounds is an int, not a float"),
            ({"rounds": True}, TypeError, "rounds is an int, not a bool"),
        ],
    )
    def test_for_rounds(self, options, error, words):
        called = []
        with pytest.raises(error, match=words):
            growth(lambda: called.append(1), **options)
        assert called == []

    def test_for_a_step_that_cannot_be_called(self):
        with pytest.raises(TypeError, match="a step is something to call, not a Session"):
            growth(Session())


class TestTheWords:
    def test_are_a_table(self):
        grown = TypeGrowth(3, (Growth("dict", (100, 104, 108, 112)), Growth("app.Session", (0, 1, 2, 3))), 1)
        assert repr(grown).splitlines() == [
            "type         at first  after 3 rounds  trend",
            "dict              100             112  +4 a round",
            "app.Session         0               3  +1 a round",
            "and 1 more type",
        ]

    def test_fit_a_page_however_long_a_name_is(self):
        alive = (10_000_000, *range(20_000_000, 20_000_049), 30_000_000)
        lines = repr(TypeGrowth(50, (Growth("package.module.and_more." * 5 + "Session", alive),))).splitlines()
        assert max(map(len, lines)) <= 100
        assert lines[1].startswith("…") and ".and_more.Session " in lines[1]

    def test_say_that_nothing_grew(self):
        assert (repr(TypeGrowth(1)), repr(TypeGrowth(7))) == ("nothing grew in 1 round", "nothing grew in 7 rounds")
