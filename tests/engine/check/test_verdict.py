"""What a Python prints stands against publishing in a strict build alone; any other shows and lists it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from everypython.model.interpreters import Interpreter

from ..conftest import FRONT, Site, add_columns, made, this_python
from ..written import built, page

OLD = "CPython 3.10.0"  # older than what runs these tests, which is the published default then


def difference(site: Site) -> None:
    site.page("index", "print('here')")
    add_columns(site, made("3.10.0"), changes={"here": "there"})


def partly_explained(site: Site) -> None:
    site.page("index", "---\ndiffers: {'==3.10': 'it differs (gh-1)'}\n---\nprint('here')")
    add_columns(site, made("3.10.0"), made("7.3.9", "pypy"), changes={"here": "there"})


def reason_without_difference(site: Site) -> None:
    site.page("index", "---\ndiffers: {'==3.10': 'it differs (gh-1)'}\n---\nprint('here')")
    add_columns(site, made("3.10.0"))


def hidden_check(site: Site) -> None:
    site.page(
        "index", "print('before')", "---\ntags: [remove-cell]\n---\nassert 1 == 2, 'they differ'", "print('after')"
    )


def exception(site: Site) -> None:
    site.page("index", "{}['key']")


def crash(site: Site) -> None:
    site.page("index", "print('before')", "import os; os.abort()", "print('after')")


def exit_by_a_program(site: Site) -> None:
    site.write("examples/greet.py", "import sys\nprint('so far')\nsys.exit(3)\n")
    site.write("docs/index.md", "# Index\n\n```{example} greet\n```\n")


FINDINGS: dict[str, tuple[Callable[[Site], None], str, str]] = {
    "a difference": (difference, "no `differs` pattern covers it", "not yet explained"),
    "a difference of some": (partly_explained, "no `differs` pattern covers it", "PyPy 7.3.9: not yet explained"),
    "a reason": (reason_without_difference, "agrees with", f"{OLD} was to differ, and does not: it differs (gh-1)"),
    "a hidden check": (
        hidden_check,
        "raised AssertionError: they differ",
        "What is said here does not hold on NAME: its check ends with AssertionError: they differ.",
    ),
    "an exception": (exception, "raised KeyError: 'key'", "not yet explained"),
    "a crash": (crash, "ended its process (SIGABRT)", "NAME ended its process (SIGABRT)"),
    "an exit": (exit_by_a_program, "ended its process (exit status 3)", "NAME ended its process (exit status 3)"),
}


@pytest.mark.parametrize("make, found, shown", FINDINGS.values(), ids=FINDINGS)
def test_what_is_not_explained_is_refused_strictly_and_else_shown_where_it_happens_and_listed(
    site: Site, make: Callable[[Site], None], found: str, shown: str
) -> None:
    make(site)
    refused = site.build()
    assert refused.returncode == 1 and not (site.root / "out/index.html").exists()
    assert "findings that stand against publishing: 1\n" in refused.stderr and found in refused.stderr

    site.strict = False
    log = site.built("-W").splitlines()
    (said,) = [number for number, line in enumerate(log) if line.startswith("not yet explained: 1 findings")]
    assert found in log[said + 1] and log[said + 2].startswith("build succeeded")
    remarks = [each.get_text() for each in BeautifulSoup(site.html(), "html.parser").select(".because")]
    assert shown.replace("NAME", this_python().name) in remarks
    assert "Traceback" not in site.html(), "it may lead through files of this machine"


def test_a_hidden_check_stays_hidden_and_says_nothing_where_it_holds(site: Site) -> None:
    site.strict = False
    site.page("index", "print('before')", "---\ntags: [remove-cell]\n---\nassert 1, 'secret'", "print('after')")
    site.built()
    assert "secret" not in site.html() and "does not hold" not in site.html()


FAULTS = {
    "a process that does not end": ("while True: pass", "did not end within 2 s"),
    "output without an end": ("import os\nfor _ in range(200): _ = os.write(1, b'x' * 10_000)", "more than 1,000,000"),
    "a reason without a source": ("---\ndiffers: {pypy: it differs}\n---\n1", "names no PEP, issue or document"),
    "an option that there is not": ("---\ndifers: {pypy: gh-1}\n---\n1", "no option `difers`"),
}


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("cell, says", FAULTS.values(), ids=FAULTS)
def test_a_fault_of_the_sources_is_refused_in_every_build(site: Site, cell: str, says: str, strict: bool) -> None:
    site.strict, site.timeout = strict, 2
    site.page("index", cell)
    result = site.build()
    assert result.returncode == 1 and says in result.stderr
    assert not (site.root / "out/index.html").exists()


def test_the_environment_asks_for_strict_builds(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.page("index", "1 / 0")
    site.configure()
    conf = site.root / "docs/conf.py"
    without = conf.read_text(encoding="utf-8").replace("everypython_strict = True\n", "")
    monkeypatch.setattr(Site, "configure", lambda self: {"NO_COLOR": "1", "EVERYPYTHON": self.pythons[0]})
    conf.write_text(without, encoding="utf-8")
    for value, status in {"1": 1, "0": 0, "": 0}.items():
        monkeypatch.setenv("EVERYPYTHON_STRICT", value)
        assert site.build().returncode == status, value


def test_what_failed_in_an_earlier_build_runs_once_more_before_it_is_held_against_a_page(site: Site) -> None:
    site.page("index", f"print(open({str(site.root / 'outside')!r}).read())")
    for strict in (True, False):
        site.strict = strict
        (site.root / "outside").unlink(missing_ok=True)
        assert "FileNotFoundError" in site.build().stdout + site.build().stderr
        site.write("outside", "there again")
        log = site.built()
        assert "running once more what was kept of earlier builds" in log
        assert "there again" in site.html() and "FileNotFoundError" not in site.html()
        site.page("index", f"print(open({str(site.root / 'outside')!r}).read())", "1")


def test_many_findings_are_listed_in_a_short_block(site: Site) -> None:
    site.strict = False
    site.page("index", *["1 / 0"] * 25)
    log = site.built().splitlines()
    (said,) = [number for number, line in enumerate(log) if line.startswith("not yet explained: 25 findings")]
    assert len([line for line in log[said:] if "index.md:" in line]) == 20
    assert "  … and 5 more: EVERYPYTHON_STRICT=1 lists all" in log


def test_a_site_for_which_no_cpython_ran_says_on_top_which_pages_need_one(
    site: Site, pythons: list[Interpreter]
) -> None:
    pypys = [python for python in pythons if python.implementation == "pypy"]
    if not pypys:
        pytest.skip("needs PyPy")
    site.strict = False
    site.page("needs", "import sys\nprint(sys.getrefcount(None))")
    site.page("works", "print('works')")
    site.write("docs/index.md", f"{FRONT}# Index\n\n```{{toctree}}\nneeds\nworks\n```\n")
    site.built()
    assert "No CPython ran" not in site.html()
    site.pythons = [pypys[0].executable]
    site.built()
    top = BeautifulSoup(site.html(), "html.parser").select_one(".because")
    assert top is not None and top.get_text().startswith(f"No CPython ran for this site, only {pypys[0].name}.")
    assert [link["href"] for link in top.select("a")] == ["needs.html"]
    assert "No CPython ran" not in site.html("works")


def test_without_a_cpython_the_pages_are_known_that_need_one(tmp_path: Path) -> None:
    pypy, cpython = made("8.0.1", "pypy"), made("3.15.2")
    text = page("1", "---\ndiffers: {pypy: 'it has none (gh-1)'}\n---\n2")
    printed = {pypy: ["1\n", "AttributeError: none"]}
    assert built(text, printed, tmp_path).needing_cpython() == ["index"]
    assert built(text, {**printed, cpython: ["1\n", "2\n"]}, tmp_path).needing_cpython() == []
    assert built(text, {pypy: ["1\n", "2\n"]}, tmp_path).needing_cpython() == []
