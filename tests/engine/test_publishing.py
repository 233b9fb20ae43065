"""A site is put in place whole and in one step, whatever happens to the build: it fails, it is killed, another runs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from everypython import publish
from everypython.run.lock import held

from .commands import EXTENSIONS, Ended
from .conftest import FRONT, Site

posix = pytest.mark.skipif(os.name != "posix", reason="sends signals")


def published(site: Site, *options: str, alone: bool = False) -> Ended:
    return site.build(*options, command="everypython build", alone=alone)


def begun(site: Site) -> subprocess.Popen[str]:
    """A build in a process of its own, which goes on."""
    command = [sys.executable, "-m", "everypython", "build", str(site.root / "docs"), str(site.root / "out")]
    variables = {**os.environ, "PYTHONPATH": str(EXTENSIONS), "PYTHONUNBUFFERED": "1", **site.configure()}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=variables)


def line_with(build: subprocess.Popen[str], words: str) -> str:
    """What a build says of something, as soon as it does."""
    assert build.stdout
    return next(line for line in build.stdout if words in line)


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_site_is_published_whole(site: Site) -> None:
    site.page("index", "print('one')")
    result = published(site, alone=True)
    assert result.returncode == 0, result.stderr
    assert result.stdout.rstrip().endswith(f" s. The site is at {site.root / 'out' / 'index.html'}")
    assert "one" in site.html()
    assert sorted(path.name for path in site.root.iterdir() if path.name.startswith("out")) == ["out"]


def test_a_site_that_is_built_again_and_is_the_same_stays_where_it_is(site: Site) -> None:
    site.page("index", "print('the', 'same')")
    assert published(site).returncode == 0
    before = (site.root / "out").stat()
    assert published(site).returncode == 0
    assert (site.root / "out").stat().st_ino == before.st_ino
    site.page("index", "print('another')")
    assert published(site).returncode == 0
    assert "another" in site.html() and (site.root / "out").stat().st_ino != before.st_ino


@pytest.mark.parametrize("wrong", ["```{code-cell} python\n1/0\n```", "{unknown}`role`"], ids=["a cell", "a warning"])
def test_a_failed_build_leaves_the_published_site_alone(site: Site, wrong: str) -> None:
    site.page("index", "print('one')")
    assert published(site).returncode == 0
    before = files(site.root / "out")
    site.write("docs/index.md", f"{FRONT}# Index\n\n{wrong}\n")
    for _ in range(2):  # Sphinx alone passes the second time
        result = published(site)
        assert result.returncode != 0
        assert "Nothing was published" in result.stderr
    assert files(site.root / "out") == before


def test_a_page_that_was_removed_leaves_the_published_site(site: Site) -> None:
    site.page("index", "1")
    site.write("docs/gone.md", "---\norphan: true\n---\n# Gone\n")
    assert published(site).returncode == 0
    assert (site.root / "out/gone.html").exists()
    os.unlink(site.root / "docs/gone.md")
    assert published(site).returncode == 0
    assert not [path for path in files(site.root / "out") if "gone" in path.name]


def test_a_draft_that_was_refused_and_removed_is_in_no_later_site(site: Site) -> None:
    site.page("index", "1")
    site.write("docs/draft.md", "---\norphan: true\n---\n# Draft\n\n{unknown}`role`\n")
    assert published(site).returncode != 0
    os.unlink(site.root / "docs/draft.md")
    assert published(site).returncode == 0
    assert not [path for path in files(site.root / "out") if "draft" in path.name]


def test_strict_is_an_option_of_the_command(site: Site) -> None:
    site.strict = False
    site.page("index", "1 / 0")
    result = published(site)
    assert result.returncode == 0, result.stderr
    result = published(site, "--strict")
    assert result.returncode == 1 and "findings that stand against publishing: 1" in result.stderr


def test_a_build_that_was_killed_after_it_had_read_its_pages_is_made_up_for(site: Site) -> None:
    site.write("examples/greet.py", "print('hello')\n")
    site.write("docs/index.md", "# Index\n\n```{example} greet\n```\n")
    assert published(site).returncode == 0
    site.write("examples/greet.py", "print('goodbye')\n")
    site.configure()
    conf = site.root / "docs/conf.py"
    killed = "import os\ndef setup(app):\n    app.connect('env-check-consistency', lambda app, env: os._exit(9))\n"
    conf.write_text(conf.read_text(encoding="utf-8") + killed, encoding="utf-8")
    # not by `build`, which would write conf.py anew
    command = [sys.executable, "-m", "everypython", "build", str(site.root / "docs"), str(site.root / "out")]
    variables = {**os.environ, "PYTHONPATH": str(EXTENSIONS), "EVERYPYTHON": sys.executable}
    assert subprocess.run(command, capture_output=True, env=variables).returncode == 9
    assert "hello" in site.html()
    assert published(site).returncode == 0
    assert "goodbye" in site.html()


@pytest.mark.parametrize("step", ["before the first renaming", "between the two"])
def test_a_build_that_was_killed_while_it_published_has_left_a_site(tmp_path: Path, step: str) -> None:
    site = tmp_path / "site"
    new, old = publish.beside(site)
    for folder in (site, new):
        folder.mkdir()
        (folder / "index.html").write_text(folder.name)
    if step == "between the two":
        site.rename(old)
    publish.recover(site)
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    assert (site / "index.html").read_text() == "site"


def test_two_folders_are_exchanged_in_one_step_or_not_at_all(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "ö 2"
    for folder in (one, other):
        folder.mkdir()
        (folder / "was").write_text(folder.name)
    exchanged = publish.exchange(one, other)
    assert exchanged or sys.platform not in ("linux", "darwin")
    assert ((one / "was").read_text() == "ö 2") == exchanged
    assert not publish.exchange(one, tmp_path / "not there") and one.exists()


def test_a_system_that_cannot_exchange_folders_has_the_new_site_all_the_same(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish, "exchange", lambda one, other: False)
    for word in ("one", "two"):
        (site.root / "built").mkdir(exist_ok=True)
        site.write("built/index.html", word)
        publish.replace(site.root / "out", site.root / "built")
        assert site.html() == word
    assert not [path for path in publish.beside(site.root / "out") if path.exists()]


def test_a_second_build_waits_for_the_first_and_says_for_whom(site: Site) -> None:
    site.page("index", "print('one')")
    with held(site.root / "work.lock", print):
        build = begun(site)
        said = line_with(build, "waiting")
        assert said.startswith(f"waiting for another build of {site.root}, process {os.getpid()}, at work since ")
        assert build.poll() is None and not (site.root / "out").exists()
    build.communicate()
    assert build.returncode == 0 and "one" in site.html()


@pytest.mark.parametrize("removed", ["drawn", "index"])
def test_what_a_build_keeps_it_writes_while_no_other_runs_units(site: Site, removed: str) -> None:
    pytest.importorskip("pygraphviz", reason="draws the picture")
    shown = "class Shown:\n    def _repr_mimebundle_(self, **_):"
    site.page(
        "index", f"{shown}\n        return {{'text/plain': 'a', 'text/vnd.graphviz': 'digraph {{ a }}'}}\nShown()"
    )
    assert published(site).returncode == 0
    runs = site.root / "docs/_build/runs"
    kept = runs / removed
    kept.rename(site.root / removed)
    page = site.root / "docs/index.md"
    page.write_text(page.read_text() + "\nMore.\n")
    with held(runs / "lock", print):
        build = begun(site)
        assert str(runs) in line_with(build, "waiting for another build") and not kept.exists()
    build.communicate()
    assert build.returncode == 0 and kept.exists()


def test_of_two_builds_that_begin_at_once_in_an_empty_folder_both_succeed(site: Site) -> None:
    site.page("index", "import helper\nprint('one', helper.WORD)")
    builds = [begun(site), begun(site)]
    said = [build.communicate()[0] for build in builds]
    assert [build.returncode for build in builds] == [0, 0], said
    assert sum("waiting for another build" in each for each in said) <= 1
    assert "one first" in site.html()


def test_a_lock_file_that_cannot_be_written_is_one_line(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    site.page("index", "1")
    (site.root / "work.lock").mkdir()
    result = published(site)
    assert result.returncode == 1
    first, second = result.stderr.splitlines()
    assert "work.lock" in first and second.startswith("Nothing was published")


@posix
@pytest.mark.parametrize(
    "number",
    [
        signal.SIGTERM,
        *(pytest.param(each, marks=pytest.mark.deep) for each in (signal.SIGINT, signal.SIGHUP, signal.SIGKILL)),
    ],
)
def test_a_build_that_is_ended_ends_what_it_runs_and_the_next_one_is_whole(
    site: Site, tmp_path: Path, number: signal.Signals
) -> None:
    begins, ends = tmp_path / "begins", tmp_path / "ends"
    os.mkfifo(begins)
    os.mkfifo(ends)
    # It holds the second pipe open for as long as it lives, and says so through the first.
    site.page("index", f"held = open({str(ends)!r}, 'w')\nopen({str(begins)!r}, 'w').close()\nwhile True: pass")
    build = begun(site)
    with open(ends, encoding="utf-8") as held, open(begins, encoding="utf-8"):
        build.send_signal(number)
        assert held.read() == "", "this returns when the unit is dead"
    said, _ = build.communicate()
    assert build.returncode != 0 and "Traceback" not in said
    site.page("index", "print('whole')")
    assert published(site).returncode == 0 and "whole" in site.html()
