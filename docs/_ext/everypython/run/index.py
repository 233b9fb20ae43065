"""What a build worked out, in one file for the next one: pages that were parsed, what was judged, wheels.

Each entry is named by everything that it follows from, this extension's sources included. So a file that is missing,
or was written by another version, costs time and changes nothing.
"""

from __future__ import annotations

import io
import pickle
import sys
import sysconfig
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from ..model.units import digest
from .files import plain, write_atomically

T = TypeVar("T")
MODEL = f"{__package__.partition('.')[0]}.model"
ENGINE = Path(__file__).parents[1]


class Known(pickle.Unpickler):
    """Reads what an index is made of, the engine's own data, and calls nothing else: anybody may have written it."""

    def find_class(self, module: str, name: str) -> Any:
        found = super().find_class(module, name) if module.startswith(f"{MODEL}.") else None
        if not isinstance(found, type) or found.__module__ != module:
            raise pickle.UnpicklingError(f"{module}.{name} is nothing that an index has")
        return found


class Index:
    """The entries of one file. Those that a build asked for are written back; others are forgotten."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.used: dict[str, Any] = {}
        try:
            version, self.known = Known(io.BytesIO(plain(file))).load()
        except Exception:  # whatever a file that was cut short makes pickle raise
            version, self.known = "", {}
        if version != of_this_extension():
            self.known = {}

    def remembered(self, make: Callable[[], T], *named: object) -> T:
        """Return an entry, or what `make` returns. What it raises is passed on, and nothing remembered."""
        name = digest(*named)
        if name not in self.used:
            self.used[name] = self.known[name] if name in self.known else make()
        found: T = self.used[name]
        return found

    @property
    def is_new(self) -> bool:
        """Whether there is something to write."""
        return set(self.used) != set(self.known)

    def write(self) -> None:
        """Write the file whole or not at all."""
        write_atomically(self.file, pickle.dumps((of_this_extension(), self.used)))


@cache
def of_this_extension() -> str:
    """Return a digest of the engine's sources, and of when a parser or a build backend was last installed beside it."""
    return digest(of_sources(), sys.version, Path(sysconfig.get_path("purelib")).stat().st_mtime_ns)


@cache
def of_sources() -> str:
    """Return a digest of the engine's sources."""
    return digest([file.read_text(encoding="utf-8") for file in sorted(ENGINE.rglob("*.py"))])


def of_assets() -> str:
    """Return a digest of what else the engine gives to pages: its templates, and the files that pages link."""
    found = [file for folder in ("html", "site") for file in sorted((ENGINE / folder).rglob("*")) if file.is_file()]
    return digest([file.read_bytes().hex() for file in found if file.suffix not in (".py", ".pyc")])
