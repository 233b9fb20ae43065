"""What units did on interpreters, kept by content, so that nothing runs twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from ..model.interpreters import Interpreter
from ..model.outcome import Result
from ..model.published import Digests
from ..model.units import Unit, digest
from . import node, process
from .files import plain, write_atomically
from .index import Index
from .left import KINDS
from .lock import held, say_now
from .recording import digests, without_skipped

SCHEMA = 1  # of what is kept; a change makes every kept run stale


class Store:
    """Kept runs, in one folder that may be deleted at any time."""

    def __init__(self, folder: Path, package_digests: Mapping[str, str]) -> None:
        self.folder, self.package_digests = folder, package_digests
        self.index = Index(folder / "index")
        self.keys: dict[tuple[Unit, Interpreter], str] = {}
        self.problems: dict[str, Result] = {}  # what failed is not kept: another process is to try it again
        self.new: set[str] = set()  # keys of what ran in this process

    def written_alone(self, say: Callable[[str], None] = say_now) -> AbstractContextManager[None]:
        """Hold this folder, into which nobody else writes meanwhile: a build that runs units takes them for theirs."""
        return held(self.folder / "lock", say)

    def key(self, unit: Unit, interpreter: Interpreter) -> str:
        """Return the name of a run's result: a digest of whatever decides what it prints, and of nothing else."""
        if (unit, interpreter) not in self.keys:
            decides = self.digests(without_skipped(unit, interpreter))
            host = node.digest_of_host() if interpreter.pyodide else bool(process.unrandomised())
            self.keys[unit, interpreter] = digest(SCHEMA, decides, host, interpreter.identity)
        return self.keys[unit, interpreter]

    def digests(self, unit: Unit) -> Digests:
        """Return digests of what decides a unit's runs besides the interpreter: the same on every machine."""
        return digests(unit, self.package_digests)

    def path(self, key: str) -> Path:
        return self.folder / "kept" / f"{key}.json"

    def kept(self, key: str, cells: int | None = None) -> Result | None:
        """Return the result of a run that is kept, or failed in this process; None if none has so many cells."""
        try:
            found = read(self.path(key))
        except (OSError, ValueError):
            return self.problems.get(key)  # never ran, or cut short while it was written: run it again
        return found if cells in (None, len(found.cells)) else None

    def known(
        self, units: Sequence[Unit], interpreters: Sequence[Interpreter]
    ) -> dict[tuple[Unit, Interpreter], Result]:
        """Return the results of what has run already."""
        found = {
            (unit, python): self.kept(self.key(unit, python), len(unit.cells))
            for unit in units
            for python in interpreters
        }
        return {pair: result for pair, result in found.items() if result}

    def is_new(self, unit: Unit, interpreter: Interpreter) -> bool:
        """Return whether the result was made by this process, and not by an earlier build."""
        return self.key(unit, interpreter) in self.new

    def keep(self, key: str, result: Result) -> None:
        self.new.add(key)
        if result.problem:
            self.problems[key] = result
            self.path(key).unlink(missing_ok=True)
        else:
            write_atomically(self.path(key), json.dumps(result.as_data()).encode())


def read(path: Path) -> Result:
    """Return a kept run. Raises OSError or ValueError for what is none."""
    try:
        found = Result.of(json.loads(plain(path).decode("utf-8")))
        texts = [cell.data for cell in found.cells if cell.data is not None]
        if found.problem or not all({"text/plain"} <= data.keys() <= KINDS for data in texts):
            raise ValueError(f"{path} is no run that was kept")
        json.dumps(found.as_data(), ensure_ascii=False).encode()  # half of a surrogate pair cannot be written
        return found
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"{path} is no run") from error
