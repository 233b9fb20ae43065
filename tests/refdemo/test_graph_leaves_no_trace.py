import functools
import gc
import sys
import threading
import traceback
import weakref

import pytest
from graph_helpers import A, Plain, Slotted, collect
from raw_memory import COUNTED, counted

from refdemo import object_graph
from refdemo.graph import Film


class TestDrawingChangesNothing:
    def everything(self):
        a = A()
        a.more = [{"k": {1, "two"}}, (a,), bytearray(3), weakref.ref(a), collect, A, gc, range(3), functools.partial(A)]
        a.slotted = Slotted()
        a.slotted.held = iter([1, 2])
        return a

    @pytest.mark.skipif(not COUNTED, reason="PyPy says what attributes are called through `__dict__` only, which stays")
    def test_in_the_graph(self):
        a = self.everything()
        reached, seen = [a], {id(a)}
        for each in reached:
            if type(each) not in (type, type(gc), type(collect)):
                reached += [n for n in gc.get_referents(each) if id(n) not in seen and not seen.add(id(n))]
        before = [[id(n) for n in gc.get_referents(each)] for each in reached]
        film = Film()
        for _ in range(2):
            object_graph(a=a)
            film.frame(a=a)
        assert [[id(n) for n in gc.get_referents(each)] for each in reached] == before

    @counted
    def test_in_the_counts(self):
        a = self.everything()
        parts = [a, a.b, a.more, a.slotted, a.slotted.held, *a.more]
        counts = list(map(sys.getrefcount, parts))
        film = Film()
        for _ in range(3):
            graphs = [object_graph(a=a), film.frame(a=a)]
        assert list(map(sys.getrefcount, parts)) == counts
        assert len(graphs) == 2

    def test_in_a_lifetime(self):
        film, x = Film(), Plain()
        x.inner = Plain()
        refs = weakref.ref(x), weakref.ref(x.inner)
        graphs = [object_graph(x=x), film.frame(x=x, again=x), film.frame(**{"x": x})]
        x = None
        collect() if not COUNTED else None
        assert [ref() for ref in refs] == [None, None]
        assert len(graphs) == 3

    @pytest.mark.parametrize("draw", [object_graph, Film().frame], ids=["function", "method"])
    @pytest.mark.parametrize("option", ["max_depth", "max_nodes", "notes", "marked"])
    def test_when_an_error_is_kept(self, draw, option):
        x = Plain()
        ref = weakref.ref(x)
        with pytest.raises(TypeError, match=f"{option} is an option, so it names no object") as caught:
            draw(x, name=x, **{option: x})
        kept = caught.value
        assert len(traceback.extract_tb(kept.__traceback__)) == 2
        del x, caught
        collect() if not COUNTED else None
        assert ref() is None

    def test_when_the_walk_itself_is_interrupted(self):
        x = Plain()
        x.inner = Plain()
        ref = weakref.ref(x)

        class Notes(dict):
            def __contains__(self, key):
                raise KeyboardInterrupt

        try:
            object_graph(x, notes=Notes({1: "one"}))
        except KeyboardInterrupt as error:
            kept = error
        x = None
        collect() if not COUNTED else None
        assert ref() is None
        assert kept.__context__ is None

    def test_leaves_no_garbage(self):
        x = A()
        object_graph(x=x)
        gc.collect()
        film = Film()
        object_graph(x=x), film.frame(x=x)
        assert gc.collect() == 0 or not COUNTED


def test_drawing_is_safe_while_other_threads_change_what_is_drawn():
    shared = {"list": [], "dict": {}, "set": set(), "instance": Plain()}
    stop, errors = threading.Event(), []

    def change():
        number = 0
        while not stop.is_set():
            number += 1
            shared["list"].append([number])
            shared["dict"][number % 50] = [number]
            shared["set"].add((number % 50,))
            setattr(shared["instance"], f"a{number % 40}", [number])
            if number % 20 == 0:
                shared["list"].clear()
                shared["dict"].clear()
                shared["set"].clear()
                shared["instance"] = Plain()

    def draw():
        film = Film()
        try:
            for _ in range(8):
                film.frame(shared=shared).to_dot()
        except BaseException as error:
            errors.append(error)

    changing = [threading.Thread(target=change) for _ in range(2)]
    drawing = [threading.Thread(target=draw) for _ in range(2)]
    for thread in changing + drawing:
        thread.start()
    for thread in drawing:
        thread.join()
    stop.set()
    for thread in changing:
        thread.join()
    assert errors == []
