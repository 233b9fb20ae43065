"""The sources of a site: the units that its pages tell, and what runs them."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from ..model.predictions import with_predictions
from ..model.units import Unit, digest
from .attacks import claims_of
from .reading import page_units
from .scheduler import Scheduler
from .tree import Tree

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def configured(docs: Path, scratch: Path) -> Sphinx:
    """Return Sphinx as a site configures it, for who wants the site's units and builds nothing."""
    from sphinx.application import Sphinx

    return Sphinx(docs, docs, scratch, scratch, "dummy", {"everypython_execute": False}, status=None, warning=None)


def of_site(docs: Path, scratch: Path, kept: bool = True) -> tuple[Sphinx, list[Unit], Scheduler]:
    """Return Sphinx as a site configures it, the site's units, and what runs them, in a folder for scratch.

    With `kept` it knows the runs that the site's builds keep.
    """
    app = configured(docs, scratch / "sphinx")
    return app, *opened(app, Path(app.srcdir, app.config.everypython_store) if kept else scratch / "runs")


def opened(app: Sphinx, folder: Path) -> tuple[list[Unit], Scheduler]:
    """Return the units that a site's pages tell, and what runs them and keeps their runs in `folder`."""
    packages = {
        path.name: path for path in (Path(app.srcdir, each).resolve() for each in app.config.everypython_packages)
    }
    examples = (Path(app.srcdir) / app.config.everypython_examples).resolve()
    names = sorted(app.project.discover(app.config.exclude_patterns, app.config.include_patterns))
    files = {name: Path(app.project.doc2path(name, absolute=True)) for name in names}
    protected = [Path(app.srcdir), Path(app.srcdir, app.config.everypython_protected), examples, *packages.values()]
    tree = Tree(protected, apart=[Path(app.outdir), Path(app.doctreedir), folder])
    scheduler = Scheduler(folder, packages, app.config.everypython_timeout, tree)
    attacks = Path(app.srcdir, app.config.everypython_claims).resolve()
    programs = {str(path): content(path) for each in (examples, attacks) for path in sorted(each.rglob("*.py"))}

    def of_page(name: str, file: Path) -> list[Unit]:
        used = sorted(packages)
        origin = digest(name, str(file), content(file), programs, used)

        def made() -> list[Unit]:
            told = chain(page_units(name, file, examples, used), claims_of(name, file, attacks, used))
            asked = with_predictions(told, file)
            return [replace(unit, origin=origin) for unit in asked]

        return scheduler.store.index.remembered(made, "units", origin)

    return [unit for name, file in files.items() if file.suffix == ".md" for unit in of_page(name, file)], scheduler


def content(file: Path) -> str | None:
    """Return a digest of a file, or None where it cannot be read: whoever reads it next complains."""
    try:
        return sha256(file.read_bytes()).hexdigest()
    except OSError:
        return None
