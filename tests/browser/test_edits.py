"""What a reader writes into cells: the editor, what is kept of it, and links that carry a cell."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.site.conftest import Built

from .conftest import key_of
from .running import PAGE, controls, editor, press, ran, result, run, status, write

pytest.importorskip("playwright", reason="playwright is not installed")
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

DENIED = """for (const method of ["getItem", "setItem", "removeItem"]) {
  const plain = Storage.prototype[method];
  Storage.prototype[method] = function (key, ...rest) {
    if (key.startsWith("everypython edits")) throw new DOMException("no", "SecurityError");
    return plain.call(this, key, ...rest);
  };
}"""
EDITED = "Edited, and kept in this browser"


def code(page: Page, number: int) -> Locator:
    return page.locator(f"#cell-{number} .cell_input pre")


def fragment(said: object) -> str:
    """Return what a link carries, as this machine packs it."""
    packer = zlib.compressobj(wbits=-15)
    packed = packer.compress(json.dumps(said).encode()) + packer.flush()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def test_the_editor_is_fetched_with_the_first_edit_and_colours_python(ready: Page) -> None:
    asked: list[str] = []
    ready.on("request", lambda request: asked.append(request.url))
    press(ready, "Run", 1)
    ran(ready, 1)
    assert not [url for url in asked if "/codemirror/" in url]
    write(ready, 1, "def f():\n    return 'text'  # why")
    assert len([url for url in asked if "/codemirror/" in url]) > 10
    words = editor(ready, 1).locator("span")
    colours = {word.inner_text(): word.evaluate("word => getComputedStyle(word).color") for word in words.all()}
    assert len({colours["def"], colours["'text'"], colours["# why"]}) == 3
    expect(ready.locator("#cell-1 .run-keys")).to_have_text("Tab indents · Escape leaves · Ctrl+Enter runs")


def test_where_the_editor_does_not_load_a_plain_field_does_its_work(ready: Page) -> None:
    ready.route("**/codemirror/index.mjs", lambda route: route.fulfill(content_type="text/javascript", body="throw 1"))
    write(ready, 1, "if True:\nprint('plain')")
    field = ready.locator("#cell-1 textarea")
    expect(field).to_be_focused()
    field.evaluate("field => field.setSelectionRange(9, 9)")
    field.press("Tab")
    assert field.input_value() == "if True:\n    print('plain')"
    field.press("Control+Enter")
    expect(ran(ready, 1).locator("pre")).to_have_text("plain")
    ready.reload()
    expect(code(ready, 1)).to_contain_text("    print('plain')")


def test_edits_are_kept_when_the_page_is_loaded_again_left_and_come_back_to(ready: Page) -> None:
    write(ready, 2, "print('kept')")
    expect(ready.locator("#cell-2 .run-note")).to_contain_text(EDITED)
    ready.reload()
    expect(code(ready, 2)).to_have_text("print('kept')\n")
    expect(ready.locator("#cell-2 .run-note")).to_contain_text(EDITED)
    expect(ready.locator("#cell-1 .run-note")).to_have_count(0)
    ready.get_by_role("link", name="Next").click()
    expect(ready.locator(".run-note")).to_have_count(0)
    ready.go_back()
    expect(code(ready, 2)).to_have_text("print('kept')\n")
    press(ready, "Run", 2)
    expect(ran(ready, 2).locator("pre")).to_have_text("kept")
    press(ready, "Reset", 2)
    ready.reload()
    expect(code(ready, 2)).not_to_contain_text("kept")


def test_reset_page_asks_before_it_drops_edits(ready: Page) -> None:
    write(ready, 2, "print('kept')")
    ready.get_by_role("button", name="Reset page").click()
    expect(ready.get_by_role("dialog")).to_contain_text("drops your edits in cell 2")
    ready.keyboard.press("Escape")
    expect(editor(ready, 2)).to_have_text("print('kept')")
    ready.get_by_role("button", name="Reset page").click()
    ready.get_by_role("button", name="Drop my edits").click()
    expect(code(ready, 2)).to_be_visible()
    ready.reload()
    expect(code(ready, 2)).not_to_contain_text("kept")


def test_where_a_browser_refuses_storage_an_edit_lasts_as_long_as_its_page(page: Page, site: Built) -> None:
    key_of(site, "cpython-3.14.2-emscripten")
    page.add_init_script(DENIED)
    page.goto(f"{PAGE}.html")
    expect(run(page, 1, "print('denied')").locator("pre")).to_have_text("denied")
    page.reload()
    expect(code(page, 1)).not_to_contain_text("denied")


def test_sharing_moves_nothing_on_a_phone(reader: Callable[..., Page]) -> None:
    page = reader(permissions=["clipboard-write"], viewport={"width": 390, "height": 844})
    page.goto(f"{PAGE}.html")
    after = page.locator("#cell-2 + *")
    before = after.bounding_box()
    controls(page, 2).get_by_label("Share").evaluate("button => button.click()")  # which does not scroll to it
    expect(controls(page, 2).get_by_label("Share")).to_have_text("Copied")
    assert after.bounding_box() == before


def test_a_link_brings_a_cells_code_and_python_and_does_not_run_them(reader: Callable[..., Page], site: Built) -> None:
    older = key_of(site, "cpython-3.12.7-emscripten")
    sender = reader(permissions=["clipboard-read", "clipboard-write"])
    sender.goto(f"{PAGE}.html")
    sender.get_by_label("run on").select_option(older)
    write(sender, 2, "print('<b>ünlike</b>')\n" * 3)
    press(sender, "Share", 2)
    expect(controls(sender, 2).get_by_label("Share")).to_have_text("Copied")
    expect(status(sender)).to_have_text("A link to cell 2 is copied.")
    link = sender.evaluate("navigator.clipboard.readText()")
    page = reader()
    page.goto(link)
    expect(page.locator("#cell-2 .run-note")).to_contain_text("This code came with the link that you opened")
    expect(page.locator("#cell-2")).to_be_in_viewport()
    expect(page.get_by_label("run on")).to_have_value(older)
    assert code(page, 2).inner_text() == "print('<b>ünlike</b>')\n" * 3 + "\n"
    press(page, "Run", 3)
    ran(page, 3)
    expect(result(page, 2)).to_have_count(0)
    press(page, "Run", 2)
    expect(ran(page, 2)).to_contain_text("for the link's code")
    page.goto(f"{PAGE}.html")
    expect(page.locator(".run-note")).to_have_count(0)


def test_a_links_code_does_not_take_the_place_of_the_readers_own(ready: Page, site: Built) -> None:
    write(ready, 2, "print('mine')")
    said = {"cell": f"{PAGE}:2", "python": "none", "code": "print('theirs')"}
    ready.goto(f"{PAGE}.html#run={fragment(said)}")
    expect(code(ready, 2)).to_have_text("print('theirs')\n")
    expect(ready.locator("#cell-2 .run-note")).to_contain_text("Your own edit of this cell is kept")
    press(ready, "Reset", 2)
    expect(code(ready, 2)).to_have_text("print('mine')\n")


@pytest.mark.parametrize(
    "hostile, words",
    [
        ("", "it is broken"),
        ("%%%", "it is broken"),
        ("A" * 40_000, "it is too long"),
        (fragment({"cell": f"{PAGE}:1", "python": "x", "code": "x" * 10_000_000}), "it is too long"),
        (fragment({"cell": f"{PAGE}:1", "python": "x", "code": ["print()"]}), "it is broken"),
        (fragment(None), "it is broken"),
        (fragment({"cell": "<img src=x onerror=alert(1)>", "python": "", "code": ""}), "is not on this page"),
    ],
    ids=["empty", "no base64", "long", "a bomb", "of another shape", "nothing", "markup"],
)
def test_of_a_hostile_link_there_is_one_line(page: Page, site: Built, hostile: str, words: str) -> None:
    key_of(site, "cpython-3.14.2-emscripten")
    page.goto(f"{PAGE}.html#run={hostile}")
    expect(status(page)).to_have_text(re.compile(f"^This link's code cannot be shown: .*{words}\\.$"))
    expect(page.locator(".run-note, .run-editor, article img[src=x]")).to_have_count(0)
