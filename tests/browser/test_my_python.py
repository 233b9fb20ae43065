"""A reader's own Python, brought as a file, is one more column; a file that is none of this site's is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.site.conftest import Built

from .conftest import violations

pytest.importorskip("playwright", reason="playwright is not installed")
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

PAGE = "tutorial/a-circle.html"
TELLS = "reference/your-python.html"
NAME = "CPython 3.98.7"
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script><svg onload=alert(3)>\n"


class Files:
    """Makes files as my-python.pyz writes them, of a Python that is nowhere."""

    def __init__(self, site: Built, folder: Path) -> None:
        said = (site.folder / "_static/my-python.js").read_text(encoding="utf-8")
        self.state = json.loads(said.partition(" = ")[2].rstrip(";\n"))["state"]
        self.site, self.folder = site, folder

    def column(self, **changes: Any) -> dict[str, Any]:
        nearest = self.site.keys[-1]
        return {
            "site": self.state, "name": NAME, "key": "cpython-3.98.7-linux-x86_64", "nearest": nearest,
            "agreeing": [[nearest, 470]], "outputs": 471, "holding": 403, "claims": 404, "like": {}, "own": {},
            **changes,
        }  # fmt: skip

    def record(self, **changes: Any) -> Path:
        return self.file(json.dumps({"record": 1, "interpreters": [], "runs": [], "column": self.column(**changes)}))

    def file(self, text: str) -> Path:
        path = self.folder / "my-python.json"
        path.write_text(text, encoding="utf-8")
        return path


@pytest.fixture
def files(site: Built, tmp_path: Path) -> Files:
    return Files(site, tmp_path)


def own(printed: str, **more: Any) -> dict[str, Any]:
    return {"kind": "alone", "line": 7, "printed": printed, "raised": "", "hidden": False, **more}


def bring(page: Page, file: Path, at: str = PAGE) -> None:
    """Choose "Yours…" in a page's bar, and give it a file."""
    page.goto(at)
    page.locator(".chooser select").select_option("yours")
    with page.expect_event("load"):
        page.locator("dialog.yours input").set_input_files(file)


def shown(page: Page, cell: str) -> Locator:
    return page.locator(f'.outcome[data-cell="{cell}"][data-pythons~="yours"]')


def group_of(site: Built, cell: str, key: str) -> set[str]:
    """The Pythons whose output of a cell is that of one of them."""
    cells = (each for unit in site.runs["units"] for each in unit["cells"])
    variants = next(each["variants"] for each in cells if each["id"] == cell)
    return next({*variant["interpreters"]} for variant in variants if key in variant["interpreters"])


def test_it_shows_what_the_nearest_python_printed(page: Page, site: Built, files: Files) -> None:
    bring(page, files.record())
    expect(page.locator(".chooser select")).to_have_value("yours")
    expect(page.locator(".chooser option:checked")).to_have_text(f"{NAME} (yours)")
    first = page.locator(".cell_output > .outcome").first.get_attribute("data-cell") or ""
    pythons = shown(page, first).get_attribute("data-pythons") or ""
    assert {*pythons.split()} == {*group_of(site, first, site.keys[-1]), "yours"}


def test_each_output_has_it_once(page: Page, files: Files) -> None:
    bring(page, files.record(own={"tutorial/a-circle:5": own("mine\n")}))
    outputs = page.locator(".cell_output")
    for number in range(outputs.count()):
        mine = outputs.nth(number).locator(':scope > .outcome[data-pythons~="yours"]')
        assert mine.count() == 1 and mine.evaluate("one => one === one.parentElement.firstElementChild")


def test_it_can_be_like_another_one_in_a_cell(page: Page, site: Built, files: Files) -> None:
    where, cell = next(
        (unit["page"], cell["id"])
        for unit in site.runs["units"]
        for cell in unit["cells"]
        if site.keys[0] not in group_of(site, cell["id"], site.keys[-1])
        if f'data-cell="{cell["id"]}"' in (site.folder / f"{unit['page']}.html").read_text(encoding="utf-8")
    )
    bring(page, files.record(like={cell: site.keys[0]}), at=f"{where}.html")
    pythons = shown(page, cell).get_attribute("data-pythons") or ""
    assert site.keys[0] in pythons.split()


def test_what_is_its_alone_is_marked_and_text(page: Page, files: Files) -> None:
    bring(page, files.record(own={"tutorial/a-circle:5": own(HOSTILE, raised="ValueError: <b>bold</b>")}))
    mine = shown(page, "tutorial/a-circle:5")
    expect(mine.locator(".who")).to_have_text(f"{NAME} printed · yours alone")
    assert mine.locator("pre").all_text_contents() == [HOSTILE, "ValueError: <b>bold</b>\n"]
    assert mine.locator("img, script, svg, pre b").count() == 0


def test_it_is_told_beside_the_others_when_another_is_chosen(page: Page, site: Built, files: Files) -> None:
    bring(page, files.record(own={"tutorial/a-circle:5": own("mine\n")}))
    page.locator(".chooser select").select_option(site.keys[0])
    mine = shown(page, "tutorial/a-circle:5")
    assert not mine.evaluate("one => one === one.parentElement.firstElementChild")
    expect(page.locator(".who:not(p)").filter(has_text="and yours").first).to_be_attached()


def test_a_prediction_is_judged_on_it(page: Page, files: Files) -> None:
    cell = page_prediction(page)
    asked = page.locator("fieldset.predict").first
    number = asked.get_by_role("radio").count() - 1
    bring(page, files.record(own={cell: own("mine\n", right=[number])}))
    asked.get_by_role("radio").last.check()
    expect(asked.get_by_role("status")).to_contain_text(f"Right: this is what {NAME} does.")
    expect(page.locator(f"#{cell.replace('tutorial/a-circle:', 'cell-')} .truths [aria-current]")).to_contain_text(
        "yours:"
    )


def page_prediction(page: Page) -> str:
    page.goto(PAGE)
    anchor = page.locator("fieldset.predict").first.get_attribute("data-cell") or ""
    return anchor.replace("cell-", "tutorial/a-circle:")


def test_none_of_the_options_can_be_right_on_it(page: Page, files: Files) -> None:
    cell = page_prediction(page)
    bring(page, files.record(own={cell: own("mine\n", right=[])}))
    asked = page.locator("fieldset.predict").first
    asked.get_by_role("radio").first.check()
    expect(asked.get_by_role("status")).to_contain_text(f"Not on {NAME}")
    truths = page.locator(f"#{cell.replace('tutorial/a-circle:', 'cell-')} .truths")
    expect(truths.locator("[aria-current]")).to_contain_text("yours: none of these, here")


def test_claims_say_how_they_went_on_it(page: Page, files: Files) -> None:
    page.goto(PAGE)
    cells = page.locator("details.claim").evaluate_all(
        "all => all.map((one) => one.querySelector('.outcome').dataset.cell)"
    )
    broken = own("does not hold: a way\n", ways=1, broken=["a way"])
    bring(page, files.record(nearest=files.site.keys[0], own={cells[0]: broken}))
    summaries = page.locator("details.claim > summary")
    expect(summaries.first).to_contain_text("; not on yours")
    expect(summaries.nth(1)).to_contain_text("; held on yours")


def test_tables_have_it(page: Page, site: Built, files: Files) -> None:
    bring(page, files.record(own={"reference/interpreters:1": own("language: 3.98\ngil: perhaps\n")}))
    page.goto("reference/interpreters.html")
    row = page.locator("table.by-python").first.get_by_role("row").last
    expect(row.locator("th, td").first).to_have_text(f"{NAME} (yours)")
    assert {"3.98", "perhaps"} <= {*row.locator("td").all_text_contents()}
    for each in page.locator("table.by-python").all()[1:]:
        said = [text.strip() for text in each.get_by_role("row").last.locator("td").all_text_contents()]
        theirs = [text.strip() for text in each.get_by_role("row").nth(-2).locator("td").all_text_contents()]
        assert said == theirs


def test_tables_of_claims_and_verdicts_have_it(page: Page, site: Built, files: Files) -> None:
    bring(page, files.record())
    tables = 0
    for address in ("reference/claims.html", "background/myths.html"):
        page.goto(address)
        for table in page.locator("table:is(.claims, .verdicts)").all():
            tables += 1
            assert "3.98.7 (yours)" in table.locator("thead th").last.text_content()
            rows = table.locator("tbody tr")
            assert rows.evaluate_all(
                "all => all.every((row) => row.cells[row.cells.length - 1].textContent.trim() === "
                "row.cells[row.cells.length - 2].textContent.trim())"
            )
    assert tables > 0


def test_the_list_of_differences_compares_it(page: Page, site: Built, files: Files) -> None:
    bring(page, files.record())
    page.goto(f"reference/differences.html?from=yours&to={site.keys[-1]}")
    expect(page.locator(".difference-filter [role=status]")).to_contain_text("None of")
    page.goto("reference/differences.html")
    cell = page.locator(".gathered").first.get_attribute("data-cell") or ""
    page.goto(TELLS)
    with page.expect_event("load"):
        page.locator("#my-python input").set_input_files(files.record(own={cell: own(HOSTILE)}))
    page.goto(f"reference/differences.html?from=yours&to={site.keys[-1]}")
    expect(page.locator(".gathered:visible")).to_have_count(1)
    expect(page.locator(".gathered:visible .says > span:visible").first).to_contain_text("<img src=x")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("<html>", "is not JSON"),
        ("[" * 100_000 + "]" * 100_000, "is not what my-python.pyz of this site writes"),
        ('{"record": 1, "interpreters": [], "runs": []}', "is not what my-python.pyz of this site writes"),
        ('{"record": 2, "column": {}}', "is not what my-python.pyz of this site writes"),
        ('{"record": 1, "column": {"site": "another"}}', "is of another state of this site"),
        ('{"record": 1, "__proto__": {"column": {}}}', "is not what my-python.pyz of this site writes"),
        ("\x00\x01", "is not JSON"),
        ("", "is not JSON"),
    ],
    ids=["HTML", "deep", "no column", "another version", "another state", "a prototype", "control characters", "empty"],
)
def test_what_is_no_file_of_this_site_is_refused_with_the_remedy(
    page: Page, files: Files, text: str, says: str
) -> None:
    page.goto(PAGE)
    page.locator(".chooser select").select_option("yours")
    page.locator("dialog.yours input").set_input_files(files.file(text))
    expect(page.locator("dialog.yours [role=alert]")).to_contain_text(says)
    expect(page.locator("dialog.yours [role=alert]")).to_contain_text("my-python.pyz")
    assert page.evaluate("localStorage.getItem('everypython-yours')") is None


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "<b>bold</b>"},
        {"name": "x" * 81},
        {"key": "../../etc"},
        {"nearest": "cpython-3.97.0-linux-x86_64"},
        {"nearest": "__proto__"},
        {"like": {"tutorial/a-circle:5": "constructor"}},
        {"like": []},
        {"own": {"tutorial/a-circle:5": "text"}},
        {"own": {"tutorial/a-circle:5": own("mine", kind="other")}},
        {"own": {"tutorial/a-circle:5": own("half of a pair \ud83d")}},
        {"own": {"tutorial/a-circle:5": own("mine", right=["0"])}},
        {"agreeing": [["toString", 3]]},
        {"outputs": -1},
    ],
    ids=lambda changes: json.dumps(changes)[:40],
)
def test_a_column_that_is_not_as_the_program_writes_it_is_refused(
    page: Page, files: Files, changes: dict[str, Any]
) -> None:
    page.goto(PAGE)
    page.locator(".chooser select").select_option("yours")
    page.locator("dialog.yours input").set_input_files(files.record(**changes))
    expect(page.locator("dialog.yours [role=alert]")).to_contain_text("has a column that this page cannot read")


def test_names_of_prototypes_are_names_of_cells_like_others(page: Page, files: Files) -> None:
    text = files.record(own={"PROTO": own("mine")}).read_text(encoding="utf-8").replace("PROTO", "__proto__")
    bring(page, files.file(text))
    expect(page.locator(".chooser select")).to_have_value("yours")
    assert page.evaluate("({}).kind") is None


def test_a_file_that_is_too_large_is_refused(page: Page, files: Files) -> None:
    page.goto(PAGE)
    page.locator(".chooser select").select_option("yours")
    alert = page.locator("dialog.yours [role=alert]")
    page.locator("dialog.yours input").set_input_files(files.file(" " * 20_000_001))
    expect(alert).to_contain_text("has more than 20 MB")
    page.locator("dialog.yours input").set_input_files(files.record(own={"index:1": own("x" * 1_000_001)}))
    expect(alert).to_contain_text("more outputs of its own than a browser keeps")


def test_of_two_files_the_second_counts(page: Page, files: Files) -> None:
    bring(page, files.record(own={"tutorial/a-circle:5": own("of the file before\n")}))
    page.goto(TELLS)
    with page.expect_event("load"):
        page.locator("#my-python input").set_input_files(
            files.record(name="PyPy 9.9.9", own={"tutorial/a-circle:6": own("the second\n")})
        )
    page.goto(PAGE)
    expect(page.locator(".chooser option:checked")).to_have_text("PyPy 9.9.9 (yours)")
    assert "of the file before" not in (page.locator("article").text_content() or "")
    expect(shown(page, "tutorial/a-circle:6").locator("pre")).to_have_text("the second\n")


def test_one_press_forgets_it(page: Page, files: Files) -> None:
    bring(page, files.record())
    with page.expect_event("load"):
        page.get_by_role("button", name="Forget").click()
    assert page.evaluate("[...Object.keys(localStorage)].filter((key) => key.startsWith('everypython'))") == []
    expect(page.locator('[data-pythons~="yours"]')).to_have_count(0)
    expect(page.locator('.chooser option[value="yours"]')).to_have_text("Yours…")
    expect(page.get_by_role("button", name="Forget")).to_be_hidden()
    assert "python=" not in page.url


def test_a_full_storage_changes_nothing_and_is_told(page: Page, files: Files) -> None:
    page.goto(PAGE)
    page.evaluate("""() => { for (let size = 6e6; size >= 1; size /= 2) {
      try { for (let n = 0; ; n++) localStorage.setItem(`full-${size}-${n}`, "x".repeat(size)); } catch {}
    } }""")
    page.locator(".chooser select").select_option("yours")
    page.locator("dialog.yours input").set_input_files(files.record(own={"index:1": own("x" * 10_000)}))
    expect(page.locator("dialog.yours [role=alert]")).to_contain_text("has no room for it")
    expect(page.locator(".chooser select")).not_to_have_value("yours")


def test_where_storage_is_denied_it_lasts_as_long_as_the_window(reader: Callable[..., Page], files: Files) -> None:
    page = reader()
    page.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new Error('denied'); } })")
    bring(page, files.record(own={"tutorial/a-circle:5": own("mine\n")}))
    expect(shown(page, "tutorial/a-circle:5").locator("pre")).to_have_text("mine\n")


def test_once_the_site_is_another_it_is_dropped_and_that_is_said(page: Page, files: Files) -> None:
    bring(page, files.record())
    page.evaluate("""() => {
      const kept = JSON.parse(localStorage.getItem("everypython-yours"));
      localStorage.setItem("everypython-yours", JSON.stringify({ ...kept, site: "earlier" }));
    }""")
    page.reload()
    expect(page.locator(".chooser [role=status]")).to_contain_text("is of another state of this site")
    expect(page.locator('[data-pythons~="yours"]')).to_have_count(0)


@pytest.mark.parametrize("kept", ["nonsense", "{}", "[1, 2]", '"text"', "null", '{"own": 3, "like": null}'])
def test_whatever_is_in_the_storage_the_page_works(page: Page, kept: str) -> None:
    page.goto(PAGE)
    page.evaluate("kept => localStorage.setItem('everypython-yours', kept)", kept)
    page.reload()
    expect(page.locator(".chooser select")).not_to_have_value("yours")
    expect(page.locator("html[data-settled]")).to_be_attached()


def test_it_works_from_the_disk(browser: Any, site: Built, files: Files) -> None:
    page = browser.new_page()
    bring(page, files.record(own={"tutorial/a-circle:5": own("mine\n")}), at=(site.folder / PAGE).as_uri())
    expect(shown(page, "tutorial/a-circle:5").locator("pre")).to_have_text("mine\n")
    page.goto((site.folder / TELLS).as_uri())
    expect(page.locator("#my-python")).to_contain_text("1 yours alone")
    page.close()


def test_the_page_that_tells_of_it_has_the_report_with_links(page: Page, files: Files) -> None:
    page.goto(TELLS)
    with page.expect_event("load"):
        page.locator("#my-python input").set_input_files(files.record(own={"tutorial/a-circle:5": own("mine\n")}))
    panel = page.locator("#my-python")
    expect(panel).to_contain_text("470 of 471 outputs")
    expect(panel).to_contain_text("403 of 404 claims hold")
    panel.get_by_role("link", name="tutorial/a-circle, cell 5").click()
    expect(page).to_have_url(re.compile(r"a-circle\.html\?python=yours#cell-5$"))


def test_where_the_sources_are_known_what_is_alone_can_be_reported(page: Page, files: Files) -> None:
    known = (files.site.folder / "_static/my-python.js").read_text(encoding="utf-8")
    known = known.replace('"issue": ""', '"issue": ["https://example.org/issues/new?title=", "body"]')
    page.route("**/my-python.js", lambda route: route.fulfill(body=known, content_type="text/javascript"))
    page.goto(TELLS)
    with page.expect_event("load"):
        mine = own("mine\n```\n", raised="ValueError: & so on")
        page.locator("#my-python input").set_input_files(files.record(own={"tutorial/a-circle:5": mine}))
    address = page.locator("#my-python").get_by_role("link", name="report it").get_attribute("href") or ""
    said = parse_qs(urlsplit(address).query)
    assert said["title"] == [f"tutorial/a-circle, cell 5 on {NAME}"]
    assert said["body"] == [
        f"tutorial/a-circle, cell 5, line 7, on {NAME}:\n\n````\nmine\n```\nValueError: & so on\n````\n"
    ]


def test_a_file_can_be_dropped(page: Page, files: Files) -> None:
    page.goto(TELLS)
    text = files.record().read_text(encoding="utf-8")
    with page.expect_event("load"):
        page.locator("#my-python .bring").evaluate(
            """(where, text) => {
              const dataTransfer = new DataTransfer();
              dataTransfer.items.add(new File([text], "my-python.json"));
              where.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
            }""",
            text,
        )
    expect(page.locator("#my-python")).to_contain_text(f"{NAME} is a column")


def test_a_link_that_asks_for_a_readers_own_says_what_is_missing(page: Page) -> None:
    page.goto(f"{PAGE}?python=yours")
    expect(page.locator(".chooser [role=status]")).to_contain_text("Your own Python is not here yet")


def test_the_dialog_is_accessible_and_closes_by_the_keyboard(page: Page, axe: str) -> None:
    page.goto(PAGE)
    page.locator(".chooser select").select_option("yours")
    expect(page.get_by_role("dialog", name="Your Python")).to_be_visible()
    assert violations(page, axe) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_it_moves_nothing(page: Page, files: Files) -> None:
    bring(page, files.record(own={"tutorial/a-circle:5": own("mine\n" * 20)}))
    page.add_init_script("""window.moved = 0; new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) moved += entry.value;
    }).observe({ type: "layout-shift", buffered: true });""")
    page.reload(wait_until="networkidle")
    assert page.evaluate("moved") == 0
