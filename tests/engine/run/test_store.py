"""What is kept of runs, and when it holds: no run is made here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from everypython.model.outcome import Outcome, Problem, Result
from everypython.model.units import Cell, Explanation, Options, Unit
from everypython.run import node
from everypython.run.store import Store, without_skipped

from ..written import python

HERE, PYPY = python("3.13.1"), python("7.3.17", implementation="pypy")
PYODIDE = replace(HERE, platform="emscripten-wasm32", pyodide="0.27.0")
CELLS = Cell("1", 8, Options(skip=(Explanation("pypy", "gh-1"),))), Cell("2", 12, Options())
UNIT = Unit("page", "index", "index", 1, CELLS, ())


@pytest.mark.parametrize("written", ["[]", "{}", '{"cells": [', '{"cells": [{"text": 1, "error": null, "of": 2}]}'])
def test_what_is_no_run_counts_as_never_run(tmp_path: Path, written: str) -> None:
    store, result = Store(tmp_path, {}), Result((Outcome("1\n"), Outcome("2\n")))
    key = store.key(UNIT, HERE)
    assert store.kept(key) is None
    store.keep(key, result)
    assert Store(tmp_path, {}).kept(key) == result
    store.path(key).write_text(written, encoding="utf-8")
    assert store.kept(key) is None


def test_a_run_that_failed_is_known_to_this_build_alone_and_takes_the_place_of_what_is_kept(tmp_path: Path) -> None:
    store, fine = Store(tmp_path, {}), Result((Outcome("1\n"), Outcome("2\n")))
    failed, key = Result.unread(UNIT, Problem(0, "ended its process")), store.key(UNIT, HERE)
    for before in (None, fine):
        if before:
            store.keep(key, before)
        store.keep(key, failed)
        assert store.known([UNIT], [HERE, PYPY]) == {(UNIT, HERE): failed} and store.is_new(UNIT, HERE)
        assert Store(tmp_path, {}).known([UNIT], [HERE, PYPY]) == {}


def test_a_cell_is_empty_on_the_pythons_that_skip_it_and_on_no_other() -> None:
    assert [without_skipped(UNIT, each).sources for each in (HERE, PYPY)] == [["1", "2"], ["", "2"]]


def test_what_hosts_a_pyodide_decides_the_runs_of_a_pyodide_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {each: Store(tmp_path, {}).key(UNIT, each) for each in (HERE, PYODIDE)}
    (tmp_path / "node.mjs").write_text("another", encoding="utf-8")
    monkeypatch.setattr(node, "HOST", tmp_path / "node.mjs")
    monkeypatch.setattr(node, "digest_of_host", node.digest_of_host.__wrapped__)  # the other one is remembered
    after = {each: Store(tmp_path, {}).key(UNIT, each) for each in before}
    assert after[HERE] == before[HERE] and after[PYODIDE] != before[PYODIDE]
