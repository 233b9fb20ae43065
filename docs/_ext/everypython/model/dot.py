"""Draw graphs in Graphviz's language as SVG for a page: without colours, links, styles or anything that runs.

A graph comes from a cell, or from another machine, so nothing of it is handed on: it is read into names, labels and
classes, and these are written down anew for Graphviz. What is drawn, by Graphviz or by a cell, goes through one list of
allowed elements and attributes. Appearance is the stylesheet's part: it finds Graphviz's own groups, `g.node` and
`g.edge`, with the classes that the graph gives them.
"""

from __future__ import annotations

import html
import math
import os
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from typing import Any
from xml.etree import ElementTree

from .shared import SHARED

OUTSIDE = re.compile(
    r'"(?:\\.|[^"\\])*"|//[^\n]*|/\*.*?\*/|^#[^\r\n]*', re.DOTALL | re.MULTILINE
)  # of texts and remarks
GROUPED = re.compile(r"-[->]\s*(?:\{|subgraph\b)|(?:\}|\bsubgraph\s*\w*)\s*-[->]", re.IGNORECASE)
HEAD = re.compile(r'\s*(?:strict\s+)?(?:di)?graph\s+("(?:\\.|[^"\\])*"|\w+)', re.IGNORECASE)
ESCAPE = re.compile(r"\\(.)", re.DOTALL)
LONGEST = 200_000  # characters: what is larger is no picture to look at
LAYOUT = """  graph [rankdir={rankdir}, nodesep=0.3, ranksep=0.3, bgcolor=transparent, pad=0.05];
  node [fixedsize=true, fontname="Helvetica", fontsize=14];
  edge [fontname="Courier", fontsize=13, arrowsize=0.7];"""
NAMESPACE = "http://www.w3.org/2000/svg"
DEEPEST = 100  # elements in elements of an SVG

OF_GRAPHS, OF_SVG = SHARED["graph"], SHARED["svg"]
SHAPES, DIRECTIONS, STYLES = (set(OF_GRAPHS[name]) for name in ("shapes", "directions", "styles"))
MOST: int = OF_GRAPHS["most"]  # nodes and edges
# Pixels. Boxes are as wide as these say, because fonts here are not the reader's: a letter of a first line is bold or
# of fixed width, those of the lines below it are small.
LETTER, SMALL, LINE, ROOM = (OF_GRAPHS[name] for name in ("letter", "small", "line", "room"))
WIDE, UNPRINTABLE = (re.compile(OF_GRAPHS[name]) for name in ("wide", "unprintable"))
SHOWN, WRITTEN, KEPT, COLOURLESS = (set(OF_SVG[name]) for name in ("shown", "written", "kept", "colourless"))
HARMLESS, SIDES = (re.compile(OF_SVG[name], re.ASCII) for name in ("harmless", "sides"))


class Undrawable(Exception):
    """A picture that cannot be drawn, or must not be; the message says what is wrong with it."""


@dataclass(frozen=True)
class Item:
    """A node or an edge: its lines of text, and the little that may be said about its looks."""

    lines: tuple[str, ...]
    classes: str
    style: str = ""
    shape: str = "box"

    @property
    def size(self) -> tuple[int, int]:
        """Return the width and height of a node with these lines."""
        first, *below = (len(line) + len(WIDE.findall(line)) for line in self.lines)
        room = 6 if self.shape == "plaintext" else 2 * ROOM
        width = max(LETTER * first, *(SMALL * columns for columns in below), 8) + room
        return math.floor(width + 0.5), LINE * len(self.lines) + ROOM  # halves go up, as they do in JavaScript


Edge = tuple[str, str, tuple[str, ...], int]  # tail, head, label, and which of those that are alike in these


@dataclass
class Graph:
    """What is drawn of a graph."""

    directed: bool = True
    rankdir: str = "LR"
    says: str = ""  # its comment: what happened since the frame before
    nodes: dict[str, Item] = field(default_factory=dict)
    edges: dict[Edge, Item] = field(default_factory=dict)

    @property
    def title(self) -> str:
        names = list(dict.fromkeys(node.lines[0] for node in self.nodes.values() if node.lines[0]))
        return f"Picture of {', '.join(names[:6])}{', …' if names[6:] else ''}" if names else "Empty picture"


def available() -> bool:
    """Return whether Graphviz is here: there are no wheels of it for every machine. It is not loaded by asking."""
    return find_spec("pygraphviz") is not None


def name_of(dot: str) -> str:
    """Return the name that a graph gives itself, or nothing. Graphs of one name are frames of one film."""
    named = HEAD.match(dot)
    name = (named[1] or "") if named else ""
    return name[1:-1].replace('\\"', '"') if name.startswith('"') else name


@cache
def read(dot: str) -> Graph:
    """Return a graph's nodes and edges, in the order in which they appear."""
    from pygraphviz import AGraph

    outside = OUTSIDE.sub("", dot)
    if len(dot) > LONGEST or "<" in outside:
        raise Undrawable("the graph is too large" if len(dot) > LONGEST else "a label is HTML: write it as text")
    if GROUPED.search(outside):  # some lines of these could mean millions of edges
        raise Undrawable("an edge leads to or from a group: write one for each node")
    with listening() as said_of_it:
        try:
            return graph_of(AGraph(string=dot))
        except Undrawable:
            raise
        except Exception as error:  # whatever pygraphviz calls it
            raise Undrawable(f"Graphviz cannot read the graph: {said_of_it().strip() or error}") from error


def graph_of(found: Any) -> Graph:
    """Return what is drawn of a graph that pygraphviz has read."""
    if found.number_of_nodes() + found.number_of_edges() > MOST:
        raise Undrawable(f"the graph has more than {MOST} nodes and edges")
    rankdir = said(found.graph_attr, "rankdir", "LR", DIRECTIONS)
    graph = Graph(found.is_directed(), rankdir, " ".join(lines(told(found.graph_attr, "comment"), "")))
    for node in found.nodes():
        classes, style = looks(node)
        shape = said(node.attr, "shape", "", SHAPES)
        about = (classes, style, shape) if shape else (classes, style or "rounded", "box")
        graph.nodes[str(node)] = Item(lines(told(node.attr, "label") or r"\N", node), *about)
    alike: Counter[object] = Counter()
    for edge in found.edges():
        label = lines(told(edge.attr, "label"), "")
        tail, head = map(str, edge)
        alike[tail, head, label] += 1
        graph.edges[tail, head, label, alike[tail, head, label]] = Item(label, *looks(edge))
    return graph


def told(attributes: object, name: str) -> str:
    try:
        return str(attributes[name] or "")  # type: ignore[index]  # pygraphviz has no type information
    except KeyError:
        return ""  # the graph says nothing about it, neither here nor as a default


def said(attributes: object, name: str, default: str, allowed: set[str]) -> str:
    return value if (value := told(attributes, name)) in allowed else default


def looks(item: object) -> tuple[str, str]:
    """Return the classes and the style of a node or an edge."""
    attributes = item.attr  # type: ignore[attr-defined]
    style = STYLES.intersection(told(attributes, "style").split(","))
    return " ".join(re.findall(r"[A-Za-z][\w-]*", told(attributes, "class"))), ",".join(sorted(style))


def lines(label: str, name: object) -> tuple[str, ...]:
    """Return a label as lines of plain text."""
    ends = {**dict.fromkeys("nlr", "\n"), "N": str(name), **dict.fromkeys("GLTHE", "")}
    text = ESCAPE.sub(lambda escape: ends.get(escape[1], escape[1]), html.unescape(label))
    # Graphviz crashes on an edge whose label begins with an empty line.
    return tuple(UNPRINTABLE.sub("\ufffd", line) for line in text.strip("\n").split("\n"))


def written(frame: Graph, film: Iterable[Graph]) -> str:
    """Return a frame for Graphviz's layout, with a place kept for all that its film's other frames show.

    All frames of a film say the same to the layout: nodes and edges that a frame lacks are there and invisible, and a
    node is as large as it is in any frame. So everything has one place in all of them. The fullest frame comes first:
    a layout begins with what is named first.
    """
    frames = sorted(film, key=lambda each: -len(each.nodes) - len(each.edges))
    nodes = list(dict.fromkeys(name for each in frames for name in each.nodes))
    edges = list(dict.fromkeys(edge for each in frames for edge in each.edges))
    ours = {name: f"n{number}" for number, name in enumerate(nodes)}
    kind, arrow = ("digraph", "->") if frame.directed else ("graph", "--")
    rows = [f"{kind} {{", LAYOUT.format(rankdir=frames[0].rankdir)]
    for name in nodes:
        sizes = [each.nodes[name].size for each in frames if name in each.nodes]
        width, height = (max(side) / 72 for side in zip(*sizes, strict=True))
        node = frame.nodes.get(name)
        how = appearance(node, node.shape) if node else 'label="", style=invis, shape=box'
        rows.append(f"  {ours[name]} [{how}, width={width:.3f}, height={height:.3f}];")
    for edge in edges:
        tail, head, label, _ = edge
        how = appearance(frame.edges[edge]) if edge in frame.edges else f"label={quoted(label)}, style=invis"
        rows.append(f"  {ours[tail]} {arrow} {ours[head]} [{how}];")
    return "\n".join([*rows, "}"])


def appearance(item: Item, shape: str = "") -> str:
    about = {"label": quoted(item.lines), "class": f'"{item.classes}"', "style": f'"{item.style}"', "shape": shape}
    said = {name: value for name, value in about.items() if value not in ("", '""') or (name == "label" and shape)}
    return ", ".join(f"{name}={value}" for name, value in said.items())  # a node without a label would show its name


def quoted(text: tuple[str, ...]) -> str:
    escaped = (re.sub(r'(["\\])', r"\\\1", line).replace("&", "&amp;") for line in text)
    return '"' + "\\n".join(escaped) + '"'


def laid_out(dot: str) -> str:
    """Return what Graphviz makes of a graph that `written` wrote."""
    from pygraphviz import AGraph

    with listening():
        svg = AGraph(string=dot).draw(format="svg", prog="dot").decode()
    return allowed(re.sub(r"<title>.*?</title>", "", svg, flags=re.DOTALL))  # they name the nodes of `dot`


@contextmanager
def listening() -> Iterator[Callable[[], str]]:
    """Keep what Graphviz and its libraries write to standard error, for a message; a build's log is not theirs."""
    before = os.dup(2)
    with tempfile.TemporaryFile() as said:
        os.dup2(said.fileno(), 2)
        try:
            yield lambda: (said.seek(0), said.read())[1].decode("utf-8", "replace")
        finally:
            os.dup2(before, 2)
            os.close(before)


def allowed(svg: str) -> str:
    """Return an SVG with nothing in it that is not on the lists above. Colours become the colour of the text around it.

    An element that is not on them is refused by name; attributes that are not on them are left out.
    """
    if len(svg) > LONGEST or re.search(r"<!ENTITY", svg, re.IGNORECASE):
        raise Undrawable("the SVG is too large" if len(svg) > LONGEST else "the SVG declares entities")
    try:
        root = ElementTree.fromstring(svg)
    except (ElementTree.ParseError, ValueError) as error:
        raise Undrawable(f"the SVG cannot be read ({error})") from error
    sides = sides_of(root)
    if is_deeper(root, DEEPEST):
        raise Undrawable(f"the SVG has elements in more than {DEEPEST} elements")
    for child in [each for each in root if plain(each.tag) in ("title", "desc", "metadata")]:
        root.remove(child)  # the page has its own
    clean = copied(root)
    width, height = (f"{float(side):g}" for side in sides[2:])
    clean.attrib.update(xmlns=NAMESPACE, viewBox=" ".join(sides), width=width, height=height)
    clean.attrib.setdefault("fill", "currentColor")
    return ElementTree.tostring(clean, encoding="unicode", short_empty_elements=False)


def sides_of(root: ElementTree.Element) -> tuple[str, ...]:
    """Return the four numbers of an SVG's viewBox, which its width and height can stand for. Raises Undrawable."""
    found = SIDES.fullmatch(root.get("viewBox", f"0 0 {root.get('width', '')} {root.get('height', '')}"))
    try:
        if plain(root.tag) == "svg" and found and all(math.isfinite(float(side)) for side in found.groups()):
            return found.groups()
    except ValueError:  # of digits and dots that are no number
        pass
    raise Undrawable("the SVG has no viewBox of four numbers")


def is_deeper(root: ElementTree.Element, most: int) -> bool:
    """Whether an element has others in it, in more than so many levels."""
    level = [root]
    for _ in range(most):
        level = [child for element in level for child in element]
    return bool(level)


def copied(element: ElementTree.Element) -> ElementTree.Element:
    copy = ElementTree.Element(plain(element.tag), dict(attributes(element)))
    if copy.tag in WRITTEN:
        copy.text = element.text
    for child in element:
        if not isinstance(child.tag, str):  # a remark
            continue
        if plain(child.tag) not in SHOWN:
            raise Undrawable(f"the SVG has an element <{plain(child.tag)}>, which is not allowed in a page")
        copy.append(copied(child))
        if copy.tag in WRITTEN:
            copy[-1].tail = child.tail
    return copy


def plain(tag: object) -> str:
    """Return an SVG element's name without its namespace; of another namespace nothing is allowed."""
    return str(tag).removeprefix(f"{{{NAMESPACE}}}")


def attributes(element: ElementTree.Element) -> Iterator[tuple[str, str]]:
    for name, value in element.attrib.items():
        if name in ("fill", "stroke"):
            yield name, "none" if value in COLOURLESS else "currentColor"
        elif name in KEPT and HARMLESS.fullmatch(value):
            yield name, value


def texts(svg: str) -> list[str]:
    """Return all that is written in a picture, in the order of the alphabet: how a picture is known again."""
    return sorted("".join(text.itertext()) for text in ElementTree.fromstring(svg).iter(f"{{{NAMESPACE}}}text"))


def labels(dot: str) -> list[str]:
    """Return all that should be written in a graph's picture, as `texts` has it."""
    graph = read(dot)
    return sorted(line for item in (*graph.nodes.values(), *graph.edges.values()) for line in item.lines if line)
