"""Recording collections changes nothing of them."""

import gc
import sys
import weakref

import pytest
from raw_memory import FREE_THREADED, run

from refdemo.collector import recorded_collections

with_callbacks = pytest.mark.skipif(not hasattr(gc, "callbacks"), reason="this Python has no gc.callbacks")


@with_callbacks
def test_recording_leaves_nothing_to_collect():
    with recorded_collections():
        pass
    gc.disable()
    gc.collect()
    with recorded_collections() as record:
        repr(record)
    del record
    assert gc.collect() == 0


@pytest.mark.skipif(FREE_THREADED or not hasattr(gc, "get_count"), reason="counts no allocations at once")
def test_the_next_collection_comes_no_sooner():
    gc.disable()

    def young_after_three():
        for _ in range(3):
            gc.collect(0)
        return gc.get_count()[0]

    young_after_three()
    without = young_after_three()
    with recorded_collections() as record:
        recorded = young_after_three()
    assert recorded == without and len(record) == 3


@with_callbacks
def test_the_record_is_freed_with_its_last_name():
    gc.disable()
    with recorded_collections() as record:
        gc.collect()
    weak = weakref.ref(record)
    del record
    assert weak() is None


def test_a_collector_that_calls_nobody_is_one_clear_error():
    program = (
        "import gc, sys\n"
        "from refdemo.collector import recorded_collections\n"
        "name = 'callbacks' if hasattr(gc, 'callbacks') else 'hooks'\n"
        "delattr(gc, name)\n"
        "try:\n    recorded_collections().__enter__()\nexcept NotImplementedError as error: print(error)"
    )
    assert run(program) == f"recorded_collections: {sys.implementation.name} tells nobody of its collections\n"
