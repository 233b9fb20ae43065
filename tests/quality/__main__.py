"""``python -m tests.quality SITE [--all]``: how good a built site is to read, as one table; 1 where a goal is missed.

Measured beside nothing else, please: what else runs on the machine makes pages look slow.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from everypython.run.node import Unfetched
from playwright.sync_api import sync_playwright

from tests.browser.conftest import CHROMIUM, FLAGS

from . import lighthouse, links, markup
from .serve import compressed, serving
from .table import Figure, report
from .weight import first_view

HEAVIEST = 5  # pages, by their compressed HTML
BEST = {"performance": 98, "accessibility": 100, "best-practices": 100, "seo": 100}
MOST = 100_000  # bytes of a first view
SHOWN = 20  # lines of what is wrong


def main(arguments: list[str]) -> int:
    folders = [each for each in arguments if each != "--all"]
    if len(folders) != 1 or not Path(folders[0], "index.html").is_file():
        print("name the folder of a built site, and --all for Lighthouse on every page", file=sys.stderr)
        return 2
    site = Path(folders[0]).resolve()
    pages = sorted(site.rglob("*.html"), key=lambda file: (-len(compressed(file)), file))
    names = [file.relative_to(site).as_posix() for file in pages]
    try:
        with serving(site) as address, sync_playwright() as playwright:
            chromium = CHROMIUM or playwright.chromium.executable_path
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            weights = {name: first_view(browser, address + name) for name in names}
            browser.close()
            figures = [weight(weights), markup_errors(site), broken_links(site)]
            measured = names if "--all" in arguments else names[:HEAVIEST]
            return report(scores(address, measured, chromium) + figures)
    except (Unfetched, OSError) as error:
        print(f"Not all was measured: {error}", file=sys.stderr)
        return 1


def weight(weights: dict[str, int]) -> Figure:
    page, most = max(weights.items(), key=lambda each: each[1])
    over = [f"{name}: {size / 1000:.1f} kB" for name, size in weights.items() if size > MOST]
    name = f"first view, of {len(weights)} pages"
    return Figure(name, f"≤ {MOST // 1000} kB", page, f"{most / 1000:.1f} kB", not over, over)


def markup_errors(site: Path) -> Figure:
    return worst("html-validate, all pages", markup.errors(site))


def broken_links(site: Path) -> Figure:
    return worst("broken links and anchors", links.broken(site))


def worst(name: str, wrong: list[tuple[str, str]]) -> Figure:
    """How many things are wrong, of which there is to be none, and on which page most of them are."""
    counted = Counter(page for page, _ in wrong).most_common(1)
    page = counted[0][0] if counted else "none"
    told = [f"{where}: {what}" for where, what in wrong[:SHOWN]]
    return Figure(name, "0", page, str(len(wrong)), not wrong, told)


def scores(address: str, names: list[str], chromium: str) -> list[Figure]:
    """Lighthouse's categories and its layout shift."""
    verdicts = {}
    for place, name in enumerate(names, 1):
        print(f"Lighthouse looks at {name} ({place} of {len(names)})", file=sys.stderr, flush=True)
        verdicts[name] = lighthouse.verdict(address + name, chromium, FLAGS)
    figures = []
    for category, goal in BEST.items():
        page = min(names, key=lambda name: verdicts[name].scores[category])
        score, told = verdicts[page].scores[category], verdicts[page].complaints[category]
        figures.append(Figure(f"Lighthouse {category}", f"≥ {goal}", page, str(score), score >= goal, told))
    page = max(names, key=lambda name: verdicts[name].shift)
    shift = verdicts[page].shift
    return [*figures, Figure("layout shift", "0", page, f"{shift:.4f}".rstrip("0").rstrip("."), shift == 0)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
