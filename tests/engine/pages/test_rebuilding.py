"""What is built, and what is run again when something changed. Each test builds a small site, most of them twice."""

import os
import shutil
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from everypython.model.interpreters import Interpreter

from ..commands import EXTENSIONS
from ..conftest import Site, add_columns, made, this_python
from ..sites import edit, ran, read_again, runs_of


@pytest.fixture
def told(site: Site) -> Site:
    """Three pages: one uses the helper, one shows an example, one does neither."""
    site.page("index", "import helper\nprint('says', helper.WORD)")
    site.page("alone", "print('all', 'alone')")
    site.write("docs/shown.md", "# Shown\n\n```{example} greet\n```\n")
    return site


def test_outputs_and_programs_reach_the_page(told: Site) -> None:
    told.built()
    assert "says first" in told.html()
    assert "greeted first" in told.html("shown") and "import" in told.html("shown")


def test_without_a_change_nothing_is_run_or_read_again(told: Site) -> None:
    assert ran(told.built()) == 3
    again = told.built()
    assert (ran(again), read_again(again)) == (0, set())


def test_what_is_made_of_all_runs_is_whole_again_though_no_page_changed(told: Site) -> None:
    told.built()
    gone, spoilt = told.root / "out/runs.json", told.root / "out/my-python.pyz"
    before = gone.read_bytes(), spoilt.read_bytes()
    gone.unlink()
    spoilt.write_bytes(b"spoilt")
    told.built()
    assert (gone.read_bytes(), spoilt.read_bytes()) == before
    gone.write_bytes(before[0][:-9])
    told.built()
    assert (gone.read_bytes(), spoilt.read_bytes()) == before


def test_an_edited_helper_runs_and_reads_what_uses_it(told: Site) -> None:
    told.built()
    told.write("helper/__init__.py", "WORD = 'second'\n")
    log = told.built()
    assert (ran(log), read_again(log)) == (2, {"index", "shown"})
    assert "says second" in told.html() and "greeted second" in told.html("shown")


def test_an_edited_example_runs_and_reads_its_page(told: Site) -> None:
    told.built()
    told.write("examples/greet.py", "print('hello')\n")
    log = told.built()
    assert (ran(log), read_again(log)) == (1, {"shown"})
    assert "hello" in told.html("shown") and "greeted first" not in told.html("shown")


def test_an_edit_of_the_engine_changes_every_page_and_runs_nothing(told: Site) -> None:
    pages = "index", "alone", "shown"
    edits = [
        ("html/fixes.py", '<script src="{source}">', '<script data-new src="{source}">', {*pages}),
        ("html/templates/page.html", "{%- endblock %}", "{%- endblock %}{% block extrahead %}new{% endblock %}", set()),
        ("site/reach.js", "// What a page has", "// Whatever a page has", set()),
    ]
    told.engine = told.root / "engine"
    shutil.copytree(EXTENSIONS, told.engine, ignore=shutil.ignore_patterns("__pycache__"))
    told.build(alone=True)
    for file, old, new, read in edits:
        before = [told.html(page) for page in pages]
        edited = told.engine / "everypython" / file
        edit(edited, old, new)
        os.utime(edited, (0, 0))  # a file of another commit may well be older
        log = told.build(alone=True).stdout
        assert (ran(log), read_again(log)) == (0, read), file
        assert all(told.html(page) != text for page, text in zip(pages, before, strict=True)), file
    assert read_again(told.build(alone=True).stdout) == set()


def test_an_edited_page_runs_alone(told: Site) -> None:
    told.built()
    told.page("alone", "print('not', 'alone')")
    log = told.built()
    assert (ran(log), read_again(log)) == (1, {"alone"})
    assert "not alone" in told.html("alone")


def test_edited_prose_runs_nothing(told: Site) -> None:
    told.built()
    page = told.root / "docs/alone.md"
    page.write_text(page.read_text(encoding="utf-8") + "\nMore prose.\n", encoding="utf-8")
    log = told.built()
    assert (ran(log), read_again(log)) == (0, {"alone"})


def test_another_interpreter_runs_everything_and_its_outputs_follow(told: Site, other: Interpreter) -> None:
    told.page("alone", "import sys\nprint('this is', sys.version)")
    told.built()
    told.pythons = [other.executable]
    log = told.built()
    assert (ran(log), read_again(log)) == (3, {"index", "alone", "shown"})
    assert f"this is {other.language}" in told.html("alone")


def test_one_more_interpreter_runs_what_it_has_not_run(told: Site, other: Interpreter) -> None:
    told.built()
    told.pythons.append(other.executable)
    assert ran(told.built()) == 3


def test_a_new_page_is_in_the_navigation_of_every_page(site: Site) -> None:
    site.theme = "furo"
    toctree = "```{toctree}\n%s\n```\n"
    site.write("docs/index.md", "# Index\n\n" + toctree % "old")
    site.page("old", "print('old')")
    site.built()
    site.page("new", "print('new')")
    site.write("docs/index.md", "# Index\n\n" + toctree % "old\nnew")
    site.built()
    assert 'href="new.html"' in site.html("old")


def test_kept_runs_that_were_cut_short_are_run_again(told: Site) -> None:
    told.built()
    kept = sorted((told.root / "docs/_build/runs/kept").glob("*.json"))
    kept[0].write_text(kept[0].read_text(encoding="utf-8")[:20], encoding="utf-8")
    assert ran(told.built()) == 1


def test_an_output_that_changed_is_read_even_if_nothing_was_edited(told: Site) -> None:
    told.page("alone", f"print(open({str(told.root / 'outside')!r}).read())")
    told.write("outside", "before")
    told.built()
    told.write("outside", "after")
    for kept in (told.root / "docs/_build/runs/kept").glob("*.json"):
        kept.unlink()
    assert read_again(told.built()) == {"alone"}
    assert "after" in told.html("alone")


def test_parallel_reading_gives_the_same_pages(told: Site) -> None:
    for number in range(6):
        told.page(f"page{number}", f"print('page', {number})")
    told.built()
    serial = [body(told, number) for number in range(6)]
    told.built("-E", "-a", "-j", "2")
    assert [body(told, number) for number in range(6)] == serial


def body(site: Site, number: int) -> str:
    """A page without its head, where myst-nb's stylesheet gets a checksum in the second build only."""
    return site.html(f"page{number}").partition("<body>")[2]


def test_differences_are_shown_with_their_reason_and_agreement_with_a_mark(site: Site) -> None:
    old, why = made("3.9.1"), "gh-1 `differ` ([why](https://example.org))"
    site.page("index", f"---\ndiffers: {{'==3.9': '{why}'}}\n---\nprint('new')", "print('agreed')", "pass")
    add_columns(site, old, changes={"new": "old"})
    site.built()
    html = site.html()
    assert html.count('<div class="outcome"') == 3, "two for the cell that differs, one for the one that agrees"
    assert this_python().name in html and old.name in html
    assert '<code class="docutils literal notranslate"><span class="pre">differ</span></code>' in html
    assert html.count("same on all 2 Pythons") == 1, "a cell that prints nothing anywhere gets no mark"


def test_runs_json_says_what_ran_where(told: Site) -> None:
    told.built()
    runs = runs_of(told)
    assert [*runs] == ["schema", "project", "published_default", "interpreters", "units"]
    (interpreter,) = runs["interpreters"]
    assert interpreter["language"] == sys.version.split()[0]
    units = {unit["id"]: unit for unit in runs["units"]}
    assert units.keys() == {"index", "alone", "shown#greet"}
    (cell,) = units["index"]["cells"]
    page = (told.root / "docs/index.md").read_text(encoding="utf-8").split("\n")
    assert page[cell["line"] - 1].startswith("```{code-cell}")
    (variant,) = cell["variants"]
    assert (variant["interpreters"], variant["outputs"]) == ([interpreter["key"]], [{"text/plain": "says first\n"}])
    assert units["alone"]["digests"]["packages"] == {}


def test_the_same_cells_on_two_pages_run_once(site: Site) -> None:
    site.page("index", "print('twice')")
    site.page("again", "print('twice')")
    assert ran(site.built()) == 1
    assert "twice" in site.html() and "twice" in site.html("again")


@pytest.mark.deep
def test_the_engine_stands_aside_for_the_notebook_kernel(told: Site) -> None:
    told.page("index", "try:\n    print('a kernel:', bool(get_ipython()))\nexcept NameError:\n    print('no kernel')")
    told.built()
    assert "no kernel" in told.html()
    told.built("-D", "everypython_execute=0")
    assert "a kernel: True" in told.html()
    told.built()
    assert "no kernel" in told.html(), "and comes back"


def test_progress_is_plain_lines_where_there_is_no_terminal(told: Site) -> None:
    log = told.built()
    assert "\r" not in log
    assert [line for line in log.splitlines() if line.startswith("ran 3 units on CPython")]


def test_nothing_is_left_in_the_temporary_folder(told: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    assert told.build(alone=True).returncode == 0
    assert not [*(tmp_path / "temporary").glob("everypython-*")]


def test_the_output_of_an_example_can_be_folded_like_a_cells(told: Site) -> None:
    told.write("docs/shown.md", "# Shown\n\n```{example} greet\n---\ntags: [hide-output]\n---\n```\n")
    told.built()
    example = BeautifulSoup(told.html("shown"), "html.parser").find(id="example-greet")
    assert example is not None and example.details is not None
    assert "greeted first" in example.details.get_text()
    assert example.pre is not None and example.pre.find_parent("details") is None
