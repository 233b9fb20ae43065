"""A site is a function of its sources and runs: where, when and in what order it is built changes no byte of it."""

from __future__ import annotations

import lzma
import re
import shutil
import tomllib
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from everypython.model.grouping import covers
from everypython.model.interpreters import Interpreter
from everypython.run import node

from .commands import EXTENSIONS
from .conftest import FRONT, Site, this_python

SETTINGS = tomllib.loads((EXTENSIONS.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
WANTED: dict[str, str] = SETTINGS["tool"]["everypython"]["browser"]
BROWSER = {package: integrity for package, integrity in WANTED.items() if package.startswith(("pyodide@314", "@viz"))}

DRAW = """class Graph:
    def __init__(self, *words):
        self.words = words

    def __repr__(self):
        return " ".join(self.words)

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/vnd.graphviz": 'digraph "film" { ' + " -> ".join(self.words) + "; }"}
"""
CELLS = [
    DRAW,
    "Graph('one', 'two')",
    "Graph('one', 'two', 'three')",
    "---\nvolatile: {'*': the time}\n---\nimport time\ntime.time_ns(), time.time_ns()",
    "---\ntags: [addresses]\n---\nprint(object(), hex(id(Graph)))",
    "---\ntags: [raises-exception]\n---\ndef fails():\n    raise ValueError('as it should')\nfails()",
    "---\ntags: [hide-output]\n---\nimport helper\nprint('<b>', helper.WORD)",
    '---\nskip: {"HERE": "not here (gh-1)"}\n---\nprint("elsewhere")',
    "---\nname: facts\ntags: [by-python]\n---\nimport sys\nprint('version:', sys.version)\nprint('most:', sys.maxsize)",
]
ALL = """# All of it

```{differences}
```

```{programs}
```

```{claims}
```
"""


def with_another(pythons: list[Interpreter]) -> list[str]:
    """Return this Python and another CPython with a GIL, if there is one."""
    here = this_python()
    others = [one for one in pythons if covers(">=3.10", one) and not one.free_threaded and one.key != here.key]
    return [one.executable for one in (here, *others[:1])]


@pytest.fixture
def telling(site: Site, pythons: list[Interpreter], monkeypatch: pytest.MonkeyPatch) -> Site:
    """A site with one of everything, and enough pages to be read and written by several processes."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    site.theme, site.pythons = "furo", with_another(pythons)
    cells = "\n\n".join(f"```{{code-cell}} python\n{cell}\n```" for cell in CELLS).replace("HERE", this_python().key)
    end = "```{filmstrip} film\n```\n\n```{by-python} facts\n```\n\n```{example} greet\n```\n"
    names = [f"page{number}" for number in range(8)]
    listed = "\n".join(["all", *names])
    site.write(
        "docs/index.md",
        f"{FRONT}# Index\n\nOne and one are two. {{claim}}`sums`\n\n{cells}\n\n{end}\n```{{toctree}}\n{listed}\n```\n",
    )
    site.write("docs/all.md", ALL)
    site.write("docs/claims/index.py", 'def sums():\n    """Add."""\n    yield "ints", 1 + 1 == 2\n')
    for name in names:
        site.write(f"docs/{name}.md", f"# {name}\n\nSome words of {name}.\n")
    return site


def built(site: Site, alone: bool = True) -> dict[str, bytes]:
    """Build a site by several processes, and return every file of it; `alone`, with another hash seed than before."""
    options = "-j", "auto", "-d", str(site.root / "doctrees"), "-D", "everypython_run=1"
    result = site.build(*options, alone=alone)
    assert result.returncode == 0, result.stderr
    out = site.root / "out"
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def moved(site: Site, root: Path) -> Site:
    """The same sources and kept runs in another folder; nothing else that was built."""
    for folder in ("docs", "helper", "examples"):
        shutil.copytree(site.root / folder, root / folder, ignore=shutil.ignore_patterns("_build"))
    shutil.copytree(site.root / "docs/_build/runs/kept", root / "docs/_build/runs/kept")
    return replace(site, root=root)


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    assert one.keys() == other.keys()
    return [name for name in one if one[name] != other[name]]


def without_what_varies(files: dict[str, bytes]) -> dict[str, bytes]:
    """Files without the times of the cell that is said to vary, and without addresses, which are never compared."""
    plain = {name: unpacked(content) if name.endswith(".pyz") else content for name, content in files.items()}
    return {name: re.sub(rb"\b\d{19}\b|0x[0-9a-f]{5,}", b"<varies>", content) for name, content in plain.items()}


def unpacked(program: bytes) -> bytes:
    """Return what is in a zip, also if that is a zip in an xz: sizes and checksums follow from it."""
    with zipfile.ZipFile(BytesIO(program)) as archive:
        parts = [(name, archive.read(name)) for name in archive.namelist()]
    return b"\n".join(unpacked(lzma.decompress(part)) if name.endswith(".zip.xz") else part for name, part in parts)


def build_in_two_folders(site: Site, elsewhere: Path) -> dict[str, bytes]:
    """Build a site, build it with the same runs in another folder and with new ones; return the first build's files."""
    first = built(site)
    assert differing(first, built(moved(site, elsewhere))) == []
    for folder in ("out", "doctrees", "docs/_build"):
        shutil.rmtree(site.root / folder)
    again = built(site, alone=False)
    assert differing(first, again), "something varies"
    assert differing(without_what_varies(first), without_what_varies(again)) == []
    return first


def test_two_builds_agree_in_every_byte_and_with_new_runs_in_all_but_what_varies(
    telling: Site, tmp_path_factory: pytest.TempPathFactory
) -> None:
    files = build_in_two_folders(telling, tmp_path_factory.mktemp("another-folder") / "with-a-longer-name")
    assert {"index.html", "index.ipynb", "download/examples.zip", "runs.json", "searchindex.js"} < files.keys()
    page = files["index.html"].decode()
    for shown in ("<svg", "filmstrip", "as it should", "by-python", "not here", "0x", "greeted first"):
        assert shown in page, f"the site was to have {shown}"


@pytest.mark.deep
def test_so_do_two_builds_with_run(telling: Site, tmp_path_factory: pytest.TempPathFactory) -> None:
    if not node.pyodides(BROWSER)[0]:
        pytest.skip("needs Pyodide, which `nox -s site` fetches")
    telling.browser, telling.strict = BROWSER, False  # what Pyodide prints is no matter of this test
    files = build_in_two_folders(telling, tmp_path_factory.mktemp("another-folder") / "with-a-longer-name")
    assert "run/index.json" in files
