"""Everything that section "instruments" measures: one function each, run in a process of its own.

A function prepares, measures once, and checks what it got. It imports its tool before it measures.
"""

from __future__ import annotations

import gc
import io
from collections.abc import Callable
from typing import Any

from bench import heap
from bench.heap import WrongAnswer
from bench.meter import Meter
from bench.rounds import Case, Measure

FLOORS = "floors: what any look at every object costs"
GARBAGE = "cyclic garbage, in groups"
CYCLES = "cycles reachable from a root"
WHOLE = "a look at the whole heap, which finds no groups"
CHAIN = f"the shortest chain of {heap.LINKS} referrers"
GLOBAL, LOCAL = "the reference count of a global", "the reference count of a local"
PICTURE = "a picture of two objects that hold each other"

CASES: dict[str, Case] = {}


def case(
    what: str, tool: str, call: str, *, sized: bool = True, largest: int | None = None, why: str = ""
) -> Callable[[Measure], Measure]:
    """Put a function into `CASES`, under its name."""

    def register(measure: Measure) -> Measure:
        CASES[measure.__name__] = Case(what, tool, call, measure, sized, largest, why)
        return measure

    return register


def expect(right: bool, what: str) -> None:
    if not right:
        raise WrongAnswer(what)


@case(FLOORS, "CPython", "gc.get_objects()")
def all_objects(meter: Meter, size: int) -> None:
    heap.living(size)
    expect(len(meter.once(gc.get_objects)) > size // 2, "objects are missing")


@case(FLOORS, "CPython", "for … in map(gc.get_referents, objects)")
def sweep(meter: Meter, size: int) -> None:
    heap.living(size)
    objects = gc.get_objects()

    def look() -> None:
        for _ in map(gc.get_referents, objects):
            pass

    meter.once(look)


@case(FLOORS, "CPython", "gc.collect(), the heap alive")
def collect_living(meter: Meter, size: int) -> None:
    heap.living(size)
    meter.once(gc.collect)


@case(FLOORS, "CPython", "gc.collect(), the heap garbage")
def collect_garbage(meter: Meter, size: int) -> None:
    answer = heap.garbage(size)
    expect(meter.once(gc.collect) >= answer.objects, "garbage was not collected")


@case(GARBAGE, "refdemo", "cyclic_garbage()")
def garbage_by_refdemo(meter: Meter, size: int) -> None:
    from refdemo.cycles import cyclic_garbage

    answer = heap.garbage(size)
    answer.check(meter.once(cyclic_garbage))


@case(GARBAGE, "refcycle", "garbage().strongly_connected_components()")
def garbage_by_refcycle(meter: Meter, size: int) -> None:
    import refcycle

    answer = heap.garbage(size)
    groups = meter.once(lambda: refcycle.garbage().strongly_connected_components())
    answer.check(group for group in groups if len(group) > 1)


@case(CYCLES, "refdemo", "cycles(root)")
def cycles_by_refdemo(meter: Meter, size: int) -> None:
    from refdemo.cycles import cycles

    answer = heap.living(size)
    answer.check(meter.once(lambda: cycles(heap.alive)))


@case(CYCLES, "refcycle", "objects_reachable_from(root).strongly_connected_components()")
def cycles_by_refcycle(meter: Meter, size: int) -> None:
    import refcycle

    answer = heap.living(size)
    groups = meter.once(lambda: refcycle.objects_reachable_from(heap.alive).strongly_connected_components())
    answer.check(group for group in groups if len(group) > 1)


@case(CYCLES, "refcycle", "… with the collector disabled", largest=100_000, why="to save minutes")
def cycles_by_refcycle_without_collector(meter: Meter, size: int) -> None:
    import refcycle

    answer = heap.living(size)
    gc.disable()
    groups = meter.once(lambda: refcycle.objects_reachable_from(heap.alive).strongly_connected_components())
    answer.check(group for group in groups if len(group) > 1)


@case(CYCLES, "networkx", "strongly_connected_components(graph), its building included")
def cycles_by_networkx(meter: Meter, size: int) -> None:
    import networkx

    def components() -> list[list[object]]:
        graph = networkx.DiGraph()
        found = {id(heap.alive): heap.alive}
        waiting: list[object] = [heap.alive]
        for obj in waiting:
            for referent in filter(gc.is_tracked, gc.get_referents(obj)):
                if id(referent) not in found:
                    found[id(referent)] = referent
                    waiting.append(referent)
                graph.add_edge(id(obj), id(referent))
        groups = networkx.strongly_connected_components(graph)
        return [[found[identity] for identity in group] for group in groups if len(group) > 1]

    answer = heap.living(size)
    answer.check(meter.once(components))


@case(WHOLE, "objgraph", "get_leaking_objects()")
def heap_by_objgraph(meter: Meter, size: int) -> None:
    import objgraph

    heap.living(size)
    expect(isinstance(meter.once(objgraph.get_leaking_objects), list), "no list")


@case(WHOLE, "guppy3", "hpy().heap()")
def heap_by_guppy(meter: Meter, size: int) -> None:
    import guppy

    heap.living(size)
    expect(meter.once(lambda: guppy.hpy().heap()).count > size // 2, "objects are missing")


@case(WHOLE, "pympler", "ReferenceGraph(…, reduce=True)", largest=10_000, why="quadratic: over four minutes at 100 000")
def heap_by_pympler(meter: Meter, size: int) -> None:
    from pympler.refgraph import ReferenceGraph

    answer = heap.living(size)
    graph = meter.once(lambda: ReferenceGraph(gc.get_objects(), reduce=True))
    # It keeps what leads to a cycle as well.
    expect(set(answer.members) <= set(map(id, graph.objects)), "members of cycles are missing")


@case(CHAIN, "refdemo", "why_alive(obj)")
def chain_by_refdemo(meter: Meter, size: int) -> None:
    from refdemo.holders import why_alive

    heap.chained(size)
    found = meter.once(lambda: why_alive(heap.last_of_chain()))
    expect("global chain" in str(found) and str(found).count(".next") == heap.LINKS - 1, f"another chain:\n{found}")


def by_objgraph(meter: Meter, size: int, is_start: Callable[[Any], bool]) -> None:
    import objgraph

    heap.chained(size)
    found = meter.once(lambda: objgraph.find_backref_chain(heap.last_of_chain(), is_start))
    links = [one for one in found if isinstance(one, heap.Node)]
    expect(is_start(found[0]) and len(links) == heap.LINKS, f"another chain, of {len(found)}")


@case(CHAIN, "objgraph", "find_backref_chain(obj, is_proper_module)")
def chain_by_objgraph(meter: Meter, size: int) -> None:
    import objgraph

    by_objgraph(meter, size, objgraph.is_proper_module)


@case(CHAIN, "objgraph", "find_backref_chain(obj, lambda one: one is root)")
def chain_from_root_by_objgraph(meter: Meter, size: int) -> None:
    by_objgraph(meter, size, lambda one: one is heap.chain)


@case(CHAIN, "refcycle", "snapshot().shortest_path(root, obj)")
def chain_by_refcycle(meter: Meter, size: int) -> None:
    import refcycle

    heap.chained(size)
    path = meter.once(lambda: refcycle.snapshot().shortest_path(heap.chain, heap.last_of_chain()))
    expect(sum(isinstance(one, heap.Node) for one in path) == heap.LINKS, f"another chain, of {len(path)}")


@case(CHAIN, "guppy3", "iso(obj).get_shpaths(iso(root))")
def chain_from_root_by_guppy(meter: Meter, size: int) -> None:
    import guppy

    heap.chained(size)
    hpy = guppy.hpy()
    # The paths are found when they are shown.
    found = meter.once(lambda: str(hpy.iso(heap.last_of_chain()).get_shpaths(hpy.iso(heap.chain))))
    expect(found.count("next") == heap.LINKS - 1, f"another chain: {found}")


@case(CHAIN, "guppy3", "iso(obj).shpaths")
def chain_by_guppy(meter: Meter, size: int) -> None:
    import guppy

    heap.chained(size)
    hpy = guppy.hpy()
    found = meter.once(lambda: str(hpy.iso(heap.last_of_chain()).shpaths))
    expect(found.count("next") == heap.LINKS - 1, f"another chain: {found}")


@case(CHAIN, "refleak", "testing.referrer_chain(obj)")
def chain_by_refleak(meter: Meter, size: int) -> None:
    from refleak.testing import referrer_chain

    heap.chained(size)
    # As many links as it takes to come to the global; the objects that lead there are one line each.
    found, _ = meter.once(lambda: referrer_chain(heap.last_of_chain(), max_depth=heap.LINKS + 1))
    expect(str(found).count("next") >= heap.LINKS - 1, f"another chain: {found}")


@case(CHAIN, "referrers", "get_referrer_graph(obj)")
def chain_by_referrers(meter: Meter, size: int) -> None:
    import referrers

    heap.chained(size)
    # Two nodes a link.
    found = meter.once(lambda: str(referrers.get_referrer_graph(heap.last_of_chain(), max_depth=2 * heap.LINKS + 2)))
    expect(found.count("next") >= heap.LINKS - 1, f"another chain: {found}")


@case(GLOBAL, "CPython", "sys.getrefcount(obj)", sized=False)
def count_of_global_by_sys(meter: Meter, size: int) -> None:
    import sys

    meter.best("count(obj)", count=sys.getrefcount, obj=[])


@case(GLOBAL, "refdemo", "refcount(obj)", sized=False)
def count_of_global_by_refdemo(meter: Meter, size: int) -> None:
    from refdemo import refcount

    meter.best("count(obj)", count=refcount, obj=[])


@case(LOCAL, "CPython", "sys.getrefcount(obj)", sized=False)
def count_of_local_by_sys(meter: Meter, size: int) -> None:
    meter.best("count(obj)", "from sys import getrefcount as count; obj = []")


@case(LOCAL, "refdemo", "refcount(obj)", sized=False)
def count_of_local_by_refdemo(meter: Meter, size: int) -> None:
    meter.best("count(obj)", "from refdemo import refcount as count; obj = []")


def circle() -> heap.Node:
    one, other = heap.Node(), heap.Node()
    one.next, other.next = other, one
    return one


@case(PICTURE, "refdemo", "object_graph(my_var=obj).to_dot()", sized=False)
def picture_by_refdemo(meter: Meter, size: int) -> None:
    from refdemo.graph import object_graph

    expect(object_graph(my_var=circle()).to_dot().count("Node") >= 2, "objects are missing")
    meter.best("draw(my_var=obj).to_dot()", number=100, draw=object_graph, obj=circle())


@case(PICTURE, "objgraph", "show_refs([obj], output=…), all it shows", sized=False)
def picture_by_objgraph(meter: Meter, size: int) -> None:
    import objgraph

    meter.best("draw([obj], output=file())", number=100, draw=objgraph.show_refs, file=io.StringIO, obj=circle())
