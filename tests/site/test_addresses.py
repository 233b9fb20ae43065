"""What links from elsewhere may name is still there."""

from __future__ import annotations

from .addresses import LIST
from .conftest import Built


def test_every_address_of_the_last_release_leads_to_a_place(site: Built) -> None:
    lost = []
    for address in LIST.read_text(encoding="utf-8").split():
        page, _, place = address.partition("#")
        name = page.removesuffix(".html")
        if name not in site.parsed or (place and place not in site.by_id[name]):
            lost.append(address)
    assert lost == [], "docs/moved.toml says where each leads now"
