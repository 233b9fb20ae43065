"""What agrees only because a build holds it still is found by the second run, which is perturbed."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..conftest import small_site, this_python
from ..sites import publish, verify

FRAGILE = {
    "seed": "print({f'word {n}' for n in range(20)})",
    "address": "id(object())",
    "folder": "import os\nos.getcwd()[-20:]",
    "length": "import os\nlen(os.getcwd())",
    "death": "import os\nif len(str(os.environ)) > 5000: os._exit(3)\nprint('alive')",
}


@pytest.fixture(scope="module")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What verify says of a site that agrees only while the build holds it still; and of a skip that is wrong."""
    small = small_site(tmp_path_factory.mktemp("fragile"))
    for name, cell in FRAGILE.items():
        small.page(name, cell)
    small.page("skips", "1", '---\nskip: {"*": {raises: KeyError, why: "gh-1"}}\n---\n[][0]')
    small.write("docs/index.md", f"# Index\n\n```{{toctree}}\n{chr(10).join([*FRAGILE, 'skips'])}\n```\n")
    publish(small)
    result = verify(small.root, small.root / "out")
    assert result.status == 1
    return result.lines


@pytest.mark.parametrize("name", FRAGILE)
def test_an_output_that_agrees_only_while_the_build_holds_it_still_is_found(fragile: list[str], name: str) -> None:
    (line,) = [line for line in fragile if line.startswith(f"{name}.md") and "perturbed run" in line]
    assert line.startswith(f"{name}.md:8: cell {name}:1: on {this_python().key}: perturbed run: expected ")
    if name == "death":
        assert "expected that it ends, got 'ended its process (exit status 3)'" in line


def test_a_skipped_cell_that_would_not_raise_as_it_says_is_found(fragile: list[str]) -> None:
    (line,) = [line for line in fragile if line.startswith("skips.md")]
    assert line.startswith("skips.md:12: cell skips:2: ")
    assert line.endswith("run although it is skipped: expected KeyError, got 'IndexError: list index out of range'")


def test_what_varies_is_skipped_or_is_an_address_is_no_difference_and_is_counted(tmp_path: Path) -> None:
    small = small_site(tmp_path)
    small.page(
        "index",
        '---\nvolatile: {"*": "an address"}\n---\nid(object())',
        "word = 'above'",
        '---\nskip: {"*": {raises: KeyError, why: "gh-1"}}\n---\n{}[word]',
        "import os\nprint(object(), os.getcwd())",
    )
    publish(small)
    result = verify(small.root, small.root / "out")
    assert result.status == 0, result
    said = "2 outputs agree: 4 cells × 1 Python, less 1 that are skipped, less 1 that vary, each run twice, in "
    assert result.lines[0].startswith(said)
