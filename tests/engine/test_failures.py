"""What must not be published ends the build: one clear error, a non-zero exit, and the last site left as it was."""

import os
import subprocess

import pytest

from .conftest import FOUND, FRONT, Site


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


@pytest.mark.skipif(len(FOUND) < 2, reason="needs a second Python")
def test_a_hidden_assert_that_fails_on_any_python_fails_the_build(site: Site) -> None:
    site.pythons = [FOUND[0].executable, FOUND[-1].executable]
    cell = f"import sys\nassert sys.version.split()[0] == {FOUND[0].language!r}"
    site.page("index", f"---\ntags: [remove-cell]\n---\n{cell}")
    error = refused(site)
    assert f"on {FOUND[-1].key}" in error and "AssertionError" in error
    assert f"on {FOUND[0].key}" not in error


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
    "an unquoted colon": "differs:\n  pypy: no counts: none",
    "a list of patterns": "differs: [pypy]",
    "a reason that is no text": "differs: {pypy: 3}",
    "tags that are no list": "tags: remove-cell",
}


@pytest.mark.parametrize("options", BAD_OPTIONS.values(), ids=BAD_OPTIONS)
def test_bad_options_of_a_cell_are_named_by_page_and_line(site: Site, options: str) -> None:
    site.write("docs/index.md", f"{FRONT}# Index\n\n```{{code-cell}} python\n---\n{options}\n---\n1\n```\n")
    assert "index.md:8: " in refused(site)


@pytest.mark.parametrize("options", BAD_OPTIONS.values(), ids=BAD_OPTIONS)
def test_bad_options_of_an_example_are_named_by_page_and_line(site: Site, options: str) -> None:
    site.write("docs/index.md", f"# Index\n\n```{{example}} greet\n---\n{options}\n---\n```\n")
    assert "index.md:3: " in refused(site)


def test_an_interpreter_that_is_not_there_is_named(site: Site) -> None:
    site.page("index", "1")
    site.pythons = [str(site.root / "python3.77")]
    error = refused(site)
    assert "EVERYPYTHON names" in error and "python3.77" in error


def test_a_declared_package_that_is_not_there_is_named(site: Site) -> None:
    (site.root / "helper/__init__.py").unlink()
    site.page("index", "1")
    assert "everypython_packages names" in refused(site)


def published(site: Site) -> subprocess.CompletedProcess[str]:
    return site.build(command="everypython.publish")


def test_a_site_is_published_whole(site: Site) -> None:
    site.page("index", "print('one')")
    result = published(site)
    assert result.returncode == 0, result.stderr
    assert result.stdout.rstrip().endswith(f" s. The site is at {site.root / 'out' / 'index.html'}")
    assert "one" in site.html()
    assert sorted(path.name for path in site.root.iterdir() if path.name.startswith("out")) == ["out"]


def test_a_site_that_is_built_again_and_is_the_same_stays_where_it_is(site: Site) -> None:
    site.page("index", "print('the', 'same')")
    assert published(site).returncode == 0
    before = (site.root / "out").stat()
    assert published(site).returncode == 0
    assert (site.root / "out").stat().st_ino == before.st_ino
    site.page("index", "print('another')")
    assert published(site).returncode == 0
    assert "another" in site.html() and (site.root / "out").stat().st_ino != before.st_ino


@pytest.mark.parametrize("wrong", ["```{code-cell} python\n1/0\n```", "{unknown}`role`"], ids=["a cell", "a warning"])
def test_a_failed_build_leaves_the_published_site_alone(site: Site, wrong: str) -> None:
    site.page("index", "print('one')")
    assert published(site).returncode == 0
    before = {path: path.read_bytes() for path in (site.root / "out").rglob("*") if path.is_file()}
    site.write("docs/index.md", f"{FRONT}# Index\n\n{wrong}\n")
    for _ in range(2):  # Sphinx alone passes the second time
        result = published(site)
        assert result.returncode != 0
        assert "Nothing was published" in result.stderr
    assert {path: path.read_bytes() for path in (site.root / "out").rglob("*") if path.is_file()} == before


def test_a_page_that_was_removed_leaves_the_published_site(site: Site) -> None:
    site.page("index", "1")
    site.write("docs/gone.md", "---\norphan: true\n---\n# Gone\n")
    assert published(site).returncode == 0
    os.unlink(site.root / "docs/gone.md")
    assert published(site).returncode == 0
    assert not (site.root / "out/gone.html").exists()
