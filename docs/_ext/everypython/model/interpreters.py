"""Find the Pythons of this machine and say exactly what each one is."""

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

NAMES = re.compile(r"(python3\.[1-9]\dt?|pypy3(\.[1-9]\d)?)(\.exe)?")
KEY = re.compile(r"[a-z]\w*-\d{1,4}(\.\d{1,4}){2}((a|b|rc)\d{1,4})?t?d?-\w+-[\w.-]*", re.ASCII)

# Runs in the interpreter asked about, so it is plain old Python. A virtual environment answers for the Python it was
# made from: what happens to be installed in it must not matter. `_base_executable` is the environment's own
# path on CPython 3.10 and PyPy, hence the realpath. What is too old says so in words that Python 2 understands, too.
QUESTION = """
import os, platform, struct, sys
if sys.version_info < (3, 10):
    sys.exit("it is Python %d.%d.%d, and the oldest that runs here is 3.10" % tuple(sys.version_info[:3]))
import sysconfig
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

    @property
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

    @property
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


def discover(environ: Mapping[str, str] = os.environ, log: Callable[[str], None] = print) -> list[Interpreter]:
    """Return every Python to run on, in the order of `Interpreter.rank`.

    `EVERYPYTHON` alone if it is set (paths joined like PATH), else what PATH, pyenv and uv offer, and this Python.
    One that does not start, is too old, or has the key of another one is left out and named in `log`; where EVERYPYTHON
    names one that cannot be used, that is a ValueError.
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
        if interpreter is None:
            continue
        known = found.setdefault(interpreter.key, interpreter)
        if known.identity != interpreter.identity:
            log(f"skipped {interpreter.executable}, another {known.name}: {known.executable} has the same name")
    return sorted(found.values(), key=lambda one: one.rank)


@cache
def searching() -> Future[tuple[list[Interpreter], list[str]]]:
    """Return what `discover` finds and says. It waits for processes, so it is begun while this one imports Sphinx."""
    said: list[str] = []
    pool = ThreadPoolExecutor(1)
    future = pool.submit(lambda: (discover(log=said.append), said))
    pool.shutdown(wait=False)
    return future


def offered(environ: Mapping[str, str]) -> Iterator[list[str]]:
    """Yield paths to try, the ones that a shell would take for one name together."""
    named: dict[str, list[str]] = {}
    for folder in environ.get("PATH", "").split(os.pathsep):
        for path in there(Path(folder), "*") if folder else []:
            if NAMES.fullmatch(path.name):
                named.setdefault(path.name, []).append(str(path))
    yield from named.values()
    home = Path(environ.get("HOME") or environ.get("USERPROFILE") or ".")
    pyenv = Path(environ.get("PYENV_ROOT") or home / ".pyenv") / "versions"
    data = Path(environ.get("XDG_DATA_HOME") or home / ".local/share") / "uv/python"
    of_windows = [Path(environ["APPDATA"]) / "uv/data/python"] if "APPDATA" in environ else []
    uv = [Path(environ["UV_PYTHON_INSTALL_DIR"])] if environ.get("UV_PYTHON_INSTALL_DIR") else [data, *of_windows]
    for root in (pyenv, *uv):
        for path in [*there(root, "*/bin/*"), *there(root, "*/python.exe")]:
            if NAMES.fullmatch(path.name) or path.name == "python.exe":
                yield [str(path)]
    yield [sys.executable]


def there(folder: Path, pattern: str) -> list[Path]:
    """Return what a folder has, if it can be read: it may be another user's."""
    try:
        return sorted(folder.glob(pattern))
    except OSError:
        return []


def first_that_starts(paths: list[str]) -> tuple[Interpreter | None, list[str]]:
    """Return the first usable interpreter of `paths`, and a complaint for each one passed over."""
    complaints: list[str] = []
    for path in paths:
        try:
            return asked(path), complaints
        except (OSError, ValueError) as error:
            complaints.append(f"{path}, which cannot be used ({error})")
    return None, complaints


def asked(path: str | Path) -> Interpreter:
    """Return what the Python at a path says it is.

    Raises OSError or ValueError where it says nothing that can be used.
    """
    try:
        answer = subprocess.run(
            [path, "-I", "-c", QUESTION],
            capture_output=True,
            text=True,
            errors="backslashreplace",
            timeout=60,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired as error:
        raise OSError("it did not answer within a minute") from error
    last = (answer.stderr.strip().splitlines() or ["it says nothing"])[-1]
    if answer.returncode:
        if "-I" in answer.stderr:  # an option since 3.4
            last = "it is older than 3.10, the oldest that runs here"
        raise OSError(last if "oldest that runs" in last else f"it does not start, exit {answer.returncode}: {last}")
    try:
        told = ast.literal_eval(answer.stdout)
        return Interpreter(**{**told, "flags": tuple(told["flags"])})
    except (SyntaxError, TypeError, ValueError, KeyError, AttributeError, RecursionError, MemoryError) as error:
        raise ValueError("it answers something that no Python says") from error


def print_found() -> int:
    """Print what is found here; 2 and one line if EVERYPYTHON names what cannot be used."""
    try:
        found = discover(log=lambda skipped: print(skipped, file=sys.stderr))
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    for python in found:
        print(python.key, python.executable, sep="\t")
    return 0
