"""What stands at an output: whose it is, how many did the same, and nothing of a Python that skips the page."""

from __future__ import annotations

from bs4 import BeautifulSoup, Tag
from everypython.model.interpreters import Interpreter

from ..conftest import FRONT, Site, add_columns, made, this_python
from ..sites import publish, verify

OLD = [made("3.9.1"), made("3.9.0")]
CELL = "```{code-cell} python\n---\ndiffers: {'==3.9': by gh-1}\n---\n'new'\n```\n\n```{code-cell} python\n'all'\n```\n"


def outcomes(site: Site) -> list[Tag]:
    return [*BeautifulSoup(site.html(), "html.parser").select(".outcome")]


def test_a_label_names_one_python_and_how_many_did_the_same_and_unfolds_to_their_names(site: Site) -> None:
    site.write("docs/index.md", f"{FRONT}# Index\n\n{CELL}")
    add_columns(site, *OLD, changes={"new": "old"})
    site.built()
    new, old, agreed = [outcome.select_one(".who") for outcome in outcomes(site)]
    assert new and old and agreed
    assert (new.name, new.get_text()) == ("p", f"{this_python().version} printed")
    assert old.summary and old.p and agreed.summary and agreed.p
    assert old.summary.get_text() == "3.9.1 printed · same on 2 of 3"
    assert old.p.get_text() == "CPython 3.9.1, CPython 3.9.0"
    assert agreed.summary.get_text() == "same on all 3 Pythons"
    assert agreed.p.get_text() == f"{this_python().name}, CPython 3.9.1, CPython 3.9.0"
    assert not [fold for fold in (new, old, agreed) if fold.has_attr("open")]


def test_of_an_output_that_varies_it_is_said_on_which_python_it_was_so(site: Site) -> None:
    cell = CELL.replace("differs", "volatile", 1)
    site.write("docs/index.md", f"{FRONT}# Index\n\n{cell}")
    add_columns(site, *OLD)
    site.built()
    label = outcomes(site)[1].select_one(".who summary")
    assert label and label.get_text() == "3.9.1 varies from run to run · same on 2 of 3 · here 3.9.1 printed"


def test_what_skips_the_page_is_said_once_on_top_and_cannot_be_chosen(
    site: Site, two_pythons: tuple[Interpreter, Interpreter]
) -> None:
    runs, skips = two_pythons
    site.pythons = [python.executable for python in two_pythons]
    front = FRONT.replace("kernelspec", f"skip: {{'{skips.key}': by gh-1}}\nkernelspec")
    site.write("docs/index.md", f"{front}# Index\n\n```{{code-cell}} python\n'new'\n```\n")
    publish(site)
    page = BeautifulSoup(site.html(), "html.parser")
    assert page.get_text().count("did not run this page") == 1
    assert [outcome["data-pythons"] for outcome in outcomes(site)] == [runs.key]
    label = page.select_one(".outcome .who")
    assert label and label.get_text() == f"printed by {runs.name}, the only one that ran this page"
    assert [option["value"] for option in page.select("option[disabled]")] == [skips.key]
    assert verify(site.root, site.root / "out", *site.pythons).status == 0
