"""Under each page, a link to a new issue about it, where the repository of the sources is known."""

from __future__ import annotations

import html
from typing import Any
from urllib.parse import quote

from docutils import nodes
from sphinx.application import Sphinx


def add_link(app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    if app.config.everypython_repository and doctree is not None:
        link = html.escape(new_issue(app.config.everypython_repository, f"{name}: ")[0])
        context["body"] += f'<p class="feedback"><a href="{link}">Something wrong on this page?</a></p>\n'


def new_issue(repository: str, title: str) -> tuple[str, str]:
    """Return where an issue is written whose title begins so, and what its text is called in the address.

    Most hosts of repositories agree on that, GitLab's differ. Without a repository both are empty.
    """
    if not repository:
        return "", ""
    if "gitlab" in repository.split("/")[2]:
        return f"{repository}/-/issues/new?issue%5Btitle%5D={quote(title)}", "issue%5Bdescription%5D"
    return f"{repository}/issues/new?title={quote(title)}", "body"
