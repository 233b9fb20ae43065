"""Which links of a built site lead to nothing in it: to no file, or to no place on a page."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from bs4 import BeautifulSoup

ATTRIBUTES = ("href", "src", "action")
HOST = "http://site.invalid"  # a name that no host has


def broken(site: Path, below: str = "/") -> list[tuple[str, str]]:
    """Each page and link of it that leads nowhere. `below` is the path at which the site is served, for a 404 page."""
    pages = {file.relative_to(site).as_posix(): file for file in sorted(site.rglob("*.html"))}
    found = []
    for name, file in pages.items():
        for link in content(file)[0]:
            if not leads(site, urljoin(f"{HOST}{below}{name}", link), f"{HOST}{below}"):
                found.append((name, link))
    return found


def leads(site: Path, address: str, root: str) -> bool:
    """Whether an address is elsewhere, or there is something at it."""
    if not address.startswith(f"{HOST}/"):
        return True
    path, _, fragment = address.partition("#")
    if not path.startswith(root):
        return False
    file = site / unquote(urlsplit(path.removeprefix(root)).path)
    file = file / "index.html" if file.is_dir() else file
    if fragment and file.suffix == ".html" and file.is_file():
        return unquote(fragment) in content(file)[1]
    return file.is_file()


@cache
def content(file: Path) -> tuple[list[str], set[str]]:
    """The links of a page, and the names of its places."""
    elements = BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser").find_all(True)
    links = {str(one[attribute]) for one in elements for attribute in ATTRIBUTES if one.has_attr(attribute)}
    return sorted(links), {str(one["id"]) for one in elements if one.has_attr("id")} | {""}
