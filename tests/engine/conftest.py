"""A small site to build, the Pythons of this machine, and a way to run cells on one of them."""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from everypython.model.interpreters import Interpreter
from everypython.model.outcome import Result
from everypython.model.units import Cell, Options, Unit
from everypython.run import environments, process
from everypython.run.discovery import first_that_starts

from tests.pythons import found

from .commands import EXTENSIONS, Ended, call, start
from .written import python

HERE = Path(__file__).parent
FRONT = "---\nfile_format: mystnb\nkernelspec:\n  name: python3\n---\n"
CONF = """
import sys
sys.path.insert(0, {extensions!r})
project = "small"
extensions = ["myst_nb", "everypython"]
html_theme = {theme!r}
everypython_packages = ["../helper"]
everypython_examples = "../examples"
everypython_timeout = {timeout}
everypython_interpreters = {listed}
everypython_records = "../records"
everypython_browser = {browser}
everypython_strict = {strict}
"""


@cache
def this_python() -> Interpreter:
    """Return the Python that runs the tests. EVERYPYTHON may name others only."""
    here, complaints = first_that_starts([sys.executable])
    assert here, complaints
    return here


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test that asks for `python` each Python found, in turn."""
    if "python" in metafunc.fixturenames:
        metafunc.parametrize("python", found(), ids=lambda python: python.key)


OF_MACHINE = {"python", "pythons", "two_pythons", "three_pythons", "other"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that use other Pythons of this machine than the one that runs the tests."""
    for item in items:
        if isinstance(item, pytest.Function) and HERE in item.path.parents and OF_MACHINE & {*item.fixturenames}:
            item.add_marker("pythons")


@pytest.fixture(autouse=True)
def no_other_python(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the machine's other Pythons from every test that is not marked: it does the same on any machine."""
    if request.node.get_closest_marker("pythons") is None:
        monkeypatch.setenv("EVERYPYTHON", sys.executable)


@pytest.fixture
def pythons() -> list[Interpreter]:
    """Return every Python found."""
    return found()


def at_least(number: int, words: str) -> list[Interpreter]:
    """Return every Python found, or skip the test if there are fewer than it needs."""
    if len(found()) < number:
        pytest.skip(f"needs {words} Pythons: this machine has {len(found())}")
    return found()


@pytest.fixture
def two_pythons() -> tuple[Interpreter, Interpreter]:
    """The first and the last Python, which differ the most."""
    first, *_, last = at_least(2, "two")
    return first, last


@pytest.fixture
def three_pythons() -> tuple[Interpreter, Interpreter, Interpreter]:
    """The first, the second and the last Python."""
    first, second, *_, last = at_least(3, "three")
    return first, second, last


@pytest.fixture
def other() -> Interpreter:
    """A Python that is not the one that runs the tests."""
    others = [python for python in found() if python.key != this_python().key]
    if not others:
        pytest.skip("needs another Python than the one that runs the tests")
    return others[0]


@pytest.fixture(scope="session", autouse=True)
def environments_are_made_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Make each environment that tests need once, and give every store a copy of it."""
    make, lock = environments.make_environment, threading.Lock()
    made: dict[tuple[Any, ...], Path] = {}

    def copy(interpreter: Interpreter, folder: Path, packages: list[Path], final: Path | None = None) -> None:
        wanted = interpreter, *((package.name, environments.content_digest(package)) for package in packages)
        with lock:
            if wanted not in made:
                original = tmp_path_factory.mktemp("environments") / "made"
                make(interpreter, original, packages, final)
                made[wanted] = original
        shutil.copytree(made[wanted], folder, symlinks=True, dirs_exist_ok=True)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(environments, "make_environment", copy)
        yield


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Result]:
    """Runs sources as the cells of a page, or one source as a program, on an interpreter."""
    made: dict[str, Path] = {}

    def run(python: Interpreter, *sources: str, kind: str = "page", timeout: float = 60) -> Result:
        if python.key not in made:
            folder = tmp_path_factory.mktemp("environment") / "bare"
            environments.make_environment(python, folder, [])
            made[python.key] = environments.python_of(folder)
        cells = tuple(Cell(source, 10 * number, Options()) for number, source in enumerate(sources, 1))
        unit = Unit(kind, "unit", "page", 1, cells, ())
        return process.run(unit, made[python.key], timeout, f"test-{os.getpid()}-{python.key}")

    return run


@dataclass
class Site:
    """A site of a few files, and the commands that are given to it."""

    root: Path
    timeout: int = 60
    pythons: list[str] = field(default_factory=lambda: [sys.executable])
    listed: list[str] = field(default_factory=list)
    theme: str = "basic"
    browser: dict[str, str] = field(default_factory=dict)
    strict: bool = True  # whether a build ends because of what a Python printed
    engine: Path = EXTENSIONS  # the folder that the engine is imported from, by a build in a process of its own

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def page(self, name: str, *cells: str) -> None:
        code = "\n\n".join(f"```{{code-cell}} python\n{cell}\n```" for cell in cells)
        self.write(f"docs/{name}.md", f"{FRONT}# {name}\n\n{code}\n")

    def configure(self) -> dict[str, str]:
        """Write the configuration and return the variables to build with."""
        settings = {"timeout": self.timeout, "listed": self.listed, "theme": self.theme, "browser": self.browser}
        self.write("docs/conf.py", CONF.format(extensions=str(self.engine), strict=self.strict, **settings))
        return {"NO_COLOR": "1", "EVERYPYTHON": os.pathsep.join(self.pythons)}  # CI makes Sphinx write in colours

    def build(self, *options: str, command: str = "sphinx.cmd.build", alone: bool = False) -> Ended:
        """Build, or give another command to the site and its output; `alone`, in a process of its own."""
        run = start if alone else call
        return run(*command.split(), *options, self.root / "docs", self.root / "out", variables=self.configure())

    def record(self, name: str = "away.json", alone: bool = False) -> Ended:
        """Record what this site's Pythons print into the folder that its builds read."""
        (self.root / "records").mkdir(exist_ok=True)
        run, file = start if alone else call, self.root / "records" / name
        return run("everypython", "record", self.root / "docs", file, variables=self.configure())

    def crosscheck(self, alone: bool = False) -> Ended:
        """Compare this site's pages with Jupyter's kernel."""
        run = start if alone else call
        return run("everypython", "crosscheck", self.root / "docs", variables=self.configure())

    def built(self, *options: str) -> str:
        """Build, and return the log of a build that must succeed."""
        result = self.build(*options)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout + result.stderr

    def html(self, name: str = "index") -> str:
        return (self.root / "out" / f"{name}.html").read_text(encoding="utf-8")


def made(version: str, implementation: str = "cpython", platform: str = "") -> Interpreter:
    """Return a Python of which there is only a description, on this machine's platform unless another is named."""
    return python(version, implementation=implementation, platform=platform or this_python().platform)


def add_columns(
    site: Site, *pythons: Interpreter, changes: dict[str, str] | None = None, file: str = "away.json"
) -> None:
    """Add Pythons to the builds of a site whose pages are written, as a record does.

    They print what this one prints, but for words that `changes` maps to others.
    """
    recorded = replace(site, pythons=[sys.executable]).record("here")
    assert recorded.returncode == 0, recorded.stderr
    here = json.loads((site.root / "records/here").read_text(encoding="utf-8"))
    columns = [renamed(here, python, changes or {}) for python in pythons]
    content = {**here, **{name: [one for each in columns for one in each[name]] for name in ("interpreters", "runs")}}
    site.write(f"records/{file}", json.dumps(content))


def renamed(record: dict[str, Any], python: Interpreter, changes: dict[str, str]) -> dict[str, Any]:
    """Return the record of one Python as that of another, which printed other words."""

    def changed(text: str) -> str:
        for old, new in changes.items():
            text = text.replace(old, new)
        return text

    content = deepcopy(record)
    content["interpreters"] = [json.loads(json.dumps(python.identity))]
    for run in content["runs"]:
        run["interpreter"] = python.key
        for cell in run["cells"]:
            cell["text"] = changed(cell["text"])
            cell["data"] = cell["data"] and {kind: changed(text) for kind, text in cell["data"].items()}
    return content


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return small_site(tmp_path)


def small_site(root: Path) -> Site:
    """Return a site with a package and an example, and no page yet."""
    small = Site(root)
    small.write("helper/__init__.py", "WORD = 'first'\n")
    small.write("examples/greet.py", "import helper\nprint('greeted', helper.WORD)\n")
    return small
