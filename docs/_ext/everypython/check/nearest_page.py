"""What differs on one more Python, as one page of HTML by itself. Imports no library: see my_python.py."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from itertools import groupby

from ..model import claims
from .nearest import Comparison, Place

HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ max-width: 50rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }}
pre {{ overflow: auto; padding: 0.6rem; border: 1px solid; }}
</style>
</head>
<body>
<h1>{title}</h1>
"""


def page(site: str, python: str, found: Comparison, names: Mapping[str, str]) -> str:
    """Return the page: of each place that differs the source, what this Python did, and what the nearest one has."""
    title = f"{site}: {python}"
    return "".join([HEAD.format(title=escape(title)), *body(found, names), "</body>\n</html>\n"])


def body(found: Comparison, names: Mapping[str, str]) -> Iterator[str]:
    if not found.alone and not found.failing:
        yield "<p>Nothing differs: each output is one that the site shows, and every claim holds.</p>\n"
    differing = sorted([*found.alone, *found.failing], key=lambda place: place.unit.page)
    for name, places in groupby(differing, key=lambda place: place.unit.page):
        yield f"<h2>{escape(name)}</h2>\n"
        for place in places:
            yield from entry(place, found.nearest, names)


def entry(place: Place, nearest: str, names: Mapping[str, str]) -> Iterator[str]:
    if place.unit.kind == "claims":
        yield f"<h3>The claim {escape(place.cell.options.name)}, line {place.cell.line}, does not hold</h3>\n"
        yield block("\n".join(claims.broken(place.outcome)))
        return
    program = place.unit.kind == "example"
    yield f"<h3>{escape(f'{place.unit.name}.py' if program else f'Cell {place.number}, line {place.cell.line}')}</h3>\n"
    yield block(place.cell.source)
    yield f"<p>Your Python:</p>\n{block(place.text)}"
    if nearest:
        yield f"<p>{escape(names[nearest])}:</p>\n{block(place.shown_for(nearest))}"


def block(text: str) -> str:
    return f"<pre>{escape(text.strip()) or 'nothing'}</pre>\n"
