"""What the hosts' files promise, as far as reading them tells."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from .steps import NOT_RUN, READTHEDOCS, ROOT, WORKFLOWS, read, steps

by_name = pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda file: file.stem)


def jobs(workflow: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = read(workflow)["jobs"]
    return found


@by_name
def test_a_workflow_may_read_and_only_publishing_may_publish(workflow: Path) -> None:
    assert read(workflow)["permissions"] == {"contents": "read"}
    more = {name: job["permissions"] for name, job in jobs(workflow).items() if "permissions" in job}
    assert more == ({"deploy": {"pages": "write", "id-token": "write"}} if workflow.stem == "ci" else {})


@by_name
def test_each_job_has_a_time_limit(workflow: Path) -> None:
    assert [name for name, job in jobs(workflow).items() if "timeout-minutes" not in job] == []


@by_name
def test_each_action_is_githubs_own_and_has_a_version(workflow: Path) -> None:
    used = [step["uses"] for job in jobs(workflow).values() for step in job["steps"] if "uses" in step]
    assert [action for action in used if not re.fullmatch(r"actions/[\w-]+@v\d+", action)] == []


def test_the_site_is_published_from_main_when_everything_else_has_passed() -> None:
    ci = jobs(ROOT / ".github/workflows/ci.yml")
    assert (ci["deploy"]["needs"], set(ci["docs"]["needs"])) == ("docs", ci.keys() - {"docs", "deploy"})
    assert "github.ref == 'refs/heads/main'" in ci["deploy"]["if"]


def test_no_command_has_an_expression_pasted_into_it() -> None:
    assert [step.name for step in steps() if "${{" in step.run] == [], "hand it over in `env`: it may hold anything"


def test_each_nox_session_that_a_step_starts_exists() -> None:
    noxfile = ast.parse((ROOT / "noxfile.py").read_text(encoding="utf-8"))
    defined = {node.name for node in noxfile.body if isinstance(node, ast.FunctionDef) and node.decorator_list}
    started = {session for step in steps() for session in step.sessions}
    assert "site" in started and started <= defined


def test_what_a_test_does_not_run_is_a_step_and_has_a_reason() -> None:
    assert [name for name, reason in NOT_RUN.items() if not reason] == []
    assert NOT_RUN.keys() <= {step.name for step in steps()}


def test_all_hosts_install_every_python_that_can_stop_a_build() -> None:
    lists = [read(file)["env"]["PYTHONS"].split() for file in WORKFLOWS]
    lists += [re.findall(r"(?:3\.\d+t?|pypy\S+)", line) for line in read(READTHEDOCS)["build"]["jobs"]["install"][1:]]
    assert [one for one in lists if one != lists[0]] == []
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["everypython"]
    listed = [name.removeprefix("cpython-") for name in settings["interpreters"]]
    assert [name for name in listed if not any(one == name or one.startswith(f"{name}3") for one in lists[0])] == []
