import functools
import sys

import pytest
from raw_memory import COUNTED, FREE_THREADED, counted, free_threaded, raw_count, run, with_gil

from refdemo import refcount, refcount_at

kept = [1, 2, 3]


class Holder:
    def __init__(self, held):
        self.held = held

    def own_count(self):
        return refcount(self)

    def count_by_helper(self):
        return in_helper(self)


instance = Holder(1)


def in_helper(obj):
    return refcount(obj)


def in_second_helper(obj):
    return in_helper(obj)


@pytest.mark.skipif(COUNTED, reason="this Python keeps reference counts")
@pytest.mark.parametrize("asked", [refcount, lambda obj: refcount_at(id(obj))])
def test_a_python_without_counts_says_so(asked):
    with pytest.raises(NotImplementedError, match="keeps no reference counts"):
        asked(kept)


@with_gil
class TestTheCountIsWhatMemoryHolds:
    def test_for_a_local(self):
        x = [1]
        assert (refcount(x), raw_count(id(x))) == (1, 1)

    def test_for_a_global(self):
        assert (refcount(kept), raw_count(id(kept))) == (1, 1)

    def test_for_an_item_of_a_list(self):
        x = [[1]]
        assert (refcount(x[0]), raw_count(id(x[0]))) == (1, 1)

    def test_for_an_item_of_a_dict(self):
        x = {"key": [1]}
        assert (refcount(x["key"]), raw_count(id(x["key"]))) == (1, 1)

    def test_for_an_attribute(self):
        x = Holder([1])
        assert (refcount(x.held), raw_count(id(x.held))) == (1, 1)

    def test_for_a_variable_of_an_enclosing_function(self):
        x = [1]

        def inner():
            return refcount(x), raw_count(id(x))

        assert inner() == (1, 1) == (refcount(x), raw_count(id(x)))

    def test_for_a_local_of_a_generator(self):
        def generate():
            x = [1]
            yield refcount(x), raw_count(id(x))

        assert next(generate()) == (1, 1)

    def test_for_an_object_with_many_owners(self):
        x = [1]
        owners = [x] * 1000
        assert (refcount(x), raw_count(id(owners[0]))) == (1001, 1001)

    def test_for_a_class_and_a_function(self):
        class Local:
            pass

        assert refcount(Local) == raw_count(id(Local))
        assert refcount(in_helper) == raw_count(id(in_helper)) == 1


@counted
def test_an_object_that_only_the_call_holds_has_none():
    # not inside the assert: pytest keeps what it asserts about
    found = refcount([]), refcount(Holder(1))
    assert found == (0, 0)


@counted
def test_a_second_name_adds_one():
    x = [1]
    before = refcount(x)
    y = x
    assert refcount(x) - before == 1 == refcount(y) - before


@counted
def test_a_weak_reference_adds_none():
    import weakref

    x = Holder(1)
    weak = weakref.ref(x)
    assert refcount(x) == 1
    assert weak() is x


@counted
def test_the_same_program_prints_the_same_counts_at_module_level():
    program = "from refdemo import refcount\nx = [1]; y = {'k': x}\nprint(refcount(x), refcount(y['k']), refcount(y))"
    assert run(program) == "2 2 1\n"


def by_version(on_3_10, on_3_11, on_3_14):
    return on_3_10 if sys.version_info < (3, 11) else on_3_11 if sys.version_info < (3, 14) else on_3_14


@counted
class TestAParameterCountsItsCallers:
    """The table in the docstring of refcount."""

    def test_for_self_in_a_method(self):
        found = instance.own_count(), instance.count_by_helper()
        assert found == by_version((3, 5), (2, 3), (2, 2))

    def test_for_a_global(self):
        assert in_helper(kept) == by_version(3, 2, 2)
        assert in_second_helper(kept) == by_version(5, 3, 2)

    def test_for_a_local(self):
        x = [1]
        assert in_helper(x) == by_version(3, 2, 1)
        assert in_second_helper(x) == by_version(5, 3, 1)

    def test_for_a_temporary(self):
        found = in_helper([]), in_second_helper([])
        assert found == by_version((2, 4), (1, 2), (1, 1))
        found = Holder(1).own_count(), Holder(1).count_by_helper()
        assert found == by_version((2, 4), (1, 2), (1, 1))


@counted
class TestACallFromCCountsAsTheDocstringSays:
    def test_map_holds_what_it_passes_and_3_10_misses_one(self):
        owners = len(["kept", "the list", "map"])
        found = list(map(refcount, [kept]))
        assert found == [owners - (sys.version_info < (3, 11))]

    def test_partial_misses_one_on_3_10(self):
        asked = functools.partial(refcount, kept)
        owners = len(["kept", "asked"])
        found = asked()
        assert found == owners - (sys.version_info < (3, 11))

    def test_a_starred_tuple_misses_one_on_3_10(self):
        items = ([1],)
        owners = len(["items"])
        found = refcount(*items)
        assert found == owners - (sys.version_info < (3, 11))

    def test_a_starred_list_is_held_by_the_call_up_to_3_11(self):
        items = [[1]]
        owners = len(["items"]) + (sys.version_info < (3, 12))
        found = refcount(*items)
        assert found == owners - (sys.version_info < (3, 11))


@free_threaded
class TestAFreeThreadedBuild:
    def test_counts_references_from_another_thread(self):
        program = (
            "import threading, refdemo; x = []; kept = []\n"
            "other = threading.Thread(target=lambda: kept.extend([x] * 3)); other.start(); other.join()\n"
            "print(refdemo.refcount(x), refdemo.refcount_at(id(x)))"
        )
        assert run(program) == "4 4\n"

    def test_takes_off_what_deferring_a_count_has_added(self):
        program = (
            "import refdemo\ndef f(): pass\nx = []\n"
            "print(refdemo.refcount(f), refdemo.refcount_at(id(f)), refdemo.refcount(x))"
        )
        assert run(program) == "1 1 1\n"

    @pytest.mark.skipif(sys.version_info >= (3, 14), reason="3.13 makes functions immortal, later versions do not")
    def test_makes_functions_immortal_when_a_thread_starts_on_3_13(self):
        program = (
            "import threading, refdemo\ndef f(): pass\n"
            "other = threading.Thread(target=int); other.start(); other.join()\n"
            "print(refdemo.refcount(f), refdemo.refcount_at(id(f)), refdemo.is_immortal(f))"
        )
        assert run(program) == "IMMORTAL IMMORTAL True\n"

    def test_defers_only_kinds_that_refcount_asks_about(self):
        program = (
            "import asyncio, ctypes, decimal, gc, refdemo.counts as counts\n"
            "flagged = [o for o in gc.get_objects() if ctypes.c_uint8.from_address(id(o) + 11).value & 64]\n"
            "print(len(flagged) > 1000, {type(o) for o in flagged if not issubclass(type(o), counts._DEFERRABLE)})"
        )
        assert run(program) == "True set()\n"


def test_the_builds_are_told_apart():
    assert ("free-threading" in sys.version) == FREE_THREADED
