import gc
import json
import re
import subprocess
import sys
import weakref
from pathlib import Path

import pytest
from raw_memory import COUNTED, FREE_THREADED, LIMIT, deep_on_pypy, run

from refdemo._trials.demonstrations import read
from refdemo._trials.verdicts import CANNOT_ASK, HOLDS, HOLDS_NOT, IN_PART, UNDECIDED, VERDICTS, tried
from refdemo.article import report

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "background" / "the-article-checked.md"
EXAMPLE = ROOT / "examples" / "the_article.py"

# Runs a page's cells one after another, as the site does, and prints the page's own verdicts.
CELLS = r"""
import contextlib, io, json, re, sys
names = {"__name__": "__main__"}
page = open(sys.argv[1], encoding="utf-8").read()
for cell in re.findall(r"^```\{code-cell\} python\n(?:---\n.*?^---\n)?(.*?)^```", page, re.M | re.S):
    with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
        exec(cell, names)
print(json.dumps(names["verdicts"]))
"""


@pytest.fixture(scope="module")
def found():
    return report()


@pytest.fixture(scope="module")
def verdicts(found):
    return {claim.id: claim.verdict for claim in found.claims}


@pytest.fixture(scope="module")
def page():
    return json.loads(run(CELLS, str(PAGE)))


def outcome(found):
    """What of a report does not vary from run to run."""
    return [each.agrees for each in found.demonstrations], [each.verdict for each in found.claims]


class TestEverythingIsAsked:
    def test_each_demonstration_once_in_the_articles_order(self, found):
        assert [each.id for each in found.demonstrations] == [f"D{number}" for number in range(1, 9)]

    def test_each_claim_once(self, found):
        assert [each.id for each in found.claims] == [f"C{number}" for number in range(1, 18)]

    def test_and_each_verdict_is_one_of_five_words(self, verdicts):
        assert set(verdicts.values()) <= set(VERDICTS) and len(set(VERDICTS)) == 5

    def test_and_nothing_is_left_unsaid(self, found):
        for row in (*found.demonstrations, *found.claims):
            assert all(text and text == text.strip() and text.isascii() for text in row if isinstance(text, str))

    def test_what_a_run_cannot_decide_has_a_measurement(self, found):
        for claim in found.claims:
            if claim.verdict == UNDECIDED:
                assert re.search(r"\d", claim.seen), claim

    def test_only_a_python_without_counts_leaves_questions_unasked(self, verdicts):
        unasked = {name for name, verdict in verdicts.items() if verdict == CANNOT_ASK}
        assert unasked == (set() if COUNTED else {"C2", "C5", "C15"})


class TestTheDemonstrations:
    def test_agree_where_the_example_says_that_they_match(self, found):
        done = subprocess.run([sys.executable, EXAMPLE], capture_output=True, text=True, timeout=LIMIT, check=True)
        matches = {f"D{number}": True for number in range(1, 9)}
        for name, outcome in re.findall(r"^(D\d)(?: [AB])?: .* -> (matches|differs)", done.stdout, re.M):
            matches[name] = matches[name] and outcome == "matches"
        assert {each.id: each.agrees for each in found.demonstrations} == matches

    @pytest.mark.skipif(not COUNTED or FREE_THREADED, reason="no count stands at an id here")
    def test_all_agree_on_the_usual_build(self, found):
        assert [each for each in found.demonstrations if not each.agrees] == []
        seen = {each.id: each.seen for each in found.demonstrations}
        assert (seen["D1"], seen["D2"], seen["D5"], seen["D6"]) == ("2", "1", "A: 2, B: 1", "A: 1, B: 1")

    @pytest.mark.skipif(not FREE_THREADED, reason="for free-threaded builds")
    def test_a_threads_identifier_is_not_taken_for_a_count(self, found):
        seen = {each.id: each.seen for each in found.demonstrations}
        assert seen["D2"].endswith(" (not a count)")
        assert "D2" not in [each.id for each in found.demonstrations if each.agrees]

    @pytest.mark.skipif(COUNTED, reason="for a Python without counts")
    def test_not_found_is_not_taken_for_freed(self, found):
        assert "A: Object does not exist" in found.demonstrations[6].seen
        assert "A is alive" in found.demonstrations[6].seen

    @pytest.mark.skipif(not COUNTED or FREE_THREADED, reason="no count stands at an id here")
    def test_a_reading_is_the_count(self):
        x = object()
        names = [x, x]
        assert read(id(x)) == "3" and len(names) == 2


class TestTheVerdicts:
    def test_are_those_of_the_page(self, page, verdicts):
        """The page knows two words: what holds there holds here, and what differs there holds in part or not at all."""
        asked = {}
        for name, holds in page.items():
            asked.setdefault(name.partition(",")[0], []).append(holds)
        assert len(asked) == (12 if COUNTED else 9)
        for name, halves in asked.items():
            allowed = {HOLDS} if all(halves) else {IN_PART} if any(halves) else {HOLDS_NOT, IN_PART}
            if name == "C9":  # where the page says that this Python is like the article's, one Python decides nothing
                allowed = {UNDECIDED} if all(halves) else {HOLDS_NOT}
            assert verdicts[name] in allowed, name

    def test_of_what_the_page_could_not_ask_either(self, page, verdicts):
        missing = {"C2", "C5", "C15"} - {name.partition(",")[0] for name in page}
        assert {name for name, verdict in verdicts.items() if verdict == CANNOT_ASK} == missing

    @pytest.mark.skipif(not COUNTED, reason="this Python has no sys.getrefcount")
    def test_always_one_more_is_asked_of_a_global_and_of_a_local(self, found, verdicts):
        program = (
            "import sys\nx = [1]\ndef f():\n    y = [1]\n    return sys.getrefcount(y)\nprint(sys.getrefcount(x), f())"
        )
        of_global, of_local = run(program).split()
        assert found.claims[1].seen.startswith(f"{of_global} for a global and {of_local} for a local ")
        assert (verdicts["C2"] == HOLDS) == (of_global == of_local == "2")

    @deep_on_pypy
    def test_are_the_same_when_asked_again(self, found):
        assert outcome(report()) == outcome(found)

    def test_are_the_same_in_a_program_that_tinkers_with_the_collector(self, found):
        gc.disable()
        if hasattr(gc, "set_debug"):
            gc.set_debug(gc.DEBUG_SAVEALL)
            gc.set_threshold(100, 5, 5)
        assert outcome(report()) == outcome(found)

    @pytest.mark.skipif(not COUNTED or FREE_THREADED, reason="PyPy has no thresholds; without the GIL 0 is not off")
    def test_that_collection_is_automatic_falls_where_it_is_not(self):
        gc.set_threshold(0)
        automatic = report().claims[6]
        assert (automatic.id, automatic.verdict) == ("C7", HOLDS_NOT)

    def test_are_given_by_trials_not_by_versions(self):
        source = Path(tried.__code__.co_filename).read_text(encoding="utf-8")
        assert "version" not in source


class TestTheInterpreterIsLeftAsItWas:
    @deep_on_pypy
    @pytest.mark.parametrize("enabled", [True, False])
    def test_collecting_or_not(self, enabled):
        (gc.enable if enabled else gc.disable)()
        report()
        assert gc.isenabled() is enabled

    @pytest.mark.skipif(not hasattr(gc, "get_threshold"), reason="this Python's collector has no settings")
    def test_in_every_setting_of_the_collector(self):
        gc.set_threshold(321, 7, 6)
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        gc.garbage[:] = ["found before"]
        callbacks = list(gc.callbacks)
        report()
        state = gc.get_threshold(), gc.get_debug(), gc.garbage, gc.callbacks
        assert state == ((321, 7, 6), gc.DEBUG_SAVEALL, ["found before"], callbacks)

    @pytest.mark.skipif(not hasattr(gc, "hooks"), reason="this Python has no gc.hooks")
    def test_in_every_hook_of_the_collector(self):
        report()
        assert (gc.hooks.on_gc_minor, gc.hooks.on_gc_collect_step, gc.hooks.on_gc_collect) == (None, None, None)

    @pytest.mark.skipif(not COUNTED, reason="what PyPy has freed cannot be counted")
    def test_with_no_object_more(self):
        gc.disable()
        report()
        gc.collect()
        before = len(gc.get_objects())
        report()
        gc.collect()
        assert len(gc.get_objects()) == before

    def test_and_a_circle_of_the_callers_is_collected_as_by_any_collection(self):
        class Node:
            pass

        node = Node()
        node.me, weak = node, weakref.ref(node)
        del node
        report()
        assert weak() is None
