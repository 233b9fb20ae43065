"""The search: MiniSearch, an index made from what pages say, and a page of results.

MiniSearch is a package of the npm registry. Pagefind, which ranks as well, is WebAssembly: a strict policy would have
to allow that, and no browser lets it read its index from a disk. Where MiniSearch is not in the cache, Sphinx's own
search stays in place.
"""

from __future__ import annotations

import html
import json
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.errors import ConfigError
from sphinx.util import logging

from ..pages.controls import controls
from ..pages.filmstrip import filmstrip
from ..pages.outcomes import outcome
from ..pages.pictures import picture
from ..pages.subtitles import subtitle_of
from ..run import node

LOG = logging.getLogger(__name__)
LIBRARY = "minisearch"
FALLBACK = "fallback_search.js"
LONGEST = 600  # characters of a program or of what it printed: what is longer is a list
TABLES, CLAIMS = "gathered-table", "no-search"  # of what all Pythons printed, and attacks
UNREAD = (
    *(controls, filmstrip, picture, addnodes.desc_signature, addnodes.toctree),
    *(nodes.comment, nodes.meta, nodes.raw, nodes.system_message),
)
FORM = """<h1>Search</h1>
<form class="search-page" role="search" aria-label="All pages" action="{here}">
<label>Search for <input type="search" name="q" autocomplete="off"></label> <button type="submit">Search</button>
</form>
<p role="status"></p>
<noscript>
<p>The search is done in your browser, by JavaScript. Without it, these are all pages:</p>
<ul class="found">
{pages}
</ul>
</noscript>"""
ENTRY = '<li><a href="{href}"><span class="title">{title}</span> <span class="subtitle">{subtitle}</span></a></li>'


class Section(NamedTuple):
    """What is found and linked as one: a section, a term of a glossary, or what documents a name."""

    anchor: str
    title: str
    text: str


def setup(app: Sphinx) -> None:
    app.add_css_file("search.css")


def choose(app: Sphinx, config: Config) -> None:
    """Take MiniSearch where it is in the cache; a page of either search is written anew when that changes."""
    listed = [(name, integrity) for name, integrity in config.everypython_browser.items() if name.startswith(LIBRARY)]
    for package, integrity in listed:
        if node.folder_of(package, integrity).exists():
            config.everypython_search_library = package
        else:
            LOG.info("the search is Sphinx's own: %s is not in the cache (python -m everypython fetch)", package)


def replace_sphinx_search(app: Sphinx) -> None:
    if app.config.everypython_search_library and isinstance(app.builder, StandaloneHTMLBuilder):
        app.builder.search = False  # it makes neither an index of its own nor its page
        Path(app.outdir, app.builder.searchindex_filename or "").unlink(missing_ok=True)
        app.add_js_file("search.js", loading_method="defer")


def add_fallback(app: Sphinx, name: str, *_: Any) -> None:
    if name == "search" and not app.config.everypython_search_library:
        told: dict[str, Any] = {"data-pages": json.dumps(subjects(app, settings(app)))}
        app.add_js_file(FALLBACK, loading_method="defer", **told)


def sections_of(env: BuildEnvironment) -> dict[str, list[Section]]:
    """Return the sections of every page that was read, which Sphinx keeps with its environment."""
    sections: dict[str, list[Section]] = vars(env).setdefault("everypython_sections", {})
    return sections


def remember(app: Sphinx, doctree: nodes.document) -> None:
    """Keep what is found on a page: what its author wrote and the published default printed."""
    sections_of(app.env)[app.env.docname] = list(sections(doctree))


def forget(app: Sphinx, env: BuildEnvironment, page: str) -> None:
    sections_of(env).pop(page, None)


def merge(app: Sphinx, env: BuildEnvironment, pages: set[str], other: BuildEnvironment) -> None:
    """Take over what another process has read."""
    read = sections_of(other)
    sections_of(env).update({page: read[page] for page in pages if page in read})


def sections(doctree: nodes.document) -> Iterator[Section]:
    """Yield the sections of a page, those within others after them."""
    found: list[tuple[str, str, list[str]]] = []
    gather(doctree, [], found)
    for number, (anchor, title, text) in enumerate(found):
        own = "" if number == 0 else title  # the first one's is the page's
        yield Section("" if number == 0 else anchor, own, " ".join("".join(text).split()))


def gather(parent: nodes.Element, into: list[str], found: list[tuple[str, str, list[str]]]) -> None:
    """Add the texts below a node to those of the section that it stands in, or to a section of its own."""
    for child in parent.children:
        if isinstance(child, nodes.Text):
            into.append(str(child))
        elif isinstance(child, nodes.literal_block):
            into.append(f"{child.astext()[:LONGEST]} ")
        elif isinstance(child, nodes.Element) and not unread(child):
            if named := head(child):
                found.append((named["ids"][0], name_of(named), []))
                gather(child, found[-1][2], found)
            else:
                gather(child, into, found)
                into.append("" if isinstance(child, nodes.Inline) else " ")


def unread(element: nodes.Element) -> bool:
    """Return whether something is no part of the text: what is operated, or what other Pythons printed."""
    parent = element.parent
    others = isinstance(element, outcome) and parent.index(element) > 0
    named = element is head(parent) or (isinstance(element, nodes.title) and isinstance(parent, nodes.section))
    return others or named or isinstance(element, UNREAD) or bool({TABLES, CLAIMS} & {*element.get("classes", ())})


def head(element: nodes.Element) -> nodes.Element | None:
    """Return what names a section, a described name or a glossary's term, if it can be linked."""
    if isinstance(element, nodes.section):
        return element if element["ids"] else None
    first = element.children[0] if element.children else None
    if isinstance(element, (addnodes.desc, nodes.definition_list_item)) and isinstance(first, nodes.Element):
        return first if first["ids"] else None
    return None


def name_of(named: nodes.Element) -> str:
    if isinstance(named, nodes.section):
        title = named.next_node(nodes.title)
        return title.astext() if title else ""
    return str(named.get("fullname") or named.astext())


def settings(app: Sphinx) -> dict[str, Any]:
    """Return what the project's file says of its search."""
    if not app.config.everypython_search:
        return {}
    file = Path(app.srcdir, app.config.everypython_search)
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{file}: what everypython_search names cannot be read ({error})") from error


def pages(app: Sphinx) -> Iterator[str]:
    """Yield the pages that are searched, in the order of the table of contents."""
    order = [app.config.root_doc, *app.env.collect_relations()]
    unsearched = {page for page, said in app.env.metadata.items() if {"nosearch", "no-search"} & said.keys()}
    listed = dict.fromkeys([*order, *sorted(app.env.found_docs)])
    yield from (page for page in listed if page in app.env.titles and page not in unsearched)


def add_page(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield the page of results. Without JavaScript it lists all pages."""
    if app.config.everypython_search_library and isinstance(app.builder, StandaloneHTMLBuilder):
        here = app.builder.get_target_uri("search")
        entries = (
            ENTRY.format(**{name: html.escape(said) for name, said in entry(app, p).items()}) for p in pages(app)
        )
        body = FORM.format(here=html.escape(here), pages="\n".join(entries))
        context = {"title": "Search", "body": body, "metatags": '<meta name="robots" content="noindex">\n'}
        yield "search", context, "page.html"


def entry(app: Sphinx, page: str) -> dict[str, str]:
    uri = app.builder.get_relative_uri("search", page)
    return {"href": uri, "title": app.env.titles[page].astext(), "subtitle": subtitle_of(app.env, page)}


def write(app: Sphinx, exception: Exception | None) -> None:
    """Put MiniSearch and the index where the scripts look for them."""
    if exception is not None or not isinstance(app.builder, StandaloneHTMLBuilder):
        return
    folder, package = Path(app.outdir, "_static", "search"), app.config.everypython_search_library
    if not package:
        shutil.rmtree(folder, ignore_errors=True)
        return
    fetched = node.folder_of(package, app.config.everypython_browser[package])
    shutil.copyfile(fetched / "dist" / "umd" / "index.js", folder / f"{LIBRARY}.js")
    shutil.copyfile(fetched / "LICENSE.txt", folder / f"{LIBRARY}.LICENSE.txt")
    text = json.dumps(index(app, settings(app)), ensure_ascii=False, separators=(",", ":"))
    (folder / "index.js").write_text(f"globalThis.searchIndex={text};\n", encoding="utf-8")


def subjects(app: Sphinx, said: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return of each page that is searched what it is about, and whether it is gathered from others."""
    return {
        page: {
            "title": app.env.titles[page].astext(),
            "subtitle": subtitle_of(app.env, page),
            "also": said.get("also", {}).get(page, ""),
            "gathered": page in said.get("gathered", ()),
        }
        for page in pages(app)
    }


def index(app: Sphinx, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return all pages, and their sections: of each the page's place, the anchor, the title and the text."""
    searched = subjects(app, said)
    return {
        "pages": [{"url": app.builder.get_target_uri(page), **about} for page, about in searched.items()],
        "sections": [[at, *one] for at, page in enumerate(searched) for one in sections_of(app.env).get(page, ())],
        "synonyms": said.get("synonyms", []),
    }
