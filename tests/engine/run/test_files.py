"""Whatever happens while a file is written, a reader finds the old one or the new one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from everypython.run.files import write_atomically


def test_a_file_that_cannot_be_put_in_place_leaves_what_was_there(tmp_path: Path) -> None:
    taken = tmp_path / "runs.json"
    taken.mkdir()
    taken.joinpath("inside").touch()
    with pytest.raises(OSError):
        write_atomically(taken, b"new")
    assert [path.name for path in tmp_path.rglob("*")] == ["runs.json", "inside"]


@pytest.mark.skipif(os.name == "nt", reason="Windows replaces no file that is open")
def test_a_reader_never_meets_half_a_file(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "runs.json"
    write_atomically(file, b"old")
    with file.open("rb") as reading:
        write_atomically(file, b"new, and longer")
        assert reading.read() == b"old"
    assert file.read_bytes() == b"new, and longer"
    assert list(file.parent.iterdir()) == [file]
