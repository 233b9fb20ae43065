"""`python -m tests.browser.pictures SITE`: the pictures of the site that README.md shows, in light and in dark."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.quality.serve import serving

from .conftest import CHROMIUM, FLAGS

FOLDER = Path(__file__).parents[2] / ".github"
SIZE: Any = {"width": 1280, "height": 800}


def main(site: Path) -> None:
    schemes: tuple[Any, ...] = "light", "dark"
    with serving(site) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for scheme in schemes:
            page = browser.new_page(viewport=SIZE, color_scheme=scheme, reduced_motion="reduce")
            page.goto(f"{address}index.html", wait_until="networkidle")
            page.screenshot(path=FOLDER / f"site-{scheme}.png")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
