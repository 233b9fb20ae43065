"""my-python.pyz: what a site's pages, programs and claims do on a Python of its reader."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from everypython.model.interpreters import Interpreter

from ..conftest import FRONT, Site, add_columns, made, this_python

EXAMPLE = "\n```{example} greet\n```\n"
ATTACKS = """
def sums_are_sums():
    yield "of ones", 1 + 1 == 2

def the_language_is_old():
    import sys
    yield "by its number", sys.version_info < (3,)
"""
WAITS = "import os, pathlib, time\npathlib.Path({sign!r}).write_text('runs')\nwhile True: time.sleep(0.1)"


@pytest.fixture
def told(site: Site) -> Site:
    """Return a site with pages, a program, a package, and a claim that holds."""
    site.page("index", "1 + 1", "print('shown')\n'displayed'", "1 / 0")
    site.page("other", "import helper\nhelper.WORD", "import sys\nsys.version")
    site.write("docs/other.md", (site.root / "docs/other.md").read_text(encoding="utf-8") + EXAMPLE)
    site.strict = False
    return site


def run(
    site: Site, folder: Path, *arguments: object, python: str = sys.executable, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run a built site's program in a folder, as a reader does who has saved it there."""
    command = [python, str(site.root / "out/my-python.pyz"), *map(str, arguments)]
    environment = {**os.environ, **variables}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def test_a_python_of_the_site_has_all_its_outputs(told: Site, tmp_path: Path) -> None:
    told.built()
    done = run(told, tmp_path)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert f"  6 of 6 outputs are what the site shows for {this_python().name}" in lines
    assert "  0 are yours alone" in lines
    assert "Nothing is installed or sent" in done.stdout


SIZE = "import tempfile\nprint('first')\nprint('a long path' if len(tempfile.gettempdir()) > 200 else 'a short one')"


@pytest.fixture
def elsewhere(tmp_path: Path) -> str:
    """Return a temporary folder whose name is so long that SIZE prints something else."""
    folder = tmp_path / ("long" * 50)
    folder.mkdir()
    return str(folder)


def test_what_is_a_readers_alone_is_named_with_its_place_and_what_the_nearest_printed(
    told: Site, tmp_path: Path, elsewhere: str
) -> None:
    told.page("own", SIZE)
    told.built()
    done = run(told, tmp_path, TMPDIR=elsewhere)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.partition("  1 is yours alone:\n")[2].splitlines()
    assert lines[:3] == [
        "    own, line 8, cell 1",
        "      yours: a long path",
        f"      {this_python().name}: a short one",
    ]


def test_what_the_site_has_of_another_python_is_told_with_its_name(told: Site, tmp_path: Path, elsewhere: str) -> None:
    told.page("own", SIZE)
    add_columns(told, made("3.12.99"), changes={"a short one": "a long path"})
    told.built()
    done = run(told, tmp_path, TMPDIR=elsewhere)
    shows = [line for line in done.stdout.splitlines() if "what the site shows for" in line]
    assert shows == ["  7 of 7 outputs are what the site shows for CPython 3.12.99"]


def test_a_claim_that_does_not_hold_is_named_with_the_way(told: Site, tmp_path: Path) -> None:
    told.write("docs/claims/said.py", ATTACKS)
    text = "# Said\n\nSums are sums.{claim}`sums_are_sums` Python is old.{claim}`the_language_is_old`\n"
    told.write("docs/said.md", FRONT + text)
    told.built()
    done = run(told, tmp_path)
    assert "  1 of 2 claims hold:" in done.stdout.splitlines()
    assert "does not hold: said, line 8, claim the_language_is_old: by its number" in done.stdout


def test_of_columns_that_agree_as_much_the_likest_is_named(told: Site, tmp_path: Path) -> None:
    add_columns(told, made("3.99.1"))
    told.built()
    assert f"6 of 6 outputs are what the site shows for {this_python().name}" in run(told, tmp_path).stdout


def test_one_page_alone_can_be_asked_for_and_writes_nothing(told: Site, tmp_path: Path) -> None:
    told.built()
    done = run(told, tmp_path, "--page", "index")
    assert done.returncode == 0 and "3 of 3 outputs" in done.stdout
    assert list(tmp_path.glob("*.json")) == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--page", "nowhere"], "there is no page 'nowhere'. There are: index, other"),
        (["--json", "no/such/folder.json"], "no/such/folder.json cannot be written"),
        (["--nonsense"], "unrecognized arguments: --nonsense"),
    ],
)
def test_a_wrong_call_is_one_line_and_runs_nothing(told: Site, tmp_path: Path, arguments: list[str], says: str) -> None:
    told.built()
    done = run(told, tmp_path, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr and done.stderr.count("\n") == 1


def test_what_it_writes_is_a_column_of_the_next_build(told: Site, tmp_path: Path, other: Interpreter) -> None:
    told.built()
    done = run(told, tmp_path, python=other.executable)
    assert done.returncode == 0, done.stderr
    told.write("records/theirs.json", (tmp_path / "my-python.json").read_text(encoding="utf-8"))
    told.built()
    ran = json.loads((told.root / "out/runs.json").read_text(encoding="utf-8"))["interpreters"]
    assert [each["key"] for each in ran].count(other.key) == 1


def test_nothing_says_who_ran_it_and_nothing_is_left_behind(told: Site, tmp_path: Path) -> None:
    told.page("paths", "import os, tempfile\nprint(tempfile.gettempdir(), os.path.expanduser('~'), os.getcwd())", "1/0")
    told.built()
    home = tmp_path / "home of ada-lovelace"
    scratch, here = home / "tmp", home / "work"
    scratch.mkdir(parents=True)
    here.mkdir()
    home.chmod(0o500)
    done = run(told, here, "--html", "page.html", HOME=str(home), TMPDIR=str(scratch), USER="ada-lovelace")
    home.chmod(0o700)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in here.iterdir()) == ["my-python.json", "page.html"]
    assert "ada-lovelace" not in (here / "my-python.json").read_text(encoding="utf-8")
    assert list(scratch.iterdir()) == [] and sorted(path.name for path in home.iterdir()) == ["tmp", "work"]


def column(site: Site, folder: Path, **variables: str) -> dict[str, Any]:
    """Run a built site's program, and return what its file has for the site's pages."""
    done = run(site, folder, **variables)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads((folder / "my-python.json").read_text(encoding="utf-8"))["column"]
    return found


def state(site: Site) -> str:
    script = (site.root / "out/_static/my-python.js").read_text(encoding="utf-8")
    return str(json.loads(script.partition(" = ")[2].rstrip(";\n"))["state"])


def test_the_column_of_a_python_of_the_site_is_that_one(told: Site, tmp_path: Path) -> None:
    told.built()
    found = column(told, tmp_path)
    assert (found["nearest"], found["like"], found["own"]) == (this_python().key, {}, {})
    assert found["agreeing"] == [[this_python().key, found["outputs"]]]


def test_a_column_is_of_one_state_of_the_site(told: Site, tmp_path: Path) -> None:
    told.built()
    found = column(told, tmp_path)
    assert found["site"] == state(told)
    told.page("index", "2 + 2")
    told.built()
    assert found["site"] != state(told)


def test_a_column_has_what_is_alone_like_another_varies_or_is_left_out(
    told: Site, tmp_path: Path, elsewhere: str
) -> None:
    told.page("own", SIZE)
    told.page("varies", "---\nvolatile: {'*': it varies}\n---\nprint('mine')")
    add_columns(told, made("3.12.99"), changes={"a short one": "a long path", "shown": "other words"})
    told.built()
    found = column(told, tmp_path, TMPDIR=elsewhere)
    assert found["nearest"] == this_python().key
    assert found["like"] == {"own:1": made("3.12.99").key}
    assert [(cell, each["kind"], each["printed"]) for cell, each in found["own"].items()] == [
        ("varies:1", "varies", "mine\n")
    ]


def test_a_column_says_which_options_of_a_prediction_are_right(told: Site, tmp_path: Path, elsewhere: str) -> None:
    cell = f"```{{code-cell}} python\n{SIZE}\n```\n"
    options = "".join(f"- {word} {{prints}}`/{word} /`\n" for word in ("short", "long"))
    told.write("docs/asked.md", f"{FRONT}# Asked\n\n:::{{predict}}\nWhich?\n\n{options}:::\n\n{cell}")
    told.built()
    assert column(told, tmp_path, TMPDIR=elsewhere)["own"]["asked:1"]["right"] == [1]


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_whoever_stops_it_finds_nothing_left(site: Site, tmp_path: Path, number: signal.Signals) -> None:
    sign, scratch = tmp_path / "sign", tmp_path / "scratch"
    scratch.mkdir()
    site.page("index", "print('first')")
    site.built()
    program = site.root / "out/my-python.pyz"
    endless = tmp_path / "endless.pyz"
    with_unit(program.with_name("my-python-larger.pyz"), endless, WAITS.format(sign=str(sign)))
    environment = {**os.environ, "TMPDIR": str(scratch)}
    running = subprocess.Popen([sys.executable, str(endless)], cwd=tmp_path, env=environment, stderr=subprocess.PIPE)
    while not sign.exists():
        assert running.poll() is None, running.stderr and running.stderr.read()
        time.sleep(0.01)
    running.send_signal(number)
    _, complaint = running.communicate()
    assert running.returncode == 1 and b"stopped; nothing is left behind" in complaint
    assert list(scratch.iterdir()) == [] and not (tmp_path / "my-python.json").exists()


def with_unit(program: Path, copy: Path, source: str) -> None:
    """Write a copy of a program, in which the first cell is another one."""
    with zipfile.ZipFile(program) as old, zipfile.ZipFile(copy, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "units.json":
                units = json.loads(content)
                units["units"][0]["cells"][0]["source"] = source
                content = json.dumps(units).encode()
            new.writestr(name, content)


def test_a_page_that_ends_early_is_named_and_no_record_is_written(site: Site, tmp_path: Path) -> None:
    site.page("index", "print('first')")
    site.built()
    program = site.root / "out/my-python.pyz"
    with_unit(program.with_name("my-python-larger.pyz"), program, "import os\nos._exit(3)")
    done = run(site, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "index: ended its process (exit status 3)" in done.stdout
    assert "my-python.json is not written" in done.stdout and list(tmp_path.glob("*.json")) == []


@pytest.mark.skipif(os.name != "posix", reason="limits of POSIX")
@pytest.mark.parametrize("most", [0, 4_000], ids=["no folder can be made", "no room for its files"])
def test_where_it_cannot_be_unpacked_that_is_one_line(told: Site, tmp_path: Path, most: int) -> None:
    import resource

    told.built()
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    done = subprocess.run(
        [sys.executable, str(told.root / "out/my-python.pyz")],
        cwd=tmp_path, env={**os.environ, "TMPDIR": str(scratch)}, capture_output=True, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert "my-python.pyz cannot be unpacked" in done.stderr and done.stderr.count("\n") == 1
    assert list(scratch.iterdir()) == []


def test_a_build_that_changes_nothing_writes_it_once(told: Site) -> None:
    told.built()
    program = told.root / "out/my-python.pyz"
    before = program.stat().st_mtime_ns
    told.built()
    assert program.stat().st_mtime_ns == before
    told.page("index", "2 + 2")
    told.built()
    assert program.stat().st_mtime_ns != before


def test_all_that_it_imports_is_in_it_or_in_the_standard_library(told: Site, tmp_path: Path) -> None:
    told.built()
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(told.root / "out/my-python.pyz"), "--page", "index"],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
