"""How much a browser is sent when a reader opens a page for the first time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def first_view(browser: Browser, address: str) -> int:
    """The bytes on the wire, compressed, with their headers, of the page and all that it loads by itself.

    That is what the browser's own network tools say. It starts with nothing kept, and nothing is pressed.
    """
    context = browser.new_context()
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    sizes: list[float] = []
    network.on("Network.loadingFinished", lambda done: sizes.append(done["encodedDataLength"]))
    page.goto(address, wait_until="networkidle")
    context.close()
    return int(sum(sizes))
