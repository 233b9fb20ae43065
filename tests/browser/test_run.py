"""Run, as a reader meets it: what runs here, what is said about it, and what becomes of a Python that goes wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.site.conftest import Built

from .conftest import key_of, tab_to
from .running import LOADS, PAGE, controls, editor, result, run, status, stop, write

pytest.importorskip("playwright", reason="playwright is not installed")
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route


def test_nothing_of_it_is_fetched_before_the_first_press(page: Page, site: Built) -> None:
    key_of(site, "cpython-3.14.2-emscripten")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{PAGE}.html", wait_until="networkidle")
    needed = re.compile(r"/(pyodide|run|viz)/|/browser/(?!(?:run|edits)\.mjs)")
    assert asked and not list(filter(needed.search, asked))
    controls(page, 1).get_by_role("button", name="Run").click()
    expect(result(page, 1)).to_have_attribute("data-verdict", "same", timeout=LOADS)
    fetched = {url.rsplit("/", 1)[1] for url in filter(needed.search, asked)}
    assert {"pyodide.asm.wasm", "python_stdlib.zip", "worker.mjs"} <= fetched, "requests of workers are seen, too"


def test_a_press_runs_the_cells_above_first(ready: Page) -> None:
    controls(ready, 3).get_by_role("button", name="Run").click()
    for number in (1, 2, 3):
        expect(result(ready, number)).to_have_attribute("data-verdict", "same", timeout=LOADS)
    expect(result(ready, 4)).to_have_count(0)


def test_what_is_published_otherwise_differs_and_both_can_be_read(ready: Page) -> None:
    def falsified(route: Route) -> None:
        data = route.fetch().json()
        for outcome in data["units"][0]["cells"][0]["expected"].values():
            outcome["text"] = "something else\n"
        route.fulfill(body=json.dumps(data))

    ready.route("**/run/*/*.json", falsified)
    controls(ready, 2).get_by_role("button", name="Run").click()
    expect(result(ready, 1)).to_have_attribute("data-verdict", "differs", timeout=LOADS)
    expect(result(ready, 1)).to_contain_text("enabled in the block: False")
    expect(result(ready, 1)).to_contain_text("something else")
    expect(result(ready, 2)).to_have_attribute("data-verdict", "same", timeout=LOADS)


def test_a_readers_own_code_runs_and_reset_brings_the_pages_back(ready: Page) -> None:
    ran = run(ready, 1, "x = 6\nprint('six')\nx * 7")
    expect(ran).to_contain_text("your code")
    assert ran.locator("pre").all_inner_texts() == ["six", "42"]
    controls(ready, 1).get_by_role("button", name="Reset").click()
    expect(editor(ready, 1)).to_have_count(0)
    expect(ready.locator("#cell-1 .cell_input pre")).to_be_visible()
    expect(result(ready, 1)).to_have_count(0)


def test_variables_stay_until_the_page_is_reset(ready: Page) -> None:
    run(ready, 1, "kept = 'kept'")
    expect(run(ready, 1, "kept")).to_contain_text("'kept'")
    ready.get_by_role("button", name="Reset page").click()
    ready.get_by_role("button", name="Drop my edits").click()
    expect(ready.locator(".run-editor, .ran")).to_have_count(0)
    expect(run(ready, 1, "kept")).to_contain_text("NameError: name 'kept' is not defined")


def test_an_exception_shows_its_traceback_and_the_next_cell_runs(ready: Page) -> None:
    expect(run(ready, 1, "def broken():\n    1 / 0\nbroken()")).to_contain_text(
        re.compile(r'File "<string>", line 3, in <module>.*line 2, in broken.*ZeroDivisionError', re.DOTALL)
    )
    expect(run(ready, 2, "print('on')")).to_contain_text("on")


def test_an_object_is_drawn_as_the_build_draws_it(ready: Page) -> None:
    ran = run(ready, 1, "from refdemo import object_graph\na = []\na.append(a)\nobject_graph(a=a)")
    expect(ran.locator("figure svg .node")).to_have_count(2)
    expect(ran.locator("figure svg")).to_contain_text("list")
    expect(ran.locator("figure svg")).to_have_attribute("aria-label", re.compile("a"))


def test_a_graph_that_says_what_happened_has_it_for_its_caption(ready: Page) -> None:
    source = """
class Graph:
    def _repr_mimebundle_(self):
        return {"text/plain": "a graph", "text/vnd.graphviz": 'digraph { comment="a <lost> &quot;its&quot; name"; a }'}
Graph()"""
    expect(run(ready, 1, source).locator("figcaption")).to_have_text('a <lost> "its" name')


def test_markup_in_an_output_stays_text(ready: Page) -> None:
    source = """
class Picture:
    def _repr_mimebundle_(self):
        script = "<script>alert(1)</script>"
        return {"image/svg+xml": f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'>{script}</svg>"}
print("<img src=x onerror=alert(1)>")
Picture()"""
    ran = run(ready, 1, source)
    expect(ran.locator("pre").first).to_have_text("<img src=x onerror=alert(1)>")
    expect(ran).to_contain_text("No picture: the SVG has an element <script>")
    expect(ran.locator("img, script, svg")).to_have_count(0)


def test_an_infinite_loop_leaves_the_page_alive_and_can_be_stopped(ready: Page) -> None:
    write(ready, 1, "print('begun')\nwhile True: pass").press("Control+Enter")
    expect(result(ready, 1)).to_contain_text("begun", timeout=LOADS)
    stop(ready).click()
    expect(status(ready)).to_contain_text("Stopped. The next Run starts a new Python")
    expect(result(ready, 1).locator("pre")).to_have_text("begun")
    expect(result(ready, 1)).to_contain_text("Stopped. Until then it printed:")
    expect(run(ready, 1, "print('again')")).to_contain_text("again")


def test_two_hundred_megabytes_of_output_are_cut_with_a_note(ready: Page) -> None:
    ran = run(ready, 1, "for _ in range(200):\n    print('x' * 999_999)")
    expect(ran).to_contain_text("Cut after 1,000,000 bytes: it printed 199,000,000 more.")
    expect(run(ready, 2, "print('short')")).to_contain_text("short")


def test_a_python_that_dies_is_reported_and_replaced(ready: Page) -> None:
    ran = run(ready, 1, "import ctypes\nctypes.string_at(0xFFFFFF00, 200)")
    expect(ran).to_contain_text("did not end")
    expect(status(ready)).to_contain_text("The next Run starts a new Python")
    expect(run(ready, 1, "print('a new one')")).to_contain_text("a new one")


def test_exit_ends_the_python_and_is_said(ready: Page) -> None:
    run(ready, 1, "import sys\nprint('bye')\nsys.exit(3)")
    expect(result(ready, 1)).to_contain_text("bye")
    expect(status(ready)).to_contain_text("sys.exit() ended this page's Python")
    expect(run(ready, 1, "'sys' in globals()")).to_contain_text("False")


def test_another_python_can_be_chosen_and_starts_afresh(ready: Page, site: Built) -> None:
    for key in filter(lambda key: "emscripten" in key, site.keys):
        ready.get_by_label("run on").select_option(key)
        version = key.split("-")[1]
        expect(run(ready, 1, "import sys\nsys.version.split()[0], 'seen' in globals()")).to_contain_text(
            f"('{version}', False)"
        )
        run(ready, 2, "seen = True")


def test_run_runs_on_the_chosen_python_as_nearly_as_browsers_have_it_and_says_so(ready: Page, site: Built) -> None:
    near, newest = key_of(site, "cpython-3.13.2-emscripten"), key_of(site, "cpython-3.14.2-emscripten")
    expect(ready.locator(".run-bar")).to_have_attribute("data-run", newest)
    default = r"CPython 3\.\d+\.\d+ cannot run here; Run uses CPython 3\.14\.2 in your browser\."
    expect(status(ready)).to_have_text(re.compile(f"^{default}$"))
    for beginning, runs, said in [
        ("cpython-3.13.0", near, "CPython 3.13.0 cannot run here; Run uses CPython 3.13.2 in your browser."),
        ("cpython-3.13.2-emscripten", near, "Run uses CPython 3.13.2 in your browser."),
        ("pypy", newest, "PyPy"),
    ]:
        ready.get_by_label("run on").select_option(key_of(site, beginning))
        expect(ready.locator(".run-bar")).to_have_attribute("data-run", runs)
        expect(status(ready)).to_contain_text(said)


def test_another_choice_leads_elsewhere_after_something_ran_too(ready: Page, site: Built) -> None:
    run(ready, 1, "1")
    ready.get_by_label("run on").select_option(key_of(site, "cpython-3.13.0"))
    expect(status(ready)).to_contain_text("The next Run starts CPython 3.13.2")
    expect(run(ready, 1, "import sys\nsys.version.split()[0]")).to_contain_text("'3.13.2'")


def test_a_hidden_check_that_fails_is_said(ready: Page) -> None:
    shown = [place.get_attribute("data-cell") for place in ready.locator(".run").all()]
    broken: list[str] = []

    def falsified(route: Route) -> None:
        data = route.fetch().json()
        cell = next(cell for cell in data["units"][0]["cells"] if cell["id"] not in shown)
        broken.append(cell["id"])
        cell["source"] = "assert not 'this holds'"
        route.fulfill(body=json.dumps(data))

    ready.route("**/run/*/*.json", falsified)
    ready.get_by_role("button", name="Run all").click()
    expect(status(ready)).to_contain_text("A hidden check of this page failed here: Traceback", timeout=LOADS)
    assert broken


def test_the_keyboard_alone_edits_runs_and_leaves(ready: Page) -> None:
    tab_to(ready, controls(ready, 1).get_by_role("button", name="Edit"))
    ready.keyboard.press("Enter")
    expect(editor(ready, 1)).to_be_focused()
    ready.keyboard.press("Control+a")
    ready.keyboard.type("if True:\nprint('typed')")
    lines = editor(ready, 1).locator(".cm-line")
    expect(lines).to_have_text(["if True:", "    print('typed')"])
    ready.keyboard.press("Shift+Tab")
    expect(lines).to_have_text(["if True:", "print('typed')"])
    ready.keyboard.press("Home")
    ready.keyboard.press("Tab")
    expect(lines).to_have_text(["if True:", "    print('typed')"])
    ready.keyboard.press("Escape")
    expect(controls(ready, 1).get_by_role("button", name="Run")).to_be_focused()
    ready.keyboard.press("Enter")
    expect(result(ready, 1).locator("pre")).to_have_text("typed", timeout=LOADS)


def test_without_javascript_there_are_no_controls(reader: Callable[..., Page], site: Built) -> None:
    key_of(site, "cpython-3.14.2-emscripten")
    page = reader(java_script_enabled=False)
    page.goto(f"{PAGE}.html")
    expect(page.locator(".run").first).to_be_hidden()
    expect(page.locator(".run-bar")).to_be_hidden()


def test_every_page_has_a_policy_without_unsafe_words(site: Built) -> None:
    for name, content in site.pages():
        (policy,) = content.select("meta[http-equiv='Content-Security-Policy']")
        said = str(policy["content"])
        assert "default-src 'none'" in said and "unsafe" not in said, name
        assert not content.select("[style], [onclick], [onload]"), name


def test_a_page_opened_from_the_disk_says_that_run_needs_a_server(browser: Browser, site: Built) -> None:
    key_of(site, "cpython-3.14.2-emscripten")
    page = browser.new_page()
    page.goto((site.folder / f"{PAGE}.html").as_uri())
    expect(page.locator(".unserved")).to_contain_text("To run these cells, read", use_inner_text=True)
    expect(status(page)).to_be_empty()
    expect(page.get_by_role("button", name="Run")).to_have_count(0)
    expect(page.locator("#cell-1 .cell_output pre").first).to_be_visible()
    page.close()


def test_no_page_breaks_its_own_policy_or_asks_for_what_is_not_there(page: Page, site: Built) -> None:
    for name, _ in site.pages():
        if name != "404":  # is served in place of others, from the root of a host: test_reader.py
            page.goto(f"{name}.html", wait_until="networkidle")
    page.goto("search.html?q=collector")
    expect(page.locator(".found li").first).to_be_visible()


def test_a_run_that_takes_a_minute_is_said_to_go_on(ready: Page) -> None:
    write(ready, 1, "while True: pass").press("Control+Enter")
    expect(status(ready)).to_contain_text("Still running after 60 s. Stop ends it", timeout=2 * LOADS)
    stop(ready).click()
    expect(result(ready, 1)).to_contain_text("Stopped.")
