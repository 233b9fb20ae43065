"""A folder that `__del__` should remove when the program ends stays behind, and
one that `weakref.finalize` should remove does not.

Claim: when `__del__` runs at exit, imports no longer work; finalizers of
`weakref` run while they still do.
Promise: the finalizer cleans up on every Python.
"""

import subprocess
import sys
import tempfile
import weakref
from pathlib import Path


def remove(folder: str) -> None:
    """Delete a folder; what that needs is imported late, so that programs start fast."""
    from shutil import rmtree

    rmtree(folder)


class Unpacked:
    """An archive's contents in a folder that should go with it."""

    def __init__(self, folder: str) -> None:
        self.folder = folder


class RemovedByDel(Unpacked):
    """Removes its own folder."""

    def __del__(self) -> None:
        remove(self.folder)


class RemovedByFinalize(Unpacked):
    """Leaves its last words with somebody else."""

    def __init__(self, folder: str) -> None:
        super().__init__(folder)
        weakref.finalize(self, remove, folder)


def main() -> None:
    """Run this file twice, as a program that keeps an archive to its end."""
    with tempfile.TemporaryDirectory() as home:
        for kind in ("RemovedByDel", "RemovedByFinalize"):
            (Path(home) / kind).mkdir()
            command = [sys.executable, __file__, kind, str(Path(home) / kind)]
            said = subprocess.run(command, capture_output=True, text=True).stderr
            print(f"{kind}:", "left behind" if (Path(home) / kind).exists() else "removed")
            print("".join(f"    {line}\n" for line in said.splitlines()[-1:]), end="")


if len(sys.argv) == 1:
    main()
else:
    archive = globals()[sys.argv[1]](sys.argv[2])
