import ctypes
import gc
import platform
import sys
import sysconfig

import pytest
from raw_memory import COUNTED, FREE_THREADED, run

from refdemo.interpreters import InterpreterInfo, _collector, interpreter


def test_the_version_is_the_one_that_python_reports_to_the_patch():
    assert interpreter().language == platform.python_version()


def test_pypy_has_a_version_of_its_own():
    if platform.python_implementation() == "PyPy":
        assert f"PyPy {interpreter().version}" in sys.version
    else:
        assert interpreter().version == platform.python_version()


def test_the_implementation_is_named():
    assert interpreter().implementation == platform.python_implementation().lower()


def test_the_width_is_that_of_a_pointer():
    assert interpreter().bits == 8 * ctypes.sizeof(ctypes.c_void_p)


def test_the_build_is_told():
    assert interpreter().free_threaded == ("free-threading" in sys.version)
    assert interpreter().debug == bool(sysconfig.get_config_var("Py_DEBUG"))


def test_the_lock_is_on_unless_a_free_threaded_build_runs_without_it():
    program = "from refdemo.interpreters import interpreter; print(interpreter().gil)"
    assert run(program) == f"{not FREE_THREADED}\n"


def test_the_lock_can_be_on_in_a_free_threaded_build(monkeypatch):
    monkeypatch.setenv("PYTHON_GIL", "1") if FREE_THREADED else None
    program = "from refdemo.interpreters import interpreter; print(interpreter().gil, interpreter().counts)"
    assert run(program).split(maxsplit=1) == ["True", interpreter().counts + "\n"]


def test_the_count_layout_is_what_memory_shows():
    words = {
        "none": not COUNTED,
        "split between owner and others": FREE_THREADED,
        "one word": COUNTED and (sys.version_info < (3, 12) or sys.maxsize < 2**32),
        "32-bit count in one word": not FREE_THREADED and (3, 12) <= sys.version_info < (3, 14),
        "32-bit count with flags": not FREE_THREADED and sys.version_info >= (3, 14) and sys.maxsize > 2**32,
    }
    assert words[interpreter().counts]
    if interpreter().counts == "32-bit count with flags":
        assert ctypes.c_uint64.from_address(id(None)).value >> 48
    elif interpreter().counts == "32-bit count in one word":
        assert ctypes.c_uint64.from_address(id(None)).value >> 31 == 1


def test_the_thresholds_are_those_in_force():
    if not hasattr(gc, "get_threshold"):
        assert interpreter().thresholds is None
        return
    gc.set_threshold(123, 4, 5)
    assert interpreter().thresholds == gc.get_threshold()
    assert interpreter().thresholds[0] == 123


def test_the_collector_is_named():
    if platform.python_implementation() == "PyPy":
        assert interpreter().collector == "incminimark"
    elif FREE_THREADED:
        assert interpreter().collector == "stop-the-world"
    else:
        # the incremental collector had two generations and showed it (What's New In Python 3.14)
        program = "import gc; print(gc.get_threshold()[2])"
        assert interpreter().collector == ("incremental" if run(program) == "0\n" else "generational")


@pytest.mark.skipif(platform.python_implementation() != "CPython", reason="CPython's releases")
@pytest.mark.parametrize(
    ("release", "collector"),
    [
        (0x030A0DF0, "generational"),  # 3.10.13
        (0x030D00A5, "generational"),
        (0x030D00A6, "incremental"),
        (0x030D00C2, "incremental"),
        (0x030D00C3, "generational"),
        (0x030D00F0, "generational"),
        (0x030E00F0, "incremental"),
        (0x030E04F0, "incremental"),
        (0x030E05C1, "generational"),
        (0x030F00A1, "incremental"),
        (0x030F00A8, "incremental"),
        (0x030F00B1, "generational"),
        (0x030F00F0, "generational"),
    ],
)
def test_the_incremental_collector_came_and_went_three_times(release, collector):
    assert _collector(release, free_threaded=False) == collector
    assert _collector(release, free_threaded=True) == "stop-the-world"


def test_the_platform_names_system_and_machine():
    system, _, machine = interpreter().platform.partition("-")
    assert (system, machine) == (sys.platform, platform.machine().lower())


def test_the_answer_is_a_tuple_with_names():
    assert interpreter()._fields == InterpreterInfo._fields
    assert list(interpreter()) == [getattr(interpreter(), name) for name in InterpreterInfo._fields]
