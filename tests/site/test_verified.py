"""The real site says what this machine's Pythons do."""

import re

from .conftest import Built, build


def test_the_built_site_agrees_with_new_runs_of_every_python(site: Built) -> None:
    result = build("everypython.verify", "docs", str(site.folder))
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
    counts = re.search(r"(\d+) cells × (\d+) Pythons?\b.*, each run twice", result.stdout)
    assert counts, result.stdout
    assert [int(count) for count in counts.groups()] == [len(site.cells), len(site.keys)]
