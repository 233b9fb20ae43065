"""What runs units side by side: how far it says it is, and what becomes of runs that nobody waits for."""

from __future__ import annotations

import io
import os
import sys
import threading
import time
from pathlib import Path

import pytest
from everypython.model.units import Cell, Options, Unit
from everypython.run import process
from everypython.run.pool import pool_that_stops
from everypython.run.scheduler import Progress, Scheduler
from everypython.run.tree import Tree

from ..conftest import this_python


@pytest.fixture
def stop(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """What ends the runs of this process, or of one test."""
    monkeypatch.setattr(process, "stop", threading.Event())
    return process.stop


def page(source: str) -> Unit:
    return Unit("page", "a", "a", 1, (Cell(source, 1, Options()),), ())


def test_progress_is_one_moving_line_on_a_terminal_and_no_longer_than_that(monkeypatch: pytest.MonkeyPatch) -> None:
    python, terminal = this_python(), io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(terminal))
    for columns in (80, 10):
        monkeypatch.setenv("COLUMNS", str(columns))
        progress = Progress([(page(""), python)] * 2, pytest.fail, True)
        for number, end in ((1, ""), (2, "\n")):
            progress.done(python, 0.1)
            line = f"ran {python.version} {number}/2"[: columns - 1]
            assert terminal.getvalue().decode().endswith(f"\r\x1b[K{line}{end}")


def test_progress_is_a_line_for_each_python_elsewhere_when_all_of_it_has_run() -> None:
    said: list[str] = []
    progress = Progress([(page(""), this_python())] * 300, said.append, False)
    for _ in range(300):
        assert said == []
        progress.done(this_python(), 0.5)
    assert said == [f"ran 300 units on {this_python().name} in 150.0 s"]


def test_what_runs_again_takes_the_place_of_what_is_kept_and_says_how_long_it_took(tmp_path: Path) -> None:
    scheduler, pair = Scheduler(tmp_path, {}, 60, Tree([], [])), (page("import time\ntime.time()"), this_python())
    (first,) = scheduler.all([pair[0]], [pair[1]], lambda said: None, False).values()
    said: list[str] = []
    began = time.monotonic()
    (again,) = scheduler.again([pair], said.append).values()
    took = time.monotonic() - began
    assert first != again == scheduler.store.known([pair[0]], [pair[1]])[pair]
    (line,) = said
    assert float(line.split()[-2]) <= took + 0.05, "which is rounded"


def test_a_run_is_perturbed_where_that_is_asked_for_only(tmp_path: Path) -> None:
    scheduler, unit = Scheduler(tmp_path, {}, 60, Tree([], [])), page("import os\nprint(*os.environ)")
    runs = [scheduler.run(unit, this_python()), scheduler.run(unit, this_python(), perturbed=True)]
    assert ["EVERYPYTHON_PERTURBED" in run.cells[0].text for run in runs] == [False, True]


def test_a_run_that_nobody_wants_any_more_is_ended_and_not_kept(tmp_path: Path, stop: threading.Event) -> None:
    scheduler, unit = Scheduler(tmp_path, {}, 60, Tree([], [])), page("while True: pass")
    stop.set()
    with pytest.raises(process.Stopped):
        scheduler.all([unit], [this_python()], print, False)
    assert scheduler.store.known([unit], [this_python()]) == {}


def test_an_interrupt_ends_what_runs_and_nothing_more_begins(stop: threading.Event) -> None:
    begun: list[bool] = []
    with pytest.raises(KeyboardInterrupt), pool_that_stops() as pool:
        for _ in range(3 * (os.cpu_count() or 1)):
            pool.submit(lambda: begun.append(stop.wait()))
        raise KeyboardInterrupt
    assert all(begun) and len(begun) <= (os.cpu_count() or 1) + 1


def test_what_fails_lets_the_others_that_run_come_to_their_end(stop: threading.Event) -> None:
    with pytest.raises(ValueError), pool_that_stops():
        raise ValueError
    assert not stop.is_set()
