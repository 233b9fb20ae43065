"""What this machine knows, and a unit does not get to see: environment variables, the home folder, temporary files.

This keeps things out of outputs by accident. It is no prison: a unit may read whatever its user may.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from everypython.model.interpreters import Interpreter
from everypython.model.outcome import Result
from everypython.model.units import Cell, Options, Unit
from everypython.run import kernel, process

Run = Callable[..., Result]
SECRET = "not-for-readers-4711"

GIVEN = {*process.FIXED, *process.INHERITED, "PATH", "HOME", "TMPDIR", "TEMP", "TMP"}
GIVEN |= {"USERPROFILE"} if os.name == "nt" else set()
GIVEN |= {"LC_CTYPE", "__CF_USER_TEXT_ENCODING"}  # what Python, and macOS, put there themselves

LOOK = """
import os, tempfile
from pathlib import Path
homes = sorted({os.path.expanduser("~"), str(Path.home())})
print(repr({
    "environment": dict(os.environ),
    "homes": homes,
    "in them": [name for home in homes for name in os.listdir(home)],
    "temporary": tempfile.gettempdir(),
    "in it": os.listdir(tempfile.gettempdir()),
    "here": os.listdir("."),
    "others may": os.name == "posix" and os.stat("..").st_mode & 0o077,
}))
"""


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with a secret in its environment, its home and its folder of temporary files."""
    for name in ("home", "temporary"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f".{SECRET}").write_text(SECRET, encoding="utf-8")
    for name in ("HOME", "USERPROFILE", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    for name in ("SECRET_TOKEN", "PYTHONSTARTUP", "PYTHONPATH", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, SECRET)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    return tmp_path


def assert_nothing_seen(result: Result, planted: Path) -> None:
    (cell,) = result.cells
    assert cell.error is None, cell.error
    assert SECRET not in cell.text
    seen = ast.literal_eval(cell.text)
    assert seen["environment"].keys() <= GIVEN
    assert not {str(planted / "home"), str(planted / "temporary")} & {*seen["homes"], seen["temporary"]}
    assert seen["in them"] == seen["in it"] == [] and not seen["others may"]


@pytest.mark.parametrize("kind", ["page", "example"])
def test_no_unit_on_any_python_sees_a_secret_of_this_machine(
    python: Interpreter, run: Run, planted: Path, kind: str
) -> None:
    assert_nothing_seen(run(python, LOOK, kind=kind), planted)


def test_the_kernel_that_pages_are_compared_with_sees_none_either(planted: Path) -> None:
    unit = Unit("page", "unit", "page", 1, (Cell("import os\nprint(dict(os.environ))", 8, Options()),), ())
    (cell,) = kernel.outcomes(unit, {}, 30)
    assert cell.text.startswith("{") and SECRET not in cell.text
