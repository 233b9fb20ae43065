"""What the search of the built site knows; what it finds is in tests/browser/test_search.py."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest

from .conftest import ROOT, Built
from .test_reader import ORDER

SAID: dict[str, Any] = tomllib.loads((ROOT / "docs/search.toml").read_text(encoding="utf-8"))
MOST = 538_000  # bytes of the index, which is loaded when the search is opened: a tenth more than it has now


def test_every_page_has_a_subtitle_of_its_own_in_its_title_and_in_every_sidebar(site: Built) -> None:
    subtitles = {}
    for name in ORDER:
        title = site.parsed[name].title
        assert title and " – " in title.get_text(), name
        subtitles[name] = title.get_text().partition(" – ")[2].rpartition(" | ")[0]
    assert len(set(subtitles.values())) == len(ORDER) and all(5 < len(said) <= 60 for said in subtitles.values())
    for name, page in site.pages():
        listed = [entry.get_text() for entry in page.select(".sidebar-tree a > .subtitle")]
        assert listed == [subtitles[page] for page in ORDER[1:]], name


def test_forty_queries_have_a_page_that_answers(site: Built) -> None:
    assert len(SAID["queries"]) >= 40
    named = {*SAID["queries"].values(), *SAID["gathered"], *SAID["also"]}
    assert named <= set(ORDER)
    assert len({*SAID["queries"].values()} & {page for page in ORDER if page.startswith(("tutorial/", "guides/"))}) > 20


def test_no_word_has_two_synonyms() -> None:
    words = [word for group in SAID["synonyms"] for word in group]
    assert sorted(words) == sorted(set(words))


def test_the_index_is_small_and_has_every_page_in_order(site: Built) -> None:
    file = site.folder / "_static/search/index.js"
    if not file.exists():
        pytest.skip("MiniSearch is not in the cache: `python -m everypython fetch`")
    text = file.read_text(encoding="utf-8")
    index = json.loads(text.removeprefix("globalThis.searchIndex=").removesuffix(";\n"))
    assert [page["url"] for page in index["pages"]] == [f"{name}.html" for name in ORDER]
    assert file.stat().st_size <= MOST
    for page, anchor, *_ in index["sections"]:
        assert not anchor or anchor in site.by_id[ORDER[page]], (ORDER[page], anchor)
