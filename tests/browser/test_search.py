"""The search, in a real Chromium: which page answers, how it is asked, and what it costs who does not ask."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.site.conftest import ROOT, Built

from .conftest import violations

pytest.importorskip("playwright", reason="playwright is not installed")
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

SAID: dict[str, Any] = tomllib.loads((ROOT / "docs/search.toml").read_text(encoding="utf-8"))
PAGE, RESULTS = "tutorial/a-circle.html", "search.html"
TOP = 3  # results that a reader looks at
LOADS = 30_000  # milliseconds: the search is fetched and its index made, beside other work


@pytest.fixture
def results(page: Page) -> Callable[[str], list[dict[str, Any]]]:
    """Asks the index, and returns what its pages are: best first."""
    page.goto(RESULTS)
    page.locator(".search-page input").focus()
    page.wait_for_function("() => Boolean(globalThis.siteSearch?.attach)")
    page.evaluate("siteSearch.ready")

    def ask(question: str) -> list[dict[str, Any]]:
        asked = "(q) => siteSearch.find(q).map((found) => ({ ...found, matched: [...found.matched] }))"
        found: list[dict[str, Any]] = page.evaluate(asked, question)
        return [{**one, "page": one["url"].removesuffix(".html")} for one in found]

    return ask


def test_the_page_that_answers_is_among_the_first_three(results: Callable[[str], list[dict[str, Any]]]) -> None:
    first = {query: [one["page"] for one in results(query)[:TOP]] for query in SAID["queries"]}
    assert {query: first[query] for query, page in SAID["queries"].items() if page not in first[query]} == {}


def test_a_word_that_no_page_has_costs_no_hit(results: Callable[[str], list[dict[str, Any]]]) -> None:
    assert results("xylophone") == []
    for query, page in SAID["queries"].items():
        found = results(f"{query} xylophone")
        assert page in [one["page"] for one in found[:TOP]], query


def test_a_letter_too_few_or_another_form_of_a_word_finds_the_same_page(
    results: Callable[[str], list[dict[str, Any]]],
) -> None:
    for query in ("weak refarence", "weak references", "weakly referenced", "WEAKREF", "weakre"):
        assert "tutorial/weak-references" in [one["page"] for one in results(query)[:TOP]], query


def test_gathered_pages_come_first_only_where_they_are_asked_for_by_name(
    results: Callable[[str], list[dict[str, Any]]],
) -> None:
    named = {query for query, page in SAID["queries"].items() if page in SAID["gathered"]}
    assert named
    for query in SAID["queries"].keys() - named:
        assert results(query)[0]["page"] not in SAID["gathered"], query


def fetched(page: Page) -> list[str]:
    """What a page asks of the search, from now on."""
    asked: list[str] = []
    page.on("request", lambda request: "/_static/search/" in request.url and asked.append(request.url))
    return asked


def field_of(page: Page) -> Locator:
    return page.get_by_role("searchbox", name="Search", exact=True)


def test_the_page_of_results_loads_nothing_before_it_is_asked_something(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(RESULTS, wait_until="networkidle")
    assert [url for url in asked if "/search/" in url] == []
    page.locator(".search-page input").fill("cycle")
    expect(page.locator("article .found li").first).to_be_visible(timeout=LOADS)


def test_nothing_is_loaded_before_the_search_is_opened_and_nothing_twice(page: Page) -> None:
    asked = fetched(page)
    page.goto(PAGE, wait_until="networkidle")
    page.mouse.wheel(0, 3000)
    page.get_by_label("Show outputs for").focus()
    assert asked == []
    field_of(page).click()
    page.keyboard.type("circle")
    expect(page.locator(".search-panel .found li").first).to_be_visible(timeout=LOADS)
    page.get_by_label("Show outputs for").focus()
    field_of(page).click()
    expect(page.locator(".search-panel .found li").first).to_be_visible(timeout=LOADS)
    names = [re.sub(r".*/|\?.*", "", url) for url in asked]
    assert names == ["minisearch.js", "index.js", "ranking.js", "results.js"]


@pytest.mark.parametrize("keys", ["/", "Control+k"])
def test_the_keyboard_alone_asks_walks_through_the_results_and_opens_one(page: Page, keys: str) -> None:
    page.goto(PAGE)
    page.keyboard.press(keys)
    field = field_of(page)
    expect(field).to_be_focused()
    page.keyboard.type("gc.freeze")
    links = page.locator(".search-panel .found a")
    expect(links.first).to_be_visible(timeout=LOADS)
    page.keyboard.press("ArrowDown")
    expect(links.first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("Tab")
    expect(links.nth(2)).to_be_focused()
    page.keyboard.press("Escape")
    expect(field).to_be_focused()
    expect(page.locator(".search-panel")).to_be_hidden()
    page.keyboard.type(" before fork")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(field).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("guides/tune-or-switch-off-the-collector"))


def test_enter_leads_to_a_page_of_results_that_answers_while_one_types_on(page: Page) -> None:
    page.goto(PAGE)
    field_of(page).fill("refcount_at")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"search\.html\?q=refcount_at"))
    status, first = page.locator(".search-page + [role=status]"), page.locator("article .found li").first
    expect(status).to_contain_text("pages found", timeout=LOADS)
    expect(first.locator(".title")).to_have_text("What does refdemo offer?")
    expect(first.locator(".section")).to_have_text("refcount_at")
    page.get_by_role("searchbox", name="Search for").fill("lru_cache")
    expect(first.locator("a")).to_have_attribute("href", re.compile("guides/caches-and-lru-cache.html"))
    expect(page).to_have_url(re.compile(r"\?q=lru_cache$"))
    page.get_by_role("searchbox", name="Search for").fill("xylophone")
    expect(status).to_have_text("Nothing found")


def test_a_result_says_page_section_and_subtitle_and_marks_what_was_asked_in_an_excerpt(page: Page) -> None:
    page.goto(f"{RESULTS}?q=arenas")
    result = page.locator("article .found li", has=page.locator("a[href*=where-the-memory-goes]"))
    expect(result.locator(".title")).to_have_text("I deleted it; why is the process still big?", timeout=LOADS)
    expect(result.locator(".subtitle")).to_contain_text("pymalloc")
    expect(result.locator(".section")).to_have_count(1)
    expect(result.locator(".excerpt mark", has_text=re.compile("arenas?", re.I)).first).to_be_visible()
    for excerpt in page.locator(".excerpt").all_inner_texts():
        assert len(excerpt) < 260 and "Run Edit Reset" not in excerpt


def words(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z_]{5,}", text))


def test_what_the_published_default_printed_is_found_and_what_another_python_alone_printed_is_not(site: Built) -> None:
    index = (site.folder / "_static/search/index.js").read_text(encoding="utf-8")
    printed: dict[bool, set[str]] = {True: set(), False: set()}
    for cell in site.cells:
        for variant in cell["variants"] if "#" not in cell["id"] else []:
            default = site.runs["published_default"] in variant["interpreters"]
            printed[default] |= words(" ".join(output["text/plain"][:600] for output in variant["outputs"]))
    sources = [*site.folder.glob("_sources/**/*.txt"), *ROOT.glob("examples/*.py"), *ROOT.glob("refdemo/**/*.py")]
    known = words("\n".join(file.read_text(encoding="utf-8") for file in sources))
    shown, others = printed[True] - known, printed[False] - printed[True] - known
    found = words(index)
    assert len(shown & found) > len(shown) / 2
    assert others & found == set()
    assert "attacked in" not in index


def test_a_page_of_results_has_no_violations_nor_has_the_list_below_a_field(
    reader: Callable[..., Page], axe: str
) -> None:
    page = reader(reduced_motion="reduce")
    page.goto(f"{RESULTS}?q=reference+cycle")
    expect(page.locator("article .found li").first).to_be_visible(timeout=LOADS)
    assert violations(page, axe) == []
    page.goto(PAGE)
    page.keyboard.press("/")
    page.keyboard.type("reference cycle")
    expect(page.locator(".search-panel .found li").first).to_be_visible(timeout=LOADS)
    assert violations(page, axe) == []


@pytest.mark.parametrize("width", [390, 1280])
def test_the_list_is_whole_within_the_screen_and_over_the_page(reader: Callable[..., Page], width: int) -> None:
    page = reader(viewport={"width": width, "height": 800}, reduced_motion="reduce")
    page.goto(PAGE)
    page.mouse.wheel(0, 1500)
    page.keyboard.press("/")
    page.keyboard.type("memory leak")
    panel = page.locator(".search-panel")
    expect(panel.locator("li").first).to_be_visible(timeout=LOADS)
    box = panel.bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= width and box["y"] + box["height"] <= 800
    over = "({ x, y, width, height }) => [0.1, 0.5, 0.9].map((part) => !!document"
    over += ".elementFromPoint(x + width * part, y + height * part)?.closest('.search-panel'))"
    assert page.evaluate(over, box) == [True, True, True]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_in_forced_colours_the_list_has_an_edge_and_marks_can_be_told(reader: Callable[..., Page]) -> None:
    page = reader(forced_colors="active")
    page.goto(PAGE)
    page.keyboard.press("/")
    page.keyboard.type("circle")
    mark = page.locator(".search-panel mark").first
    expect(mark).to_be_visible(timeout=LOADS)
    looks = "(part) => [getComputedStyle(part).backgroundColor, getComputedStyle(part.parentElement).backgroundColor]"
    own, around = mark.evaluate(looks)
    assert own != around
    assert page.locator(".search-panel").evaluate("(panel) => getComputedStyle(panel).borderTopStyle") == "solid"


def test_it_works_from_the_disk(browser: Browser, site: Built) -> None:
    page = browser.new_page()
    complaints: list[str] = []
    # Run's module is the one script that no browser takes from the disk; the page says so.
    of_run = re.compile(r"/browser/run\.mjs\b")
    page.on(
        "console",
        lambda said: (
            said.type == "error"
            and not of_run.search(said.text + said.location["url"])
            and complaints.append(said.text)
        ),
    )
    page.goto((site.folder.resolve() / PAGE).as_uri())
    page.keyboard.press("/")
    page.keyboard.type("gc.freeze")
    expect(page.locator(".search-panel .found li").first).to_be_visible(timeout=LOADS)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"search\.html\?q=gc\.freeze"))
    page.locator("article .found a").first.click()
    expect(page.locator("h1")).to_contain_text("tune the collector")
    assert complaints == []
    page.close()


def test_without_javascript_the_form_leads_to_the_contents_of_all_pages(reader: Callable[..., Page]) -> None:
    page = reader(java_script_enabled=False)
    page.goto(PAGE)
    field_of(page).fill("cycle")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"search\.html\?q=cycle"))
    links = page.locator("article .found a")
    assert links.count() == page.locator(".sidebar-tree a.internal").count() + 1
    expect(links.filter(has_text="Who frees a reference cycle?").locator(".subtitle")).to_contain_text("gc.collect")
    links.filter(has_text="Who frees a reference cycle?").click()
    expect(page.locator("h1")).to_contain_text("Who frees a reference cycle?")


def test_a_search_that_does_not_come_is_said_on_its_page(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.route("**/_static/search/index.js", lambda route: route.abort())
    page.goto(f"{address}{RESULTS}?q=cycle")
    expect(page.locator(".search-page + [role=status]")).to_have_text("The search could not be loaded.")
    page.close()
