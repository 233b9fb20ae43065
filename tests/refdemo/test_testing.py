import gc
import sys
import weakref

import pytest
from hostile_objects import Hostile, hostile_class, hostile_instance
from raw_memory import counted, deep_on_pypy, run

from refdemo.testing import assert_gone, assert_nothing_left

kept, cache = [], {}


class Node:
    def __init__(self, **attributes):
        vars(self).update(attributes)


class Slotted:
    __slots__ = ("__weakref__", "part")


@pytest.fixture(autouse=True)
def new_globals():
    """Make what the tests keep objects in: what was there before, conftest.py has set aside."""
    global kept, cache
    kept, cache = [], {}
    yield
    kept, cache = [], {}


def cached_node():
    """A weak reference to a node that a global dict holds."""
    cache["k"] = Node()
    return weakref.ref(cache["k"])


def message_of(assertion, *arguments, **keywords):
    """What a failed assertion says."""
    with pytest.raises(AssertionError) as caught:
        assertion(*arguments, **keywords)
    return str(caught.value)


def state():
    tunable = (gc.get_threshold(), gc.get_debug(), len(gc.callbacks)) if hasattr(gc, "get_threshold") else ()
    return gc.isenabled(), len(gc.garbage), tunable


class TestAnObjectIsGone:
    def test_that_nothing_holds(self):
        ref = weakref.ref(Node())
        assert_gone(ref)

    @pytest.mark.parametrize("switch", [gc.enable, gc.disable])
    def test_that_only_a_cycle_holds(self, switch):
        switch()
        node = Node()
        node.me = node
        ref = weakref.ref(node)
        del node
        assert_gone(ref)

    def test_that_finalizers_in_a_row_let_go_of_one_after_the_other(self):
        class LetsGoOfACycle:
            def __init__(self, following):
                self.following, self.me = following, self

            def __del__(self):
                pass

        node = LetsGoOfACycle(None)
        ref = weakref.ref(node)
        node = LetsGoOfACycle(LetsGoOfACycle(node))
        del node
        assert_gone(ref)

    def test_whose_method_a_weak_reference_is_to(self):
        class Listener:
            def hear(self):
                pass

        listener = Listener()
        ref = weakref.WeakMethod(listener.hear)
        assert "Listener is still alive" in message_of(assert_gone, ref)
        del listener
        assert_gone(ref)


class TestAnObjectIsStillAlive:
    @deep_on_pypy
    def test_in_a_cache_which_the_chain_tells(self):
        assert message_of(assert_gone, cached_node()).splitlines() == [
            "Node is still alive",
            f"module {__name__}",
            "  global cache: dict",
            "    ['k']: the object",
        ]

    @deep_on_pypy
    def test_by_two_holders_which_are_both_told(self):
        ref = cached_node()
        kept.append(cache["k"])
        message = message_of(assert_gone, ref)
        assert "global cache" in message and "global kept" in message

    @deep_on_pypy
    def test_in_a_variable_of_the_caller(self):
        node = Node()
        assert "  local node: the object" in message_of(assert_gone, weakref.ref(node))
        assert node

    @deep_on_pypy
    def test_and_a_kept_error_does_not_keep_it(self):
        ref = cached_node()
        with pytest.raises(AssertionError) as caught:
            assert_gone(ref)
        cache.clear()
        assert_gone(ref)
        assert caught.value.__traceback__ is not None

    @counted
    def test_and_dies_as_soon_as_its_holder_lets_go(self):
        gc.disable()
        ref = cached_node()
        message_of(assert_gone, ref)
        cache.clear()
        assert ref() is None

    @counted
    def test_by_what_python_code_cannot_look_into(self):
        program = """
import atexit, weakref
from refdemo.testing import assert_gone
class Node:
    def close(self): pass
node = Node()
ref = weakref.ref(node)
atexit.register(node.close)
del node
try:
    assert_gone(ref)
except AssertionError as error:
    print(error)
"""
        said = run(program)
        assert "held where Python code cannot look, such as in atexit" in said
        assert "method `Node.close`" in said

    @counted
    def test_by_a_cycle_that_is_put_aside_which_no_collection_frees(self):
        program = """
import gc, weakref
from refdemo.testing import assert_gone
class Node: pass
node = Node()
node.me = node
ref = weakref.ref(node)
gc.freeze()
del node
try:
    assert_gone(ref)
except AssertionError as error:
    print(error)
"""
        assert "Node is still alive\nno chain found" in run(program)

    @deep_on_pypy
    def test_with_slots_or_whatever_its_methods_do(self):
        for make in (Slotted, hostile_instance, hostile_class()):
            kept.append(make())
            ref = weakref.ref(kept[0])
            assert "global kept" in message_of(assert_gone, ref)
            kept.clear()
            assert_gone(ref)

    @deep_on_pypy
    def test_whatever_the_weak_reference_does_as_it_is_called(self):
        class Lying(weakref.ref):
            __slots__ = ()

            def __call__(self):
                return None

        cache["k"] = Node()
        lying = Lying(cache["k"])
        assert "global cache" in message_of(assert_gone, lying)

    @deep_on_pypy
    @pytest.mark.parametrize("switch", [gc.enable, gc.disable])
    def test_and_the_collector_is_left_as_found(self, switch):
        switch()
        before = state()
        message_of(assert_gone, cached_node())
        assert_gone(weakref.ref(Node()))
        assert state() == before


@deep_on_pypy
def test_of_a_failed_assertion_pytest_shows_the_line_that_called():
    for assertion, argument in ((assert_gone, cached_node()), (assert_nothing_left, lambda: kept.append(Node()))):
        with pytest.raises(AssertionError) as caught:
            assertion(argument)
        shown = caught.traceback.filter(caught)
        assert [entry.frame.code.raw.co_filename for entry in shown] == [__file__]


class TestOneClearErrorOf:
    def test_assert_gone_for_what_is_no_weak_reference(self):
        for wrong in (Node(), None, weakref.proxy(Node), hostile_instance()):
            with pytest.raises(TypeError, match=f"takes a weak reference, not a {type(wrong).__name__}: take ref = "):
                assert_gone(wrong)

    @counted
    def test_assert_gone_which_does_not_keep_what_it_was_given(self):
        gc.disable()
        node = Node()
        ref = weakref.ref(node)
        with pytest.raises(TypeError) as caught:
            assert_gone(node)
        del node
        assert ref() is None and caught.value

    def test_assert_nothing_left_for_what_growth_does_not_take(self):
        for wrong in ({"of": "Node"}, {"of": (Node,)}, {"rounds": 2.0}):
            with pytest.raises(TypeError):
                assert_nothing_left(int, **wrong)
        with pytest.raises(TypeError):
            assert_nothing_left(Slotted())
        with pytest.raises(ValueError):
            assert_nothing_left(int, rounds=0)


class TestNothingIsLeft:
    @deep_on_pypy
    def test_by_a_cache_that_fills_up_once(self):
        assert_nothing_left(lambda: cache.setdefault("k", Node()), of=Node, rounds=4)

    @deep_on_pypy
    def test_by_cycles_that_wait_for_a_disabled_collector(self):
        gc.disable()

        def leave_a_cycle():
            node = Node()
            node.me = node

        assert_nothing_left(leave_a_cycle, of=Node, rounds=4)
        assert not gc.isenabled()

    @deep_on_pypy
    def test_but_a_list_of_numbers_that_gets_longer(self):
        assert "one list got longer" in message_of(assert_nothing_left, lambda: kept.append(1.5), rounds=6)

    @deep_on_pypy
    def test_but_by_what_only_the_call_holds(self):
        for of in (Node, None):
            message = message_of(assert_nothing_left, lambda mine=[]: mine.append(Node()), of=of, rounds=4)
            assert "default argument mine: list" in message

    @deep_on_pypy
    def test_but_by_what_only_the_call_holds_which_nobody_else_does(self):
        with pytest.raises(AssertionError, match="running function assert_nothing_left\n  local call: function"):
            assert_nothing_left(lambda mine=[]: mine.append(Node()), of=Node, rounds=4)

    @deep_on_pypy
    def test_but_by_a_new_object_and_not_by_those_that_were_there(self):
        cache.update((number, Node()) for number in range(100))
        message = message_of(assert_nothing_left, lambda: kept.append(Node()), of=Node)
        assert "100 at first, 110 after 10 rounds" in message
        assert "global kept: list" in message

    @counted
    def test_and_a_failed_assertion_keeps_neither_the_call_nor_what_it_left(self):
        gc.disable()

        def step(mine=[]):  # noqa: B006
            mine.append(Node())

        for of in (Node, None):
            one = type(step)(step.__code__, step.__globals__, "one", ([],))
            refs = [weakref.ref(one)]
            with pytest.raises(AssertionError) as caught:
                assert_nothing_left(one, of=of, rounds=4)
            refs.append(weakref.ref(one.__defaults__[0][0]))
            del one
            assert [ref() for ref in refs] == [None, None] and caught.value

    @deep_on_pypy
    def test_when_a_call_raises_which_is_passed_on(self):
        before = state()
        with pytest.raises(ZeroDivisionError):
            assert_nothing_left(lambda: 1 // 0)
        assert state() == before

    @deep_on_pypy
    def test_of_hostile_instances_whose_methods_do_not_run(self):
        message = message_of(assert_nothing_left, lambda: kept.append(hostile_instance()), of=Hostile, rounds=4)
        assert "one Hostile of these rounds:" in message
        kept.clear()
        hostile = hostile_class()
        message = message_of(assert_nothing_left, lambda: kept.append(hostile()), of=hostile, rounds=4)
        assert "global kept: list" in message


def test_importing_it_loads_no_instrument():
    program = "import sys, refdemo.testing; print('refdemo.holders' in sys.modules, 'pytest' in sys.modules)"
    assert run(program) == "False False\n"
    assert sys.modules["refdemo.holders"]
