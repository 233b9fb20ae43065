"""Which Pythons are found, and what is said of them."""

import os
import subprocess
import sys
import venv
from dataclasses import replace
from pathlib import Path

import pytest
from everypython.model.interpreters import Interpreter, published_default
from everypython.run import discovery
from everypython.run.discovery import discover

HERE = {"EVERYPYTHON": sys.executable}


def silent(skipped: str) -> None:
    """A log that nobody reads."""


def test_everypython_alone_decides_when_it_is_set() -> None:
    found = discover({**os.environ, **HERE}, silent)
    assert [python.language for python in found] == [sys.version.split()[0]]


def test_a_python_found_twice_is_one() -> None:
    both = os.pathsep.join([sys.executable, sys.executable])
    assert len(discover({"EVERYPYTHON": both}, silent)) == 1


def test_a_virtual_environment_stands_for_the_python_it_was_made_from(tmp_path: Path) -> None:
    venv.create(tmp_path / "env", symlinks=os.name != "nt")
    inside = tmp_path / "env" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    (found,) = discover({"EVERYPYTHON": str(inside)}, silent)
    assert not found.executable.startswith(str(tmp_path))


@pytest.mark.skipif(os.name != "posix", reason="writes a shell script as a shim")
def test_a_shim_that_does_not_start_is_skipped_and_named(tmp_path: Path) -> None:
    shim = tmp_path / "python3.99"
    shim.write_text("#!/bin/sh\necho not installed >&2\nexit 127\n")
    shim.chmod(0o755)
    said: list[str] = []
    found = discover({"PATH": str(tmp_path), "HOME": str(tmp_path)}, said.append)
    assert [line for line in said if str(shim) in line and "exit 127: not installed" in line]
    assert [python.language for python in found] == [sys.version.split()[0]], "this Python is always there"


UNUSABLE = {
    "is not there": (None, "No such file"),
    "is no program": ("", "cannot be used"),
    "fails": ("#!/bin/sh\necho no library >&2\nexit 127\n", "it does not start, exit 127: no library"),
    "says nothing": ("#!/bin/sh\nexit 0\n", "it answers something that no Python says"),
    "says something else": ("#!/bin/sh\necho 42\n", "it answers something that no Python says"),
    "is Python 2": ("#!/bin/sh\necho 'Unknown option: -I' >&2\nexit 2\n", "it is older than 3.10"),
}


@pytest.mark.skipif(os.name != "posix", reason="writes a shell script as a Python")
@pytest.mark.parametrize("script, says", UNUSABLE.values(), ids=UNUSABLE)
def test_a_python_named_in_everypython_that_cannot_be_used_is_one_line(
    tmp_path: Path, script: str | None, says: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "python3.12"
    if script is not None:
        path.write_text(script)
        path.chmod(0o755)
    monkeypatch.setenv("EVERYPYTHON", str(path))
    assert discovery.print_found() == 2
    line = capsys.readouterr().err
    assert line.startswith(f"EVERYPYTHON names {path}, which cannot be used (") and line.count("\n") == 1
    assert says in line and line.endswith("Name the path of a Python that runs.\n")


def test_a_python_that_is_too_old_says_which_it_is(tmp_path: Path) -> None:
    question = discovery.QUESTION.replace("(3, 10)", "(99, 0)")
    answer = subprocess.run([sys.executable, "-I", "-c", question], capture_output=True, text=True)
    assert (
        answer.returncode
        and f"it is Python {sys.version.split()[0]}, and the oldest that runs here is" in answer.stderr
    )


def test_what_is_found_is_listed_by_key_and_path(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVERYPYTHON", sys.executable)
    assert discovery.print_found() == 0
    key, path = capsys.readouterr().out.split("\t")
    assert key.startswith("cpython-") and Path(path.strip()).exists()


@pytest.mark.skipif(os.name != "posix", reason="makes symbolic links")
@pytest.mark.parametrize(
    "folder, variable",
    [("versions/any/bin", "PYENV_ROOT"), ("any/bin", "UV_PYTHON_INSTALL_DIR"), ("uv/data/python/any/bin", "APPDATA")],
    ids=["pyenv", "uv", "uv on Windows"],
)
def test_installations_are_found_without_being_on_path(tmp_path: Path, folder: str, variable: str) -> None:
    (tmp_path / folder).mkdir(parents=True)
    link = tmp_path / folder / "python3.98"
    link.write_text(f'#!/bin/sh\necho started > "{tmp_path}/proof"\nexec "{sys.executable}" "$@"\n')
    link.chmod(0o755)
    discover({"PATH": "", "HOME": str(tmp_path / "none"), variable: str(tmp_path)}, silent)
    assert (tmp_path / "proof").exists()


@pytest.mark.parametrize("variable", ["PATH", "PYENV_ROOT", "UV_PYTHON_INSTALL_DIR"])
def test_a_folder_that_cannot_be_looked_into_has_no_pythons(tmp_path: Path, variable: str) -> None:
    unreadable = str(tmp_path / ("x" * 5000))  # so is another user's, but not for root
    found = discover({"PATH": "", "HOME": str(tmp_path), variable: unreadable}, silent)
    assert [python.language for python in found] == [sys.version.split()[0]], "this Python is always there"


def test_what_is_said_of_a_python_is_what_it_says_itself(python: Interpreter) -> None:
    question = "import struct, sys; print(struct.calcsize('P') * 8, sys.implementation.name, *sys.version_info[:3])"
    answer = subprocess.run([python.executable, "-c", question], capture_output=True, text=True, check=True)
    bits, name, *version = answer.stdout.split()
    assert (str(python.pointer_bits), python.implementation) == (bits, name)
    assert python.language == ".".join(version)


def made(version: str, *, free_threaded: bool = False, implementation: str = "cpython") -> Interpreter:
    return Interpreter("x", implementation, version, "3.11.1", free_threaded, 64, "linux-x86_64", "", ())


def test_the_published_default_is_the_newest_stable_cpython_with_a_gil() -> None:
    stable = made("3.14.2")
    others = [made("3.15.0rc1"), made("3.16.0", free_threaded=True), made("9.0.0", implementation="pypy")]
    assert published_default([*others, made("3.9.20"), stable]) is stable


def test_of_two_machines_the_one_that_builds_has_the_published_default() -> None:
    here, elsewhere = made("3.14.2"), replace(made("3.15.1"), executable="", platform="darwin-arm64")
    assert published_default([elsewhere, here]) is here
    assert published_default([elsewhere, made("3.16.0a2")]) is elsewhere, "it is stable"


def test_with_prereleases_alone_the_first_of_them_is_published() -> None:
    assert published_default([made("3.15.0rc1"), made("3.16.0a2")]).version == "3.16.0a2"


def test_a_key_names_implementation_patch_build_and_platform() -> None:
    assert made("3.13.5", free_threaded=True).key == "cpython-3.13.5t-linux-x86_64"
    assert replace(made("3.13.5", free_threaded=True), flags=("Py_DEBUG",)).key == "cpython-3.13.5td-linux-x86_64"


def test_a_debug_build_is_no_published_default_while_there_is_another() -> None:
    debug, plain = replace(made("3.14.10"), flags=("Py_DEBUG",)), made("3.10.13")
    assert published_default([debug, plain]) is plain
    assert published_default([debug]) is debug


@pytest.mark.skipif(os.name != "posix", reason="writes a shell script as a Python")
def test_of_two_builds_with_one_name_the_second_is_left_out_and_named(tmp_path: Path) -> None:
    told = {name: value for name, value in made("3.14.10").identity.items() if name != "key"}
    paths = [tmp_path / "first", tmp_path / "second"]
    for path in paths:
        path.write_text(f'#!/bin/sh\necho "{ {**told, "executable": f"/{path.name}", "build": path.name} }"\n')
        path.chmod(0o755)
    skipped: list[str] = []
    (found,) = discover({"EVERYPYTHON": os.pathsep.join(map(str, paths))}, skipped.append)
    assert found.executable == "/first"
    assert skipped == ["skipped /second, another CPython 3.14.10: /first has the same name"]
