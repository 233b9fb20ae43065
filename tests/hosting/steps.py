"""The steps of the hosts' files, read from their YAML, and those that a test here does not run, with the reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml  # which MyST needs

ROOT = Path(__file__).parents[2]
READTHEDOCS = ROOT / ".readthedocs.yaml"
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))

FETCHES_PYTHONS = "uv fetches Pythons from their makers' servers"
NEEDS_PYODIDE = "needs Chromium and three Pyodides, and the nox session of that name is the same test"
NOT_RUN = {
    "Install the Pythons": FETCHES_PYTHONS,
    "python -m uv python install 3.10 3.11 3.12 3.13 3.14 3.15 3.13t 3.14t pypy3.11": FETCHES_PYTHONS,
    "Test": "is how this test is run, too",
    "Test deeply": "takes most of an hour, and runs in this project's own CI",
    "Read and run the site in a browser": NEEDS_PYODIDE,
    "Measure the site's quality": NEEDS_PYODIDE,
}


def read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return content


@dataclass(frozen=True)
class Step:
    """One command of a host's file; `variables` are those that the file gives it."""

    file: str
    job: str
    name: str
    run: str
    variables: tuple[tuple[str, str], ...] = ()

    @cached_property
    def sessions(self) -> list[str]:
        """The nox sessions that it starts."""
        return re.findall(r"\bnox -s ([\w-]+)", self.run)


def steps() -> list[Step]:
    """Every step that runs a command, in the order of its file."""
    return [*on_github(), *on_readthedocs()]


def on_github() -> Iterator[Step]:
    for file in WORKFLOWS:
        workflow = read(file)
        for job, about in workflow["jobs"].items():
            for step in about["steps"]:
                if "run" in step:
                    given = {
                        name: str(value) for of in (workflow, about, step) for name, value in of.get("env", {}).items()
                    }
                    yield Step(file.name, job, step["name"], step["run"], tuple(given.items()))


def on_readthedocs() -> Iterator[Step]:
    jobs = read(READTHEDOCS)["build"]["jobs"]
    for job, commands in (("install", jobs["install"]), ("build", jobs["build"]["html"])):
        for command in commands:
            yield Step(READTHEDOCS.name, job, command, command)
