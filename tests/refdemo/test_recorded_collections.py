import gc
import threading
import time

import pytest

from refdemo.collector import recorded_collections

with_callbacks = pytest.mark.skipif(not hasattr(gc, "callbacks"), reason="this Python has no gc.callbacks")
with_hooks = pytest.mark.skipif(not hasattr(gc, "hooks"), reason="this Python has no gc.hooks")
FULL = 2 if hasattr(gc, "callbacks") else 1
HOOKS = ("on_gc_minor", "on_gc_collect_step", "on_gc_collect")


class Node:
    """Runs what it is told to when it is collected."""

    def __init__(self, do=None):
        self.me, self.do = self, do

    def __del__(self):
        if self.do:
            self.do()


class EqualToAll:
    def __call__(self, phase, info):
        pass

    def __eq__(self, other):
        return True

    __hash__ = None


def listeners():
    """What the collector calls, as it is compared by identity."""
    if hasattr(gc, "callbacks"):
        return [id(callback) for callback in gc.callbacks]
    return [id(getattr(gc.hooks, name)) for name in HOOKS]


class TestACollectionIsRecorded:
    def test_when_it_is_asked_for(self):
        gc.disable()
        with recorded_collections() as record:
            gc.collect()
        assert record.generations.count(FULL) == 1
        assert record[-1].generation == FULL

    @with_callbacks
    def test_with_its_generation(self):
        gc.disable()
        with recorded_collections() as record:
            for generation in (0, 2, 1):
                gc.collect(generation)
        assert record.generations == [0, 2, 1]
        assert record.counts == {0: 1, 1: 1, 2: 1}

    @with_callbacks
    def test_with_what_it_found(self):
        gc.disable()
        gc.collect()
        with recorded_collections() as record:
            Node(), Node(), Node()
            found = gc.collect()
        assert record[0].collected == found >= 3
        assert record[0].uncollectable == 0

    @with_hooks
    def test_and_what_pypy_does_not_tell_is_not_made_up(self):
        with recorded_collections() as record:
            gc.collect()
        assert {(each.collected, each.uncollectable) for each in record} == {(None, None)}

    @with_hooks
    def test_and_several_that_pypy_reports_at_once_are_counted(self):
        reported = []
        gc.hooks.on_gc_minor = lambda stats: reported.append(stats.count)
        with recorded_collections() as record:
            gc.collect()
        gc.hooks.on_gc_minor = None
        assert record.counts[0] == sum(reported) == record.generations.count(0)
        assert [each.collections for each in record if each.generation == 0] == reported

    @with_hooks
    def test_and_a_major_one_begins_with_its_own_first_step_not_with_the_last_of_the_one_before(self):
        def collect_in_steps():
            while not gc.collect_step().major_is_done:
                pass

        gc.disable()
        with recorded_collections() as record:
            collect_in_steps()
            between = time.perf_counter() - record.began
            collect_in_steps()
        first, second = [each for each in record if each.generation == FULL]
        assert first.when < between <= second.when

    def test_when_it_came_by_itself(self):
        gc.enable()
        made = 0
        with recorded_collections() as record:
            while not record and made < 200_000:  # PyPy's nursery can be hundreds of megabytes
                self.newest = [bytearray(10_000)]
                self.newest.append(self.newest)
                made += 1
        assert len(record) > 0

    def test_in_any_thread(self):
        with recorded_collections() as record:
            thread = threading.Thread(target=gc.collect)
            thread.start()
            thread.join()
        assert FULL in record.generations

    def test_with_its_time_inside_that_of_the_block(self):
        with recorded_collections() as record:
            for _ in range(3):
                gc.collect()
        for each in record:
            assert each.seconds > 0
        if hasattr(gc, "callbacks"):  # PyPy tells how long it took, and only afterwards that it was
            assert all(each.when >= 0 and each.when + each.seconds <= record.elapsed for each in record)
            assert [each.when for each in record] == sorted(each.when for each in record)
        assert 0 < record.seconds <= record.elapsed

    def test_as_soon_as_it_is_over(self):
        with recorded_collections() as record:
            before = len(record)
            gc.collect()
            assert len(record) > before

    def test_and_only_while_the_block_runs(self):
        gc.collect()
        with recorded_collections() as record:
            pass
        gc.collect()
        assert (list(record), record.generations, record.counts, record.seconds) == ([], [], {}, 0)

    @with_callbacks
    def test_and_one_that_is_under_way_when_the_block_begins_is_left_out(self):
        gc.disable()
        block, records = recorded_collections(), []
        Node(lambda: records.append(block.__enter__()))
        gc.collect()
        gc.collect(1)
        block.__exit__(None, None, None)
        assert records[0].generations == [1]

    @with_callbacks
    def test_and_one_that_is_under_way_when_the_block_ends_is_left_out(self):
        gc.disable()
        before, block = listeners(), recorded_collections()
        record = block.__enter__()
        gc.collect(1)
        Node(lambda: block.__exit__(None, None, None))
        gc.collect()
        gc.collect()
        assert record.generations == [1]
        assert listeners() == before


class TestWhatWasAddedIsRemoved:
    @pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, GeneratorExit])
    def test_however_the_block_ends(self, error):
        before = listeners()
        with pytest.raises(error), recorded_collections():
            assert listeners() != before
            raise error
        assert listeners() == before

    @with_callbacks
    def test_and_nothing_else_even_if_it_says_that_it_is_equal(self):
        gc.callbacks.append(EqualToAll())
        before = listeners()
        with recorded_collections():
            gc.callbacks.append(EqualToAll())
        assert listeners() == [*before, id(gc.callbacks[-1])]

    @with_callbacks
    def test_also_where_somebody_removed_it_before(self):
        with recorded_collections() as record:
            gc.callbacks.clear()
            gc.collect()
        assert gc.callbacks == [] and len(record) == 0

    def test_when_blocks_are_nested(self):
        gc.disable()
        before = listeners()
        with recorded_collections() as outer:
            gc.collect()
            with recorded_collections() as inner:
                gc.collect()
            assert listeners() != before
            gc.collect()
        assert (outer.counts[FULL], inner.counts[FULL]) == (3, 1)
        assert listeners() == before

    def test_when_one_object_is_entered_twice(self):
        gc.disable()
        before, block = listeners(), recorded_collections()
        with block as outer:
            with block as inner:
                gc.collect()
            gc.collect()
        assert (outer.counts[FULL], inner.counts[FULL]) == (2, 1)
        assert listeners() == before

    def test_when_the_first_to_begin_is_the_first_to_end(self):
        gc.disable()
        before, first, second = listeners(), recorded_collections(), recorded_collections()
        early, late = first.__enter__(), second.__enter__()
        gc.collect()
        first.__exit__(None, None, None)
        gc.collect()
        second.__exit__(None, None, None)
        assert (early.counts[FULL], late.counts[FULL]) == (1, 2)
        assert listeners() == before

    def test_when_many_threads_record_at_once(self):
        before, lengths = listeners(), []

        def record_some():
            for _ in range(5):
                with recorded_collections() as record:
                    gc.collect()
                    while not record and hasattr(gc, "callbacks"):  # refused, for another thread is collecting
                        gc.collect()
                lengths.append(len(record))

        threads = [threading.Thread(target=record_some) for _ in range(4)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        assert len(lengths) == 20
        assert min(lengths) > 0 or not hasattr(gc, "callbacks")  # PyPy may report when the block has ended
        assert listeners() == before

    @with_hooks
    def test_and_hooks_that_were_there_are_called_and_stay(self):
        called = {name: [] for name in HOOKS}
        for name in HOOKS:
            setattr(gc.hooks, name, called[name].append)
        before = listeners()
        with recorded_collections() as record:
            gc.collect()
        assert all(called.values()) and record.counts[1] == called["on_gc_collect"][0].count
        assert listeners() == before
        gc.hooks.reset()

    @with_hooks
    def test_and_hooks_that_were_set_inside_stay(self):
        def mine(stats):
            pass

        with recorded_collections():
            gc.hooks.on_gc_minor = mine
        assert gc.hooks.on_gc_minor is mine and gc.hooks.on_gc_collect is None
        gc.hooks.reset()
