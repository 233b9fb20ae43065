"""What a strict build does not publish although every program ran: each gate closed once, and once open."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from everypython.check.gates import gating
from everypython.model.findings import Finding
from everypython.model.interpreters import Interpreter
from everypython.model.outcome import Outcome, Result

from ..written import built, findings, line_of, page, python

NEW, OLD, OTHER = python("3.15.2"), python("3.14.10"), python("3.13.18")
EARLY, PYPY, DEBUG, FREE = (
    python("3.13.0"),
    python("8.0.1", implementation="pypy"),
    python("3.14.10d"),
    python("3.14.10t"),
)
WHY = "versions differ (gh-1)"
ODD = {NEW: ["the same\n"], OLD: ["odd\n"], OTHER: ["the same\n"]}
ALL_THE_SAME = {one: ["the same\n"] for one in ODD}
Judge = Callable[..., list[str]]


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    """What is found on a page with one cell that has options, with the place and the Python of each."""

    def judge(options: str, printed: dict[Interpreter, list[str]] = ODD, front: str = "", more: str = "") -> list[str]:
        cells = [f"---\n{options}\n---\nprint()", *([more] if more else [])]
        return [str(each) for each in findings(built(page(*cells, front=front), printed, tmp_path))]

    return judge


def test_a_difference_with_a_reason_is_published(judge: Judge) -> None:
    assert judge(f'differs: {{"==3.14": "{WHY}"}}') == []


@pytest.mark.parametrize("folder", ["lib", "Lib"] if os.name == "nt" else ["lib"])
def test_an_output_that_names_a_folder_of_the_machine_is_found(judge: Judge, folder: str) -> None:
    here = replace(NEW, executable=sys.executable)
    library = Path(sys.executable).resolve().parents[1] / folder / "json" / "decoder.py"
    (found,) = judge("tags: []", {here: [f"in {library}\n"]})
    assert f"on {NEW.key}: shows a folder of this machine, {library.parents[1]}" in found
    assert judge("tags: []", {here: ["in json/decoder.py\n"]}) == []
    assert judge("tags: [remove-output]", {here: [f"in {library}\n"]}) == []


def test_a_difference_that_no_pattern_covers_is_found(judge: Judge) -> None:
    (found,) = judge(f'differs: {{"pypy": "{WHY}"}}')
    line = line_of(page(""))
    assert found.startswith(f"index.md:{line}: on {OLD.key}: prints 'odd\\n', where {NEW.key} prints 'the same\\n'")


def test_a_pattern_that_is_too_wide_is_found(judge: Judge) -> None:
    (found,) = judge(f'differs: {{"<=3.14": "{WHY}"}}')
    assert f"on {OTHER.key}: agrees with {NEW.key}, so the `differs` pattern '<=3.14' must not cover it" in found


def test_a_pattern_that_is_out_of_date_is_found(judge: Judge) -> None:
    (found,) = judge(f'differs: {{"==3.14": "{WHY}"}}', ALL_THE_SAME)
    assert f"on {OLD.key}: agrees with {NEW.key}" in found


def test_a_pattern_that_covers_no_python_of_this_build_is_not_checked(judge: Judge) -> None:
    assert judge(f'differs: {{"32-bit": "{WHY}"}}', ALL_THE_SAME) == []


def test_a_pattern_that_covers_the_published_default_itself_is_not_checked(judge: Judge) -> None:
    assert judge(f'differs: {{"<=3.14": "{WHY}"}}', {OLD: ["old\n"], OTHER: ["old\n"]}) == []


def test_the_published_defaults_own_reason_explains_why_others_differ(judge: Judge) -> None:
    assert judge(f'differs: {{"{NEW.key}": "{WHY}"}}', {NEW: ["new\n"], OLD: ["old\n"]}) == []


def test_the_first_pattern_that_covers_a_python_is_its_reason(tmp_path: Path) -> None:
    options = f'---\ndiffers: {{"==3.14": "the first (gh-1)", "{OLD.key}": "the second (gh-2)"}}\n---\n1'
    build = built(page(options), ODD, tmp_path)
    assert [group.reasons for group in build.groups(build.units[0], 0)] == [[], ["the first (gh-1)"]]


def test_a_pattern_in_the_front_matter_needs_to_explain_one_cell_of_the_page(judge: Judge) -> None:
    front = f'differs: {{"==3.14": "{WHY}"}}'
    assert judge("tags: []", {one: [*texts, "more\n"] for one, texts in ODD.items()}, front, more="2") == []
    (found,) = judge("tags: []", ALL_THE_SAME, front)
    assert (
        found.startswith("index.md:1: on ")
        and "the front matter's `differs` pattern '==3.14' explains nothing" in found
    )


@pytest.mark.parametrize("reason", ["implementation detail", "they differ"])
def test_a_reason_without_a_source_is_a_fault_of_the_sources(tmp_path: Path, reason: str) -> None:
    text = page(f'---\ndiffers: {{"==3.14": "{reason}"}}\n---\n1')
    (found,) = findings(built(text, ODD, tmp_path))
    assert found.fault and not found.python
    assert "the reason for '==3.14' names no PEP, issue or document" in found.says


@pytest.mark.parametrize("reason", ["by PEP 683", "see gh-130704", "[as documented](https://example.org)"])
def test_a_pep_an_issue_or_a_link_is_a_source(judge: Judge, reason: str) -> None:
    assert judge(f'differs: {{"==3.14": "{reason}"}}') == []


def test_an_exception_on_another_python_is_a_difference_like_any_other(judge: Judge) -> None:
    raised = {**ODD, OLD: ["AssertionError: not here"]}
    (found,) = judge("tags: []", raised)
    assert f"on {OLD.key}: prints 'AssertionError: not here'" in found
    assert judge(f'differs: {{"==3.14": "{WHY}"}}', raised) == []


def test_an_exception_on_the_published_default_has_to_be_announced(judge: Judge) -> None:
    raised = {NEW: ["KeyError: 'key'"]}
    (found,) = judge("tags: []", raised)
    assert f"on {NEW.key}: raised KeyError: 'key'\n  Traceback" in found
    assert judge("tags: [raises-exception]", raised) == []


def test_what_a_pattern_covers_may_raise_on_the_published_default_too(judge: Judge) -> None:
    assert judge('differs: {pypy: "it keeps none (gh-1)"}', {PYPY: ["AttributeError: no counts"]}) == []


def test_a_hidden_check_has_to_hold_on_every_python(judge: Judge) -> None:
    failed = {NEW: [""], OLD: ["AssertionError: wrong"], OTHER: [""]}
    found, unexplained = judge("tags: [remove-cell]", failed)
    assert f"on {OLD.key}: raised AssertionError: wrong" in found and "no `differs` pattern" in unexplained
    (found,) = judge(f'differs: {{"==3.14": "{WHY}"}}\ntags: [remove-cell]', failed)
    assert "raised AssertionError" in found, "a reason is no excuse for it"


def test_volatile_exempts_the_pythons_of_its_pattern_alone(judge: Judge) -> None:
    assert judge('volatile: {"==3.14": "its version"}') == []
    (found,) = judge('volatile: {"==3.13": "its version"}')
    assert f"on {OLD.key}: prints" in found


@pytest.mark.parametrize("apart", ["skip", "volatile"])
def test_nobody_is_compared_with_a_published_default_that_skips_or_varies(judge: Judge, apart: str) -> None:
    printed = {NEW: [""], OLD: ["same\n"], OTHER: ["odd\n"]}
    assert judge(f'{apart}: {{"==3.15": "none there (gh-1)"}}\ndiffers: {{"==3.13": "{WHY}"}}', printed) == []


def test_a_table_of_what_each_python_printed_has_no_differences_but_no_label_twice(judge: Judge) -> None:
    assert judge("name: facts\ntags: [by-python]", {NEW: ["width: 64\n"], OLD: ["width: 32\n"]}) == []
    (found,) = judge("name: facts\ntags: [by-python]", {NEW: ["width: 64\nwidth: 1\n"], OLD: ["width: 32\n"]})
    assert f"on {NEW.key}: printed two lines labelled 'width'" in found


PATCHES = {NEW: ["mended\n"], OTHER: ["mended\n"], EARLY: ["broken\n"]}


def test_a_mended_bug_is_explained_by_a_pattern_that_names_the_patch(judge: Judge) -> None:
    assert judge(f'differs: {{">=3.12,<3.13.12": "{WHY}"}}', PATCHES) == []
    (found,) = judge(f'differs: {{"==3.13": "{WHY}"}}', PATCHES)
    assert f"on {OTHER.key}: agrees" in found


def test_two_patches_that_disagree_need_a_patch_in_the_pattern_even_where_both_differ(judge: Judge) -> None:
    printed = {NEW: ["third\n"], OTHER: ["second\n"], EARLY: ["first\n"]}
    (found,) = judge(f'differs: {{"==3.13": "{WHY}"}}', printed)
    assert f"on {OTHER.key}: prints 'second\\n', where {EARLY.key} prints 'first\\n'" in found
    assert "the `differs` pattern '==3.13' stands for both. Name the patch in it." in found
    assert judge(f'differs: {{"==3.13.0": "{WHY}", "==3.13": "{WHY} 2"}}', printed) == []


def test_two_patches_that_disagree_are_found_where_one_of_them_is_the_published_default(judge: Judge) -> None:
    printed = {OTHER: ["mended\n"], EARLY: ["broken\n"]}
    (found,) = judge(f'differs: {{"<3.14": "{WHY}"}}', printed)
    assert "stands for both" in found
    assert judge(f'differs: {{"<3.13.12": "{WHY}"}}', printed) == []


@pytest.mark.parametrize("other", [FREE, DEBUG, python("3.14.2", platform="darwin-arm64"), python("3.14.2", bits=32)])
def test_two_builds_of_one_version_may_disagree_for_one_reason(judge: Judge, other: Interpreter) -> None:
    assert judge(f'differs: {{"*": "{WHY}"}}', {NEW: ["1\n"], OLD: ["2\n"], other: ["3\n"]}) == []


def gates(found: list[Finding]) -> dict[str, bool]:
    return {finding.python: finding.gates for finding in found}


def test_a_python_that_is_not_listed_is_found_and_does_not_gate(tmp_path: Path) -> None:
    text, printed = page("1"), {**ODD, PYPY: ["odd\n"]}
    assert gates(findings(built(text, printed, tmp_path))) == {OLD.key: True, PYPY.key: True}
    assert gates(findings(built(text, printed, tmp_path, ["cpython-3.15", "pypy"]))) == {OLD.key: False, PYPY.key: True}


def test_a_debug_build_does_not_gate_unless_nothing_else_ran(tmp_path: Path) -> None:
    text = page("1")
    assert gates(findings(built(text, {NEW: ["1\n"], DEBUG: ["2\n"]}, tmp_path))) == {DEBUG.key: False}
    assert gates(findings(built(text, {NEW: ["1\n"], DEBUG: ["2\n"]}, tmp_path, ["cpython-3.14"]))) == {
        DEBUG.key: False
    }
    assert gates(findings(built(text, {DEBUG: ["KeyError: 1"]}, tmp_path))) == {DEBUG.key: True}


def test_a_listed_name_means_the_newest_patch_that_ran() -> None:
    early, late, far = python("3.14.0"), python("3.14.10"), python("3.14.11", platform="darwin-arm64")
    found = [NEW, late, early, far, FREE, PYPY]
    listed = ["cpython-3.15", "cpython-3.14", "cpython-3.14t", "pypy", "cpython-3.9"]
    assert gating(listed, found, NEW) == ([NEW, late, FREE, PYPY], ["cpython-3.9"])
    assert gating(["cpython-3.14.0"], found, NEW) == ([early], [])
    assert gating([], found, NEW) == (found, [])


@pytest.mark.parametrize(
    "printed, told",
    [("x" * 58 + "\n", "x" * 58 + "\\n"), ("x" * 59 + "\n", "x" * 57 + "…"), ("x" * 99, "x" * 57 + "…")],
)
def test_of_a_long_output_a_finding_tells_the_beginning(judge: Judge, printed: str, told: str) -> None:
    (found,) = judge(f'differs: {{"pypy": "{WHY}"}}', {**ODD, OLD: [printed]})
    assert f"prints '{told}', where" in found


def test_control_characters_of_an_output_do_not_reach_a_terminal(judge: Judge) -> None:
    (found,) = judge("tags: []", {NEW: ["OddError: a\x1b[31m\x9bred"]})
    assert "OddError: a\\x1b[31m\\x9bred" in found


def pictured(folder: Path, tags: str) -> list[Finding]:
    """What is found on a page whose cell displays an SVG with a script on two Pythons."""
    build = built(page(f"---\ntags: [{tags}]\n---\nprint()"), {NEW: ["x"], OLD: ["x"]}, folder)
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><script/></svg>'
    shown = Result((Outcome(data={"text/plain": "in words", "image/svg+xml": svg}),))
    return findings(replace(build, results=dict.fromkeys(build.results, shown)))


def test_what_cannot_be_drawn_is_told_once_and_does_not_gate(tmp_path: Path) -> None:
    (found,) = pictured(tmp_path, "")
    assert (found.python, found.gates, found.fault) == (NEW.key, False, False)
    assert found.says.startswith("displays what cannot be drawn: the SVG has an element <script>")


@pytest.mark.parametrize("tag", ["remove-cell", "remove-output"])
def test_what_is_not_shown_need_not_be_drawn(tmp_path: Path, tag: str) -> None:
    assert pictured(tmp_path, tag) == []


def test_below_a_table_cells_are_judged_as_above_it(tmp_path: Path) -> None:
    explained = f'---\ndiffers: {{">=3.13,<3.14": "{WHY}"}}\n---\nprint()'
    text = page("---\nname: facts\ntags: [by-python]\n---\nprint()", "print()", explained)
    printed = {NEW: ["a: 1", "one", "same"], OTHER: ["a: 2", "two", "new"], EARLY: ["a: 3", "one", "old"]}
    found = [str(each) for each in findings(built(text, printed, tmp_path))]
    assert [each.partition(": ")[0] for each in found] == [
        f"index.md:{line_of(text, 2)}",
        f"index.md:{line_of(text, 3)}",
    ]
    assert "prints 'two'" in found[0] and "stands for both. Name the patch in it." in found[1]


def test_a_reason_in_a_table_is_for_nothing_unless_the_published_default_has_it(judge: Judge) -> None:
    table = {NEW: ["a: 1"], OLD: ["a: 2"]}
    options = f'name: facts\ntags: [by-python]\ndiffers: {{"==3.14": "{WHY}"}}'
    (found,) = judge(options, table)
    assert f"on {OLD.key}: agrees with" in found
    assert judge(f'name: facts\ntags: [by-python]\ndiffers: {{"cpython": "{WHY}"}}', table) == []
    assert judge(f'{options}\nvolatile: {{"==3.14": "{WHY}"}}', table) == []
