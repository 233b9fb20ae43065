"""The files that a site is made from: no unit may change them.

Each process has a folder of its own, so none needs to. What changed while units ran is noticed when one of them ends,
before its run is kept. It was one of those that were running then, or somebody who saved a file.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sphinx.errors import SphinxError

from ..model.interpreters import Interpreter
from ..model.units import Unit

# Written by tools while a site is built, and no source of it.
APART = {".git", ".hg", ".idea", ".nox", ".venv", "__pycache__", "_build", "jupyter_execute", "node_modules"}
EDITORS = re.compile(r".*~|\..*\.sw.|\.?#.*|4913|.*___jb_.*|\.DS_Store")  # what they write beside a file that is open
MARKS = {"pyvenv.cfg", "CACHEDIR.TAG"}  # virtual environments and caches of other names contain one of these
MOST = 10  # changes that a message lists
REMEDY = (
    "A unit must not change the project's files. Let it write into the folder where it runs. It is one of these, or "
    "somebody saved a file while they ran. If that was you, build again:"
)

Job = tuple[Unit, Interpreter]
Seen = dict[str, tuple[int, ...]]  # of each file its size, time of change and mode; of each folder nothing


class SourceChangedError(SphinxError):
    """Files changed while units ran; the message names the units and the files, and says what to do."""


class Tree:
    """Folders, and the units that run beside them."""

    def __init__(self, folders: Iterable[Path], apart: Iterable[Path]) -> None:
        given = {folder.resolve() for folder in folders}
        self.roots = sorted(str(folder) for folder in given if not given.intersection(folder.parents))
        self.apart = {str(folder.resolve()) for folder in apart}
        self.lock = threading.Lock()
        self.running: list[Job] = []
        self.before: Seen = {}
        self.suspects: dict[Job, str] = {}  # what ran while something changed, with what is said of it

    def seen(self) -> Seen:
        """Return what is there now. A file that comes or goes meanwhile is there or not."""
        found: Seen = {}
        folders = list(self.roots)
        while folders:
            folder, entries = folders.pop(), []
            with suppress(OSError), os.scandir(folder) as listed:
                entries = list(listed)
            if folder not in self.roots and MARKS.intersection(entry.name for entry in entries):
                continue
            for entry in entries:
                if entry.name in APART or entry.path in self.apart or EDITORS.fullmatch(entry.name):
                    continue
                with suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                        found[entry.path] = ()
                    else:
                        status = entry.stat(follow_symlinks=False)
                        found[entry.path] = status.st_size, status.st_mtime_ns, status.st_mode
        return found

    @contextmanager
    def watched(self, unit: Unit, python: Interpreter) -> Iterator[None]:
        """Watch while a unit runs. Raises SourceChangedError if something changed, with all that ran at that time."""
        job = unit, python
        with self.lock:
            if not self.running:
                self.before = self.seen()
            self.running.append(job)
        try:
            yield
        finally:
            with self.lock:
                before, self.before = self.before, self.seen()
                if changes := words(before, self.before):
                    says = "\n".join([REMEDY, *(f"{named(each)}: {changes}" for each in self.running)])
                    self.suspects.update(dict.fromkeys(self.running, says))  # the others' runs are not to be kept, too
                self.running.remove(job)
                suspected = self.suspects.pop(job, "")
        if suspected:
            raise SourceChangedError(suspected)


def words(before: Seen, now: Seen) -> str:
    """Return what was changed, in words; nothing if nothing was."""
    gone = {path: "removed" for path in before.keys() - now.keys()}
    made = {path: "made" for path in now.keys() - before.keys()}
    changed = {path: "changed" for path in before.keys() & now.keys() if before[path] != now[path]}
    said = [f"{what} {path}" for path, what in sorted({**gone, **made, **changed}.items())]
    return ", ".join([*said[:MOST], *([f"and {len(said) - MOST} more"] if said[MOST:] else [])])


def named(job: Job) -> str:
    unit, python = job
    program = f" {unit.name}.py:" if unit.kind == "example" else ""
    return f"{unit.page}.md:{unit.line}:{program} on {python.key}"
