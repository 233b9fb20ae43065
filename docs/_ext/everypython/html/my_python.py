"""`my-python.pyz`: a program that readers run, for the outputs of their own Python.

It holds the modules that run units here, the site's units and packages, and its runs.json, in one piece that lzma makes
small; Pythons that were built without that have a larger file. The same sources and runs give the same bytes.
"""

from __future__ import annotations

import json
import lzma
import zipfile
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from sphinx.application import Sphinx

from ..model.published import RunsJson, compared
from ..model.units import digest
from ..run import portable
from ..run.build import Build, build_of
from ..run.files import write_atomically, write_zip
from ..run.index import ENGINE
from . import feedback

FILE, LARGER = "my-python.pyz", "my-python-larger.pyz"
PIECE, SCRIPT = "everything.zip.xz", "my-python.js"
# The preset's own dictionary of 8 MB takes 20 MB more and makes what is 3 MB smaller by half a percent.
FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 6 | lzma.PRESET_EXTREME, "dict_size": 2**21}]
MODULES = [
    "my_python.py",
    "check/__init__.py",
    "check/column.py",
    "check/nearest.py",
    "check/nearest_page.py",
    *(f"model/{name}.py" for name in ("__init__", "claims", "grouping", "interpreters", "outcome", "patterns")),
    *(f"model/{name}.py" for name in ("predictions", "published", "shared", "units")),
    *(
        f"run/{name}.py"
        for name in ("__init__", "cell_runner", "command_line", "discovery", "environments", "node", "pool")
    ),
    *(f"run/{name}.py" for name in ("left", "pool", "portable", "process", "recording", "scratch", "strays")),
    "site/browser/shared.json",
]
MAIN = Path(__file__).with_name("my_python_start.py")


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write the program beside the pages, unless the one that is there has the same contents."""
    build = build_of(app.env)
    if exception or build is None or build.hasty or app.builder.format != "html":
        return
    main, content = {"__main__.py": MAIN.read_bytes()}, cache(lambda: contents(app, build))

    def told() -> tuple[str, str]:
        whole = main | content()
        of_all = digest([(name, sha256(data).hexdigest()) for name, data in whole.items()])
        return of_all, whole[portable.STATE].decode()

    settings = app.config.project, app.config.release, app.config.everypython_timeout, app.config.everypython_assets
    of_all, of_site = build.store.index.remembered(told, FILE, settings, build.digest, build.store.package_digests)
    write_script(app, build, of_site)
    if of_all == written(Path(app.outdir, FILE)) == written(Path(app.outdir, LARGER)):
        return
    piece = BytesIO()
    write_zip(piece, content(), zipfile.ZIP_STORED)
    packed = lzma.compress(piece.getbuffer(), filters=FILTERS)
    for name, inside in ((FILE, {PIECE: packed}), (LARGER, content())):
        program = BytesIO()
        program.write(b"#!/usr/bin/env python3\n")
        write_zip(program, main | inside, comment=of_all)
        write_atomically(Path(app.outdir, name), program.getvalue())


def write_script(app: Sphinx, build: Build, state: str) -> None:
    """Write the script by which pages know whether what such a program wrote is of them: site/bring.js asks for it."""
    address, body = feedback.new_issue(app.config.everypython_repository, "")
    told = {
        "state": state,
        "names": {python.key: python.name for python in build.interpreters},
        "page": app.config.everypython_my_python,
        "suffix": getattr(app.builder, "link_suffix", None) or ".html",
        "issue": address and [address, body],
    }
    script = f"everypython.site = {json.dumps(told)};\n".encode()
    path = Path(app.outdir, "_static", SCRIPT)
    if not path.exists() or path.read_bytes() != script:
        write_atomically(path, script)


def contents(app: Sphinx, build: Build) -> dict[str, bytes]:
    """Return what the program unpacks where it runs."""
    told = portable.as_data(app.config.project, app.config.everypython_timeout, build.units)
    content = {f"everypython/{name}": (ENGINE / name).read_bytes() for name in MODULES}
    content["everypython/__init__.py"] = b""
    content[portable.UNITS] = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    runs = steady(app)
    content[portable.RUNS] = json.dumps(runs, ensure_ascii=False).encode()
    for each in app.config.everypython_packages:
        folder = Path(app.srcdir, each).resolve()
        files = [file for file in folder.rglob("*") if file.is_file() and file.suffix != ".pyc"]
        inside = f"{portable.PACKAGES}/{folder.name}"
        content |= {f"{inside}/{file.relative_to(folder).as_posix()}": file.read_bytes() for file in files}
    content[portable.STATE] = state(build, content, runs).encode()
    return content


def state(build: Build, content: dict[str, bytes], runs: RunsJson) -> str:
    """Return a digest of what a file that is written elsewhere is of: sources, and what was printed, as compared."""
    sources = {name: sha256(data).hexdigest() for name, data in content.items() if name != portable.RUNS}
    options = {f"{unit.id}:{number}": cell.options for unit in build.units for number, cell in enumerate(unit.cells, 1)}
    printed = [
        (cell["id"], variant["interpreters"], variant["varies"], repr(compared(variant, options[cell["id"]])))
        for unit in runs["units"]
        for cell in unit["cells"]
        for variant in cell["variants"]
    ]
    return digest(sorted(sources.items()), printed)


def steady(app: Sphinx) -> RunsJson:
    """Return what runs.json says, without what varies from run to run: nothing is compared with that."""
    said: RunsJson = json.loads(Path(app.outdir, portable.RUNS).read_bytes())
    for unit in said["units"]:
        for cell in unit["cells"]:
            for variant in cell["variants"]:
                if variant["varies"]:
                    variant["outputs"], variant["error"] = [], None
    return said


def written(program: Path) -> str:
    """Return the digest of the contents of a program that is there; nothing where there is none."""
    try:
        with zipfile.ZipFile(program) as archive:
            return archive.comment.decode()
    except (OSError, ValueError, zipfile.BadZipFile):
        return ""
