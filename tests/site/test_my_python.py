"""The program that readers run on a Python of their own, with this site's units."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from everypython.model.interpreters import Interpreter

from .conftest import Built, found

LARGEST = 400_000  # bytes


def run(site: Built, python: Interpreter, folder: Path, *arguments: str) -> list[str]:
    """Run the site's program in a folder and return the lines that it prints."""
    command = [python.executable, str(site.folder / "my-python.pyz"), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_it_is_small(site: Built) -> None:
    assert (site.folder / "my-python.pyz").stat().st_size <= LARGEST


def test_a_page_has_on_each_python_what_the_site_shows_for_it(site: Built, python: Interpreter, tmp_path: Path) -> None:
    lines = run(site, python, tmp_path, "--page", "tutorial/the-last-reference")
    assert "  0 are yours alone" in lines


@pytest.mark.deep
@pytest.mark.parametrize("place", [0, -1], ids=["the first Python found", "the last"])
def test_a_whole_run_has_the_column_of_its_python_again(site: Built, place: int, tmp_path: Path) -> None:
    python = found()[place]
    lines = run(site, python, tmp_path)
    agrees = re.compile(r"  ([\d,]+) of ([\d,]+) outputs are what the site shows for (.*)")
    [(same, outputs, name)] = [match.groups() for match in map(agrees.fullmatch, lines) if match]
    assert (same, name) == (outputs, python.name)
    assert "  0 are yours alone" in lines and (tmp_path / "my-python.json").exists()
