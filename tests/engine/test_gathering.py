"""Pages that are made of all runs: the list of differences, and tables with a row for each Python."""

import pytest
from bs4 import BeautifulSoup
from everypython.variants import names

from .conftest import FOUND, FRONT, Site

pytestmark = pytest.mark.skipif(len(FOUND) < 2, reason="needs two Pythons")

NEW, OLD = FOUND[0], FOUND[-1]


@pytest.fixture
def two(site: Site) -> Site:
    site.pythons = [NEW.executable, OLD.executable]
    site.page("differing", f"---\ndiffers: {{'{OLD.key}': 'by gh-1'}}\n---\nimport sys\nsys.version", "print('agreed')")
    site.write("docs/index.md", "# Index\n\n```{differences}\n```\n")
    return site


def listed(site: Site) -> BeautifulSoup:
    return BeautifulSoup(site.html(), "html.parser").select(".gathered")


def test_every_difference_is_listed_with_its_groups_and_reason_and_links_to_its_place(two: Site) -> None:
    two.built()
    (difference,) = listed(two)
    assert difference.a["href"] == "differing.html#cell-1" and difference.a.get_text() == "sys.version"
    assert [who.get_text() for who in difference.select(".who")] == [names([one], [NEW, OLD]) for one in (NEW, OLD)]
    assert "by gh-1" in difference.get_text()
    place = BeautifulSoup(two.html("differing"), "html.parser").find(id="cell-1").get_text()
    assert NEW.name in place and OLD.name in place  # which patch versions these are is said there


def test_the_list_follows_when_a_page_changes(two: Site) -> None:
    two.built()
    two.page("differing", "print('agreed')")
    two.built()
    assert listed(two) == []


def test_the_list_follows_when_only_an_output_changes(two: Site) -> None:
    two.write("examples/greet.py", "import sys\nprint('x', sys.version_info[:2])\n")
    two.write("docs/shown.md", f"# Shown\n\n```{{example}} greet\n---\ndiffers: {{'{OLD.key}': 'by gh-2'}}\n---\n```\n")
    two.built()
    assert [one.a["href"] for one in listed(two)] == ["differing.html#cell-1", "shown.html#example-greet"]
    two.write("examples/greet.py", "import sys\nprint('y', sys.version_info[:2])\n")
    two.built()
    assert "y (3" in listed(two)[1].get_text()


def test_a_table_has_a_row_for_each_python_and_a_column_for_each_line(site: Site) -> None:
    site.pythons = [NEW.executable, OLD.executable]
    code = "import sys\nprint('version:', *sys.version_info[:3])\nprint('kind: any')"
    cell = f"---\nname: facts\ntags: [by-python, remove-output]\n---\n{code}"
    site.write(
        "docs/index.md", f"{FRONT}# Index\n\n```{{code-cell}} python\n{cell}\n```\n\n```{{by-python}} facts\n```\n"
    )
    site.built()
    rows = BeautifulSoup(site.html(), "html.parser").select("table.by-python tr")
    texts = [[entry.get_text().strip() for entry in row.select("th, td")] for row in rows]
    assert texts == [
        ["Python", "version", "kind"],
        *([one.name, one.language.replace(".", " "), "any"] for one in (NEW, OLD)),
    ]


def test_a_table_of_a_cell_that_is_not_there_is_an_error(site: Site) -> None:
    site.write("docs/index.md", f"{FRONT}# Index\n\n```{{code-cell}} python\n1\n```\n\n```{{by-python}} facts\n```\n")
    result = site.build("-W")
    assert result.returncode != 0 and "no cell of this page has the option `name: facts`" in result.stderr


def test_two_lines_with_one_label_stop_the_build_where_one_would_be_lost(site: Site) -> None:
    code = "print('{1: 2}: yes')\nprint('{1: 3}: no')"
    cell = f"---\nname: facts\ntags: [by-python, remove-output]\n---\n{code}"
    site.write(
        "docs/index.md", f"{FRONT}# Index\n\n```{{code-cell}} python\n{cell}\n```\n\n```{{by-python}} facts\n```\n"
    )
    built = site.build("-W")
    assert built.returncode != 0 and "two lines labelled '{1'" in built.stdout + built.stderr
