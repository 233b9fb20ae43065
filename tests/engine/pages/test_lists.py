"""Pages that are made of all runs: the list of differences, and tables with a row for each Python."""

import pytest
from bs4 import BeautifulSoup
from everypython.model.grouping import names
from everypython.model.interpreters import Interpreter

from ..conftest import FRONT, Site, add_columns, made, this_python

CHANGES = {"new": "old"}


@pytest.fixture
def old() -> Interpreter:
    return made("3.9.1")


@pytest.fixture
def two(site: Site, old: Interpreter) -> Site:
    """A site on this Python, and on an old one elsewhere that says so."""
    site.page("differing", "---\ndiffers: {'==3.9': 'by gh-1'}\n---\n'new'", "print('agreed')")
    site.write("docs/index.md", "# Index\n\n```{differences}\n```\n")
    add_columns(site, old, changes=CHANGES)
    return site


def listed(site: Site) -> BeautifulSoup:
    return BeautifulSoup(site.html(), "html.parser").select(".gathered")


def test_every_difference_is_listed_with_its_groups_and_reason_and_links_to_its_place(
    two: Site, old: Interpreter
) -> None:
    two.built()
    both = [this_python(), old]
    (difference,) = listed(two)
    assert difference.a["href"] == "differing.html#cell-1" and difference.summary.code.get_text() == "'new'"
    assert [said.get_text() for said in difference.select(".says > *")] == ["'new'", "'old'"]
    assert [who.get_text() for who in difference.select(".who")] == [names([one], both) for one in both]
    assert "by gh-1" in difference.get_text()
    place = BeautifulSoup(two.html("differing"), "html.parser").find(id="cell-1").get_text()
    assert all(one.version in place for one in both)  # which patch versions these are is said there


def test_a_difference_names_the_group_of_each_python_in_the_order_in_which_the_filter_offers_them(
    two: Site, old: Interpreter
) -> None:
    two.page("agreeing", "'new'[:0]", "---\ndiffers: {'==3.9': 'by gh-1'}\n---\n'new'")
    twin = made("3.9.2")
    add_columns(two, old, twin, changes=CHANGES)
    two.built()
    page = BeautifulSoup(two.html(), "html.parser")
    offered = [option["value"] for option in page.select("select[name=from] option")]
    assert offered == ["", this_python().key, twin.key, old.key]
    assert [each["data-groups"] for each in listed(two)] == ["0 1 1", "0 1 1"]


def test_of_a_long_output_the_list_shows_a_few_lines_from_where_it_is_another(two: Site, old: Interpreter) -> None:
    lines = [
        *(f"line {number}" for number in range(9)),
        "the new line",
        *(f"line {number}" for number in range(10, 30)),
    ]
    two.page("differing", f"---\ndiffers: {{'==3.9': 'by gh-1'}}\n---\nprint({chr(10).join(lines)!r})")
    add_columns(two, old, changes=CHANGES)
    two.built()
    (difference,) = listed(two)
    assert [said.get_text() for said in difference.select(".says > *")] == ["the new line", "the old line"]
    shown = [block.get_text().strip().split("\n") for block in difference.select("pre")]
    assert shown == [["…", f"the {word} line", *lines[10:13], "…"] for word in ("new", "old")]


def test_the_topics_of_the_filter_are_the_pages_of_the_list_and_their_folders(two: Site, old: Interpreter) -> None:
    two.page("part/inside", "---\ndiffers: {'==3.9': 'by gh-1'}\n---\n'new'")
    two.write("docs/index.md", "# Index\n\n```{differences}\n```\n\n```{toctree}\npart/inside\ndiffering\n```\n")
    add_columns(two, old, changes=CHANGES)
    two.built()
    page = BeautifulSoup(two.html(), "html.parser")
    offered = {option["value"]: option.get_text() for option in page.select("select[name=topic] option")}
    assert offered == {
        "": "every page",
        "part": "all of part (1)",
        "part-inside": "part/inside (1)",
        "differing": "differing (1)",
    }
    assert all(page.find("section", id=value) for value in ("part-inside", "differing"))


def test_only_the_page_of_the_list_loads_the_script_that_filters_with_what_it_needs(two: Site) -> None:
    two.built()
    loaded = {
        name: [script for script in ("names.js", "chooser.js", "differences.js") if script in two.html(name)]
        for name in ("index", "differing")
    }
    assert loaded == {"index": ["names.js", "differences.js"], "differing": ["names.js", "chooser.js"]}


def test_a_list_of_sections_links_those_that_the_build_makes_too(two: Site) -> None:
    two.write(
        "docs/index.md", "# Index\n\n```{sections}\n```\n\n## One\n\n### Inside\n\n## Two\n\n```{differences}\n```\n"
    )
    two.built()
    first = BeautifulSoup(two.html(), "html.parser").select_one(".sections")
    assert [link["href"] for link in first.select("a")] == ["#one", "#inside", "#two", "#differing"]


def test_a_program_has_links_to_where_it_is_told_to_its_source_and_to_the_repository(site: Site) -> None:
    site.write("docs/shown.md", "# Shown\n\n```{example} greet\n```\n")
    site.write("docs/index.md", "# Index\n\n```{programs}\n```\n")
    repository = "https://github.com/some/where"
    site.built("-D", f"everypython_repository={repository}", "-D", "everypython_protected=..")
    links = BeautifulSoup(site.html(), "html.parser").select(".ways a")
    targets = [link["href"] for link in links]
    assert targets == [
        "shown.html#example-greet", "download/examples/greet.py", f"{repository}/blob/HEAD/examples/greet.py"
    ]  # fmt: skip
    assert (site.root / "out" / targets[1]).read_text() == (site.root / "examples/greet.py").read_text()


def test_where_no_repository_is_known_a_program_has_its_download_alone(site: Site) -> None:
    site.write("docs/shown.md", "# Shown\n\n```{example} greet\n```\n")
    site.write("docs/index.md", "# Index\n\n```{programs}\n```\n")
    site.built()
    links = BeautifulSoup(site.html(), "html.parser").select(".ways a")
    assert [link["href"] for link in links] == ["shown.html#example-greet", "download/examples/greet.py"]


def test_the_list_follows_when_a_page_changes(two: Site, old: Interpreter) -> None:
    two.built()
    two.page("differing", "print('agreed')")
    add_columns(two, old)
    two.built()
    assert listed(two) == []


def test_the_list_follows_when_only_an_output_changes(two: Site, old: Interpreter) -> None:
    two.write("examples/greet.py", "print('the new x')\n")
    two.write("docs/shown.md", "# Shown\n\n```{example} greet\n---\ndiffers: {'==3.9': 'by gh-2'}\n---\n```\n")
    add_columns(two, old, changes=CHANGES)
    two.built()
    assert [one.a["href"] for one in listed(two)] == ["differing.html#cell-1", "shown.html#example-greet"]
    two.write("examples/greet.py", "print('the new y')\n")
    add_columns(two, old, changes=CHANGES)
    two.built()
    assert "the old y" in listed(two)[1].get_text()


def test_a_table_has_a_row_for_each_python_and_a_column_for_each_line(site: Site, old: Interpreter) -> None:
    code = "print('age: new')\nprint('kind: any')"
    cell = f"---\nname: facts\ntags: [by-python, remove-output]\n---\n{code}"
    site.write(
        "docs/index.md", f"{FRONT}# Index\n\n```{{code-cell}} python\n{cell}\n```\n\n```{{by-python}} facts\n```\n"
    )
    add_columns(site, old, changes=CHANGES)
    site.built()
    rows = BeautifulSoup(site.html(), "html.parser").select("table.by-python tr")
    texts = [[entry.get_text().strip() for entry in row.select("th, td")] for row in rows]
    assert texts == [["Python", "age", "kind"], [this_python().name, "new", "any"], [old.name, "old", "any"]]


def test_a_table_of_an_example_has_its_lines_that_are_not_indented_and_can_have_a_column_for_each_python(
    site: Site, old: Interpreter
) -> None:
    site.write("examples/facts.py", "print('age: new')\nprint('  in years')\nprint('kind: any')\n")
    told = "```{example} facts\n---\ndiffers: {'==3.9': 'by gh-1'}\n---\n```\n"
    site.write("docs/index.md", f"# Index\n\n```{{by-python}} facts\n---\ncolumns: What\n---\n```\n\n{told}")
    add_columns(site, old, changes=CHANGES)
    site.built()
    rows = BeautifulSoup(site.html(), "html.parser").select("table.by-python tr")
    texts = [[entry.get_text().strip() for entry in row.select("th, td")] for row in rows]
    assert texts == [["What", this_python().name, old.name], ["age", "new", "old"], ["kind", "any", "any"]]


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
