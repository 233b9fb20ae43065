"""``python -m tests.browser.first_output SITE``: how long a reader waits for Python, beside what any page would wait.

Side by side in one Chromium, taking turns: a bare page that loads the same Pyodide and prints a word, and a press of
Run on a page of the site, which also fetches its cells, starts a worker and compares. After that the same cell once
more, for what a later run costs. Medians, in milliseconds; exits with 1 where a goal is missed.
"""

from __future__ import annotations

import functools
import json
import sys
import threading
from collections.abc import Callable
from http.server import ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from .conftest import CHROMIUM, FLAGS, PREFIX, Handler

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


def measured(site: Path, address: str, visit: Callable[[], Page]) -> int:
    """Prints the table; 1 if a goal is missed."""
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
            page.get_by_label("Run here on").select_option(key)
            times[key, "run"].append(page.evaluate(WAIT_RUN))
            times[key, "later"].append(page.evaluate(WAIT_RUN))
            page.context.close()
    missed = False
    print(f"{'median of ' + str(ROUNDS):36}{'bare page':>12}{'first Run':>12}{'ratio':>8}{'later Run':>12}")
    for key in pythons:
        bare, run, later = (median(times[key, what]) for what in ("bare", "run", "later"))
        missed = missed or run > SLOWEST * bare or later > LATER
        print(f"{key:36}{bare:>9.0f} ms{run:>9.0f} ms{run / bare:>8.2f}{later:>9.0f} ms")
    print(f"goals: ratio ≤ {SLOWEST}, later ≤ {LATER} ms: {'MISSED' if missed else 'met'}")
    return int(missed)


def main(site: Path) -> int:
    (site / "bare.html").write_text(BARE, encoding="utf-8")
    handler = functools.partial(Handler, directory=str(site))
    try:
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, sync_playwright() as playwright:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            try:
                address = f"http://127.0.0.1:{server.server_address[1]}{PREFIX}"
                return measured(site, address, lambda: browser.new_context().new_page())
            finally:
                browser.close()
                server.shutdown()
    finally:
        (site / "bare.html").unlink()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
