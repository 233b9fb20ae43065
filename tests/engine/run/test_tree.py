"""A unit that changes the project's files ends the build, which names it; somebody who saves a file is not blamed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from everypython.model.units import Cell, Options, Unit
from everypython.run.scheduler import Scheduler
from everypython.run.tree import SourceChangedError, Tree

from ..conftest import FRONT, Site, this_python


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where environments are kept, which take a second to make."""
    return tmp_path_factory.mktemp("kept")


@pytest.fixture
def scheduler(tmp_path: Path, kept: Path) -> Scheduler:
    """What runs units beside a project of one file."""
    (tmp_path / "project").mkdir()
    (tmp_path / "project/notes").write_text("first\n", encoding="utf-8")
    return Scheduler(kept, {}, 60, Tree([tmp_path / "project"], []))


def unit(source: str, name: str = "index") -> Unit:
    return Unit("page", name, name, 1, (Cell(source, 8, Options()),), ())


def run(scheduler: Scheduler, *units: Unit) -> list[str]:
    """Runs units on this Python; returns what each printed."""
    results = scheduler.all(units, [this_python()], lambda said: None, False)
    return [results[each, this_python()].cells[0].text for each in units]


def refused(scheduler: Scheduler, *units: Unit) -> str:
    with pytest.raises(SourceChangedError) as error:
        run(scheduler, *units)
    return str(error.value)


DOES = {
    "writes to a file": ("open({path!r}, 'a').write('more')", "changed", "notes"),
    "makes a file": ("import time; open({path!r} + str(time.time_ns()), 'w')", "made", "notes1"),
    "makes a folder": ("import os; os.makedirs({path!r} + '.d', exist_ok=True)", "made", "notes.d"),
    "removes a file": ("import os; os.remove({path!r})", "removed", "notes"),
    "makes a program of a file": ("import os; os.chmod({path!r}, 0o755)", "changed", "notes"),
    "writes as much as there was and puts the time back": (
        "import os\nwas = os.stat({path!r})\nopen({path!r}, 'w').write('other\\n')\n"
        "os.utime({path!r}, ns=(was.st_atime_ns, was.st_mtime_ns))",
        "changed",
        "notes",
    ),
    "sets its time alone": ("import os; os.utime({path!r}, (1, 1))", "changed", "notes"),
}


@pytest.mark.parametrize("source, what, name", DOES.values(), ids=DOES)
def test_whatever_a_unit_does_to_a_file_is_named_with_unit_and_python(
    scheduler: Scheduler, tmp_path: Path, source: str, what: str, name: str
) -> None:
    path = tmp_path / "project" / "notes"
    said = refused(scheduler, unit(source.format(path=str(path))))
    assert f"{what} {path.with_name(name)}" in said
    assert f"index.md:1: on {this_python().key}" in said


@pytest.mark.parametrize("name", ["config", "hooks/post-commit", "HEAD", "refs/heads/main"])
def test_what_decides_which_commits_git_has_and_which_programs_it_runs_is_watched(
    scheduler: Scheduler, tmp_path: Path, name: str
) -> None:
    file = tmp_path / "project/.git" / name
    file.parent.mkdir(parents=True)
    said = refused(scheduler, unit(f"open({str(file)!r}, 'a').write('more')"))
    assert str(file) in said


def test_what_git_writes_meanwhile_is_nobodys_change(scheduler: Scheduler, tmp_path: Path) -> None:
    fetched = tmp_path / "project/.git/refs/remotes/origin/main"
    fetched.parent.mkdir(parents=True)
    written = [str(tmp_path / "project/.git/index"), str(fetched)]
    assert run(scheduler, unit(f"print([open(name, 'w').write('more') for name in {written}])")) == ["[4, 4]\n"]


def test_the_file_that_a_build_prints_into_may_grow(scheduler: Scheduler, tmp_path: Path) -> None:
    log, output = tmp_path / "project/build.log", os.dup(1)
    with log.open("w") as file:
        os.dup2(file.fileno(), 1)
        try:
            scheduler.tree = Tree([tmp_path / "project"], [])
        finally:
            os.dup2(output, 1)
            os.close(output)
    assert run(scheduler, unit(f"print(open({str(log)!r}, 'a').write('more'))")) == ["4\n"]


KEPT = {
    "a kept run": "glob.glob(folder + '/kept/*')[0]",
    "what a build worked out": "folder + '/index'",
    "an environment": "glob.glob(folder + '/environments/*/pyvenv.cfg')[0]",
}


@pytest.mark.parametrize("expression", KEPT.values(), ids=KEPT)
def test_what_builds_keep_is_changed_by_no_unit(tmp_path: Path, expression: str) -> None:
    scheduler = Scheduler(tmp_path / "kept", {}, 60, Tree([], []))
    assert run(scheduler, unit("print(1)")) == ["1\n"]
    source = f"import glob\nfolder = {str(tmp_path / 'kept')!r}\nopen({expression}, 'a').write(' ')"
    with pytest.raises(SourceChangedError, match="must not change what builds keep"):
        run(scheduler, unit(source, "guilty"))


def test_of_units_that_run_at_once_the_one_that_does_it_is_named(scheduler: Scheduler, tmp_path: Path) -> None:
    meanwhile = [unit(f"print({number})", f"innocent{number}") for number in range(2 * (os.cpu_count() or 1))]
    guilty = unit(f"open({str(tmp_path / 'project/notes')!r}, 'a').write('more')", "guilty")
    said = refused(scheduler, *meanwhile[1:], guilty, *meanwhile[:1])
    assert f"guilty.md:1: on {this_python().key}: changed {tmp_path / 'project/notes'}" in said
    assert "innocent" not in said


def test_a_file_that_somebody_saves_is_blamed_on_no_unit(scheduler: Scheduler, tmp_path: Path) -> None:
    begun, notes = str(tmp_path / "begun"), str(tmp_path / "project/notes")
    save = f"import os\nwhile not os.path.exists({begun!r}): pass\nopen({notes!r}, 'w').write('saved')"
    waits = unit(f"open({begun!r}, 'w').close()\nwhile open({notes!r}).read() != 'saved': pass")
    with subprocess.Popen([sys.executable, "-c", save]):
        said = refused(scheduler, waits)
    assert "If that was you, build again" in said and f"changed {notes}" in said
    assert run(scheduler, waits) == [""], "and it is enough to build again"


def test_what_was_changed_before_or_between_runs_is_nobodys_fault(scheduler: Scheduler, tmp_path: Path) -> None:
    assert run(scheduler, unit("print(1)")) == ["1\n"]
    (tmp_path / "project/notes").write_text("second\n", encoding="utf-8")
    assert run(scheduler, unit("print(2)")) == ["2\n"]


def test_a_run_that_changed_something_is_not_kept_and_what_ran_before_it_is(
    scheduler: Scheduler, tmp_path: Path
) -> None:
    fine = unit("print('fine')", "fine")
    run(scheduler, fine)
    guilty = unit(f"open({str(tmp_path / 'project/notes')!r}, 'a').write('more')")
    for _ in range(2):
        assert "index.md:1:" in refused(scheduler, fine, guilty)
    kept = scheduler.store
    assert kept.kept(kept.key(fine, this_python())) and kept.kept(kept.key(guilty, this_python())) is None


@pytest.mark.parametrize("folder", [".git", "_build", "__pycache__", "tools/.venv", "environment", "cache"])
def test_what_tools_write_beside_a_build_is_no_source(scheduler: Scheduler, tmp_path: Path, folder: str) -> None:
    there = tmp_path / "project" / folder
    there.mkdir(parents=True)
    for mark in {"environment": ["pyvenv.cfg"], "cache": ["CACHEDIR.TAG"]}.get(folder, []):
        (there / mark).touch()
    run(scheduler, unit(f"open({str(there / 'log')!r}, 'w').write('written')"))
    assert (there / "log").read_text(encoding="utf-8") == "written"


@pytest.mark.parametrize("name", [".notes.swp", "notes~", ".#notes", "#notes#", "4913"])
def test_somebody_may_have_a_file_open_in_an_editor(scheduler: Scheduler, tmp_path: Path, name: str) -> None:
    beside = tmp_path / "project" / name
    run(scheduler, unit(f"open({str(beside)!r}, 'w').close()"))
    assert beside.exists()


def guilty_site(site: Site) -> Path:
    """A site whose example writes into the folder of its helper."""
    site.page("index", "print('fine')")
    target = site.root / "helper/__init__.py"
    site.write("examples/greet.py", f"print(open({str(target)!r}, 'a').write('# more'))\n")
    site.write("docs/shown.md", "# Shown\n\n```{example} greet\n```\n")
    return target


def test_a_site_with_such_a_unit_is_not_published_now_or_at_the_next_build(site: Site) -> None:
    target = guilty_site(site)
    site.listed = ["cpython-3.0"]  # it is no matter of who may differ: this Python is none that gates
    for alone in (True, False):
        result = site.build(command="everypython build", alone=alone)
        assert result.returncode != 0 and "Nothing was published" in result.stderr
        assert f"shown.md:3: greet.py: on {this_python().key}: changed {target}" in result.stderr
        assert "Traceback" not in result.stderr
        assert not (site.root / "out").exists()


def test_verify_finds_a_unit_that_changes_files_only_when_it_is_perturbed(site: Site) -> None:
    notes = site.root / "docs/notes"
    site.write("docs/notes", "")
    cell = f"import os\nif 'EVERYPYTHON_PERTURBED' in os.environ: open({str(notes)!r}, 'a').write('more')"
    site.write("docs/index.md", f"{FRONT}# Index\n\n```{{code-cell}} python\n{cell}\n```\n")
    site.built()
    result = site.build(command="everypython verify")
    assert result.returncode == 1 and f"changed {notes}" in result.stderr and "Traceback" not in result.stderr
