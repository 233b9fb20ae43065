"""A sentence that is a claim: what its attacks say below it, in the table of all, and to a strict build."""

from __future__ import annotations

import sys

import pytest
from bs4 import BeautifulSoup, Tag
from everypython.model.interpreters import Interpreter

from ..conftest import FRONT, Site, add_columns, made
from ..sites import publish, runs_of, verify

PAGE = "# Sums\n\n- One and one are two. {claim}`two`\n- Sums are said `loudly`. {claim}`loud`\n"
ATTACKS = '''
import helper


def two():
    """Add what is one in other types."""
    yield "ints", 1 + 1 == 2
    yield "floats", 1.0 + 1.0 == 2


def loud():
    """Read the word."""
    yield "the word", _read() == "first"


def _read():
    return helper.WORD
'''


def claiming(site: Site, page: str = PAGE, attacks: str = ATTACKS, front: str = "") -> Site:
    site.write("docs/sums.md", FRONT.replace("---\nfile", f"---\n{front}file", 1) + page)
    site.write("docs/index.md", "# Index\n\n```{claims}\n```\n\n```{toctree}\nsums\n```\n")
    site.write("docs/claims/sums.py", attacks)
    return site


def below(site: Site, name: str) -> Tag:
    """Return what stands below the sentence of a claim."""
    found = BeautifulSoup(site.html("sums"), "html.parser").find(id=f"claim-{name}")
    assert isinstance(found, Tag)
    return found


def rows(site: Site) -> dict[str, list[str]]:
    drawn = BeautifulSoup(site.html(), "html.parser").select("table.claims tbody tr")
    texts = [[entry.get_text().strip() for entry in row.select("th, td")] for row in drawn]
    return {claim: rest for claim, *rest in texts}


def test_a_sentence_says_in_how_many_ways_it_was_attacked_and_opens_the_attack(site: Site) -> None:
    claiming(site).built()
    summary = below(site, "two").find("summary")
    assert summary and summary.get_text() == "held on 1 of 1 Pythons, attacked in 2 ways"
    assert "Add what is one in other types." in below(site, "two").get_text()
    assert "holds: floats" in below(site, "two").get_text()


def test_a_preview_lists_claims_before_every_python_has_attacked_them(site: Site, other: Interpreter) -> None:
    site.pythons = [sys.executable, other.executable]
    done = claiming(site).build("-D", "everypython_preview=1")
    assert done.returncode == 0, done.stderr
    assert sorted(rows(site)["two"]) == ["2", "not run"]


def test_attacks_may_be_in_several_files_of_a_folder_which_share_their_helpers(site: Site) -> None:
    first, second = ATTACKS.split("def loud():")
    claiming(site, attacks="")
    (site.root / "docs/claims/sums.py").unlink()
    site.write("docs/claims/sums/numbers.py", first)
    site.write("docs/claims/sums/words.py", "def loud():" + second)
    site.built()
    assert "Read the word." in below(site, "loud").get_text()
    assert rows(site) == {"two": ["2"], "loud": ["1"]}


def test_a_name_that_two_files_of_attacks_define_is_refused(site: Site) -> None:
    claiming(site)
    site.write("docs/claims/sums/words.py", "def _read():\n    return 'second'\n")
    errors = site.build().stderr
    assert "words.py:1: '_read' is defined already, in" in errors
    assert "sums.py:16." in errors


def test_each_claim_stands_below_its_own_sentence(site: Site) -> None:
    claiming(site).built()
    item = below(site, "loud").parent
    assert item and item.name == "li" and item.get_text().strip().startswith("Sums are said loudly.\n\nheld")


def test_two_claims_of_one_paragraph_stand_below_it_in_their_order(site: Site) -> None:
    claiming(site, "# Sums\n\nOne and one are two. {claim}`two` Loudly. {claim}`loud`\n\nThe end.\n").built()
    drawn = BeautifulSoup(site.html("sums"), "html.parser").select("section > p, details.claim")
    assert [each.get("id") or each.get_text() for each in drawn[:4]] == [
        "One and one are two. Loudly.",
        "claim-two",
        "claim-loud",
        "The end.",
    ]


def test_the_table_of_all_claims_leads_to_their_sentences(site: Site) -> None:
    claiming(site).built()
    assert rows(site) == {"two": ["2"], "loud": ["1"]}
    links = [link["href"] for link in BeautifulSoup(site.html(), "html.parser").select("table.claims a")]
    assert links == ["sums.html#claim-two", "sums.html#claim-loud"]


def test_what_every_python_tried_is_in_runs_json_and_verified(site: Site) -> None:
    publish(claiming(site))
    (unit,) = [unit for unit in runs_of_published(site) if unit["kind"] == "claims"]
    assert unit["id"] == "sums#claims"
    texts = [cell["variants"][0]["outputs"] for cell in unit["cells"]]
    assert texts[1:] == [
        [{"text/plain": "holds: ints\nholds: floats\n"}],
        [{"text/plain": "holds: the word\n"}],
    ]
    assert verify(site.root, site.root / "out").status == 0


def runs_of_published(site: Site) -> list[dict[str, object]]:
    units: list[dict[str, object]] = runs_of(site)["units"]
    return units


@pytest.mark.parametrize(
    ("attacks", "says"),
    [
        (ATTACKS.replace("1 + 1 == 2", "1 + 1 == 3"), "two does not hold: ints."),
        (ATTACKS.replace("1 + 1 == 2", "1 / 0"), "two does not hold: ZeroDivisionError: division by zero."),
        (ATTACKS.replace('yield "the word"', 'if False: yield "the word"'), "loud does not hold: it was not attacked."),
    ],
)
def test_a_strict_build_refuses_a_claim_that_an_attack_made_false(site: Site, attacks: str, says: str) -> None:
    log = claiming(site, attacks=attacks).build()
    assert log.returncode and says in log.stderr
    assert "sums.md:" in log.stderr


def test_another_build_says_below_the_sentence_that_it_does_not_hold(site: Site) -> None:
    site.strict = False
    claiming(site, attacks=ATTACKS.replace("1 + 1 == 2", "1 + 1 == 3")).built()
    said = below(site, "two").get_text()
    assert "held on 0 of 1 Pythons, attacked in 2 ways; not on" in said and "not yet explained" in said
    assert rows(site)["two"] == ["does not hold"]


REASON = 'claims: {loud: {differs: {pypy: "there it is quiet ([PEP 1](https://peps.python.org/pep-0001/))"}}}\n'


def test_a_python_on_which_a_claim_does_not_hold_is_named_with_the_reason(site: Site) -> None:
    claiming(site, front=REASON)
    add_columns(site, made("3.11.9", "pypy"), changes={"holds: the word": "does not hold: the word"})
    site.built()
    said = below(site, "loud").get_text()
    assert "held on 1 of 2 Pythons, attacked in 1 way; not on PyPy" in said
    assert "there it is quiet (PEP 1)" in said


def test_a_reason_without_a_failure_is_refused(site: Site) -> None:
    claiming(site, front=REASON)
    add_columns(site, made("3.11.9", "pypy"))
    log = site.build()
    assert log.returncode and "lets loud hold, so the `differs` pattern 'pypy' must not cover it." in log.stderr


def test_pythons_that_try_different_ways_need_no_reason(site: Site) -> None:
    claiming(site)
    add_columns(site, made("3.11.9", "pypy"), changes={"holds: floats\n": ""})
    site.built()
    assert sorted(rows(site)["two"]) == ["1", "2"]


def test_a_python_that_skips_a_claim_has_not_run_it(site: Site) -> None:
    front = 'claims: {loud: {skip: {"*": "no words there ([PEP 1](https://peps.python.org/pep-0001/))"}}}\n'
    claiming(site, front=front).built()
    assert rows(site) == {"two": ["2"], "loud": ["not run"]}
    said = below(site, "loud").get_text()
    assert "held on 0 of 1 Pythons, attacked in 0 ways; not run on CPython" in said and "no words there" in said


@pytest.mark.parametrize(
    ("page", "attacks", "front", "says"),
    [
        (PAGE + "\nMore. {claim}`more`\n", ATTACKS, "", "there is no attack on 'more'"),
        (PAGE + "\nAgain. {claim}`two`\n", ATTACKS, "", "has this claim, too"),
        (PAGE, ATTACKS + "\n\ndef idle():\n    yield\n", "", "no sentence of sums.md has the claim 'idle'"),
        (PAGE, "def two(:\n", "", "sums.py: these attacks cannot be read"),
        (PAGE, ATTACKS, "claims: {tow: {}}\n", "no sentence has the claim 'tow'"),
        (PAGE, ATTACKS, "claims: [two]\n", "`claims` must map names of claims to options"),
        (PAGE, ATTACKS, "claims: {two: {difers: {}}}\n", "`claims`: two: there is no option `difers`"),
    ],
)
def test_what_is_written_wrongly_is_refused_with_its_place(
    site: Site, page: str, attacks: str, front: str, says: str
) -> None:
    log = claiming(site, page, attacks, front).build()
    assert log.returncode and says in log.stderr and "Traceback" not in log.stderr


def test_readers_who_search_do_not_find_attacks(site: Site) -> None:
    claiming(site).built()
    assert "floats" not in (site.root / "out/searchindex.js").read_text(encoding="utf-8")


def test_a_changed_attack_runs_and_is_shown_by_the_next_build(site: Site) -> None:
    claiming(site).built()
    claiming(site, attacks=ATTACKS.replace("floats", "decimals")).built()
    assert "holds: decimals" in below(site, "two").get_text()
