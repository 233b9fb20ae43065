"""The files that a site is made from: no unit may change them.

Each process has a folder of its own, so none needs to. What changed while units ran is noticed when one of them ends,
before its run is kept. Those that were running are suspects, and each runs once more alone: a unit that does it again
did it, and otherwise it may have been somebody who saved a file.
"""

from __future__ import annotations

import os
import re
import stat
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sphinx.errors import SphinxError

from ..model.interpreters import Interpreter
from ..model.units import Unit

# Written by tools while a site is built, and no source of it; but of Git's folder what says which commits there are,
# and which programs run. Editors fetch meanwhile, and ask for a status.
APART = {".git", ".hg", ".idea", ".nox", ".venv", "__pycache__", "_build", "jupyter_execute", "node_modules"}
EDITORS = re.compile(r".*~|\..*\.sw.|\.?#.*|4913|.*___jb_.*|\.DS_Store")  # what they write beside a file that is open
MARKS = {"pyvenv.cfg", "CACHEDIR.TAG"}  # virtual environments and caches of other names contain one of these
OF_GIT = {"config", "hooks", "HEAD", "refs", "packed-refs", "info"}
REMOTES = os.path.join(".git", "refs", "remotes")
MOST = 10  # changes that a message lists

Job = tuple[Unit, Interpreter]
Seen = dict[str, tuple[int, ...]]  # of each file its size, its times of change and its mode; of each folder nothing
Changes = dict[str, str]  # of each path what happened to it


class SourceChangedError(SphinxError):
    """Files changed while units ran; the message names the units and the files, and says what to do."""


class Tree:
    """Folders, and the units that run beside them."""

    def __init__(self, folders: Iterable[Path], apart: Iterable[Path]) -> None:
        given = {folder.resolve() for folder in folders}
        self.roots = sorted(str(folder) for folder in given if not given.intersection(folder.parents))
        self.apart = {str(folder.resolve()) for folder in apart}
        self.printed = list(printed_into())
        self.lock = threading.Lock()
        self.running: list[Job] = []
        self.before: Seen = {}
        self.suspects: dict[Job, Changes] = {}

    def seen(self) -> Seen:
        """Return what is there now. A file that comes or goes meanwhile is there or not."""
        return seen(self.roots, self.is_apart)

    def is_apart(self, entry: os.DirEntry[str]) -> bool:
        """Whether something is no source of the site, and may change while it is built."""
        if entry.name in APART:
            return entry.name != ".git"
        if os.path.basename(os.path.dirname(entry.path)) == ".git":
            return entry.name not in OF_GIT
        if entry.path.endswith(REMOTES):
            return True
        if any(entry.inode() == file.st_ino and os.path.samestat(entry.stat(), file) for file in self.printed):
            return True
        return entry.path in self.apart or bool(EDITORS.fullmatch(entry.name)) or is_marked(entry)

    @contextmanager
    def watched(self, unit: Unit, python: Interpreter) -> Iterator[None]:
        """Watch while a unit runs. If something changes, it is a suspect, with all that run at that time."""
        job = unit, python
        with self.lock:
            if not self.running:
                self.before = self.seen()
            self.running.append(job)
        try:
            yield
        finally:
            with self.lock:
                now = self.seen()
                changes = changed(self.before, now)
                for each in self.running if changes else ():
                    self.suspects.setdefault(each, {}).update(changes)
                self.before = now
                self.running.remove(job)

    def judge(self, run: Callable[[Unit, Interpreter], object]) -> None:
        """Raise SourceChangedError if there are suspects, which `run` runs once more, each alone."""
        suspects, self.suspects = self.suspects, {}
        guilty = []
        for job, changes in suspects.items():
            run(*job)
            again = self.suspects.pop(job, {})
            if changes.keys() & again.keys():
                guilty.append(f"{named(job)}: {words({path: changes.get(path, again[path]) for path in again})}")
        if guilty:
            remedy = "A unit must not change the project's files. Let it write into the folder where it runs:"
            raise SourceChangedError("\n".join([remedy, *guilty]))
        if suspects:
            changes = {path: what for each in suspects.values() for path, what in each.items()}
            raise SourceChangedError(
                f"Files of the project changed while units ran: {words(changes)}. If that was you, build again. If "
                f"not, it was one of these, though none of them did it again alone: {', '.join(map(named, suspects))}"
            )


def printed_into() -> Iterator[os.stat_result]:
    """Yield the files that this process prints into, as in `nox -s docs > docs.log`: they grow while units run."""
    for descriptor in (1, 2):
        with suppress(OSError):
            about = os.fstat(descriptor)
            if stat.S_ISREG(about.st_mode):
                yield about


def everything(folder: Path) -> Seen:
    """Return what is in a folder, and of each folder in it which one it is and when something changed there."""
    found = seen([str(folder)])
    for path in [path for path, about in found.items() if not about]:
        with suppress(OSError):
            about = os.stat(path)
            found[path] = about.st_ino, about.st_ctime_ns
    return found


def seen(folders: Iterable[str], is_apart: Callable[[os.DirEntry[str]], bool] = lambda entry: False) -> Seen:
    """Return what is in folders. A file that comes or goes meanwhile is there or not."""
    found: Seen = {}
    left = list(folders)
    while left:
        entries: list[os.DirEntry[str]] = []
        with suppress(OSError), os.scandir(left.pop()) as listed:
            entries = list(listed)
        for entry in entries:
            if is_apart(entry):
                continue
            with suppress(OSError):
                if entry.is_dir(follow_symlinks=False):
                    left.append(entry.path)
                    found[entry.path] = ()
                else:
                    about = entry.stat(follow_symlinks=False)
                    # The second time is that of the system, which nobody sets back.
                    found[entry.path] = about.st_size, about.st_mtime_ns, about.st_ctime_ns, about.st_mode
    return found


def is_marked(entry: os.DirEntry[str]) -> bool:
    """Whether this is the folder of a virtual environment or a cache."""
    return entry.is_dir(follow_symlinks=False) and any(os.path.exists(os.path.join(entry.path, mark)) for mark in MARKS)


def changed(before: Seen, now: Seen) -> Changes:
    gone = {path: "removed" for path in before.keys() - now.keys()}
    made = {path: "made" for path in now.keys() - before.keys()}
    return {**gone, **made, **{path: "changed" for path in before.keys() & now.keys() if before[path] != now[path]}}


def words(changes: Changes) -> str:
    said = [f"{what} {path}" for path, what in sorted(changes.items())]
    return ", ".join([*said[:MOST], *([f"and {len(said) - MOST} more"] if said[MOST:] else [])])


def named(job: Job) -> str:
    unit, python = job
    program = f" {unit.name}.py:" if unit.kind == "example" else ""
    return f"{unit.page}.md:{unit.line}:{program} on {python.key}"
