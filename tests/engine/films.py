"""Sites with pictures and films, and what is read of the pictures on their pages."""

from __future__ import annotations

from pathlib import Path

from bs4 import BeautifulSoup, Tag

from .conftest import FRONT, Site, add_columns, made

HELPER = r'''
class Drawn:
    """Displays itself as a graph, as an SVG, or as both."""

    def __init__(self, text, dot="", svg=""):
        offered = {"text/plain": text, "text/vnd.graphviz": dot, "image/svg+xml": svg, "text/html": "<b>html</b>"}
        self.offered = {kind: data for kind, data in offered.items() if data}

    def __repr__(self):
        return self.offered["text/plain"]

    def _repr_mimebundle_(self, include=None, exclude=None):
        return self.offered


def frame(says="", **variables):
    """A graph of names and what they stand for, and the words of a frame."""
    edges = "".join(f'{name} [class="name"]; {name} -> "{value}";' for name, value in variables.items())
    text = "\n".join(f"{name} -> {value}" for name, value in variables.items())
    comment = f'comment="{says}";' if says else ""
    return Drawn(text or "nothing", 'digraph "film" {' + comment + edges + "}")
'''
FILM = """from helper import frame
x = 1
frame(x=x)
~
print("between")
~
y = 22
frame(x=x, y=y)
~
x = 333
~
frame(x=x, y=y)
~
del y, x
print("gone")
frame()"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 9" onload="x"><text fill="red">a &lt;b&gt;</text></svg>'

DIFFERS = "---\ndiffers: {'*': 'gh-1'}\n---\n"


def film_site(site: Site, program: str = FILM, directive: str = "```{filmstrip} film\nThe *whole* film.\n```") -> None:
    cells = "\n\n".join(f"```{{code-cell}} python\n{cell}\n```" for cell in program.split("\n~\n"))
    site.write("docs/index.md", f"{FRONT}# Film\n\n{cells}\n\n{directive}\n")


def small(root: Path) -> Site:
    made = Site(root)
    made.write("helper/__init__.py", HELPER)
    made.write("examples/none.py", "")
    return made


def page(site: Site) -> BeautifulSoup:
    return BeautifulSoup(site.html(), "html.parser")


def figures(site: Site) -> list[Tag]:
    return list(page(site).select(".outcome figure.picture"))


def words(figure: Tag) -> list[str]:
    return sorted(text.get_text() for text in figure.select("svg text"))


def old(site: Site) -> None:
    """Add an old Python, which displays what this one does under another name."""
    add_columns(site, made("3.9.1"), changes={"new": "old"})
