"""What libraries in C tell the collector nothing of, looked into where a program has loaded them: numpy, greenlet."""

import sys
import weakref

import pytest

from refdemo import object_graph
from refdemo.holders import referrers, why_alive

pytestmark = pytest.mark.deep


class Model:
    pass


class TestNumpy:
    def test_a_view_holds_its_base(self):
        numpy = pytest.importorskip("numpy")

        class Track(numpy.ndarray):
            pass

        base = numpy.zeros(10).view(Track)
        witness, kept = weakref.ref(base), [base[:5]]
        del base
        [found] = [each.words for each in referrers(witness())]
        assert found.startswith("attribute `.base` of a Track")
        assert [link.label for link in why_alive(witness()).links] == ["local kept", "[0]", ".base"]
        assert kept

    @pytest.mark.skipif(
        sys.version_info < (3, 13), reason="what a variable refers to cannot be had without a trace here"
    )
    def test_a_view_in_a_variable_of_a_running_function_is_found(self):
        numpy = pytest.importorskip("numpy")
        base = numpy.zeros(10)
        witness, view = weakref.ref(base), base[:5]
        del base
        here = "test_a_view_in_a_variable_of_a_running_function_is_found"
        [found] = [each.words for each in referrers(witness())]
        assert found == f"attribute `.base` of a ndarray, local `view` of running function `{here}`"
        assert view.size == 5

    def test_an_array_of_objects_holds_its_items_by_their_places(self):
        numpy = pytest.importorskip("numpy")
        kept = [numpy.array([[1, Model()], [2, 3]], dtype=object)]
        witness = weakref.ref(kept[0][0, 1])
        [found] = [each.words for each in referrers(witness())]
        here = "test_an_array_of_objects_holds_its_items_by_their_places"
        expected = f"item `[0, 1]` of a ndarray, item `[0]` of a list, local `kept` of running function `{here}`"
        assert found == expected
        assert "[0, 1] ─► Model" in str(object_graph(kept))

    def test_a_class_of_that_name_elsewhere_is_left_alone(self, monkeypatch):
        class Odd:
            base = property(lambda self: 1 / 0)

        module = type(sys)("numpy")
        module.ndarray = Odd
        monkeypatch.setitem(sys.modules, "numpy", module)
        assert "Odd" in str(object_graph(Odd()))


class TestGreenlet:
    def test_what_a_suspended_one_holds_is_told_by_its_variables(self):
        greenlet = pytest.importorskip("greenlet")

        def work(part):
            greenlet.getcurrent().parent.switch()

        kept = [greenlet.greenlet(work)]  # in a list, which the collector knows; it knows of no greenlet
        witness = self.start(kept[0])
        words = [each.words for each in referrers(witness())]
        chain = why_alive(witness())
        kept[0].switch()
        assert "local `part` of function `work` of a suspended greenlet" in words
        assert chain.root == "function work of a suspended greenlet"
        assert [link.label for link in chain.links] == ["local part"]

    def start(self, suspended):
        model = Model()
        suspended.switch(model)
        return weakref.ref(model)
