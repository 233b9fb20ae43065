"""What stands against publishing although every program ran: each gate closed once, and once open."""

import pytest
from everypython.gates import gating
from everypython.interpreters import Interpreter

from .conftest import FOUND, FRONT, Site

pytestmark = pytest.mark.skipif(len(FOUND) < 3, reason="needs three Pythons that print their own version")

NEW, OLD, OTHER = FOUND[0], FOUND[1], FOUND[2]
MINOR = {one: ".".join(one.version.split(".")[:2]) for one in (NEW, OLD, OTHER)}
SAME_AS_NEW_ON_OTHER = (
    f"import sys\nprint(sys.version_info[:2] == ({OLD.language.replace('.', ', ', 1).rsplit('.')[0]}))"
)
WHY = "versions differ (gh-1)"


@pytest.fixture
def three(site: Site) -> Site:
    """A site on three Pythons, of which OLD prints something else than the other two."""
    site.pythons = [NEW.executable, OLD.executable, OTHER.executable]
    return site


def page(site: Site, options: str, cell: str = SAME_AS_NEW_ON_OTHER, front: str = "") -> int:
    """Writes the page and returns the line of its cell."""
    head = FRONT.removesuffix("---\n") + (f"{front}\n" if front else "") + "---\n"
    text = f"{head}# Index\n\n```{{code-cell}} python\n---\n{options}\n---\n{cell}\n```\n"
    site.write("docs/index.md", text)
    return text.split("\n").index("```{code-cell} python") + 1


def refused(site: Site) -> str:
    result = site.build()
    assert result.returncode == 1, result.stdout + result.stderr
    assert not (site.root / "out/index.html").exists()
    return result.stderr


def test_a_difference_with_a_reason_is_published(three: Site) -> None:
    page(three, f'differs: {{"=={MINOR[OLD]}": "{WHY}"}}')
    three.built()
    assert "versions differ" in three.html()


def test_a_difference_that_no_pattern_covers_is_refused(three: Site) -> None:
    line = page(three, f'differs: {{"pypy": "{WHY}"}}')
    error = refused(three)
    assert f"index.md:{line}: on {OLD.key}: prints 'True\\n', where {NEW.key} prints 'False\\n'" in error
    assert f"on {OTHER.key}" not in error


def test_a_pattern_that_is_too_wide_is_refused(three: Site) -> None:
    line = page(three, f'differs: {{"<={MINOR[OLD]}": "{WHY}"}}')
    error = refused(three)
    assert f"index.md:{line}: on {OTHER.key}: agrees with {NEW.key}, so the `differs` pattern" in error
    assert f"on {OLD.key}" not in error


def test_a_pattern_that_is_out_of_date_is_refused(three: Site) -> None:
    line = page(three, f'differs: {{"=={MINOR[OLD]}": "{WHY}"}}', cell="print('the same')")
    assert f"index.md:{line}: on {OLD.key}: agrees with {NEW.key}" in refused(three)


def test_a_pattern_that_covers_no_python_of_this_build_is_not_checked(three: Site) -> None:
    page(three, f'differs: {{"32-bit": "{WHY}"}}', cell="print('the same')")
    three.built()


def test_a_pattern_that_covers_the_published_default_itself_is_not_checked(three: Site) -> None:
    three.pythons = [OLD.executable, OTHER.executable]
    page(three, f'differs: {{"<={MINOR[OLD]}": "{WHY}"}}', cell="print('the same on old Pythons')")
    three.built()


def test_the_published_defaults_own_reason_explains_why_others_differ(three: Site) -> None:
    three.pythons = [OLD.executable, OTHER.executable]
    page(three, f'differs: {{"{OLD.key}": "{WHY}"}}')
    three.built()
    assert "versions differ" in three.html()


def test_the_first_pattern_that_covers_a_python_is_its_reason(three: Site) -> None:
    page(three, f'differs: {{"=={MINOR[OLD]}": "the first (gh-1)", "{OLD.key}": "the second (gh-2)"}}')
    three.built()
    assert "the first" in three.html() and "the second" not in three.html()


def test_a_pattern_in_the_front_matter_needs_to_explain_one_cell_of_the_page(three: Site) -> None:
    front = f'differs: {{"=={MINOR[OLD]}": "{WHY}"}}'
    page(three, "tags: []", front=front)
    page_text = (three.root / "docs/index.md").read_text(encoding="utf-8")
    three.write("docs/index.md", page_text + "\n```{code-cell} python\nprint('the same')\n```\n")
    three.built()
    page(three, "tags: []", cell="print('the same')", front=front)
    assert "index.md:1: on" in three.build().stderr


@pytest.mark.parametrize("reason", ["implementation detail", "they differ"])
def test_a_reason_without_a_source_is_refused(three: Site, reason: str) -> None:
    line = page(three, f'differs: {{"=={MINOR[OLD]}": "{reason}"}}')
    assert f"index.md:{line}: the reason for '=={MINOR[OLD]}' names no PEP, issue or document" in refused(three)


@pytest.mark.parametrize("reason", ["by PEP 683", "see gh-130704", "[as documented](https://example.org)"])
def test_a_pep_an_issue_or_a_link_is_a_source(three: Site, reason: str) -> None:
    page(three, f'differs: {{"=={MINOR[OLD]}": "{reason}"}}')
    three.built()
    assert reason.strip("[]").partition("]")[0] in three.html()


def test_an_exception_on_another_python_is_a_difference_shown_by_its_last_line(three: Site) -> None:
    cell = SAME_AS_NEW_ON_OTHER.replace("print(", "assert not (") + ", 'not here'"
    line = page(three, "tags: []", cell=cell)
    error = refused(three)
    assert f"index.md:{line}: on {OLD.key}: prints 'AssertionError: not here'" in error
    page(three, f'differs: {{"{OLD.key}": "{WHY}"}}', cell=cell)
    three.built()
    assert "AssertionError: not here" in three.html() and "Traceback" not in three.html()


def test_volatile_exempts_the_pythons_of_its_pattern_alone(three: Site) -> None:
    page(three, f'volatile: {{"{OLD.key}": "its version"}}')
    three.built()
    assert "varies from run to run" in three.html() and "its version" in three.html()
    page(three, f'volatile: {{"{OTHER.key}": "its version"}}')
    assert f"on {OLD.key}: prints" in three.build().stderr


def test_a_skipped_cell_is_not_run_and_says_why(three: Site) -> None:
    cell = SAME_AS_NEW_ON_OTHER.replace("print(", "assert not (")
    page(three, f'skip: {{"{OLD.key}": "it would fail ([so](https://example.org))"}}\ntags: [remove-cell]', cell=cell)
    three.built()
    page(three, f'skip: {{"{OLD.key}": "it would fail ([so](https://example.org))"}}', cell="print('ran')")
    three.built()
    assert "did not run this" in three.html() and "it would fail" in three.html()


def test_the_checked_form_of_skip_is_read(three: Site) -> None:
    skip = f'skip: {{"{OLD.key}": {{raises: AssertionError, why: "it fails (gh-1)"}}}}'
    page(three, skip, cell=SAME_AS_NEW_ON_OTHER.replace("print(", "assert not ("))
    three.built()
    assert "it fails" in three.html()


def test_a_python_that_is_not_listed_never_fails_a_build_and_is_shown_as_not_yet_explained(three: Site) -> None:
    three.listed = [f"cpython-{MINOR[NEW]}", f"cpython-{MINOR[OTHER]}", "cpython-3.99"]
    line = page(three, "tags: []")
    log = three.built()
    assert "not yet explained" in three.html()
    assert f"not yet explained: index.md:{line}: on {OLD.key}: prints" in log


def test_a_listed_name_means_the_newest_patch_that_ran() -> None:
    def made(version: str, implementation: str = "cpython", platform: str = "linux-x86_64") -> Interpreter:
        free = version.endswith("t")
        return Interpreter("x", implementation, version.rstrip("t"), "3.11.9", free, 64, platform, "", ())

    new, early, late, far = made("3.15.2"), made("3.14.0"), made("3.14.10"), made("3.14.11", platform="darwin-arm64")
    free, pypy = made("3.14.10t"), made("8.0.1", "pypy")
    found = [new, late, early, far, free, pypy]
    listed = ["cpython-3.15", "cpython-3.14", "cpython-3.14t", "pypy", "cpython-3.9"]
    assert gating(listed, found, new) == ([new, late, free, pypy], ["cpython-3.9"])
    assert gating(["cpython-3.14.0"], found, new) == ([early], [])
    assert gating([], found, new) == (found, [])
