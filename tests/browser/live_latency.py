"""``python -m tests.browser.live_latency``: how long a writer waits from a save to the page in the browser.

A copy of this repository is served by `python -m everypython live` and read in a Chromium. In turn, on three pages,
a line of prose changes, and then a cell: the page counts as shown when the browser shows the new line, or what the
published default printed. Exits with 1 if the median is over two seconds.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

from .conftest import CHROMIUM, FLAGS

ROOT = Path(__file__).parents[2]
PAGES = "tutorial/a-circle", "tutorial/where-the-memory-goes", "guides/find-a-leak-in-a-service"
ROUNDS, SECONDS = 5, 2
PROSE = "\nThis is line {} of a writer.\n", "This is line {} of a writer."
CELL = "\n```{{code-cell}} python\nprint('print', {}, 'of a writer')\n```\n", "print {} of a writer"
MADE = shutil.ignore_patterns("_build", ".*", "__pycache__", "*.egg-info", "/runs")


def waited(page: Page, file: Path, text: str, shown: str) -> float:
    """Seconds from a save to the sight of it."""
    began = time.monotonic()
    file.write_text(text, encoding="utf-8")
    page.get_by_text(shown, exact=True).wait_for(timeout=300_000)
    return time.monotonic() - began


def measured(docs: Path, address: str, page: Page) -> int:
    """Prints the table; 1 if the goal is missed."""
    times: dict[tuple[str, str], list[float]] = {}
    for name in PAGES:
        file = docs / f"{name}.md"
        text = file.read_text(encoding="utf-8")
        page.goto(f"{address}{name}.html", timeout=300_000)
        for number in range(ROUNDS):
            for what, (added, shown) in (("prose", PROSE), ("cell", CELL)):
                wait = waited(page, file, text + added.format(number), shown.format(number))
                times.setdefault((what, name), []).append(wait)
        file.write_text(text, encoding="utf-8")
    print(f"{'from a save to its page, in seconds':50}{'median':>8}{'worst':>8}")
    for (what, name), waits in times.items():
        print(f"{what + ' of ' + name:50}{median(waits):>8.2f}{max(waits):>8.2f}")
    every = [wait for waits in times.values() for wait in waits]
    print(f"{f'all {len(every)} saves':50}{median(every):>8.2f}{max(every):>8.2f}")
    print(f"goal: median ≤ {SECONDS} s: {'met' if median(every) <= SECONDS else 'MISSED'}")
    return int(median(every) > SECONDS)


def main() -> int:
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch, "copy")
        shutil.copytree(ROOT, copy, ignore=MADE)
        if (ROOT / "docs/_build/runs/kept").exists():  # what ran here need not run there
            shutil.copytree(ROOT / "docs/_build/runs/kept", copy / "docs/_build/runs/kept")
        command = [sys.executable, "-m", "everypython", "live", "docs", "out", "refdemo", "examples", "--port", "0"]
        environment = {**os.environ, "PYTHONPATH": str(copy / "docs/_ext")}
        serving = subprocess.Popen(command, cwd=copy, env=environment, stdout=subprocess.PIPE, text=True)
        assert serving.stdout
        address = serving.stdout.readline().split()[1]
        while "made of all pages" not in serving.stdout.readline():
            assert serving.poll() is None, "nothing is served"
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
                return measured(copy / "docs", address, browser.new_page())
        finally:
            serving.terminate()
            serving.wait()


if __name__ == "__main__":
    sys.exit(main())
