"""The command line `python -m everypython`: what it says of itself, and of a call that is wrong."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from everypython.__main__ import parser

from .commands import call, start

COMMANDS = ["build", "verify", "record", "crosscheck", "upcoming", "interpreters", "fetch", "live"]
WRONG = [
    [],
    ["publish"],
    ["verify"],
    ["verify", "docs", "site", "more"],
    ["record", "docs"],
    ["live", "--port", "none"],
]


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_a_wrong_call_is_one_line_and_exit_2(arguments: list[str]) -> None:
    done = call("everypython", *arguments, variables={})
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1 and "--help" in done.stderr


def test_help_names_every_command_and_needs_no_sphinx() -> None:
    done = start("everypython", "--help", variables={"PYTHONPROFILEIMPORTTIME": "1"})
    assert done.returncode == 0 and [name for name in COMMANDS if f"    {name}" not in done.stdout] == []
    assert "sphinx" not in done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_says_what_it_does_and_what_it_takes(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args([command, "--help"])
    said = capsys.readouterr().out
    assert ended.value.code == 0 and said.startswith(f"usage: python -m everypython {command} [-h]")
    assert len(said.split("\n\n")[1]) > 50


def test_a_preview_without_watchfiles_says_in_one_line_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    monkeypatch.delitem(sys.modules, "everypython.live", raising=False)
    done = call("everypython", "live", tmp_path, tmp_path / "out", variables={})
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1 and "pip install watchfiles" in done.stderr
