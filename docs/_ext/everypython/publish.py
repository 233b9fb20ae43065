"""Build a site, and put it in place in one step.

Building goes on in a folder of its own beside the site, which persists, so that the next build has less to do.
"""

from __future__ import annotations

import ctypes
import filecmp
import gc
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from .run.discovery import searching
from .run.files import UNPUBLISHED
from .run.lock import held

AT_FDCWD, SWAP = -100, 2  # of Linux's fcntl.h; RENAME_EXCHANGE of its fs.h, and RENAME_SWAP of macOS's stdio.h


def publish(source: Path, site: Path, *options: str) -> int:
    """Build `source` and replace `site`; return Sphinx's exit status. If that is not 0, `site` is as it was."""
    began, work = time.monotonic(), site.parent / "work"
    try:
        with held(work.with_suffix(".lock")):
            recover(site)
            status = build(source, work, options)
            if status == 0:
                replace(site, work / "html")
    except OSError as error:
        print(error, file=sys.stderr)
        status = 1
    if status:
        print(f"Nothing was published: {site} is as it was.", file=sys.stderr)
    else:
        print(f"Built in {time.monotonic() - began:.1f} s. The site is at {site.resolve() / 'index.html'}")
    return status


def build(source: Path, work: Path, options: Iterable[str]) -> int:
    """Build `source` in a folder of its own."""
    gc.set_threshold(10_000, 20, 10)  # Sphinx keeps most of what it makes: a tenth of a build was looking for garbage
    searching()
    from sphinx.cmd.build import main as sphinx_build  # takes as long as the search: both at once

    command = ["-b", "html", "-W", "-n", "-j", "auto", "-d", str(work / "doctrees"), *options]
    try:
        status = sphinx_build([*command, str(source), str(work / "html")])
    except SystemExit as refused:  # before anything was written
        return 1 if refused.code is None else int(refused.code)
    if status:
        # Sphinx would not read a page again that it warned about, and so pass the second time (sphinx #725). And of a
        # page that is then removed it would know nothing, and leave what it wrote of it.
        shutil.rmtree(work, ignore_errors=True)
    return status


def same(site: Path, built: Path) -> bool:
    """Return whether two folders have the same files, as far as they are published."""
    one, other = ({file.relative_to(root) for file in root.rglob("*") if file.is_file()} for root in (site, built))
    return one == {file for file in other if not UNPUBLISHED.intersection(file.parts)} and all(
        filecmp.cmp(site / file, built / file, shallow=False) for file in one
    )


def replace(site: Path, built: Path) -> None:
    """Put a copy of `built` in place of `site`: no reader, and no kill, ever meets half a site or none."""
    new, old = beside(site)
    if site.exists() and same(site, built):
        return
    shutil.copytree(built, new, ignore=shutil.ignore_patterns(*UNPUBLISHED))
    if not site.exists():
        new.rename(site)
    elif exchange(new, site):
        shutil.rmtree(new, ignore_errors=True)
    else:  # `recover` undoes the first step, should the second one not come
        site.rename(old)
        new.rename(site)
        shutil.rmtree(old, ignore_errors=True)


def beside(site: Path) -> tuple[Path, Path]:
    """Return where the next site is put together, and where the last one is for a moment."""
    return site.with_name(f"{site.name}.new"), site.with_name(f"{site.name}.old")


def recover(site: Path) -> None:
    """Undo what a build that was killed has left."""
    new, old = beside(site)
    if old.exists() and not site.exists():
        old.rename(site)
    for leftover in (new, old):
        shutil.rmtree(leftover, ignore_errors=True)


def exchange(one: Path, other: Path) -> bool:
    """Give each of two folders the other's name in one step; return whether this system can.

    Linux and macOS can; Python has no function for it.
    """
    name, arguments = {
        "linux": ("renameat2", (AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), SWAP)),
        "darwin": ("renamex_np", (os.fsencode(one), os.fsencode(other), SWAP)),
    }.get(sys.platform, ("", ()))
    rename = getattr(ctypes.CDLL(None), name, None) if name else None
    return rename is not None and rename(*arguments) == 0


def publish_unless_interrupted(source: Path, site: Path, *options: str) -> int:
    """Publish as `publish` does; an interrupt ends all that was started, and is one line and exit status 130."""
    for name in {"SIGTERM", "SIGHUP"} & set(dir(signal)):
        signal.signal(getattr(signal, name), signal.default_int_handler)  # as Ctrl-C
    try:
        status = publish(source, site, *options)
    except KeyboardInterrupt:
        print(f"Ended before it was done: {site} is as it was.", file=sys.stderr)
        status = 130
    gc.freeze()  # or the collector looks through all of it twice more while this process exits
    return status
