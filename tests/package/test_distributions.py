"""What `nox -s package` has built holds what it should, and anybody can install and run it."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from everypython.model.interpreters import Interpreter
from everypython.run.discovery import discover

ROOT = Path(__file__).parents[2]
DIST = Path(os.environ.get("REFDEMO_DIST", "nowhere"))
PACKAGE = {
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "refdemo").rglob("*")
    if path.is_file() and path.suffix != ".pyc"
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each test every Python found, and one to the test of the sdist, from which the wheel is built anyway."""
    if "python" in metafunc.fixturenames:
        found = discover(log=lambda skipped: None)
        metafunc.parametrize(
            "python", found[:1] if "sdist" in metafunc.function.__name__ else found, ids=lambda one: one.key
        )


pytestmark = pytest.mark.skipif("REFDEMO_DIST" not in os.environ, reason="`nox -s package` builds what is tested here")


def test_the_wheel_holds_the_package_with_its_types_and_its_licence() -> None:
    (wheel,) = DIST.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        (licence,) = (archive.read(name).decode() for name in names if name.endswith("licenses/LICENSE"))
    assert "refdemo/py.typed" in names
    assert licence == (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert {name for name in names if ".dist-info/" not in name} == PACKAGE


def test_the_sdist_holds_what_builds_the_wheel_and_nothing_else() -> None:
    (sdist,) = DIST.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert names == PACKAGE | {"LICENSE", "README.md", "pyproject.toml", "PKG-INFO"}


@pytest.fixture
def environment(tmp_path: Path, python: Interpreter) -> Path:
    """The Python of a new environment in which nothing but pip is installed."""
    folder = tmp_path / "environment"
    made = [sys.executable, "-m", "virtualenv", "--quiet", "--no-periodic-update", "-p", python.executable, str(folder)]
    subprocess.run(made, check=True)
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def installed(environment: Path, *what: str) -> None:
    pip = [str(environment), "-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *what], check=True)


def says_where_it_is_and_runs(environment: Path, scratch: Path) -> None:
    where = [str(environment), "-I", "-c", "import refdemo; print(refdemo.__file__)"]
    found = subprocess.run(where, cwd=scratch, capture_output=True, text=True, check=True).stdout
    assert environment.parents[1] in Path(found).parents
    ran = subprocess.run([str(environment), "-I", "-m", "refdemo"], cwd=scratch, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout


def test_the_wheel_installs_without_a_network_and_runs(environment: Path, tmp_path: Path) -> None:
    installed(environment, "--no-index", "--find-links", str(DIST), "refdemo")
    says_where_it_is_and_runs(environment, tmp_path)


def test_the_sdist_installs_and_runs(environment: Path, tmp_path: Path) -> None:
    (sdist,) = DIST.glob("*.tar.gz")
    installed(environment, str(sdist))
    says_where_it_is_and_runs(environment, tmp_path)
