"""The folder of a run: it has one place, nothing of it stays, and that of a killed build goes with the next one."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from everypython.run.scratch import remove, remove_abandoned, scratch

from ..commands import EXTENSIONS

pytestmark = pytest.mark.skipif(os.name != "posix", reason="folders are locked as POSIX can")
NAME = "0123456789abcdef"
HOLDS = f"""
import sys
from everypython.run.scratch import scratch
with scratch({NAME!r}) as base:
    print(base, flush=True)
    sys.stdin.readline()
"""


@pytest.fixture(autouse=True)
def temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)


def another_build() -> subprocess.Popen[str]:
    """Start a process that holds the folder."""
    environment = {**os.environ, "PYTHONPATH": str(EXTENSIONS)}
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    return subprocess.Popen([sys.executable, "-c", HOLDS], text=True, env=environment, **streams)


def test_it_is_the_same_in_every_run_and_nothing_of_it_stays(tmp_path: Path) -> None:
    places = []
    for _ in range(2):
        with scratch(NAME) as base:
            (base / "left").write_text("")
            places.append(base)
    assert places[0] == places[1] and list(tmp_path.iterdir()) == []


def test_that_of_a_killed_build_is_removed_and_that_of_a_living_one_is_not(tmp_path: Path) -> None:
    with another_build() as other:
        base = Path(other.stdout.readline().strip())
        remove_abandoned()
        assert base.is_dir()
        with scratch(NAME) as mine:
            assert mine != base
        os.kill(other.pid, signal.SIGKILL)
        other.wait()
        assert base.is_dir()
        remove_abandoned()
        assert list(tmp_path.iterdir()) == []


def test_what_is_no_folder_of_a_run_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "everypython-verify-0123456789ab").mkdir()
    (tmp_path / "everypython-0123456789ab").symlink_to(tmp_path / "everypython-verify-0123456789ab")
    remove_abandoned()
    assert len(list(tmp_path.iterdir())) == 2


def test_it_is_removed_whatever_stands_in_it(tmp_path: Path) -> None:
    base = tmp_path / "base"
    base.mkdir()
    make = "import os\nfor _ in range(3000):\n    os.mkdir('deep'); os.chdir('deep')\nopen('file', 'w')"
    subprocess.run([sys.executable, "-c", make], cwd=base, check=True)
    (base / "closed/inside").mkdir(parents=True)
    (base / "closed").chmod(0)
    os.mkfifo(base / "pipe")
    (base / "link").symlink_to(tmp_path)
    remove(base)
    assert list(tmp_path.iterdir()) == []
