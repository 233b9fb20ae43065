"""Build a site once more, of the runs that it was built from, and compare every byte of every file."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..model.interpreters import Interpreter
from ..run.files import UNPUBLISHED


class Unbuildable(Exception):
    """The site cannot be built here; the message is one line."""


def wrong_files(site: Path, docs: Path, pythons: Sequence[Interpreter]) -> Iterator[str]:
    """Yield each file of a site that is not what a build on these Pythons writes, that none writes, or that lacks.

    Nothing runs if all runs are kept. Raises Unbuildable.
    """
    in_browsers = [python for python in pythons if python.pyodide]
    natives = os.pathsep.join(python.executable for python in pythons if python.executable and not python.pyodide)
    options = [*(["-D", "everypython_run=1"] if in_browsers else []), "-D", "everypython_strict=0"]
    with tempfile.TemporaryDirectory(prefix="everypython-verify-") as scratch:
        built = Path(scratch, "html")
        options += ["-b", "html", "-q", "-j", "auto", "-d", str(Path(scratch, "doctrees"))]
        done = subprocess.run(
            [sys.executable, "-m", "sphinx", *options, str(docs), str(built)],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            env={**os.environ, "EVERYPYTHON": natives},
        )
        if done.returncode:
            raise Unbuildable(f"the site cannot be built again: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
        yield from compared(site, built)


def compared(site: Path, built: Path) -> Iterator[str]:
    """Yield how the files of a site differ from those of a build."""
    theirs, ours = files_of(site), files_of(built)
    ours = {name: file for name, file in ours.items() if name.partition("/")[0] not in UNPUBLISHED}
    for name in sorted(ours.keys() | theirs.keys()):
        if name not in theirs:
            yield f"{name}: is not there, and a build of these sources and runs writes it"
        elif name not in ours:
            yield f"{name}: is there, and no build of these sources and runs writes it"
        elif theirs[name].is_symlink() or ours[name].read_bytes() != theirs[name].read_bytes():
            yield f"{name}: is not what a build of these sources and runs writes"


def files_of(folder: Path) -> dict[str, Path]:
    """Return whatever is in a folder and is no folder, by its name."""
    found = {file.relative_to(folder): file for file in folder.rglob("*") if file.is_symlink() or not file.is_dir()}
    return {name.as_posix(): file for name, file in found.items()}
