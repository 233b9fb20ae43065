"""What a page says to those who have not opened it, and where it says that one can write about it."""

from __future__ import annotations

import re
import struct

from bs4 import BeautifulSoup
from everypython.html.feedback import new_issue

from ..conftest import FRONT, Site

ADDRESS = "https://example.org/some/where/"
BOXED = '# Title\n\n```{admonition} In one sentence\nIt *is* & `"was"`.\n```\n\nLater.\n'
LONG = f"# Other\n\n- in a list\n\n{'word ' * 60}\n"
OWN = 'description: "Of its own."'


def tags(site: Site, page: str = "index") -> dict[str, str]:
    """A page's tags for others, by name."""
    metas = BeautifulSoup(site.html(page), "html.parser").select("meta[name], meta[property]")
    return {str(meta.get("name") or meta.get("property")): str(meta["content"]) for meta in metas}


def small(site: Site) -> None:
    site.write("docs/index.md", f"{FRONT}{BOXED}\n```{{toctree}}\nlong\nown\n```\n")
    site.write("docs/long.md", LONG)
    site.write("docs/own.md", f"---\nmyst:\n  html_meta:\n    {OWN}\n---\n# Own\n\nNot this.\n")
    site.write("docs/card.png", "not a picture")


def test_a_page_is_described_by_its_own_words_and_without_an_address_no_tag_claims_one(site: Site) -> None:
    small(site)
    site.built()
    assert tags(site)["description"] == tags(site)["og:description"] == 'It is & "was".'
    assert tags(site)["og:title"] == "Title" and tags(site, "long")["og:title"] == "Other"
    described = tags(site, "long")["description"]
    assert described.startswith("word word") and described.endswith("word …") and len(described) <= 200
    assert tags(site, "own")["og:description"] == "Of its own." and site.html("own").count('name="description"') == 1
    assert tags(site, "search")["description"] and tags(site, "genindex")["description"]
    claims = [key for page in ("index", "long", "own") for key in tags(site, page) if key in ("og:url", "og:image")]
    assert claims == []
    assert not (site.root / "out/sitemap.xml").exists()
    assert "Sitemap" not in (site.root / "out/robots.txt").read_text(encoding="utf-8")
    assert "Something wrong" not in site.html()


def test_with_an_address_links_show_a_picture_and_the_sitemap_names_every_page_after_every_build(site: Site) -> None:
    small(site)
    header = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 1200, 630)
    (site.root / "docs/card.png").write_bytes(header)
    card = ("-D", "everypython_card.file=card.png", "-D", "everypython_card.alt=Two objects")
    known = ("-D", f"html_baseurl={ADDRESS}", *card, "-D", "everypython_repository=https://example.org/us/it")
    site.built(*known)
    assert tags(site, "own")["og:url"] == f"{ADDRESS}own.html"
    assert tags(site)["og:image"] == f"{ADDRESS}card.png" and tags(site)["og:image:alt"] == "Two objects"
    assert (tags(site)["og:image:width"], tags(site)["og:image:height"]) == ("1200", "630")
    link = BeautifulSoup(site.html("own"), "html.parser").select_one(".feedback a")
    assert link and link["href"] == "https://example.org/us/it/issues/new?title=own%3A%20"
    site.write("docs/long.md", "# Other\n\nChanged.\n")
    site.built(*known)
    listed = re.findall("<loc>(.*?)</loc>", (site.root / "out/sitemap.xml").read_text(encoding="utf-8"))
    assert listed == [f"{ADDRESS}{page}.html" for page in ("index", "long", "own")]
    assert f"Sitemap: {ADDRESS}sitemap.xml" in (site.root / "out/robots.txt").read_text(encoding="utf-8")
    site.built()
    assert not (site.root / "out/sitemap.xml").exists()


def test_gitlab_takes_issues_elsewhere() -> None:
    address, text = new_issue("https://gitlab.com/us/it", "a/b")
    assert address.startswith("https://gitlab.com/us/it/-/issues/new?issue%5Btitle%5D=a")
    assert text == "issue%5Bdescription%5D"
