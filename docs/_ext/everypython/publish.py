"""``python -m everypython.publish SOURCE SITE``: builds, and puts the site in place only when all of it is right.

Building goes on in a folder of its own beside the site, which persists, so that the next build has less to do.
"""

from __future__ import annotations

import filecmp
import gc
import shutil
import sys
import time
from pathlib import Path

from . import interpreters

UNPUBLISHED = {".buildinfo", ".doctrees"}


def publish(source: Path, site: Path, *options: str) -> int:
    """Builds `source` and replaces `site`; returns Sphinx's exit status. If that is not 0, `site` is as it was."""
    began, work = time.monotonic(), site.parent / "work"
    gc.set_threshold(10_000, 20, 10)  # Sphinx keeps most of what it makes: a tenth of a build was looking for garbage
    interpreters.searching()
    from sphinx.cmd.build import main as sphinx_build  # takes as long as the search: both at once

    command = ["-b", "html", "-W", "-n", "-j", "auto", "-d", str(work / "doctrees"), *options]
    try:
        status = sphinx_build([*command, str(source), str(work / "html")])
    except SystemExit as refused:
        status = 1 if refused.code is None else int(refused.code)
    if status:
        # Sphinx would not read a page again that it warned about, and so pass the second time (sphinx #725).
        (work / "doctrees" / "environment.pickle").unlink(missing_ok=True)
        print(f"Nothing was published: {site} is as it was.", file=sys.stderr)
        return status
    replace(site, work / "html")
    print(f"Built in {time.monotonic() - began:.1f} s. The site is at {site.resolve() / 'index.html'}")
    return 0


def same(site: Path, built: Path) -> bool:
    """Whether two folders have the same files, as far as they are published."""
    one, other = ({file.relative_to(root) for file in root.rglob("*") if file.is_file()} for root in (site, built))
    return one == {file for file in other if not UNPUBLISHED.intersection(file.parts)} and all(
        filecmp.cmp(site / file, built / file, shallow=False) for file in one
    )


def replace(site: Path, built: Path) -> None:
    """Puts a copy of `built` in place of `site`, by renaming: there is no moment with half a site."""
    new, old = site.with_name(f"{site.name}.new"), site.with_name(f"{site.name}.old")
    if site.exists() and same(site, built):
        return
    for leftover in (new, old):
        shutil.rmtree(leftover, ignore_errors=True)
    shutil.copytree(built, new, ignore=shutil.ignore_patterns(*UNPUBLISHED))
    if site.exists():
        site.rename(old)
    new.rename(site)
    shutil.rmtree(old, ignore_errors=True)


if __name__ == "__main__":
    status = publish(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
    gc.freeze()  # or the collector looks through all of it twice more while this process exits
    sys.exit(status)
