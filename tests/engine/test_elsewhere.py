"""The engine is an ordinary extension: reference/engine shows a project that is none of ours."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from everypython.model.interpreters import Interpreter

from .commands import EXTENSIONS

HERE = Path(__file__).parent / "elsewhere"
BUILD, VERIFY = (HERE / "steps.sh").read_text(encoding="utf-8").splitlines()
PAGE = EXTENSIONS.parent / "reference" / "engine.md"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project whose site is built."""
    folder = tmp_path_factory.mktemp("elsewhere") / "project"
    shutil.copytree(HERE, folder)
    done = run(BUILD, folder)
    assert done.returncode == 0, done.stderr
    return folder


def run(step: str, folder: Path) -> subprocess.CompletedProcess[str]:
    _, *command = shlex.split(step)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment = {**kept, "PYTHONPATH": str(EXTENSIONS)}
    return subprocess.run([sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True)


def soup(project: Path, page: str) -> BeautifulSoup:
    return BeautifulSoup((project / "site" / page).read_text(encoding="utf-8"), "html.parser")


def test_a_project_elsewhere_has_the_outputs_of_every_python(project: Path, pythons: list[Interpreter]) -> None:
    index, versions = soup(project, "index.html"), soup(project, "versions.html")
    assert "[('a', 'b'), ('b', 'c'), ('c', 'd')]" in index.get_text()
    told = {cell.get_text(strip=True) for cell in versions.select("table td")}
    assert {" ".join(python.language.split(".")[:2]) for python in pythons} <= told


def test_it_has_a_chooser_of_every_python(
    project: Path, pythons: list[Interpreter], two_pythons: tuple[Interpreter, Interpreter]
) -> None:
    options = soup(project, "index.html").select(".chooser option")
    assert {python.key for python in pythons} <= {str(option["value"]) for option in options}


@pytest.mark.pythons
def test_its_site_can_be_verified_and_a_change_of_it_is_found(project: Path) -> None:
    assert run(VERIFY, project).returncode == 0
    page = project / "site" / "index.html"
    before = page.read_text(encoding="utf-8")
    page.write_text(before.replace("(&#39;a&#39;", "(&#39;z&#39;").replace("('a'", "('z'"), encoding="utf-8")
    assert page.read_text(encoding="utf-8") != before
    changed = run(VERIFY, project)
    page.write_text(before, encoding="utf-8")
    assert changed.returncode == 1 and "index" in changed.stdout + changed.stderr


def test_the_page_shows_each_file_of_it_and_is_short() -> None:
    shown = set(re.findall(r"\{literalinclude\} \S+elsewhere/(\S+)", PAGE.read_text(encoding="utf-8")))
    files = {file.relative_to(HERE).as_posix() for file in HERE.rglob("*.*") if file.suffix != ".pyc"}
    assert shown == files - {"parts/__init__.py"}  # a package as any other
    lines = [line for name in shown for line in (HERE / name).read_text(encoding="utf-8").splitlines()]
    assert len(lines) <= 40
