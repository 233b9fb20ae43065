"""The commands of the hosts' files do what they should: each runs here, in order, in a clone of the last commit.

One Python stands for all of them, and Pyodide is left out: `nox -s browser` has it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import venv
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
from everypython.model.interpreters import Interpreter
from everypython.run.discovery import discover

from .steps import NOT_RUN, ROOT, Step, steps

INHERITED = ("HOME", "LANG", "TMPDIR", "PIP_CERT", "PIP_FIND_LINKS", "SSL_CERT_FILE")
GIVEN = {
    "CI": "true",
    "GITHUB_REPOSITORY": "owner/site",
    "GITHUB_REPOSITORY_OWNER": "owner",
    "RUNNER_OS": "Linux",
    "RUNNER_ARCH": "X64",
    "READTHEDOCS_GIT_CLONE_URL": "https://example.org/owner/site.git",
}
RUN = [step for step in steps() if step.name not in NOT_RUN]

pytestmark = [
    pytest.mark.skipif("EVERYPYTHON_HOSTING" not in os.environ, reason="`nox -s hosting` runs what takes minutes"),
    pytest.mark.skipif(os.name != "posix" or not shutil.which("bash"), reason="the commands are bash's"),
]


@cache
def stable() -> list[Interpreter]:
    """Return the stable CPythons of this machine, the newest first. They are asked once, and not before a test runs."""
    found = discover(log=lambda skipped: None)
    return [one for one in found if one.implementation == "cpython" and one.stable]


@dataclass
class Host:
    """A machine of its own, as a step sees it."""

    clone: Path
    scratch: Path
    said: dict[str, str] = field(default_factory=dict)

    def variables(self, step: Step) -> dict[str, str]:
        """What the machine and the host give every step, what earlier steps said, and what its file says."""
        machine = {name: os.environ[name] for name in INHERITED if name in os.environ}
        newer, older, *_ = stable()
        python = newer if step.sessions == ["upcoming"] else older  # the site has the older one
        return {
            **machine,
            "PATH": f"{self.scratch / 'venv/bin'}{os.pathsep}{os.environ['PATH']}",
            "EVERYPYTHON": python.executable,
            "EVERYPYTHON_CACHE": str(self.scratch / "cache"),  # this and the next: there is no Pyodide to be had
            "npm_config_cache": str(self.scratch / "npm"),
            "npm_config_offline": "true",
            "GITHUB_ENV": str(self.scratch / "env"),
            "READTHEDOCS_OUTPUT": str(self.scratch / "output"),
            **GIVEN,
            **self.said,
            **{name: self.expanded(value, step) for name, value in step.variables},
        }

    def expanded(self, value: str, step: Step) -> str:
        """A value with its expressions replaced; one that is not known here is an error."""
        published = f"{(self.clone / 'docs/_build/site').as_uri()}/"
        known = {
            "github.server_url": "https://example.org",
            "github.repository": GIVEN["GITHUB_REPOSITORY"],
            "vars.REFDEMO_SITE": published if step.file == "weekly.yml" else "",
        }
        return re.sub(r"\$\{\{ *(.*?) *\}\}", lambda found: known[found[1]], value)

    def run(self, step: Step) -> str:
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step.run]
        done = subprocess.run(
            command, cwd=self.clone, env=self.variables(step), stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{done.stdout[-3000:]}{done.stderr[-3000:]}"
        told = self.scratch / "env"
        if told.exists():
            self.said |= dict(line.split("=", 1) for line in told.read_text(encoding="utf-8").splitlines())
        return done.stdout + done.stderr


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Host:
    if len(stable()) < 2:
        pytest.skip(f"needs two CPythons, one newer than the published site: this machine has {len(stable())}")
    scratch = tmp_path_factory.mktemp("host")
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(scratch / "clone")], check=True)
    venv.create(scratch / "venv", with_pip=True)
    return Host(scratch / "clone", scratch)


@pytest.mark.parametrize("step", RUN, ids=lambda step: f"{step.file}: {step.job}: {step.name}")
def test_a_step_does_what_it_should(host: Host, step: Step) -> None:
    host.run(step)
    if step.name == "Record what the Pythons print":  # what upload-artifact and download-artifact do then
        (host.clone / "runs").mkdir()
        (host.clone / "runs-Linux-X64.json").rename(host.clone / "runs/away.json")
        rename_the_machine(host.clone / "runs/away.json")
    if step.name == "Say where the site is read":
        assert host.said == {"REFDEMO_SITE": "https://owner.github.io/site/"}
    if step.name == "Build the site":
        runs = json.loads((host.clone / "docs/_build/site/runs.json").read_text(encoding="utf-8"))
        assert {one["platform"] for one in runs["interpreters"]} == {stable()[1].platform, "elsewhere-x86_64"}
    if step.name.startswith("cp "):
        assert (host.scratch / "output/html/index.html").exists()


def rename_the_machine(record: Path) -> None:
    """Makes another machine's record of one that was made here."""
    text = record.read_text(encoding="utf-8")
    assert stable()[1].platform in text
    record.write_text(text.replace(stable()[1].platform, "elsewhere-x86_64"), encoding="utf-8")
