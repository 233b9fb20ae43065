"""What a frame of a film says has happened since the one before."""

import weakref

import pytest
from graph_helpers import A, Plain, collect
from raw_memory import COUNTED

from refdemo import object_graph
from refdemo.graph import Film


def counts(words):
    """The words of a frame on this Python: PyPy has no counts to speak of."""
    return words if COUNTED else words.partition(":")[0] + "."


class TestAFrameSays:
    def test_where_its_names_lead_at_first(self):
        x = Plain()
        assert Film().frame(x=x).says == counts("x leads to Plain: 1 reference.")

    def test_that_nothing_is_drawn_yet(self):
        assert Film().frame().says == "Nothing is drawn yet."

    def test_that_nothing_has_changed(self):
        film, x = Film(), Plain()
        film.frame(x=x)
        assert film.frame(x=x).says == "Nothing has changed."

    def test_which_references_came_and_what_that_does_to_the_count(self):
        film, x = Film(), Plain()
        film.frame(x=x)
        box = [x, x]
        said = film.frame(x=x, box=box).says
        assert said.endswith(counts("list[0] and list[1] now lead to Plain: from 1 reference to 3."))
        x.me = x
        assert film.frame(x=x, box=box).says == counts("Plain.me now leads to Plain: from 3 references to 4.")

    def test_the_count_where_a_note_is_drawn_in_its_place(self):
        film, x = Film(), Plain()
        film.frame(x=x, notes={id(x): "mine"})
        x.me = x
        said = film.frame(x=x, notes={id(x): "mine"}).says
        assert said == counts("Plain.me now leads to Plain: from 1 reference to 2.")

    def test_that_a_weak_reference_does_not_count(self):
        film, x = Film(), Plain()
        film.frame(x=x)
        weak = weakref.ref(x)
        assert film.frame(x=x, weak=weak).says == counts("weak now leads weakly to Plain: still 1 reference.")

    def test_that_an_object_is_alive_which_has_lost_a_reference(self):
        film, x = Film(), Plain()
        other = x
        film.frame(x=x, other=other)
        x = None
        said = film.frame(x=x, other=other).says
        alive = ": from 2 references to 1, and it is still alive." if COUNTED else ", which is still alive."
        assert said == f"x no longer leads to Plain{alive}"

    def test_that_an_object_is_alive_which_no_name_of_the_picture_leads_to(self):
        film, x = Film(), A()
        film.frame(x=x)
        x = None
        if COUNTED:
            assert film.frame(x=x).says == "x no longer leads to A, which is still alive."
        collect()
        assert film.frame(x=x).says.endswith("A and B are gone.")

    def test_what_is_gone_once(self):
        film, x = Film(), Plain()
        film.frame(x=x)
        x = None
        collect()
        assert film.frame(x=x).says == "x no longer leads to Plain. Plain is gone."
        assert film.frame(x=x).says == "Nothing has changed."

    def test_nothing_of_a_name_that_it_does_not_show(self):
        film, x = Film(), Plain()
        film.frame(x=x)
        assert film.frame().says == "Nothing has changed."

    def test_nothing_of_the_parts_of_a_new_object(self):
        film, x = Film(), Plain()
        x.inner, x.number = Plain(), 1
        assert film.frame(x=x).says == counts("x leads to Plain: 1 reference.").replace("Plain", "Plain #1")

    def test_where_a_name_leads_that_led_to_another_value(self):
        film = Film()
        film.frame(x=1, y=2)
        assert film.frame(x=1, y=3).says == "y now leads to 3."
        assert film.frame(y=3).says == "Nothing has changed."

    def test_what_it_is_told_to_say(self):
        film = Film()
        assert film.frame(x=[], says="A list was made.").says == "A list was made."

    def test_its_words_in_the_comment_of_its_graph(self):
        dot = Film().frame(says='a "b" \\ c').to_dot()
        assert '  comment="a \\"b\\" \\\\ c";' in dot.splitlines()

    def test_nothing_if_it_is_a_picture_of_no_film(self):
        assert object_graph(x=1).says == "" and "comment" not in object_graph(x=1).to_dot()

    def test_that_its_words_must_be_a_text(self):
        with pytest.raises(TypeError, match="says is an option"):
            Film().frame(says=[])


def test_a_frame_that_failed_changes_no_words_of_the_next():
    film, x = Film(), Plain()
    film.frame(x=x)
    with pytest.raises(TypeError):
        film.frame(marked=1)
    assert film.frame(x=x).says == "Nothing has changed."


def test_the_words_of_a_film_keep_nothing_alive():
    film, x = Film(), Plain()
    film.frame(x=x)
    witness = weakref.ref(x)
    x = None
    collect()
    assert witness() is None
