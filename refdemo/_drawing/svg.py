"""What charts are made of: one SVG element, without ids, colours or fonts of its own."""

from collections.abc import Iterable, Sequence
from html import escape


def picture(width: float, height: float, title: str, description: str, parts: Iterable[str]) -> str:
    """Return a picture of its parts; `description` says the same in words."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        'fill="none" stroke="none" font-family="sans-serif" font-size="13">'
        f"<title>{escaped(title)}</title><desc>{escaped(description)}</desc>{''.join(parts)}</svg>"
    )


def inline(svg: str) -> str:
    """Return a picture as HTML, with the colours of the page: in a notebook image/svg+xml is an <img>, without them."""
    return f'<div style="max-width: 40em">{svg}</div>'  # of itself it has no width, and would fill the window


def path(points: Sequence[tuple[float, float]], look: str = "") -> str:
    """Return a line through points; `look` is further attributes."""
    d = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return f'<path d="M{d}" stroke="currentColor"{look and " " + look}/>'


def text(x: float, y: float, words: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="currentColor" text-anchor="{anchor}">{escaped(words)}</text>'


def printable(words: str) -> str:
    """Return words without what XML has no place for: a class can have any name."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "?" for letter in words)


def escaped(words: str) -> str:
    return escape(printable(words), quote=False)
