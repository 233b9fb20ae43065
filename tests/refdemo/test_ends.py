"""Where the way up from an object ends, if not at a root; and several chains to one object."""

import ctypes
import gc
import itertools
import sys
import weakref

import pytest
from raw_memory import counted, deep_on_pypy, run

from refdemo.holders import why_alive


class Session:
    pass


class TestWhereNoChainBegins:
    @counted
    def test_a_function_that_c_code_holds_is_told_with_its_file_and_line(self):
        def make():
            session = Session()

            def forget():
                return session

            ctypes.pythonapi.Py_IncRef(ctypes.py_object(forget))
            return weakref.ref(session), weakref.ref(forget)

        session, forget = make()
        chain = why_alive(session())
        ctypes.pythonapi.Py_DecRef(ctypes.py_object(forget()))
        first = make.__code__.co_firstlineno + 3
        assert chain.end.startswith(
            f"reached from function `forget` (test_ends.py:{first}), 1 reference to which is held"
        )
        assert (chain.root, [link.label for link in chain.links]) == ("", ["closure variable session"])
        assert session() is None

    @counted
    def test_an_object_that_c_code_holds_is_told_with_the_number(self):
        session = Session()
        for _ in range(3):
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(session))
        box = [session]
        del session
        chain = why_alive(box.pop())
        more = 2 if sys.version_info < (3, 11) else 0  # a call holds its arguments itself there, and so does its caller
        assert chain.missing in (3, 3 + more)
        assert str(chain) == f"no chain found; {chain.missing} references are held where Python code cannot look"

    @counted
    def test_garbage_is_told_by_its_types(self):
        program = """
import gc
from refdemo.holders import why_alive
class Node: pass
gc.disable()
def garbage():
    first, second = Node(), Node()
    first.next, second.next = [second], [first]
    first.part = Node()
    return id(first.part)
address = garbage()
[part] = [each for each in gc.get_objects() if id(each) == address]
kept = {"part": part}
del part
print(why_alive(kept.pop("part")))
"""
        told = run(program)
        if sys.version_info >= (3, 11):  # before, a call holds its arguments itself
            assert told == "no chain found; held only by cyclic garbage of 5 objects: 3 Node, 2 list\n"

    @deep_on_pypy
    def test_a_limit_is_told_as_the_reason(self):
        kept = [[[Session()]]]
        box = [kept[0][0][0]]
        found = str(why_alive(box.pop(), max_links=2))
        assert found == "no chain found of 2 links at most"
        assert kept


class TestSeveralChains:
    @deep_on_pypy
    def test_each_comes_by_another_holder_the_shortest_first(self):
        session = [Session()]
        one, other = {"a": session[0]}, [[session[0]]]
        found = why_alive(session[0], chains=3)
        assert [len(chain.links) for chain in found] == [2, 2, 3]
        assert {chain.links[0].label for chain in found} == {"local session", "local one", "local other"}
        assert len(str(found).splitlines()) == sum(1 + len(chain.links) for chain in found)
        assert one and other

    @deep_on_pypy
    def test_there_are_no_more_than_holders(self):
        session = [Session()]
        found = why_alive(session[0], chains=5)
        assert len(found) == 1

    @deep_on_pypy
    def test_nothing_found_is_one_answer(self):
        [chain] = why_alive(Session(), chains=2)
        assert chain.end

    @pytest.mark.parametrize(
        ("chains", "error"), [(0, ValueError), (-1, ValueError), ("2", TypeError), (True, TypeError)]
    )
    def test_what_is_no_number_of_chains_is_refused(self, chains, error):
        with pytest.raises(error, match="chains is"):
            why_alive([], chains=chains)


@counted
def test_what_a_search_kept_does_not_outlive_an_interruption(monkeypatch):
    calls = itertools.count()
    referents = gc.get_referents

    def interrupted(*objects):
        if next(calls) > 20:
            raise KeyboardInterrupt
        return referents(*objects)

    innocent = Session()
    witness = weakref.ref(innocent)
    monkeypatch.setattr(gc, "get_referents", interrupted)
    gc.disable()
    with pytest.raises(KeyboardInterrupt) as caught:
        why_alive(Session())
    del innocent
    assert witness() is None
    assert caught.traceback[-1].name == "interrupted"
