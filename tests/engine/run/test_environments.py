"""The environments in which units run are made once, whole, and anew when their Python has changed under them."""

from __future__ import annotations

import marshal
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from everypython.model.interpreters import Interpreter
from everypython.model.outcome import Result
from everypython.model.units import Cell, Options, Unit
from everypython.run.environments import Environments, make_environment, python_of
from everypython.run.scheduler import Scheduler
from everypython.run.tree import Tree

from ..commands import forget
from ..conftest import Site, this_python

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a link stands for a Python that is removed")


@pytest.fixture
def removable(tmp_path: Path) -> Interpreter:
    """A Python that can be removed: a link to the one that runs these tests."""
    link = tmp_path / "python3"
    link.symlink_to(this_python().executable)
    return replace(this_python(), executable=str(link))


def unit(source: str) -> Unit:
    return Unit("page", "index", "index", 1, (Cell(source, 8, Options()),), ())


def run(tmp_path: Path, source: str, *pythons: Interpreter) -> tuple[dict[Interpreter, Result], Scheduler]:
    """Run a unit as a new process would, beside what earlier ones have kept."""
    scheduler, one = Scheduler(tmp_path / "runs", {}, 60, Tree([], [])), unit(source)
    results = scheduler.all([one], pythons, lambda line: None, False)
    return {python: result for (_, python), result in results.items()}, scheduler


def text(result: Result) -> str:
    assert result.problem is None, result
    return str(result.cells[0].text)


def environments(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "runs/environments").iterdir())


def test_an_environment_is_made_once(tmp_path: Path, removable: Interpreter) -> None:
    run(tmp_path, "print(1)", removable)
    (before,) = environments(tmp_path)
    inode = before.stat().st_ino
    run(tmp_path, "print(2)", removable)
    assert [each.stat().st_ino for each in environments(tmp_path)] == [inode]


def test_an_environment_whose_python_is_gone_from_it_is_made_anew(tmp_path: Path, removable: Interpreter) -> None:
    run(tmp_path, "print(1)", removable)
    (folder,) = environments(tmp_path)
    inside = python_of(folder)
    inside.unlink()
    inside.symlink_to(tmp_path / "of-an-older-patch")
    results, scheduler = run(tmp_path, "print(2)", removable)
    assert text(results[removable]) == "2\n" and scheduler.environments.gone == {}


def test_an_environment_that_was_cut_short_is_made_anew(tmp_path: Path, removable: Interpreter) -> None:
    run(tmp_path, "print(1)", removable)
    (folder,) = environments(tmp_path)
    folder.rename(folder.with_name(f"half.{folder.name}"))
    python_of(folder.with_name(f"half.{folder.name}")).unlink()
    results, _ = run(tmp_path, "print(2)", removable)
    assert text(results[removable]) == "2\n" and environments(tmp_path) == [folder]


def test_a_python_that_became_another_one_in_its_place_has_no_results(
    tmp_path: Path, removable: Interpreter, other: Interpreter
) -> None:
    run(tmp_path, "print(1)", removable)
    (folder,) = environments(tmp_path)
    for link in (Path(removable.executable), python_of(folder)):
        link.unlink()
        link.symlink_to(other.executable)
    results, scheduler = run(tmp_path, "print(2)", removable)
    assert results == {} and scheduler.environments.gone == {removable: "it is another Python now"}


def test_a_python_that_was_upgraded_since_it_was_found_has_no_environment(tmp_path: Path) -> None:
    found, environments = replace(this_python(), version="3.10.0"), Environments(tmp_path / "of/runs", {})
    with pytest.raises(OSError, match=r"is not CPython 3.10.0.* any more"):
        environments.python(found, ())
    environments.prepare(found, ())
    assert environments.gone == {found: "it is another Python now"}


def test_what_takes_the_place_of_a_python_and_is_none_is_said(tmp_path: Path, removable: Interpreter) -> None:
    environments = Environments(tmp_path / "runs", {})
    inside = environments.python(removable, ())
    environments.usable.clear()
    for link in (Path(removable.executable), inside):
        link.unlink()
        link.symlink_to(shutil.which("true") or pytest.skip("there is no `true` here"))
    environments.prepare(removable, ())
    assert environments.gone == {removable: "it answers something that no Python says"}


def test_where_no_environment_can_be_made_no_python_is_blamed(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file", encoding="utf-8")
    environments = Environments(tmp_path / "runs", {})
    with pytest.raises(OSError, match="runs"):
        environments.prepare(this_python(), ())
    assert environments.gone == {}
    with pytest.raises(OSError, match="cannot make a virtual environment: Traceback"):
        make_environment(this_python(), tmp_path / "runs/made", [])


def test_what_is_compiled_names_the_folder_where_it_will_stand(tmp_path: Path) -> None:
    (tmp_path / "helper").mkdir()
    (tmp_path / "helper/__init__.py").touch()
    make_environment(this_python(), tmp_path / "half", [tmp_path / "helper"], tmp_path / "whole")
    (compiled,) = (tmp_path / "half").rglob("helper/__pycache__/*.pyc")
    source = tmp_path / "whole" / compiled.parents[1].relative_to(tmp_path / "half") / "__init__.py"
    assert marshal.loads(compiled.read_bytes()[16:]).co_filename == str(source)


def test_a_bundle_of_a_pyodide_is_not_asked_what_it_is(tmp_path: Path) -> None:
    assert Environments(tmp_path, {}).answers(tmp_path / "not made", replace(this_python(), pyodide="0.27.0"), ())


def test_a_python_that_was_removed_since_it_was_found_is_left_out_and_the_others_run(
    tmp_path: Path, removable: Interpreter, other: Interpreter
) -> None:
    run(tmp_path, "print(1)", removable)
    Path(removable.executable).unlink()
    results, scheduler = run(tmp_path, "print(2)", removable, other)
    assert text(results.pop(other)) == "2\n"
    assert results == {} and "No such file" in scheduler.environments.gone[removable]


def test_a_python_that_is_removed_while_its_units_run_is_left_out_and_nothing_of_that_is_kept(
    tmp_path: Path, removable: Interpreter
) -> None:
    _, scheduler = run(tmp_path, "print(1)", removable)
    link = removable.executable
    units = [unit(f"import os\nif os.path.exists({link!r}): os.unlink({link!r})\n{number}") for number in range(8)]
    assert scheduler.again([(each, removable) for each in units], lambda line: None) == {}
    assert scheduler.all([unit("print(1)"), *units], [removable], lambda line: None, False) == {}
    assert "No such file" in scheduler.environments.gone[removable]
    forget()
    kept = Scheduler(tmp_path / "runs", {}, 60, Tree([], [])).store.known(units, [this_python()])
    assert [result.problem for result in kept.values()] == [None] * len(kept), "at most what ran before"


def test_a_site_whose_only_python_was_removed_since_it_was_found_is_one_line(
    site: Site, removable: Interpreter, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare = Environments.prepare

    def removed_before(environments: Environments, python: Interpreter, packages: tuple[str, ...]) -> None:
        Path(removable.executable).unlink(missing_ok=True)
        prepare(environments, python, packages)

    site.page("index", "print('here')")
    site.pythons = [removable.executable]
    monkeypatch.setattr(Environments, "prepare", removed_before)
    result = site.build()
    assert result.returncode == 1 and "no Python that was found still runs" in result.stderr
    assert "Traceback" not in result.stderr
