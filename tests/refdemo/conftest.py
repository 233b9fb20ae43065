import gc
import sys
from pathlib import Path

import pytest

# --import-mode=importlib puts no test folder on the path, and these tests share raw_memory.py.
sys.path.append(str(Path(__file__).parent))


@pytest.fixture(autouse=True)
def collector_as_found():
    """Leaves the collector to the next test as this one found it."""
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
def nothing_left_of_other_files():
    """Collects once for a file: pytest holds so many objects that to collect for each test would take most of the time.

    A test that counts what is collected, or looks through all objects, collects first by itself.
    """
    gc.collect()


@pytest.fixture(scope="module")
def others_set_aside():
    """Keeps pytest's own objects out of collections and searches, which have a tenth to look through then."""
    if not hasattr(gc, "freeze"):
        yield
        return
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()
