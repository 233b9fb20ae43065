"""The folder of a process that runs a unit: how one is found again, and removed whatever the unit has left in it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .strays import end_all

try:
    import fcntl
except ImportError:  # Windows, where a build that is killed leaves its folders
    fcntl = None  # type: ignore[assignment]

PREFIX = "everypython-"
NAME = 12  # letters of a run's name: enough to be its own, and paths stay short


@contextmanager
def scratch(name: str, suffix: str = "") -> Iterator[Path]:
    """Hold a folder for a run, the same one each time if no other build has it, and remove it at the end."""
    base = Path(tempfile.gettempdir()) / f"{PREFIX}{name[:NAME]}{suffix}"
    held = None
    while held is None:
        try:
            base.mkdir(mode=0o700)
        except FileExistsError:  # the same unit in another build, or of another user
            base = Path(tempfile.mkdtemp(suffix, f"{PREFIX}{name[:NAME]}_"))
        held = hold(base)
    try:
        yield base
    finally:
        moved = where(held)
        remove(base)
        if moved and moved != base and moved.parent == base.parent:  # what stands in its place was a link at most
            remove(moved)
        with suppress(OSError):
            os.close(held)


def where(held: int) -> Path | None:
    """Return where a folder stands now that is open, if this system tells."""
    try:
        return Path(os.readlink(f"/proc/self/fd/{held}"))
    except OSError:
        return None


def hold(base: Path) -> int | None:
    """Lock a folder as long as this process lives; None where another build took it for one of a dead process."""
    if fcntl is None:
        return -1
    try:
        held = os.open(base, os.O_RDONLY)
    except FileNotFoundError:
        return None
    fcntl.flock(held, fcntl.LOCK_EX)
    if base.exists() and os.path.samestat(os.fstat(held), os.stat(base)):
        return held
    os.close(held)
    return None


def remove_abandoned() -> None:
    """Remove the folders of builds that were killed: those of this user that nobody holds."""
    if fcntl is None:
        return
    for base in Path(tempfile.gettempdir()).glob(f"{PREFIX}{'[0-9a-f]' * NAME}*"):
        with suppress(OSError):
            held = os.open(base, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
            try:
                if os.fstat(held).st_uid == os.getuid():
                    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    end_all(base)
                    remove(base)
            finally:
                os.close(held)


def remove(folder: Path) -> None:
    """Remove a folder as far as the system lets us, also where it is too deep for `shutil`, or closed to its owner.

    A link in its place is removed, and nothing is done to where it leads.
    """
    if folder.is_symlink():
        with suppress(OSError):
            folder.unlink()
        return
    with suppress(OSError, RecursionError):
        shutil.rmtree(folder)
        return
    folders = [str(folder)]
    for each in folders:  # those in it are moved up and follow
        with suppress(OSError):
            os.chmod(each, 0o700)
            for entry in list(os.scandir(each)):
                with suppress(OSError):
                    if not entry.is_dir(follow_symlinks=False):
                        os.unlink(entry.path)
                        continue
                    os.chmod(entry.path, 0o700)
                    up = os.path.join(folder, f"{len(folders)}{PREFIX}")
                    os.rename(entry.path, up)
                    folders.append(up)
    for each in reversed(folders):
        with suppress(OSError):
            os.rmdir(each)
