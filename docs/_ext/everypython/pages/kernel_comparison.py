"""The `{kernel-comparison}` directive: which cells of its page print something else in Jupyter's kernel."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from ..check import crosscheck
from ..check.crosscheck import KERNEL
from ..run import kernel
from ..run.build import build_of
from ..run.cell_runner import split

LOG = logging.getLogger(__name__)


def setup(app: Sphinx) -> None:
    app.add_directive("kernel-comparison", KernelComparison)
    app.add_css_file("crosscheck.css")


class KernelComparison(SphinxDirective):
    """``{kernel-comparison}`` shows which cells of its page print something else in Jupyter's kernel."""

    def run(self) -> list[nodes.Node]:
        for file in (__file__, crosscheck.__file__):
            self.env.note_dependency(file)
        build = build_of(self.env)
        unit = build.page(self.env.docname) if build else None
        if build is None or unit is None:
            return [nodes.paragraph("", f"No plain process ran cells of this page to compare with {KERNEL}.")]
        try:
            cells = crosscheck.compared(unit, build.scheduler, keep=True)
        except (crosscheck.Incomparable, kernel.NoKernel) as error:
            LOG.info("%s: no comparison with %s: %s", self.env.docname, KERNEL, error)
            self.env.note_reread()  # the next build may find a kernel
            return [nodes.paragraph("", f"No comparison with {KERNEL} could be made when this page was built.")]
        cells = [one for one in cells if "remove-cell" not in one.cell.options.tags]
        differing = [one for one in cells if one.differs]
        summary = (
            f"Of this page’s {len(cells)} cells, {len(differing)} did something else in {KERNEL} ({kernel.versions()}) "
            f"than in a plain process of the same {crosscheck.this_python().name}."
        )
        return [nodes.paragraph("", summary), *map(side_by_side, differing)]


def side_by_side(one: crosscheck.Compared) -> nodes.container:
    """Return what a cell displays, or else its source, above what each of the two printed."""
    source = split(one.cell.source)[1].strip() or one.cell.source
    code = nodes.literal_block(source, source, language="python3")
    sides = nodes.container("", classes=["sides"])
    for label, outcome in (("plain process", one.plain), (KERNEL, one.kernel)):
        text = crosscheck.said(outcome) or "(nothing)"
        block = nodes.literal_block(text, text, language="none")
        sides += nodes.container("", nodes.paragraph("", label), block, classes=["side"])
    return nodes.container("", code, sides, classes=["kernel-comparison"])
