"""The reference pages that are made of the runs."""

import posixpath
import re

import pytest

from .conftest import ROOT, Built


def test_every_difference_of_the_site_is_in_the_list_and_links_to_its_place(site: Built) -> None:
    pages = dict(site.pages())
    places = {a["href"] for a in pages["reference/differences"].select(".gathered a.internal")}
    differing: set[str] = set()
    for unit in site.runs["units"]:
        for number, cell in enumerate(unit["cells"], 1):
            anchor = f"cell-{number}" if unit["kind"] == "page" else f"example-{unit['id'].partition('#')[2]}"
            shown = site.by_id[unit["page"]].get(anchor)
            if len(cell["variants"]) > 1 and shown and "by-python" not in str(shown["class"]):
                place = f"../{unit['page']}.html#{anchor}".replace("../reference/", "")
                differing.add(place)
    assert places == differing


def test_every_python_that_ran_has_a_row_in_each_table(site: Built) -> None:
    tables = dict(site.pages())["reference/interpreters"].select("table.by-python")
    source = (ROOT / "docs/reference/interpreters.md").read_text(encoding="utf-8")
    assert len(tables) == source.count("{by-python}") >= 3
    for table in tables:
        assert len(table.select("tbody tr")) == len(site.keys)
        assert all(cell.get_text().strip() for cell in table.select("td"))


@pytest.mark.usefixtures("several")
def test_the_list_of_differences_is_filtered_by_the_groups_of_runs_json(site: Built) -> None:
    page = dict(site.pages())["reference/differences"]
    assert [option["value"] for option in page.select("select[name=from] option")][1:] == site.keys
    cells = {cell["id"]: cell["variants"] for cell in site.cells}
    for entry in page.select(".gathered"):
        path, _, anchor = str(entry.a["href"]).partition("#")
        name = posixpath.normpath(f"reference/{path}").removesuffix(".html")
        kind, _, rest = anchor.partition("-")
        variants = cells[f"{name}:{rest}" if kind == "cell" else f"{name}#{rest}:1"]
        groups = [next(n for n, each in enumerate(variants) if key in each["interpreters"]) for key in site.keys]
        assert entry["data-groups"] == " ".join(map(str, groups)), anchor
        assert len(entry.select(".says > *")) == len(entry.select(".answer")) == len(variants)


def test_every_program_links_to_its_page_and_to_its_source(site: Built) -> None:
    page = dict(site.pages())["reference/examples"]
    programs = page.select(".listed-program")
    assert len(programs) == sum(unit["kind"] == "example" for unit in site.runs["units"])
    for program in programs:
        told, source = [link["href"] for link in program.select(".ways a")][:2]
        name = program.h2.code.get_text()
        assert str(told).endswith(f"#example-{name.removesuffix('.py')}")
        here = (site.folder / "reference" / str(source)).resolve()
        assert here.read_bytes() == (ROOT / "examples" / name).read_bytes()


def test_a_program_links_to_run_where_its_page_has_run_and_only_there(site: Built) -> None:
    pages = dict(site.pages())
    for program in pages["reference/examples"].select(".listed-program"):
        told, *others = program.select(".ways a")
        path, _, anchor = str(told["href"]).partition("#")
        place = pages[posixpath.normpath(f"reference/{path}").removesuffix(".html")].find(id=anchor)
        leads = [link["href"] for link in others if link.get_text().startswith("run ")]
        assert leads == ([told["href"]] if place.select(".run") else [])


def test_the_verdicts_on_myths_are_what_each_python_printed(site: Built) -> None:
    page = dict(site.pages())["background/myths"]
    rows = [
        [cell.get_text().strip() for cell in row.select("th, td")] for row in page.select("table.verdicts tbody tr")
    ]
    for column, key in enumerate(site.keys, 1):
        printed = re.findall(r"^(M\d+) -> (.*)$", site.printed("background/myths", key), re.MULTILINE)
        assert [(row[0].partition(":")[0], row[column]) for row in rows] == printed
    said = [each.get_text() for each in page.select(".verdict")]
    assert len(said) == len(rows) == 10
    for row, words in zip(rows, said, strict=True):
        alike = len({*row[1:]}) == 1
        assert words.endswith(" on every Python here.") is alike
        assert all(each in words.lower() for each in row[1:])


def test_no_verdict_on_a_myth_is_written_by_hand() -> None:
    text = (ROOT / "docs/background/myths.md").read_text(encoding="utf-8")
    headings = re.findall(r"^### (M\d+): .*\n\n(.*)$", text, re.MULTILINE)
    assert len(headings) == 10 and all(following.startswith("[Read ") for _, following in headings)


@pytest.mark.parametrize("name", ["faq", "differences", "examples", "claims", "holders", "interpreters"])
def test_a_page_of_many_sections_begins_with_links_to_all_of_them(site: Built, name: str) -> None:
    page = dict(site.pages())[f"reference/{name}"]
    links = [str(link["href"]).removeprefix("#") for link in page.select(".sections a")]
    levels = "h2, h3" if name == "faq" else "h2"
    assert links == [heading.parent["id"] for heading in page.article.select(levels)]
    assert [list_.find_previous("h2") for list_ in page.select("article .sections")[:1]] == [None] * bool(links)


def test_each_question_of_the_faq_is_answered_first_and_then_says_where_it_was_asked(site: Built) -> None:
    questions = dict(site.pages())["reference/faq"].select("section section section")
    assert len(questions) >= 15
    for question in questions:
        paragraphs = question.find_all("p", recursive=False)
        assert not paragraphs[0].get_text().startswith("Asked"), question.h3.get_text()
        assert paragraphs[-1].get_text().startswith("Asked"), question.h3.get_text()


@pytest.mark.parametrize("name", ["reference/differences", "reference/examples", "reference/faq", "reference/claims"])
def test_no_list_is_heavier_than_600_kb(site: Built, name: str) -> None:
    assert (site.folder / f"{name}.html").stat().st_size < 600_000
