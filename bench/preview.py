"""A cell that is edited while `live` serves the site: how long until its page has what every Python prints."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from bench import clock, notebooks
from bench.tools import Unbuilt

PRINTED = "printed by the cell that was edited"
COMMAND = ("-u", "-m", "everypython", "live", "docs", "docs/_build/live", "refdemo", "examples", "--port", "0")


LIMIT = 300.0
"""Seconds that the preview may take in all."""


def edited(folder: Path, page: str, pythons: int, env: Mapping[str, str], log: Path) -> float:
    """Return the seconds from saving a page's first cell with a new line to its page with every Python's outputs."""
    command = [sys.executable, *COMMAND]
    started = subprocess.Popen(
        command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, start_new_session=True,
    )  # fmt: skip
    with started as process, log.open("a", encoding="utf-8") as file:
        assert process.stdout is not None
        over = threading.Timer(LIMIT, clock.end, [process])
        over.start()
        try:
            address = until(r"(http://\S+)/", process.stdout, file)
            until("made of all pages", process.stdout, file)
            source = folder / "docs" / page
            before = source.read_text(encoding="utf-8")
            began = time.perf_counter()
            source.write_text(with_another_line(before), encoding="utf-8", newline="\n")
            until("on every Python" if pythons > 1 else "on the published default", process.stdout, file)
            seconds = time.perf_counter() - began
            with urllib.request.urlopen(f"{address[1]}/{page.removesuffix('.md')}.html") as answer:
                if answer.read().decode().count(PRINTED) < 2:
                    raise Unbuilt("the edited cell and what it prints are not on its page")
            source.write_text(before, encoding="utf-8", newline="\n")
        finally:
            over.cancel()
            clock.end(process)
    return seconds


def until(pattern: str, lines: IO[str], log: IO[str]) -> re.Match[str]:
    """Return where a line matches; each that comes before is logged."""
    line = ""
    for line in lines:
        log.write(line)
        if found := re.search(pattern, line):
            return found
    raise Unbuilt(f"the preview ended before it said “{pattern}”, with: {line.strip()}")


def with_another_line(text: str) -> str:
    """Return a page whose first cell prints one line more."""
    cell = next(found for found in notebooks.FENCE.finditer(text) if found["kind"] == "code-cell")
    return f"{text[: cell.end('body')]}print({PRINTED!r})\n{text[cell.end('body') :]}"
