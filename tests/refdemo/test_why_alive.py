import gc
import re
import sys
import types

import pytest
from raw_memory import COUNTED, counted, deep_on_pypy, run

from refdemo.holders import why_alive

PYPY = not COUNTED


class Session:
    pass


cache = {}


def lines(thing, **limits):
    """The lines of `why_alive`, the caller's variables being no reason."""
    box = [thing]
    del thing
    return str(why_alive(box.pop(), **limits)).splitlines()


def without_places(thing):
    """The lines below the first, without the files and lines of what they name."""
    box = [thing]
    del thing
    return [re.sub(r" \([^)]+\)", "", line) for line in lines(box.pop())[1:]]


class TestAChainIsTold:
    def test_from_a_global(self):
        session = cache["k"] = Session()
        session.items = [types.SimpleNamespace(part=[Session()])]
        del session
        here = f"module {__name__}"
        found = lines(cache["k"].items[0].part[0])
        cache.clear()
        assert found == [
            here,
            "  global cache: dict",
            "    ['k']: Session",
            "      .items: list",
            "        [0]: SimpleNamespace",
            "          .part: list",
            "            [0]: the object",
        ]

    @deep_on_pypy
    def test_of_one_line_for_a_global(self):
        assert lines(cache) == [f"module {__name__}", "  global cache: the object"]

    @deep_on_pypy
    def test_from_a_local_where_nothing_else_holds_it(self):
        x = [{"k": Session()}]
        here = "running function test_from_a_local_where_nothing_else_holds_it"
        found = lines(x[0]["k"])
        assert found == [here, "  local x: list", "    [0]: dict", "      ['k']: the object"]

    @deep_on_pypy
    def test_from_a_global_rather_than_from_a_local(self):
        x = cache
        assert lines(x)[0] == f"module {__name__}"

    @deep_on_pypy
    def test_through_a_closure(self):
        def outer():
            x = Session()

            def inner():
                return x

            return inner

        kept = outer()
        found = without_places(kept())
        assert found == ["  local kept: function `inner`", "    closure variable x: the object"]

    @deep_on_pypy
    def test_through_a_suspended_generator(self):
        def steps():
            x = [Session()]
            yield x[0]

        kept = steps()
        box = [next(kept)]
        found = without_places(box.pop())
        assert found == ["  local kept: suspended generator `steps`", "    local x: list", "      [0]: the object"]

    @deep_on_pypy
    def test_through_a_class(self):
        class Box:
            part = (Session(),)

        if not PYPY and not gc.is_tracked(Box):
            pytest.skip("3.13 free-threaded tracks no class once a thread was started, as tests before this one did")
        found = without_places(Box.part[0])
        assert found == ["  local Box: class `Box`", "    .part: tuple", "      [0]: the object"]

    @deep_on_pypy
    def test_through_an_exception(self):
        def failing(part):
            raise LookupError

        def caught(part):
            try:
                failing(part)
            except LookupError as error:
                return error

        kept = caught(Session())
        found = lines(kept.__traceback__.tb_next.tb_frame.f_locals["part"])
        assert found[1] == "  local kept: LookupError"
        assert found[-1].endswith("local part: the object")

    @deep_on_pypy
    def test_from_code_that_exec_runs(self):
        program = "x = [Session()]\nfound = lines(x[0])"
        names = {"Session": Session, "lines": lines}
        exec(program, names)
        assert names["found"][-2:] == ["    ['x']: list", "      [0]: the object"] or names["found"][-1].endswith(
            "[0]: the object"
        )

    def test_from_main_as_a_reader_runs_it(self):
        program = """
from refdemo.holders import why_alive
class Session: pass
session = Session()
session.items = [object]
cache = {"k": session}
del session
print(why_alive(cache["k"].items))
"""
        assert run(program) == "module __main__\n  global cache: dict\n    ['k']: Session\n      .items: the object\n"


class TestNoChain:
    @deep_on_pypy
    def test_is_told_of_a_temporary(self):
        chain = why_alive(Session())
        assert (chain.root, chain.links, chain.missing) == ("", (), 0)
        assert str(chain) == (
            "no chain found from a root to the object" if PYPY else "no chain found; held by nothing that is tracked"
        )

    @counted
    def test_says_how_many_references_were_not_found(self):
        program = """
import gc
from refdemo.holders import why_alive
x = [object()]
holder = tuple(x)
gc.collect()
print(gc.is_tracked(holder), why_alive(x.pop()))
"""
        tracked, _, told = run(program).partition(" ")
        if tracked == "False\n":
            assert told.endswith("; 1 reference is held where Python code cannot look\n")

    @deep_on_pypy
    def test_is_told_of_garbage(self):
        x = Session()
        x.me = x
        gc.disable()
        assert lines(x)[0].startswith("running function")
        box = [x]
        del x
        [found] = lines(box.pop())
        if COUNTED and sys.version_info >= (3, 11):  # before, a call holds its arguments itself
            assert found == "no chain found; held only by cyclic garbage of 1 object: Session"
        assert found.startswith("no chain found")

    @deep_on_pypy
    def test_is_told_where_a_limit_is_shorter(self):
        x = [[[Session()]]]
        enough = lines(x[0][0][0], max_links=4)
        too_short = lines(x[0][0][0], max_links=3)
        assert len(enough) == 5
        assert too_short[0].startswith("no chain found")


class TestLongAndDeep:
    @pytest.mark.parametrize(
        "length",
        [100, pytest.param(3_000, marks=pytest.mark.deep), pytest.param(10**5, marks=[pytest.mark.deep, counted])],
    )
    def test_a_long_chain_is_found_and_shown_in_part(self, length):
        program = """
import sys
from refdemo.holders import why_alive
class Session: pass
def find():
    last = chain = [Session()]
    for _ in range(int(sys.argv[1])):
        chain = [chain]
    box = last[:]
    del last
    found = why_alive(box.pop())
    while type(chain) is list:  # link by link: taking it apart all at once is recursive on some Pythons
        chain = chain.pop()
    return found
found = find()
print(len(found.links), found, sep="\\n")
"""
        links, *text = run(program, str(length)).splitlines()
        assert int(links) == length + 2
        assert len(text) == 25
        assert text[1] == "  local chain: list"
        assert "more links" in text[12]
        assert text[-1].strip() == "[0]: the object"

    @pytest.mark.parametrize(
        "size",
        [10**3, pytest.param(10**4, marks=pytest.mark.deep), pytest.param(10**6, marks=[pytest.mark.deep, counted])],
    )
    @deep_on_pypy
    def test_a_holder_among_many_objects_is_found(self, size):
        others = [[Session(), {"k": []}] for _ in range(size // 4)]
        others[size // 8].append({"deep": [Session()]})
        assert lines(others[size // 8][2]["deep"][0])[-4:] == [
            f"    [{size // 8}]: list",
            "      [2]: dict",
            "        ['deep']: list",
            "          [0]: the object",
        ]

    @deep_on_pypy
    def test_a_class_is_not_told_by_its_instances_unless_they_hold_it(self):
        class Box:
            pass

        instances = [Box() for _ in range(1000)]
        box = [Box]
        del Box
        found = lines(box.pop())
        assert found[1] == "  local instances: list"
        assert found[3] == "      .__class__: the object"
        assert instances

    @deep_on_pypy
    def test_a_way_through_a_tuple_that_is_not_tracked_is_found(self):
        x = [(object(), 1)]
        gc.collect()
        assert lines(x[0][0])[1:] == ["  local x: list", "    [0]: tuple", "      [0]: the object"]
