"""Counts read straight from memory, written apart from refdemo so that the two can be compared."""

import ctypes
import os
import struct
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import refdemo

COUNTED = hasattr(sys, "getrefcount")
FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
WORD = struct.calcsize("P")

counted = pytest.mark.skipif(not COUNTED, reason="this Python keeps no reference counts")
with_gil = pytest.mark.skipif(not COUNTED or FREE_THREADED, reason="the count is not one number in one place here")
LIMIT = 600
"""Seconds after which a process is taken to hang: the longest takes some ten where nothing else runs."""

free_threaded = pytest.mark.skipif(not FREE_THREADED, reason="for free-threaded builds")


def deep_on_pypy(test):
    """Mark as deep on PyPy what walks the whole heap: each walk of all that pytest holds takes a third of a second."""
    return test if COUNTED else pytest.mark.deep(test)


def raw_count(address):
    """The number in the count's place, immortal or not, of a build with a GIL."""
    if sys.version_info >= (3, 12) and WORD == 8:
        return ctypes.c_uint32.from_address(address + 4 * (sys.byteorder == "big")).value
    return ctypes.c_ssize_t.from_address(address).value


def owner_and_shared(address):
    """A free-threaded build's two counts."""
    local = ctypes.c_uint32.from_address(address + WORD + 4).value
    return local, ctypes.c_ssize_t.from_address(address + WORD + 8).value >> 2


def run(program, *arguments):
    """What a fresh process of this Python prints for a program; its exit code must be 0."""
    command = [sys.executable, "-c", program, *arguments]
    where = {**os.environ, "PYTHONPATH": str(Path(refdemo.__file__).parents[1])}
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, env=where)
    assert done.returncode == 0, f"exit {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def named(obj):
    """What a test is called after an object: the same in every process."""
    return "object" if type(obj) is object else repr(obj)
