"""The environments that units run in: a Python with the packages that a unit names, and nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from ..model.interpreters import Interpreter
from ..model.units import digest
from . import node
from .discovery import asked
from .process import FIXED

# The files that are compiled name the folder where they will stand, which need not be the one where they are made.
MAKE = """
import compileall, glob, os, shutil, sys, venv
folder, final, *packages = sys.argv[1:]
venv.create(folder, symlinks=os.name != "nt")
site = (glob.glob(folder + "/lib/*/site-packages") + glob.glob(folder + "/Lib/site-packages"))[0]
for package in packages:
    shutil.copytree(package, os.path.join(site, os.path.basename(package)), ignore=shutil.ignore_patterns("*.pyc"))
compileall.compile_dir(site, quiet=1, stripdir=folder, prependdir=final)
"""


class Environments:
    """Virtual environments, in a folder that may be deleted at any time; of a Pyodide, bundles of packages."""

    def __init__(self, folder: Path, packages: dict[str, Path]) -> None:
        self.folder, self.packages = folder, packages
        self.package_digests = {name: content_digest(path) for name, path in packages.items()}
        self.usable: set[Path] = set()  # those whose Python has answered this process
        self.gone: dict[Interpreter, str] = {}  # Pythons that were found and do not run any more, with what they say

    def python(self, interpreter: Interpreter, packages: tuple[str, ...]) -> Path:
        """Return what starts a run with these packages; the environment is made when it is first asked for.

        Raises OSError where the Python does not run any more. One that was installed anew in its place gets a new one.
        """
        contents = {name: self.package_digests[name] for name in packages}
        made = node.digest_of_host() if interpreter.pyodide else MAKE
        wanted = digest(made, interpreter.identity, interpreter.executable, contents)
        label = "-".join([interpreter.key, *packages])
        folder = self.folder / f"{label}.{wanted}"
        if not folder.exists() or not self.answers(folder, interpreter, packages):
            for stale in self.folder.glob(f"{label}.*"):
                shutil.rmtree(stale)
            self.make(interpreter, folder, [self.packages[name] for name in packages])
            if not self.answers(folder, interpreter, packages):
                raise OSError(f"{interpreter.executable} is not {interpreter.name} any more")
        return python_of(folder)

    def make(self, interpreter: Interpreter, folder: Path, packages: list[Path]) -> None:
        """Make an environment whole or not at all: one that was cut short would fail every run."""
        half = folder.with_name(f"half.{folder.name}")
        shutil.rmtree(half, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        make_environment(interpreter, half, packages, folder)
        half.rename(folder)

    def answers(self, folder: Path, interpreter: Interpreter, packages: tuple[str, ...]) -> bool:
        """Return whether an environment still has its packages, and its Python is the one that it was made for.

        That may have been upgraded, or removed.
        """
        if interpreter.pyodide or folder in self.usable:
            return True
        try:
            same = asked(python_of(folder)).identity == interpreter.identity
            for name in packages:
                (copy,) = [*folder.glob(f"lib/*/site-packages/{name}"), *folder.glob(f"Lib/site-packages/{name}")]
                same = same and content_digest(copy) == self.package_digests[name]
        except (OSError, ValueError):
            return False
        if same:
            self.usable.add(folder)
        return same

    def prepare(self, interpreter: Interpreter, packages: tuple[str, ...]) -> None:
        """Make an environment if there is none, or find out that its Python is gone."""
        try:
            self.python(interpreter, packages)
        except OSError:
            says = lost(interpreter)
            if not says:
                raise
            self.gone[interpreter] = says


def make_environment(interpreter: Interpreter, folder: Path, packages: list[Path], final: Path | None = None) -> None:
    """Make a virtual environment without pip, with compiled copies of packages: a first run must be like the next.

    It may be renamed to `final` afterwards.
    """
    if interpreter.pyodide:
        node.make_bundle(interpreter, folder, packages, FIXED)
        return
    command = [interpreter.executable, "-I", "-c", MAKE, str(folder), str(final or folder), *map(str, packages)]
    made = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if made.returncode:
        raise OSError(f"{interpreter.executable} cannot make a virtual environment: {made.stderr.strip()}")


def python_of(environment: Path) -> Path:
    """Return what a run is started with: a virtual environment's Python, or for Pyodide the bundle."""
    bundle = environment / node.BUNDLE
    if bundle.exists():
        return bundle
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def lost(interpreter: Interpreter) -> str:
    """Return how a Python that was found is gone, in words; nothing if it still runs."""
    try:
        same = interpreter.pyodide or asked(interpreter.executable).identity == interpreter.identity
    except (OSError, ValueError) as error:
        return str(error)
    return "" if same else "it is another Python now"


def content_digest(path: Path) -> str:
    """Return a digest of a package's files, without what Python writes beside them: the same on every machine."""
    files = {file.relative_to(path).as_posix(): file for file in path.rglob("*") if file.is_file()}
    contents = [(name, files[name].read_bytes().hex()) for name in sorted(files) if not name.endswith(".pyc")]
    if not contents:
        raise FileNotFoundError(f"everypython_packages names {path}, where there are no files")
    return digest(contents)
