"""What one process does with a page's cells or a program, on every Python found."""

import os
import select
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from everypython.model.interpreters import Interpreter
from everypython.model.outcome import Problem, Result
from everypython.model.units import Cell, Options, Unit
from everypython.run import process

from ..conftest import this_python

Run = Callable[..., Result]
WAITS = "import threading; threading.Event().wait()"  # for ever, and takes no processor
LIMIT = 5  # seconds: a hundred times what it takes to begin


def texts(result: Result) -> list[str]:
    assert result.problem is None, result.problem
    return [cell.text for cell in result.cells]


def plain(result: Result) -> list[str | None]:
    assert result.problem is None, result.problem
    return [cell.data and cell.data["text/plain"] for cell in result.cells]


def test_the_last_expression_is_displayed_as_at_the_prompt(python: Interpreter, run: Run) -> None:
    cells = ["x = 6\nx * 7", "x", "None", "x = 1", "'a'", "max(\n  1,\n  x,\n)  # why\n\n# end", "if x:\n    x\n"]
    assert plain(run(python, *cells)) == ["42", "6", None, None, "'a'", "1", None]


def test_what_a_string_or_bracket_spans_is_not_cut_in_two(python: Interpreter, run: Run) -> None:
    cells = ['s = """\nx\n"""\ns', "t = [\n1,\n2]", 'f"""\n{t}\n"""']
    assert plain(run(python, *cells)) == ["'\\nx\\n'", None, "'\\n[1, 2]\\n'"]


def test_rich_outputs_are_taken_but_never_html(python: Interpreter, run: Run) -> None:
    bundle = "{'text/html': '<script>', 'image/svg+xml': '<svg/>', 'text/vnd.graphviz': 'digraph {}'}"
    cell = f"class R:\n    def _repr_mimebundle_(self): return {bundle}\n    def __repr__(self): return 'R'\nR()"
    (data,) = [cell.data for cell in run(python, cell).cells]
    assert data == {"text/plain": "R", "image/svg+xml": "<svg/>", "text/vnd.graphviz": "digraph {}"}


def test_both_streams_and_the_system_write_in_the_order_of_a_terminal(python: Interpreter, run: Run) -> None:
    cell = (
        "import os, sys, subprocess\nprint('one')\nprint('two', file=sys.stderr)\nos.write(1, b'three\\n')\n"
        "_ = subprocess.run([sys.executable, '-c', 'print(4)'])\nsys.stdout.write('five')\nos.write(2, b'six')"
    )
    assert texts(run(python, cell, "print()")) == ["one\ntwo\nthree\n4\nfivesix", "\n"]


def test_c_output_keeps_its_place_on_cpython(python: Interpreter, run: Run) -> None:
    if python.implementation != "cpython" or not python.platform.startswith("linux"):
        pytest.skip("the order of C's own streams is promised for CPython; the test calls glibc")
    cell = "import ctypes\nprint('before')\n_ = ctypes.CDLL(None).puts(b'from C')\nprint('after')"
    assert texts(run(python, cell)) == ["before\nfrom C\nafter\n"]


def test_bytes_that_are_no_text_are_shown_escaped(python: Interpreter, run: Run) -> None:
    half = r"class Half:\n    def __repr__(self): return '\ud800'\nHalf()".replace("\\n", "\n")
    result = run(python, r"import os; _ = os.write(1, b'\xff\xfe!')", half, r"raise ValueError('\ud800')")
    assert texts(result)[0] == r"\xff\xfe!"
    assert (result.cells[1].data, result.cells[2].error.message) == ({"text/plain": r"\ud800"}, r"\ud800")


def test_after_an_exception_the_next_cell_runs(python: Interpreter, run: Run) -> None:
    failed, after = run(python, "print('so far')\n1 / 0", "print('on')").cells
    assert (failed.text, failed.error.type, after.text) == ("so far\n", "ZeroDivisionError", "on\n")
    lines = failed.error.traceback.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert not [line for line in lines if "runner.py" in line], "the runner's own frames do not show"


def test_a_cell_that_does_not_compile_fails_in_its_turn(python: Interpreter, run: Run) -> None:
    first, failed, last = run(python, "print(1)", "print(2) or or", "print(3)").cells
    assert (first.text, failed.error.type, last.text) == ("1\n", "SyntaxError", "3\n")


def test_what_was_raised_is_forgotten(python: Interpreter, run: Run) -> None:
    cells = [
        "import gc, weakref\nclass Big: pass\ndef f():\n    global witness\n    big = Big()\n"
        "    witness = weakref.ref(big)\n    1 / 0\nf()",
        "if not hasattr(__import__('sys'), 'getrefcount'): _ = gc.collect()\nprint(witness() is None)",
    ]
    assert texts(run(python, *cells))[-1] == "True\n"


def test_cells_are_the_main_module(python: Interpreter, run: Run) -> None:
    cells = [
        "class A: pass",
        "import pickle, sys\npickle.loads(pickle.dumps(A())).__class__ is A",
        "sys.argv, __name__",
    ]
    assert plain(run(python, *cells)) == [None, "True", "([''], '__main__')"]


def test_a_unit_sees_a_fixed_environment(python: Interpreter, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "do not publish")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    cells = [
        "import os, sys\nprint('SECRET_TOKEN' in os.environ, '/nowhere' in sys.path)",
        "print(os.listdir(), os.path.dirname(os.environ['HOME']) == os.path.dirname(os.getcwd()))",
        "import refdemo",
    ]
    result = run(python, *cells)
    assert texts(result)[:2] == ["False False\n", "[] True\n"]
    assert result.cells[2].error.type == "ModuleNotFoundError", "only what a unit names is installed"


@pytest.mark.skipif(sys.platform == "win32", reason="names sockets otherwise")
@pytest.mark.parametrize("perturbed", [False, True])
def test_a_unit_may_listen_at_a_socket_in_its_temporary_folder(perturbed: bool) -> None:
    source = "from multiprocessing.connection import Listener\nListener(family='AF_UNIX').close()\nprint('listened')"
    unit = Unit("page", "unit", "page", 1, (Cell(source, 1, Options()),), ())
    assert texts(process.run(unit, Path(sys.executable), 60, "digest" * 4, perturbed=perturbed)) == ["listened\n"]


def test_hashes_are_the_same_in_every_run(python: Interpreter, run: Run) -> None:
    assert plain(run(python, "hash('spam')")) == plain(run(python, "hash('spam')"))


def test_pypy_has_the_same_nursery_on_every_processor(python: Interpreter, run: Run) -> None:
    if python.implementation != "pypy":
        pytest.skip(f"{python.name} has no nursery whose size can be set")
    (size,) = plain(run(python, "import gc\ngc.get_stats().nursery_size"))
    assert size == repr(process.FIXED["PYPY_GC_NURSERY"].replace("M", ".0MB"))


ENDS = {
    "import os, signal; signal.signal(1, signal.SIG_DFL); os.kill(os.getpid(), 1)": "ended its process (SIGHUP)",
    "import os; print('x' * 5000); os._exit(0)": f"ended its process (exit status 0), having printed:\n{'x' * 2000}",
    "import sys; sys.exit('bye')": "called sys.exit('bye')",
}


def assert_ended_early(result: Result, how: str) -> None:
    *before, _, after = result.cells
    assert result.problem.cell == len(before) and result.problem.says == how
    assert before[0].text == "first\n"
    assert not after.reached


@pytest.mark.parametrize("cell", ENDS, ids=["killed", "_exit", "exit"])
def test_a_process_that_ends_early_is_a_problem_at_its_line(cell: str, python: Interpreter, run: Run) -> None:
    assert_ended_early(run(python, "print('first')", "2", "3", cell, "print('fifth')"), ENDS[cell])


def test_a_process_that_does_not_end_is_stopped_and_a_problem_at_its_line(run: Run) -> None:
    result = run(this_python(), "print('first')", WAITS, "print('third')", timeout=LIMIT)
    assert_ended_early(result, f"did not end within {LIMIT} s and was stopped")


@pytest.mark.skipif(os.name != "posix", reason="process groups, and a pipe with a name")
def test_what_a_stopped_unit_started_is_stopped_too(run: Run, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    inner = f"pipe = open({str(pipe)!r}, 'w')\nprint('alive', file=pipe, flush=True)\n{WAITS}"
    cell = f"import subprocess, sys\nprint('so far')\nsubprocess.run([sys.executable, '-c', {inner!r}])"
    assert run(this_python(), cell, timeout=LIMIT).problem.says.endswith("was stopped, having printed:\nso far")
    assert until_its_end(reader) == b"alive\n"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere a session of its own goes on")
@pytest.mark.parametrize("start", ["start_new_session=True", "start_new_session=True, cwd='/', env={}"])
def test_what_a_unit_left_in_a_session_of_its_own_is_stopped_too(start: str, run: Run, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    inner = f"pipe = open({str(pipe)!r}, 'w')\nprint('alive', file=pipe, flush=True)\nprint(1, flush=True)\n{WAITS}"
    cell = (
        f"import subprocess, sys\np = subprocess.Popen([sys.executable, '-c', {inner!r}], stdout=-1, {start})\n"
        "_ = p.stdout.readline()\np.returncode = 0"
    )
    assert run(this_python(), cell).problem is None
    assert until_its_end(reader) == b"alive\n"


def until_its_end(reader: int) -> bytes:
    """Read a pipe until nobody holds its other end: the system closes what a process held that is gone."""
    said = b""
    while select.select([reader], [], [], 60)[0]:
        more = os.read(reader, 100)
        said += more
        if not more:
            os.close(reader)
            return said
    pytest.fail(f"a process still holds the pipe that it wrote {said!r} into")


def test_text_that_is_printed_while_python_exits_is_a_problem(python: Interpreter, run: Run) -> None:
    result = run(python, "import atexit\n_ = atexit.register(print, 'last words')")
    assert "after the last cell" in result.problem.says and "last words" in result.problem.says


def test_endless_output_is_a_problem(python: Interpreter, run: Run) -> None:
    result = run(python, "print('first')", "import os\nwhile True: _ = os.write(1, b'x' * 10_000)")
    assert result.problem == Problem(1, "printed more than 1,000,000 bytes", endless=True)


def test_a_program_runs_as_a_user_would_run_it(python: Interpreter, run: Run) -> None:
    source = "import sys\nprint(__name__, sys.argv)\nprint('done', file=sys.stderr)\nsys.exit()"
    assert texts(run(python, source, kind="example")) == ["__main__ ['unit.py']\ndone\n"]


def test_a_programs_error_is_told_apart_from_what_it_printed(python: Interpreter, run: Run) -> None:
    (outcome,) = run(python, "print('so far')\n{}['key']", kind="example").cells
    assert outcome.text == "so far\n"
    assert (outcome.error.type, outcome.error.message) == ("KeyError", "'key'")


def test_a_program_that_exits_with_a_status_is_a_problem(python: Interpreter, run: Run) -> None:
    result = run(python, "import sys; print('so far'); sys.exit(4)", kind="example")
    assert result.problem.says == "ended its process (exit status 4), having printed:\nso far"
    assert result.problem.cell == 0 and not result.cells[0].reached


def test_a_program_that_is_killed_is_a_problem_whatever_it_printed(python: Interpreter, run: Run) -> None:
    source = "import os, sys\nsys.stderr.write('Traceback (most recent call last):\\n')\nos.abort()"
    says = run(python, source, kind="example").problem.says
    assert says == "ended its process (SIGABRT), having printed:\nTraceback (most recent call last):"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a command of Linux")
def test_what_starts_another_program_is_used_where_that_is_allowed_and_says_nothing(
    capfd: pytest.CaptureFixture[str],
) -> None:
    found = [process.starter(*command) for command in (("echo", "it starts"), ("false",), ("no such command",))]
    assert (found, capfd.readouterr().out) == ([("echo", "it starts"), (), ()], "")
