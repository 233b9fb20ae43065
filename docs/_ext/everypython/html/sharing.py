"""What a page tells those who have not opened it: a description, a card for links to it, a sitemap and robots.txt.

Of the extensions that do this, sphinxext-opengraph passes over admonitions, where the sentence often stands that says
what a page is about, and writes relative addresses, which nobody can follow; sphinx-sitemap lists only those pages that
were written in this build.
"""

from __future__ import annotations

import html
import struct
from collections.abc import Iterator
from pathlib import Path
from textwrap import shorten
from typing import Any
from xml.sax.saxutils import escape

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

from ..pages.subtitles import subtitle_of

UNTITLED = {"search": "Search", "genindex": "Index"}  # Sphinx's own pages
LONGEST = 200  # characters: what searches show of a description


def add_tags(app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    if name in app.env.titles:
        title = app.env.titles[name].astext()  # the context's is HTML
    else:
        title = context.get("title") or UNTITLED.get(name, name)
    said = description(doctree, subtitle_of(app.env, name)) or f"{title}: {app.config.html_title}"
    tags = {} if written(doctree) else {"description": said}
    if doctree is not None:
        tags |= {"og:title": title, "og:description": said, "og:site_name": app.config.project}
        tags |= {"og:type": "website" if name == app.config.root_doc else "article"}
        tags |= addresses(app, name)
    context["metatags"] = context.get("metatags", "") + "".join(map(tag, tags.items()))


def tag(named: tuple[str, str]) -> str:
    key, value = named
    attribute = "property" if key.startswith("og:") else "name"
    return f'<meta {attribute}="{key}" content="{html.escape(value)}">\n'


def written(doctree: nodes.document | None) -> str:
    """Return a page's description in its own front matter (`html_meta`), which Sphinx makes a tag of."""
    metas = doctree.findall(nodes.meta) if doctree is not None else ()
    return next((str(meta["content"]) for meta in metas if meta.get("name") == "description"), "")


def description(doctree: nodes.document | None, subtitle: str) -> str:
    """Return what a page says of itself, or its subtitle and its first paragraph: of text or an admonition, no cell."""
    if doctree is None:
        return ""
    frames = nodes.section, nodes.document, nodes.Admonition
    paragraphs = (each.astext() for each in doctree.findall(nodes.paragraph) if isinstance(each.parent, frames))
    named = f"{subtitle[:1].upper()}{subtitle[1:]}. " if subtitle else ""
    return shorten(written(doctree) or named + next(paragraphs, ""), LONGEST, placeholder=" …")


def addresses(app: Sphinx, name: str) -> dict[str, str]:
    """Return the tags that are right only where it is known at which address the site is read."""
    base, card = app.config.html_baseurl, app.config.everypython_card
    known = {"og:url": address(app, name)} if base else {}
    if not (base and card):
        return {**known, "twitter:card": "summary"}
    width, height = struct.unpack(">II", Path(app.srcdir, card["file"]).read_bytes()[16:24])  # as the PNG says itself
    return {
        **known,
        "og:image": f"{base.rstrip('/')}/{card['file']}",
        "og:image:alt": card["alt"],
        "og:image:width": str(width),
        "og:image:height": str(height),
        "twitter:card": "summary_large_image",
    }


def address(app: Sphinx, name: str) -> str:
    return f"{app.config.html_baseurl.rstrip('/')}/{app.builder.get_target_uri(name)}"


def write_files(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and isinstance(app.builder, StandaloneHTMLBuilder):
        for file, lines in (("robots.txt", robots(app)), ("sitemap.xml", sitemap(app))):
            text = "".join(f"{line}\n" for line in lines)
            path = Path(app.outdir, file)
            if text:
                path.write_text(text, encoding="utf-8")
            else:
                path.unlink(missing_ok=True)  # of an earlier build, which knew the address


def robots(app: Sphinx) -> Iterator[str]:
    yield from ("User-agent: *", "Allow: /")
    if app.config.html_baseurl:
        yield f"Sitemap: {app.config.html_baseurl.rstrip('/')}/sitemap.xml"


def sitemap(app: Sphinx) -> Iterator[str]:
    """Yield every page that was written by somebody; without the address of the site there can be none."""
    if app.config.html_baseurl:
        yield '<?xml version="1.0" encoding="utf-8"?>'
        yield '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        for name in sorted(app.env.found_docs):
            yield f"<url><loc>{escape(address(app, name))}</loc></url>"
        yield "</urlset>"
