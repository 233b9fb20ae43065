import functools
import sys
import weakref

import pytest
from graph_helpers import Hostile, HostileType, Plain, Slotted, collect, labelled, objects, on_this_python
from raw_memory import run

from refdemo import object_graph
from refdemo._drawing.labels import definition, is_weak, type_name, value
from refdemo.graph import Film


class TestEdges:
    def attributes(self, instance):
        return {edge.label for edge in object_graph(instance).edges}

    def test_are_the_attributes_of_an_instance(self):
        x = Plain()
        x.first, x.second = [], ()
        assert self.attributes(x) == {".first", ".second"}

    def test_are_the_same_when_the_dict_has_been_asked_for(self):
        x = Plain()
        x.first, x.second = [], ()
        assert x.__dict__
        assert self.attributes(x) == {".first", ".second"}

    def test_are_the_slots(self):
        x = Slotted()
        x.held = []
        assert self.attributes(x) == {".held"}

    def test_stop_at_twelve_and_say_how_many_more(self):
        x = Plain()
        for number in range(40):
            setattr(x, f"a{number:02}", number)
        graph = object_graph(x=x)
        assert [edge.label for edge in graph.edges] == ["", *(f".a{number:02}" for number in range(12)), ""]
        assert graph.nodes[-1][:3] == ("Plain1 more", "more", "… 28 more")

    def test_are_two_when_two_keys_lead_to_one_value(self):
        shared = []
        graph = object_graph(x={"a": shared, "b": shared})
        assert labelled(graph)[1:] == [("dict1", "['a']", "list1"), ("dict1", "['b']", "list1")]

    def test_lead_to_keys_only_where_the_label_does_not_show_them(self):
        graph = object_graph({"a": [], (1, 2): []})
        assert sorted(edge.target for edge in graph.edges if edge.source == "dict1") == ["list1", "list2", "tuple1"]

    def test_leave_the_class_out(self):
        assert object_graph(Plain()).edges == ()

    def test_stop_at_classes_modules_functions_and_frames(self):
        x = Plain()
        x.all = [Plain, functools, collect, len, collect.__code__, sys._getframe()]
        graph = object_graph(x)
        assert [node.label for node in graph.nodes if node.kind == "leaf"] == [
            "class Plain",
            "module functools",
            "function collect",
            "function len",
            "code collect",
            "frame test_stop_at_classes_modules_functions_and_frames",
        ]
        assert {edge.source for edge in graph.edges} == {"Plain1", "list1"}


class TestWeakReferences:
    def test_are_dashed_and_add_nothing_to_a_count(self):
        x = Plain()
        graph = object_graph(ref=weakref.ref(x))
        assert graph.edges[1] == ("weakref1", "Plain1", "weakly", True)
        assert objects(graph)["Plain1"] == on_this_python(1)

    def test_say_so_when_they_are_dead(self):
        ref = weakref.ref(Plain())
        collect()
        graph = object_graph(ref=ref)
        assert [node.label for node in graph.nodes] == ["ref", "weakref (dead)"]
        assert len(graph.edges) == 1

    def test_lead_from_a_weak_dictionary_to_its_values(self):
        x = Plain()
        graph = object_graph(weakref.WeakValueDictionary(k=x))
        assert [(e.source, e.target) for e in graph.edges if e.weak and e.target == "Plain1"] == [
            ("KeyedRef1", "Plain1")
        ]

    def test_are_followed_without_asking_a_proxy(self):
        x = Hostile()
        graph = object_graph(weakref.proxy(x))
        assert len(graph.nodes) == 1


class TestLimits:
    def test_keep_a_long_list_of_nodes_quick_and_small(self):
        first = last = Plain()
        for _ in range(10**5):
            last.next = Plain()
            last = last.next
        graph = object_graph(first, max_depth=10**6)
        assert [node.kind for node in graph.nodes] == ["object"] * 30 + ["more"]
        assert graph.nodes[-1].label == "… 1 more"
        while first is not None:  # or freeing it would be what recurses
            first = first.__dict__.pop("next", None)

    def test_let_a_thousand_levels_be_drawn_and_printed(self):
        innermost = nested = []
        for _ in range(5000):
            nested = [nested]
        graph = object_graph(nested, max_depth=10**6, max_nodes=10**6)
        assert len(graph.nodes) == len(graph.to_text().splitlines()) == 5001
        assert innermost == []

    def test_hold_for_depth(self):
        graph = object_graph([[[[]]]], max_depth=2)
        assert [node.label for node in graph.nodes] == ["list #1", "list #2", "list #3", "… 1 more"]

    def test_let_an_edge_back_to_what_is_drawn_stand(self):
        x = [[]]
        x[0].append(x)
        assert labelled(object_graph(x, max_depth=1)) == [("list1", "[0]", "list2"), ("list2", "[0]", "list1")]

    def test_count_boxes_and_not_names(self):
        graph = object_graph(x=[1, 2, 3, 4], max_nodes=3)
        assert [node.label for node in graph.nodes] == ["x", "list", "1", "2", "… 2 more"]

    def test_never_leave_out_a_root(self):
        assert len(object_graph([], [], [], max_nodes=1).nodes) == 3


class TestValues:
    def test_are_shown_in_place_of_a_count(self):
        graph = object_graph([None, True, 1, 1.5, 2j, "milk", b"milk", ..., ()])
        leaves = [node for node in graph.nodes if node.kind == "leaf"]
        shown = ["None", "True", "1", "1.5", "2j", "'milk'", "b'milk'", "Ellipsis", "()"]
        assert [(node.label, node.count) for node in leaves] == [(each, None) for each in shown]

    def test_are_shortened(self):
        graph = object_graph("x" * 10**6, "it's" * 100, 10**5000)
        lengths = [len(node.label) for node in graph.nodes]
        assert max(lengths) < 40
        assert graph.nodes[1].label.endswith('…"')

    def test_of_a_program_own_types_are_not_asked(self):
        class Odd(int):
            def __repr__(self):
                raise AssertionError

        assert object_graph(Odd(3)).nodes[0].label == "Odd"

    def test_stand_at_each_reference_unless_they_are_roots(self):
        assert len(object_graph(["milk", "milk"]).nodes) == 3
        drink = "milk"
        assert len(object_graph([drink, drink], drink=drink).nodes) == 3

    def test_keep_their_place_in_a_film(self):
        film, x = Film(), Plain()
        x.n = 1
        before = film.frame(x).nodes[1]
        x.n = 2
        after = film.frame(x).nodes[1]
        assert (before.key, before.label, after.key, after.label) == ("Plain1.n", "1", "Plain1.n", "2")


class TestHostileClasses:
    def test_are_drawn_without_a_call(self):
        x = Hostile()
        object.__setattr__(x, "inner", [Hostile()])
        graph = object_graph(x, y=[x])
        assert {"Hostile #1", "Hostile #2"} <= {node.label for node in graph.nodes}
        assert ("Hostile1", ".inner", "list2") in labelled(graph)
        assert Film().frame(x).to_text()

    def test_are_drawn_as_keys_and_members(self):
        class Quiet(Hostile):
            def __hash__(self):
                return 1

        graph = object_graph({Quiet(): 1}, {Quiet()})
        assert [node.label for node in graph.nodes if node.kind == "object"] == ["dict", "set", "Quiet #1", "Quiet #2"]

    def test_are_drawn_whatever_their_metaclass(self):
        kind = HostileType("Odd", (), {})
        graph = object_graph(kind, object.__new__(kind))
        assert [node.label for node in graph.nodes] == ["class Odd", "Odd"]


@pytest.mark.parametrize("words", [value, definition, type_name, is_weak])
def test_words_for_an_object_never_come_from_the_object(words):
    class Outraged(HostileType):
        __eq__ = __hash__ = HostileType._refuse

    kind = Outraged("Odd", (Hostile,), {})
    told = {value: (None, None), definition: ("class Odd", None), type_name: ("Outraged", "Odd"), is_weak: (False,) * 2}
    assert (words(kind), words(object.__new__(kind))) == told[words]


def test_notes_take_the_place_of_counts_and_marks_stand_beside_them():
    x, y = [], {}
    graph = object_graph(x=x, y=y, notes={id(x): "copied: 1"}, marked=[id(y)])
    assert next(node.remark for node in graph.nodes if node.kind == "object") == "copied: 1"
    assert [node.label for node in graph.nodes if node.marked] == ["dict"]


def test_members_of_sets_come_in_one_order_whatever_their_hashes():
    program = """
import sys
from refdemo import object_graph
class Point:
    def __init__(self, n): self.n = n
class Other: pass
ballast = [bytearray(int(sys.argv[1]) * 1000), [Point(0) for _ in range(int(sys.argv[1]))]]
members = {"a", "b", "c", 3, 20, 100, b"x", 1.5, None, ("t", 1), ("s", 2), frozenset({"p", "q"})}
graph = object_graph(members, {Point(5), Point(4), Point(6), Other(), Point, Other})
print(ascii(graph.to_dot()))
"""
    seen = {run(f"import os, sys; os.environ['PYTHONHASHSEED'] = {seed!r}\n" + respawn(program)) for seed in "0123"}
    assert len(seen) == 1


def respawn(program):
    return (
        "import subprocess\n"
        f"command = [sys.executable, '-c', {program!r}, os.environ['PYTHONHASHSEED']]\n"
        "done = subprocess.run(command, capture_output=True, text=True)\n"
        "print(done.stdout, done.stderr)"
    )


def test_a_long_list_is_cut_and_says_how_much_is_missing():
    graph = object_graph(long=[[] for _ in range(10**5)])
    assert len(graph.nodes) == 1 + 1 + 12 + 1
    assert graph.nodes[-1].label == f"… {10**5 - 12} more"
