"""Run units on interpreters side by side, each in a process of its own, and say how far that is."""

from __future__ import annotations

import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from ..model.interpreters import Interpreter
from ..model.outcome import Result
from ..model.units import Unit
from . import process
from .environments import Environments
from .pool import pool_that_stops
from .recording import without_skipped
from .scratch import remove_abandoned
from .store import Store
from .tree import Seen, SourceChangedError, Tree, changed, everything, words


class Scheduler:
    """What runs units: with a store of their results, their environments, and a watch over the project's files."""

    def __init__(self, folder: Path, packages: dict[str, Path], timeout: float, tree: Tree) -> None:
        remove_abandoned()
        self.timeout, self.tree = timeout, tree
        self.environments = Environments(folder / "environments", packages)
        self.store = Store(folder, self.environments.package_digests)
        self.took: dict[tuple[Unit, Interpreter], float] = {}
        """Seconds that the longest run of each took in this process."""

    def take_over(self, before: Scheduler) -> None:
        """Know what the last build of this process found out, whether or not it was written."""
        self.store.problems = before.store.problems
        self.store.index.known |= before.store.index.used
        self.environments.usable = before.environments.usable

    def all(
        self, units: Sequence[Unit], interpreters: Sequence[Interpreter], say: Callable[[str], None], tty: bool
    ) -> dict[tuple[Unit, Interpreter], Result]:
        """Return the result of every unit on every interpreter, from what is kept or from a run.

        Raises SourceChangedError if a unit changes files of the project. Such a run is not kept. Pythons that turn out
        not to run any more have no results; `environments.gone` says why.
        """
        keys = {(unit, python): self.store.key(unit, python) for python in reversed(interpreters) for unit in units}
        results = {key: self.store.kept(key, len(unit.cells)) for (unit, _), key in keys.items()}
        # the same source told in two places has one key and is one run
        missing = {key: pair for pair, key in keys.items() if results[key] is None}
        results.update(self.newly(missing, say, tty))
        found = {pair: results[key] for pair, key in keys.items() if pair[1] not in self.environments.gone}
        return {pair: result for pair, result in found.items() if result}

    def again(
        self, pairs: Sequence[tuple[Unit, Interpreter]], say: Callable[[str], None]
    ) -> dict[tuple[Unit, Interpreter], Result]:
        """Return new results of some units on some interpreters, in place of what is kept."""
        keys = {pair: self.store.key(*pair) for pair in pairs}
        results = self.newly({key: pair for pair, key in keys.items()}, say, False)
        return {pair: results[key] for pair, key in keys.items() if key in results}

    def newly(
        self, wanted: Mapping[str, tuple[Unit, Interpreter]], say: Callable[[str], None], tty: bool
    ) -> dict[str, Result]:
        """Run units side by side, and keep what they did. Of Pythons that do not run any more there is nothing."""
        if not wanted:
            return {}
        environments = self.environments
        with self.store.written_alone(say), pool_that_stops() as pool:
            needed = list({(python, unit.packages) for unit, python in wanted.values()})
            list(pool.map(lambda pair: environments.prepare(*pair), needed))
            running = {key: pair for key, pair in wanted.items() if pair[1] not in environments.gone}
            progress = Progress(running.values(), say, tty)
            (self.store.folder / "kept").mkdir(exist_ok=True)
            before = everything(self.store.folder)

            def run(key: str) -> Result:
                unit, python = running[key]
                began = time.monotonic()
                result = self.run(unit, python)
                if running[key] not in self.tree.suspects:
                    self.store.keep(key, result)
                progress.done(python, time.monotonic() - began)
                return result

            results = dict(zip(running, pool.map(run, running), strict=True))
            self.refuse_changes(before, results)
            failed = {running[key][1] for key, result in results.items() if result.problem}
            if failed:  # a Python may have been removed while its units ran: then all of them failed
                environments.usable.clear()
            list(pool.map(lambda pair: environments.prepare(*pair), [pair for pair in needed if pair[0] in failed]))
            self.tree.judge(self.run)
        return {key: result for key, result in results.items() if running[key][1] not in environments.gone}

    def refuse_changes(self, before: Seen, results: Mapping[str, Result]) -> None:
        """Raise SourceChangedError where more has changed of what builds keep than these results, by their keys."""
        ours = {str(self.store.path(key)): key for key in results}
        changes = changed(before, everything(self.store.folder))
        changes = {path: what for path, what in changes.items() if path not in {*ours, str(self.store.folder / "kept")}}
        for path, key in ours.items():
            if key in self.store.new and self.store.kept(key) != results[key]:
                changes[path] = "changed"
        if changes:
            remedy = f"A unit must not change what builds keep. Find it by these files, and remove {self.store.folder}:"
            raise SourceChangedError(f"{remedy} {words(changes)}")

    def run(self, unit: Unit, interpreter: Interpreter, *, perturbed: bool = False) -> Result:
        """Return a new run, whatever is kept. Its environment is there: two runs must not make it at the same time."""
        python = self.environments.python(interpreter, unit.packages)
        name = self.store.key(unit, interpreter)  # always the same, so that paths in outputs are
        began = time.monotonic()
        with self.tree.watched(unit, interpreter):
            result = process.run(
                without_skipped(unit, interpreter),
                python,
                self.timeout,
                name,
                implementation=interpreter.implementation,
                perturbed=perturbed,
            )
        self.took[unit, interpreter] = max(time.monotonic() - began, self.took.get((unit, interpreter), 0))
        return result


class Progress:
    """Says how far the runs are: one moving line on a terminal, a line for each Python elsewhere."""

    def __init__(self, missing: Iterable[tuple[Unit, Interpreter]], say: Callable[[str], None], tty: bool) -> None:
        self.wanted = Counter(python.key for _, python in missing)
        self.ran: Counter[str] = Counter()
        self.seconds: Counter[str] = Counter()
        self.say, self.tty, self.lock = say, tty, threading.Lock()

    def done(self, python: Interpreter, seconds: float) -> None:
        with self.lock:
            self.ran[python.key] += 1
            self.seconds[python.key] += seconds  # type: ignore[assignment]  # a Counter adds floats as well
            if self.tty:
                counts = " · ".join(
                    f"{key.split('-')[1]} {self.ran[key]}/{total}" for key, total in self.wanted.items()
                )
                end = "\n" if self.ran == self.wanted else ""
                width = shutil.get_terminal_size().columns - 1  # a longer line would move down instead of over itself
                print(f"\r\x1b[K{f'ran {counts}'[:width]}", end=end, flush=True)
            elif self.ran[python.key] == self.wanted[python.key]:
                self.say(f"ran {self.ran[python.key]} units on {python.name} in {self.seconds[python.key]:.1f} s")
