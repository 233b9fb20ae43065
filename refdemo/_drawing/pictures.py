"""A drawn graph of objects, as plain data, and its forms: a text tree, DOT, and HTML for a notebook."""

import html
import importlib
import re
from typing import NamedTuple


def references(count: int) -> str:
    """Return a count in words.

    >>> references(1), references(2)
    ('1 reference', '2 references')
    """
    return f"{count} reference{'' if count == 1 else 's'}"


class Node(NamedTuple):
    """One box of a picture, or one name beside it. It holds no reference to what it shows.

    >>> Node("A1", "object", "list", 2).remark
    '2 references'
    """

    key: str
    """The node's name in DOT, such as "A1": one object has the same in every frame of a `Film`."""
    kind: str
    """"name", "object", "leaf" (drawn without its own references) or "more" (what the limits left out)."""
    label: str
    """What is written first: a name, a type, a value or "… 12 more"."""
    count: int | None = None  # type: ignore[assignment]  # hides tuple.count, which nobody needs
    """The object's reference count; None where there is none to show."""
    note: str | None = None
    """Text given to be shown in place of the count."""
    marked: bool = False
    """Whether the object was asked to be drawn emphasised."""

    @property
    def remark(self) -> str:
        """What is written second: the note, or else the count in words, or nothing."""
        if self.note is not None:
            return self.note
        return "" if self.count is None else references(self.count)


class Arrow(NamedTuple):
    """One reference of a picture, by the keys of its two nodes.

    >>> Arrow("A1", "B1", "[0]").target
    'B1'
    """

    source: str
    """The key of what refers: a name or an object."""
    target: str
    """The key of the object that it refers to."""
    label: str = ""
    """How the source refers to the target: ".b", "['key']", "[0]"; empty from a name and to what was left out."""
    weak: bool = False
    """Whether it is a weak reference, which no count includes."""


class ObjectGraph:
    """A picture of objects and their references: a snapshot, made by `object_graph` or `Film.frame`.

    It holds strings and numbers only, so it keeps no object alive and does not change when they do.
    The prompt shows it as a text tree, a notebook as a drawing.

    >>> nodes = [Node("n_x", "name", "x"), Node("A1", "object", "A", count=1)]
    >>> ObjectGraph("", nodes, [Arrow("n_x", "A1"), Arrow("A1", "A1", ".me")], ["n_x"])
    x ─► A, 1 reference
      .me ─► A, see above
    """

    def __init__(self, name: str, nodes: list[Node], edges: list[Arrow], roots: list[str], says: str = "") -> None:
        self.name = name
        """The film's name; empty for a single picture."""
        self.nodes = tuple(nodes)
        """Its boxes and names, in the order in which they were found."""
        self.edges = tuple(edges)
        """Its references, each between two nodes."""
        self.roots = tuple(roots)
        """The keys of what the picture starts from, names and nameless objects, in the order given."""
        self.says = says
        """What happened since the film's frame before, in words; empty for a single picture."""

    def __repr__(self) -> str:
        return self.to_text()

    def to_text(self) -> str:
        """Return the graph as an indented tree: each object's references stand under its first mention."""
        nodes = {node.key: node for node in self.nodes}
        leaving: dict[str, list[Arrow]] = {}
        for arrow in self.edges:
            leaving.setdefault(arrow.source, []).append(arrow)
        lines: list[str] = []
        told: set[str] = set()
        waiting = [("", "", key) for key in reversed(self.roots)]
        while waiting:
            indent, label, key = waiting.pop()
            node = nodes[key]
            if node.kind == "name":
                waiting.append((indent, f"{node.label} ─► ", leaving[key][0].target))
                continue
            again = key in told and node.kind == "object"
            told.add(key)
            words = (node.label, "see above") if again else (node.label, node.remark, "marked" if node.marked else "")
            lines.append(indent + _printable(label + ", ".join(filter(None, words))))
            if not again:
                waiting += [(indent + "  ", _branch(arrow), arrow.target) for arrow in reversed(leaving.get(key, []))]
        return "\n".join(lines) or "(nothing)"

    def to_dot(self) -> str:
        """Return the graph in Graphviz's language, the same byte for byte whenever the program is.

        Looks are left to whoever draws it: a node has one class of "name", "object", "leaf" and "more", perhaps
        "marked" too, an edge one of "name", "strong" and "weak". Frames of one film are graphs of one name, and the
        same node name in them is the same object; what a frame says is the graph's comment. Source: Graphviz's "The DOT
        Language".
        """
        kinds = {node.key: node.kind for node in self.nodes}
        lines = [f"digraph {_quoted(self.name) + ' ' if self.name else ''}{{", "  rankdir=LR;"]
        if self.says:
            lines.append(f"  comment={_quoted(self.says)};")
        for node in self.nodes:
            label = _quoted(node.label, node.remark)
            marked = " marked" if node.marked else ""
            lines.append(f'  {_id(node.key)} [label={label} {_SHAPES[node.kind]} class="{node.kind}{marked}"];')
        for arrow in self.edges:
            kind = "weak" if arrow.weak else "name" if kinds[arrow.source] == "name" else "strong"
            label = f"label={_quoted(arrow.label.strip())} " if arrow.label else ""
            dashed = " style=dashed" if arrow.weak else ""
            lines.append(f'  {_id(arrow.source)} -> {_id(arrow.target)} [{label}class="{kind}"{dashed}];')
        return "\n".join([*lines, "}"]) + "\n"

    def to_html(self) -> str:
        """Return the graph as SVG to stand in a page, where `pygraphviz` can be imported; else the text tree.

        The SVG takes its colour from the text around it, and carries the text tree as its description.
        """
        words = html.escape(self.to_text())
        try:
            graphviz = importlib.import_module("pygraphviz")
        except ImportError:
            return f"<pre>{words}</pre>"
        drawn = graphviz.AGraph(string=self.to_dot()).draw(format="svg", prog="dot").decode()
        title = html.escape(self.name or "Objects and their references")
        return _for_a_page(drawn, f"<title>{title}</title><desc>{words}</desc>")

    _repr_html_ = to_html

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        # IPython adds what _repr_html_ gives; whoever wants no HTML is spared the layout.
        return {"text/plain": self.to_text(), "text/vnd.graphviz": self.to_dot()}


_SHAPES = {
    "name": "shape=plaintext",
    "object": "shape=box style=rounded",
    "leaf": "shape=box",
    "more": "shape=plaintext",
}


def _branch(arrow: Arrow) -> str:
    return f"{arrow.label.strip()} {'╌►' if arrow.weak else '─►'} " if arrow.label else ""


def _printable(text: str) -> str:
    """One line that can be printed and encoded, whatever names a program has invented."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _quoted(*lines: str) -> str:
    """Lines of text as a DOT string. Graphviz reads backslashes and HTML entities in a label."""
    safe = [_printable(line).replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"') for line in lines if line]
    return '"' + "\\n".join(safe) + '"'


def _id(key: str) -> str:
    return key if key.isascii() and key.isidentifier() else _quoted(key)


def _for_a_page(svg: str, described: str) -> str:
    """Graphviz's SVG without its prolog, its colours and its ids, which would clash with another picture's."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r'<!--.*?-->|<title>.*?</title>|<polygon fill="white" stroke="none"[^>]*>', "", svg, flags=re.DOTALL)
    svg = re.sub(r' (?:id|xmlns:xlink)="[^"]*"', "", svg)
    svg = re.sub(r'(fill|stroke)="black"', r'\1="currentColor"', svg).replace("<text ", '<text fill="currentColor" ')
    head, rest = svg.split(">", 1)
    return f'{head} role="img" style="max-width: 100%; height: auto">{described}{rest}'
