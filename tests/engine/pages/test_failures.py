"""What must not be published ends the build: one clear error, a non-zero exit, and the last site left as it was."""

import pytest

from ..conftest import FRONT, Site


def refused(site: Site) -> str:
    """The error of a build that must fail before it has written a page."""
    result = site.build("-j", "2")
    assert result.returncode != 0, result.stdout
    assert not (site.root / "out/index.html").exists()
    assert "Sphinx version" not in result.stderr, "an error of Sphinx's own, with a report"
    return result.stderr


FAILS = {
    "raises": ("def f():\n    {}['key']\nf()", "KeyError: 'key'"),
    "aborts": ("import os; os.abort()", "ended its process (SIGABRT)"),
    "leaves": ("import os; os._exit(0)", "ended its process (exit status 0)"),
    "exits": ("import sys; sys.exit()", "called sys.exit(None)"),
    "hangs": ("while True: pass", "did not end within 2 s and was stopped"),
    "does not compile": ("print(1) print(2)", "SyntaxError"),
}


@pytest.mark.parametrize("cell, says", FAILS.values(), ids=FAILS)
def test_a_cell_that_fails_is_named_by_page_line_and_interpreter(site: Site, cell: str, says: str) -> None:
    site.timeout = 2
    site.page("index", "print('fine')", cell)
    line = (site.root / "docs/index.md").read_text(encoding="utf-8").split("\n").index("```{code-cell} python", 9) + 1
    error = refused(site)
    assert f"index.md:{line}: on cpython-" in error
    assert says in error


@pytest.mark.parametrize(
    "cell, says", [FAILS[name] for name in ("raises", "leaves", "exits")], ids=["raises", "leaves", "exits"]
)
def test_the_second_build_of_the_same_pages_fails_as_the_first_did(site: Site, cell: str, says: str) -> None:
    site.page("index", cell)
    assert says in refused(site)
    assert says in refused(site)


def test_a_failing_example_is_named_by_page_and_program(site: Site) -> None:
    site.write("examples/greet.py", "print('so far')\nraise ValueError('why')\n")
    site.write("docs/index.md", "# Index\n\n```{example} greet\n```\n")
    error = refused(site)
    assert "index.md:3: greet.py: on cpython-" in error
    assert "ValueError: why" in error


def test_an_expected_exception_is_published(site: Site) -> None:
    site.page("index", "---\ntags: [raises-exception]\n---\n{}['key']")
    site.built()
    assert "KeyError" in site.html()


def test_a_missing_example_is_named_with_what_there_is(site: Site) -> None:
    site.write("docs/index.md", "# Index\n\ntext\n\n```{example} great\n```\n")
    error = refused(site)
    assert "index.md:5: no example 'great'" in error and "There are: greet." in error


def test_a_page_that_is_no_utf8_is_named(site: Site) -> None:
    site.page("index", "print()")
    (site.root / "docs/broken.md").write_bytes(b"# caf\xe9\n")
    error = refused(site)
    assert "broken.md: this page cannot be read" in error and "UTF-8" in error


def test_front_matter_that_is_no_yaml_is_named(site: Site) -> None:
    site.write(
        "docs/index.md", "---\nfile_format: mystnb\ntitle: a: b\n---\n# Index\n\n```{code-cell} python\n1\n```\n"
    )
    assert "index.md:1: the page's front matter cannot be read" in refused(site)


BAD_OPTIONS = {
    "an unquoted colon": ("differs:\n  pypy: no counts: none", "cannot be read"),
    "a list of patterns": ("differs: [pypy]", "must map patterns to reasons"),
    "a reason that is no text": ("differs: {pypy: 3}", "must map patterns to reasons"),
    "an empty reason": ("differs: {pypy: ' '}", "the reason for 'pypy' is empty"),
    "tags that are no list": ("tags: remove-cell", "must be a list"),
    "a tag that is misspelt": ("tags: [hide-outptu]", "no tag `hide-outptu`"),
    "an option that is misspelt": ("difers: {pypy: gh-1}", "no option `difers`. Do you mean `differs`?"),
    "an option that there is not": ("because: gh-1", "no option `because`. There are: "),
    "a pattern that is misspelt": ("skip: {cpythn-3.12: gh-1}", "the pattern 'cpythn-3.12' means no Python"),
    "a version that is compared with nothing": ("volatile: {'3.12': gh-1}", "the pattern '3.12' means no Python"),
    "one option twice": ("differs: {pypy: gh-1}\ndiffers: {pypy: gh-2}", "'differs' stands there twice"),
    "one pattern twice": ("differs: {pypy: gh-1, pypy: gh-2}", "'pypy' stands there twice"),
}


@pytest.mark.parametrize("options, says", BAD_OPTIONS.values(), ids=BAD_OPTIONS)
def test_bad_options_of_a_cell_are_named_by_page_and_line(site: Site, options: str, says: str) -> None:
    site.write("docs/index.md", f"{FRONT}# Index\n\n```{{code-cell}} python\n---\n{options}\n---\n1\n```\n")
    error = refused(site)
    assert "index.md:8: " in error and says in error


@pytest.mark.parametrize("options, says", BAD_OPTIONS.values(), ids=BAD_OPTIONS)
def test_bad_options_of_an_example_are_named_by_page_and_line(site: Site, options: str, says: str) -> None:
    site.write("docs/index.md", f"# Index\n\n```{{example}} greet\n---\n{options}\n---\n```\n")
    error = refused(site)
    assert "index.md:3: " in error and says in error


@pytest.mark.parametrize(
    "line, says", {"difers: {pypy: gh-1}": "Do you mean `differs`?", "skip: {}\nskip: {}": "twice"}.items()
)
def test_bad_options_of_a_page_are_named(site: Site, line: str, says: str) -> None:
    front = FRONT.replace("kernelspec:", f"{line}\nkernelspec:")
    site.write("docs/index.md", f"{front}# Index\n\n```{{code-cell}} python\n1\n```\n")
    error = refused(site)
    assert "index.md:1: " in error and says in error


def test_what_a_page_says_to_other_extensions_is_none_of_the_engines_options(site: Site) -> None:
    front = FRONT.replace("kernelspec:", "orphan: true\nauthor: nobody\nkernelspec:")
    site.write("docs/index.md", f"{front}# Index\n\n```{{code-cell}} python\nprint('fine')\n```\n")
    site.built()
    assert "fine" in site.html()


def test_two_cells_of_one_name_are_named(site: Site) -> None:
    site.page("index", "---\nname: facts\n---\n1", "---\nname: facts\n---\n2")
    error = refused(site)
    assert "index.md:15: the cell of line 8 has the name 'facts', too" in error


@pytest.mark.parametrize("name, told", [("unsaid", "facts"), ("facts", "other"), ("facts", "")])
def test_a_cell_for_a_table_that_its_page_does_not_have_is_named(site: Site, name: str, told: str) -> None:
    cell = f"```{{code-cell}} python\n---\ntags: [by-python]\nname: {name}\n---\nprint('a: 1')\n```\n"
    other = "```{code-cell} python\n---\nname: other\n---\n1\n```\n"
    table = f"```{{by-python}} {told}\n```\n" if told else ""
    site.write("docs/index.md", f"{FRONT}# Index\n\n{cell}\n{other}\n{table}")
    error = refused(site)
    assert "index.md:8: no table shows what this prints" in error and "{by-python} NAME" in error


def test_an_example_for_a_table_that_its_page_does_not_have_is_named(site: Site) -> None:
    site.write("docs/index.md", "# Index\n\n```{example} greet\n---\ntags: [by-python]\n---\n```\n")
    assert "index.md:3: no table shows what this prints" in refused(site)


def test_an_interpreter_that_is_not_there_is_named(site: Site) -> None:
    site.page("index", "1")
    site.pythons = [str(site.root / "python3.77")]
    error = refused(site)
    assert "EVERYPYTHON names" in error and "python3.77" in error


def test_a_declared_package_that_is_not_there_is_named(site: Site) -> None:
    (site.root / "helper/__init__.py").unlink()
    site.page("index", "1")
    assert "everypython_packages names" in refused(site)
