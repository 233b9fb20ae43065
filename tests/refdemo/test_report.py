"""A report tells which of four things grows, who holds it, and leaves a process as it was."""

import ctypes
import gc
import json
import os
import re
import subprocess
import sys
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import growing_programs
import pytest
from hostile_objects import hostile_class, hostile_instance, hostile_key
from raw_memory import COUNTED, LIMIT, counted, run

import refdemo.report

if COUNTED:
    from refdemo._reporting.examination import Examination, first_look


class Session:
    pass


kept = []


@pytest.fixture(autouse=True)
def nothing_kept():
    yield
    kept.clear()


@pytest.fixture
def collector_off():
    gc.collect()
    gc.disable()


def between(step, limit=60):
    """The report of two moments between which a step is done."""
    first = first_look()
    step()
    return Examination(first, limit).report()


def keep_sessions(number=100):
    kept.extend(Session() for _ in range(number))


def drop_circles(number=100):
    for _ in range(number):
        one, other = Session(), Session()
        one.other, other.other = other, one


@counted
class TestWhatGrows:
    def test_is_told_by_type_with_the_chain_that_holds_one(self, collector_off):
        report = between(keep_sessions)
        assert report.kind == "objects"
        [sessions] = [each for each in report.types if each.name.endswith("Session")]
        assert sessions.after - sessions.before == 100
        [holder] = [each for each in report.holders if each.of == sessions.name]
        assert re.search(r"\n  global kept: list\n    \[\d+\]: the object$", holder.chain)
        assert holder.defined.rpartition(":")[0] in ("", __file__)

    def test_is_a_class_of_the_main_program_before_as_many_of_pythons_own(self):
        program = """
from refdemo._reporting.examination import Examination, first_look
class visit: pass
kept, first = [], first_look()
for _ in range(100):
    one = visit()
    one.seen = {one}
    kept.append(one)
print(*(each.name for each in Examination(first, 60).report().types if each.after - each.before == 100))
"""
        assert run(program) in ("visit set\n", "visit dict set\n")  # before 3.12 each has a dict

    def test_is_found_by_the_container_where_the_collector_lists_nothing_of_it(self, collector_off):
        kept.extend(str(number) for number in range(50))
        report = between(lambda: kept.extend(str(number) for number in range(1000)))
        assert (report.kind, report.longer) == ("objects", ("list", 50, 1050))
        assert "global kept" in report.holders[-1].chain

    def test_is_garbage_where_nothing_holds_it(self, collector_off):
        report = between(drop_circles)
        assert report.kind == "garbage"
        assert report.garbage.objects >= 200
        assert ("2 Session", 100) in report.garbage.circles
        assert "switched off" in report.garbage.due
        assert not any(each.of.endswith("Session") for each in report.holders)

    def test_is_no_garbage_that_something_holds(self, collector_off):
        report = between(keep_sessions)
        assert report.garbage.objects == between(lambda: None).garbage.objects

    def test_is_live_objects_although_a_collection_frees_more_meanwhile(self, collector_off):
        def collect_and_keep():
            gc.collect()
            keep_sessions()

        drop_circles(300)
        report = between(collect_and_keep)
        assert report.tracked[1] < report.tracked[0]
        assert report.kind == "objects"

    def test_is_nothing_where_a_collection_has_freed_garbage(self, collector_off):
        drop_circles(300)
        assert between(gc.collect).kind == "nothing"

    def test_is_nothing_where_a_step_keeps_nothing(self, collector_off):
        report = between(lambda: [Session() for _ in range(1000)])
        assert (report.kind, report.types) == ("nothing", ())

    @pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs the memory of this process: Linux")
    def test_is_outside_where_memory_grows_and_no_object_does(self, collector_off):
        library = ctypes.CDLL(None)
        library.malloc.restype = ctypes.c_void_p
        library.free.argtypes = library.memset.argtypes = None
        size, blocks = 60_000_000, []

        def allocate():
            blocks.append(ctypes.c_void_p(library.malloc(ctypes.c_size_t(size))))
            library.memset(blocks[0], 1, ctypes.c_size_t(size))

        try:
            assert between(allocate).kind == "outside"
        finally:
            library.free(blocks[0])


@counted
class TestTheAnswer:
    def test_has_forty_lines_at_most(self, collector_off):
        def grow():
            for number in range(30):
                cls = type(f"Kind{number}", (), {})
                for _ in range(8):
                    nested = cls()
                    for _ in range(20):
                        nested = [nested]
                    kept.append(nested)
            for number in range(5):
                drop = {f"kind {number}": list(range(number))}
                drop["self"] = drop

        assert 20 < len(str(between(grow)).splitlines()) <= 40

    def test_has_no_character_that_a_terminal_obeys(self, collector_off):
        cls = type("Red\x1b[31m\nKind", (), {})
        report = between(lambda: kept.extend(cls() for _ in range(50)))
        assert any("\x1b" in each.name for each in report.types)
        assert all(line.isprintable() for line in str(report).split("\n"))

    def test_keeps_nothing_alive(self, collector_off):
        reports = [between(keep_sessions)]
        survivor = weakref.ref(kept[50])
        kept.clear()
        gc.collect()  # on a free-threaded build a count may be settled late
        assert (survivor(), len(reports)) == (None, 1)

    def test_ends_early_with_what_it_has(self, collector_off):
        report = between(keep_sessions, limit=0)
        assert (report.kind, report.holders) == ("objects", ())
        assert "what holds" in report.unfinished[0]
        assert report.unfinished[0] in str(report)

    def test_is_json(self, collector_off):
        report = between(keep_sessions)
        told = json.loads(json.dumps(report.as_json()))
        assert told["types"][0].keys() == {"name", "before", "after"}
        assert (told["kind"], told["tracked"]) == (report.kind, list(report.tracked))


@counted
class TestAProcess:
    def test_has_as_many_objects_as_before(self, collector_off):
        between(keep_sessions)
        kept.clear()
        counts = []
        for _ in range(5):
            between(lambda: None)
            gc.collect()
            counts.append(len(gc.get_objects()))
        assert len(set(counts[1:])) == 1

    @pytest.mark.parametrize("enabled", [True, False])
    def test_has_its_collector_as_it_was(self, enabled):
        (gc.enable if enabled else gc.disable)()
        between(keep_sessions)
        assert gc.isenabled() is enabled

    def test_runs_no_code_of_what_is_looked_at(self, collector_off):
        cls = hostile_class()

        def grow():
            kept.extend(object.__new__(cls) for _ in range(50))
            kept.extend(hostile_instance(number) for number in range(50))
            kept.append({hostile_key()(): number for number in range(1)})

        report = between(grow)
        assert {each.name.rpartition(".")[2] for each in report.types} >= {"Class", "Hostile"}
        assert str(report).count("+50 to") >= 2

    def test_loads_little_until_a_report_is_asked_for(self):
        program = "import sys; before = {*sys.modules}; import refdemo.report; print(len({*sys.modules} - before))"
        assert int(run(program)) <= 12


@counted
class TestArguments:
    @pytest.mark.parametrize("seconds", [0.4, 61, float("nan")])
    def test_seconds_are_from_a_half_to_sixty(self, seconds):
        with pytest.raises(ValueError, match=r"seconds is between 0\.5 and 60"):
            refdemo.report.report(seconds)

    @pytest.mark.parametrize("wrong", ["10", True, None])
    def test_are_numbers(self, wrong):
        with pytest.raises(TypeError, match="is a number of seconds"):
            refdemo.report.report(wrong)
        with pytest.raises(TypeError, match="is a number of seconds"):
            refdemo.report.report(1, limit=wrong)


@pytest.mark.skipif(COUNTED, reason="for Pythons that keep no reference counts")
def test_a_python_without_counts_refuses_in_one_line():
    with pytest.raises(NotImplementedError, match=r"^pypy keeps no reference counts: a report needs them$"):
        refdemo.report.report(1)


def told_of(name):
    """The kind that a report says of a program beside which it runs, and what that program computed."""
    command = [sys.executable, growing_programs.__file__, name]
    where = {**os.environ, "PYTHONPATH": str(Path(refdemo.__file__).parents[1])}
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, env=where)
    assert (done.returncode, done.stderr) == (0, "")
    kind, computed, _ = json.loads(done.stdout)
    return kind, computed


@counted
@pytest.mark.deep
def test_of_forty_programs_nearly_all_are_told_right_and_all_go_on_as_without_a_report():
    kinds = {each.__name__: kind for kind, programs in growing_programs.PROGRAMS.items() for each in programs}
    assert len(kinds) == 40
    with ThreadPoolExecutor(3) as pool:
        told = dict(zip(kinds, pool.map(told_of, kinds), strict=True))
    alone, _ = growing_programs.run("closures", 7, None)
    assert {computed for _, computed in told.values()} == {alone}
    wrong = {name: kind for name, (kind, _) in told.items() if kind != kinds[name]}
    assert len(wrong) <= 2, wrong
