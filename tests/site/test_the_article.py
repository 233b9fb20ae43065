"""The article's demonstrations D1 to D8: what the site shows is what its program prints, run here by each Python."""

import os
import re
import subprocess

import pytest
from everypython.model.interpreters import Interpreter

from .conftest import ROOT, Built


def run_here(python: Interpreter) -> str:
    """What the article's program prints when this test runs it, without the engine."""
    environment = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
    program = ROOT / "examples" / "the_article.py"
    done = subprocess.run([python.executable, str(program)], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def readings(printed: str) -> dict[str, str]:
    """Label and reading of each line, addresses left out."""
    return dict(re.findall(r"^(D\d[^:]*): (.*?)(?: ->.*)?$", re.sub(r"0x[0-9a-f]+", "0x…", printed), re.MULTILINE))


def test_the_site_shows_what_the_program_prints(site: Built, python: Interpreter) -> None:
    here = readings(run_here(python))
    assert {label.split()[0] for label in here} == {"D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8"}
    assert readings(site.printed("background/the-article-checked#the_article", python.key)) == here


def test_the_tutorial_shows_the_same_counts_as_the_program(site: Built, python: Interpreter) -> None:
    if python.implementation != "cpython":
        pytest.skip(f"{python.name} keeps no reference counts")
    here = readings(run_here(python))
    circle = re.findall(r"^(A|B): (\d+)$", site.printed("tutorial/a-circle", python.key), re.MULTILINE)
    if not python.free_threaded:
        assert circle[:2] == [("A", here["D5 A"]), ("B", here["D5 B"])]
    assert (here["D5 A"], here["D5 B"]) == (("not a count",) * 2 if python.free_threaded else ("2", "1"))
    status = re.findall(r"^(Object .*exist\w*)", site.printed("tutorial/the-collector", python.key), re.MULTILINE)
    assert status == [here["D8 A"], here["D8 B"]]


def test_the_two_addresses_agree_crosswise(python: Interpreter) -> None:
    printed = run_here(python)
    (b, a_of_b), (a, b_of_a) = re.findall(r"^D4 \w: (0x\w+), \w: (0x\w+)$", printed, re.MULTILINE)
    assert (b, a_of_b) == (b_of_a, a)
