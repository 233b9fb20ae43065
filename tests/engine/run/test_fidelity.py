"""Published outputs are what plain Python prints: what the runner alters is measured here, and may not grow."""

import ast
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from everypython.model.interpreters import Interpreter
from everypython.model.outcome import Result
from everypython.run import environments, process

Run = Callable[..., Result]

# Every observable that a demonstration could stumble on, each with a name.
OBSERVE = """
import atexit, builtins, gc, os, signal, sys, threading, warnings
main = sys.modules["__main__"]
def depth():
    frame, steps = sys._getframe(), 0
    while frame: frame, steps = frame.f_back, steps + 1
    return steps
def ask(module, name, *arguments):
    return getattr(module, name)(*arguments) if hasattr(module, name) else None
seen = {
    "modules": sorted(sys.modules), "argv": sys.argv, "path": sys.path[0], "flags": [*sys.flags],
    "names in main": sorted(name for name in vars(main) if name.startswith("__")), "name": __name__,
    "loader of main": str(main.__loader__), "builtins of main": type(main.__builtins__).__name__,
    "names in builtins": sorted(vars(builtins)), "file in tracebacks": depth.__code__.co_filename,
    "hooks": [sys.displayhook is sys.__displayhook__, sys.excepthook is sys.__excepthook__, sys.gettrace()],
    "limits": [sys.getrecursionlimit(), sys.getswitchinterval()], "threads": threading.active_count(),
    "collector": [gc.isenabled(), gc.garbage,
                  *[ask(gc, "get_" + what) for what in ("threshold", "debug", "freeze_count")]],
    "callbacks": [len(getattr(gc, "callbacks", [])), ask(atexit, "_ncallbacks")],
    "signals": [str(signal.getsignal(number)) for number in (signal.SIGINT, signal.SIGTERM)],
    "descriptors": sorted(os.listdir("/proc/self/fd")) if os.path.exists("/proc/self/fd") else [],
    "streams": [[s.encoding, s.errors, s.isatty(), s.line_buffering] for s in (sys.stdout, sys.stderr)],
    "warnings": len(warnings.filters), "environment": sorted(os.environ), "stack depth": depth(),
}
stats, thresholds, counter = ask(gc, "get_stats"), ask(gc, "get_threshold"), ask(gc, "get_count")
if thresholds:  # how far the collector is: what it has counted since the process began, more or less
    seen["collector's counter"] = stats[0]["collections"] * thresholds[0] + counter[0]
_ = gc.collect()
seen["tracked objects"] = len(gc.get_objects())
print(seen)
"""

# All that may differ, and by how much. Readers are told: nothing may be added because it is convenient.
ALTERED = {
    "stack depth": 3,  # the runner's module, its main and its run
    "tracked objects": 200,  # the runner's functions, frames and lists: 60 at most; 145 on PyPy, which lists all
    "collector's counter": 200,  # what making them counts
    "file in tracebacks": None,  # <string>, where the prompt says <stdin>
}


def typed(python: Interpreter, source: str, folder: Path) -> str:
    """What plain Python prints for a program on its standard input, under the same conditions."""
    environment = {**process.FIXED, "PATH": os.defpath, **dict.fromkeys(("HOME", "TMPDIR", "TEMP", "TMP"), str(folder))}
    environment.update({name: os.environ[name] for name in process.INHERITED if name in os.environ})
    environments.make_environment(python, folder / "environment", [])
    command = [*process.unrandomised(), str(environments.python_of(folder / "environment"))]
    done = subprocess.run(command, input=source, capture_output=True, text=True, env=environment, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_the_runner_alters_is_known(python: Interpreter, run: Run, tmp_path: Path) -> None:
    (outcome,) = run(python, OBSERVE).cells
    assert outcome.error is None, outcome.error
    ours, plain = ast.literal_eval(outcome.text), ast.literal_eval(typed(python, OBSERVE, tmp_path))
    # a program on standard input has a file's names for "<stdin>", the prompt has not
    plain["names in main"] = [name for name in plain["names in main"] if name not in ("__file__", "__cached__")]
    altered = {name for name in plain if ours[name] != plain[name]}
    assert altered <= ALTERED.keys(), {name: (plain[name], ours[name]) for name in altered - ALTERED.keys()}
    for name in altered:
        most = ALTERED[name]
        assert most is None or abs(ours[name] - plain[name]) <= most, (name, plain[name], ours[name])


def test_a_displayed_object_has_the_count_it_has_in_a_script(python: Interpreter, run: Run, tmp_path: Path) -> None:
    if python.implementation != "cpython":
        pytest.skip(f"{python.name} keeps no reference counts")
    shown = run(python, "import sys\nx = [1, 2]", "x", "x", "sys.getrefcount(x)").cells
    script = typed(python, "import sys\nx = [1, 2]\nprint(x)\nprint(sys.getrefcount(x))\n", tmp_path).split("\n")
    assert [shown[1].data["text/plain"], shown[3].data["text/plain"]] == script[:2]


def test_a_displayed_object_dies_when_its_last_name_goes(python: Interpreter, run: Run) -> None:
    if python.implementation != "cpython":
        pytest.skip(f"{python.name} frees at a collection, not at once")
    cells = ["import weakref\nclass A: pass\na = A()\nwitness = weakref.ref(a)", "a", "del a", "witness() is None"]
    assert run(python, *cells).cells[-1].data["text/plain"] == "True"
