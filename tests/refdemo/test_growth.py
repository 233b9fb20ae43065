import gc
import sys
import threading
import types
import weakref

import pytest
from holding_objects import HOLDERS
from raw_memory import FREE_THREADED, deep_on_pypy, run

from refdemo.growth import Growth, compared, growth

CPYTHON = sys.implementation.name == "cpython"


class Session:
    def __init__(self):
        self.me = None


class Secure(Session):
    pass


class Told:
    """Steps to call, and what they keep."""

    def __init__(self):
        self.kept = []

    def keep(self):
        self.kept.append(Session())

    def keep_for_a_while(self):
        self.keep()
        if len(self.kept) > 7:
            self.kept.clear()


@pytest.fixture
def told():
    return Told()


def make_and_drop():
    Session()


def make_a_cycle():
    session = Session()
    session.me = session


def state():
    tunable = (gc.get_threshold(), gc.get_debug(), len(gc.callbacks)) if hasattr(gc, "get_threshold") else ()
    return gc.isenabled(), len(gc.garbage), tunable


class TestWhatIsCounted:
    def test_what_a_step_keeps_grows_one_a_round(self, told):
        assert growth(told.keep, of=Session, rounds=5) == Growth("Session", (0, 1, 2, 3, 4, 5))

    def test_twenty_rounds_unless_said_otherwise(self):
        program = """
from refdemo.growth import growth
class Session: pass
kept = []
print(growth(lambda: kept.append(Session()), of=Session), len(kept))
"""
        assert run(program) == "Session alive: 0 at first, 20 after 20 rounds (+1 a round) 20\n"

    @deep_on_pypy
    def test_what_a_step_keeps_for_a_while_is_up_and_down(self, told):
        assert growth(told.keep_for_a_while, of=Session, rounds=10).trend == "up and down, at most 7"

    @deep_on_pypy
    def test_what_a_step_makes_and_drops_is_flat(self):
        assert growth(make_and_drop, of=Session, rounds=5).alive == (0,) * 6

    @deep_on_pypy
    def test_what_a_step_returns_is_dropped(self):
        assert growth(Session, of=Session, rounds=5).alive == (0,) * 6

    @deep_on_pypy
    def test_a_cycle_is_collected_before_the_count(self):
        gc.disable()
        assert growth(make_a_cycle, of=Session, rounds=5).alive == (0,) * 6

    def test_a_cycle_grows_without_collection_until_there_is_one(self):
        gc.disable()
        waiting = (0, 1, 2, 3, 4, 5) if CPYTHON else (0,) * 6
        assert growth(make_a_cycle, of=Session, rounds=5, collect=False).alive == waiting
        assert growth(make_and_drop, of=Session, rounds=2).alive == (0, 0, 0)

    def test_without_collection_none_is_asked_for(self, monkeypatch):
        monkeypatch.setattr(gc, "collect", lambda *generation: pytest.fail("collected"))
        assert growth(make_and_drop, of=Session, rounds=2, collect=False).rounds == 2
        monkeypatch.undo()

    @deep_on_pypy
    def test_what_a_step_frees_falls(self, told):
        told.kept += [Session() for _ in range(3)]
        assert growth(told.kept.pop, of=Session, rounds=3).alive == (3, 2, 1, 0)

    @deep_on_pypy
    def test_instances_of_subclasses_count_and_those_of_bases_do_not(self, told):
        def keep_both():
            told.kept += [Session(), Secure()]

        assert growth(keep_both, of=Session, rounds=2).alive == (0, 2, 4)
        assert growth(keep_both, of=Secure, rounds=2).alive == (2, 3, 4)

    @deep_on_pypy
    def test_a_subclass_made_meanwhile_counts(self, told):
        assert growth(lambda: told.kept.append(type("New", (Session,), {})()), of=Session, rounds=3).alive[-1] == 3
        told.kept.clear()

    def test_an_instance_counts_whatever_holds_it(self, told):
        class Held:  # its own class: free-threaded 3.13 collects no class, nor what one holds, once a thread has run
            pass

        def keep_one_in_each():
            told.kept += [hold(Held()) for hold, _ in HOLDERS.values()]

        assert growth(keep_one_in_each, of=Held, rounds=2).alive == (0, len(HOLDERS), 2 * len(HOLDERS))

    @deep_on_pypy
    def test_an_instance_counts_that_only_a_running_function_holds(self):
        def count_inside(held):
            assert held.me is None
            return growth(make_and_drop, of=Session, rounds=1).alive

        assert count_inside(Session()) == (1, 1)

    def test_an_instance_counts_that_only_another_thread_holds(self):
        made, done = threading.Event(), threading.Event()

        def hold():
            held = Session()
            made.set()
            done.wait()
            assert held.me is None

        other = threading.Thread(target=hold)
        other.start()
        try:
            made.wait()
            assert growth(make_and_drop, of=Session, rounds=1).alive == (1, 1)
        finally:
            done.set()
            other.join()

    @deep_on_pypy
    def test_an_instance_counts_that_only_a_callback_of_a_weakref_holds(self, told):
        def keep_in_a_callback():
            session = Session()
            told.kept.append(weakref.ref(told, lambda weak: session))

        assert growth(keep_in_a_callback, of=Session, rounds=2).alive == (0, 1, 2)

    @deep_on_pypy
    @pytest.mark.skipif(FREE_THREADED and sys.version_info < (3, 14), reason="once a thread started, lists no class")
    def test_classes_count_by_their_metaclass(self, told):
        class Meta(type):
            pass

        class Held(metaclass=Meta):
            pass

        assert growth(lambda: told.kept.append(Meta("More", (), {})), of=Meta, rounds=2).alive == (1, 2, 3)
        assert growth(lambda: told.kept.append(Held()), of=Held, rounds=2).alive == (0, 1, 2)

    @deep_on_pypy
    @pytest.mark.parametrize("kind", [list, dict, set, int, Exception, types.SimpleNamespace])
    def test_an_instance_of_a_subclass_of_a_built_in_type_counts_once(self, told, kind):
        mine = type("Mine", (kind,), {})
        assert growth(lambda: told.kept.append(mine()), of=mine, rounds=2).alive == (0, 1, 2)

    @deep_on_pypy
    @pytest.mark.parametrize("kind", [list, dict, set, object, type(make_and_drop)])
    def test_counting_itself_adds_nothing(self, kind):
        growth(make_and_drop, of=kind, rounds=1)
        # PyPy lists a few of its own objects as it first makes them
        assert len(set(growth(make_and_drop, of=kind, rounds=4).alive[0 if CPYTHON else 2 :])) == 1

    def test_no_code_of_the_objects_runs(self, told):
        class Meta(type):
            def __eq__(cls, other):
                raise AssertionError("compared")

            def __hash__(cls):
                raise AssertionError("hashed")

            def __subclasscheck__(cls, other):
                raise AssertionError("asked")

            __instancecheck__ = __subclasscheck__

        class Hostile(metaclass=Meta):
            def __getattribute__(self, name):
                raise AssertionError("read")

        class HostileToo(Hostile):
            pass

        kept = told.kept
        assert growth(lambda: kept.append(HostileToo()), of=HostileToo, rounds=2).alive == (0, 1, 2)
        assert growth(lambda: kept.append(Hostile()), of=Hostile, rounds=2).alive == (2, 3, 4)


class TestNothingIsLeft:
    def test_the_result_keeps_no_object_and_no_class(self):
        found = compared(only=growth(make_and_drop, of=Session, rounds=2))
        for each in [found.growths["only"], *gc.get_referents(found.growths["only"])]:
            assert type(each) in (Growth, tuple, str, type(Growth))
        assert all(type(each) in (str, tuple) for each in found.growths["only"])

    @deep_on_pypy
    @pytest.mark.parametrize("collect", [True, False])
    @pytest.mark.parametrize("enabled", [True, False])
    def test_the_collector_is_left_as_found(self, enabled, collect):
        (gc.enable if enabled else gc.disable)()
        before = state()
        growth(make_and_drop, of=Session, rounds=2, collect=collect)
        assert state() == before

    @deep_on_pypy
    @pytest.mark.parametrize("enabled", [True, False])
    @pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
    def test_also_when_the_step_raises_which_is_passed_on(self, error, enabled, told):
        def keep_two():
            told.keep()
            if len(told.kept) == 2:
                raise error("third")

        (gc.enable if enabled else gc.disable)()
        before = state()
        with pytest.raises(error, match="third"):
            growth(keep_two, of=Session)
        assert state() == before and len(told.kept) == 2

    def test_the_collector_is_on_while_the_step_runs_if_it_was(self):
        gc.enable()
        seen = set()
        growth(lambda: seen.add(gc.isenabled()), of=Session, rounds=2)
        assert seen == {True}


class TestOneClearError:
    @pytest.mark.parametrize("rounds", [0, -1])
    def test_for_less_than_one_round(self, rounds):
        with pytest.raises(ValueError, match=f"rounds is at least 1, not {rounds}"):
            growth(make_and_drop, of=Session, rounds=rounds)

    @pytest.mark.parametrize("rounds", [2.0, "2", True, None])
    def test_for_rounds_that_are_no_number(self, rounds):
        with pytest.raises(TypeError, match=f"rounds is an int, not a {type(rounds).__name__}"):
            growth(make_and_drop, of=Session, rounds=rounds)

    @pytest.mark.parametrize("of", [Told(), "Session", (Session, Secure)])
    def test_for_what_is_not_a_class(self, of):
        with pytest.raises(TypeError, match=f"of is the class whose instances to count, not a {type(of).__name__}"):
            growth(make_and_drop, of=of)

    def test_for_a_step_that_cannot_be_called(self):
        with pytest.raises(TypeError, match="a step is something to call, not a Told"):
            growth(Told(), of=Session)

    @pytest.mark.skipif(not CPYTHON, reason="only CPython tells untracked classes from others")
    @pytest.mark.parametrize("of", [int, str, bytes, float, bool, type(None)])
    def test_for_a_class_whose_instances_are_never_tracked(self, of):
        with pytest.raises(TypeError, match=f"the collector never tracks instances of {of.__name__} itself"):
            growth(make_and_drop, of=of)

    def test_before_the_first_step(self, told):
        for wrong in ({"rounds": 0}, {"of": 1}):
            with pytest.raises((TypeError, ValueError)):
                growth(told.keep, **{"of": Session, **wrong})
        assert told.kept == []

    def test_for_no_growths_or_too_many_to_compare(self):
        one = Growth("Session", (0, 1))
        for wrong in ({}, {f"g{number}": one for number in range(5)}):
            with pytest.raises(TypeError, match="one to 4 growths"):
                compared(**wrong)

    def test_for_what_is_not_a_growth(self):
        with pytest.raises(TypeError, match="before is what growth\\(\\) gives, not a tuple"):
            compared(before=(0, 1))
