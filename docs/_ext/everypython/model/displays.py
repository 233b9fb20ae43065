"""What a cell displays as a picture, as data: of which kinds, under which name, and how a graph is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TypeGuard

from . import dot
from .shared import SHARED
from .units import digest

GRAPH, SVG, TEXT = "text/vnd.graphviz", "image/svg+xml", "text/plain"
UNSHOWN = {"remove-cell", "remove-output"}


def drawable(data: Mapping[str, str] | None) -> TypeGuard[Mapping[str, str]]:
    """Return whether there is a picture in what was displayed."""
    return bool(data and (GRAPH in data or SVG in data))


def source_of(data: Mapping[str, str]) -> str:
    """Return a short name for what a picture is drawn from, by which verify knows it."""
    return digest(data[GRAPH] if GRAPH in data else data[SVG])


@cache
def how_drawn() -> str:
    """Return a digest of whatever decides what a graph's drawing is like, besides the graph."""
    graphviz = version("pygraphviz") if dot.available() else ""
    return digest(graphviz, SHARED, Path(dot.__file__).read_text(encoding="utf-8"))
