"""Attacks on the sentences of guides/parent-child-trees."""

import array
import contextlib
import datetime
import gc
import importlib.util
import subprocess
import sys
import weakref
from xml.dom import minidom
from xml.etree import ElementTree

from refdemo import cycles as searching

_COUNTED = hasattr(sys, "getrefcount")
_SQLITE = importlib.util.find_spec("_sqlite3")
_KEEPS_CLASSES = sys.version_info[:2] == (3, 13) and not getattr(sys, "_is_gil_enabled", lambda: True)()


class _Tree:
    __slots__ = ()

    def __init__(self, parent=None):
        self.below, self.above = [], self.way_up(parent) if parent else None
        if parent:
            parent.below.append(self)

    @staticmethod
    def way_up(parent):
        return parent


class _Node(_Tree):
    pass


class _WeakNode(_Node):
    way_up = staticmethod(weakref.ref)


class _Slots(_Tree):
    __slots__ = ("__weakref__", "above", "below")


class _WeakSlots(_Slots):
    __slots__ = ()
    way_up = staticmethod(weakref.ref)


class _ByName(_Node):
    """Has its children in a dict."""

    def __init__(self, parent=None):
        self.below, self.above = {}, self.way_up(parent) if parent else None
        if parent:
            parent.below[len(parent.below)] = self


class _WeakByName(_ByName):
    way_up = staticmethod(weakref.ref)


_STRONG = {"instances": _Node, "slots": _Slots, "children in a dict": _ByName}
_WEAK = {"instances": _WeakNode, "slots": _WeakSlots, "children in a dict": _WeakByName}


def _chain(kind, length):
    nodes = [kind()]
    for _ in range(length):
        nodes.append(kind(nodes[-1]))
    return nodes


def _wide(kind, length):
    root = kind()
    return [root, *(kind(root) for _ in range(length))]


_DEPTH = 500 if sys.platform == "emscripten" else 50_000  # a browser's stack is small
_SHAPES = {"one child": (_chain, 1), "deep": (_chain, _DEPTH), "wide": (_wide, 1000)}


@contextlib.contextmanager
def _uncollected():
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect()


def _left(nodes):
    """Let go of the nodes, in the list that is given, and return how many counting leaves."""
    witnesses = [weakref.ref(node) for node in nodes]
    nodes.clear()
    if not _COUNTED:
        gc.collect()
    return sum(witness() is not None for witness in witnesses)


def a_weak_way_up_lets_the_tree_go():
    """Drop trees of several kinds and shapes, with both ways up."""
    with _uncollected():
        for shape, (make, length) in _SHAPES.items():
            for way, kind in _WEAK.items():
                yield f"weak, {shape}, {way}", _left(make(kind, length)) == 0
            for way, kind in _STRONG.items():
                left = _left(make(kind, length))
                yield f"strong, {shape}, {way}", left == (length + 1 if _COUNTED else 0)
                gc.collect()
        yield "a root alone has no circle", _left([_Node()]) == 0


def cpythons_collector_counts_objects_not_bytes():
    """Drop a few trees with much in them, and many with nothing, and count the collections that start."""
    starts = []

    def count(phase, info):
        starts.append(phase)

    def started(number, held):
        gc.collect()
        gc.callbacks.append(count)
        try:
            for _ in range(number):
                _chain(_Node, 1)[0].held = held()
        finally:
            gc.callbacks.remove(count)
        found = starts.count("start")
        starts.clear()
        return found

    yield "bytes", started(20, lambda: bytearray(1_000_000)) == 0
    yield "text", started(20, lambda: "x" * 1_000_000) == 0
    yield "an array", started(20, lambda: array.array("d", [0.0]) * 100_000) == 0
    yield "a long list", started(20, lambda: [None] * 100_000) == 0
    yield "many that hold nothing", started(30_000, lambda: None) > 0


def children_share_the_weak_reference():
    """Compare the ways up of siblings: of several kinds, many, late ones, and with a callback."""
    for way, kind in _WEAK.items():
        root, *children = nodes = _wide(kind, 100)
        yield way, len({id(child.above) for child in children}) == 1
        yield f"{way}, one more, later", kind(root).above is children[0].above is weakref.ref(root)
        nodes.clear()
    root = _WeakNode()
    yield "another parent's is another", _WeakNode(root).above is not _WeakNode(_WeakNode(root)).above
    yield "one with a callback is not shared", weakref.ref(root, id) is not weakref.ref(root, id)


def what_is_held_keeps_what_is_below_it():
    """Hold the root, the middle, a leaf, and nothing of a chain, and see who is left."""
    with _uncollected():
        for way, kind in _WEAK.items():
            for held in (0, 25, 50):
                nodes = _chain(kind, 50)
                kept = nodes[held]
                yield f"{way}, number {held}", _left(nodes) == 51 - held and not (kept.above and kept.above())
                del kept
        nodes = _chain(_Node, 50)
        kept = nodes[25]
        yield "with a strong way up all stay", _left(nodes) == 51 and kept.above is not None


_TEXTS = {
    "elements": "<a><b/><c/></a>",
    "attributes": "<a b='1' xmlns:n='u' n:c='2'/>",
    "text and comments": "<a>t<!--c--><?pi x?><![CDATA[q]]></a>",
    "a document type": "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
    "a thousand": "<a>" + "<b/>" * 1000 + "</a>",
}


def _document(text, then=lambda document: None):
    document = minidom.parseString(text)
    nodes = [document, document.documentElement]
    then(document)
    del document
    return _left(nodes)


def minidom_needs_unlink_and_elementtree_nothing():
    """Parse documents of several kinds, with both libraries, and let go."""
    with _uncollected():
        for way, text in _TEXTS.items():
            yield f"minidom, {way}", _document(text) == (2 if _COUNTED else 0)
            yield f"unlinked, {way}", _document(text, lambda document: document.unlink()) == 0
            root = ElementTree.fromstring(text)
            nodes = [root, *root]
            del root
            yield f"ElementTree, {way}", _left(nodes) == 0
        yield "ElementTree, no way up", not [name for name in dir(ElementTree.Element) if "parent" in name]


class _Farewell(_Node):
    def __del__(self):
        self.below.clear()


def _with_farewells(length):
    return _chain(_Farewell, length)[-1]


def a_collection_tells_late_from_held():
    """Drop trees, hold trees, freeze trees, and collect."""
    with _uncollected():
        for way, kind in _STRONG.items():
            nodes = _chain(kind, 20)
            _left(nodes)
            witnesses = [weakref.ref(node) for node in _chain(kind, 20)]
            gc.collect()
            yield f"late, {way}", not any(witness() for witness in witnesses)
        witness = weakref.ref(_with_farewells(3))
        gc.collect()
        if not _COUNTED:  # one farewell in each collection
            gc.collect(), gc.collect(), gc.collect()
        yield "after their farewells", witness() is None
        held = _chain(_Node, 20)[0]
        yield "held by one name", len(_reached(held)) == 21 and not gc.collect() and len(_reached(held)) == 21
        if _COUNTED:
            witness = weakref.ref(_chain(_Node, 20)[0])
            gc.freeze()
            gc.collect()
            frozen = witness() is not None
            gc.unfreeze()
            gc.collect()
            yield "frozen", frozen and witness() is None


class _Lasting(_Node):
    def __del__(self):
        self.again = [self]


def _by_a_moment():
    """Return a way up that leads through a moment, which no collector tracks."""

    class Zone(_Node, datetime.tzinfo):
        pass

    root, child = Zone(), Zone()
    root.below.append(datetime.datetime(2000, 1, 1, tzinfo=child))
    child.above = root
    return weakref.ref(root)


def _lasting(times):
    """Return how many nodes of trees that a `__del__` twists again are listed after some collections."""
    _chain(_Lasting, 3)
    for _ in range(times):
        gc.collect()
    return sum(type(each) is _Lasting for each in gc.get_objects())


class _Following(_Node):
    """Makes a node anew, with a `__del__` that is yet to be called, and hangs on it."""

    def __init__(self, more):
        super().__init__()
        self.more, self.me = more, self

    def __del__(self):
        if self.more:
            _Following(self.more - 1).before = self


def _following(times):
    """Return whether a node that hangs on one that three others follow is listed after some collections."""
    _Following(3).below.append(_Slots())
    for _ in range(times):
        gc.collect()
    return any(type(each) is _Slots for each in gc.get_objects())


def _by_a_connection():
    """Return a way up that leads through a connection, which does not tell the collector of its functions."""
    import sqlite3

    root = _chain(_Node, 1)[0]
    root.below[0].connection = connection = sqlite3.connect(":memory:")
    connection.create_function("up", 0, lambda: root)
    return weakref.ref(root)


_CLASS_OF_A_TREE = """if True:
    import gc, threading, weakref
    thread = threading.Thread(target=id, args=(1,))
    thread.start()
    thread.join()
    class Kept: pass
    witness = weakref.ref(kept := Kept())
    type("Local", (), {"tree": kept})
    del kept
    gc.collect(), gc.collect()
    print("gone" if witness() is None else "alive")
"""


def what_survives_two_collections_has_another_reason():
    """Drop trees with finalizers that make circles or followers anew, and with circles of which nobody is told."""
    if sys.platform != "emscripten":
        said = subprocess.run([sys.executable, "-c", _CLASS_OF_A_TREE], capture_output=True, text=True).stdout
        yield "on a class", said.split() == ["alive" if _KEEPS_CLASSES else "gone"]
    with _uncollected():
        yield "followed, three collections", _following(3)
        yield "followed, five collections", not _following(5)
        if _SQLITE:
            yield "a connection in the tree", _survives_collections(up := _by_a_connection()) is _COUNTED
            if _COUNTED:
                up().below[0].connection.create_function("up", 0, None)
                yield "a connection in the tree, cut", not _survives_collections(up)
        yield "twisted again, two collections", _lasting(2 if _COUNTED else 8) == 0
        if _COUNTED:
            yield "twisted again, one collection", _lasting(1) == 4
            gc.collect()
        yield "a child's moment in the tree", _survives_collections(_by_a_moment()) is _COUNTED
        yield "none of that", not _survives_collections(weakref.ref(_chain(_Node, 1)[0]))


def _survives_collections(witness):
    gc.collect(), gc.collect()
    return witness() is not None


def _reached(node):
    return [node, *(each for child in node.below for each in _reached(child))]


def circles_hold_a_tree_together():
    """Look for circles from one node, and let go of all but one."""
    for way, kind in _STRONG.items():
        for shape, make in {"a chain": _chain, "a wide one": _wide}.items():
            nodes = make(kind, 6)
            [circle] = searching.cycles(nodes[3])
            yield f"{way}, {shape}", sum(isinstance(each, _Tree) for each in circle) == 7
            del circle
    with _uncollected():
        nodes = _chain(_Node, 6)
        leaf = nodes[-1]
        yield "a leaf holds all", _left(nodes) == 7 and leaf.below == []
    yield "not with a weak way up", not searching.cycles(_chain(_WeakNode, 6)[0])


def the_root_needs_an_owner():
    """Let functions return a leaf, a middle, a root, and ask for the way up."""

    def returned(kind, number):
        return _chain(kind, 4)[number]

    with _uncollected():
        for way, kind in _WEAK.items():
            for number in (2, 4):
                node = returned(kind, number)
                if not _COUNTED:
                    gc.collect()
                yield f"{way}, number {number}", node.above() is None
            root = returned(kind, 0)
            gc.collect()
            child = root.below[0]
            yield f"{way}, the root itself", child.above() is root and len(root.below) == 1
        yield "with a strong way up it need not", returned(_Node, 4).above.above.above.above is not None


def two_other_designs_free_the_tree():
    """Cut by hand in trees of several kinds, and build trees without a way up."""

    class Down(_Node):
        way_up = staticmethod(lambda parent: None)

    with _uncollected():
        for way, kind in _STRONG.items():
            for shape, (make, _) in _SHAPES.items():
                nodes = make(kind, 300)
                for node in nodes:
                    node.above = None
                del node
                yield f"cut, {shape}, {way}", _left(nodes) == 0
        for shape, (make, length) in _SHAPES.items():
            yield f"no way up, {shape}", _left(make(Down, length)) == 0
        nodes = _chain(_Node, 300)
        for node in nodes[:-1]:
            node.below.clear()
        del node
        yield "cut the other way", _left(nodes) == 0
