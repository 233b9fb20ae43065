"""CodeMirror for the site's own readers: its packages, put beside the pages as modules that a browser can load.

npm's packages import one another by bare names, which a browser knows nothing of. The names become addresses here, so
that no page needs an import map, which its policy would have to allow, and the build no bundler.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from sphinx.util import logging

from ..run import node

LOG = logging.getLogger(__name__)
FOLDER = "codemirror"
INDEX = "index.mjs"
# What the script of the editor asks for, and by what name: `codemirror` itself only adds a search and a linter.
ASKED = {
    "commands": "@codemirror/commands",
    "highlight": "@lezer/highlight",
    "language": "@codemirror/language",
    "python": "@codemirror/lang-python",
    "state": "@codemirror/state",
    "view": "@codemirror/view",
}
IMPORT = re.compile(r"^((?:import|export)\s+(?:[\w$*{},\s]+?\sfrom\s+)?)(['\"])([^'\"]+)\2(?=;?$)", re.MULTILINE)


class Unlisted(Exception):
    """A package that a module imports and the project does not list."""


def copy_editor(wanted: Mapping[str, str], out: Path) -> None:
    """Put the editor's modules beside the pages. Where one is not in the cache, cells are edited in a plain field."""
    folder = out / FOLDER
    folder.mkdir(parents=True)
    packages = {package.rpartition("@")[0]: node.folder_of(package, said) for package, said in wanted.items()}
    try:
        modules = needed(packages)
    except (Unlisted, OSError) as error:
        LOG.info(f"cells are edited in a plain field: CodeMirror is not here ({error})")
        folder.joinpath(INDEX).write_text("export {};\n", encoding="utf-8")
        return
    for name, source in modules.items():
        folder.joinpath(file_of(name)).write_text(linked(source), encoding="utf-8")
        licence = packages[name].joinpath("LICENSE").read_bytes()
        folder.joinpath(f"{Path(file_of(name)).stem}.LICENSE.txt").write_bytes(licence)
    folder.joinpath(INDEX).write_text(index(modules), encoding="utf-8")


def needed(packages: Mapping[str, Path]) -> dict[str, str]:
    """Return the sources of the modules that are asked for and of all that these import, by name."""
    found: dict[str, str] = {}
    waiting = list(ASKED.values())
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        if name not in packages:
            raise Unlisted(f"{name} is not listed")
        found[name] = entry(packages[name]).read_text(encoding="utf-8")
        waiting += [imported for _, _, imported in IMPORT.findall(found[name])]
    return dict(sorted(found.items()))


def entry(package: Path) -> Path:
    """Return the module that a package is imported as."""
    said = json.loads(package.joinpath("package.json").read_text(encoding="utf-8"))
    return package.joinpath(said["exports"]["import"])


def file_of(name: str) -> str:
    return name.strip("@").replace("/", "-") + ".mjs"


def linked(source: str) -> str:
    """Return a module whose imports are addresses of others beside it."""
    return IMPORT.sub(lambda found: f"{found[1]}{found[2]}./{file_of(found[3])}{found[2]}", source)


def index(modules: Mapping[str, str]) -> str:
    """Return the module that names all of them, so that a browser fetches them at once and not one after another."""
    every = "".join(f'import "./{file_of(name)}";\n' for name in modules)
    return every + "".join(f'export * as {short} from "./{file_of(name)}";\n' for short, name in ASKED.items())
