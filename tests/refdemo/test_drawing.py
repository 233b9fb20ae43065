import html
import importlib.util
import re

import pytest

from refdemo import object_graph
from refdemo._drawing.pictures import Arrow, Node, ObjectGraph
from refdemo.graph import Film

HAS_GRAPHVIZ = importlib.util.find_spec("pygraphviz") is not None

CIRCLE = ObjectGraph(
    "circle",
    [
        Node("n_my_var", "name", "my_var"),
        Node("A1", "object", "A", count=2),
        Node("B1", "object", "B", count=1, marked=True),
        Node("A1.n", "leaf", "'milk'"),
        Node("weakref1", "object", "weakref", note="a witness"),
        Node("A1 more", "more", "… 12 more"),
    ],
    [
        Arrow("n_my_var", "A1"),
        Arrow("A1", "B1", ".b"),
        Arrow("A1", "A1.n", ".n"),
        Arrow("A1", "A1 more"),
        Arrow("B1", "A1", ".a"),
        Arrow("weakref1", "A1", "weakly", weak=True),
    ],
    ["n_my_var", "weakref1"],
)

AWKWARD = ['a"b', "a\\", "\\N", "&amp;", "<b>", "a\nb", "\x00", "\ud800", "\u202e", "naïve ─►", "", " ", "graph", "a;}"]


class TestTheTextTree:
    def test_indents_what_an_object_refers_to(self):
        assert CIRCLE.to_text().splitlines() == [
            "my_var ─► A, 2 references",
            "  .b ─► B, 1 reference, marked",
            "    .a ─► A, see above",
            "  .n ─► 'milk'",
            "  … 12 more",
            "weakref, a witness",
            "  weakly ╌► A, see above",
        ]

    def test_is_what_the_prompt_and_print_show(self):
        assert repr(CIRCLE) == str(CIRCLE) == CIRCLE.to_text()

    def test_of_nothing_says_so(self):
        assert str(object_graph()) == "(nothing)"

    @pytest.mark.parametrize("name", AWKWARD)
    def test_keeps_a_line_for_a_node_and_can_be_encoded(self, name):
        words = str(object_graph(**{name: [name]}, last={name: 1}))
        assert len(words.splitlines()) == 4
        assert words.encode().decode() == words


class TestDot:
    def test_gives_classes_shapes_and_labels_and_nothing_more(self):
        assert CIRCLE.to_dot().splitlines() == [
            'digraph "circle" {',
            "  rankdir=LR;",
            '  n_my_var [label="my_var" shape=plaintext class="name"];',
            r'  A1 [label="A\n2 references" shape=box style=rounded class="object"];',
            r'  B1 [label="B\n1 reference" shape=box style=rounded class="object marked"];',
            """  "A1.n" [label="'milk'" shape=box class="leaf"];""",
            r'  weakref1 [label="weakref\na witness" shape=box style=rounded class="object"];',
            '  "A1 more" [label="… 12 more" shape=plaintext class="more"];',
            '  n_my_var -> A1 [class="name"];',
            '  A1 -> B1 [label=".b" class="strong"];',
            """  A1 -> "A1.n" [label=".n" class="strong"];""",
            '  A1 -> "A1 more" [class="strong"];',
            '  B1 -> A1 [label=".a" class="strong"];',
            '  weakref1 -> A1 [label="weakly" class="weak" style=dashed];',
            "}",
        ]

    def test_of_a_single_picture_has_no_name(self):
        assert object_graph().to_dot().startswith("digraph {")

    def test_contains_no_address(self):
        x = {"a": [object(), object]}
        dot = object_graph(x=x).to_dot()
        shown = {int(n, 16) for n in re.findall(r"(?:0x)?([0-9a-f]{6,})", dot)} | set(map(int, re.findall(r"\d+", dot)))
        assert not shown & {id(x), id(x["a"]), id(x["a"][0]), id(object)}

    @pytest.mark.parametrize("name", AWKWARD)
    def test_survives_awkward_names(self, name):
        kind = type("K" + name.replace("\0", "").replace("\ud800", ""), (), {})
        graph = Film(name).frame(**{name: {name: kind()}})
        parsed = parse(graph.to_dot())
        assert set(parsed.nodes()) == {undone(node.key) for node in graph.nodes}
        assert len(parsed.edges()) == len(graph.edges)

    def test_shows_an_entity_in_a_name_as_it_is_written(self):
        assert "&amp;amp;" in object_graph(**{"&amp;": 1}).to_dot()

    def test_keeps_two_edges_between_the_same_nodes(self):
        shared = []
        parsed = parse(object_graph(x={"a": shared, "b": shared}).to_dot())
        drawn = [line.split()[:3] for line in parsed.draw(format="plain", prog="dot").decode().splitlines()]
        assert sorted(line for line in drawn if line[0] == "edge") == [
            ["edge", "dict1", "list1"],
            ["edge", "dict1", "list1"],
            ["edge", "n_x", "dict1"],
        ]


def parse(dot):
    return pytest.importorskip("pygraphviz").AGraph(string=dot)


def undone(key):
    """A node's key as Graphviz keeps it: with the escapes of its DOT string, other than that of the quote."""
    printable = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in key)
    return printable.replace("&", "&amp;").replace("\\", "\\\\")


class TestHtml:
    @pytest.mark.skipif(HAS_GRAPHVIZ, reason="Graphviz draws here")
    def test_without_graphviz_is_the_text_escaped(self):
        graph = object_graph(x="<script>&")
        assert graph.to_html() == f"<pre>{html.escape(str(graph))}</pre>"

    @pytest.mark.skipif(not HAS_GRAPHVIZ, reason="pygraphviz is not installed")
    def test_with_graphviz_is_a_picture_that_follows_the_page(self):
        svg = CIRCLE.to_html()
        assert svg.startswith("<svg ") and svg.endswith("</svg>\n")
        assert 'role="img"' in svg and "viewBox=" in svg
        assert "<title>circle</title><desc>my_var ─► A, 2 references" in svg
        assert set(re.findall(r'(?:fill|stroke)="([^"]*)"', svg)) == {"none", "currentColor"}
        assert not re.search(r'\sid="|<\?xml|<!|href', svg)

    @pytest.mark.skipif(not HAS_GRAPHVIZ, reason="pygraphviz is not installed")
    @pytest.mark.parametrize("name", AWKWARD)
    def test_with_graphviz_lets_no_name_become_markup(self, name):
        etree = pytest.importorskip("xml.etree.ElementTree")
        tags = {
            each.tag.rpartition("}")[2] for each in etree.fromstring(object_graph(**{name: [name]}).to_html()).iter()
        }
        assert tags <= {"svg", "title", "desc", "g", "path", "polygon", "text"}

    def test_is_left_to_whoever_asks_for_it(self):
        assert CIRCLE._repr_mimebundle_() == {"text/plain": str(CIRCLE), "text/vnd.graphviz": CIRCLE.to_dot()}
        assert CIRCLE._repr_html_() == CIRCLE.to_html()


def test_a_graph_is_plain_data():
    graph = object_graph(x=[{"k": 1}, object()], notes={1: "one"})
    plain = {type(field) for row in (*graph.nodes, *graph.edges) for field in row} | set(map(type, graph.roots))
    assert plain <= {str, int, bool, type(None)}
