"""Builds that are killed, that find no room or no permission, and what they tell of the machine: nothing is lost."""

from __future__ import annotations

import getpass
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.commands import EXTENSIONS, Ended, start
from tests.engine.conftest import Site, small_site
from tests.engine.sites import publish

pytestmark = [pytest.mark.deep, pytest.mark.skipif(os.name != "posix", reason="POSIX's signals and permissions")]
ATTEMPTS = 20
SECRET = "do-not-publish-a1b2c3"


@pytest.fixture(autouse=True)
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A temporary folder of these builds' own: beside them, other tests use the system's."""
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
        monkeypatch.setenv("TMPDIR", folder)
        yield Path(folder)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    small = small_site(tmp_path)
    pages = {"start": "print('first')", **{f"page{number}": f"print({number})" for number in range(8)}}
    for name, cell in pages.items():
        small.page(name, cell)
    small.write("docs/index.md", "\n".join(["# contents", "", "```{toctree}", *pages, "```", ""]))
    return small


def started(site: Site, **variables: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "everypython", "build", str(site.root / "docs"), str(site.root / "out")]
    environment = {**os.environ, "PYTHONPATH": str(EXTENSIONS), **site.configure(), **variables}
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, text=True, env=environment, start_new_session=True, **streams)


def refused(result: Ended) -> list[str]:
    """Return the lines that a build has written before it ended in an error, of which none is a traceback."""
    assert result.returncode == 1 and "Traceback" not in result.stderr, result.stderr
    return result.stderr.splitlines()


def test_a_build_killed_at_any_moment_leaves_a_whole_site_and_the_next_one_is_whole(
    site: Site, temporary: Path
) -> None:
    publish(site, alone=True)
    drawn = random.Random(24)
    began = time.monotonic()
    site.page("start", "print('again')")
    publish(site, alone=True)
    longest = time.monotonic() - began
    for attempt in range(ATTEMPTS):
        before = site.html("start")
        site.page("start", f"print('attempt {attempt}')")
        build = started(site)
        try:
            build.communicate(timeout=drawn.uniform(0, longest))
        except subprocess.TimeoutExpired:
            os.killpg(build.pid, signal.SIGKILL)
        build.communicate()
        pages = list((site.root / "out").glob("*.html"))
        assert len(pages) >= 10 and all("</html>" in page.read_text(encoding="utf-8") for page in pages)
        assert site.html("start") == before or f"attempt {attempt}" in site.html("start")
    publish(site, alone=True)
    assert f"attempt {ATTEMPTS - 1}" in site.html("start")
    left = [
        each for each in Path(tempfile.gettempdir()).glob("everypython-[0-9a-f]*") if each.stat().st_uid == os.getuid()
    ]
    assert left == []
    assert not [each for each in site.root.iterdir() if each.name.startswith("out.")]


def test_of_three_builds_at_once_each_waits_for_the_one_before(site: Site) -> None:
    builds = [started(site) for _ in range(3)]
    said = [build.communicate()[0] for build in builds]
    assert [build.returncode for build in builds] == [0, 0, 0]
    assert sum("waiting for another build" in text for text in said) == 2
    assert "first" in site.html("start")


def test_a_lock_of_a_dead_build_holds_nobody_up(site: Site) -> None:
    publish(site, alone=True)
    build = started(site)
    os.killpg(build.pid, signal.SIGKILL)
    build.communicate()
    (site.root / "work.lock").touch()
    publish(site, alone=True)


def test_a_file_where_environments_stand_is_one_line_and_its_remedy(site: Site) -> None:
    (site.root / "docs/_build/runs").mkdir(parents=True)
    (site.root / "docs/_build/runs/environments").write_text("")
    said = refused(site.build(command="everypython build", alone=True))
    assert any("environments" in line for line in said) and len(said) <= 3, said


def test_a_package_in_an_environment_that_somebody_emptied_is_put_there_again(site: Site) -> None:
    site.page("start", "import helper", "print(helper.WORD)")
    publish(site, alone=True)
    for package in (site.root / "docs/_build/runs/environments").glob("*helper*/lib/*/site-packages/helper"):
        shutil.rmtree(package)
    site.page("start", "import helper", "print(helper.WORD * 2)")
    publish(site, alone=True)
    assert "firstfirst" in site.html("start")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 8 MB, where this user may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no disk can be mounted here")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_folder_that_cannot_be_written_is_two_lines(site: Site, small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    result = start("everypython", "build", site.root / "docs", small_disk / "out", variables=site.configure())
    said = refused(result)
    assert "Read-only file system" in said[0] and said[1].startswith("Nothing was published"), said


def test_a_disk_without_room_loses_nothing(site: Site, small_disk: Path) -> None:
    publish(site, alone=True)
    before = site.html("start")
    moved = small_site(small_disk)
    shutil.copytree(
        site.root / "docs", small_disk / "docs", dirs_exist_ok=True, ignore=shutil.ignore_patterns("_build")
    )
    shutil.copytree(site.root / "out", small_disk / "out")
    (small_disk / "filled").write_bytes(bytes(shutil.disk_usage(small_disk).free - 200_000))
    moved.page("start", "print('more')")
    result = moved.build(command="everypython build", alone=True)
    assert result.returncode and moved.html("start") == before
    assert "No space left" in result.stderr, result.stderr
    (small_disk / "filled").unlink()
    publish(moved, alone=True)
    assert "more" in moved.html("start")


def test_no_secret_of_the_machine_stands_in_any_byte_of_the_site(site: Site, tmp_path: Path) -> None:
    home = tmp_path / "home-of-somebody"
    home.mkdir()
    (home / ".netrc").write_text(SECRET)
    cells = [
        "import os, getpass, platform\nprint(sorted(os.environ), list(os.environ.values()))",
        "print(os.path.expanduser('~'), os.listdir(os.path.expanduser('~')))",
        "name = os.path.expanduser('~/.netrc')\nprint(open(name).read() if os.path.exists(name) else 'none')",
    ]
    site.page("start", *cells)
    variables = {"HOME": str(home), "SECRET_TOKEN": SECRET, "USER": SECRET, "LOGNAME": SECRET}
    build = started(site, **variables)
    said = build.communicate()
    assert build.returncode == 0, said
    names = [SECRET, str(home), str(site.root), *([getpass.getuser()] if getpass.getuser() != "root" else [])]
    for file in (site.root / "out").rglob("*"):
        content = file.read_bytes() if file.is_file() else b""
        assert [name for name in names if name.encode() in content] == [], file
