"""A copy of a site in which anything has been changed is not what a build writes, and the file is named."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from everypython.check.rebuilt import compared

from tests.engine.conftest import FRONT, Site, add_columns, made, small_site
from tests.engine.sites import publish, verify

pytestmark = pytest.mark.deep
PAGE = f"""{FRONT}# Index

A paragraph that says what is so.

```{{code-cell}} python
---
differs:
  ">=3.99": "so it is written ([here](https://example.org/))"
---
print("first")
```

```{{code-cell}} python
---
tags: [hide-cell]
---
print("hidden")
```

:::{{predict}}
What does it print?

- one {{prints}}`/two/`
- two {{prints}}`/one/`
:::

```{{code-cell}} python
"two" if 1 > 2 else "one"
```

```{{example}} greet
```

```{{differences}}
```
"""


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = small_site(tmp_path_factory.mktemp("original"))
    site.write("docs/index.md", PAGE)
    add_columns(site, made("3.99.0"), changes={"first": "other"})
    site.strict = False
    publish(site, alone=True)
    return site


@pytest.fixture
def copy(original: Site, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original.root / "out", tmp_path / "copy"))


def inside(pattern: str, new: str) -> Callable[[Path], None]:
    """Return what changes the first place of a text file that a pattern matches."""

    def change(file: Path) -> None:
        text = file.read_text(encoding="utf-8")
        changed = re.sub(pattern, new, text, count=1)
        assert changed != text, f"{pattern} is not in {file.name}"
        file.write_text(changed, encoding="utf-8")

    return change


def in_zip(file: Path) -> None:
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("added.py", "import os")


def longer(file: Path) -> None:
    with file.open("ab") as opened:
        opened.write(b" ")


def to_a_link(file: Path) -> None:
    moved = file.rename(file.with_name("moved"))
    file.symlink_to(moved)
    moved.rename(file.parents[1] / "moved")


TAMPERED: dict[str, tuple[str, Callable[[Path], None]]] = {
    "an output": ("index.html", inside("<span></span>first", "<span></span>last")),
    "the code beside it": ("index.html", inside("hidden", "hides")),
    "a group's label": ("index.html", inside(r"CPython 3\.99\.0", "CPython 3.98.0")),
    "a paragraph": ("index.html", inside("says what is so", "says what is not so")),
    "a forged paragraph": ("index.html", inside("</p>", "</p><p>Buy this.</p>")),
    "a reason": ("index.html", inside("so it is written", "so it is not written")),
    "a link's address": ("index.html", inside("https://example.org/", "https://example.net/")),
    "an injected script": ("index.html", inside("</body>", "<script>alert(1)</script></body>")),
    "a removed policy": ("index.html", inside(r"<meta[^>]*Content-Security-Policy[^>]*>", "")),
    "a hidden group": ("index.html", inside(r"<div ", "<div hidden ")),
    "a right option": ("index.html", inside("What does it print", "What does it not print")),
    "the title": ("index.html", inside("<title>", "<title>Other ")),
    "a space at the end": ("index.html", longer),
    "a page that is removed": ("index.html", Path.unlink),
    "a page that is added": ("added.html", lambda file: file.write_text("<p>Buy this.")),
    "a folder that is added": ("added/index.html", lambda file: (file.parent.mkdir(), file.write_text("x"))[0]),
    "the record": ("runs.json", inside('"first', '"last')),
    "the record's lines": ("runs.json", inside(r'"line": ?\d+', '"line": 99')),
    "the search index": ("searchindex.js", longer),
    "an inventory": ("objects.inv", longer),
    "the source of a page": ("_sources/index.md.txt", longer),
    "a style": ("_static/everypython.css", longer),
    "a script": ("_static/chooser.js", longer),
    "a script that is removed": ("_static/chooser.js", Path.unlink),
    "a file that is a link": ("_static/chooser.js", to_a_link),
    "the program for readers": ("_static/my-python.pyz", in_zip),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_file_that_was_changed_is_named(name: str, original: Site, copy: Path) -> None:
    file, change = TAMPERED[name]
    change(copy / file)
    assert f"{file}: " in "\n".join(compared(copy, original.root / "out"))


def test_every_file_counts(original: Site, copy: Path) -> None:
    pristine = original.root / "out"
    files = [file for file in pristine.rglob("*") if file.is_file()]
    for file in files:
        longer(copy / file.relative_to(pristine))
    assert len(list(compared(copy, pristine))) == len(files) > 20


def test_the_command_says_so_and_a_site_that_nobody_touched_verifies(original: Site, copy: Path) -> None:
    untouched = verify(original.root, original.root / "out")
    assert (untouched.status, untouched.lines[-1]) == (0, "its files are what a build writes"), untouched
    inside("says what is so", "says what is not so")(copy / "index.html")
    tampered = verify(original.root, copy)
    assert tampered.status == 1 and any(line.startswith("index.html: ") for line in tampered.lines), tampered
