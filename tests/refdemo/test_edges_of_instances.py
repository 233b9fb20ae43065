"""Attributes by name, wherever they are kept, without making a `__dict__` and without running the class's code."""

import gc
import sys
from collections import deque

import live_objects
import pytest
from hostile_objects import Hostile, hostile_class, hostile_instance, hostile_key
from live_objects import Node, Slotted
from raw_memory import WORD, counted

from refdemo._reading import layouts, names
from refdemo.edges import edges


def label_of(obj, referent):
    """The one label of the references to an object."""
    (label,) = [edge.label for edge in edges(obj) if edge.referent is referent]
    return label


def same(first, second):
    return list(map(id, first)) == list(map(id, second))


class TestAnInstance:
    def test_has_its_attributes_by_name(self):
        b, c = [1], [2]
        a = Node(b=b, c=c)
        assert (label_of(a, b), label_of(a, c), label_of(a, Node)) == (".b", ".c", ".__class__")

    def test_has_them_after_its_dict_was_asked_for(self):
        b = [1]
        a = Node(b=b)
        own = a.__dict__
        assert label_of(a, b) == ".b"
        assert own not in [edge.referent for edge in edges(a)]

    @counted
    def test_gets_no_dict_by_being_looked_at(self):
        a = Node(b=[1])
        before = gc.get_referents(a)
        counts = [sys.getrefcount(each) for each in before]
        for _ in range(3):
            edges(a)
        assert same(gc.get_referents(a), before)
        assert [sys.getrefcount(each) for each in before] == counts

    def test_can_have_many_attributes(self):
        class Full(Node):
            pass

        values = {f"attribute_{number}": [number] for number in range(100)}
        found = dict(edges(Full(**values)))
        assert {label: found[label] for label in found if label != ".__class__"} == {
            f".{name}": value for name, value in values.items()
        }

    @pytest.mark.parametrize("name", ["é", "名前", "\U0001d4c3", "x" * 200, "not a name", "_Node__private"])
    def test_can_have_attributes_of_any_name(self, name):
        class Named:
            pass

        value = [1]
        a = Named()
        setattr(a, name, value)
        assert label_of(a, value) == "." + name

    def test_can_have_an_attribute_that_hides_one_of_the_class(self):
        class Shadowed(Node):
            x = None
            y = None

        Shadowed(x=[1], y=[2])
        assert edges(Shadowed(y=None)) == [(".y", None), (".__class__", Shadowed)]

    def test_can_lack_attributes_that_others_of_its_class_have(self):
        Node(alpha=[1], beta=[2])
        value = [3]
        assert label_of(Node(beta=value), value) == ".beta"

    def test_can_hold_a_dict_that_is_not_its_own(self):
        held = {"k": [1]}
        assert label_of(Node(held=held), held) == ".held"
        assert label_of(Node(held=held, k=held["k"]), held) == ".held"

    def test_can_hold_an_empty_dict(self):
        held = {}
        assert label_of(Node(held=held), held) == ".held"

    def test_can_hold_its_own_dict(self):
        a = Node(b=[1])
        a.me = a.__dict__
        assert [edge for edge in edges(a) if edge.label != ".__class__"] == [(".b", [1]), (".me", a.__dict__)]

    def test_without_attributes_refers_to_its_class(self):
        a = Node()
        assert edges(a) == [(".__class__", Node)]
        assert a.__dict__ == {}
        assert edges(a) == [(".__class__", Node)]

    def test_whose_dict_was_emptied_refers_to_its_class(self):
        a = Node(b=[1])
        a.__dict__.clear()
        assert edges(a) == [(".__class__", Node)]

    def test_can_lose_attributes(self):
        b, c = [1], [2]
        a = Node(b=b, c=c)
        del a.b
        assert edges(a) == [(".c", c), (".__class__", Node)]

    def test_can_refer_to_itself(self):
        a = Node()
        a.me = a
        assert label_of(a, a) == ".me"

    def test_shows_keys_of_its_dict_that_are_no_names(self):
        a, key = Node(), (1, 2)
        a.__dict__[key] = value = [1]
        assert (label_of(a, value), label_of(a, key)) == (".__dict__[<tuple>]", ".__dict__ key <tuple>")

    def test_shows_what_a_property_hides(self):
        class Hiding:
            @property
            def x(self):
                raise RuntimeError("called")

        a, value = Hiding(), [1]
        a.__dict__["x"] = value
        assert label_of(a, value) == ".__dict__['x']"

    def test_of_a_subclass_has_slots_and_attributes(self):
        a = Slotted()
        a.one, a.other, a._Slotted__own, a.free = values = [1], [2], [3], [4]
        assert [label_of(a, value) for value in values] == [".one", ".other", "._Slotted__own", ".free"]

    @pytest.mark.parametrize("base", [list, tuple, deque])
    def test_of_a_sequence_has_items_and_attributes(self, base):
        class Sequence(base):
            pass

        item, value = [1], [2]
        a = Sequence([item])
        a.name = value
        assert (label_of(a, item), label_of(a, value)) == ("[0]", ".name")

    def test_of_a_dict_has_items_and_attributes(self):
        class Mapping(dict):
            pass

        item, value = [1], [2]
        a = Mapping(k=item)
        a.name = value
        assert (label_of(a, item), label_of(a, value)) == ("['k']", ".name")

    def test_runs_nothing_of_a_hostile_class(self):
        item, held = [1], [2]
        a = hostile_instance(item, name=held)
        assert (label_of(a, item), label_of(a, held), label_of(a, Hostile)) == ("[0]", ".name", ".__class__")

    def test_of_a_hostile_metaclass_is_read(self):
        value = [1]
        cls = hostile_class(x=value)
        assert label_of(cls, value) == ".x"
        assert label_of(cls(), cls) == ".__class__"

    @counted  # PyPy's list.__new__ asks a metaclass for __init__
    def test_of_a_hostile_metaclass_has_its_items_read(self):
        value = [1]
        items = list.__new__(hostile_class(list)), tuple.__new__(hostile_class(tuple), [value])
        list.append(items[0], value)
        assert [label_of(each, value) for each in items] == ["[0]"] * 2

    def test_runs_no_descriptor_that_hides_nothing(self):
        a = live_objects.overridden()
        assert label_of(a, a.__dict__["x"]) == ".x"


@counted
def test_what_is_held_inside_is_named_and_its_owners_class_not_compared():
    found = edges(hostile_class(map)(str, [1]))
    assert [edge.label for edge in found] == [".__class__", " iterators", " function"]


def test_keys_are_only_named_by_their_type():
    key, value = hostile_key()(), [1]
    assert edges({key: value}) == [("[<Key>]", value), (" key <Key>", key)]
    a = Node()
    a.__dict__[key] = value
    assert label_of(a, value) == ".__dict__[<Key>]"


@counted
@pytest.mark.parametrize("moved", range(-5, 6))
@pytest.mark.parametrize("part", ["keys", "first_name", "first_value", "none"])
def test_a_layout_that_is_wrong_gives_fewer_names_but_no_wrong_ones(monkeypatch, part, moved):
    right = layouts.instance_layout() if sys.version_info >= (3, 11) else None
    if right is None:
        pytest.skip("attributes are always in a dict here")
    wrong = None if part == "none" else right._replace(**{part: getattr(right, part) + moved * WORD})
    monkeypatch.setattr(names, "instance_layout", lambda: wrong)
    a, empty = Node(alpha=[1], beta=(2,)), Node(gamma={})
    true = {".alpha": [1], ".beta": (2,), ".gamma": {}, ".__class__": Node}
    for edge in [*edges(a), *edges(empty)]:
        assert edge.label == " (held inside)" or edge.referent == true[edge.label]
    missing = {*map(id, gc.get_referents(a, empty))} - {id(edge.referent) for edge in [*edges(a), *edges(empty)]}
    assert missing <= {id(empty.gamma)}  # which could be its own dict, were there no names


@counted
def test_without_a_file_descriptor_left_the_edges_are_all_there():
    resource = pytest.importorskip("resource")
    a, descriptors = Node(b=[1]), resource.getrlimit(resource.RLIMIT_NOFILE)
    suspended = (each for each in [a])
    next(suspended)
    edges(a), edges(suspended)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, descriptors[1]))
    try:
        found, of_generator = edges(a), edges(suspended)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, descriptors)
    assert [edge.referent for edge in found] in ([[1], Node], [Node, [1]])
    assert len(of_generator) == len(gc.get_referents(suspended))
