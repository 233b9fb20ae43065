import weakref

import pytest
from graph_helpers import A, B, Plain, collect, labelled, objects, on_this_python

from refdemo import object_graph
from refdemo.graph import Film


class TestACircle:
    def test_has_its_two_references_and_its_counts(self):
        graph = object_graph(my_var=A())
        assert labelled(graph) == [("n_my_var", "", "A1"), ("A1", ".b", "B1"), ("B1", ".a", "A1")]
        assert objects(graph) == {"A1": on_this_python(1), "B1": on_this_python(1)}

    def test_counts_a_name_beside_the_reference_from_inside(self):
        my_var = A()
        assert objects(object_graph(my_var=my_var)) == {"A1": on_this_python(2), "B1": on_this_python(1)}

    def test_is_seen_from_birth_to_collection(self):
        film, my_var = Film("circle"), A()
        witness = weakref.ref(my_var)
        born = film.frame(my_var=my_var, witness=witness)
        my_var = None
        let_go = film.frame(my_var=my_var, witness=witness)
        collect()
        gone = film.frame(my_var=my_var, witness=witness)
        two, one = on_this_python(2), on_this_python(1)
        assert objects(born) == {"A1": two, "weakref1": one, "B1": one}
        assert objects(let_go) == {"A1": one, "weakref1": one, "B1": one}
        assert objects(gone) == {"weakref1": one}
        assert [node.label for node in gone.nodes] == ["my_var", "None", "witness", "weakref (dead)"]


class TestAFilm:
    def test_keeps_the_node_names_of_objects_whatever_comes_first(self):
        film, a, b = Film(), [], {}
        first = film.frame(a, b, x=a)
        second = film.frame(b, a, [], x=b)
        assert [node.key for node in first.nodes] == ["list1", "dict1", "n_x"]
        assert [node.key for node in second.nodes] == ["dict1", "list1", "list2", "n_x"]

    def test_never_changes_a_label(self):
        film, a = Film(), Plain()
        labels = [[node.label for node in graph.nodes] for graph in (film.frame(a), film.frame(a, Plain()))]
        assert labels == [["Plain"], ["Plain", "Plain #2"]]

    def test_numbers_several_of_one_type_at_once(self):
        assert [node.label for node in Film().frame(Plain(), Plain()).nodes] == ["Plain #1", "Plain #2"]

    def test_knows_an_object_again_after_frames_without_it(self):
        film, a = Film(), Plain()
        keys = [[node.key for node in film.frame(*shown).nodes] for shown in ([a], [Plain()], [], [a])]
        assert keys == [["Plain1"], ["Plain2"], [], ["Plain1"]]

    def test_takes_a_new_object_at_an_old_address_for_new(self):
        film, seen = Film(), set()
        for attempt in range(50):
            x = Plain()
            reused = id(x) in seen
            seen.add(id(x))
            assert film.frame(x).nodes[0].key == f"Plain{attempt + 1}"
            del x
            if reused:
                break
        else:
            pytest.skip("no address came back in 50 attempts")

    def test_takes_a_new_list_for_new_once_a_frame_was_without_the_old(self):
        film, x = Film(), []
        keys = [film.frame(*shown).nodes[-1].key for shown in ([x], [None], [x])]
        assert keys == ["list1", "object_1_value", "list2"] or keys[::2] == ["list1", "list2"]

    def test_keeps_the_node_name_of_an_object_that_changes_its_class(self):
        film, x = Film(), Plain()
        film.frame(x)
        x.__class__ = B
        assert film.frame(x).nodes[0][:3] == ("Plain1", "object", "B")

    def test_holds_no_weak_reference_of_the_program(self):
        film, x = Film(), Plain()
        ref = weakref.ref(x)
        counts = [film.frame(ref=ref).nodes[1].count for _ in range(3)]
        assert counts == [on_this_python(1)] * 3

    def test_lets_a_root_be_called_self(self):
        assert [node.label for node in Film().frame(self=[]).nodes] == ["self", "list"]

    def test_gives_its_name_to_the_pictures(self):
        assert Film("circle").frame().to_dot().startswith('digraph "circle" {')

    def test_never_gives_one_node_name_twice(self):
        one, another = type("A", (), {}), type("A1", (), {})
        held = [[one() for _ in range(11)], another(), type("n_x", (), {})()]
        graph = object_graph(*held, x1=[])
        assert len({node.key for node in graph.nodes}) == len(graph.nodes)
