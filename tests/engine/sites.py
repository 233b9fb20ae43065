"""What tests do with a site that is built: verify it, change it, and read what a build has said and written."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .commands import call, start
from .conftest import Site, this_python


@dataclass
class Verified:
    """How verify ended and what it said."""

    status: int
    lines: list[str]
    error: str


def verify(root: Path, out: Path, *pythons: str, alone: bool = False, options: Sequence[str] = ()) -> Verified:
    """Verify a site on these Pythons, or else on this one; `alone`, in a process of its own."""
    run, named = start if alone else call, pythons or (this_python().executable,)
    variables = {"EVERYPYTHON": os.pathsep.join(named)}
    done = run("everypython", "verify", root / "docs", out, *options, variables=variables)
    assert "Traceback" not in done.stderr, done.stderr
    return Verified(done.returncode, done.stdout.splitlines(), done.stderr.strip())


def publish(site: Site, alone: bool = False) -> None:
    result = site.build(command="everypython build", alone=alone)
    assert result.returncode == 0, result.stderr


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
    file.write_text(text.replace(old, new), encoding="utf-8")


def edit_record(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    record = json.loads((folder / "runs.json").read_text(encoding="utf-8"))
    change(record)
    (folder / "runs.json").write_text(json.dumps(record), encoding="utf-8")


def read_again(log: str) -> set[str]:
    """The pages that Sphinx read."""
    return {
        line.split("]")[1].split()[0] for line in log.splitlines() if line.startswith("reading sources") and "]" in line
    }


def ran(log: str) -> int:
    """How many units were run, over all Pythons."""
    return sum(int(line.split()[1]) for line in log.splitlines() if line.startswith("ran "))


def runs_of(site: Site) -> dict[str, Any]:
    runs: dict[str, Any] = json.loads((site.root / "out/runs.json").read_text(encoding="utf-8"))
    return runs
