"""Of every type each reference has an edge, each edge is a reference, and looking changes nothing."""

import asyncio
import gc
import io
import sys
import threading
import types
from collections import Counter

import pytest
from live_objects import LIVE
from raw_memory import COUNTED, counted

from refdemo.edges import Edge, edges


def same(first, second):
    return list(map(id, first)) == list(map(id, second))


def own_dict(obj):
    """What may be replaced by the edges out of it. Makes one where there is none, so this is asked last."""
    if isinstance(obj, type):
        return gc.get_referents(vars(obj))[0]
    try:
        return object.__getattribute__(obj, "__dict__")
    except AttributeError:
        return None


@pytest.fixture(params=LIVE, ids=LIVE)
def live(request):
    gc.disable()
    made = LIVE[request.param]()
    yield made
    close = getattr(type(made), "close", None)
    if close:
        close(made)


@counted
def test_each_reference_has_one_edge_and_each_edge_is_a_reference(live):
    referents, found = gc.get_referents(live), edges(live)
    expected = Counter(map(id, referents))
    own = own_dict(live)
    if own is not None and expected[id(own)]:
        expected[id(own)] -= 1
        expected.update(map(id, own.values()))
        expected.update(id(key) for key in own if type(key) is not str)
    assert Counter(id(edge.referent) for edge in found) == +expected


@counted
def test_each_reference_has_a_name(live):
    assert [edge for edge in edges(live) if edge.label == " (held inside)"] == []


@pytest.mark.skipif(COUNTED, reason="for PyPy, which stores some values without an object")
def test_each_reference_has_an_edge(live):
    edges(live)  # PyPy makes an instance's __dict__ when it is first asked for
    shown = {id(edge.referent) for edge in edges(live)} | {id(own_dict(live))}
    missing = [referent for referent in gc.get_referents(live) if id(referent) not in shown]
    if isinstance(live, dict):
        missing = [referent for referent in missing if type(referent) is not str]
    assert [
        referent for referent in missing if type(referent) is not types.FrameType
    ] == []  # a thread's local knows its reader


@counted
def test_asking_leaves_the_graph_as_it_was(live):
    before = gc.get_referents(live)
    found = edges(live)
    assert same(before, gc.get_referents(live))
    assert all(type(edge) is Edge and type(edge.label) is str for edge in found)


@counted
def test_asking_leaves_every_count_as_it_was(live):
    # Up to 3.11 None stands in the empty places of the interpreter's cache of methods, which any lookup may fill.
    around = [each for each in (live, type(live), *gc.get_referents(live)) if each is not None]
    edges(live)
    before = [sys.getrefcount(each) for each in around]
    edges(live)
    assert [sys.getrefcount(each) for each in around] == before


@counted
@pytest.mark.parametrize(
    "kind", [asyncio.Future, io.TextIOWrapper, io.BufferedReader, threading.local, super, property]
)
def test_what_was_made_by_new_alone_can_be_asked(kind):
    made = kind.__new__(kind)
    expected = [each for each in gc.get_referents(made) if each is not kind and each != {}]  # its own dict
    assert sorted(id(referent) for label, referent in edges(made) if label != ".__class__") == sorted(map(id, expected))
