"""Searches for cycles that are interrupted, and searches while other threads go on."""

import gc
import signal
import sys
import weakref
from pathlib import Path

import pytest
from garbage_shapes import make_ring
from object_graphs import Node, ring
from raw_memory import counted, free_threaded, run

from refdemo.cycles import cycles, cyclic_garbage

STRESS = Path(__file__).parent / "stress_threads.py"


def interrupt_at(event, walk, *files):
    """Interrupts the walk on the nth line that it runs in these files.

    Returns whether the collector is enabled, as it was before, and whether it still finds what is dropped now.
    """
    lines = 0

    def tracer(frame, kind, _):
        nonlocal lines
        if not frame.f_code.co_filename.endswith(files) or frame.f_code.co_name == "with_collector_off":
            return tracer
        lines += kind == "line"
        if lines == event:
            signal.raise_signal(signal.SIGINT)
        return tracer

    gc.enable()
    x = Node()
    x.me = x
    weak = weakref.ref(x)
    found = sys.gettrace()
    with pytest.raises(KeyboardInterrupt) as caught:
        sys.settrace(tracer)
        try:
            walk()
        finally:
            sys.settrace(found)
    del caught
    enabled = gc.isenabled()
    del x
    gc.collect()
    return enabled, weak() is None


class TestTheWalkLeavesTheCollector:
    @pytest.mark.parametrize("enabled", [True, False])
    def test_as_it_was_when_it_ends(self, enabled):
        (gc.enable if enabled else gc.disable)()
        cycles([])
        assert gc.isenabled() is enabled

    @pytest.mark.parametrize("event", [*range(1, 30), 100, 1000])
    def test_as_it_was_wherever_it_is_interrupted(self, event):
        rings = [ring(list, list.append, 3) for _ in range(200)]
        assert interrupt_at(event, lambda: cycles(rings), "cycles.py", "components.py") == (True, True)


@counted
class TestTheSearchForGarbageLeavesTheCollector:
    @pytest.mark.parametrize("enabled", [True, False])
    def test_as_it_was_when_it_ends(self, enabled):
        (gc.enable if enabled else gc.disable)()
        before = gc.get_threshold(), gc.get_debug(), list(gc.garbage)
        cyclic_garbage()
        assert gc.isenabled() is enabled
        assert (gc.get_threshold(), gc.get_debug(), list(gc.garbage)) == before

    @pytest.mark.parametrize("event", [*range(1, 25), 100, 1000])
    def test_as_it_was_wherever_it_is_interrupted(self, event):
        gc.disable()
        for _ in range(200):
            make_ring()
        weak = weakref.WeakSet(member for group in cyclic_garbage() for member in group if type(member) is Node)
        assert len(weak) == 400
        assert interrupt_at(event, cyclic_garbage, "cycles.py", "garbage.py", "components.py") == (True, True)
        assert len(weak) == 0

    @pytest.mark.parametrize("size", [10**4, pytest.param(10**5, marks=pytest.mark.deep)])
    def test_as_it_was_when_control_c_comes_from_another_thread(self, size):
        program = """
import _thread, gc, sys, threading
from refdemo.cycles import cyclic_garbage, cycles
class Node: pass
kept = [Node() for _ in range(int(sys.argv[1]))]
for here, following in zip(kept, kept[1:] + kept[:1]): here.following = following
gc.collect()
for search in cyclic_garbage, lambda: cycles(kept):
    before = len(gc.get_objects())
    for _ in range(10):
        begin = threading.Event()
        other = threading.Thread(target=lambda: (begin.wait(), _thread.interrupt_main()))
        other.start()
        try:
            begin.set()
            while True: search()
        except KeyboardInterrupt:
            pass
        other.join()
        assert gc.isenabled()
    del begin, other
    gc.collect()
    print(len(gc.get_objects()) - before < 100)
"""
        assert run(program, str(size)).split() == ["True", "True"]


@counted
def test_nothing_that_is_in_use_is_taken_for_garbage():
    gc.disable()
    while gc.collect():  # what dies may leave garbage, but not for ever
        pass
    assert cyclic_garbage() == []


@counted
@pytest.mark.parametrize("rounds", [1, pytest.param(10, marks=pytest.mark.deep)])
def test_other_threads_may_change_everything_meanwhile(rounds):
    printed = run(STRESS.read_text(), str(rounds)).splitlines()
    assert printed == ["counts exact", "garbage found", "nothing reachable listed", "cycles walked"]


@free_threaded
def test_a_function_whose_count_is_deferred_is_found():
    program = (
        "import gc; from refdemo.cycles import cyclic_garbage; gc.disable(); gc.collect()\n"
        "def f(): pass\n"
        "f.me = f; print(len(cyclic_garbage())); del f; print(len(cyclic_garbage()))"
    )
    assert run(program).split() == (["0", "1"] if sys.version_info < (3, 14) else ["0", "0"])
