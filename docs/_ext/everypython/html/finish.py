"""What is done to every page once all are written: it is mended, gets one stylesheet, and its policy.

Last, because a policy names what stands in the page, whoever has put it there.
"""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.search import js_index

from .fixes import fix_html
from .policy import add_csp, is_guarded
from .stylesheets import Stylesheets


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Finish each page that was written in this build, and keep the others up to date."""
    if exception is not None or not isinstance(app.builder, StandaloneHTMLBuilder):
        return
    out = Path(app.outdir)
    stylesheets = Stylesheets(out / "_static")
    for file in sorted(out.rglob("*.html")):
        text = file.read_text(encoding="utf-8")
        if is_guarded(text) or "</head>" not in text:
            finished = stylesheets.kept(text)
        else:
            finished = add_csp(stylesheets.linked(fix_html(text, file.stem.capitalize()), file.parent))
        if finished != text:
            file.write_text(finished, encoding="utf-8")
    stylesheets.tidy()
    drop_entries(out / "searchindex.js")


def drop_entries(file: Path) -> None:
    """Take the entries of indexes out of Sphinx's search: of a page that it does not write again it forgets them."""
    if file.exists():
        index = js_index.loads(file.read_text(encoding="utf-8"))
        if index.get("indexentries"):
            file.write_text(js_index.dumps({**index, "indexentries": {}}), encoding="utf-8")
