"""What a page says in Markdown, for readers of Markdown that know nothing of this site, such as Jupyter.

Directives, roles and links between pages mean nothing there. A box becomes a quotation with its title, a term its text,
and a link the address of what it leads to. Where a directive shows what a notebook cannot, a sentence says so.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote, urlsplit

from docutils.parsers.rst import directives
from docutils.parsers.rst.directives.admonitions import BaseAdmonition
from docutils.parsers.rst.languages import get_language
from docutils.utils import new_document
from mdformat.renderer import DEFAULT_RENDERERS, MDRenderer, RenderContext, RenderTreeNode
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.directives import parse_directive_text
from myst_parser.parsers.mdit import create_md_parser
from sphinx.application import Sphinx

from .sharing import address

DIRECTIVE = re.compile(r"\{(?P<name>[^}\s]+)\}[ \t]*(?P<argument>.*)")
WITH_TARGET = re.compile(r"(?P<text>.+?)\s*<[^<>]+>", re.DOTALL)
SPACE_AT_END = re.compile(r"&#32;$", re.MULTILINE)  # before a role that is left out
UNSEEN = {"toctree", "index", "only", "meta", "sections"}
WRITTEN = {"predict", "answer"}  # what stands inside stands alone there
INSTEAD = {
    "by-python": "shows in a table what each Python printed",
    "example": "shows a program, and what it printed",
    "filmstrip": "shows its pictures as a film, step by step",
    "verdicts": "shows in a table what each Python found",
    "kernel-comparison": "says which cells do something else in Jupyter’s kernel",
}


@dataclass(frozen=True)
class Place:
    """A page of a site, and the site's address if it is known: where links lead from and to."""

    app: Sphinx
    page: str

    def link(self, text: str, page: str, anchor: str = "") -> str:
        """Return a link to where a page is read; only its text if that is not known."""
        hashed = f"#{anchor}" if anchor else ""
        return f"[{text}]({address(self.app, page)}{hashed})" if self.app.config.html_baseurl else text

    def leads(self, target: str) -> tuple[str, str] | None:
        """Return the page and the anchor that a link of this page means, if it means a page."""
        path, env = unquote(urlsplit(target).path), self.app.env
        file = posixpath.normpath(posixpath.join(posixpath.dirname(self.page), path)) if path else ""
        page = self.app.project.path2doc(f"{self.app.srcdir}/{file}") if file else self.page
        if page not in env.found_docs:
            return None
        slug = urlsplit(target).fragment
        slugs = env.metadata[page].get("myst_slugs", {})
        return page, slugs[slug][1] if slug in slugs else slug


@dataclass(frozen=True)
class Piece:
    """Some Markdown of a page; or an example that is shown between two such, by its name."""

    text: str
    example: str = ""


def pieces(text: str, place: Place) -> Iterator[Piece]:
    """Yield a page's Markdown, cut where it shows an example."""
    lines, began = text.split("\n"), 0
    if "{example}" not in text:
        yield Piece(written(text, place))
        return
    for name, (first, after) in examples(text, place):
        yield Piece(written("\n".join(lines[began:first]), place))
        yield Piece("", name)
        began = after
    yield Piece(written("\n".join(lines[began:]), place))


def examples(text: str, place: Place) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the examples that stand in no box, by name, with their first line and the one after them."""
    for node in RenderTreeNode(parser(place).parse(text)).children:
        found = DIRECTIVE.match(node.info) if node.type in ("fence", "colon_fence") else None
        if found and found["name"] == "example" and node.map:
            yield found["argument"].strip(), node.map


@lru_cache(maxsize=1)  # not more: a place holds the whole site
def parser(place: Place) -> Any:
    config: MdParserConfig = place.app.env.myst_config  # type: ignore[attr-defined]  # myst_parser keeps it there
    markdown = create_md_parser(config, MDRenderer)  # type: ignore[arg-type]  # a renderer for any output
    return markdown.disable("front_matter")  # a page's has been read; dashes that begin a part of it are a line


def written(text: str, place: Place) -> str:
    """Return a part of a page as plain Markdown."""
    markdown = parser(place)
    tree = RenderTreeNode(markdown.parse(text))
    ours = {
        "fence": directive(place, otherwise=DEFAULT_RENDERERS["fence"]),
        "colon_fence": directive(place, otherwise=DEFAULT_RENDERERS["fence"]),
        "link": link(place),
        "myst_role": role,
        "table": table,
        **dict.fromkeys(("myst_line_comment", "myst_target"), lambda node, context: ""),
    }
    others = {node.type for node in tree.walk()} - ours.keys() - DEFAULT_RENDERERS.keys()
    unknown = dict.fromkeys(others, as_written(text))
    renderers = [SimpleNamespace(RENDERERS={**unknown, **ours})]
    options = {**markdown.options, "parser_extension": renderers, "mdformat": {"number": True}}
    rendered: str = markdown.renderer.render_tree(tree, options, {"references": {}})
    return SPACE_AT_END.sub("", rendered).strip()


Render = Callable[[RenderTreeNode, RenderContext], str]


def as_written(text: str) -> Render:
    """Leave as it is what a site's own extensions of Markdown add."""
    return lambda node, context: "\n".join(text.split("\n")[slice(*node.map)]) if node.map else node.content


def link(place: Place) -> Render:
    def render(node: RenderTreeNode, context: RenderContext) -> str:
        target = str(node.attrs["href"])
        if urlsplit(target).scheme or urlsplit(target).netloc:
            return DEFAULT_RENDERERS["link"](node, context)
        said = "".join(child.render(context) for child in node.children)
        to = place.leads(target)
        if to is None:
            return said
        return place.link(said or place.app.env.titles[to[0]].astext(), *to)

    return render


def role(node: RenderTreeNode, context: RenderContext) -> str:
    """Return the text of a role, without what it leads to."""
    if node.meta.get("name") in ("claim", "prints"):
        return ""
    found = WITH_TARGET.fullmatch(node.content)
    return found["text"] if found else node.content


def table(node: RenderTreeNode, context: RenderContext) -> str:
    rows = [[escaped(cell, context) for cell in row.children] for part in node.children for row in part.children]
    head, *body = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([head, "|" + " --- |" * len(rows[0]), *body])


def escaped(cell: RenderTreeNode, context: RenderContext) -> str:
    return "".join(child.render(context) for child in cell.children).replace("|", r"\|")


nowhere = cache(partial(new_document, "a page"))  # making one takes docutils a millisecond


def directive(place: Place, otherwise: Render) -> Render:
    def render(node: RenderTreeNode, context: RenderContext) -> str:
        found = DIRECTIVE.match(node.info)
        if not found:
            return otherwise(node, context)
        name, argument = found["name"], found["argument"].strip()
        kind, _ = directives.directive(name, get_language("en"), nowhere())  # type: ignore[arg-type]  # its stub errs
        if kind and issubclass(kind, BaseAdmonition):
            return quoted(kind, name, argument, node.content, place)
        if name in UNSEEN:
            return ""
        if name in WRITTEN:
            return written(node.content, place)
        does = INSTEAD.get(name, "has more than a notebook can show")
        return f"*Here {place.link('the page', place.page)} {does}.*"

    return render


def quoted(kind: type[BaseAdmonition], name: str, argument: str, content: str, place: Place) -> str:
    """Return a box as a quotation, its title first."""
    box = parse_directive_text(kind, argument, content)
    title = " ".join(box.arguments) or name.capitalize()
    said = f"**{title}**\n\n{written(chr(10).join(box.body), place)}"
    return "\n".join(f"> {line}".rstrip() for line in said.split("\n"))
