"""The sentences that state a rule are claims, and their attacks are attacks."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from bs4 import Tag
from everypython.model.claims import ways
from everypython.model.grouping import covers
from everypython.run.attacks import ROLE

from .conftest import ROOT, Built, found, printed

DOCS = ROOT / "docs"
CLAIMS = DOCS / "claims"
by_file = pytest.mark.parametrize("file", sorted(CLAIMS.rglob("*.py")), ids=lambda file: str(file.relative_to(CLAIMS)))


def without_claim(elements: list[Tag]) -> list[str]:
    return [element.get_text() for element in elements if element.find("details", class_="claim") is None]


def test_every_takeaway_is_a_claim(site: Built) -> None:
    items = [item for _, page in site.pages() for item in page.select("#what-you-can-now-say > ul > li")]
    assert len(items) > 80 and without_claim(items) == []


def test_every_page_says_its_one_sentence_as_a_claim(site: Built) -> None:
    boxes = [box for _, page in site.pages() for box in page.select("div.admonition.tip")]
    named = [box for box in boxes if "In one sentence" in box.get_text()]
    assert len(named) > 20 and without_claim(named) == []


def test_every_entry_of_the_glossary_is_a_claim(site: Built) -> None:
    entries = dict(site.pages())["reference/glossary"].select("dl.glossary > dd")
    assert len(entries) > 60 and without_claim(entries) == []


def test_every_answer_of_the_faq_has_a_claim(site: Built) -> None:
    answers = dict(site.pages())["reference/faq"].select("section > section:has(> h3)")
    assert len(answers) >= 15 and without_claim(answers) == []


def test_some_python_attacks_each_claim_in_four_ways_or_more(site: Built) -> None:
    if not any(covers(">=3.13", python) and not python.free_threaded for python in found()):
        pytest.skip("needs a CPython 3.13 or newer with an interpreter lock: others have less to try")
    claims = [cell for unit in site.runs["units"] if unit["kind"] == "claims" for cell in unit["cells"][1:]]
    tried = {cell["id"]: [ways(printed(variant)) for variant in cell["variants"]] for cell in claims}
    most = {name: max(found, key=len) for name, found in tried.items()}
    assert {name: f"tries these alone, and wants four: {found}" for name, found in most.items() if len(found) < 4} == {}


@by_file
def test_an_attack_is_short_and_says_what_it_tries(file: Path) -> None:
    functions = [node for node in ast.parse(file.read_bytes()).body if isinstance(node, ast.FunctionDef)]
    for attack in (each for each in functions if not each.name.startswith("_")):
        lines = (attack.end_lineno or attack.lineno) - attack.lineno + 1
        assert lines <= 25, f"{attack.name} has {lines} lines: let a helper have some, with `yield from`"
        assert ast.get_docstring(attack), f"{attack.name} has no docstring"


@by_file
def test_an_attack_repeats_no_sentence(file: Path) -> None:
    source = file.read_text(encoding="utf-8")
    name = file.relative_to(CLAIMS).parts[0].removesuffix(".py")
    (page,) = (page for page in DOCS.rglob("*.md") if page.stem.replace("-", "_") == name)
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    sentences = {ROLE.sub("", line).strip("- ").strip() for line in text.splitlines()}
    assert [each for each in sentences if len(each) > 20 and each in source] == []
