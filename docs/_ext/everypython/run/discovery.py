"""Find the Pythons of this machine, and ask each what it is."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path

from ..model.interpreters import Interpreter

NAMES = re.compile(r"(python3\.[1-9]\dt?|pypy3(\.[1-9]\d)?)(\.exe)?")

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
