"""`python -m tests.site.addresses SITE [SITE …] > tests/site/addresses.txt`: what links from elsewhere may name.

The pages of sites, their sections, and what a reference describes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from bs4 import BeautifulSoup

LIST = Path(__file__).with_name("addresses.txt")
APART = (
    "background/what-it-costs",
    "reference/claims",
    "reference/coverage",
    "reference/differences",
    "reference/interpreters",
)
"""Pages whose sections depend on the Pythons that ran, and two that another page has taken the place of."""


def addresses(site: Path) -> Iterator[str]:
    """Yield each page, and each of its places that a link may name."""
    for page in site.rglob("*.html"):
        name = page.relative_to(site).as_posix()
        yield name
        if not name.startswith(APART):
            places = BeautifulSoup(page.read_bytes(), "html.parser").select("section[id], dt[id]")
            yield from (f"{name}#{place['id']}" for place in places)


if __name__ == "__main__":
    found = {address for site in sys.argv[1:] for address in addresses(Path(site))}
    print(*sorted(found), sep="\n")
