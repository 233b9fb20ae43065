"""One stylesheet for a page in place of all that its theme and its extensions link: a browser waits for each of them.

It is named by its contents, and its first line says what it was joined from. Pages that link the same ones, which is
all of a site as a rule, share one.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

from rcssmin import cssmin

LINK = re.compile(r'\s*<link rel="stylesheet" (?:type="text/css" )?href="([^":]+)"[ /]*>')
NAMING = re.compile(r'@import|url\((?!["\']?(?:data:|#|/))')  # names another file, from the stylesheet's own folder on
JOINED = re.compile(r"\bstyles-[0-9a-f]{8}\.css\b")
ORIGIN = re.compile(r"/\* (.+) \*/\n")


class Stylesheets:
    """The joined stylesheets of a site, in its folder `static`."""

    def __init__(self, static: Path) -> None:
        self.static = static
        self.made: dict[str, str | None] = {}
        self.before = [file for file in sorted(static.glob("styles-*.css")) if JOINED.fullmatch(file.name)]
        self.renewed = {}
        for file in self.before:
            origin = ORIGIN.match(file.read_text(encoding="utf-8"))
            self.renewed[file.name] = (origin and self.join(origin[1])) or file.name

    def linked(self, page: str, folder: Path) -> str:
        """Return a page of `folder` with one stylesheet; as it was if one of its own is not to be joined."""
        links = [link.partition("?")[0] for link in LINK.findall(page)]
        name = self.join(" ".join(Path(os.path.relpath(folder / link, self.static)).as_posix() for link in links))
        first = LINK.search(page)
        if name is None or first is None:
            return page
        up = Path(os.path.relpath(self.static, folder)).as_posix()
        one = f'\n<link rel="stylesheet" href="{up}/{name}">'
        return page[: first.start()] + one + LINK.sub("", page[first.end() :])

    def kept(self, page: str) -> str:
        """Return a page of an earlier build, with what its stylesheet is now."""
        if all(name == now for name, now in self.renewed.items()):
            return page
        return JOINED.sub(lambda found: self.renewed.get(found[0], found[0]), page)

    def join(self, origin: str) -> str | None:
        """Write stylesheets, named with spaces between, as one, and return its name."""
        if origin not in self.made:
            self.made[origin] = None
            files = [self.static / name for name in origin.split()]
            readable = all(map(Path.is_file, files))
            content = "\n".join(file.read_text(encoding="utf-8") for file in files) if readable else ""
            if content and not NAMING.search(content):
                text = f"/* {origin} */\n{cssmin(content)}\n"
                self.made[origin] = name = f"styles-{hashlib.sha256(text.encode()).hexdigest()[:8]}.css"
                (self.static / name).write_text(text, encoding="utf-8")
        return self.made[origin]

    def tidy(self) -> None:
        """Delete what no page links any more."""
        for file in self.before:
            if file.name not in self.made.values():
                file.unlink()
