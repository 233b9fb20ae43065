"""Run units on interpreters, each in a plain process of its own, and keep what they printed by content."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from ..model.grouping import first_match
from ..model.interpreters import Interpreter
from ..model.outcome import Result
from ..model.published import Digests
from ..model.units import Unit, digest
from . import node, process
from .discovery import asked
from .files import write_atomically
from .index import Index
from .lock import Lock
from .tree import Tree

SCHEMA = 1  # of what is kept; a change makes every kept run stale


class Store:
    """Kept runs and the environments they ran in, in one folder that may be deleted at any time."""

    def __init__(self, folder: Path, packages: dict[str, Path], timeout: float, tree: Tree) -> None:
        self.folder, self.packages, self.timeout, self.tree = folder, packages, timeout, tree
        self.package_digests = {name: content_digest(path) for name, path in packages.items()}
        self.index = Index(folder / "index")
        self.keys: dict[tuple[Unit, Interpreter], str] = {}
        self.seen: dict[str, tuple[int, int]] = {}  # size and time of change of the files that kept runs came from
        self.problems: dict[str, Result] = {}  # what failed is not kept: another process is to try it again
        self.new: set[str] = set()  # keys of what ran in this process
        self.gone: dict[Interpreter, str] = {}  # Pythons that were found and do not run any more, with what they say
        self.usable: set[Path] = set()  # environments whose Python has answered this process
        self.lock = Lock(folder / "lock")

    def key(self, unit: Unit, interpreter: Interpreter) -> str:
        """Return the name of a run's result: a digest of whatever decides what it prints, and of nothing else."""
        if (unit, interpreter) not in self.keys:
            decides = self.digests(without_skipped(unit, interpreter))
            host = node.digest_of_host() if interpreter.pyodide else bool(process.unrandomised())
            self.keys[unit, interpreter] = digest(SCHEMA, decides, host, interpreter.identity)
        return self.keys[unit, interpreter]

    def digests(self, unit: Unit) -> Digests:
        """Return digests of what decides a unit's runs besides the interpreter: the same on every machine."""
        packages = {name: self.package_digests[name] for name in unit.packages}
        return {"source": unit.digest, "packages": packages, "runner": process.digest_of_conditions()}

    def path(self, key: str) -> Path:
        return self.folder / "kept" / f"{key}.json"

    def kept(self, key: str) -> Result | None:
        path = self.path(key)
        try:
            return self.remembered(key, path, partial(read, path))
        except (OSError, ValueError):
            return self.problems.get(key)  # never ran, or cut short while it was written: run it again

    def remembered(self, key: str, path: Path, make: Callable[[], Result]) -> Result:
        status = path.stat()
        self.seen[key] = status.st_size, status.st_mtime_ns
        return self.index.remembered(make, "run", key, *self.seen[key])

    def digest_of(self, unit: Unit, interpreter: Interpreter, result: Result) -> str:
        """Return a digest of what a run did."""
        seen = self.seen.get(self.key(unit, interpreter))
        made = partial(digest, result.as_data())
        return self.index.remembered(made, "did", self.key(unit, interpreter), *seen) if seen else made()

    def is_new(self, unit: Unit, interpreter: Interpreter) -> bool:
        """Return whether the result was made by this process, and not by an earlier build."""
        return self.key(unit, interpreter) in self.new

    def keep(self, key: str, result: Result) -> None:
        self.new.add(key)
        path = self.path(key)
        if result.problem:
            self.problems[key] = result
            path.unlink(missing_ok=True)
            return
        write_atomically(path, json.dumps(result.as_data()).encode())
        self.remembered(key, path, lambda: result)

    def environment(self, interpreter: Interpreter, packages: tuple[str, ...]) -> Path:
        """Return a bare virtual environment with these packages and nothing else, made when it is first asked for.

        Raises OSError where the Python does not run any more. One that was installed anew in its place gets a new one.
        """
        contents = {name: self.package_digests[name] for name in packages}
        wanted = digest(process.MAKE, interpreter.identity, interpreter.executable, contents)
        label = "-".join([interpreter.key, *packages])
        folder = self.folder / "environments" / f"{label}.{wanted}"
        if not folder.exists() or not self.answers(folder, interpreter):
            for stale in folder.parent.glob(f"{label}.*"):
                shutil.rmtree(stale)
            self.make_environment(interpreter, folder, [self.packages[name] for name in packages])
            if not self.answers(folder, interpreter):
                raise OSError(f"{interpreter.executable} is not {interpreter.name} any more")
        return process.python_of(folder)

    def make_environment(self, interpreter: Interpreter, folder: Path, packages: list[Path]) -> None:
        """Make an environment whole or not at all: one that was cut short would fail every run."""
        half = folder.with_name(f"half.{folder.name}")
        shutil.rmtree(half, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        process.make_environment(interpreter, half, packages, folder)
        half.rename(folder)

    def answers(self, folder: Path, interpreter: Interpreter) -> bool:
        """Return whether an environment's Python still is the one it was made for: that may be upgraded, or removed."""
        if interpreter.pyodide or folder in self.usable:
            return True
        try:
            same = asked(process.python_of(folder)).identity == interpreter.identity
        except (OSError, ValueError):
            return False
        if same:
            self.usable.add(folder)
        return same

    def run(self, unit: Unit, interpreter: Interpreter, *, perturbed: bool = False) -> Result:
        """Return a new run, whatever is kept. Its environment is there: two runs must not make it at the same time."""
        python = self.environment(interpreter, unit.packages)
        name = self.key(unit, interpreter)  # always the same, so that paths in outputs are
        with self.tree.watched(unit, interpreter):
            return process.run(
                without_skipped(unit, interpreter),
                python,
                self.timeout,
                name,
                implementation=interpreter.implementation,
                perturbed=perturbed,
            )

    def known(
        self, units: Sequence[Unit], interpreters: Sequence[Interpreter]
    ) -> dict[tuple[Unit, Interpreter], Result]:
        """Return the results of what has run already."""
        found = {(unit, python): self.kept(self.key(unit, python)) for unit in units for python in interpreters}
        return {pair: result for pair, result in found.items() if result}

    def all(
        self, units: Sequence[Unit], interpreters: Sequence[Interpreter], say: Callable[[str], None], tty: bool
    ) -> dict[tuple[Unit, Interpreter], Result]:
        """Return the result of every unit on every interpreter, from what is kept or from a run.

        Raises SourceChangedError if a unit changes files of the project. Such a run is not kept. Pythons that turn out
        not to run any more have no results; `gone` says why.
        """
        keys = {(unit, python): self.key(unit, python) for python in reversed(interpreters) for unit in units}
        results = {key: self.kept(key) for key in keys.values()}
        # the same source told in two places has one key and is one run
        missing = {key: pair for pair, key in keys.items() if results[key] is None}
        results.update(self.newly(missing, say, tty))
        found = {pair: results[key] for pair, key in keys.items() if pair[1] not in self.gone}
        return {pair: result for pair, result in found.items() if result}

    def again(
        self, pairs: Sequence[tuple[Unit, Interpreter]], say: Callable[[str], None]
    ) -> dict[tuple[Unit, Interpreter], Result]:
        """Return new results of some units on some interpreters, in place of what is kept."""
        keys = {pair: self.key(*pair) for pair in pairs}
        results = self.newly({key: pair for pair, key in keys.items()}, say, False)
        return {pair: results[key] for pair, key in keys.items() if key in results}

    def newly(
        self, wanted: Mapping[str, tuple[Unit, Interpreter]], say: Callable[[str], None], tty: bool
    ) -> dict[str, Result]:
        """Run units side by side, and keep what they did. Of Pythons that do not run any more there is nothing."""
        if not wanted:
            return {}
        with self.lock.held(say), pool_that_stops() as pool:
            needed = list({(python, unit.packages) for unit, python in wanted.values()})
            list(pool.map(lambda pair: self.try_environment(*pair), needed))
            running = {key: pair for key, pair in wanted.items() if pair[1] not in self.gone}
            progress = Progress(running.values(), say, tty)

            def run(key: str) -> Result:
                unit, python = running[key]
                began = time.monotonic()
                result = self.run(unit, python)
                if running[key] not in self.tree.suspects:
                    self.keep(key, result)
                progress.done(python, time.monotonic() - began)
                return result

            results = dict(zip(running, pool.map(run, running), strict=True))
            self.usable.clear()  # a Python may have been removed while its units ran: then all of them failed
            failed = {running[key][1] for key, result in results.items() if result.problem}
            list(pool.map(lambda pair: self.try_environment(*pair), [pair for pair in needed if pair[0] in failed]))
            self.tree.judge(self.run)
        return {key: result for key, result in results.items() if running[key][1] not in self.gone}

    def try_environment(self, interpreter: Interpreter, packages: tuple[str, ...]) -> None:
        """Make an environment if there is none, or find out that its Python is gone."""
        try:
            self.environment(interpreter, packages)
        except OSError:
            says = lost(interpreter)
            if not says:
                raise
            self.gone[interpreter] = says


def lost(interpreter: Interpreter) -> str:
    """Return how a Python that was found is gone, in words; nothing if it still runs."""
    try:
        same = interpreter.pyodide or asked(interpreter.executable).identity == interpreter.identity
    except (OSError, ValueError) as error:
        return str(error)
    return "" if same else "it is another Python now"


@contextmanager
def pool_that_stops() -> Iterator[ThreadPoolExecutor]:
    """Hold threads, one a core.

    When something is raised they begin nothing more; an interrupt ends what they run, too.
    """
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        try:
            yield pool
        except BaseException as error:
            if not isinstance(error, Exception):
                process.stop.set()
            pool.shutdown(cancel_futures=True)
            raise


def read(path: Path) -> Result:
    """Return a kept run. Raises OSError or ValueError for what is none."""
    try:
        return Result.of(json.loads(path.read_text(encoding="utf-8")))
    except (KeyError, TypeError) as error:
        raise ValueError(f"{path} is no run") from error


def without_skipped(unit: Unit, interpreter: Interpreter) -> Unit:
    """Return a unit as one Python runs it: a cell that is skipped there is empty."""
    if not any(cell.options.skip for cell in unit.cells):
        return unit
    cells = [replace(cell, source="") if first_match(cell.options.skip, interpreter) else cell for cell in unit.cells]
    return replace(unit, cells=tuple(cells))


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


def content_digest(path: Path) -> str:
    """Return a digest of a package's files, without what Python writes beside them: the same on every machine."""
    files = {file.relative_to(path).as_posix(): file for file in path.rglob("*") if file.is_file()}
    contents = [(name, files[name].read_bytes().hex()) for name in sorted(files) if not name.endswith(".pyc")]
    if not contents:
        raise FileNotFoundError(f"everypython_packages names {path}, where there are no files")
    return digest(contents)
