"""Reports of another process, in which nothing was prepared: by `sys.remote_exec` (PEP 768), from 3.14 on."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import refdemo
from refdemo._reporting import attached
from refdemo.report import _loaded

_PREPARE = (
    "Prepare the process instead: `import refdemo.report, signal; refdemo.report.on_signal(signal.SIGUSR1)`, "
    "and then `kill -USR1 PID`"
)
_SCRIPT = """\
import time
if time.time() < {deadline!r}:
    import sys
    brought = "refdemo" not in sys.modules
    if brought:
        from importlib.util import module_from_spec, spec_from_file_location
        spec = spec_from_file_location("refdemo", {init!r}, submodule_search_locations=[{package!r}])
        sys.modules["refdemo"] = module_from_spec(spec)
        spec.loader.exec_module(sys.modules["refdemo"])
    from refdemo._reporting.attached import begin
    begin({folder!r}, {seconds!r}, {limit!r}, brought)
"""


class NoReport(Exception):
    """There is no report of a process; the message says why, and what to do instead."""


def report_of(pid: int, seconds: float, limit: float, timeout: float) -> dict[str, object]:
    """Return the report of another process: its text under "text", and its values as JSON's types under "report"."""
    if not hasattr(sys, "remote_exec"):
        raise NoReport(f"a process is asked from outside by Python 3.14 or newer. {_PREPARE}")
    _loaded(seconds, limit)  # so that what is wrong with them is said here, and that the process finds it all compiled
    folder = Path(tempfile.mkdtemp(prefix="refdemo-report-"))
    try:
        script = folder / "ask.py"
        script.write_text(_script(folder, seconds, limit, timeout), encoding="utf-8")
        _hand_over(folder, pid)
        _execute(pid, str(script))
        _wait(folder / attached.BEGUN, timeout, pid)
        answer = _wait(folder / attached.ANSWER, seconds + limit + timeout, pid)
    finally:
        if not (folder / attached.BEGUN).exists():
            _withdraw(pid)
        shutil.rmtree(folder, ignore_errors=True)
    found: dict[str, object] = json.loads(answer)
    if "refused" in found:
        raise NoReport(f"process {pid}: {found['refused']}")
    return found


def _script(folder: Path, seconds: float, limit: float, timeout: float) -> str:
    package = Path(refdemo.__file__).parent.resolve()
    return _SCRIPT.format(
        deadline=time.time() + timeout,
        init=str(package / "__init__.py"),
        package=str(package),
        folder=str(folder),
        seconds=seconds,
        limit=limit,
    )


def _hand_over(folder: Path, pid: int) -> None:
    """Let another user's process read the folder and write into it, where this one may decide that."""
    if not hasattr(os, "chown") or os.geteuid() != 0:
        return
    try:
        owner = os.stat(f"/proc/{pid}")
    except OSError:  # not on Linux, or it is gone, which the next step tells
        return
    for each in (folder, *folder.iterdir()):
        os.chown(each, owner.st_uid, owner.st_gid)


def _execute(pid: int, script: str) -> None:
    try:
        sys.remote_exec(pid, script)  # type: ignore[attr-defined]
    except ProcessLookupError:
        raise NoReport(f"there is no process {pid}") from None
    except PermissionError:
        raise NoReport(
            f"this user may not look into process {pid}: ask as its owner or as root; Linux may want "
            "kernel.yama.ptrace_scope = 0, a container the capability SYS_PTRACE"
        ) from None
    except (OSError, RuntimeError, ValueError, NotImplementedError) as error:
        if not _exists(pid):
            raise NoReport(f"there is no process {pid}") from None
        this = ".".join(map(str, sys.version_info[:2]))
        raise NoReport(
            f"process {pid} cannot be asked: {error}. It has to be a Python {this} as this one is, and not "
            "started with -X disable-remote-debug"
        ) from None


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _wait(file: Path, seconds: float, pid: int) -> str:
    ends = time.monotonic() + seconds
    while not file.exists():
        if not _exists(pid):
            raise NoReport(f"process {pid} ended before it answered")
        if time.monotonic() > ends:
            raise NoReport(
                f"process {pid} did not answer within {seconds:g} s, and goes on as before: its main thread runs no "
                "Python code now. It may wait for input; ask again when it has work"
            )
        time.sleep(0.05)
    return file.read_text(encoding="utf-8")


def _withdraw(pid: int) -> None:
    """Have a process that has not come to the script yet run nothing: a file that is gone would be an error there."""
    try:
        sys.remote_exec(pid, os.devnull)  # type: ignore[attr-defined]
    except Exception:  # it has ended, or could not be asked at all
        return
