"""`python -m tests.browser.pictures SITE`: the pictures of the site that README.md shows, in light and in dark."""

from __future__ import annotations

import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from .conftest import CHROMIUM, FLAGS

FOLDER = Path(__file__).parents[2] / ".github"
PAGE = "index.html"
SIZE: Any = {"width": 1280, "height": 800}


class Silent(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: Any) -> None:
        """Say nothing of what the browser asks for."""


def main(site: str) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        schemes: tuple[Any, ...] = "light", "dark"
        for scheme in schemes:
            page = browser.new_page(viewport=SIZE, color_scheme=scheme, reduced_motion="reduce")
            page.goto(f"http://127.0.0.1:{server.server_port}/{PAGE}", wait_until="networkidle")
            page.screenshot(path=FOLDER / f"site-{scheme}.png")
        browser.close()
    server.shutdown()


if __name__ == "__main__":
    main(*sys.argv[1:])
