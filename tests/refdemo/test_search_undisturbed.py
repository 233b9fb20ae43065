"""Searches leave the collector as it was, also when they are interrupted, and go on beside other threads."""

import gc
import signal
import sys
import weakref
from pathlib import Path

import pytest
from garbage_shapes import make_ring
from object_graphs import Node, ring
from raw_memory import COUNTED, counted, deep_on_pypy, free_threaded, run

from refdemo.cycles import cycles, cyclic_garbage
from refdemo.holders import referrers, why_alive

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


class TestAskingForHoldersLeavesNoTrace:
    @deep_on_pypy
    @pytest.mark.parametrize("ask", [referrers, why_alive])
    def test_in_lifetimes(self, ask):
        x = Node()
        x.part = Node()
        gone = weakref.ref(x), weakref.ref(x.part)
        kept = ask(x.part), ask(x)
        del x
        if not COUNTED:
            gc.collect()
        assert [each() for each in gone] == [None, None]
        assert kept

    @deep_on_pypy
    @pytest.mark.parametrize("enabled", [True, False])
    @pytest.mark.parametrize("ask", [referrers, why_alive])
    def test_in_the_collector(self, ask, enabled):
        (gc.enable if enabled else gc.disable)()
        ask([])
        assert gc.isenabled() is enabled

    @pytest.mark.parametrize("ask", [referrers, why_alive])
    def test_in_the_collector_when_interrupted(self, ask, monkeypatch):
        def interrupted(*_):
            raise KeyboardInterrupt

        gc.enable()
        monkeypatch.setattr(gc, "get_referents", interrupted)
        kept = [Node()]
        with pytest.raises(KeyboardInterrupt):
            ask(kept[0])
        assert gc.isenabled()


@deep_on_pypy
def test_freed_objects_that_asyncio_shows_are_left_alone():
    # gh-122695: 3.12.0 to 3.12.5 crash or hang when the referents of the module _asyncio are asked for
    program = """
import asyncio, gc, sys
from refdemo.cycles import cycles, cyclic_garbage
from refdemo.edges import edges
from refdemo.holders import referrers, why_alive
async def main():
    for _ in range(300): await asyncio.sleep(0)
    loop = asyncio.get_running_loop()
    futures = [loop.create_future() for _ in range(50)]
    async def wait(future): await future
    tasks = [asyncio.ensure_future(wait(future)) for future in futures]
    await asyncio.sleep(0)
    for future in futures: future.set_result(1)
    await asyncio.gather(*tasks)
asyncio.run(main())
module = sys.modules.get("_asyncio", asyncio)
for _ in range(3):
    why_alive([]); referrers([]); cycles(); cycles(module); edges(module)
    if hasattr(sys, "getrefcount"):
        cyclic_garbage()
    gc.collect()
x = []
many = [[x] for _ in range(100)]
many[:] = [{"x": each} for each in many]
print(sum(each.times for each in referrers(x)) > 90)
"""
    assert run(program) == "True\n"


class TestWithOtherThreads:
    @pytest.mark.parametrize("times", [2, pytest.param(10, marks=[counted, pytest.mark.deep])])
    def test_nothing_breaks_while_they_change_what_is_looked_at(self, times):
        program = """
import sys, threading
from refdemo.holders import referrers, why_alive
class Node: pass
stop = threading.Event()
shared = {"list": [], "dict": {}, "set": set(), "node": Node()}
target = Node()
kept = {"k": [target]}
def change(number):
    local = []
    while not stop.is_set():
        local = [Node() for _ in range(20)]
        local[0].next = local
        shared["list"].append(target); shared["list"].append(local)
        shared["dict"][len(shared["dict"]) % 50] = target
        shared["set"].add(number); shared["node"].part = local
        if len(shared["list"]) > 200: shared["list"].clear(); shared["dict"].clear()
        def inner(): return local
        shared["node"].inner = inner
threads = [threading.Thread(target=change, args=(n,), daemon=True) for n in range(2)]
sys.setswitchinterval(1e-4)
for each in threads: each.start()
for _ in range(int(sys.argv[1])):
    assert any("global `target`" in each.words for each in referrers(target))
    assert str(why_alive(kept["k"])).startswith("module __main__")
stop.set()
for each in threads: each.join()
print("done")
"""
        assert run(program, str(times)) == "done\n"
