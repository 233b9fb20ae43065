"""What one Python is: its name, its key, and how it compares with others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

KEY = re.compile(r"[a-z]\w*-\d{1,4}(\.\d{1,4}){2}((a|b|rc)\d{1,4})?t?d?-\w+-[\w.-]*", re.ASCII)
LANGUAGE = re.compile(r"\d{1,4}(\.\d{1,4}){1,2}((a|b|rc)\d{1,4})?\+?", re.ASCII)
LONGEST = 500  # characters of what a Python says of its build


@dataclass(frozen=True)
class Interpreter:
    """What one Python is. Two with the same identity print the same."""

    executable: str
    implementation: str
    version: str
    language: str
    free_threaded: bool
    pointer_bits: int
    platform: str
    build: str
    flags: tuple[str, ...]
    pyodide: str = ""  # the version of the Pyodide that it is part of; its `executable` is then Pyodide's folder

    @property
    def debug(self) -> bool:
        """Return whether it was built to find mistakes in C: it checks more, and lays out its memory in another way."""
        return bool({"Py_DEBUG", "Py_TRACE_REFS"}.intersection(self.flags))

    @property
    def abi(self) -> str:
        """Return the letters that CPython's own names have for its builds: `t` free-threaded, `d` debug."""
        return f"{'t' if self.free_threaded else ''}{'d' if self.debug else ''}"

    @property
    def key(self) -> str:
        return f"{self.implementation}-{self.version}{self.abi}-{self.platform}"

    @cached_property
    def identity(self) -> dict[str, Any]:
        """Return everything but where it stands: what its outputs depend on, and what runs.json says of it."""
        told = {name: value for name, value in asdict(self).items() if name != "executable"}
        return {"key": self.key, **(told if self.pyodide else {name: told[name] for name in told if name != "pyodide"})}

    @classmethod
    def of(cls, identity: Mapping[str, Any]) -> Interpreter:
        """Return the interpreter that another machine described; it is not here, so its `executable` is empty."""
        fields = {name: identity[name] for name in identity if name != "key"}
        described = cls(executable="", **{**fields, "flags": tuple(identity["flags"])})
        if not KEY.fullmatch(described.key):  # keys stand in selectors, attributes and the names of files
            raise ValueError(f"no interpreter is called {described.key[:80]!r}")
        if not LANGUAGE.fullmatch(described.language):
            raise ValueError(f"{described.language[:80]!r} is no version of the language")
        if len(described.build) > LONGEST or len(described.flags) > LONGEST:
            raise ValueError(f"{described.key} is described at more length than any Python says of itself")
        return described

    @property
    def name(self) -> str:
        if self.implementation != "cpython":
            return f"{self.brand} {self.version} (Python {'.'.join(self.language.split('.')[:2])})"
        return f"{self.brand} {self.version}{self.kind}{f' {self.pyodide}' if self.pyodide else ''}"

    @property
    def kind(self) -> str:
        """Return what its build is, in the words that follow the version in a name."""
        words = {"free-threaded": self.free_threaded, "debug": self.debug, "in Pyodide": self.pyodide}
        return "".join(f" {word}" for word, holds in words.items() if holds)

    @property
    def brand(self) -> str:
        return {"cpython": "CPython", "pypy": "PyPy"}.get(self.implementation, self.implementation)

    @cached_property
    def number(self) -> tuple[int, ...]:
        return tuple(map(int, re.findall(r"\d+", self.version)[:3]))

    @cached_property
    def aliases(self) -> set[str]:
        """Return the names of this Python in patterns: its key, that with fewer numbers, its implementation."""
        if self.pyodide:
            return {self.key, self.implementation, "pyodide", f"pyodide-{self.pyodide}"}
        minor = ".".join(self.version.split(".")[:2])
        return {self.key, self.implementation, *(f"{self.implementation}-{n}{self.abi}" for n in (self.version, minor))}

    @property
    def stable(self) -> bool:
        return re.fullmatch(r"[\d.]+", self.version) is not None

    @cached_property
    def family(self) -> tuple[object, ...]:
        """Return what sorts CPython first, then its free-threaded and debug builds, the rest, and browsers last."""
        return (
            bool(self.pyodide),
            self.implementation != "cpython",
            self.free_threaded,
            self.debug,
            self.implementation,
            self.platform,
        )

    @cached_property
    def rank(self) -> tuple[object, ...]:
        """Return what sorts by family, newest first within one."""
        return (self.family, tuple(-part for part in self.number), not self.stable)


def published_default(found: list[Interpreter]) -> Interpreter:
    """Return the newest stable CPython with a GIL and no debug build; where there is none, the first of what there is.

    Where other machines' runs are merged, one of this machine's kind is preferred: verify can run that one again.
    """
    here = {one.platform for one in found if one.executable and not one.pyodide}
    stable = [one for one in found if one.implementation == "cpython" and one.stable and not one.abi]
    return min(stable or found, key=lambda one: (one.platform not in here, one.rank))
