"""Verdicts on a page's headings: what each Python printed about them, in a table and below each."""

import pytest
from bs4 import BeautifulSoup
from everypython.model.interpreters import Interpreter

from ..conftest import FRONT, Site, add_columns, made, this_python

DIFFERS = "---\ndiffers: {'==3.9': 'by gh-1'}\n---\n"
PAGE = f"""{FRONT}# Index

```{{verdicts}} What one reads
```

## M1: it is `so`

```{{code-cell}} python
{DIFFERS}print("M1 -> new")
```

## M2: it never is

```{{code-cell}} python
print("M2 -> false")
print("M3 -> of no heading")
```
"""


@pytest.fixture
def old() -> Interpreter:
    return made("3.9.1")


@pytest.fixture
def page(site: Site, old: Interpreter) -> BeautifulSoup:
    site.write("docs/index.md", PAGE)
    add_columns(site, old, made("3.9.2"), changes={"new": "old"})
    site.built("-W")
    return BeautifulSoup(site.html(), "html.parser")


def test_a_table_has_a_row_for_each_heading_that_has_a_verdict(page: BeautifulSoup) -> None:
    rows = [[cell.get_text().strip() for cell in row.select("th, td")] for row in page.select("table.verdicts tr")]
    here = this_python().name.removeprefix("CPython ")
    assert rows == [
        ["What one reads", here, "3.9.2", "3.9.1"],
        ["M1: it is so", "new", "old", "old"],
        ["M2: it never is", "false", "false", "false"],
    ]


def test_a_row_links_to_its_heading(page: BeautifulSoup) -> None:
    links = [link["href"].removeprefix("#") for link in page.select("table.verdicts a")]
    assert [page.find(id=each).h2.get_text()[:2] for each in links] == ["M1", "M2"]


def test_below_a_heading_stands_which_pythons_say_what(page: BeautifulSoup) -> None:
    said = [each.get_text() for each in page.select(".verdict")]
    assert said == [f"New on {this_python().name}; old on all others.", "False on every Python here."]
    assert all(each.find_previous_sibling().name == "h2" for each in page.select(".verdict"))


def test_what_most_pythons_say_comes_last_and_before_it_the_others_in_their_order(site: Site, old: Interpreter) -> None:
    site.write("docs/index.md", PAGE)
    site.strict = False  # no reason is given for any of this
    add_columns(site, *map(made, ("3.9.1", "3.9.2", "3.8.1")), changes={"new": "old", "false": "cannot be tried"})
    add_columns(site, made("3.7.1"), made("3.7.2"), changes={"false": "true"}, file="more.json")
    site.built()
    _, second = BeautifulSoup(site.html(), "html.parser").select(".verdict")
    here = this_python().name
    assert second.get_text() == f"False on {here}; true on CPython 3.7.1–3.7.2; cannot be tried on all others."


def test_a_verdict_follows_what_is_printed(site: Site, old: Interpreter, page: BeautifulSoup) -> None:
    site.write("docs/index.md", PAGE.replace("M2 -> false", "M2 -> true"))
    add_columns(site, old, made("3.9.2"), changes={"new": "old"})
    site.built("-W")
    _, second = BeautifulSoup(site.html(), "html.parser").select(".verdict")
    assert second.get_text() == "True on every Python here."
