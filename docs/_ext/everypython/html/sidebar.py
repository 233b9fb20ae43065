"""Furo's navigation, made once for all pages.

Sphinx resolves the whole toctree for each page, and furo parses what comes of it, so that a site of 640 pages takes
minutes for its sidebars. They differ in little: where links lead from, and which entries are current. So the tree is
made once for a page that has no entry in it, and these are put in for each page.
"""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.util.osutil import relative_uri

TAG = re.compile(r"<(/?)(ul|li|a|input)\b([^>]*)>")
HREF = re.compile(r'(?<= href=")([^"]*)(?=")')
CURRENT = re.compile(r'class="(?:[^"]* )?current[ "]')
UNCHECKED, CHECKED = ' class="toctree-checkbox"', ' checked="" class="toctree-checkbox"'
TREE = "furo_navigation_tree"  # the name that furo's templates know it by
ASKED: dict[str, Any] = {"collapse": False, "titles_only": True, "maxdepth": -1, "includehidden": True}  # as furo asks


@dataclass
class Entry:
    """What differs from page to page of one entry: the places of its tags, and of those of the list that it is in."""

    item: int
    lists: int
    parent: Entry | None
    checkbox: int = -1


class Navigation:
    """The tree as pieces of HTML, of which every second is a tag that may differ from page to page."""

    def __init__(self, tree: str, builder: StandaloneHTMLBuilder) -> None:
        self.pieces: list[str] = []
        self.links: dict[int, str] = {}
        """Of the pieces that are links into this site the address, from the top."""
        self.entries: dict[str, list[tuple[Entry, int]]] = defaultdict(list)
        """By their address those that lead to a page, with the place of the link."""
        self.builder = builder
        self.read(tree)

    def read(self, tree: str) -> None:
        """Part the tree into pieces."""
        lists: list[int] = []
        entries: list[Entry] = []
        end = 0
        for tag in TAG.finditer(tree):
            closes, name, about = tag.groups()
            self.pieces += [tree[end : tag.start()], tag[0]]
            end, at = tag.end(), len(self.pieces) - 1
            if name == "ul":
                lists.pop() if closes else lists.append(at)
            elif name == "li":
                entries.pop() if closes else entries.append(Entry(at, lists[-1], entries[-1] if entries else None))
            elif name == "input" and entries:
                entries[-1].checkbox = at
            elif name == "a" and not closes and 'class="reference internal"' in about and (found := HREF.search(about)):
                self.links[at] = html.unescape(found[1])
                self.entries[self.links[at]].append((entries[-1], at))
        self.pieces.append(tree[end:])

    def of(self, page: str) -> str:
        """Return the tree as a page has it."""
        pieces = list(self.pieces)
        here = self.builder.get_target_uri(page)
        for at, address in self.links.items():
            path, mark, anchor = address.partition("#")
            target = relative_uri(here, path) + mark + anchor or "#"
            before, _, after = HREF.split(pieces[at])
            pieces[at] = before + html.escape(target) + after
        last = None
        for entry, link in self.entries.get(here, ()):
            pieces[link] = pieces[link].replace('class="reference internal"', 'class="current reference internal"')
            for each in (last := entry, *above(entry)):
                mark_current(pieces, each)
        if last:
            pieces[last.item] = pieces[last.item].replace('">', ' current-page">')
        return "".join(pieces)


def above(entry: Entry) -> Iterator[Entry]:
    """Yield the entries that an entry is in, the nearest first."""
    while entry.parent:
        entry = entry.parent
        yield entry


def mark_current(pieces: list[str], entry: Entry) -> None:
    """Mark an entry and its list as leading to the page that is shown, unless they are."""
    pieces[entry.lists] = '<ul class="current">'
    if " current" not in pieces[entry.item]:
        pieces[entry.item] = re.sub(r'(class="toctree-l\d+)', r"\1 current", pieces[entry.item])
    if entry.checkbox >= 0 and CHECKED not in pieces[entry.checkbox]:
        pieces[entry.checkbox] = pieces[entry.checkbox].replace(UNCHECKED, CHECKED)


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", leave_out, priority=450)  # before furo asks
    app.connect("html-page-context", put_in, priority=550)  # after it has


def navigation_of(app: Sphinx) -> Navigation | None:
    """Return the tree of this build; None where a page without an entry in it cannot be told."""
    from furo.navigation import get_navigation_tree  # type: ignore[import-untyped]

    builder = app.builder
    if not isinstance(builder, StandaloneHTMLBuilder):
        return None
    tree = get_navigation_tree(builder._get_local_toctree(app.config.root_doc, **ASKED))
    at_top = builder.get_target_uri(app.config.root_doc)
    return None if CURRENT.search(tree) or "/" in at_top else Navigation(tree, builder)


def leave_out(app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: object) -> None:
    """Keep furo from making the tree of this page."""
    if app.config.html_theme != "furo" or name not in app.env.found_docs:  # others, like a search, are few
        return
    if not hasattr(app.builder, "everypython_navigation"):
        app.builder.everypython_navigation = navigation_of(app)  # type: ignore[attr-defined]  # kept as long as it is
    if app.builder.everypython_navigation:  # type: ignore[attr-defined]
        context["everypython_toctree"] = context["toctree"]
        context["toctree"] = lambda **asked: ""


def put_in(app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: object) -> None:
    """Give the page its tree."""
    if "everypython_toctree" in context:
        context["toctree"] = context.pop("everypython_toctree")
        context[TREE] = app.builder.everypython_navigation.of(name)  # type: ignore[attr-defined]
