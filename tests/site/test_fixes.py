"""What is mended of the theme's HTML is still there: where a theme changes, this fails, and not a reader."""

from __future__ import annotations

import pytest
from everypython.html.fixes import PLAIN

from .conftest import Built

MENDED = [
    *PLAIN.values(),
    '<nav aria-label="Top">',
    '<nav class="content-icon-container" aria-label="Tools">',
    '<span class="collapsed admonition-title">',
    '<span class="parameters">',
    "<h1>Search</h1>",
]


@pytest.mark.parametrize("mended", MENDED)
def test_every_fix_finds_what_it_mends(site: Built, mended: str) -> None:
    pages = (page.read_text(encoding="utf-8") for page in site.folder.rglob("*.html"))
    assert any(mended in page for page in pages)
