"""The search: what its index holds, what stays Sphinx's where there is no library, and what subtitles say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from everypython.run import node

from ..conftest import FRONT, Site

PACKAGE, INTEGRITY = "minisearch@1.2.3", "sha512-none"
FIRST = f"""{FRONT}# First page

What *everybody* reads.

```{{toctree}}
second
third
```
"""
SECOND = """---
subtitle: "gc.collect & `__del__`"
---

# Who *frees* it?

The beginning.

## A section

Its text.

### A part of it

More.

```{glossary}
arena
  A block of memory.
```
"""


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A cache that has something in the place of MiniSearch."""
    monkeypatch.setenv("EVERYPYTHON_CACHE", str(tmp_path / "cache"))
    folder = node.folder_of(PACKAGE, INTEGRITY)
    for name, text in {"dist/umd/index.js": "the library", "LICENSE.txt": "its license"}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def small(site: Site) -> Site:
    site.browser = {PACKAGE: INTEGRITY}
    site.write("docs/index.md", FIRST)
    site.write("docs/second.md", SECOND)
    site.write("docs/third.md", "---\nnosearch: true\n---\n# Third page\n\nUnseen.\n")
    return site


def index_of(site: Site) -> dict[str, Any]:
    text = (site.root / "out/_static/search/index.js").read_text(encoding="utf-8")
    index: dict[str, Any] = json.loads(text.removeprefix("globalThis.searchIndex=").removesuffix(";\n"))
    return index


def soup(site: Site, page: str) -> BeautifulSoup:
    return BeautifulSoup(site.html(page), "html.parser")


def test_each_section_is_found_as_one_with_its_own_text_alone(site: Site, library: Path) -> None:
    small(site).built()
    index = index_of(site)
    assert [(page["url"], page["title"]) for page in index["pages"]] == [
        ("index.html", "First page"),
        ("second.html", "Who frees it?"),
    ]
    assert index["sections"] == [
        [0, "", "", "What everybody reads."],
        [1, "", "", "The beginning."],
        [1, "a-section", "A section", "Its text."],
        [1, "a-part-of-it", "A part of it", "More."],
        [1, "term-arena", "arena", "A block of memory."],
    ]
    assert all(soup(site, "second").find(id=anchor) for _, anchor, *_ in index["sections"] if anchor)


def test_a_cell_is_found_by_its_source_and_by_what_the_default_printed_up_to_a_length(
    site: Site, library: Path
) -> None:
    small(site).page("second", "print('sau' + 'sage')", "print('x' * 500, 'y' * 500)")
    site.built()
    (text,) = [text for page, _, _, text in index_of(site)["sections"] if page == 1]
    assert "print('sau' + 'sage') sausage" in text
    assert "x" * 500 in text and "y" * 99 in text and "y" * 100 not in text


def test_the_project_says_what_is_gathered_what_else_people_call_it_and_what_means_the_same(
    site: Site, library: Path
) -> None:
    small(site).write("docs/words.toml", 'gathered = ["second"]\nsynonyms = [["a", "b"]]\n[also]\nindex = "RSS"\n')
    site.built("-D", "everypython_search=words.toml")
    index = index_of(site)
    assert index["synonyms"] == [["a", "b"]]
    assert [(page["gathered"], page["also"]) for page in index["pages"]] == [(False, "RSS"), (True, "")]


@pytest.mark.parametrize(("text", "says"), [(None, "cannot be read"), ("gathered = [", "cannot be read")])
def test_a_file_of_words_that_cannot_be_read_is_refused(site: Site, library: Path, text: str | None, says: str) -> None:
    if text is not None:
        small(site).write("docs/words.toml", text)
    result = small(site).build("-D", "everypython_search=words.toml")
    assert result.returncode and "words.toml" in result.stderr and says in result.stderr


def test_the_index_follows_each_page_that_is_read_again(site: Site, library: Path) -> None:
    small(site).built()
    site.write("docs/index.md", FIRST.replace("everybody", "nobody"))
    site.built()
    assert index_of(site)["sections"][0][3] == "What nobody reads."
    assert len(index_of(site)["sections"]) == 5
    site.write("docs/index.md", FIRST.replace("second\n", ""))
    (site.root / "docs/second.md").unlink()
    site.built()
    assert [page["url"] for page in index_of(site)["pages"]] == ["index.html"]


def test_several_processes_read_what_one_does(site: Site, library: Path) -> None:
    for number in range(12):  # fewer are read by one process
        site.write(f"docs/page{number}.md", f"---\norphan: true\n---\n# Page {number}\n\nText {number}.\n")
    small(site).built("-j", "2")
    texts = [text for _, _, _, text in index_of(site)["sections"]]
    assert len(texts) == 17 and "Text 11." in texts


def test_without_javascript_the_page_of_results_lists_all_that_is_searched(site: Site, library: Path) -> None:
    small(site).built()
    page = soup(site, "search")
    form = page.select_one("form.search-page")
    assert form and form["action"] == "search.html" and form.select("input[name=q]")
    links = page.select("noscript li a")
    assert [(link["href"], " ".join(link.get_text().split())) for link in links] == [
        ("index.html", "First page"),
        ("second.html", "Who frees it? gc.collect & `__del__`"),
    ]
    assert page.select("meta[name=robots][content=noindex]") and len(page.select("h1")) == 1


def test_where_the_library_is_not_in_the_cache_the_search_is_sphinxs_and_the_log_says_so_once(
    site: Site, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVERYPYTHON_CACHE", str(site.root / "empty"))
    log = small(site).built()
    assert log.count(f"the search is Sphinx's own: {PACKAGE} is not in the cache") == 1
    out = site.root / "out"
    assert (out / "searchindex.js").exists() and not (out / "_static/search").exists()
    scripts = {str(script["src"]).partition("?")[0]: script for script in soup(site, "search").select("script[src]")}
    told = json.loads(str(scripts["_static/fallback_search.js"]["data-pages"]))
    assert {page: about["subtitle"] for page, about in told.items()} == {
        "index": "",
        "second": "gc.collect & `__del__`",
    }
    assert "_static/search.js" not in scripts
    monkeypatch.setenv("EVERYPYTHON_CACHE", str(library.parent))
    assert "Sphinx's own" not in site.built()
    assert not (out / "searchindex.js").exists() and len(index_of(site)["sections"]) == 5
    assert "/search.js" in site.html("second"), "every page is written again"
    monkeypatch.setenv("EVERYPYTHON_CACHE", str(site.root / "empty"))
    log = site.built()
    assert "incomplete" not in log
    assert "Unseen" not in (out / "searchindex.js").read_text(encoding="utf-8")
    assert '"second"' in (out / "searchindex.js").read_text(encoding="utf-8")
    assert not (out / "_static/search").exists()


def test_a_project_that_lists_no_library_is_told_nothing(site: Site) -> None:
    site.write("docs/index.md", "# First page\n")
    assert "search is" not in site.built()


@pytest.mark.parametrize("theme", ["basic", "furo"])
def test_a_subtitle_stands_in_the_title_the_sidebar_and_the_description(site: Site, theme: str) -> None:
    site.theme = theme
    small(site).built()
    page = soup(site, "second")
    assert page.title and page.title.get_text().startswith("Who frees it? – gc.collect & `__del__` | small")
    (described,) = page.select("meta[name=description]")
    assert described["content"] == "Gc.collect & `__del__`. The beginning."
    for name in ("index", "second", "search") if theme == "furo" else ("index",):
        entries = soup(site, name).select("a:has(> span.subtitle)")
        assert [" ".join(entry.get_text().split()) for entry in entries][-1] == "Who frees it? gc.collect & `__del__`"
    assert page.h1 and "gc.collect" not in page.h1.get_text()
    other = soup(site, "index").title
    assert other and "–" not in other.get_text().removesuffix("documentation")


def test_a_changed_subtitle_is_in_every_sidebar_after_the_next_build(site: Site) -> None:
    site.theme = "furo"
    small(site).built()
    site.write("docs/second.md", SECOND.replace("& `", "and `"))
    site.built()
    assert "gc.collect and" in site.html("index") and "gc.collect and" in site.html("third")
