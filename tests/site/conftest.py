"""The real site, built once for all tests of this folder, as `nox -s docs` builds it, and the Pythons it ran on."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from everypython.model.interpreters import Interpreter
from everypython.model.outcome import Outcome
from filelock import FileLock

from tests import pythons

ROOT = Path(__file__).parents[2]


@cache
def found() -> list[Interpreter]:
    """Return the Pythons that this site runs on: in `deep` every one, else the newest and the oldest usual CPython.

    The others take as long as all of these together, and `nox -s strict` builds with them as well.
    """
    every = pythons.found()
    if "EVERYPYTHON_SITE" in os.environ or os.environ.get("EVERYPYTHON_TESTS") == "all":
        return every
    return [python for python in every if python.implementation == "cpython" and not python.abi] or every


def printed(variant: dict[str, Any]) -> Outcome:
    """What the Pythons of a variant printed."""
    return Outcome("".join(output["text/plain"] for output in variant["outputs"]))


@dataclass(frozen=True)
class Built:
    """A built site and what is in it."""

    folder: Path

    @cached_property
    def runs(self) -> dict[str, Any]:
        runs: dict[str, Any] = json.loads((self.folder / "runs.json").read_text(encoding="utf-8"))
        return runs

    @cached_property
    def cells(self) -> list[dict[str, Any]]:
        """Every cell of every page and every example."""
        return [cell for unit in self.runs["units"] for cell in unit["cells"]]

    @cached_property
    def keys(self) -> list[str]:
        return [interpreter["key"] for interpreter in self.runs["interpreters"]]

    @cached_property
    def parsed(self) -> dict[str, BeautifulSoup]:
        """Every page's content, by its name. It is shared by all tests: none may change it."""
        names = {path.relative_to(self.folder).with_suffix("").as_posix(): path for path in self.folder.rglob("*.html")}
        texts = {name: names[name].read_text(encoding="utf-8") for name in sorted(names)}
        gc.disable()  # collections, now and in other tests, would look through millions of elements again and again
        parsed = {name: BeautifulSoup(text, "html.parser") for name, text in texts.items()}
        gc.freeze()
        gc.enable()
        return parsed

    @cached_property
    def by_id(self) -> dict[str, dict[str, Tag]]:
        """Every page's elements that have an id, by the page's name and the id."""
        return {name: {str(each["id"]): each for each in page.find_all(id=True)} for name, page in self.parsed.items()}

    def pages(self) -> Iterable[tuple[str, BeautifulSoup]]:
        """Every page's name and content."""
        return self.parsed.items()

    def printed(self, unit: str, key: str) -> str:
        """All that one Python printed for a unit."""
        (found,) = [one for one in self.runs["units"] if one["id"] == unit]
        return "\n".join(
            output["text/plain"]
            for cell in found["cells"]
            for variant in cell["variants"]
            if key in variant["interpreters"]
            for output in variant["outputs"]
        )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test that asks for `python` or `cpython` each that was found, in turn."""
    for name in {"python", "cpython"}.intersection(metafunc.fixturenames):
        members = [one for one in found() if name in ("python", one.implementation)]
        metafunc.parametrize(name, members, ids=lambda one: one.key)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all tests of the site as depending on the Pythons of this machine, which it ran on."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("pythons")


def build(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a module of the engine or of Sphinx, which judges nothing unless it is told to."""
    inherited = {name: value for name, value in os.environ.items() if name != "EVERYPYTHON_STRICT"}
    environment = {**inherited, "NO_COLOR": "1", "PYTHONPATH": str(ROOT / "docs/_ext"), **variables}
    return subprocess.run([sys.executable, "-m", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The built site, or the one that EVERYPYTHON_SITE names. The first worker that needs it builds it for all."""
    if os.environ.get("EVERYPYTHON_SITE"):
        return Built(Path(os.environ["EVERYPYTHON_SITE"]))
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder = shared / "built" / "site"
    with FileLock(shared / "built.lock"):
        if not folder.exists():
            named = os.pathsep.join(python.executable for python in found())
            alone = "-Deverypython_records="  # a contributor may have some of other machines
            result = build("everypython", "build", "docs", str(folder), alone, EVERYPYTHON=named)
            assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
    return Built(folder)


@pytest.fixture
def several() -> None:
    """Skips a test where readers have nothing to choose."""
    if len(found()) < 2:
        pytest.skip("needs two Pythons: this machine has one, and nothing is to be chosen")
