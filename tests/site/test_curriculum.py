"""What a page of each kind has, and what the pages have together."""

import re
from pathlib import Path

import pytest
from everypython.run.reading import page_units

from .conftest import ROOT

DOCS = ROOT / "docs"
TUTORIAL = sorted((DOCS / "tutorial").glob("*.md"))
GUIDES = sorted((DOCS / "guides").glob("*.md"))
PAGES = [page for page in sorted(DOCS.rglob("*.md")) if "_build" not in page.parts]
TEXTS = {page: page.read_text(encoding="utf-8") for page in PAGES}
SOLUTION = re.compile(r"^tags: \[[^\]]*hide-cell", re.MULTILINE)

by_name = pytest.mark.parametrize("page", [*TUTORIAL, *GUIDES], ids=lambda page: page.stem)


def prose(page: Path) -> str:
    """A page's sentences: no front matter, no cells."""
    return prose_of(re.sub(r"\A---\n.*?^---\n", "", TEXTS[page], flags=re.MULTILINE | re.DOTALL))


def prose_of(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


@by_name
def test_a_page_answers_first_bites_lets_you_try_and_sums_up(page: Path) -> None:
    text = TEXTS[page]
    assert ":::{admonition} In one sentence" in text
    assert ("\n## Where it bites" in text) or page in GUIDES, "a guide is nothing else"
    assert "\n## Try it" in text and "\n## What you can now say" in text


@by_name
def test_a_page_has_one_or_two_exercises_with_solutions_that_run(page: Path) -> None:
    exercises = TEXTS[page].partition("\n## Try it")[2].partition("\n## ")[0]
    assert 1 <= len(SOLUTION.findall(exercises)) <= 3


def test_there_are_25_exercises() -> None:
    assert sum(len(SOLUTION.findall(TEXTS[page])) for page in PAGES) >= 25


@by_name
def test_a_page_asks_for_a_prediction_whose_answer_is_folded(page: Path) -> None:
    assert "\n:::{predict}\n" in TEXTS[page]


@by_name
def test_a_page_links_the_glossary(page: Path) -> None:
    assert "{term}`" in prose(page)


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.stem)
def test_a_guide_tells_a_program_and_links_where_its_leak_was_met(page: Path) -> None:
    assert "```{example} " in TEXTS[page]
    assert re.search(r"\]\(https://(?!docs\.python\.org|peps\.python\.org)", prose(page))


PICKER = DOCS / "guides/what-do-you-see.md"


def symptoms() -> dict[str, str]:
    """The sections of the page that the guides begin with, by what somebody would say."""
    sections = re.split(r"^## (.*)\n", TEXTS[PICKER].partition("\n## Try it")[0], flags=re.MULTILINE)[1:]
    return dict(zip(sections[::2], sections[1::2], strict=True))


def test_the_guides_begin_with_what_is_seen() -> None:
    first = TEXTS[DOCS / "index.md"].partition(":caption: Guides")[2].partition("\n\n")[2].split()[0]
    assert DOCS / f"{first}.md" == PICKER


def test_every_symptom_is_listed_at_the_top_and_leads_to_its_section() -> None:
    listed = re.findall(r"^- \[(.*)\]\(#(.*)\)$", TEXTS[PICKER].partition("\n## ")[0], re.MULTILINE)
    assert [words for words, _ in listed] == list(symptoms()) and len(listed) >= 8
    for words, target in listed:
        assert f"({target})=\n\n## {words}\n" in TEXTS[PICKER]


@pytest.mark.parametrize("words", symptoms())
def test_a_symptom_is_shown_and_answered_by_the_standard_library_and_leads_on(words: str) -> None:
    section = symptoms()[words]
    cells = re.findall(r"^```\{code-cell\} python\n(?:---\n(.*?)^---\n)?(.*?)^```", section, re.MULTILINE | re.DOTALL)
    shown = [source for options, source in cells if "remove-cell" not in options]
    assert len(shown) >= 2 and "refdemo" not in section
    assert "?\n\n```{code-cell}" in section, "the question that the lines answer"
    assert re.search(r"\]\((?:\.\./tutorial/)?[\w-]+\.md[#)]", prose_of(section))


def test_every_guide_is_where_a_symptom_leads() -> None:
    linked = {name for section in symptoms().values() for name in re.findall(r"\]\(([\w-]+)\.md", section)}
    assert linked == {guide.stem for guide in GUIDES} - {PICKER.stem}


READS = re.compile(r"from_address|refcount_at\(")


@pytest.mark.parametrize("page", [page for page in PAGES if READS.search(TEXTS[page])], ids=lambda page: page.stem)
def test_a_raw_read_of_memory_stands_in_a_page_with_its_warning(page: Path) -> None:
    assert ":::{admonition} For looking, never for programs" in TEXTS[page]


def test_the_faq_answers_15_questions_each_with_its_source_by_a_run() -> None:
    text = TEXTS[DOCS / "reference/faq.md"]
    questions = re.split(r"^### ", text, flags=re.MULTILINE)[1:]
    assert len(questions) >= 15
    for question in questions:
        assert question.partition("\n")[0].endswith("?")
        assert re.search(r"\]\(https://", re.sub(r"^```.*?^```", "", question, flags=re.MULTILINE | re.DOTALL)), (
            question
        )
        assert re.search(r"^```\{(code-cell|example)\}", question, re.MULTILINE), question


def test_a_page_is_in_a_table_of_contents_unless_it_stands_at_an_old_address() -> None:
    listed = {DOCS / f"{line}.md" for line in TEXTS[DOCS / "index.md"].splitlines()}
    assert set(PAGES) - listed - {DOCS / "index.md"} == {
        DOCS / "background/what-it-costs.md",
        DOCS / "py-modindex.md",
        DOCS / "reference/coverage.md",
    }


def test_a_page_at_an_old_address_says_where_its_subject_is_told() -> None:
    for page in PAGES:
        if "\norphan: true\n" in TEXTS[page]:
            assert ".md#" in prose(page) and len(prose(page).split()) < 60


def test_there_are_about_thirty_programs_and_each_is_told() -> None:
    told = {
        unit.name
        for page in PAGES
        for unit in page_units(page.stem, page, ROOT / "examples", [])
        if unit.kind == "example"
    }
    assert told == {path.stem for path in (ROOT / "examples").glob("*.py")}
    assert len(told) >= 30
