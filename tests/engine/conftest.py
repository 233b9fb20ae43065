"""A small site to build, the Pythons of this machine, and a way to run cells on one of them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from everypython import child
from everypython.interpreters import Interpreter, discover
from everypython.units import Cell, Options, Unit

EXTENSIONS = Path(__file__).parents[2] / "docs" / "_ext"
FOUND = discover(log=lambda skipped: None)

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
"""


@pytest.fixture(params=FOUND, ids=lambda python: python.key)
def python(request: pytest.FixtureRequest) -> Interpreter:
    """Each Python found, in turn."""
    found: Interpreter = request.param
    return found


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., dict[str, Any]]:
    """Runs sources as the cells of a page, or one source as a program, on an interpreter."""
    environments: dict[str, Path] = {}

    def run(python: Interpreter, *sources: str, kind: str = "page", timeout: float = 30) -> dict[str, Any]:
        if python.key not in environments:
            folder = tmp_path_factory.mktemp("environment") / "bare"
            child.make_environment(python, folder, [])
            environments[python.key] = child.python_of(folder)
        cells = tuple(Cell(source, 10 * number, Options()) for number, source in enumerate(sources, 1))
        unit = Unit(kind, "unit", "page", 1, cells, ())
        return child.run(unit, environments[python.key], timeout, f"test-{os.getpid()}-{python.key}")

    return run


@dataclass
class Site:
    """A site of a few files, built by sphinx-build in a process of its own."""

    root: Path
    timeout: int = 20
    pythons: list[str] = field(default_factory=lambda: [sys.executable])
    listed: list[str] = field(default_factory=list)
    theme: str = "basic"
    browser: dict[str, str] = field(default_factory=dict)

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def page(self, name: str, *cells: str) -> None:
        code = "\n\n".join(f"```{{code-cell}} python\n{cell}\n```" for cell in cells)
        self.write(f"docs/{name}.md", f"{FRONT}# {name}\n\n{code}\n")

    def configure(self) -> dict[str, str]:
        """Writes the configuration; returns the environment to build in."""
        self.write(
            "docs/conf.py",
            CONF.format(
                extensions=str(EXTENSIONS),
                timeout=self.timeout,
                listed=self.listed,
                theme=self.theme,
                browser=self.browser,
            ),
        )
        environment = {**os.environ, "NO_COLOR": "1", "PYTHONPATH": str(EXTENSIONS)}  # CI makes Sphinx write in colours
        return {**environment, "EVERYPYTHON": os.pathsep.join(self.pythons)}

    def build(self, *options: str, command: str = "sphinx.cmd.build") -> subprocess.CompletedProcess[str]:
        environment = self.configure()
        return subprocess.run(
            [sys.executable, "-m", command, *options, str(self.root / "docs"), str(self.root / "out")],
            capture_output=True,
            text=True,
            env=environment,
        )

    def built(self, *options: str) -> str:
        """Builds, and returns the log of a build that must succeed."""
        result = self.build(*options)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout + result.stderr

    def html(self, name: str = "index") -> str:
        return (self.root / "out" / f"{name}.html").read_text(encoding="utf-8")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    small = Site(tmp_path)
    small.write("helper/__init__.py", "WORD = 'first'\n")
    small.write("examples/greet.py", "import helper\nprint('greeted', helper.WORD)\n")
    return small
