"""What readers take with them: each page as a notebook, the wheels of the site's packages, and all examples as one zip.

Nothing of it depends on when or where it was made. A package need not be in any index: its wheel is served beside the
pages, and one line installs it from there.
"""

from __future__ import annotations

import html
import os
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from docutils import nodes
from pyproject_hooks import BuildBackendHookCaller, quiet_subprocess_runner
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.environment import BuildEnvironment

from ..check.verdict import refuse
from ..pages.lists import ARCHIVE, FOLDER, PROGRAMS, examples
from ..run.build import Build, build_of
from ..run.files import write_zip
from ..run.tree import Tree
from . import notebooks

EARLIEST = "315532800"  # seconds: 1980, before which a zip knows no dates

README = """{title}

Each of these {count} programs runs by itself:

    python {first}

{needed}What each printed, on which Python, and why: {where}

{programs}
"""
NEEDED = """Some of them import what is in this folder too. This installs it into an environment of its own:

    python -m venv .venv
    .venv/bin/{install}
    .venv/bin/python {first}

On Windows write .venv\\Scripts\\ for .venv/bin/.

"""


def build_wheels(app: Sphinx) -> None:
    """Put the wheels into the output folder: every page names them."""
    build = build_of(app.env)
    if build is None or not isinstance(app.builder, StandaloneHTMLBuilder):
        return
    folder = Path(app.outdir, FOLDER)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for each in app.config.everypython_wheels:
        project = Path(app.srcdir, each).resolve()
        try:
            files = sorted(Tree([project], [Path(app.outdir), build.store.folder]).seen().items())
            name, content = build.store.index.remembered(partial(wheel, project), "wheel", str(project), files, date())
            folder.joinpath(name).write_bytes(content)
        except subprocess.CalledProcessError as error:
            told = error.output.decode(errors="replace").strip().splitlines()
            refuse(f"{project}: no wheel could be built: {told[-1] if told else error}")
        except (OSError, ValueError, KeyError) as error:
            wanted = "everypython_wheels names a folder whose pyproject.toml says under [build-system] what builds it"
            refuse(f"{project / 'pyproject.toml'}: no wheel could be built ({error!r}): {wanted}")


def wheel(project: Path) -> tuple[str, bytes]:
    """Return the wheel that a project's own build backend makes: its name and its contents."""
    system = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]
    backend = BuildBackendHookCaller(str(project), system["build-backend"], runner=dated)
    with tempfile.TemporaryDirectory() as scratch:
        name = backend.build_wheel(scratch)
        return name, Path(scratch, name).read_bytes()


def date() -> str:
    return os.environ.get("SOURCE_DATE_EPOCH", EARLIEST)


def dated(cmd: Sequence[str], cwd: str | None = None, extra_environ: Mapping[str, str] | None = None) -> None:
    """Run a build backend with a date that is the same tomorrow, because a wheel holds the dates of its files."""
    quiet_subprocess_runner(cmd, cwd, {**(extra_environ or {}), "SOURCE_DATE_EPOCH": date()})


def wheels(app: Sphinx) -> list[str]:
    return sorted(file.name for file in Path(app.outdir, FOLDER).glob("*.whl"))


def install(app: Sphinx) -> str:
    """Return the line that installs the wheels: from the site's address, or from where the reader has put them."""
    base = app.config.html_baseurl
    places = [urljoin(f"{base.rstrip('/')}/", f"{FOLDER}/{name}") if base else f"./{name}" for name in wheels(app)]
    return " ".join(["pip install", *places]) if places else ""


def renamed(app: Sphinx, env: BuildEnvironment, *changes: set[str]) -> Sequence[str]:
    """Return every page, when a wheel has another name: all of them say it."""
    known, env.everypython_wheels = getattr(env, "everypython_wheels", None), wheels(app)  # type: ignore[attr-defined]
    return [] if known == env.everypython_wheels else sorted(env.found_docs)  # type: ignore[attr-defined]


def forget(app: Sphinx, env: BuildEnvironment, page: str) -> None:
    """Remove the notebook of a page that is gone or about to be read again."""
    Path(app.outdir, f"{page}.ipynb").unlink(missing_ok=True)


def add_to_page(app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Write a page's notebook together with the page, and say below it what can be taken from here.

    That is in no doctree, so search does not find it.
    """
    build = build_of(app.env)
    if build is None or doctree is None:
        return

    def link(path: str, text: str) -> str:
        return f'<a href="{html.escape(context["pathto"](path, resource=True))}" download>{html.escape(text)}</a>'

    links = []
    if notebooks.units_of(build, name):
        notebooks.write(app, build, name, install(app))
        links.append(link(f"{name}.ipynb", "this page as a notebook"))
    if examples(build):
        links.append(link(ARCHIVE, "all examples"))
    links += [link(f"{FOLDER}/{file}", f"{file.partition('-')[0]} as a wheel") for file in wheels(app)]
    if links:
        where = "" if app.config.html_baseurl else ", in the folder where you saved it"
        line = f'To install it{where}: <code class="literal">{html.escape(install(app))}</code>' if wheels(app) else ""
        context["body"] += f'<p class="downloads">To take with you: {", ".join(links)}. {line}</p>\n'


def pack(app: Sphinx, exception: Exception | None) -> None:
    """Write each example, and all of them into one zip, with the wheels and how to run them."""
    build, out = build_of(app.env), Path(app.outdir)
    if exception or build is None or not isinstance(app.builder, StandaloneHTMLBuilder) or not examples(build):
        return
    content = {f"{u.name}.py": u.cells[0].source.encode() for u in build.units if u.kind == "example"}
    (out / PROGRAMS).mkdir(exist_ok=True)
    for name, source in content.items():
        (out / PROGRAMS / name).write_bytes(source)
    content |= {name: (out / FOLDER / name).read_bytes() for name in wheels(app)}
    content["README.txt"] = readme(app, build).encode()
    folder = f"{app.config.project}-examples"
    write_zip(out / ARCHIVE, {f"{folder}/{name}": data for name, data in content.items()})


def readme(app: Sphinx, build: Build) -> str:
    told = sorted(examples(build).items())
    title = f"The examples of {app.config.project} {app.config.release}".strip()
    width = max(len(name) for name, _ in told)
    local = " ".join(["pip install", *(f"./{name}" for name in wheels(app))])
    return README.format(
        title=f"{title}\n{'=' * len(title)}",
        count=len(told),
        first=told[0][0],
        needed=NEEDED.format(install=local, first=told[0][0]) if wheels(app) else "",
        where=app.config.html_baseurl or "see the pages of the site that are named here.",
        programs="\n".join(f"{name:{width}}  {app.env.titles[page].astext()}" for name, page in told),
    )
