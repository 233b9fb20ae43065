"""A graph is drawn as it says, and nothing that a graph or an SVG brings along reaches a page."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from everypython.model import dot

pytest.importorskip("pygraphviz", reason="pygraphviz is not installed")

SVG = f"{{{dot.NAMESPACE}}}"
CIRCLE = r"""digraph "circle" { rankdir=LR; node [shape=box style=rounded];
  n_my_var [label="my_var" shape=plaintext class="name"]; A1 [label="A\n2 references" class="object marked"];
  B1 [label="B\n1 reference" class="object"]; n_my_var -> A1 [class="name"];
  A1 -> B1 [label=".b" class="strong"]; B1 -> A1 [label=".a" class="strong"];
}"""


def drawn(graph: str, *film: str) -> str:
    return dot.laid_out(dot.written(dot.read(graph), map(dot.read, film or [graph])))


def groups(svg: str, kind: str) -> list[ElementTree.Element]:
    return [each for each in ElementTree.fromstring(svg).iter(f"{SVG}g") if kind in each.get("class", "").split()]


def written_in(group: ElementTree.Element) -> list[str]:
    return ["".join(text.itertext()) for text in group.iter(f"{SVG}text")]


def where(svg: str, kind: str) -> dict[str, list[str | None]]:
    """Where nodes or edges are: their outline, or where their text is if they have none; by their first line."""
    places = {}
    for group in groups(svg, kind):
        shapes = [shape.get("d") or shape.get("points") for shape in group if shape.tag != f"{SVG}text"]
        text = group.find(f"{SVG}text")
        places["".join(written_in(group)[:1])] = shapes or [text.get("x") if text is not None else None]
    return places


def test_nodes_and_edges_are_drawn_with_their_labels_and_classes() -> None:
    svg = drawn(CIRCLE)
    said = {(group.get("class"), *written_in(group)) for group in (*groups(svg, "node"), *groups(svg, "edge"))}
    assert said == {
        ("node name", "my_var"),
        ("node object marked", "A", "2 references"),
        ("node object", "B", "1 reference"),
        ("edge name",),
        ("edge strong", ".b"),
        ("edge strong", ".a"),
    }


def test_two_edges_between_the_same_two_nodes_are_two_edges() -> None:
    svg = drawn('digraph { d -> v [label="k"]; d -> v [label="l"]; d -> v; d -> v }')
    assert sorted(written_in(group) for group in groups(svg, "edge")) == [[], [], ["k"], ["l"]]


def test_a_picture_has_no_colour_font_style_link_or_id_of_its_own() -> None:
    for element in ElementTree.fromstring(drawn(CIRCLE)).iter():
        assert element.get("fill") in (None, "none", "currentColor")
        assert element.get("stroke") in (None, "none", "currentColor")
        assert not {"style", "id", "href", "font-family"}.intersection(element.keys())


def test_the_same_graph_is_drawn_the_same_again() -> None:
    assert drawn(CIRCLE) == drawn(CIRCLE)


HOSTILE = {
    "<b>bold</b>": "<b>bold</b>",
    "<script>alert(1)</script>": "<script>alert(1)</script>",
    r"say \"hi\"": 'say "hi"',
    r"C:\\new": r"C:\new",
    r"ends in \\": "ends in \\",
    r"\\N": r"\N",
    "&lt;i&gt; &amp; &": "<i> & &",
    "]; x [URL=": "]; x [URL=",
    "# // /* no remark": "# // /* no remark",
    "naïve 名前 🐍": "naïve 名前 🐍",
    "\x01": "\ufffd",
    r"\x": "x",
}


@pytest.mark.parametrize("label, text", HOSTILE.items())
def test_a_label_is_text_whatever_is_in_it(label: str, text: str) -> None:
    svg = drawn(f'digraph {{ a [label="{label}"]; b [label="other"]; a -> b [label="{label}"]; }}')
    assert sorted(dot.texts(svg)) == sorted([text, text, "other"])
    assert dot.labels(f'digraph {{ a [label="{label}"] }}') == [text]


def test_a_label_of_lines_is_lines() -> None:
    svg = drawn(r'digraph { a [label="one\ntwo\lthree"]; "no label"; }')
    assert [written_in(group) for group in groups(svg, "node")] == [["one", "two", "three"], ["no label"]]


@pytest.mark.parametrize("graph", ["digraph { a [label=<<b>x</b>>] }", "digraph { a -> b [label=<x>] }"])
def test_a_label_of_markup_is_refused(graph: str) -> None:
    with pytest.raises(dot.Undrawable, match="a label is HTML: write it as text"):
        dot.read(graph)


@pytest.mark.parametrize("graph", ["", "hello", "digraph {", "digraph { a -> }", '{"nodes": []}'])
def test_what_is_no_graph_is_refused(graph: str) -> None:
    with pytest.raises(dot.Undrawable, match="Graphviz cannot read the graph"):
        dot.read(graph)


@pytest.mark.parametrize(
    "graph",
    ["digraph { a -> {b c} }", "graph { {a b} -- c }", "digraph { a -> subgraph { b } }", "graph { a --\n// x\n {b} }",
     'digraph { subgraph "s" {a b} subgraph "s" -> c }', "digraph { subgraph s {a b}; subgraph s->c }"],
)  # fmt: skip
def test_an_edge_to_a_group_is_refused_as_it_could_be_millions(graph: str) -> None:
    with pytest.raises(dot.Undrawable, match="an edge leads to or from a group: write one for each node"):
        dot.read(graph)


def test_words_like_a_group_in_a_label_are_words() -> None:
    assert dot.labels('digraph { "a -> {b}" -> c [label="} -> {"] }') == ["a -> {b}", "c", "} -> {"]


@pytest.mark.parametrize("label, text", {r"\n": [], r"\n\nx\n": ["x"], r"x\n\ny": ["x", "y"]}.items())
def test_empty_lines_around_a_label_crash_nothing(label: str, text: list[str]) -> None:
    svg = drawn(f'digraph {{ a [label="{label}"]; b; a -> b [label="{label}"]; b -> b [label="{label}"]; }}')
    assert dot.texts(svg) == sorted([*text * 3, "b"])


@pytest.mark.parametrize(
    "graph",
    ['digraph { "" -> b }', 'digraph { charset="nonsense"; a }', 'digraph { charset="rot13"; a }',
     'digraph { "\ud800" }', 'digraph { "a\0b" }', "digraph {\n#\r a [label=<<b>x</b>>]\n}"],
)  # fmt: skip
def test_whatever_a_graph_makes_graphviz_raise_is_an_error_of_ours(graph: str) -> None:
    with pytest.raises(dot.Undrawable):
        dot.read(graph)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="makes a pipe")
def test_graphviz_opens_no_file_that_a_graph_names(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "p.png")  # whoever opens it waits for ever
    names = [
        f'{name}="{tmp_path / "p.png"}"' for name in ("image", "shapefile", "_background", "stylesheet", "fontname")
    ]
    said = f'imagepath="{tmp_path}"; fontpath="{tmp_path}"; layout="{tmp_path}"; {"; ".join(names)}'
    graph = f'digraph {{ {said}; node [shape=custom, {", ".join(names)}]; a [image="p.png"]; a -> b }}'
    program = "import sys\nfrom everypython.model import dot\ngraph = dot.read(sys.argv[1])\n"
    program += "print(dot.texts(dot.laid_out(dot.written(graph, [graph]))))"
    paths = {**os.environ, "PYTHONPATH": str(Path(dot.__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", program, graph], capture_output=True, text=True, timeout=60, env=paths)
    assert (done.stdout, done.stderr) == ("['a', 'b']\n", "")


def test_a_graph_too_large_to_look_at_is_refused() -> None:
    with pytest.raises(dot.Undrawable, match="more than 400 nodes and edges"):
        dot.read("digraph {" + "; ".join(f"n{number}" for number in range(500)) + "}")
    with pytest.raises(dot.Undrawable, match="too large"):
        dot.read("digraph {" + " " * 300_000 + "}")


@pytest.mark.parametrize(
    "attribute",
    ["URL", "href", "xlabel", "tooltip", "edgetooltip", "image", "shapefile", "id", "target", "color", "fillcolor",
     "fontname", "fontcolor", "comment", "style", "shape", "class", "stylesheet", "_background", "bgcolor", "label"],
)  # fmt: skip
def test_attributes_that_are_not_looks_or_labels_bring_nothing_in(attribute: str) -> None:
    evil = 'javascript:alert(\\"evil\\")'
    said = f'{attribute}="{evil}"'
    graph = f"digraph {{ {said}; a [{said}]; a -> b [{said}]; }}"
    svg = drawn(graph)
    elements = list(ElementTree.fromstring(svg).iter())
    assert {element.tag.removeprefix(SVG) for element in elements} <= dot.SHOWN
    assert all("(" not in value or key == "transform" for each in elements for key, value in each.items()), svg
    assert ("evil" in "".join(dot.texts(svg))) == (attribute == "label")


FRAMES = [
    'digraph "f" { A [label="A\\n1 reference"]; B [label="B"]; B -> A [label=".a"]; }',
    'digraph "f" { x [label="x" shape=plaintext]; A [label="A\\n2 references"]; B [label="B\\n1 reference"]; '
    'x -> A; A -> B [label=".b"]; B -> A [label=".a"]; }',
    'digraph "f" { x [label="x" shape=plaintext]; N [label="None"]; A [label="A\\nlonger than before it was"]; '
    'B [label="B\\n1 reference" class="marked"]; x -> N; A -> B [label=".b"]; B -> A [label=".a"]; '
    'B -> B [label="me"]; }',
    'digraph "f" { x [label="x" shape=plaintext]; N [label="None"]; x -> N; }',
]


@pytest.mark.parametrize("kind", ["node", "edge"])
def test_what_is_in_several_frames_of_a_film_is_in_one_place_in_all_of_them(kind: str) -> None:
    seen: dict[str, list[str | None]] = {}
    again = 0
    for frame in FRAMES:
        for what, place in where(drawn(frame, *FRAMES), kind).items():
            if what:
                again += what in seen
                assert seen.setdefault(what, place) == place, what
    assert again >= 3


def test_the_frames_of_a_film_are_of_one_size_and_show_only_their_own() -> None:
    svgs = [drawn(frame, *FRAMES) for frame in FRAMES]
    assert len({svg.partition(">")[0] for svg in svgs}) == 1
    assert [dot.texts(svg) for svg in svgs] == [dot.labels(frame) for frame in FRAMES]


def test_the_order_of_the_frames_does_not_move_anything() -> None:
    assert where(drawn(FRAMES[1], *FRAMES), "node") == where(drawn(FRAMES[1], *FRAMES[1:], FRAMES[0]), "node")


def test_alone_a_frame_is_smaller() -> None:
    alone, in_film = (re.search(r'height="([\d.]+)"', svg) for svg in (drawn(FRAMES[0]), drawn(FRAMES[0], *FRAMES)))
    assert alone and in_film and float(alone[1]) < float(in_film[1])


@pytest.mark.parametrize(
    "graph, name",
    [
        ('digraph "my circle" {}', "my circle"),
        ("digraph circle{}", "circle"),
        ("strict graph\n c {}", "c"),
        (r'digraph "a \"b\"" {}', 'a "b"'),
        ("digraph {}", ""),
        ('digraph "" {}', ""),
        ("hello", ""),
    ],
)
def test_the_name_of_a_graph_is_known(graph: str, name: str) -> None:
    assert dot.name_of(graph) == name


def svg(inside: str, root: str = 'viewBox="0 0 10 10"') -> str:
    return f'<svg xmlns="{dot.NAMESPACE}" xmlns:xlink="http://www.w3.org/1999/xlink" {root}>{inside}</svg>'


@pytest.mark.parametrize(
    "element",
    ["<script>alert(1)</script>", "<style>*{}</style>", '<a href="#">x</a>', '<image href="x.png"/>',
     '<use href="#a"/>', "<foreignObject/>", '<animate attributeName="href"/>', "<set/>",
     '<g><script xmlns="http://www.w3.org/1999/xhtml"/></g>',
     "<text><a>x</a></text>", "<filter/>", "<defs/>"],
)  # fmt: skip
def test_an_svg_with_an_element_that_is_not_allowed_is_refused_by_name(element: str) -> None:
    with pytest.raises(dot.Undrawable, match=r"has an element <.+>, which is not allowed in a page"):
        dot.allowed(svg(element))


@pytest.mark.parametrize(
    "attribute",
    ['onload="alert(1)"', 'onclick="x"', 'style="background: url(//x)"', 'href="javascript:x"', 'xlink:href="#x"',
     'id="x"', 'clip-path="url(#x)"', 'transform="url(x)"', 'class="a&quot;b"', 'filter="url(#x)"', 'tabindex="0"'],
)  # fmt: skip
def test_an_attribute_that_is_not_allowed_is_left_out(attribute: str) -> None:
    clean = dot.allowed(svg(f"<g {attribute}><path {attribute} d='M0,0'/></g>", f'viewBox="0 0 9 9" {attribute}'))
    assert clean == dot.allowed(svg("<g><path d='M0,0'/></g>", 'viewBox="0 0 9 9"'))


def test_every_colour_of_an_svg_becomes_the_colour_of_the_text_around_it() -> None:
    clean = dot.allowed(
        svg('<rect width="9" height="50%" fill="red" stroke="#123"/><path fill="none" stroke="url(#x)"/>')
    )
    assert '<rect width="9" height="50%" fill="currentColor" stroke="currentColor"></rect>' in clean
    assert '<path fill="none" stroke="currentColor"></path>' in clean


def test_what_is_written_in_an_svg_stays_and_stays_text() -> None:
    clean = dot.allowed(svg("<title>t</title><text>a &lt;b&gt; <tspan>c</tspan> d</text>loose"))
    assert dot.texts(clean) == ["a <b> c d"]
    assert "loose" not in clean and "title" not in clean and "<b>" not in clean


@pytest.mark.parametrize(
    "text, says",
    [
        ("<svg", "cannot be read"),
        ("<html/>", "has no viewBox"),
        (svg("", ""), "has no viewBox"),
        ('<!DOCTYPE svg [<!ENTITY x "y">]>' + svg("<text>&x;</text>"), "declares entities"),
    ],
)
def test_what_is_no_svg_is_refused(text: str, says: str) -> None:
    with pytest.raises(dot.Undrawable, match=says):
        dot.allowed(text)


def test_an_svg_that_names_its_size_alone_gets_a_viewbox() -> None:
    root = ElementTree.fromstring(dot.allowed(svg("", 'width="20px" height="10"')))
    assert (root.get("viewBox"), root.get("width"), root.get("height")) == ("0 0 20 10", "20", "10")
