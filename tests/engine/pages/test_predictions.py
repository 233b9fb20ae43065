"""A question before a cell: which of its options is right on which Python, in the page and to a strict build."""

from __future__ import annotations

import json

import pytest
from bs4 import BeautifulSoup, Tag
from everypython.model.interpreters import Interpreter

from ..conftest import FRONT, Site, add_columns, made, this_python

ASKED = """# Sums

````{predict}
What is *it*?

- One. {prints}`1`
- Two,
  as `1 + 1` is. {prints}`2`
- Something longer. {prints}`/^\\d{2,}$/`
- An error. {prints}`/^ZeroDivisionError/`
````

"""
CELL = "```{code-cell} python\nprint(6 // 3)\n```\n"
ANSWER = "\n````{answer}\nBecause it is so.\n````\n\nAnd on it goes.\n"


def asking(site: Site, cell: str = CELL, asked: str = ASKED, answer: str = ANSWER) -> Site:
    site.write("docs/index.md", FRONT + asked + cell + answer)
    return site


def page(site: Site) -> BeautifulSoup:
    return BeautifulSoup(site.html(), "html.parser")


def truths(site: Site) -> list[str]:
    """Return what the fold of the predicted cell says first."""
    return [" ".join(item.get_text().split()) for item in page(site).select("details .predicted .truths li")]


def test_the_output_is_folded_with_what_is_right_and_the_answer(site: Site) -> None:
    asking(site).built()
    (fold,) = page(site).select("details")
    assert truths(site) == [f"{this_python().name}: Two, as 1 + 1 is."]
    assert fold.select_one(".outcome") and "Because it is so." in fold.get_text()
    assert "And on it goes." not in fold.get_text()


def test_each_option_can_be_chosen_and_names_the_pythons_of_which_it_is_right(site: Site) -> None:
    asking(site).built()
    (asked,) = page(site).select("fieldset.predict")
    pythons = json.loads(str(asked["data-pythons"]))
    right = [str(choice["data-pythons"]).split() for choice in asked.select("input[type=radio]")]
    assert right == [[], list(pythons), [], []]
    assert len({choice["name"] for choice in asked.select("input")}) == 1
    assert page(site).find(id=str(asked["data-cell"])), "where its output is"


def test_an_exception_is_predicted_by_its_last_line(site: Site) -> None:
    asking(site, CELL.replace("print", "---\ntags: [raises-exception]\n---\nprint").replace("3", "0")).built()
    assert [each.partition(": ")[2] for each in truths(site)] == ["An error."]


def test_what_is_displayed_is_predicted_as_what_is_printed(site: Site) -> None:
    asking(site, CELL.replace("print(6 // 3)", "6 * 7")).built()
    assert [each.partition(": ")[2] for each in truths(site)] == ["Something longer."]


def test_a_program_is_predicted_as_a_cell_is(site: Site) -> None:
    asking(site, "```{example} greet\n```\n", ASKED.replace("`1`", "`greeted first`")).built()
    assert [each.partition(": ")[2] for each in truths(site)] == ["One."]


def test_a_hidden_check_between_a_prediction_and_its_cell_is_passed_over(site: Site) -> None:
    hidden = "```{code-cell} python\n---\ntags: [remove-cell]\n---\nassert True\n```\n\n"
    asking(site, hidden + CELL).built()
    assert [each.partition(": ")[2] for each in truths(site)] == ["Two, as 1 + 1 is."]


DIFFERS = CELL.replace("print", '---\ndiffers: {">=3.98": "as PEP 1 says"}\n---\nprint')


def test_another_option_may_be_right_on_another_python(site: Site) -> None:
    add_columns(asking(site, DIFFERS), made("3.99.0"), changes={"2": "1"})
    site.built()
    assert sorted(each.partition(": ")[2] for each in truths(site)) == ["One.", "Two, as 1 + 1 is."]


@pytest.mark.parametrize(("prints", "which"), [("3", "none"), ("22", "2 and 3")])
def test_a_python_of_which_not_one_option_is_right_is_refused_with_line_and_python(
    site: Site, prints: str, which: str
) -> None:
    asked = ASKED.replace("{prints}`2`", "{prints}`/2/`")
    add_columns(asking(site, DIFFERS, asked), made("3.99.0"), changes={"2": prints})
    refused = site.build()
    assert refused.returncode == 1
    where = f"index.md:8: on {made('3.99.0').key} (recorded in away.json)"
    assert f"{where}: of this prediction's options {which} would be right" in refused.stderr


def test_a_build_that_is_not_strict_says_that_none_is_right_here(site: Site) -> None:
    add_columns(asking(site, DIFFERS), made("3.99.0"), changes={"2": "3"})
    site.strict = False
    site.built()
    assert "CPython 3.99.0: none of these, here" in truths(site)


def test_a_python_that_skips_the_cell_is_not_asked(site: Site, other: Interpreter) -> None:
    site.pythons.append(other.executable)
    asking(site, CELL.replace("print", f'---\nskip: {{{other.key}: "as PEP 1 says"}}\n---\nprint')).built()
    assert truths(site) == [f"{this_python().name}: Two, as 1 + 1 is."]


@pytest.mark.parametrize(
    ("asked", "complaint"),
    [
        (ASKED.replace(" {prints}`1`", ""), "index.md:8: the option '- One.' must say once"),
        (ASKED.replace("{prints}`1`", "{prints}`1` {prints}`2`"), "must say once"),
        (ASKED.replace("`1`", "`/(/`"), "index.md:8: '/(/' is no regular expression"),
        ("````{predict}\nOne?\n\n- One. {prints}`1`\n````\n\n", "index.md:6: a prediction needs a list of two options"),
        (ASKED + ASKED.partition("\n")[2], "no cell or example of its own follows this prediction"),
    ],
)
def test_a_prediction_that_nothing_could_be_right_of_is_refused(site: Site, asked: str, complaint: str) -> None:
    refused = asking(site, asked=asked).build()
    assert refused.returncode == 1
    assert complaint in refused.stderr


def test_an_answer_without_a_question_is_warned_of_with_its_line(site: Site) -> None:
    asking(site, asked="# Sums\n\n").built()
    site.write("docs/index.md", site.root.joinpath("docs/index.md").read_text(encoding="utf-8") + "\n")
    assert "index.md:12: WARNING: an {answer} follows the cell of a {predict}" in site.built()


def test_an_edited_option_is_judged_at_the_next_build(site: Site) -> None:
    asking(site).built()
    asking(site, asked=ASKED.replace("Two,", "A pair,")).built()
    assert [each.partition(": ")[2] for each in truths(site)] == ["A pair, as 1 + 1 is."]


def test_where_the_engine_stands_aside_it_is_a_list(site: Site) -> None:
    asking(site).built("-D", "everypython_execute=0")
    text = page(site).get_text()
    assert "Two," in text and "Because it is so." in text
    assert not isinstance(page(site).select_one(".truths"), Tag)
