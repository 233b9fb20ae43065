"""The real site says what this machine's Pythons do."""

import re
from pathlib import Path

import pytest
from everypython.check import verify
from everypython.check.rerun import wrong_runs
from everypython.run import process
from everypython.run.sources import of_site

from .conftest import ROOT, Built, build, found

pytestmark = pytest.mark.deep


def test_the_built_site_agrees_with_new_runs_of_every_python(site: Built) -> None:
    result = build("everypython", "verify", "docs", str(site.folder))
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
    counts = re.search(r"([\d,]+) cells × (\d+) Pythons?\b.*, each run twice", result.stdout)
    assert counts, result.stdout
    assert [int(count.replace(",", "")) for count in counts.groups()] == [len(site.cells), len(site.keys)]


def test_what_pypy_prints_does_not_depend_on_the_size_of_its_nursery(
    site: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Runs have 32 MB, perturbed ones 256; some processors' caches make it larger still."""
    pypys = [python for python in found() if python.implementation == "pypy"]
    if not pypys:
        pytest.skip("needs a PyPy: this machine has none")
    _, units, scheduler = of_site(ROOT / "docs", tmp_path, kept=False)
    monkeypatch.setitem(process.PERTURBED, "PYPY_GC_NURSERY", "512M")
    published = verify.read(site.folder)
    assert not list(wrong_runs(published, {unit.id: unit for unit in units}, pypys, scheduler, ways=(True,)))
