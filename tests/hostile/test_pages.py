"""Under fire: pages that attack the build are findings with file, line and Python, and those that do not are published.

All pages are one site. It is built twice: with those that a build refuses, which then says so of each, and without.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from everypython.html.policy import is_guarded

from tests.engine.conftest import Site, small_site, this_python
from tests.hostile.cells import ROWS

pytestmark = [
    pytest.mark.deep,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the pages use Linux's processes and files"),
]
LIMIT = 10  # seconds that a page may take


@dataclass
class Built:
    """What two builds have said, and the site of the second."""

    site: Site
    refused: str
    published: str


@pytest.fixture(scope="module")
def temporary() -> Iterator[Path]:
    """A temporary folder of these builds' own: beside them, other tests use the system's."""
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", folder)
        yield Path(folder)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, temporary: Path) -> Built:
    site = small_site(tmp_path_factory.mktemp("hostile"))
    site.strict, site.timeout = False, LIMIT
    for name, (cells, _) in ROWS.items():
        site.page(name, *cells)
    contents = "\n".join(["# contents", "", "```{toctree}", *ROWS, "```", ""])
    site.write("docs/index.md", contents)
    first = site.build(command="everypython build", alone=True)
    assert (first.returncode, "Traceback" in first.stderr) == (1, False), first.stderr
    left = [name for name in ROWS if f"{name}.md:" not in first.stderr]
    for name in ROWS.keys() - {*left}:
        (site.root / f"docs/{name}.md").unlink()
    site.write("docs/index.md", "\n".join(["# contents", "", "```{toctree}", *left, "```", ""]))
    second = site.build(command="everypython build", alone=True)
    assert (second.returncode, "Traceback" in second.stderr) == (0, False), second.stderr
    return Built(site, first.stdout + first.stderr, second.stdout + second.stderr)


def lines_of(cells: tuple[str, ...]) -> list[int]:
    """Return the line of each of a page's cells."""
    return [8 + sum(cell.count("\n") + 4 for cell in cells[:number]) for number in range(len(cells))]


@pytest.mark.parametrize("name", ROWS)
def test_a_hostile_page_is_a_finding_at_its_line_or_is_published(name: str, built: Built) -> None:
    cells, says = ROWS[name]
    page = built.site.root / f"out/{name}.html"
    found = [line for line in (built.refused + built.published).splitlines() if f"{name}.md:" in line]
    if says:
        places = [f"{name}.md:{line}:" for line in lines_of(cells)]
        assert any(place in line and says in line for line in found for place in places), found
        assert any(this_python().key in line for line in found), found
    else:
        assert found == [] or page.exists(), found


def test_every_page_that_is_published_has_its_policy(built: Built) -> None:
    pages = list((built.site.root / "out").glob("*.html"))
    assert len(pages) > 60 and all(is_guarded(page.read_text(encoding="utf-8")) for page in pages)


def test_what_is_said_of_them_is_short_and_does_nothing_to_a_terminal(built: Built) -> None:
    said = [line for line in (built.refused + built.published).splitlines() if ".md:" in line]
    assert max(map(len, said)) < 4_000 and all(line.isprintable() for line in said)
    assert not [line for line in said if line.startswith("x.md:9")]


def test_nothing_is_left_of_them(built: Built, temporary: Path) -> None:
    assert list(temporary.glob("everypython-*")) == []
    assert [each.name for each in (temporary / "not-the-units").iterdir()] == ["kept"]
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout.splitlines()
    assert [each for each in running if each.startswith("sleep 3000")] == []
