import gc
import sys
from pathlib import Path

import pytest

# --import-mode=importlib puts no test folder on the path, and these tests share raw_memory.py.
sys.path.append(str(Path(__file__).parent))


@pytest.fixture(autouse=True)
def collector_as_found():
    """Collects, then leaves the collector to the next test as this one found it."""
    gc.collect()
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
