"""Aligned addresses all over mapped memory: none ends the process, few are taken for objects."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from raw_memory import COUNTED, LIMIT

import refdemo

KINDS = ["anywhere mapped", "writable", "not readable", "inside objects"]

# Twice the worst kind on the worst Python of eight when this was written; the docstring of refcount_at has the figures.
ACCEPTED_AT_MOST = 0.008


@pytest.mark.skipif(not os.path.exists("/proc/self/maps"), reason="needs /proc/self/maps")
@pytest.mark.parametrize("how_many", [40_000, pytest.param(250_000, marks=pytest.mark.deep)])
def test_no_address_ends_the_process(how_many):
    seed = sys.version_info.minor  # each version tries other addresses
    program = Path(__file__).with_name("mapped_memory.py")
    where = {**os.environ, "PYTHONPATH": str(Path(refdemo.__file__).parents[1])}
    command = [sys.executable, str(program), str(how_many), str(seed)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, env=where)
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    asked = how_many // len(KINDS)
    assert [sum(told[kind].values()) for kind in KINDS] == [asked] * len(KINDS)
    if not COUNTED:
        assert [told[kind]["no counts"] for kind in KINDS] == [asked] * len(KINDS)
        return
    assert [told[kind]["refused alive"] for kind in KINDS] == [0] * len(KINDS)
    assert told["not readable"]["refused"] == asked
    assert told["inside objects"]["live"] > asked // 100
    assert max(told[kind]["false"] for kind in KINDS) <= ACCEPTED_AT_MOST * asked
