import gc
import sys
from pathlib import Path

import pytest

# --import-mode=importlib puts no test folder on the path, and these tests share raw_memory.py.
sys.path.append(str(Path(__file__).parent))


COSTLY = {
    *("test_empty_places", "test_ends", "test_growth_of_types", "test_hostile_battery", "test_leak_shapes"),
    *("test_lines_add_up", "test_mapped_memory", "test_nothing_is_left", "test_odd_holders"),
    *("test_search_undisturbed",),
}


def pytest_collection_modifyitems(items):
    """Mark the files that take seconds: they start many processes, or walk all that there is again and again."""
    for item in items:
        if item.path.stem in COSTLY:
            item.add_marker("costly")


@pytest.fixture(autouse=True)
def collector_as_found():
    """Leave the collector to the next test as this one found it."""
    tunable = hasattr(gc, "get_threshold")
    enabled, garbage = gc.isenabled(), list(gc.garbage)
    if tunable:
        thresholds, debug, callbacks = gc.get_threshold(), gc.get_debug(), list(gc.callbacks)
    yield
    gc.garbage[:] = garbage
    if tunable:
        gc.set_threshold(*thresholds)
        gc.set_debug(debug)
        gc.callbacks[:] = callbacks
    (gc.enable if enabled else gc.disable)()


@pytest.fixture(autouse=True, scope="module")
def others_set_aside(request):
    """Collect once for a file, and keep pytest's own objects out of collections and searches: a tenth is left to walk.

    A file that asks about what is as old as the interpreter says ALL_OBJECTS = True.
    """
    gc.collect()
    freezes = hasattr(gc, "freeze") and not getattr(request.module, "ALL_OBJECTS", False)
    if freezes:
        gc.freeze()
    yield
    if freezes:
        gc.unfreeze()


@pytest.fixture
def nothing_to_collect():
    """Switch the collector off, once it finds nothing more."""
    gc.disable()
    for _ in range(10):  # what dies may leave garbage, but not for ever
        if not gc.collect():
            return
    pytest.fail("a test before this one has left garbage that no collection frees")
