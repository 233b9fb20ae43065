"""Files that are written whole or not at all, and zips that are the same wherever they are made."""

from __future__ import annotations

import os
import stat
import threading
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO

UNPUBLISHED = {".buildinfo", ".doctrees"}  # what Sphinx leaves beside a site for its next build


def plain(path: Path) -> bytes:
    """Return what is in a file of ours. Raises OSError for what is no plain file: that is not waited for."""
    flags = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOFOLLOW", "O_BINARY"))
    with open(os.open(path, flags), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(f"{path} is no plain file")
        return file.read()


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file in one step: who reads it meanwhile, or after a kill, finds what was there or all that is new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def write_zip(
    file: Path | IO[bytes], content: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED, comment: str = ""
) -> None:
    """Write a zip of files whose date is 1980, like that of all that name none, with permissions as on POSIX."""
    with zipfile.ZipFile(file, "w") as archive:
        archive.comment = comment.encode()
        for name, data in sorted(content.items()):
            entry = zipfile.ZipInfo(name)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            entry.compress_type = compression
            archive.writestr(entry, data, compresslevel=9)
