"""Subtitles: a page's `subtitle` in its front matter, which says in the field's terms what its title asks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment


def subtitle_of(env: BuildEnvironment, page: str) -> str:
    return str(env.metadata.get(page, {}).get("subtitle", "")).strip()


def add_templates(app: Sphinx, config: Config) -> None:
    """Add the templates of the engine after the project's own."""
    ours = str(Path(__file__).parents[1] / "html" / "templates")
    config.templates_path = [*config.templates_path, ours]  # the default is one list for all


def add_to_toc(app: Sphinx, doctree: nodes.document) -> None:
    """Put a page's subtitle into its entry, once: each table of contents, also a theme's, is made of copies of it."""
    said = subtitle_of(app.env, app.env.docname)
    link = app.env.tocs[app.env.docname].next_node(nodes.reference)
    if said and link is not None:
        link += [nodes.Text(" "), nodes.inline("", said, classes=["subtitle"])]


def add_to_title(
    app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give the template what stands in the page's `<title>`."""
    context["subtitle"] = subtitle_of(app.env, name)
