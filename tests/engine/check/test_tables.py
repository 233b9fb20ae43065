"""A table of all Pythons that says something else than their runs is found."""

from __future__ import annotations

from pathlib import Path

from ..conftest import FRONT, small_site
from ..sites import edit, publish, verify


def test_a_table_that_says_something_else_than_its_runs_is_found(tmp_path: Path) -> None:
    small = small_site(tmp_path)
    cell = "---\nname: facts\ntags: [by-python, remove-output]\n---\nprint('width:', 64)\nprint('lock:', True)"
    small.write(
        "docs/index.md", f"{FRONT}# Index\n\n```{{code-cell}} python\n{cell}\n```\n\n```{{by-python}} facts\n```\n"
    )
    publish(small)
    assert verify(small.root, small.root / "out").status == 0
    edit(small.root / "out/index.html", "<p>64</p>", "<p>32</p>")
    result = verify(small.root, small.root / "out")
    assert result.status == 1
    assert result.lines == ["index.md:8: cell index:1: on every Python: in index.html: no table says what they printed"]


def test_a_table_of_a_program_that_says_something_else_than_its_runs_is_found(tmp_path: Path) -> None:
    small = small_site(tmp_path)
    small.write("examples/facts.py", "print('width: 64')\nprint('lock: True')")
    told = "```{by-python} facts\n---\ncolumns: What\n---\n```\n\n```{example} facts\n```\n"
    small.write("docs/index.md", f"# Index\n\n{told}")
    publish(small)
    assert verify(small.root, small.root / "out").status == 0
    edit(small.root / "out/index.html", "<p>64</p>", "<p>32</p>")
    result = verify(small.root, small.root / "out")
    assert result.lines == ["index.html: a table has the row 'width | 32', which is not in runs.json"]


def test_of_two_tables_only_the_one_that_was_changed_is_found(tmp_path: Path) -> None:
    small = small_site(tmp_path)
    cells = "\n\n".join(
        f"```{{code-cell}} python\n---\nname: {name}\ntags: [by-python, remove-output]\n---\n"
        f"print('is: {name}')\n```\n\n```{{by-python}} {name}\n```"
        for name in ("one", "two")
    )
    small.write("docs/index.md", f"{FRONT}# Index\n\n{cells}\n")
    publish(small)
    edit(small.root / "out/index.html", "<p>one</p>", "<p>three</p>")
    lines = verify(small.root, small.root / "out").lines
    assert lines == ["index.md:8: cell index:1: on every Python: in index.html: no table says what they printed"]
