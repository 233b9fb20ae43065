"""Finds the Pythons of this machine and says exactly what each one is."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

OLDEST = (3, 10)
NAMES = re.compile(r"(python3\.[1-9]\dt?|pypy3(\.[1-9]\d)?)(\.exe)?")
KEY = re.compile(r"[a-z]\w*-\d{1,4}(\.\d{1,4}){2}((a|b|rc)\d{1,4})?t?-\w+-[\w.-]*", re.ASCII)

# Runs in the interpreter asked about, so it is plain old Python. A virtual environment answers for the Python it was
# made from: what happens to be installed in it must not matter. `_base_executable` is the environment's own
# path on CPython 3.10 and PyPy, hence the realpath.
QUESTION = """
import os, platform, struct, sys, sysconfig
exe = sys.executable
if sys.prefix != sys.base_prefix:
    base = getattr(sys, "_base_executable", None)
    exe = base if base and base != exe else os.path.realpath(exe)
info = getattr(sys, "pypy_version_info", sys.version_info)
stage = {"alpha": "a", "beta": "b", "candidate": "rc", "final": ""}[info[3]]
flag = lambda name: bool(sysconfig.get_config_var(name))
print(ascii({
    "executable": exe,
    "implementation": sys.implementation.name,
    "version": "%d.%d.%d" % tuple(info[:3]) + (stage + str(info[4]) if stage else ""),
    "language": "%d.%d.%d" % tuple(sys.version_info[:3]),
    "free_threaded": flag("Py_GIL_DISABLED"),
    "pointer_bits": struct.calcsize("P") * 8,
    "platform": sys.platform + "-" + platform.machine().lower(),
    "build": " ".join(sys.version.split()),
    "flags": [name for name in ("Py_DEBUG", "Py_TRACE_REFS", "_Py_JIT") if flag(name)],
}))
"""


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
    def key(self) -> str:
        return f"{self.implementation}-{self.version}{'t' if self.free_threaded else ''}-{self.platform}"

    @cached_property
    def identity(self) -> dict[str, Any]:
        """Everything but where it stands: what its outputs depend on, and what runs.json says of it."""
        told = {name: value for name, value in asdict(self).items() if name != "executable"}
        return {"key": self.key, **(told if self.pyodide else {name: told[name] for name in told if name != "pyodide"})}

    @classmethod
    def of(cls, identity: Mapping[str, Any]) -> Interpreter:
        """The interpreter that another machine described; it stands nowhere here, so its `executable` is empty."""
        fields = {name: identity[name] for name in identity if name != "key"}
        described = cls(executable="", **{**fields, "flags": tuple(identity["flags"])})
        if not KEY.fullmatch(described.key):  # keys stand in selectors, attributes and the names of files
            raise ValueError(f"no interpreter is called {described.key[:80]!r}")
        return described

    @property
    def name(self) -> str:
        if self.implementation != "cpython":
            return f"{self.brand} {self.version} (Python {'.'.join(self.language.split('.')[:2])})"
        where = f" in Pyodide {self.pyodide}" if self.pyodide else ""
        return f"{self.brand} {self.version}{' free-threaded' if self.free_threaded else ''}{where}"

    @property
    def brand(self) -> str:
        return {"cpython": "CPython", "pypy": "PyPy"}.get(self.implementation, self.implementation)

    @cached_property
    def number(self) -> tuple[int, ...]:
        return tuple(map(int, re.findall(r"\d+", self.version)[:3]))

    @cached_property
    def aliases(self) -> set[str]:
        """The names that mean this Python in a pattern or a list: its key, with fewer numbers, its implementation."""
        if self.pyodide:
            return {self.key, self.implementation, "pyodide", f"pyodide-{self.pyodide}"}
        build = "t" if self.free_threaded else ""
        minor = ".".join(self.version.split(".")[:2])
        return {self.key, self.implementation, *(f"{self.implementation}-{n}{build}" for n in (self.version, minor))}

    @property
    def stable(self) -> bool:
        return re.fullmatch(r"[\d.]+", self.version) is not None

    @property
    def family(self) -> tuple[object, ...]:
        """CPython comes first, then its free-threaded builds, then the rest, and what runs in a browser last."""
        return (
            bool(self.pyodide),
            self.implementation != "cpython",
            self.free_threaded,
            self.implementation,
            self.platform,
        )

    @property
    def rank(self) -> tuple[object, ...]:
        """Sorts by family, newest first within one."""
        return (self.family, tuple(-part for part in self.number), not self.stable)


def published_default(found: list[Interpreter]) -> Interpreter:
    """The newest stable CPython with a GIL; where there is none, the first of what there is.

    Where other machines' runs are merged, one of this machine's kind is preferred: verify can run that one again.
    """
    here = {one.platform for one in found if one.executable and not one.pyodide}
    stable = [one for one in found if one.implementation == "cpython" and one.stable and not one.free_threaded]
    return min(stable or found, key=lambda one: (one.platform not in here, one.rank))


def discover(environ: Mapping[str, str] = os.environ, log: Callable[[str], None] = print) -> list[Interpreter]:
    """Every Python to run on, in the order of `Interpreter.rank`.

    `EVERYPYTHON` alone if it is set (paths joined like PATH), else what PATH, pyenv and uv offer, and this Python.
    One that does not start is left out and named in `log`; where EVERYPYTHON names it, that is a ValueError.
    """
    chosen = [path for path in environ.get("EVERYPYTHON", "").split(os.pathsep) if path]
    offers = [[path] for path in chosen] or list(offered(environ))
    with ThreadPoolExecutor(max((os.cpu_count() or 1) - 1, 1)) as pool:  # one is left to import Sphinx: `searching`
        answers = list(pool.map(first_that_starts, offers))
    found: dict[str, Interpreter] = {}
    for interpreter, complaints in answers:
        if chosen and interpreter is None:
            raise ValueError(f"EVERYPYTHON names {'; '.join(complaints)}. Name the path of a Python that runs.")
        for complaint in complaints:
            log(f"skipped {complaint}")
        if interpreter is not None:
            found.setdefault(interpreter.key, interpreter)
    return sorted(found.values(), key=lambda one: one.rank)


@cache
def searching() -> Future[tuple[list[Interpreter], list[str]]]:
    """What `discover` finds and says. It waits for processes, so it is begun while this one imports Sphinx."""
    said: list[str] = []
    pool = ThreadPoolExecutor(1)
    future = pool.submit(lambda: (discover(log=said.append), said))
    pool.shutdown(wait=False)
    return future


def offered(environ: Mapping[str, str]) -> Iterator[list[str]]:
    """Paths to try, the ones that a shell would take for one name together."""
    named: dict[str, list[str]] = {}
    for folder in environ.get("PATH", "").split(os.pathsep):
        for path in sorted(Path(folder or ".").glob("*")) if folder else []:
            if NAMES.fullmatch(path.name):
                named.setdefault(path.name, []).append(str(path))
    yield from named.values()
    home = Path(environ.get("HOME") or environ.get("USERPROFILE") or ".")
    pyenv = Path(environ.get("PYENV_ROOT") or home / ".pyenv") / "versions"
    data = Path(environ.get("XDG_DATA_HOME") or home / ".local/share") / "uv/python"
    of_windows = [Path(environ["APPDATA"]) / "uv/data/python"] if "APPDATA" in environ else []
    uv = [Path(environ["UV_PYTHON_INSTALL_DIR"])] if environ.get("UV_PYTHON_INSTALL_DIR") else [data, *of_windows]
    for root in (pyenv, *uv):
        for path in sorted([*root.glob("*/bin/*"), *root.glob("*/python.exe")]):
            if NAMES.fullmatch(path.name) or path.name == "python.exe":
                yield [str(path)]
    yield [sys.executable]


def first_that_starts(paths: list[str]) -> tuple[Interpreter | None, list[str]]:
    """The first usable interpreter of `paths`, and a complaint for each one passed over."""
    complaints = []
    for path in paths:
        try:
            answer = subprocess.run(
                [path, "-I", "-c", QUESTION], capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            complaints.append(f"{path}, which does not start ({error})")
            continue
        if answer.returncode:
            last = (answer.stderr.strip().splitlines() or [""])[-1]
            complaints.append(f"{path}, which does not start (exit {answer.returncode}: {last})")
            continue
        told = ast.literal_eval(answer.stdout)
        if tuple(map(int, told["language"].split(".")))[:2] < OLDEST:
            return None, [f"{path}, which is Python {told['language']}: the oldest that runs here is 3.10"]
        return Interpreter(**{**told, "flags": tuple(told["flags"])}), complaints
    return None, complaints
