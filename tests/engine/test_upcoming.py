"""A Python that a site does not have yet prints what the one before it did, or what changed is named."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from everypython.compare import Published
from everypython.interpreters import Interpreter, first_that_starts
from everypython.upcoming import before

from .conftest import EXTENSIONS, FOUND, Site

HERE = first_that_starts([sys.executable])[0] or FOUND[0]
PAST = f"{HERE.implementation}-{'.'.join(HERE.version.split('.')[:2])}.999-{HERE.platform}"


def aged(site: Site, old: str, new: str) -> Path:
    """The site as it was published long ago, with a Python that is not here any more and printed something else."""
    site.built("-q")
    text = (site.root / "out/runs.json").read_text(encoding="utf-8").replace(HERE.key, PAST)
    assert old in text
    record = json.loads(text.replace(old, new))
    record["interpreters"][0]["version"] = PAST.split("-")[1]
    site.write("published/runs.json", json.dumps(record))
    return site.root / "published"


def upcoming(site: Site, published: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(EXTENSIONS), "EVERYPYTHON": HERE.executable}
    command = [sys.executable, "-m", "everypython.upcoming", str(site.root / "docs"), str(published)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def test_a_new_python_that_prints_the_same_passes_and_is_counted(site: Site) -> None:
    site.page("index", "print('same')", "1")
    done = upcoming(site, aged(site, "same", "same"))
    assert done.returncode == 0, done.stderr
    said = f"{HERE.key}: compared with {PAST}\n2 outputs compared (0 vary or are announced): 0 changes\n"
    assert done.stdout == said


def test_an_output_that_a_new_python_changes_is_named_with_page_line_old_and_new(site: Site) -> None:
    site.page("index", "print('new')", "1")
    done = upcoming(site, aged(site, r'"new\n"', r'"old\n"'))
    assert (done.returncode, done.stderr) == (1, "2 outputs compared (0 vary or are announced): 1 change\n")
    line = rf"index.md:8: cell index:1: on {HERE.key}: run as the build does: expected 'old\n', got 'new\n'"
    assert done.stdout.splitlines()[1:] == [line]


@pytest.mark.parametrize(
    "option",
    [f'differs: {{"{PAST}": "gh-1"}}', f'skip: {{"{HERE.key}": "gh-1"}}', 'volatile: {"*": "it varies"}'],
    ids=["differs", "skip", "volatile"],
)
def test_a_change_that_the_page_announces_is_none(site: Site, option: str) -> None:
    site.page("index", "print('same')", f"---\n{option}\n---\nprint('new')")
    published = aged(site, "same", "same")
    text = (published / "runs.json").read_text(encoding="utf-8")
    (published / "runs.json").write_text(text.replace("new", "old"), encoding="utf-8")
    done = upcoming(site, published)
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[1] == "1 output compared (1 vary or are announced): 0 changes"


def test_a_site_of_other_sources_is_a_failure_that_names_the_page(site: Site) -> None:
    site.page("index", "print('same')")
    published = aged(site, "same", "same")
    site.page("index", "print('other')")
    done = upcoming(site, published)
    assert done.returncode == 1
    assert "index.md: unit index: digest of its source: expected" in done.stdout


def test_a_site_that_has_every_python_of_this_machine_is_one_error(site: Site) -> None:
    site.page("index", "1")
    site.built("-q")
    done = upcoming(site, site.root / "out")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith("there is nothing to compare: install a Python that is newer than its Pythons\n")


def made(version: str, platform: str = "linux-x86_64") -> Interpreter:
    number, free = version.rstrip("t"), version.endswith("t")
    return Interpreter("", "cpython", number, number, free, 64, platform, "", ())


@pytest.mark.parametrize(
    "new, old",
    [("3.16.0a2", "3.15.2"), ("3.16.0a2t", "3.14.4t"), ("3.15.3", "3.15.2"), ("3.14.9", "3.14.7"), ("3.13.1", None)],
)
def test_a_python_is_compared_with_the_one_before_it(tmp_path: Path, new: str, old: str | None) -> None:
    there = [made(version) for version in ("3.14.0", "3.14.4t", "3.14.7", "3.15.2")]
    there += [made("3.13.0", "darwin-arm64"), made("3.16.0a1", "darwin-arm64")]
    site = Published(tmp_path, {"interpreters": [one.identity for one in there]})
    found = before(made(new), site)
    assert found == (old and made(old))
