"""Pages that run in Jupyter's kernel as well: what the command reports of them, and what the directive shows."""

import json
import re
import tempfile
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from everypython.model.interpreters import Interpreter

from ..conftest import Site

COUNTED = ["import sys\nwatched = [1, 2]", "watched", "print('references:', sys.getrefcount(watched))"]


@pytest.fixture
def comparing(site: Site) -> Site:
    """A page that compares itself: displaying its list leaves references behind in the kernel."""
    site.page("index", *COUNTED)
    page = site.root / "docs/index.md"
    site.write("docs/index.md", page.read_text(encoding="utf-8") + "\n```{kernel-comparison}\n```\n")
    return site


@pytest.fixture
def without_kernel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No kernel can be reached: its sockets lie in a temporary folder, and their paths become too long for one."""
    deep = tmp_path.joinpath(*["a-folder-in-a-folder"] * 6)
    deep.mkdir(parents=True)
    monkeypatch.setattr(tempfile, "tempdir", str(deep))


def compared(site: Site) -> tuple[str, list[list[str]]]:
    """What the page says of its comparison, and the texts of each cell that it shows there."""
    page = BeautifulSoup(site.html(), "html.parser")
    said = " ".join(text.get_text() for text in page.select("p") if "Jupyter’s kernel" in text.get_text())
    cells = page.select(".kernel-comparison")
    return said, [[block.get_text().strip() for block in cell.select("pre")] for cell in cells]


def test_a_count_that_displaying_raises_in_the_kernel_is_reported_with_its_place(site: Site) -> None:
    site.page("index", *COUNTED)
    site.page("folder/alike", "import helper\nprint(helper.WORD)", "1 / 0", "{'a': 1}")
    report = site.crosscheck(alone=True)
    assert report.returncode == 0, report.stderr
    line, count, _ = report.stdout.splitlines()
    assert re.fullmatch(r"index\.md:17: plain 'references: 2', kernel 'references: [3-9]\d*'", line)
    assert count.startswith("1 of 6 cells on 2 pages differ between ")


def test_a_page_that_agrees_is_counted_and_not_reported(site: Site) -> None:
    site.page("index", "import helper\nprint(helper.WORD, object())", "[] + ()", "helper.WORD")
    report = site.crosscheck()
    assert (report.returncode, report.stdout.splitlines()[0][:34]) == (0, "0 of 3 cells on 1 pages differ bet")


def test_a_cell_that_ends_the_kernel_differs_and_so_does_what_it_never_reached(site: Site) -> None:
    site.page(
        "index", "print('one')", "import sys\nif 'IPython' in sys.modules:\n    import os\n    os._exit(3)", "print(3)"
    )
    report = site.crosscheck()
    assert report.returncode == 0, report.stderr
    assert report.stdout.splitlines()[:2] == [
        "index.md:12: plain '', kernel '(not reached)'",
        "index.md:19: plain '3', kernel '(not reached)'",
    ]


def test_what_varies_from_run_to_run_is_not_compared(site: Site) -> None:
    site.page("index", "---\nvolatile:\n  '*': 'the size of a process'\n---\nimport sys\nlen(sys.modules)", "2")
    report = site.crosscheck()
    assert (report.returncode, report.stdout[:12]) == (0, "0 of 1 cells"), report.stderr


def test_a_page_that_cannot_be_read_is_named_and_nothing_is_compared(site: Site) -> None:
    site.page("index", "---\ndiffers: [no reasons]\n---\n1")
    report = site.crosscheck()
    assert report.returncode == 1
    assert "Nothing was compared: " in report.stderr and "index.md:8" in report.stderr


@pytest.mark.usefixtures("without_kernel")
def test_without_a_kernel_nothing_is_compared(site: Site) -> None:
    site.page("index", *COUNTED)
    report = site.crosscheck()
    assert (report.returncode, report.stdout) == (1, "")
    assert report.stderr.startswith("Nothing was compared: ") and "Traceback" not in report.stderr


def test_the_directive_shows_what_each_of_the_two_printed(comparing: Site) -> None:
    comparing.built("-W", "-n")
    said, ((source, plain, kernel),) = compared(comparing)
    assert "3 cells, 1 did something else" in said
    assert (source, plain) == (COUNTED[2], "references: 2")
    assert re.fullmatch(r"references: [3-9]\d*", kernel)


def test_a_page_that_another_process_reads_compares_itself_too(comparing: Site, other: Interpreter) -> None:
    if other.implementation != "cpython":
        pytest.skip("needs another CPython: the page counts references")
    for number in range(6):  # of fewer pages Sphinx reads all by itself
        comparing.page(f"page{number}", "1")
    comparing.pythons = [other.executable]  # what this Python prints, which is the kernel's, is yet to be run
    comparing.built("-j", "2")
    assert len(compared(comparing)[1]) == 1


def test_a_second_build_shows_the_kept_comparison_and_starts_no_kernel(
    comparing: Site, request: pytest.FixtureRequest
) -> None:
    comparing.built()
    before = compared(comparing)
    request.getfixturevalue("without_kernel")
    comparing.built("-E", "-a")
    assert before[1] and compared(comparing) == before


def test_where_no_kernel_starts_the_build_goes_on_and_the_next_one_compares(
    comparing: Site, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue("without_kernel")
    comparing.built("-W", "-n")
    assert compared(comparing) == ("No comparison with Jupyter’s kernel could be made when this page was built.", [])
    monkeypatch.setattr(tempfile, "tempdir", None)
    comparing.built()
    assert len(compared(comparing)[1]) == 1


def test_where_the_engine_stands_aside_the_page_says_that_there_is_nothing_to_compare(comparing: Site) -> None:
    comparing.built("-W", "-n", "-D", "everypython_execute=0")
    assert compared(comparing) == ("No plain process ran cells of this page to compare with Jupyter’s kernel.", [])


def test_the_kernels_run_is_no_part_of_the_record(comparing: Site) -> None:
    comparing.built()
    (unit,) = json.loads((comparing.root / "out/runs.json").read_text(encoding="utf-8"))["units"]
    assert [len(cell["variants"]) for cell in unit["cells"]] == [1, 1, 1]
