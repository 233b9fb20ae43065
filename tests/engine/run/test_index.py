"""What a build remembers for the next one: it saves time, and changes nothing."""

from pathlib import Path

import pytest
from everypython.run.index import Index
from everypython.run.scheduler import Scheduler
from everypython.run.tree import Tree

from ..conftest import Site
from ..sites import ran, read_again, runs_of


@pytest.fixture
def two(site: Site) -> Site:
    site.page("told", "print('says', 'this')")
    site.write("docs/index.md", "# Index\n\n```{programs}\n```\n\n```{differences}\n```\n")
    site.built()
    return site


def index(site: Site) -> Path:
    return site.root / "docs/_build/runs/index"


def files(site: Site) -> dict[str, bytes]:
    out = site.root / "out"
    return {str(file.relative_to(out)): file.read_bytes() for file in out.rglob("*.html")}


@pytest.mark.parametrize("written", [b"", b"\x80\x05half", b"not a pickle"])
def test_a_file_that_was_cut_short_is_made_again(two: Site, written: bytes) -> None:
    before = files(two)
    index(two).write_bytes(written)
    again = two.built()
    assert (ran(again), read_again(again), files(two)) == (0, set(), before)
    assert index(two).stat().st_size > len(written)


def test_a_new_sentence_is_read_and_nothing_that_is_gathered_from_cells(two: Site) -> None:
    page = two.root / "docs/told.md"
    page.write_text(page.read_text(encoding="utf-8") + "\nA new sentence.\n", encoding="utf-8")
    again = two.built()
    assert (ran(again), read_again(again)) == (0, {"told"})
    assert "A new sentence." in two.html("told")


def test_a_verdict_is_not_remembered_for_a_page_that_was_edited(two: Site) -> None:
    two.page("told", "---\ndiffers: {pypy: ''}\n---\nprint('says', 'this')")
    assert two.build().returncode == 1


def test_a_finding_stops_the_second_build_too(two: Site) -> None:
    two.page("told", "1 / 0")
    first, second = two.build(), two.build()
    assert (first.returncode, second.returncode) == (1, 1)
    assert "ZeroDivisionError" in first.stderr and "ZeroDivisionError" in second.stderr


def test_runs_json_names_the_package_that_ran_though_it_prints_the_same(site: Site) -> None:
    site.page("index", "import helper\nhelper.WORD")
    site.built()
    before = runs_of(site)["units"][0]
    helper = site.root / "helper/__init__.py"
    helper.write_text(helper.read_text(encoding="utf-8") + "# a comment\n", encoding="utf-8")
    site.built()
    after = runs_of(site)["units"][0]
    assert after["cells"] == before["cells"] and after["digests"] != before["digests"]


def test_what_was_worked_out_once_is_not_worked_out_again(tmp_path: Path) -> None:
    first = Index(tmp_path / "index")
    assert [first.remembered(lambda: "made", "a name"), first.remembered(lambda: "again", "a name")] == ["made"] * 2
    first.write()
    assert Index(tmp_path / "index").remembered(lambda: "again", "a name") == "made"
    assert Index(tmp_path / "index").remembered(lambda: "other", "another name") == "other"


def test_a_build_of_the_same_process_knows_what_the_last_one_has_not_written(tmp_path: Path) -> None:
    first, second = (Scheduler(tmp_path, {}, 60, Tree([], [])) for _ in range(2))
    first.store.index.remembered(lambda: "made", "a name")
    second.take_over(first)
    assert second.store.index.remembered(lambda: "again", "a name") == "made"


def test_what_no_build_asks_for_is_forgotten(tmp_path: Path) -> None:
    for name in ("kept", "new"):
        index = Index(tmp_path / "index")
        index.remembered(lambda: "made", name)
        index.write()
    assert Index(tmp_path / "index").known.keys() == index.used.keys()
