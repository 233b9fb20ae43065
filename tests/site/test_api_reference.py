"""The reference of refdemo: every public name is on the page, with an example that ran on every Python."""

import doctest
import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup, Tag

import refdemo

from .conftest import Built

MODULES = ["refdemo"] + [
    f"refdemo.{found.name}"
    for found in pkgutil.iter_modules(refdemo.__path__)
    if not (found.ispkg or found.name.startswith("_"))
]


def public_names() -> Iterator[tuple[str, object]]:
    """Each module's `__all__`, or else the functions and classes that it defines."""
    for module in map(importlib.import_module, MODULES):
        exported = getattr(module, "__all__", None)
        for name in exported or vars(module):
            thing = getattr(module, name)
            if exported or (not name.startswith("_") and getattr(thing, "__module__", "") == module.__name__):
                yield f"{module.__name__}.{name}", thing


PUBLIC = dict(public_names())
CALLABLE = {name: thing for name, thing in PUBLIC.items() if callable(thing)}


def letters(text: str) -> str:
    """A text without spaces, quotation marks and backticks, which a page writes in its own way."""
    return re.sub(r"\W", "", text)


@pytest.fixture(scope="module")
def page(site: Built) -> BeautifulSoup:
    return dict(site.pages())["reference/refdemo"]


@pytest.fixture(scope="module")
def described(page: BeautifulSoup) -> dict[str, Tag]:
    """The signature of everything that the page describes, by its full name."""
    return {str(signature["id"]): signature for signature in page.select("dl.py > dt[id]")}


@pytest.fixture(scope="module")
def things(described: dict[str, Tag]) -> dict[str, object]:
    """What is described, but for fields and methods: some of these only an instance has."""
    outer = [name for name, signature in described.items() if signature.find_parent("dd") is None]
    return {name: pkgutil.resolve_name(name) for name in outer}


def test_public_names_are_found() -> None:
    expected = {"refdemo.refcount", "refdemo.holders.why_alive", "refdemo.growth.compared", "refdemo.edges.Edge"}
    assert expected <= set(CALLABLE) and "refdemo.IMMORTAL" in PUBLIC and len(PUBLIC) > 30


def test_every_public_name_is_described(things: dict[str, object]) -> None:
    # once is enough, by the name under which a reader should import it
    missing = [name for name, thing in PUBLIC.items() if not any(thing is each for each in things.values())]
    assert missing == []


def test_what_the_package_exports_is_described_as_its_own(described: dict[str, Tag]) -> None:
    assert {f"refdemo.{name}" for name in refdemo.__all__} <= set(described)


@pytest.mark.parametrize("name", CALLABLE)
def test_each_public_name_has_an_example(name: str) -> None:
    found = doctest.DocTestFinder(recurse=False).find(CALLABLE[name], name)
    assert found and found[0].examples


def test_each_description_is_the_docstring_with_its_example(
    described: dict[str, Tag], things: dict[str, object]
) -> None:
    for name, thing in things.items():
        if any(thing is each for each in CALLABLE.values()):
            said = letters(described[name].find_next_sibling("dd").get_text())
            assert ">>>" in described[name].find_next_sibling("dd").get_text(), name
            assert said.startswith(letters((thing.__doc__ or "").strip().splitlines()[0])), name


def test_each_field_of_a_result_is_described(described: dict[str, Tag], things: dict[str, object]) -> None:
    results = {name: thing for name, thing in things.items() if hasattr(thing, "_fields")}
    assert len(results) > 8
    for name, result in results.items():
        fields = described[name].find_parent("dl").select("dl.attribute .descname")
        assert {field.get_text() for field in fields} >= set(result._fields), name


def test_every_link_of_a_signature_leads_to_what_it_names(page: BeautifulSoup, described: dict[str, Tag]) -> None:
    links = page.select("dt.sig a.reference.internal")
    assert len(links) > 10
    for link in links:
        target = link["href"].removeprefix("#")
        assert target in described and target.rpartition(".")[2] == link.get_text()


def test_the_command_is_described(page: BeautifulSoup) -> None:
    assert "python -m refdemo" in page.get_text() and "--json" in page.get_text()


def test_every_example_held_on_every_python(site: Built) -> None:
    with_examples = {thing.__module__ for thing in CALLABLE.values()}
    for key in site.keys:
        lines = re.findall(r"^(refdemo\S*): (\d+) tried, (\d+) failed$", site.printed("reference/refdemo", key), re.M)
        assert {failed for _, _, failed in lines} == {"0"}, key
        assert with_examples - {"refdemo._reading.claims"} <= {module for module, _, _ in lines}, key
