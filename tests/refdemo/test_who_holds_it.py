"""Each kind of holder in `examples/who_holds_it.py` is named, judged by the words that stand beside it there."""

import importlib.util
import json
import sys
from collections import Counter
from pathlib import Path

import pytest
from raw_memory import COUNTED, counted, deep_on_pypy, run

EXAMPLE = Path(__file__).parents[2] / "examples" / "who_holds_it.py"
ASK_EACH = """
import json, sys
sys.path.append(sys.argv[1])
from who_holds_it import KINDS, asked
print(json.dumps([asked(kind) for kind in KINDS]))
"""


@pytest.fixture(scope="module")
def who_holds_it():
    spec = importlib.util.spec_from_file_location("who_holds_it", EXAMPLE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def answers():
    """What both instruments say of each kind: in a process of its own, which has a tenth of pytest's objects."""
    return json.loads(run(ASK_EACH, str(EXAMPLE.parent)))


def verdicts(answers):
    return Counter(verdict for *_, both in answers for verdict in both)


@deep_on_pypy
def test_at_least_thirty_kinds_of_holder_are_asked_about_and_no_two_have_one_name(answers):
    names = [name for name, *_ in answers]
    assert len(set(names)) == len(names) >= 30


@counted
def test_no_answer_is_wrong(answers):
    assert [(name, said, chain) for name, said, chain, both in answers if "wrong" in both] == []


@counted
def test_at_least_95_of_100_answers_are_right(answers):
    found = verdicts(answers)
    assert found["right"] >= 0.95 * found.total(), found


@deep_on_pypy
@pytest.mark.skipif(COUNTED, reason="CPython's answers have to be better")
def test_only_what_codecs_holds_is_not_told_on_pypy(answers):
    found = {name for name, _, _, both in answers if set(both) != {"right"}}
    assert found == {"codecs.register", "codecs.register_error"}


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (["local `x`", "item `[1]` of a list"], "right"),
        (["item of a list", "item `[1]`"], "vague"),  # all the words, but none of the lines has all
        (["1 reference is held where Python code cannot look"], "vague"),
        (["no chain found from a root to the object"], "vague"),
        (["attribute `.part` of a Box"], "wrong"),
        ([], "wrong"),
    ],
)
def test_an_answer_is_judged_by_its_words(who_holds_it, answer, verdict):
    assert who_holds_it.judged(answer, ["[1]|index=1", "list"]) == verdict


def test_either_of_two_words_will_do(who_holds_it):
    assert who_holds_it.judged(["list index=1"], ["[1]|index=1", "list"]) == "right"


def test_what_a_maker_changes_for_the_whole_process_is_taken_back(who_holds_it):
    def state():
        found = sys.gettrace(), sys.getprofile(), sys.excepthook, who_holds_it.signal.getsignal(15)
        return *found, who_holds_it.threading.active_count()

    before = state()
    for kind in who_holds_it.KINDS:
        with who_holds_it.afterwards:
            witness, kept = who_holds_it.made(kind)
            assert witness() is not None
            del kept
    assert state() == before
