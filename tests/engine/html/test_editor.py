"""CodeMirror beside the pages: npm's packages as modules that a browser loads without a map of names."""

from __future__ import annotations

import json
import subprocess
import tomllib
from pathlib import Path

import pytest
from everypython.html import editor
from everypython.run import node

from ..commands import EXTENSIONS

SETTINGS = tomllib.loads((EXTENSIONS.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
WANTED: dict[str, str] = {
    package: said
    for package, said in SETTINGS["tool"]["everypython"]["browser"].items()
    if not package.startswith(("pyodide@", "@viz", "minisearch@"))
}
LOADED = """const { pathToFileURL } = await import("node:url");
const modules = await import(pathToFileURL(process.argv[1]));
console.log(JSON.stringify(Object.fromEntries(Object.entries(modules).map(([name, it]) => [name, Object.keys(it)]))));
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that a site has of the project's own packages."""
    try:
        for package, integrity in WANTED.items():
            node.fetch(package, integrity)
    except node.Unfetched as error:
        pytest.skip(str(error))
    out = tmp_path_factory.mktemp("site")
    editor.copy_editor(WANTED, out)
    return out / editor.FOLDER


def package(folder: Path, name: str, source: str) -> Path:
    place = folder / editor.file_of(name)
    place.mkdir(parents=True)
    place.joinpath("package.json").write_text(json.dumps({"exports": {"import": "./index.js"}}), encoding="utf-8")
    place.joinpath("index.js").write_text(source, encoding="utf-8")
    return place


def test_bare_names_become_addresses_and_nothing_else_changes() -> None:
    source = """import { a,
  b as c } from '@codemirror/state';
import elt from "crelt";
import 'style-mod';
export * from '@lezer/common';
const text = "import x from 'y'"; // from 'elsewhere'
export { a };
"""
    assert (
        editor.linked(source)
        == """import { a,
  b as c } from './codemirror-state.mjs';
import elt from "./crelt.mjs";
import './style-mod.mjs';
export * from './lezer-common.mjs';
const text = "import x from 'y'"; // from 'elsewhere'
export { a };
"""
    )


def test_what_is_imported_comes_along_and_what_is_not_listed_is_named(tmp_path: Path) -> None:
    packages = {name: package(tmp_path, name, "import 'deep';\n") for name in editor.ASKED.values()}
    with pytest.raises(editor.Unlisted, match="deep is not listed"):
        editor.needed(packages)
    packages |= {name: package(tmp_path, name, "export {};\n") for name in ("deep", "never imported")}
    assert set(editor.needed(packages)) == {*editor.ASKED.values(), "deep"}


def test_without_the_packages_a_site_says_that_it_has_no_editor(tmp_path: Path) -> None:
    editor.copy_editor({"@codemirror/state@0.0.1": "sha512-of-none"}, tmp_path)
    assert [file.name for file in (tmp_path / editor.FOLDER).iterdir()] == [editor.INDEX]
    assert (tmp_path / editor.FOLDER / editor.INDEX).read_text(encoding="utf-8") == "export {};\n"


@pytest.mark.skipif(node.node() is None, reason="there is no Node on this machine")
def test_the_projects_own_packages_load_by_their_addresses_alone(served: Path) -> None:
    command = [str(node.node()), "--input-type=module", "-e", LOADED, str(served / editor.INDEX)]
    ran = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert ran.returncode == 0, ran.stderr
    modules = json.loads(ran.stdout)
    assert set(modules) == set(editor.ASKED)
    assert "EditorView" in modules["view"] and "python" in modules["python"]


def test_each_package_that_is_listed_is_served_with_its_licence(served: Path) -> None:
    modules = {file.name for file in served.glob("*.mjs")} - {editor.INDEX}
    names = [package.rpartition("@")[0] for package in WANTED]
    assert {editor.file_of(name) for name in names} == modules
    for name in names:
        licence = served / f"{Path(editor.file_of(name)).stem}.LICENSE.txt"
        assert "Permission is hereby granted" in licence.read_text(encoding="utf-8"), name
