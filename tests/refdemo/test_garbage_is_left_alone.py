"""Looking at cyclic garbage neither frees it nor sets anything off."""

import gc
import sys
import weakref

import pytest
from garbage_shapes import make_ring
from object_graphs import ids
from raw_memory import COUNTED, counted

from refdemo.cycles import cyclic_garbage

pytestmark = pytest.mark.usefixtures("nothing_to_collect")


class Watched:
    """A ring with everything that a collection sets off: finalizer, weakref callback, weakref."""

    def __init__(self):
        self.fired = fired = []

        class Dying:
            def __del__(self):
                fired.append("finalizer")

        members = [Dying() for _ in range(3)]
        for here, following in zip(members, members[1:] + members[:1], strict=True):
            here.following = following
        self.weak = [weakref.ref(member) for member in members]
        self.called = weakref.ref(members[0], lambda weak: fired.append("callback"))
        self.ids = frozenset(map(id, members))
        gc.collect()
        self.weak_dict = weakref.WeakValueDictionary(enumerate(members))
        del members, here, following

    def untouched(self):
        return self.fired == [] and all(weak() is not None for weak in self.weak) and len(self.weak_dict) == 3


@pytest.mark.skipif(COUNTED, reason="this Python keeps reference counts")
def test_a_python_without_counts_says_so_and_sets_nothing_off():
    watched = Watched()
    with pytest.raises(NotImplementedError, match="cyclic_garbage: pypy keeps no reference counts"):
        cyclic_garbage()
    assert watched.untouched()


@counted
class TestNothingHappensToTheGarbage:
    def test_no_finalizer_runs_no_callback_is_called_and_no_weakref_is_cleared(self):
        watched = Watched()
        assert watched.ids in ids(cyclic_garbage())
        assert watched.untouched()
        gc.collect()
        assert sorted(watched.fired) == ["callback", "finalizer", "finalizer", "finalizer"]

    def test_where_saving_all_that_a_collection_finds_does_all_three(self):
        watched = Watched()
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        gc.set_debug(0)
        assert watched.ids <= set(map(id, gc.garbage))
        assert sorted(watched.fired) == ["callback", "finalizer", "finalizer", "finalizer"]
        assert [weak() for weak in watched.weak] == [None] * 3
        gc.garbage.clear()

    def test_and_it_is_garbage_as_before(self):
        make_ring()
        for _ in range(3):
            assert len(cyclic_garbage()) == 1
        assert gc.collect() >= 2
        assert cyclic_garbage() == []

    def test_while_the_result_holds_it_it_is_no_garbage(self):
        make_ring()
        found = cyclic_garbage()
        assert cyclic_garbage() == []
        assert gc.collect() == 0
        del found
        assert len(cyclic_garbage()) == 1

    def test_its_counts_are_what_they_were(self):
        make_ring()
        [[a, b]] = cyclic_garbage()
        before = sys.getrefcount(a), sys.getrefcount(b)
        cyclic_garbage()
        assert (sys.getrefcount(a), sys.getrefcount(b)) == before
