"""The navigation that is made once for all pages is, byte by byte, what furo makes for each of them."""

from __future__ import annotations

from collections.abc import Iterator

from ..conftest import Site

COMPARES = """
from furo.navigation import get_navigation_tree
from everypython.html.sidebar import ASKED

def compare(app, name, template, context, doctree):
    own = get_navigation_tree(context["toctree"](**ASKED))
    with open(app.srcdir + "/compared", "a") as file:
        file.write(f"{name} {'same' if context['furo_navigation_tree'] == own else 'other'} {'current-page' in own}\\n")

def setup(app):
    app.connect("html-page-context", compare, priority=900)
"""


def pages() -> Iterator[tuple[str, str]]:
    """Yield names and contents: folders, captions, levels, a page in two trees, links elsewhere, odd titles."""
    yield "index", tree("one", "deep/two", caption="First & foremost") + tree("deep/three", "one", "https://e.org/?a&b")
    yield "one", '# One <b>&amp; "more"\n'
    yield "deep/two", "# Two *stars*\n" + tree("inner/four", "five")
    yield "deep/three", "# Three, current and checked\n" + tree("Named <inner/six>")
    yield "deep/inner/four", "# Four\n"
    yield "deep/inner/six", "# Six\n" + tree("/seven")
    yield "deep/five", "# Five\n"
    yield "seven", "# Seven\n"
    yield "alone", "---\norphan: true\n---\n# Alone\n"


def tree(*names: str, caption: str = "") -> str:
    return "\n".join(["", "```{toctree}", *([f":caption: {caption}"] if caption else []), *names, "```", ""])


def test_it_is_what_furo_makes_for_every_page(site: Site) -> None:
    site.theme = "furo"
    for name, text in pages():
        site.write(f"docs/{name}.md", text if text.startswith(("#", "---")) else f"# Contents\n{text}")
    variables = site.configure()
    conf = site.root / "docs/conf.py"
    site.configure = lambda: variables  # type: ignore[method-assign]  # what is added to the configuration stays
    conf.write_text(conf.read_text(encoding="utf-8") + COMPARES, encoding="utf-8")
    site.built()
    compared = [line.split() for line in (site.root / "docs/compared").read_text(encoding="utf-8").splitlines()]
    assert {name: how for name, how, _ in compared if how != "same"} == {}
    names = {name for name, _ in pages()}
    assert names | {"genindex", "search"} == {name for name, _, _ in compared}
    assert {name for name, _, current in compared if current == "True"} == names - {"index", "alone"}
