"""The real site, built once for all tests of this folder, as `nox -s docs` builds it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Built:
    """A built site and what is in it."""

    folder: Path

    @cached_property
    def runs(self) -> dict[str, Any]:
        runs: dict[str, Any] = json.loads((self.folder / "runs.json").read_text(encoding="utf-8"))
        return runs

    @cached_property
    def cells(self) -> list[dict[str, Any]]:
        """Every cell of every page and every example."""
        return [cell for unit in self.runs["units"] for cell in unit["cells"]]

    @cached_property
    def keys(self) -> list[str]:
        return [interpreter["key"] for interpreter in self.runs["interpreters"]]

    def pages(self) -> Iterator[tuple[str, BeautifulSoup]]:
        """Every page's name and content."""
        for path in sorted(self.folder.rglob("*.html")):
            name = path.relative_to(self.folder).with_suffix("").as_posix()
            yield name, BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")

    def printed(self, unit: str, key: str) -> str:
        """All that one Python printed for a unit."""
        (found,) = [one for one in self.runs["units"] if one["id"] == unit]
        return "\n".join(
            output["text/plain"]
            for cell in found["cells"]
            for variant in cell["variants"]
            if key in variant["interpreters"]
            for output in variant["outputs"]
        )


def build(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "NO_COLOR": "1", "PYTHONPATH": str(ROOT / "docs/_ext"), **variables}
    return subprocess.run([sys.executable, "-m", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("built") / "site"
    result = build("everypython.publish", "docs", str(folder))
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
    return Built(folder)
