"""The policy that every page gets: what it names, and what it makes of a theme's scripts and styles."""

from __future__ import annotations

import base64
import hashlib
import re

from bs4 import BeautifulSoup
from everypython.html.policy import add_csp, hashed, policy

from ..conftest import Site


def test_every_page_gets_one_that_names_its_own_scripts_and_styles_and_allows_nothing_unsafe(site: Site) -> None:
    site.theme = "furo"
    site.page("index", "print(1)")
    site.built()
    for name in ("index", "search", "genindex"):
        page = BeautifulSoup(site.html(name), "html.parser")
        first, meta = page.select("head meta")[:2]
        assert first["charset"] == "utf-8" and meta["http-equiv"] == "Content-Security-Policy"
        said = str(meta["content"])
        assert "default-src 'none'" in said and "unsafe" not in said
        for script in page.select("script:not([src]), style"):
            digest = base64.b64encode(hashlib.sha256(script.get_text().encode()).digest()).decode()
            assert f"'sha256-{digest}'" in said
        assert not page.select("[style]")


def test_a_style_becomes_a_class_that_the_page_describes_and_its_policy_names() -> None:
    page = add_csp('<head></head><p class="a" style="color: red;">x</p><i style="color: red;">y</i>')
    (style,) = re.findall("<style>(.*)</style></head>", page)
    (name,) = re.findall(r"^\.(style-\w+)\{color: red;\}$", style)
    assert page.endswith(f'<p class="a {name}">x</p><i class="{name}">y</i>')
    assert hashed(style) in page.partition("<style>")[0]


def test_a_page_that_is_not_written_again_keeps_its_policy(site: Site) -> None:
    site.theme = "furo"
    site.page("index", "print(1)")
    site.built()
    before = site.html()
    site.built()
    assert site.html() == before


def test_data_in_a_script_element_needs_no_permission() -> None:
    assert "sha256" not in policy('<head></head><script type="application/json">{}</script>')
