"""The walk over live objects from which a picture is made: breadth first, within limits, and not recursive."""

from collections.abc import Iterable, Iterator
from typing import Any

from refdemo._drawing.labels import Labels, definition, is_weak, type_name, value, weak_referent
from refdemo._drawing.pictures import Arrow
from refdemo.edges import edges

_MOST_EDGES = 12

# A reference to draw: its label, what it leads to, and whether it is weak.
_Link = tuple[str, object, bool]


class DraftNode:
    """A node in the making, which alone holds its object while the walk lasts."""

    __slots__ = ("depth", "key", "kind", "label", "number", "obj", "title")

    def __init__(self, kind: str, key: str = "", label: str = "", obj: object = None, depth: int = 0) -> None:
        self.kind, self.key, self.label, self.obj, self.depth = kind, key, label, obj, depth
        self.title, self.number = "", 0


class Walk:
    """From the roots outwards, breadth first: every object once, every reference between what is drawn."""

    def __init__(self, labels: Labels, max_depth: int, max_nodes: int) -> None:
        self.labels, self.max_depth, self.max_nodes = labels, max_depth, max_nodes
        self.nodes: list[DraftNode] = []
        self.places: dict[int, DraftNode] = {}
        self.arrows: list[Arrow] = []
        self.roots: list[str] = []
        self.boxes = 0

    def start(self, objects: tuple[object, ...], roots: dict[str, object]) -> None:
        for number, obj in enumerate(objects, 1):
            self.roots.append(self.root(obj, f"object {number}").key)
        for name, obj in roots.items():
            name = str.__str__(name)  # a mapping's key may be of a subclass, which would be kept
            key = self.labels.key("n_", name)
            self.nodes.append(DraftNode("name", key, name))
            self.roots.append(key)
            self.arrows.append(Arrow(key, self.root(obj, f"{key} value").key))

    def root(self, obj: object, place: str) -> DraftNode:
        if id(obj) not in self.places:
            self.places[id(obj)] = self.add(obj, 0, place)
        return self.places[id(obj)]

    def go_on(self) -> None:
        for node in self.nodes:  # which grows meanwhile
            if node.kind == "object":
                self.expand(node)
        for node in self.nodes:
            if node.number:
                node.label = self.labels.numbered(node.title, node.number)

    def expand(self, owner: DraftNode) -> None:
        alike: dict[str, int] = {}
        drawn = left_out = 0
        for label, referent, weak in self.links(owner.obj):
            target = self.places.get(id(referent))
            full = owner.depth >= self.max_depth or self.boxes >= self.max_nodes
            if drawn == _MOST_EDGES or (target is None and full):
                left_out += 1
                continue
            drawn += 1
            alike[label] = alike.get(label, 0) + 1
            place = owner.key + label + (f" {alike[label]}" if alike[label] > 1 else "")
            target = target or self.add(referent, owner.depth + 1, place)
            self.arrows.append(Arrow(owner.key, target.key, label, weak))
        if left_out:
            more = DraftNode("more", self.labels.key(owner.key, " more"), f"… {left_out} more")
            self.nodes.append(more)
            self.arrows.append(Arrow(owner.key, more.key))

    def add(self, obj: object, depth: int, place: str) -> DraftNode:
        atom, words = value(obj), definition(obj)
        node = DraftNode("object" if atom is words is None else "leaf", obj=obj, depth=depth)
        if atom is not None:
            # Whether two equal constants are one object differs by version, so each is known by its place.
            node.key, node.label = self.labels.key(place), atom
        else:
            self.identify(node, words or type_name(obj))
            self.places[id(obj)] = node
        self.nodes.append(node)
        self.boxes += 1
        return node

    def identify(self, node: DraftNode, title: str) -> None:
        """Give the node name and label that the object had before, or else the next number of its kind."""
        node.title = title
        seen = self.labels.seen(node.obj, title)
        if seen is None or seen.title != title:
            node.number = self.labels.next_number(title)
        if seen is None:
            node.key = self.labels.key("".join(c if c.isalnum() else "_" for c in title), str(node.number))
        else:
            node.key, node.label = seen.key, seen.label

    def links(self, obj: object) -> Iterable[_Link]:
        if issubclass(type(obj), (set, frozenset)):
            return sorted(_links(obj), key=lambda link: (link[0], *self.rank(link[1])))
        return _links(obj)

    def rank(self, member: object) -> tuple[int, str, Any]:
        """Where a set's member comes, by what can be seen of it: hashes and addresses differ from run to run."""
        known = self.places.get(id(member))
        if known is not None:
            return 0, known.key, ""
        if type(member) is int or type(member) is str:
            return 1, type_name(member), member
        parts = sorted(label + (value(part) or type_name(part)) for label, part, _ in _links(member))
        return 2, type_name(member), (value(member) or definition(member) or "", parts)


def _links(obj: object) -> Iterator[_Link]:
    """Return the references to draw: not that to the class, nor to a key which the label of its value shows."""
    for label, referent in edges(obj):
        if label != ".__class__" and not (label.startswith(" key ") and value(referent) is not None):
            yield label, referent, False
    referent = weak_referent(obj) if is_weak(obj) else None
    if referent is not None:
        yield "weakly", referent, True
