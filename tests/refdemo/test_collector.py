import gc
import sys
import weakref

import pytest
from raw_memory import COUNTED, named

from refdemo import automatic_gc_disabled, object_exists

tunable = pytest.mark.skipif(not hasattr(gc, "get_threshold"), reason="this Python's collector has no settings")


class Node:
    pass


def settings():
    read = [getattr(gc, name)() for name in ("get_threshold", "get_debug") if hasattr(gc, name)]
    return gc.isenabled(), *read, list(gc.garbage)


class TestAnObjectExists:
    def test_while_it_has_a_name(self):
        x = Node()
        assert object_exists(id(x)) is True

    def test_in_a_cycle_until_the_collection(self):
        x = Node()
        x.me = x
        address, weak = id(x), weakref.ref(x)
        gc.collect()
        gc.disable()
        del x
        if COUNTED:
            assert object_exists(address)
            assert weak() is not None
        gc.collect()
        assert not object_exists(address)
        assert weak() is None

    @pytest.mark.skipif(not COUNTED, reason="this Python's collector knows every object")
    @pytest.mark.parametrize("x", [10**30, "text here", 2.5, object(), b"raw"], ids=named)
    def test_unless_the_collector_has_no_need_to_know_it(self, x):
        assert object_exists(id(x)) is False

    @pytest.mark.parametrize("address", [0, -1, 2**64, 2**70])
    def test_at_no_impossible_address(self, address):
        assert object_exists(address) is False

    @pytest.mark.parametrize("value", [None, True, 1.5, "1", [1]], ids=repr)
    def test_only_at_an_int(self, value):
        with pytest.raises(TypeError, match="address is an int"):
            object_exists(value)


class TestAutomaticCollectionIsOff:
    def test_inside_the_block_and_on_again_after_it(self):
        gc.enable()
        with automatic_gc_disabled():
            assert not gc.isenabled()
        assert gc.isenabled()

    def test_and_stays_off_where_it_was_off(self):
        gc.disable()
        with automatic_gc_disabled():
            gc.enable()
        assert not gc.isenabled()

    def test_after_one_collection(self):
        x = Node()
        x.me = x
        weak = weakref.ref(x)
        del x
        with automatic_gc_disabled():
            assert weak() is None

    @pytest.mark.skipif(not COUNTED, reason="this Python frees nothing before a collection")
    def test_so_that_a_cycle_made_inside_stays(self):
        with automatic_gc_disabled():
            x = Node()
            x.me = x
            weak = weakref.ref(x)
            del x
            [Node() for _ in range(100_000)]
            assert weak() is not None

    @tunable
    @pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, GeneratorExit])
    def test_and_every_setting_is_restored_when_the_block_raises(self, error):
        before = settings()
        with pytest.raises(error), automatic_gc_disabled():
            gc.set_threshold(5, 6, 7)
            gc.set_debug(gc.DEBUG_SAVEALL)
            gc.garbage.append("left over")
            gc.enable()
            raise error
        assert settings() == before

    @pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
    def test_and_collection_is_on_again_when_the_block_raises(self, error):
        gc.enable()
        with pytest.raises(error), automatic_gc_disabled():
            raise error
        assert gc.isenabled()

    @tunable
    def test_and_garbage_that_was_there_is_there_again(self):
        gc.garbage.append("found before")
        with automatic_gc_disabled():
            gc.garbage.clear()
            gc.set_debug(gc.DEBUG_SAVEALL)
            x = Node()
            x.me = x
            del x
            gc.collect()
            assert len(gc.garbage) >= 1
        assert gc.garbage == ["found before"]

    @tunable
    def test_and_blocks_can_be_nested(self):
        gc.enable()
        outer = automatic_gc_disabled()
        before = settings()
        with outer:
            with outer, automatic_gc_disabled():
                gc.set_threshold(1, 2, 3)
                gc.enable()
            assert not gc.isenabled()
            assert gc.get_threshold() == before[1]
        assert settings() == before

    def test_and_no_error_is_swallowed(self):
        caught = None
        try:
            with automatic_gc_disabled():
                raise KeyError("mine")
        except KeyError as error:
            caught = error.args
        assert caught == ("mine",)

    @pytest.mark.skipif(not COUNTED, reason="needs reference counts")
    def test_and_nothing_is_held_afterwards(self):
        block = automatic_gc_disabled()
        x = Node()
        with block:
            gc.garbage.append(x)
        gc.garbage.clear()
        before = sys.getrefcount(x)
        del block
        assert sys.getrefcount(x) == before
