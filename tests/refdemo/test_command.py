import functools
import json
import os
import pkgutil
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from raw_memory import LIMIT

import refdemo
from refdemo.__main__ import MORE
from refdemo._trials.verdicts import VERDICTS

PACKAGE = Path(refdemo.__file__).parent
ISOLATED = "import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); runpy.run_module('refdemo', None, '__main__', True)"
ESCAPE = "\x1b["


def environment(**variables):
    asked = {"NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM"}
    return {**{name: value for name, value in os.environ.items() if name not in asked}, **variables}


def command(*arguments, python=(), **variables):
    """What `python -m refdemo` did, started without a terminal."""
    line = [sys.executable, *python, "-m", "refdemo", *arguments]
    env = environment(PYTHONPATH=str(PACKAGE.parent), **variables)
    return subprocess.run(line, capture_output=True, text=True, timeout=LIMIT, env=env, stdin=subprocess.DEVNULL)


@functools.cache
def text(*arguments, **variables):
    done = command(*arguments, **variables)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def on_a_terminal(**variables):
    """What `python -m refdemo` writes to a terminal."""
    ours, theirs = os.openpty()
    line = [sys.executable, "-m", "refdemo"]
    env = environment(PYTHONPATH=str(PACKAGE.parent), **variables)
    with subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, env=env) as process:
        os.close(theirs)
        written = b""
        try:
            while part := os.read(ours, 4096):
                written += part
        except OSError:  # how Linux says that the other side is closed
            pass
    os.close(ours)
    assert process.returncode == 0
    return written.decode()


class TestTheText:
    def test_has_every_demonstration_and_claim_with_its_verdict(self):
        lines = text().splitlines()
        names = [line.split()[0] for line in lines if line[:1] in ("C", "D") and line[1:2].isdigit()]
        assert names == [f"D{number}" for number in range(1, 9)] + [f"C{number}" for number in range(1, 18)]
        said = [line.strip().partition(":")[0] for line in lines if line.startswith("     ")]
        assert sum(word in ("agrees", "differs") for word in said) == 8
        assert sum(word in VERDICTS for word in said) == 17

    def test_names_the_python(self):
        first = text().splitlines()[0]
        assert first.startswith(
            f"refdemo {refdemo.__version__} on {'PyPy' if hasattr(sys, 'pypy_version_info') else 'CPython'}"
        )

    @pytest.mark.parametrize(("columns", "widest"), [("400", 100), ("100", 100), ("60", 60)])
    def test_fits_the_terminal_and_a_hundred_columns(self, columns, widest):
        width = max(map(len, text(COLUMNS=columns).splitlines()))
        assert widest - 15 <= width <= widest

    def test_ends_with_what_else_there_is_and_all_of_that_is_there(self):
        *_, more = text(COLUMNS="100").rstrip().split("\n\n")
        assert " ".join(more.split()) == MORE and more in text("--help", COLUMNS="102")
        names = re.findall(r"refdemo(?:\.\w+)+", MORE)
        assert len(names) > 3 and all(map(pkgutil.resolve_name, names))

    def test_is_ascii_for_every_console(self):
        assert text().isascii()

    def test_warns_of_nothing(self):
        done = command(python=("-W", "error", "-X", "dev"))
        assert (done.returncode, done.stderr) == (0, "")


class TestColour:
    def test_is_left_out_of_a_pipe(self):
        assert ESCAPE not in text()

    def test_is_there_when_it_is_forced(self):
        coloured = text(FORCE_COLOR="1")
        words = sum(coloured.count(f"m{word}{ESCAPE}0m:") for word in ("agrees", "differs", *VERDICTS))
        assert words > 8 and coloured.count(ESCAPE) == 2 * words

    def test_and_stays_out_when_it_is_forbidden(self):
        assert ESCAPE not in text(FORCE_COLOR="1", NO_COLOR="1")
        assert ESCAPE in text(FORCE_COLOR="1", NO_COLOR="")  # no-color.org: set and not empty

    @pytest.mark.skipif(not hasattr(os, "openpty"), reason="no pseudo-terminals here")
    @pytest.mark.parametrize(
        ("variables", "coloured"), [({"TERM": "xterm"}, True), ({"TERM": "dumb"}, False), ({"NO_COLOR": "1"}, False)]
    )
    def test_is_there_on_a_terminal_that_has_it(self, variables, coloured):
        assert (ESCAPE in on_a_terminal(**variables)) is coloured

    def test_is_only_that_of_the_verdicts(self):
        coloured = text(FORCE_COLOR="1")
        for code in ("31", "32", "33", "36", "0"):
            coloured = coloured.replace(f"{ESCAPE}{code}m", "")
        assert ESCAPE not in coloured


class TestJson:
    def test_has_what_the_text_has(self):
        found = json.loads(text("--json"))
        assert list(found) == ["refdemo", "interpreter", "demonstrations", "claims"]
        assert found["refdemo"] == refdemo.__version__
        assert found["interpreter"]["implementation"] == sys.implementation.name
        assert [set(each) for each in found["demonstrations"]] == [{"id", "what", "expected", "seen", "agrees"}] * 8
        assert [set(each) for each in found["claims"]] == [{"id", "claim", "seen", "verdict"}] * 17
        assert {type(each["agrees"]) for each in found["demonstrations"]} == {bool}
        assert {each["verdict"] for each in found["claims"]} <= set(VERDICTS)

    def test_has_no_colour_however_forced(self):
        assert ESCAPE not in text("--json", FORCE_COLOR="1")


class TestOptions:
    def test_help_says_what_there_is(self):
        assert "--json" in text("--help")

    @pytest.mark.parametrize("wrong", ["--colour", "--js"])
    def test_one_that_there_is_not_is_one_clear_error(self, wrong):
        done = command(wrong)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.splitlines()[-1] == f"python -m refdemo: error: unrecognized arguments: {wrong}"
        assert "Traceback" not in done.stderr


def test_a_reader_who_leaves_early_sees_no_traceback():
    line = [sys.executable, "-m", "refdemo"]
    env = environment(PYTHONPATH=str(PACKAGE.parent))
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env) as process:
        process.stdout.close()
        assert process.stderr.read() == b""


class TestItRunsFromTheFilesOfThePackageAlone:
    """As from a wheel, which holds the same files: with no other path than the standard library's."""

    def ran_isolated(self, place, folder):
        line = [sys.executable, "-I", "-S", "-c", ISOLATED, str(place), "--json"]
        done = subprocess.run(line, capture_output=True, text=True, timeout=LIMIT, cwd=folder, env=environment())
        assert (done.returncode, done.stderr) == (0, "")
        return len(json.loads(done.stdout)["claims"])

    def test_copied_to_another_folder(self, tmp_path):
        shutil.copytree(PACKAGE, tmp_path / "copy" / "refdemo", ignore=shutil.ignore_patterns("__pycache__"))
        (tmp_path / "empty").mkdir()
        assert self.ran_isolated(tmp_path / "copy", tmp_path / "empty") == 17

    def test_in_an_archive(self, tmp_path):
        with zipfile.ZipFile(tmp_path / "refdemo.whl", "w") as archive:
            for file in PACKAGE.rglob("*.py"):
                archive.write(file, file.relative_to(PACKAGE.parent))
        assert self.ran_isolated(tmp_path / "refdemo.whl", tmp_path) == 17

    def test_and_leaves_no_file_where_it_ran(self, tmp_path):
        line = [sys.executable, "-m", "refdemo"]
        env = environment(PYTHONPATH=str(PACKAGE.parent))
        subprocess.run(line, capture_output=True, timeout=LIMIT, cwd=tmp_path, env=env, check=True)
        assert list(tmp_path.iterdir()) == []
