"""Leaks that public libraries had, found by their shape and not found in what was mended."""

import pytest
from leak_shapes import SHAPES, Session, forget
from raw_memory import deep_on_pypy

from refdemo.testing import assert_nothing_left

FAST = ("partial", "generator", "logging handler")


@pytest.fixture
def shapes():
    forget()
    yield SHAPES
    forget()


@deep_on_pypy
@pytest.mark.parametrize("name", SHAPES)
def test_the_shape_of_a_leak_is_found_and_its_holder_named(shapes, name):
    with pytest.raises(AssertionError) as caught:
        assert_nothing_left(shapes[name].leaks, of=Session, rounds=4)
    message = str(caught.value)
    assert "one Session of these rounds:" in message
    assert [word for word in shapes[name].holders if word not in message] == []


@deep_on_pypy
@pytest.mark.parametrize(
    "name", [name if name in FAST else pytest.param(name, marks=pytest.mark.deep) for name in SHAPES]
)
def test_the_shape_of_a_leak_is_found_where_no_class_is_named(shapes, name):
    with pytest.raises(AssertionError) as caught:
        assert_nothing_left(shapes[name].leaks, rounds=4)
    table = str(caught.value)
    assert "+1 a round" in table
    assert "leak_shapes.Session" in table or "more types" in table  # asyncio's come first


@deep_on_pypy
@pytest.mark.parametrize("of", [Session, None])
@pytest.mark.parametrize("name", SHAPES)
def test_the_mended_shape_leaves_nothing(shapes, name, of):
    shapes[name].mended()  # imports what it needs
    assert_nothing_left(shapes[name].mended, of=of, rounds=4)
