"""What readers expect of any good site, as far as its files tell; the rest is in tests/browser/test_reader.py."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from .conftest import ROOT, Built, build

INDEX = (ROOT / "docs/index.md").read_text(encoding="utf-8")
ORDER = [
    "index",
    *(name for tree in re.findall(r"```{toctree}(.*?)```", INDEX, re.S) for name in tree.split(":hidden:")[1].split()),
]


def test_every_page_has_a_title_and_a_description_of_its_own(site: Built) -> None:
    titles, descriptions = {}, {}
    for name, page in site.pages():
        assert page.title is not None
        titles[page.title.get_text().strip()] = name
        (described,) = page.select("meta[name=description]")
        descriptions[str(described["content"])] = name
    pages = [name for name, _ in site.pages()]
    assert sorted(titles.values()) == pages and sorted(descriptions.values()) == pages
    assert all(20 < len(said) <= 200 for said, name in descriptions.items() if name in ORDER)


def test_next_leads_through_every_page_in_reading_order_and_previous_back(site: Built) -> None:
    pages = dict(site.pages())
    assert len(ORDER) > 30
    for one, following in pairwise(ORDER):
        (after,) = pages[one].select("a.next-page")
        (before,) = pages[following].select("a.prev-page")
        assert (site.folder / one).parent.joinpath(str(after["href"])).resolve() == site.folder / f"{following}.html"
        back = (site.folder / following).parent.joinpath(str(before["href"]).replace("#", "")).resolve()
        assert back == site.folder / f"{one}.html"
    assert not pages[ORDER[-1]].select("a.next-page") and not pages["index"].select("a.prev-page")


def test_the_page_for_wrong_links_has_no_relative_address(site: Built) -> None:
    page = dict(site.pages())["404"]
    links = [str(element[name]) for name in ("href", "src", "action") for element in page.find_all(attrs={name: True})]
    own = [link for link in links if not link.startswith(("https://", "#"))]
    root = str(page.html["data-content_root"]) if page.html else ""
    assert len(own) > 40 and root.startswith("/") and all(link.startswith(root) for link in own)
    for link in own:
        assert (site.folder / re.sub("[?#].*", "", link).removeprefix(root)).exists(), link


def configured(name: str, **variables: str) -> Any:
    """A setting of docs/conf.py, as it is with variables of the environment."""
    program = f"import json, runpy; print(json.dumps(runpy.run_path('docs/conf.py').get({name!r})))"
    environment = {**os.environ, "READTHEDOCS_CANONICAL_URL": "", **variables}
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_page_can_be_edited_where_the_repository_is_known() -> None:
    known = configured("html_theme_options", REFDEMO_REPOSITORY="https://github.com/us/it.git", REFDEMO_BRANCH="next")
    assert known["source_repository"] == "https://github.com/us/it" and known["source_branch"] == "next"
    assert configured("html_theme_options", REFDEMO_REPOSITORY="https://example.org/us/it") is None
    assert configured("everypython_repository", REFDEMO_REPOSITORY="https://example.org/us/it/").endswith("us/it")


@pytest.mark.parametrize("address", ["https://us.github.io/it", "https://us.github.io/it/"])
def test_the_page_for_wrong_links_begins_where_the_site_does(address: str) -> None:
    assert configured("notfound_urls_prefix", REFDEMO_SITE=address) == "/it/"
    assert 'href="/it/index.html"' in configured("notfound_context", REFDEMO_SITE=address)["body"]


@pytest.mark.parametrize("variable", ["REFDEMO_SITE", "REFDEMO_REPOSITORY"])
def test_an_address_that_is_none_stops_the_build_and_is_named(tmp_path: Path, variable: str) -> None:
    result = build(
        "sphinx.cmd.build",
        "-q",
        "docs",
        str(tmp_path),
        **{"READTHEDOCS_CANONICAL_URL": "", variable: "git@example.org:us/it"},
    )
    assert result.returncode != 0
    assert "git@example.org:us/it" in result.stderr and variable in result.stderr and "https://" in result.stderr
    assert list(tmp_path.iterdir()) == []
