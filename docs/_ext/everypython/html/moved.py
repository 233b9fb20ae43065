"""Places of pages that had another address once: a link to the old one still leads to what is told there now.

A file of the site's, TOML, has a table for each page: the old id of a place, and the one that it has now. Whatever has
that one gets the old one as well.
"""

from __future__ import annotations

import html
import re
import tomllib
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ConfigError
from sphinx.util import logging

LOG = logging.getLogger(__name__)
ID = re.compile(r'<(?:section|dt)\b[^>]* id="([^"]+)"[^>]*>')


def read(app: Sphinx, config: Config) -> None:
    """Read the file. What it says is a setting, so that pages are written anew where that changes."""
    if not config.everypython_moved:
        return
    file = Path(app.confdir, config.everypython_moved)
    try:
        moved = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{file}: what has moved cannot be read ({error}).") from error
    if not all(isinstance(its, dict) and all(isinstance(now, str) for now in its.values()) for its in moved.values()):
        raise ConfigError(f"{file}: what has moved is a table for each page, of old and new places: old = 'new'.")
    config.everypython_moved_places = moved


def lead_on(app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Give places of a page the ids that they had."""
    moved: dict[str, str] = app.config.everypython_moved_places.get(name, {})
    if not moved or "body" not in context:
        return
    found: set[str] = set()

    def with_old_ids(tag: re.Match[str]) -> str:
        here = [(old, new) for old, new in moved.items() if leads(old, new, tag[1])]
        found.update(new for _, new in here)
        olds = [old + tag[1].removeprefix(new) for old, new in here]
        return tag[0] + "".join(f'<span id="{html.escape(old)}"></span>' for old in olds)

    context["body"] = ID.sub(with_old_ids, context["body"])
    for lost in sorted({*moved.values()} - found):
        LOG.warning("%s: [%s] names %r, and nothing on that page has this id", app.config.everypython_moved, name, lost)


def leads(old: str, new: str, place: str) -> bool:
    return place.startswith(new) if old.endswith(".") else place == new
