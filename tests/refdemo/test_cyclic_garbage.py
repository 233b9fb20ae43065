import functools
import gc
import random
import threading

import pytest
from garbage_shapes import SHAPES, class_statement, generator_in_itself, ring_that_holds_more
from hostile_objects import hostile_class
from object_graphs import heap_with_known_cycles, ids, random_graph
from raw_memory import FREE_THREADED, counted, run

from refdemo._searching.garbage import unreachable
from refdemo.cycles import cyclic_garbage

pytestmark = [counted, pytest.mark.usefixtures("nothing_to_collect")]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_as_many_objects_are_unreachable_as_the_next_collection_finds(shape):
    shape()
    kinds = list(map(type, unreachable().objects.values()))
    groups = len(cyclic_garbage())
    assert_collected(kinds)
    assert groups >= 1


def assert_collected(kinds):
    collected = gc.collect()
    assert collected > 0
    if FREE_THREADED:  # whose collector stops tracking tuples of untracked objects first
        assert len(kinds) - kinds.count(tuple) <= collected <= len(kinds)
    else:
        assert collected == len(kinds)


def test_a_generator_that_holds_itself_is_found_though_no_collection_counts_it():
    # closing it, which is its finalizer, breaks the cycle
    generator_in_itself()
    [group] = cyclic_garbage()
    assert {"generator", "list"} <= {type(member).__name__ for member in group}
    del group
    collected = gc.collect()
    assert collected == 0 or FREE_THREADED
    assert cyclic_garbage() == []


def test_each_shape_is_found_among_all_the_others():
    for shape in SHAPES * 3:
        shape()
    assert_collected(list(map(type, unreachable().objects.values())))


def test_a_class_that_was_dropped_is_a_member():
    class_statement()
    [group] = cyclic_garbage()
    assert [member.__name__ for member in group if type(member) is type] == ["Dropped"]


def test_what_garbage_leads_to_and_is_in_no_cycle_is_not_listed():
    ring_that_holds_more()
    [group] = cyclic_garbage()
    assert [type(member) for member in group] == [list, list]


def test_what_hangs_on_a_cycle_is_counted_and_not_compared():
    held = hostile_class()
    ring = [held()]
    ring.append(ring)
    del ring
    [group] = cyclic_garbage()
    assert group.hanging == {"Class": 1}


def test_an_instance_hangs_on_a_cycle_without_its_dict_and_with_another():
    class Kept:
        pass

    kept = Kept()
    vars(kept)["table"] = {"other": []}
    ring = [kept]
    ring.append(ring)
    del ring, kept
    [group] = cyclic_garbage()
    assert group.hanging == {"Kept": 1, "dict": 1, "list": 1}


class TestWhatIsHeldIsNotListed:
    """Each test holds a ring by one thing only."""

    @pytest.mark.parametrize(
        "holder",
        [
            lambda x: [x],
            lambda x: iter([x]),
            lambda x: {"key": x}.values(),
            lambda x: lambda: x,
            lambda x: functools.lru_cache(lambda: x),
            lambda x: functools.partial(print, x),
            lambda x: map(print, [x]),
            lambda x: (y for y in [x]),
            lambda x: ValueError(x),
            lambda x: type("Holder", (), {"x": x}),
            lambda x: __import__("collections").deque([x]),
            lambda x: __import__("itertools").cycle([x]),
            lambda x: __import__("weakref").ref(len, x.append),
        ],
    )
    def test_by_an_object(self, holder):
        x = []
        x.append(x)
        held, alone = holder(x), frozenset([id(x)])
        del x
        assert alone not in ids(cyclic_garbage())
        del held
        assert alone in ids(cyclic_garbage())

    def test_by_a_local(self):
        x = []
        x.append(x)
        alone = frozenset([id(x)])
        assert alone not in ids(cyclic_garbage())
        assert x[0] is x
        del x
        assert alone in ids(cyclic_garbage())

    def test_by_a_local_of_another_thread(self):
        made, done, alone = threading.Event(), threading.Event(), set()

        def hold():
            x = []
            x.append(x)
            alone.add(id(x))
            made.set()
            done.wait()
            assert x[0] is x

        other = threading.Thread(target=hold)
        other.start()
        try:
            made.wait()
            assert alone not in ids(cyclic_garbage())
        finally:
            done.set()
            other.join()
        assert alone in ids(cyclic_garbage())

    def test_by_a_value_on_the_stack(self):
        def give():
            x = []
            x.append(x)
            return x

        found = (give(), [[id(member) for member in group] for group in cyclic_garbage()])
        assert [id(found[0])] not in found[1]

    def test_by_what_the_collector_was_told_to_leave_aside(self):
        program = (
            "import gc; from refdemo.cycles import cyclic_garbage; gc.disable(); gc.collect()\n"
            "x = []; x.append(x); holder = [x]; del x\n"
            "gc.freeze(); holder[0].append([holder[0]]); del holder; print(len(cyclic_garbage()))\n"
            "gc.unfreeze(); print(len(cyclic_garbage()))"
        )
        assert run(program).split() == ["0", "1"]


@pytest.mark.parametrize("heaps", [2, pytest.param(10, marks=pytest.mark.deep)])
def test_random_graphs_of_which_some_roots_are_dropped_leave_what_networkx_finds(heaps):
    networkx = pytest.importorskip("networkx")
    chance = random.Random(5)
    found_any = 0
    for _ in range(heaps):
        nodes, links, keep = [], {}, []
        for _ in range(120):
            more, their_links = random_graph(chance)
            links.update({place + len(nodes): [n + len(nodes) for n in to] for place, to in their_links.items()})
            nodes += more
        keep = [place for place in range(len(nodes)) if chance.random() < 0.1]
        model = networkx.DiGraph(links)
        reachable = set(keep).union(*(networkx.descendants(model, place) for place in keep))
        wanted = {
            frozenset(id(nodes[n]) for n in group)
            for group in networkx.strongly_connected_components(model)
            if not group & reachable and (len(group) > 1 or model.has_edge(*[*group] * 2))
        }
        kept = [nodes[place] for place in keep]
        del more, model
        gc.collect()
        nodes.clear()
        found = cyclic_garbage()
        assert ids(found) == wanted
        found_any += len(found)
        del found, kept
        gc.collect()
    assert found_any > 30 * heaps


@pytest.mark.parametrize("size", [10**4, pytest.param(300_000, marks=pytest.mark.deep)])
def test_a_large_heap_leaves_the_cycles_that_it_was_made_with(size):
    root, wanted = heap_with_known_cycles(size)
    assert cyclic_garbage() == []
    del root
    found = cyclic_garbage()
    assert len(found) == len(wanted)
    assert ids(found) == wanted


@pytest.mark.parametrize("length", [10**4, pytest.param(10**5, marks=pytest.mark.deep)])
def test_a_long_ring_that_was_dropped_is_found_without_recursion(length):
    first = last = []
    for _ in range(length):
        following = []
        last.append(following)
        last = following
    last.append(first)
    assert cyclic_garbage() == []
    del first, last, following
    [found] = cyclic_garbage()
    assert len(found) == length + 1
    while found:
        found.pop().clear()


class TestWhatHangsOnACycle:
    def test_is_counted_by_type_once_each(self):
        rows = [{1: []}, {2: []}]
        ring = [rows, rows]
        ring.append(ring)
        del rows, ring
        [found] = cyclic_garbage()
        assert (len(found), found.hanging) == (1, {"dict": 2, "list": 3})

    def test_leaves_out_what_something_else_holds(self):
        kept = [[]]
        ring = [kept]
        ring.append(ring)
        del ring
        [found] = cyclic_garbage()
        assert found.hanging == {}
        assert kept

    def test_leaves_out_the_dict_of_an_instance(self):
        class Node:
            pass

        gc.collect()
        node = Node()
        node.itself, node.__dict__["part"] = node, []
        del node
        [found] = cyclic_garbage()
        assert (len(found), found.hanging) == (1, {"list": 1})
