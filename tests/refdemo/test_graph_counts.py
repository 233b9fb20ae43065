import pytest
from graph_helpers import Plain, Slotted, objects, the_count
from raw_memory import COUNTED, counted

from refdemo import object_graph, refcount
from refdemo.graph import Film

kept_globally = Plain()


@counted
@pytest.mark.parametrize("draw", [object_graph, Film().frame], ids=["function", "method"])
class TestACountIsTheProgramsOwn:
    def test_for_a_local(self, draw):
        x = Plain()
        assert (the_count(draw(x)), the_count(draw(name=x))) == (1, 1)

    def test_for_a_global(self, draw):
        assert (the_count(draw(kept_globally)), the_count(draw(name=kept_globally))) == (1, 1)

    def test_for_an_item(self, draw):
        x, y = [Plain()], {"k": Plain()}
        assert [the_count(draw(x[0])), the_count(draw(name=x[0]))] == [1, 1]
        assert [the_count(draw(y["k"])), the_count(draw(name=y["k"]))] == [1, 1]

    def test_for_an_attribute(self, draw):
        x = Slotted()
        x.held = Plain()
        assert (the_count(draw(x.held)), the_count(draw(name=x.held))) == (1, 1)

    def test_for_an_argument_of_a_helper_as_refcount_tells_it(self, draw):
        def told(x):
            return refcount(x), the_count(draw(x)), the_count(draw(name=x))

        shared = Plain()
        by_local, by_global = told(shared), told(kept_globally)
        assert len(set(by_local)) == len(set(by_global)) == 1

    def test_for_what_only_the_call_holds(self, draw):
        assert (the_count(draw(Plain())), the_count(draw(name=Plain()))) == (0, 0)

    def test_for_the_values_of_a_mapping(self, draw):
        mapping, other, x = {"name": Plain()}, {"other": None}, Plain()
        assert the_count(draw(**mapping)) == 1
        assert the_count(draw(**mapping, **other)) == 1
        assert the_count(draw(name=x, **other)) == 1
        assert the_count(draw(x, **other)) == 1

    def test_for_the_items_of_a_starred_list(self, draw):
        mine, x = [Plain()], Plain()
        assert (the_count(draw(*mine)), the_count(draw(x, *mine))) == (1, 1)

    def test_for_an_object_given_more_than_once(self, draw):
        x = Plain()
        assert the_count(draw(x, x, name=x, again=x)) == 1

    def test_for_what_is_found_on_the_way(self, draw):
        x = Plain()
        x.items = [Plain(), {"k": Slotted()}]
        assert set(objects(draw(x=x)).values()) == {1}

    def test_in_a_generator(self, draw):
        def drawing():
            x = Plain()
            yield the_count(draw(name=x))

        assert list(drawing()) == [1]


def test_a_python_without_counts_shows_none():
    x = [Plain()]
    graph = object_graph(x=x)
    shown = {node.remark for node in graph.nodes}
    assert shown == ({"", "1 reference"} if COUNTED else {""})
