"""A Python that a site does not have yet prints what the one before it did, or what changed is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from everypython.check.compare import Published
from everypython.check.upcoming import before

from ..commands import Ended, call, start
from ..conftest import FRONT, Site, made, this_python


def past() -> str:
    """Return the key of a Python that is before this one and nowhere any more."""
    return made(f"{'.'.join(this_python().version.split('.')[:2])}.999").key


def aged(site: Site, old: str, new: str) -> Path:
    """The site as it was published long ago, with a Python that is not here any more and printed something else."""
    site.built("-q")
    text = (site.root / "out/runs.json").read_text(encoding="utf-8").replace(this_python().key, past())
    assert old in text
    record = json.loads(text.replace(old, new))
    record["interpreters"][0]["version"] = past().split("-")[1]
    site.write("published/runs.json", json.dumps(record))
    return site.root / "published"


def upcoming(site: Site, published: Path, alone: bool = False) -> Ended:
    run, variables = start if alone else call, {"EVERYPYTHON": this_python().executable}
    done = run("everypython", "upcoming", site.root / "docs", published, variables=variables)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def test_a_new_python_that_prints_the_same_passes_and_is_counted(site: Site) -> None:
    site.page("index", "print('same')", "1")
    done = upcoming(site, aged(site, "same", "same"), alone=True)
    assert done.returncode == 0, done.stderr
    said = f"{this_python().key}: compared with {past()}\n2 outputs compared (0 vary or are announced): 0 changes\n"
    assert done.stdout == said


def test_an_output_that_a_new_python_changes_is_named_with_page_line_old_and_new(site: Site) -> None:
    site.page("index", "print('new')", "1")
    done = upcoming(site, aged(site, r'"new\n"', r'"old\n"'))
    assert (done.returncode, done.stderr) == (1, "2 outputs compared (0 vary or are announced): 1 change\n")
    line = rf"index.md:8: cell index:1: on {this_python().key}: run as the build does: expected 'old\n', got 'new\n'"
    assert done.stdout.splitlines()[1:] == [line]


@pytest.mark.parametrize("was, changes", [("", 0), ("does not hold: one\\n", 1)], ids=["tried less", "did not hold"])
def test_of_claims_counts_whether_they_hold_and_not_in_how_many_ways_they_were_tried(
    site: Site, was: str, changes: int
) -> None:
    site.write("docs/index.md", f"{FRONT}# Index\n\nOne is one. {{claim}}`one_is_one`\n")
    site.write("docs/claims/index.py", "def one_is_one():\n    yield 'one', 1 == 1\n    yield 'two', 2 == 2\n")
    done = upcoming(site, aged(site, r"holds: one\n", was))
    assert done.returncode == min(changes, 1) and f": {changes} change" in done.stdout + done.stderr


@pytest.mark.parametrize(
    "option",
    ['differs: {"PAST": "gh-1"}', 'skip: {"HERE": "gh-1"}', 'volatile: {"*": "it varies"}'],
    ids=["differs", "skip", "volatile"],
)
def test_a_change_that_the_page_announces_is_none(site: Site, option: str) -> None:
    option = option.replace("PAST", past()).replace("HERE", this_python().key)
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


@pytest.mark.parametrize(
    "new, old",
    [("3.16.0a2", "3.15.2"), ("3.16.0a2t", "3.14.4t"), ("3.15.3", "3.15.2"), ("3.14.9", "3.14.7"), ("3.13.1", None)],
)
def test_a_python_is_compared_with_the_one_before_it(tmp_path: Path, new: str, old: str | None) -> None:
    there = [made(version) for version in ("3.14.0", "3.14.4t", "3.14.7", "3.15.2")]
    there += [made(version, platform="darwin-arm64") for version in ("3.13.0", "3.16.0a1")]
    site = Published(tmp_path, {"interpreters": [one.identity for one in there]})
    found = before(made(new), site)
    assert found == (old and made(old))
