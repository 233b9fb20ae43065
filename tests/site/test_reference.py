"""The reference pages that are made of the runs."""

from .conftest import ROOT, Built


def test_every_difference_of_the_site_is_in_the_list_and_links_to_its_place(site: Built) -> None:
    pages = dict(site.pages())
    places = {a["href"] for a in pages["reference/differences"].select(".gathered a.internal")}
    differing: set[str] = set()
    for unit in site.runs["units"]:
        for number, cell in enumerate(unit["cells"], 1):
            anchor = f"cell-{number}" if unit["kind"] == "page" else f"example-{unit['id'].partition('#')[2]}"
            shown = pages[unit["page"]].find(id=anchor)
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
