"""The section that asks tools what grows in a program, and what holds it."""

import inspect
import re
import sysconfig

import pytest

from bench import leaks


def test_a_program_whose_objects_grow_says_itself_what_holds_them() -> None:
    programs = {program.__name__: program for program in leaks.catalogue().PROGRAMS["objects"]}
    assert programs.keys() == leaks.NAMES.keys()
    for name, program in programs.items():
        assert re.search(rf"\b{leaks.NAMES[name]}\b", inspect.getsource(program)), name


def test_refdemo_is_asked_in_a_process_and_names_kind_and_holder() -> None:
    answer = leaks.asked_apart("refdemo", "texts_in_a_dict")
    assert answer is not None
    assert answer.kind == "objects" and "local cache" in answer.text


def test_a_tool_that_fails_has_no_answer() -> None:
    assert leaks.asked_apart("no such tool", "texts_in_a_dict") is None


@pytest.mark.skipif(bool(sysconfig.get_config_var("Py_GIL_DISABLED")), reason="a thread holds up no other here")
def test_what_keeps_the_interpreter_to_itself_is_seen_as_a_pause() -> None:
    busy = leaks.measured(lambda seconds: ("objects", str(sum(range(10_000_000)))))(0)
    idle = leaks.measured(lambda seconds: ("objects", ""))(0)
    assert busy.held_up > idle.held_up


def test_each_row_tells_how_many_answers_are_right() -> None:
    row = {"what": "what grows", "tool": "a peer", "version": "1", "call": "ask()", "skipped": None}
    rows = [{**row, "answers": {"one": "right", "two": "right", "three": "wrong"}}, {**row, "skipped": "not installed"}]
    what, first, second, *_ = leaks.table({"rows": rows, "goals": []})
    assert (
        what == "what grows"
        and first.endswith("   2 right   0 vague   1 wrong   0 crash")
        and second.endswith(" left out: not installed")
    )
