"""Labels say what a reference is."""

import asyncio
import itertools
import os
import sys
import threading
import types
import weakref
from collections import OrderedDict, defaultdict, deque, namedtuple

import pytest
from hostile_objects import hostile_class
from live_objects import LIVE, Node, T
from raw_memory import COUNTED, counted, run

from refdemo._reading.fields import FRAMES_APART
from refdemo.edges import Edge, edges, item_labels


def labels(obj):
    return [edge.label for edge in edges(obj)]


def label_of(obj, referent):
    """The one label of the references to an object."""
    (label,) = [edge.label for edge in edges(obj) if edge.referent is referent]
    return label


class TestAContainer:
    def test_names_its_items(self):
        x = [1]
        assert labels([x, x]) == labels((x, x)) == labels(deque([x, x]))[:2] == ["[0]", "[1]"]

    def test_has_a_label_for_each_place_of_an_item_and_for_none_of_its_equals(self):
        one, equal = [1], [1]
        assert item_labels([one, equal, one], one) == item_labels((one, equal, one), one) == ["[0]", "[2]"]

    def test_of_members_names_none_of_them(self):
        assert labels({("a",), ("b",)}) == labels(frozenset({("a",), ("b",)})) == [" member"] * 2

    def test_with_two_keys_for_one_value_has_two_edges(self):
        x = [1]
        assert edges({"a": x, "b": x}) == [("['a']", x), ("['b']", x)]

    def test_shows_keys_that_the_collector_follows(self):
        key, x = (1,), [1]
        assert edges({key: x}) == [("[<tuple>]", x), (" key <tuple>", key)]

    def test_of_another_kind_of_dict_names_its_items(self):
        x = [1]
        assert label_of(OrderedDict(a=x), x) == label_of(defaultdict(list, a=x), x) == "['a']"
        assert label_of(defaultdict(Node, a=x), Node) == ".default_factory"

    def test_that_holds_itself_has_one_edge(self):
        x = []
        x.append(x)
        assert labels(x) == ["[0]"]

    def test_with_named_fields_names_them(self):
        x = [1]
        point = namedtuple("Point", "x y")(x, None)
        assert edges(point)[:2] == [(".x", x), (".y", None)]

    def test_with_more_names_than_items_has_its_places(self):
        kind = type("Odd", (tuple,), {"_fields": ("x", "y", "z")})
        assert labels(kind(([1], [2])))[:2] == ["[0]", "[1]"]

    def test_of_which_some_fields_have_no_name_has_its_places(self):
        places = [f"[{place}]" for place in range(10)]
        assert [label for label in labels(os.stat(".")) if label in places] == places

    def test_with_thousands_of_named_fields_names_each(self):
        names = [f"x{number}" for number in range(2000)]
        assert labels(namedtuple("Wide", names)(*names))[:2000] == [f".{name}" for name in names]

    def test_has_readable_keys(self):
        assert labels({"k" * 200: None, 10**5000: None})[:2] == ["['" + "k" * 58 + "…]", "[<int>]"]
        assert labels({1.5: None, b"b": None, None: None})[:3] == ["[1.5]", "[b'b']", "[None]"]

    def test_with_a_name_for_every_key_refers_to_the_values_alone(self):
        x = [1]
        assert edges({"a": x}) == [("['a']", x)]
        assert len(edges({f"key {number}": x for number in range(1000)})) == 1000


class TestAFunction:
    def test_names_what_it_was_made_of(self):
        free, default, kwdefault = [1], [2], [3]

        def function(x=default, *, k=kwdefault):
            return free

        function.note = note = [4]
        found = {label: referent for label, referent in edges(function)}
        assert found[".__code__"] is function.__code__
        assert found[".__globals__"] is globals()
        assert found[".__kwdefaults__"] == {"k": kwdefault}
        assert found[".note"] is note
        if COUNTED:
            assert (found[".__closure__"], found[".__defaults__"]) == (function.__closure__, (default,))
        else:
            assert (found[" closure free"], found[".__defaults__[0]"]) == (function.__closure__[0], default)
        assert label_of(function.__closure__[0], free) == ".cell_contents"

    def test_tells_annotations_from_attributes(self):
        def annotated(x: int):
            pass

        annotations = annotated.__annotations__
        assert label_of(annotated, annotations) == " annotations"
        annotated.x = value = [1]
        assert label_of(annotated, annotations) == " annotations"
        assert label_of(annotated, value) == ".x"

    def test_bound_to_an_object_names_both(self):
        a = Node()
        assert dict(edges(a.__init__)) == {".__func__": Node.__init__, ".__self__": a}

    @counted
    def test_with_a_cache_names_what_it_remembers(self):
        cached = LIVE["lru_cache"]()
        assert {" cached argument", " cached result", " function"} <= set(labels(cached))
        assert label_of(cached, cached(T)) == " cached result"


class TestVariables:
    @counted
    def test_of_a_suspended_generator_have_their_names(self):
        free, argument = [1], [2]

        def generate(x, *unset):
            if not x:
                never = 1
                print(never)
            y = [3]
            for z in ([4],):
                yield y, z, free

        generator = generate(argument)
        y, z, _ = next(generator)
        if sys.version_info < (3, 11):
            assert label_of(generator, generator.gi_frame) == ".gi_frame"
            suspended = generator  # its frame is cleared with it
            generator = suspended.gi_frame
        assert [label_of(generator, each) for each in (argument, y, z)] == [" local x", " local y", " local z"]
        cell = generate.__closure__[0]
        assert label_of(generator, cell) == " closure free"
        assert " temporary value" in labels(generator)

    @counted
    def test_of_a_generator_are_told_from_a_value_whose_class_must_not_be_asked(self):
        def generate():
            [object.__new__(hostile_class(object)), (yield)]

        generator = generate()
        next(generator)
        suspended = generator.gi_frame if sys.version_info < (3, 11) else generator
        assert " temporary value" in labels(suspended)

    @counted
    def test_of_an_ended_frame_have_their_names(self):
        def fail(x):
            y = [2]
            raise KeyError(x, y)

        argument = [1]
        with pytest.raises(KeyError) as caught:
            fail(argument)
        frame = caught.value.__traceback__.tb_next.tb_frame
        assert label_of(frame, argument) == " local x"
        assert label_of(frame, caught.value.args[1]) == " local y"
        assert label_of(frame, fail.__code__) == ".f_code"

    def test_of_a_generator_are_not_kept_by_asking(self):
        program = (
            "import weakref, gc\nfrom refdemo.edges import edges\nclass C: pass\n"
            "def generate(x):\n    yield 1\n    x = None\n    yield 2\n"
            "c = C(); w = weakref.ref(c); g = generate(c); next(g); edges(g); del c; next(g); gc.collect()\nprint(w())"
        )
        assert run(program) == "None\n"


class TestAnException:
    @counted
    def test_names_where_it_came_from(self):
        first, second = ValueError("first"), KeyError([1])
        with pytest.raises(KeyError):
            try:
                raise first
            except ValueError:
                raise second from first
        second.note = note = [2]
        found = edges(second)
        assert [edge.label for edge in found if edge.referent is first] == [".__cause__", ".__context__"]
        assert label_of(second, second.args) == ".args"
        assert label_of(second, second.__traceback__) == ".__traceback__"
        assert label_of(second, note) == ".note"
        assert label_of(second.__traceback__, second.__traceback__.tb_frame) == ".tb_frame"

    @counted
    def test_has_no_name_for_none_where_an_empty_place_would_look_like_it(self):
        assert label_of(ImportError("why", path=None), None) == " (held inside)"  # its name is unset, and shown as None


class TestAModuleOrClass:
    def test_has_its_names(self):
        module = types.ModuleType("module")
        module.x = value = [1]
        assert label_of(module, value) == ".x"
        assert vars(module) not in [edge.referent for edge in edges(module)]

    def test_of_python_has_its_attributes_and_bases(self):
        class Child(Node):
            x = (1, [2])

        assert label_of(Child, Child.x) == ".x"
        assert Node in [edge.referent for edge in edges(Child) if edge.label in (".__base__", ".__mro__[1]")]


@counted
class TestAnIterator:
    @pytest.mark.parametrize("name", ["map", "filter", "starmap", "takewhile", "accumulate"])
    def test_names_its_function(self, name):
        assert [type(edge.referent).__name__ for edge in edges(LIVE[name]()) if edge.label == " function"] in (
            ["function"],
            ["builtin_function_or_method"],
        )

    @pytest.mark.parametrize("name", ["list iterator", "tuple iterator", "deque iterator", "reversed"])
    def test_names_what_it_goes_through(self, name):
        (iterated,) = [edge.referent for edge in edges(LIVE[name]()) if edge.label == " iterated object"]
        assert list(iterated) == [T]

    def test_names_what_it_keeps(self):
        assert dict(edges(itertools.count(10**20, 10**21)))[" step"] == 10**21
        assert dict(edges(LIVE["zip_longest"]()))[" fill value"] == T
        assert dict(edges(LIVE["groupby"]()))[" current value"] == T
        assert dict(edges(LIVE["product"]()))[" pools"] == ((T,), (1,))
        assert dict(edges(LIVE["pairwise"]()))[" last item"] == 1
        assert dict(edges(LIVE["cycle"]()))[" saved items"] == [T]


class TestAFrame:
    def test_that_is_kept_names_the_one_that_called_it(self):
        def fail():
            raise ValueError

        try:
            fail()
        except ValueError as error:
            kept = error.__traceback__.tb_next.tb_frame
        assert label_of(kept, sys._getframe()) == ".f_back"

    @counted
    def test_that_a_generator_works_with_is_a_value_of_its_own(self):
        def generator():
            return (sys._getframe(1), (yield))

        suspended = generator()
        next(suspended)
        assert label_of(suspended.gi_frame if FRAMES_APART else suspended, sys._getframe()) == " temporary value"


def test_a_weakref_refers_to_its_callback_only():
    a, callback = Node(), Node().__init__
    assert edges(weakref.ref(a, callback)) == [(".__callback__", callback)]


def test_a_container_may_change_meanwhile():
    shared, stop = {0: [0]}, threading.Event()

    def change():
        number = 0
        while not stop.is_set():
            number += 1
            shared[number] = [number]
            shared.pop(number - 50, None)

    thread = threading.Thread(target=change)
    thread.start()
    try:
        for _ in range(60):
            assert all(type(edge) is Edge for edge in edges(shared))
    finally:
        stop.set()
        thread.join()


@counted
def test_none_has_no_edges_where_asyncio_is_not_loaded():
    # On 3.12.0 to 3.12.5 it was taken for the module that is not there.
    program = "import sys; from refdemo.edges import edges; print('_asyncio' in sys.modules, list(edges(None)))"
    assert run(program) == "False []\n"


def test_as_many_items_have_as_many_edges():
    found = edges(list(range(100_000)))
    assert (len(found), found[-1]) == (100_000, ("[99999]", 99_999))


@counted
def test_what_failed_in_asyncio_has_its_traceback_and_its_own_names():
    async def fail():
        raise ValueError

    async def ended():
        task = asyncio.ensure_future(fail())
        await asyncio.wait([task])
        assert type(task.exception()) is ValueError
        return task

    found = {edge.label: type(edge.referent).__name__ for edge in edges(asyncio.run(ended()))}
    assert (found[" traceback"], found[" context"], found["._exception"]) == ("traceback", "Context", "ValueError")
    assert " callback" not in found
