"""What furo, Sphinx and myst-nb write that is no valid HTML, or that not everybody can read, written as it should be.

A page that has none of it is left alone. Names in the comments say whose it is: there it should be mended one day.
What can only be known once a page is drawn, whether something scrolls, is the part of `site/reach.js`.
"""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx

PARAMETERS = re.compile(r'<dl>\n((?:<dd><em class="sig-param">.*</dd>\n)+)</dl>')
TOP = re.compile(r'(?<!<nav aria-label="Top">)<a href="#" class="back-to-top muted-link">.*?</a>', re.DOTALL)
FOLD = re.compile(r'<p class="((?:collapsed|expanded) admonition-title)">(.*?)</p>')
TOOLS = re.compile(r'<div class="content-icon-container">(.*?)</div>(?=\s*<article )', re.DOTALL)
PLACE = 'id="on-this-page" tabindex="-1"'
PLAIN = {
    # Sphinx: a heading has a level
    '<p class="caption" role="heading">': '<p class="caption" role="heading" aria-level="2">',
    # myst-nb: the text of a summary is its name, and says more than this label
    '<summary aria-label="Toggle hidden content">': "<summary>",
    # furo: two landmarks of a kind need names
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="This site">',
    '<aside class="toc-drawer">': f'<aside class="toc-drawer" aria-label="On this page" {PLACE}>',
    '<aside class="toc-drawer no-toc">': '<aside class="toc-drawer no-toc" aria-label="On this page">',
    # furo: what a button and a field are, where the default is another or is not said
    '<button class="theme-toggle"': '<button type="button" class="theme-toggle"',
    '<input class="sidebar-search"': '<input type="search" class="sidebar-search"',
    # docutils: what a heading of a table is of
    '<th class="head">': '<th class="head" scope="col">',
    '<th class="head stub">': '<th class="head stub" scope="col">',
    '<th class="stub">': '<th class="stub" scope="row">',
    # Sphinx: an attribute that is on or off has no value
    ' defer="defer"': " defer",
}
HASHED = re.compile(r"(\.[0-9a-f]{64}\.css)\?v=[0-9a-f]+")
WRAPPED = re.compile(r'(<div class="table-wrapper [^"]*") id="([^"]+)"(?=>\s*<table [^>]*\bid="\2")')
ARTICLE = '<article role="main" id="furo-main-content">'


SKIP = re.compile(r'<a class="skip-to-content muted-link" href="#furo-main-content">.*?</a>', re.DOTALL)
CONTENTS = '<a class="skip-to-content muted-link" href="#on-this-page">Skip to the contents of this page</a>'


def setup(app: Sphinx) -> None:
    app.add_js_file("reach.js", loading_method="defer")


def add_storage(app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: object) -> None:
    """Add the script that stands in for a storage that is denied: furo's own, in every page's body, would fail."""
    source = context["pathto"]("_static/storage.js", resource=True)
    context["metatags"] = f'{context.get("metatags", "")}<script src="{source}"></script>\n'


def fix_html(page: str, title: str) -> str:
    """Return a page of the site, by its HTML; `title` is for a page without a heading."""
    for old, new in PLAIN.items():
        page = page.replace(old, new)
    if "<h1" not in page:  # Sphinx: the page of search results
        page = page.replace(ARTICLE, f"{ARTICLE}\n<h1>{title}</h1>")
    if PLACE in page:  # furo: beside a narrower page it stands at the very end, out of sight
        page = SKIP.sub(rf"\g<0>\n{CONTENTS}", page)
    page = TOP.sub(r'<nav aria-label="Top">\g<0></nav>', page)  # furo: a link and icons that stand in no landmark
    page = TOOLS.sub(r'<nav class="content-icon-container" aria-label="Tools">\1</nav>', page)
    page = HASHED.sub(r"\1", page)  # myst-nb: a name that tells the content needs no digest, which a first build lacks
    page = WRAPPED.sub(r"\1", page)  # furo: what wraps a table has its id as well
    page = FOLD.sub(r'<span class="\1">\2</span>', page)  # myst-nb: a summary holds no paragraphs
    return PARAMETERS.sub(parameters, page)


def parameters(found: re.Match[str]) -> str:
    """Return the parameters of a long signature as no list of definitions, which is what Sphinx writes."""
    lines = found[1].replace("<dd>", '<span class="parameter">').replace("</dd>", "</span>")
    return f'<span class="parameters">\n{lines}</span>'
