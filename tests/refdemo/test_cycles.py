import gc
import random
import sys
import types
import weakref

import pytest
from object_graphs import Hollow, Node, heap_with_known_cycles, ids, random_graph, ring

from refdemo.cycles import cycles


class TestACycleIsFound:
    def test_of_two_instances(self):
        a, b = Node(), Node()
        a.partner, b.partner = b, a
        assert cycles(a) == [[a, b]]
        assert cycles(b) == [[b, a]]

    def test_of_one_object_that_refers_to_itself(self):
        alone = []
        alone.append(alone)
        assert ids(cycles(alone)) == {frozenset([id(alone)])}

    @pytest.mark.parametrize(
        "make, link",
        [
            (list, list.append),
            (dict, lambda d, x: d.update(x=x)),
            (Node, lambda n, x: setattr(n, "x", x)),
            (Hollow, lambda n, x: setattr(n, "x", x)),
            (Node, lambda n, x: setattr(n, "x", (1, [x]))),
        ],
        ids=["lists", "dicts", "instances", "slots", "through a tuple and a list"],
    )
    def test_of_each_kind_of_container(self, make, link):
        members = ring(make, link, 5)
        [found] = cycles(members)
        assert {id(x) for x in found} >= {id(x) for x in members}

    def test_between_roots_of_which_neither_is_in_it(self):
        a, b = ring(list, list.append, 2)
        assert ids(cycles([a], {"key": b})) == {frozenset([id(a), id(b)])}

    def test_through_a_bound_method(self):
        x = Node()
        x.callback = x.own_method
        [found] = cycles(x)
        assert any(member is x for member in found)
        assert [type(member) for member in found if member is not x] == [types.MethodType]

    def test_without_naming_roots(self):
        members = ring(list, list.append, 3)
        assert frozenset(map(id, members)) in ids(cycles())


class TestNoCycleIs:
    @pytest.mark.parametrize(
        "root", [1, "text", None, (), [], [[1], [1]], {"key": [2]}, Node, len], ids=lambda root: repr(root)[:12]
    )
    def test_what_leads_to_nothing_before_it(self, root):
        assert [group for group in cycles(root) if any(member is root for member in group)] == []

    def test_an_object_met_on_two_ways(self):
        shared = [1]
        assert cycles([shared, [shared], {"again": shared}]) == []

    def test_an_object_that_a_member_refers_to(self):
        members = ring(list, list.append, 2)
        members[0].append(["outside"])
        assert ids(cycles(members)) == {frozenset(map(id, members))}

    def test_the_way_through_a_class_or_a_function_or_a_module(self):
        class Own:
            pass

        x = Own()
        Own.kept = [x]
        x.function = lambda: x
        x.module = types.ModuleType("own")
        x.module.back = x
        assert cycles(x) == []

    def test_the_way_through_a_running_frame(self):
        x = Node()
        x.frame = sys._getframe()
        try:
            assert cycles(x) == []
        finally:
            del x.frame


def test_a_module_as_root_stands_for_what_is_in_it():
    module = types.ModuleType("own")
    module.members = ring(list, list.append, 3)
    assert frozenset(map(id, module.members)) in ids(cycles(module))


def test_two_cycles_that_share_a_member_are_one():
    a, b, c = [], [], []
    a += [b, c]
    b.append(a)
    c.append(a)
    assert ids(cycles(a)) == {frozenset(map(id, (a, b, c)))}


def test_cycles_that_lead_one_way_only_are_two():
    first, second = ring(list, list.append, 2), ring(list, list.append, 2)
    first[0].append(second[0])
    assert [set(map(id, group)) for group in cycles(first)] == [set(map(id, first)), set(map(id, second))]


def test_an_object_that_refers_to_itself_within_a_larger_cycle_is_listed_once():
    # places on the path are used again: the object after it must not inherit that it refers to itself
    a, b, plain = [], [], [1, [2]]
    a += [b]
    b += [b, a]
    assert ids(cycles([a, plain])) == {frozenset([id(a), id(b)])}


def test_cycles_and_members_come_in_the_order_in_which_they_are_met():
    rings = [ring(Node, lambda n, x: setattr(n, "x", x), length) for length in (3, 2, 5, 4)]
    rings[0][1].later = rings[2][0]
    rings[2][1].later = rings[3][0]
    found = cycles(*[members[0] for members in rings])
    assert sorted(map(id, found[0])) == sorted(map(id, rings[0]))
    assert found[0][0] is rings[0][0]
    assert [len(group) for group in found] == [3, 5, 4, 2]
    assert found == cycles(*[members[0] for members in rings])


class TestAnInstanceAndItsDictAreOne:
    def test_whether_or_not_the_dict_was_asked_for(self):
        a, b = ring(Node, lambda n, x: setattr(n, "x", x), 2)
        assert ids(cycles(a)) == {frozenset([id(a), id(b)])}
        held = vars(a), vars(b)
        assert ids(cycles(a)) == {frozenset([id(a), id(b)])}
        assert len(held) == 2

    def test_when_the_class_has_attributes_of_the_same_names(self):
        class Preset:
            x = None
            y = 1

        a = Preset()
        vars(a).update(x=a, y=a)
        assert cycles(a) == [[a]]

    def test_but_a_dict_that_an_attribute_names_is_a_member(self):
        a = Node()
        a.table = {"back": a}
        assert ids(cycles(a)) == {frozenset([id(a), id(a.table)])}

    def test_and_looking_makes_no_dict_where_there_was_none(self):
        a = Node()
        a.table = {"back": a}
        before = list(map(id, gc.get_referents(a)))
        cycles(a)
        assert list(map(id, gc.get_referents(a))) == before


def test_no_code_of_the_objects_runs():
    ran = []

    class Meta(type):
        def __getattribute__(cls, name):
            ran.append(name)
            return super().__getattribute__(name)

        def __instancecheck__(cls, x):
            ran.append("__instancecheck__")

    class Hostile(metaclass=Meta):
        def __getattribute__(self, name):
            ran.append(name)
            raise KeyError(name)

        def __bool__(self):
            ran.append("bool")
            raise KeyError

        __eq__ = __hash__ = __len__ = __iter__ = __repr__ = __bool__

    class Descriptor:
        def __get__(self, *args):
            ran.append("__get__")

    Hostile.described = Descriptor()
    x = Hostile()
    object.__setattr__(x, "me", x)
    object.__getattribute__(x, "__dict__")["described"] = {"described": x}
    ran.clear()
    found = cycles(x)
    assert ran == []
    assert any(member is x for group in found for member in group)


def test_a_cycle_that_is_listed_lives_as_long_as_the_list():
    members = ring(Node, lambda n, x: setattr(n, "x", x), 2)
    weak = weakref.ref(members[0])
    found = cycles(members)
    del members
    gc.collect()
    assert weak() is not None
    del found
    gc.collect()
    assert weak() is None


@pytest.mark.parametrize("graphs", [200, pytest.param(2000, marks=pytest.mark.deep)])
def test_random_graphs_have_the_components_that_networkx_finds(graphs):
    networkx = pytest.importorskip("networkx")
    chance = random.Random(4)
    sizes = []
    for _ in range(graphs):
        nodes, links = random_graph(chance)
        model = networkx.DiGraph(links)
        components = [group for group in networkx.strongly_connected_components(model)]
        wanted = {
            frozenset(id(nodes[n]) for n in group)
            for group in components
            if len(group) > 1 or model.has_edge(*[*group] * 2)
        }
        found = cycles(*nodes)
        assert ids(found) == wanted
        sizes += map(len, found)
    assert len(sizes) > graphs // 2
    assert sizes.count(1) > graphs // 20
    assert max(sizes) > 5


@pytest.mark.parametrize("size", [10**4, pytest.param(300_000, marks=pytest.mark.deep)])
def test_a_large_heap_has_the_cycles_that_it_was_made_with(size):
    root, wanted = heap_with_known_cycles(size)
    found = cycles(root)
    assert len(found) == len(wanted)
    assert ids(found) == wanted


@pytest.mark.parametrize("length", [10**4, pytest.param(10**5, marks=pytest.mark.deep)])
def test_a_long_chain_is_walked_without_recursion(length):
    chain = last = []
    for _ in range(length):
        following = []
        last.append(following)
        last = following
    assert cycles(chain) == []
    last.append(chain)
    [found] = cycles(chain)
    assert len(found) == length + 1
    last.clear()
    while chain:  # link by link: taking it apart all at once is recursive on some Pythons
        chain = chain.pop()
