"""What readers expect of any good site: copying, dark mode, printing, and help after a wrong link."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import BashSessionLexer

from tests.site.conftest import ROOT, Built

from .conftest import Handler, tab_to, violations
from .test_reading import SHIFTS

pytest.importorskip("playwright", reason="playwright is not installed")
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

PAGE, EXAMPLE = "tutorial/a-circle", "parent_and_children"
SHELL = '<div class="highlight-console notranslate">{}</div>'


@pytest.fixture
def copier(reader: Callable[..., Page]) -> Page:
    return reader(permissions=["clipboard-read", "clipboard-write"])


def copied(page: Page, button: Locator) -> str:
    """What the clipboard holds after a press of the button, which says that it did."""
    button.locator("..").hover()
    button.click()
    expect(button).to_have_text("Copied")
    expect(page.locator("[role=status].exactly")).to_have_text("Copied")
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


def test_copy_puts_a_cells_source_into_the_clipboard_and_nothing_else(copier: Page, site: Built) -> None:
    units = json.loads((site.folder / f"run/{PAGE}.json").read_text(encoding="utf-8"))["units"]
    (unit,) = [unit for unit in units if unit["kind"] == "page"]
    copier.goto(f"{PAGE}.html")
    for number in (1, 3, 7):
        button = copier.get_by_role("button", name=f"Copy cell {number}", exact=True)
        assert copied(copier, button) == unit["cells"][number - 1]["source"].rstrip("\n")


def test_copy_puts_a_program_into_the_clipboard(copier: Page) -> None:
    copier.goto(f"{PAGE}.html")
    source = (ROOT / f"examples/{EXAMPLE}.py").read_text(encoding="utf-8")
    assert copied(copier, copier.get_by_role("button", name=f"Copy example {EXAMPLE}")) == source.rstrip("\n")


def test_copy_leaves_out_prompts_and_what_was_printed(
    copier: Page, site: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = highlight("$ python3 -m venv .venv\n$ .venv/bin/python\nPython 3\n", BashSessionLexer(), HtmlFormatter())
    html = (site.folder / f"{PAGE}.html").read_text(encoding="utf-8")
    monkeypatch.setitem(Handler.pieces, f"{PAGE}.html", [html.replace("<h2>", SHELL.format(lines) + "<h2>", 1)])
    Handler.go_on.release()
    copier.goto(f"{PAGE}.html")
    shell = copier.locator(".highlight-console").get_by_role("button", name="Copy these lines")
    assert copied(copier, shell) == "python3 -m venv .venv\n.venv/bin/python"
    copier.goto("reference/refdemo.html")
    doctest = copier.locator(".doctest").first
    shown = doctest.locator("pre").inner_text().splitlines()
    code = [line[4:] for line in shown if line.startswith((">>> ", "... "))]
    assert len(code) < len([line for line in shown if line])
    assert copied(copier, doctest.get_by_role("button")).splitlines() == code


def test_the_keyboard_alone_copies_and_sees_what_it_is_on(copier: Page) -> None:
    copier.goto(f"{PAGE}.html")
    button = copier.get_by_role("button", name="Copy cell 1", exact=True)
    assert button.evaluate("button => getComputedStyle(button).opacity") == "0"
    tab_to(copier, button)
    assert button.evaluate("button => getComputedStyle(button).opacity") == "1"
    copier.keyboard.press("Enter")
    expect(button).to_have_text("Copied")
    expect(button).to_be_focused()


def test_only_code_can_be_copied_and_only_where_a_script_can_do_it(reader: Callable[..., Page]) -> None:
    page = reader()
    page.goto(f"{PAGE}.html")
    assert page.locator(".copy").count() == page.locator(".cell_input").count()
    assert page.locator(".cell_output .copy, .filmstrip .copy").count() == 0
    page.emulate_media(media="print")
    expect(page.locator(".copy").first).to_be_hidden()
    plain = reader(java_script_enabled=False)
    plain.goto(f"{PAGE}.html")
    assert plain.locator(".copy").count() == 0


COVERED = """() => {
  const box = (part) => part.getBoundingClientRect();
  const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const covers = (button) => {
    const code = document.createRange();
    code.selectNodeContents(button.parentElement.querySelector("pre"));
    const others = [...button.closest(".cell_input, .highlight").querySelectorAll("button")];
    const under = [...code.getClientRects(), ...others.filter((other) => other !== button).map(box)];
    return under.some((part) => meet(part, box(button)));
  };
  return [...document.querySelectorAll(".copy")].filter((button) => button.checkVisibility()).filter(covers).length;
}"""


@pytest.mark.parametrize("touched", [True, False])
@pytest.mark.parametrize("where", [PAGE, "background/the-article-checked", "reference/faq"])
def test_copy_covers_no_code_on_a_phone(reader: Callable[..., Page], where: str, touched: bool) -> None:
    page = reader(viewport={"width": 390, "height": 844}, has_touch=touched, is_mobile=touched)
    page.add_init_script(SHIFTS)
    page.goto(f"{where}.html", wait_until="load")
    assert page.locator(".copy").count() > 3
    assert page.evaluate(COVERED) == 0
    assert page.evaluate("shifts") == []


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("where", ["index", "guides/tune-or-switch-off-the-collector", "reference/faq"])
def test_the_page_that_is_read_is_in_sight_in_the_sidebar(reader: Callable[..., Page], where: str, width: int) -> None:
    page = reader(viewport={"width": width, "height": 700})
    page.add_init_script(SHIFTS)
    page.goto(f"{where}.html", wait_until="load")
    box, entry = page.locator(".sidebar-scroll"), page.locator(".sidebar-scroll .current-page > a")
    if entry.count():
        outer, inner = (part.evaluate("part => part.getBoundingClientRect()") for part in (box, entry))
        assert outer["top"] <= inner["top"] and inner["bottom"] <= outer["bottom"]
    assert page.evaluate("scrollY") == 0 and page.evaluate("document.activeElement === document.body")
    assert page.evaluate("shifts") == []


@pytest.mark.parametrize("javascript", [True, False])
def test_the_keyboard_reaches_the_contents_of_a_page_that_stand_out_of_sight(
    reader: Callable[..., Page], javascript: bool
) -> None:
    page = reader(viewport={"width": 1280, "height": 800}, java_script_enabled=javascript, reduced_motion="reduce")
    page.goto(f"{PAGE}.html")
    drawer = page.locator(".toc-drawer")
    expect(drawer).not_to_be_in_viewport()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the contents of this page")).to_be_focused()
    page.keyboard.press("Enter")
    expect(drawer).to_be_in_viewport(ratio=0.9)
    page.keyboard.press("Tab")
    expect(drawer.locator("a:visible").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#"))


def test_a_cell_that_is_edited_has_no_copy_button_in_the_way(page: Page) -> None:
    page.goto(f"{PAGE}.html")
    cell = page.locator("#cell-1")
    cell.get_by_role("button", name="Edit").click()
    expect(cell.locator(".copy")).to_be_hidden()
    cell.get_by_role("button", name="Reset").click()
    cell.locator("pre").first.hover()
    expect(cell.locator(".copy")).to_be_visible()


COLOURS = """() => [...document.querySelectorAll("body, article, pre, .cell_input, .cell_output, .outcome, pre span")]
  .map((part) => getComputedStyle(part)).map((look) => [look.color, look.backgroundColor, look.borderTopColor])"""


@pytest.mark.parametrize("wanted", ["light", "dark"])
def test_the_toggle_looks_like_the_system_would_and_is_remembered(reader: Callable[..., Page], wanted: str) -> None:
    system = reader(color_scheme=wanted)
    toggled = reader(color_scheme="light" if wanted == "dark" else "dark")
    system.goto(f"{PAGE}.html")
    toggled.goto("index.html")
    other = system.evaluate(COLOURS)
    for _ in range(3):
        if toggled.locator("body").get_attribute("data-theme") != wanted:
            toggled.locator(".theme-toggle-content button").click()
    toggled.goto(f"{PAGE}.html")
    assert toggled.evaluate(COLOURS) == other
    system.emulate_media(color_scheme="light" if wanted == "dark" else "dark")
    assert system.evaluate(COLOURS) != other  # what was not chosen follows the system


def test_no_code_is_underlined_in_the_dark(reader: Callable[..., Page]) -> None:
    page = reader(color_scheme="dark")
    page.goto(f"{PAGE}.html")
    lines = page.locator(".cell_input span").evaluate_all(
        "all => all.map((x) => getComputedStyle(x).textDecorationLine)"
    )
    assert set(lines) == {"none"}


OPERATED = (
    ".chooser, .run, .run-bar, .copy, .sidebar-drawer, .toc-drawer, .theme-toggle, .skip-to-content, .back-to-top, "
    ".related-pages, .mobile-header, .downloads, .feedback, .edit-this-page, .filmstrip"
)


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("where", [PAGE, "reference/faq", "background/the-article-checked"])
def test_paper_shows_every_output_whole_and_nothing_to_press(
    reader: Callable[..., Page], where: str, javascript: bool
) -> None:
    page = reader(viewport={"width": 600, "height": 900}, color_scheme="dark", java_script_enabled=javascript)
    page.goto(f"{where}.html")
    page.emulate_media(media="print")
    assert [each for each in page.locator(OPERATED).all() if each.is_visible()] == []
    blocks = page.locator("article pre:not(.filmstrip *)")
    assert blocks.count() > 5
    cut = "all => all.filter((pre) => !pre.checkVisibility({ contentVisibilityAuto: true }) || !pre.offsetHeight"
    assert blocks.evaluate_all(f"{cut} || pre.scrollWidth > pre.clientWidth).map((pre) => pre.textContent)") == []
    assert page.locator("figure.picture svg").evaluate_all("all => all.filter((svg) => svg.clientWidth > 600)") == []


@pytest.mark.parametrize("where", ["reference/faq", "background/the-article-checked"])
def test_paper_shows_the_addresses_of_links(reader: Callable[..., Page], where: str) -> None:
    page = reader()
    page.goto(f"{where}.html")
    page.emulate_media(media="print")
    outside = page.locator("article a.external").first
    address = outside.evaluate("link => getComputedStyle(link, '::after').content")
    assert outside.get_attribute("href") in address


@pytest.fixture
def host(site: Built) -> Iterator[str]:
    """A host that has the site at its root and answers what it does not have with 404.html."""

    class Host(SimpleHTTPRequestHandler):
        error_message_format = (site.folder / "404.html").read_text(encoding="utf-8").replace("%", "%%")
        error_content_type = "text/html; charset=utf-8"

        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments, directory=str(site.folder))

        def log_message(self, *arguments: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Host) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.mark.parametrize("where", ["/nothing", "/tutorial/no/such/page.html"])
def test_a_wrong_link_leads_to_a_page_that_helps(browser: Browser, host: str, axe: str, where: str) -> None:
    page = browser.new_page(reduced_motion="reduce")
    failed, complaints = list[str](), list[str]()
    page.on("response", lambda response: response.status >= 400 and failed.append(response.url))
    page.on("console", lambda said: said.type == "error" and complaints.append(said.text))
    page.goto(host + where)
    page.wait_for_load_state("networkidle")
    assert failed == [host + where], "all that the page needs is there"
    assert len(complaints) == 1 and "404" in complaints[0], "and its policy allows it"
    assert violations(page, axe) == []
    page.get_by_role("searchbox", name="Search for").fill("refcount_at")
    page.keyboard.press("Enter")
    expect(page.locator(".search-page + [role=status]")).to_contain_text("found")
    page.goto(host + where)
    page.get_by_role("link", name="first page").click()
    expect(page).to_have_url(f"{host}/index.html")
    expect(page.locator("h1")).to_contain_text("How your Python manages memory")
    page.close()
