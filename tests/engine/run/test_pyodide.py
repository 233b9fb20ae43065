"""Pyodide, under Node: what is fetched for it, what it does with cells and programs, what a site has of it."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from everypython.model.interpreters import Interpreter
from everypython.model.outcome import Problem, Result
from everypython.model.units import Cell, Options, Unit
from everypython.run import environments, node, process

from ..commands import EXTENSIONS
from ..conftest import Site

SETTINGS = tomllib.loads((EXTENSIONS.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
WANTED: dict[str, str] = SETTINGS["tool"]["everypython"]["browser"]
NEWEST = {package: integrity for package, integrity in WANTED.items() if package.startswith("pyodide@314")}
Run = Callable[..., Result]


@pytest.fixture(scope="module")
def pyodide() -> Interpreter:
    try:
        for package, integrity in NEWEST.items():
            node.fetch(package, integrity)
    except node.Unfetched as error:
        pytest.skip(str(error))
    (found,), complaints = node.pyodides(NEWEST)
    assert complaints == []
    return found


@pytest.fixture(scope="module")
def run(pyodide: Interpreter, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs sources as the cells of a page, or one source as a program, in Pyodide."""
    folder = tmp_path_factory.mktemp("environment") / "bundle"
    package = tmp_path_factory.mktemp("package") / "helper"
    package.mkdir()
    (package / "__init__.py").write_text("WORD = 'helped'\n", encoding="utf-8")
    environments.make_environment(pyodide, folder, [package])

    def run(*sources: str, kind: str = "page", timeout: float = 60, perturbed: bool = False) -> Result:
        cells = tuple(Cell(source, 10 * number, Options()) for number, source in enumerate(sources, 1))
        unit = Unit(kind, "unit", "page", 1, cells, ())
        name = f"test-{os.getpid()}-pyodide"
        return process.run(unit, environments.python_of(folder), timeout, name, perturbed=perturbed)

    return run


@pytest.fixture
def no_npm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty cache on a machine without Node."""
    monkeypatch.setenv("EVERYPYTHON_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path / "cache"


@pytest.mark.deep
def test_it_says_what_it_is(pyodide: Interpreter) -> None:
    assert pyodide.key == "cpython-3.14.2-emscripten-wasm32"
    assert (pyodide.pointer_bits, pyodide.pyodide) == (32, "314.0.7")
    assert pyodide.name == "CPython 3.14.2 in Pyodide 314.0.7"
    assert Interpreter.of(json.loads(json.dumps(pyodide.identity))).identity == pyodide.identity


@pytest.mark.deep
def test_cells_share_a_main_of_their_own_and_the_last_expression_is_displayed(run: Run) -> None:
    result = run("x = 6\nx * 7", "import sys\nsys.modules['__main__'].x, __name__, sorted(globals())[-2:]", "None")
    assert result.problem is None
    first, second, third = [cell.data for cell in result.cells]
    assert (first["text/plain"], third) == ("42", None)
    assert second["text/plain"] == "(6, '__main__', ['sys', 'x'])"


TELLS = """import gc, os, sys
print(sys.path, sys.argv, sorted(sys.modules), sys.flags.optimize, os.path.basename(os.getcwd()))
print(gc.isenabled(), gc.get_threshold(), [stream.name for stream in (sys.stdin, sys.stdout, sys.stderr)])
print(sorted(os.listdir(".")), os.path.getsize(__import__("helper").__file__), threading.active_count())
"""


@pytest.mark.deep
def test_one_that_begins_with_the_memory_of_another_is_like_a_fresh_one(run: Run) -> None:
    source = f"import threading\n{TELLS}"
    begun, fresh = run(source), run(source, perturbed=True)
    assert begun.cells[0].error is None
    assert begun == fresh


@pytest.mark.deep
def test_both_streams_are_one_file_in_the_order_of_writing(run: Run) -> None:
    source = "import os, sys\nprint(1)\nprint(2, file=sys.stderr)\nos.write(1, b'3\\n')\nprint('ü', end='')"
    assert [cell.text for cell in run(source, "print(5)").cells] == ["1\n2\n3\nü", "5\n"]


@pytest.mark.deep
def test_an_exception_has_no_frames_of_the_runner_and_the_next_cell_runs(run: Run) -> None:
    failed, after = run("def broken():\n    1 / 0\nbroken()", "print('on')").cells
    assert failed.error.type == "ZeroDivisionError"
    places = [line.strip() for line in failed.error.traceback.splitlines() if "File" in line]
    assert places == ['File "<string>", line 3, in <module>', 'File "<string>", line 2, in broken']
    assert after.text == "on\n"


@pytest.mark.deep
def test_it_keeps_nothing_of_what_was_displayed_or_raised(run: Run) -> None:
    made = "import weakref\nclass A: pass\ndef fail(a):\n    raise ValueError\na = A(); seen = weakref.ref(a)\na"
    assert run(made, "fail(a)", "del a\nseen() is None").cells[-1].data == {"text/plain": "True"}


@pytest.mark.deep
def test_packages_come_compiled(run: Run) -> None:
    source = "import helper, sys\nhelper.WORD, helper.__spec__.cached in helper.__cached__, helper.__spec__.loader"
    result = run("import helper, os\nhelper.WORD, os.path.exists(helper.__spec__.cached)", source)
    assert result.cells[0].data == {"text/plain": "('helped', True)"}


@pytest.mark.deep
def test_a_program_runs_as_python_runs_it(run: Run) -> None:
    source = "import os, sys\nprint(__name__, sys.argv, os.path.basename(__file__))\nraise SystemExit(0)"
    assert run(source, kind="example").cells[0].text == "__main__ ['unit.py'] unit.py\n"
    failed = run("print('so far')\n1 / 0", kind="example").cells[0]
    assert (failed.text, failed.error.type) == ("so far\n", "ZeroDivisionError")


@pytest.mark.deep
def test_neither_python_nor_javascript_sees_a_secret_of_this_machine(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "not-for-readers")
    monkeypatch.setenv("HOME", str(tmp_path))
    look = "import js, os\nprint(dict(os.environ), js.JSON.stringify(js.process.env), os.path.expanduser('~'))"
    for kind in ("page", "example"):
        (cell,) = run(look, kind=kind).cells
        assert "PYTHONHASHSEED" in cell.text, cell
        assert not [secret for secret in ("not-for-readers", "SECRET", str(tmp_path)) if secret in cell.text]


@pytest.mark.deep
def test_input_is_at_its_end(run: Run) -> None:
    assert run("input()").cells[0].error.type == "EOFError"


@pytest.mark.deep
def test_exit_ends_the_page_with_what_was_printed(run: Run) -> None:
    result = run("print('bye')\nimport sys; sys.exit(3)", "print('never')")
    assert result.problem == Problem(0, "called sys.exit(3)")
    assert [cell.reached for cell in result.cells] == [True, False]


@pytest.mark.deep
def test_what_does_not_end_is_stopped(run: Run) -> None:
    result = run("print('begun')", "while True: pass", timeout=15)
    assert result.problem == Problem(1, "did not end within 15 s and was stopped", endless=True)
    assert result.cells[0].text == "begun\n"


@pytest.mark.deep
def test_what_prints_too_much_is_refused(run: Run) -> None:
    assert "more than 1,000,000" in run("print('x' * 3_000_000)").problem.says


@pytest.mark.deep
def test_a_python_that_dies_says_where(run: Run) -> None:
    result = run("print('alive')", "import ctypes\nctypes.string_at(0xFFFFFF00, 200)")
    assert result.problem.cell == 1
    assert "ended its process (exit status 70)" in result.problem.says


@pytest.mark.deep
def test_other_contents_than_were_asked_for_are_refused(
    pyodide: Interpreter, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("EVERYPYTHON_CACHE", str(tmp_path))
    with pytest.raises(node.Unfetched, match=r"its contents are sha512-.* asks for sha512-another"):
        node.fetch("pyodide@314.0.7", "sha512-another")
    assert list(tmp_path.iterdir()) == []


def test_without_npm_the_package_and_the_remedy_are_named(no_npm: Path) -> None:
    with pytest.raises(node.Unfetched, match=r"pyodide@0: there is no npm on this machine\. Install Node"):
        node.fetch("pyodide@0", "sha512-")
    assert node.pyodides({"pyodide@0": "sha512-"}) == ([], ["pyodide@0 needs Node, which is not on this machine"])


def test_a_site_that_cannot_have_run_is_built_without_it_and_its_log_says_so(
    site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("EVERYPYTHON_CACHE", str(tmp_path / "empty"))
    site.browser = WANTED
    site.page("index", "print(1)")
    log = site.built("-D", "everypython_run=1")
    for package in WANTED:
        assert (f"not in this site's Run: {package} is not in the cache" in log) == package.startswith("pyodide")
    assert not [name for name in ("run", "pyodide", "viz") if (tmp_path / "out" / name).exists()]
    assert "run-bar" not in site.html()


@pytest.mark.deep
def test_a_site_with_run_has_a_column_controls_and_what_they_need(site: Site, pyodide: Interpreter) -> None:
    site.browser = NEWEST
    skipped = '---\nskip: {pyodide: "no [threads](https://example.org)"}\n---\nprint("native")'
    site.page("index", "import helper\nprint(helper.WORD)", skipped, ":tags: [remove-cell]\nassert True")
    site.page("plain")
    site.built("-D", "everypython_run=1")
    page, out = site.html(), site.root / "out"
    assert page.count('class="run"') == 1 and f'<option value="{pyodide.key}">' in page
    assert "run-bar" not in site.html("plain")
    data = json.loads((out / "run/index.json").read_text(encoding="utf-8"))
    cells = data["units"][0]["cells"]
    assert cells[0]["expected"][pyodide.key] == {"text": "first\n", "data": None, "error": None}
    assert list(cells[1]["skips"]) == [pyodide.key] and len(cells) == 3
    folder = out / data["pythons"][pyodide.key]["index"]
    assert {file.name for file in folder.iterdir()} > {"pyodide.mjs", "pyodide.asm.wasm", "helper.json"}
    runs = json.loads((out / "runs.json").read_text(encoding="utf-8"))
    assert runs["interpreters"][-1]["pyodide"] == "314.0.7"


@pytest.mark.deep
def test_a_site_without_run_has_nothing_of_it(site: Site, pyodide: Interpreter) -> None:
    site.browser = NEWEST
    site.page("index", "print(1)")
    site.built("-D", "everypython_run=1")
    site.built()
    assert "run-bar" not in site.html()
    assert not [name for name in ("run", "pyodide") if (site.root / "out" / name).exists()]
