"""What a process runs that is asked for a report from outside: it answers into a folder, and cleans up."""

from __future__ import annotations

import _thread
import json
import os
import sys

BEGUN, ANSWER = "begun", "answer.json"


def begin(folder: str, seconds: float, limit: float, brought: bool) -> None:
    """Begin a report in a thread of its own; if refdemo was `brought` along, forget it at the end."""
    _write(folder, BEGUN, "")
    _thread.start_new_thread(_run, (folder, seconds, limit, brought))


def _run(folder: str, seconds: float, limit: float, brought: bool) -> None:
    try:
        from refdemo.report import report

        found = report(seconds, limit=limit)
        answer: dict[str, object] = {"text": str(found), "report": found.as_json()}
    except Exception as error:
        answer = {"refused": f"{type(error).__name__}: {error}"}
    try:
        _write(folder, ANSWER, json.dumps(answer))
    finally:
        if brought:
            for name in [name for name in sys.modules if name.partition(".")[0] == "refdemo"]:
                del sys.modules[name]


def _write(folder: str, name: str, text: str) -> None:
    """Write a file at once and whole; nothing if nobody waits for it any more."""
    try:
        descriptor = os.open(os.path.join(folder, f"{name}.new"), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(os.path.join(folder, f"{name}.new"), os.path.join(folder, name))
    except OSError:
        return
