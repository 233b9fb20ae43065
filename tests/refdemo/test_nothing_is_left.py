"""Nothing of an instrument outlives its call: on success, on an exception, and when it is interrupted."""

import gc
import signal
import sys
import weakref

import pytest
from raw_memory import FREE_THREADED, counted

from refdemo import object_graph
from refdemo.cycles import cycles, cyclic_garbage
from refdemo.edges import edges
from refdemo.growth import growth
from refdemo.holders import referrers, why_alive

pytestmark = counted  # PyPy frees nothing at once, and lists what is reachable only


class Node:
    pass


def much_held():
    """Return an object that more lead to than are asked about one by one, over several levels."""
    target = Node()
    kept = []
    for place in range(60):
        below, above = Node(), Node()
        below.target = (target, place) if place % 2 else [target]
        above.below = {"k": below}
        kept.append((lambda above=above: above, ValueError(below)))
    target.kept = kept
    return target


INSTRUMENTS = {
    "referrers": referrers,
    "why_alive": why_alive,
    "why_alive of several chains": lambda target: why_alive(target, chains=3),
    "why_alive within a limit": lambda target: why_alive(target, max_links=2),
    "cycles": lambda target: len(cycles(target)),
    "all cycles": lambda target: len(cycles()),
    "cyclic_garbage": lambda target: len(cyclic_garbage()),
    "object_graph": lambda target: str(object_graph(target, target=target)),
    "edges": lambda target: len(edges(target)),
    "growth": lambda target: growth(lambda: None, of=Node, rounds=2).alive,
}
of_each = pytest.mark.parametrize("name", INSTRUMENTS)


@pytest.fixture
def collector_off():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def count_tracked():
    return len(gc.get_objects())


@of_each
def test_no_object_is_tracked_more_than_before(name, collector_off):
    target, ask = much_held(), INSTRUMENTS[name]
    for _ in range(2):  # what is read of this Python once, and what a first call imports
        ask(target)
    gc.collect()
    before = count_tracked()
    ask(target)
    assert count_tracked() <= before


@of_each
def test_an_innocent_object_dies_at_once_afterwards(name, collector_off):
    target, innocent = much_held(), Node()
    witness, dropped = weakref.ref(innocent), Node()
    dropped.itself = innocent
    kept = INSTRUMENTS[name](target)
    del innocent, dropped
    assert witness() is None
    assert kept is not INSTRUMENTS


@of_each
def test_counts_are_as_before(name, collector_off):
    target = much_held()
    before = sys.getrefcount(target), sys.getrefcount(target.kept)
    kept = INSTRUMENTS[name](target)
    assert (sys.getrefcount(target), sys.getrefcount(target.kept)) == before
    assert kept is not INSTRUMENTS


def interrupt_at(line, ask):
    """Call something, and interrupt it at its nth line in this package; return whether there was one."""
    lines = 0

    def tracer(frame, kind, _):
        nonlocal lines
        if "refdemo" not in frame.f_globals.get("__name__", "") or frame.f_code.co_name == "with_collector_off":
            return tracer
        lines += kind == "line"
        if lines == line:
            signal.raise_signal(signal.SIGINT)
        return tracer

    found = sys.gettrace()
    try:
        sys.settrace(tracer)
        ask()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(found)
    return False


@pytest.mark.skipif(FREE_THREADED, reason="a trace function makes the frames of all callers be kept there")
@pytest.mark.parametrize("name", ["referrers", "why_alive", "cyclic_garbage", "object_graph"])
@pytest.mark.parametrize("line", [1, 3, 10, 30, 100, 300, 1000])
def test_an_innocent_object_dies_at_once_after_an_interruption(name, line, collector_off):
    target, ask = much_held(), INSTRUMENTS[name]
    ask(target)
    innocent = Node()
    witness = weakref.ref(innocent)
    interrupt_at(line, lambda: ask(target))
    del innocent
    assert witness() is None
    gc.collect()
    assert gc.isenabled() is False


@pytest.mark.parametrize("name", ["referrers", "cyclic_garbage"])
def test_what_an_exception_keeps_is_none_of_the_searchs(name, collector_off, monkeypatch):
    target, ask = much_held(), INSTRUMENTS[name]
    ask(target)
    calls, ask_collector = [], gc.get_referents

    def fail_later(*objects):
        calls.append(len(objects))
        if len(calls) > 3 or name == "cyclic_garbage":  # which asks a single time
            raise MemoryError
        return ask_collector(*objects)

    innocent = Node()
    witness = weakref.ref(innocent)
    monkeypatch.setattr(gc, "get_referents", fail_later)
    with pytest.raises(MemoryError) as caught:
        ask(target)
    monkeypatch.undo()
    del innocent
    assert witness() is None  # while the exception is still there
    assert caught.value.__traceback__ is not None
