"""``python -m tests.browser.first_output SITE FIGURES``: how long readers wait for Python, beside what any page takes.

Side by side in one Chromium, taking turns: a bare page that loads the same Pyodide and prints a word, and a press of
Run on a page of the site, which also fetches its cells, starts a worker and compares. After that the same cell once
more, for what a later run costs. Medians of seven, in one table with what the tests have counted, which FIGURES holds;
exits with 1 where a goal is missed.
"""

from __future__ import annotations

import functools
import json
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from tests.quality.table import Figure, report

from .conftest import CHROMIUM, FLAGS, PREFIX, Handler
from .figures import read

if TYPE_CHECKING:
    from playwright.sync_api import Page

PAGE = "tutorial/names-and-objects"
ROUNDS, SLOWEST, LATER = 7, 1.15, 150
BARE = """<!doctype html><meta charset="utf-8"><title>bare</title><p></p><script type="module">
window.press = async (index) => {
  const { loadPyodide } = await import(index);
  const python = await loadPyodide({ stdout: (said) => (document.querySelector("p").textContent = said) });
  python.runPython("print('word')");
};
</script>"""
WAIT_BARE = """(index) => new Promise((done) => {
  const began = performance.now();
  const seen = new MutationObserver(() => done(performance.now() - began));
  seen.observe(document.querySelector("p"), { childList: true });
  press(index);
})"""
WAIT_RUN = """() => new Promise((done) => {
  const began = performance.now();
  const cell = document.querySelector("#cell-1");
  delete cell.querySelector(".ran")?.dataset.verdict;
  const seen = new MutationObserver(() => cell.querySelector(".ran[data-verdict]") && done(performance.now() - began));
  seen.observe(cell, { childList: true, subtree: true, attributes: true });
  cell.querySelector("[data-do=run]").click();
})"""


def measured(site: Path, address: str, visit: Callable[[], Page]) -> Iterator[Figure]:
    pythons = json.loads((site / "run" / f"{PAGE}.json").read_text(encoding="utf-8"))["pythons"]
    waits = ("bare", "run", "later")
    times: dict[tuple[str, str], list[float]] = {(key, what): [] for key in pythons for what in waits}
    for _ in range(ROUNDS):
        for key, about in pythons.items():
            page = visit()
            page.goto(f"{address}bare.html")
            index = f"{address}{about['index']}pyodide.mjs"
            times[key, "bare"].append(page.evaluate(WAIT_BARE, index))
            page.context.close()
            page = visit()
            page.goto(f"{address}{PAGE}.html")
            page.get_by_label("run on").select_option(key)
            times[key, "run"].append(page.evaluate(WAIT_RUN))
            times[key, "later"].append(page.evaluate(WAIT_RUN))
            page.context.close()
    for key in pythons:
        bare, run, later = (median(times[key, what]) for what in waits)
        ratio = run / bare
        told = f"{ratio:.2f} × ({run:.0f} ms against {bare:.0f} ms)"
        yield Figure(f"first Run on {key}", f"≤ {SLOWEST} × a bare page", PAGE, told, ratio <= SLOWEST)
        yield Figure(f"later Run on {key}", f"≤ {LATER} ms", PAGE, f"{later:.0f} ms", later <= LATER)


def main(site: Path, counted: Path) -> int:
    figures = read(counted)
    (site / "bare.html").write_text(BARE, encoding="utf-8")
    handler = functools.partial(Handler, directory=str(site))
    try:
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, sync_playwright() as playwright:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            try:
                address = f"http://127.0.0.1:{server.server_address[1]}{PREFIX}"
                figures += measured(site, address, lambda: browser.new_context().new_page())
            finally:
                browser.close()
                server.shutdown()
    finally:
        (site / "bare.html").unlink()
    return report(figures)


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
