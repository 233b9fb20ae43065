"""Under each page, a link to a new issue about it, where the repository of the sources is known."""

from __future__ import annotations

import html
from typing import Any
from urllib.parse import quote

from docutils import nodes
from sphinx.application import Sphinx


def add_link(app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    if app.config.everypython_repository and doctree is not None:
        link = html.escape(new_issue(app.config.everypython_repository, name))
        context["body"] += f'<p class="feedback"><a href="{link}">Something wrong on this page?</a></p>\n'


def new_issue(repository: str, page: str) -> str:
    """Return where an issue about a page is written: most hosts of repositories agree on that, GitLab's differ."""
    if "gitlab" in repository.split("/")[2]:
        return f"{repository}/-/issues/new?issue%5Btitle%5D={quote(f'{page}: ')}"
    return f"{repository}/issues/new?title={quote(f'{page}: ')}"
