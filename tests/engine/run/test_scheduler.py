"""What runs units side by side: how far it says it is, and what becomes of runs that nobody waits for."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from everypython.model.units import Cell, Options, Unit
from everypython.run import process
from everypython.run.scheduler import Progress, Scheduler
from everypython.run.tree import Tree

from ..conftest import this_python


def test_progress_is_one_moving_line_on_a_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    python = this_python()
    pair = (Unit("page", "a", "a", 1, (), ()), python)
    progress = Progress([pair, pair], print, True)
    progress.done(python, 0.1)
    progress.done(python, 0.1)
    shown = f"\r\x1b[Kran {python.version} "
    assert capfd.readouterr().out == f"{shown}1/2{shown}2/2\n"


def test_a_run_that_nobody_wants_any_more_is_ended_and_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "stop", threading.Event())
    scheduler = Scheduler(tmp_path, {}, 60, Tree([], []))
    unit = Unit("page", "a", "a", 1, (Cell("while True: pass", 1, Options()),), ())
    process.stop.set()
    with pytest.raises(process.Stopped):
        scheduler.all([unit], [this_python()], print, False)
    assert scheduler.store.known([unit], [this_python()]) == {}
