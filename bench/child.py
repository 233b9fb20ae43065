"""Measures one case: `python -m bench.child CASE SIZE` prints one line of JSON."""

from __future__ import annotations

import json
import os
import sys

from bench.cases import CASES
from bench.meter import Meter


def measured(name: str, size: int) -> dict[str, object]:
    """Return what a case measured, or the kind of error that it raised, and its text."""
    meter = Meter()
    try:
        CASES[name].measure(meter, size)
    except Exception as error:
        return {"error": type(error).__name__, "text": str(error)}
    return {"seconds": meter.seconds, "peak_mb": meter.peak_mb}


if __name__ == "__main__":
    print(json.dumps(measured(sys.argv[1], int(sys.argv[2]))), flush=True)
    # Taking a heap and a peer's graph of it apart takes longer than some measurements.
    os._exit(0)
