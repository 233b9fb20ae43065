"""A record comes from elsewhere: whatever is in it is refused in one line that names it, or shown as text."""

from __future__ import annotations

import contextlib
import copy
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from everypython.model.interpreters import Interpreter
from everypython.model.outcome import Error, Outcome, Result
from everypython.model.units import Cell, Options, Unit
from everypython.run import recording, records
from everypython.run.records import LARGEST, RecordError
from everypython.run.scheduler import Scheduler
from everypython.run.tree import Tree

from ..conftest import FRONT, small_site

ELSEWHERE = Interpreter("x", "cpython", "3.14.2", "3.14.2", False, 64, "darwin-arm64", "a build", ("_Py_JIT",))
SCRIPT = "<script>alert('run')</script><svg onload=alert(1)>"
ERROR = {"type": "KeyError", "message": "'key'", "traceback": "Traceback (most recent call last):\nKeyError: 'key'"}
GRAPH = {"text/plain": "a → b", "text/vnd.graphviz": "digraph { a -> b; }", "text/html": "<b>bold</b>"}
CELLS = (Cell("print('says')", 8, Options()), Cell("picture", 12, Options()), Cell("{}['key']", 16, Options()))
UNIT = Unit("page", "index", "index", 8, CELLS, ())


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Scheduler:
    return Scheduler(tmp_path_factory.mktemp("kept"), {}, 20, Tree([], []))


def recorded(scheduler: Scheduler) -> dict[str, Any]:
    """A record as the engine writes it."""
    outcomes = Outcome("says\n"), Outcome(data=GRAPH), Outcome(error=Error(**ERROR))
    written = recording.as_record({(UNIT, ELSEWHERE): Result(outcomes)}, scheduler.environments.package_digests)
    return dict(json.loads(json.dumps(written)))


def read(scheduler: Scheduler, file: Path, content: object) -> dict[Interpreter, dict[Unit, Result]]:
    file.write_text(json.dumps(content) if isinstance(content, dict | list) else str(content), encoding="utf-8")
    return records.read(file, [UNIT], scheduler.store)


def places(content: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each value in a record."""
    inside = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for name, value in inside:
        yield (*path, name)
        yield from places(value, (*path, name))


def with_change(content: Any, path: tuple[Any, ...], change: Callable[[Any, Any], None]) -> Any:
    changed = copy.deepcopy(content)
    holder = changed
    for name in path[:-1]:
        holder = holder[name]
    change(holder, path[-1])
    return changed


VALUES: dict[str, Any] = {
    "none": None,
    "a list": ["text/plain"],
    "an empty object": {},
    "an object": {"text/plain": 3},
    "a number": 7,
    "a huge number": 10**4000,
    "not a number": float("nan"),
    "a boolean": True,
    "nothing": "",
    "half a character": "\ud800",
    "control characters": "\x00\x07\x1b[31m\x1b]8;;http://example.org\x07",
    "lines": "3.14.2\n../../up",
    "a path": "../../../etc/passwd",
    "markup": f'"></style></script>{SCRIPT}',
    "much": "9" * 10_000,
}


def right(results: dict[Interpreter, dict[Unit, Result]]) -> bool:
    """Whether what was read can be drawn and written: texts, where texts belong, under keys that mean nothing else."""
    for python, units in results.items():
        assert set(python.key) <= set("abcdefghijklmnopqrstuvwxyz0123456789._-"), python.key
        json.dumps([python.name, python.identity], ensure_ascii=False).encode()
        for unit, result in units.items():
            assert len(result.cells) == len(unit.cells)
            for cell in result.cells:
                error = asdict(cell.error) if cell.error else {}
                texts = [cell.text, *(cell.data or {}).values(), *error.values()]
                assert all(isinstance(text, str) and text.encode() is not None for text in texts)
                assert {*(cell.data or ())} <= {"text/plain", "text/vnd.graphviz"} and cell.reached is True
                assert cell.data is None or "text/plain" in cell.data
    return True


def test_a_record_is_read_as_it_was_written(scheduler: Scheduler, tmp_path: Path) -> None:
    ((python, units),) = read(scheduler, tmp_path / "away.json", recorded(scheduler)).items()
    assert python.identity == ELSEWHERE.identity
    shown = {kind: text for kind, text in GRAPH.items() if kind != "text/html"}
    assert [cell.data for cell in units[UNIT].cells] == [None, shown, None]
    assert units[UNIT].cells[2].error == Error(**ERROR)


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_any_other_value_anywhere_is_refused_in_one_line_or_is_a_text_like_another(
    scheduler: Scheduler, tmp_path: Path, value: Any
) -> None:
    original, file = recorded(scheduler), tmp_path / "away.json"
    refused = 0
    for path in places(original):
        try:
            assert right(
                read(scheduler, file, with_change(original, path, lambda at, name: at.__setitem__(name, value)))
            )
        except RecordError as error:
            refused += 1
            message = str(error)
            assert message.startswith(f"{file}: ") and message.endswith("."), message
            assert len(message) < 500 and all(letter.isprintable() for letter in message), (path, message)
    assert refused > 10


def test_a_record_that_lacks_anything_is_refused_by_name(scheduler: Scheduler, tmp_path: Path) -> None:
    original, file = recorded(scheduler), tmp_path / "away.json"
    # A Python that was not recorded is no column; what is not displayed as a graph is displayed as text.
    may_lack = [("interpreters", 0), ("interpreters", 0, "flags", 0)]
    may_lack += [("runs", 0, "cells", 1, "data", kind) for kind in ("text/vnd.graphviz", "text/html")]
    for path in places(original):
        changed = with_change(original, path, lambda at, name: at.__delitem__(name))
        if path in may_lack:
            assert right(read(scheduler, file, changed))
            continue
        with pytest.raises(RecordError, match=r"away\.json: "):
            read(scheduler, file, changed)


@pytest.mark.parametrize(
    "says",
    [
        "\ufeff{}",
        "[" * 100_000,
        '{"record":' * 100_000,
        '{"record": 1, "runs": ' + "[" * 100_000,
        "9" * 10_000,
        "\x00",
        "NaN",
    ],
)
def test_what_a_parser_chokes_on_is_refused(scheduler: Scheduler, tmp_path: Path, says: str) -> None:
    with pytest.raises(RecordError, match=r"away\.json: this is no record of runs"):
        read(scheduler, tmp_path / "away.json", says)


IDENTITIES = {
    "a language that is no version": ({"language": "3"}, "is no version of the language"),
    "a language with markup": ({"language": "3.14\"><script>alert('run')</script>"}, "is no version of the language"),
    "a Pyodide": ({"pyodide": "314.0.7"}, "of which there are no records"),
    "a build string of megabytes": ({"build": "x" * 5_000_000}, "more length than any Python"),
    "flags without end": ({"flags": ["x"] * 10_000}, "more length than any Python"),
}


@pytest.mark.parametrize("changes, says", IDENTITIES.values(), ids=IDENTITIES)
def test_a_python_that_is_none_is_refused(
    scheduler: Scheduler, tmp_path: Path, changes: dict[str, Any], says: str
) -> None:
    content = recorded(scheduler)
    content["interpreters"][0].update(changes)
    with pytest.raises(RecordError, match=rf"away\.json: this is no record of runs .*{says}"):
        read(scheduler, tmp_path / "away.json", content)


@pytest.mark.skipif(os.name != "posix", reason="a name that other systems do not allow")
def test_the_name_of_a_file_does_nothing_to_a_terminal(scheduler: Scheduler, tmp_path: Path) -> None:
    with pytest.raises(RecordError) as refused:
        read(scheduler, tmp_path / "away\n\x1b[2J.json", "{")
    assert str(refused.value).startswith(f"{tmp_path}/away\\n\\x1b[2J.json: this is no record of runs")


def test_a_record_too_large_to_be_one_is_refused_before_it_is_read(scheduler: Scheduler, tmp_path: Path) -> None:
    with (tmp_path / "away.json").open("wb") as file:
        file.truncate(100 * LARGEST)  # takes no room on the disk, and would take two gigabytes of memory
    with pytest.raises(RecordError, match=r"away\.json: .* more than 20,000,000 bytes"):
        records.read(tmp_path / "away.json", [UNIT], scheduler.store)


@pytest.mark.parametrize("size, refused", [(LARGEST, False), (LARGEST + 1, True)])
def test_the_largest_record_that_is_read_has_twenty_million_bytes(
    scheduler: Scheduler, tmp_path: Path, size: int, refused: bool
) -> None:
    content = json.dumps(recorded(scheduler))
    (tmp_path / "away.json").write_text(content.ljust(size), encoding="utf-8")
    with pytest.raises(RecordError) if refused else contextlib.nullcontext():
        assert right(records.read(tmp_path / "away.json", [UNIT], scheduler.store))


def test_a_record_of_another_version_says_so_in_a_few_words(scheduler: Scheduler, tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=rf"a record of another kind \('{'9' * 39}\)"):
        read(scheduler, tmp_path / "away.json", {**recorded(scheduler), "record": "9" * 1000})


def test_a_record_with_an_outcome_too_many_is_refused(scheduler: Scheduler, tmp_path: Path) -> None:
    content = recorded(scheduler)
    content["runs"][0]["cells"] *= 2
    with pytest.raises(RecordError, match=r"away\.json: stale"):
        read(scheduler, tmp_path / "away.json", content)


@pytest.mark.skipif(not os.path.exists("/proc/self/mem"), reason="needs a file that cannot be read from its beginning")
def test_a_file_that_cannot_be_read_is_refused(scheduler: Scheduler, tmp_path: Path) -> None:
    (tmp_path / "away.json").symlink_to("/proc/self/mem")
    with pytest.raises(RecordError, match=r"away\.json: this is no record of runs"):
        records.read(tmp_path / "away.json", [UNIT], scheduler.store)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="makes a pipe")
def test_a_pipe_is_refused_and_not_waited_for(scheduler: Scheduler, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "away.json")
    with pytest.raises(RecordError, match="it is not a file"):
        records.read(tmp_path / "away.json", [UNIT], scheduler.store)


DOTS = {
    "links and files": 'digraph "f" { URL="javascript:alert(1)"; node [image="/etc/passwd", shapefile="/etc/passwd"]; '
    'a [label="SCRIPT", URL="javascript:alert(1)", tooltip="SCRIPT", class="x\\" onload=\\"alert(1)"]; a -> b; }',
    "markup": 'digraph "f" { a [label=<<b>SCRIPT</b>>]; }',
    "millions of edges": 'digraph "f" { {SCRIPT} -> {b} }',
    "no graph": "SCRIPT",
}
PAGE = ("print('says')", "'picture'", "---\ntags: [raises-exception]\n---\n{}['key']")
BY_PYTHON = "---\nname: facts\ntags: [by-python]\n---\nprint('width: 64')"


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built site, of whose columns two come from elsewhere, the published default one of them: all is markup."""
    site = small_site(tmp_path_factory.mktemp("poisoned"))
    site.theme = "furo"
    varies = "volatile: {'*': everything}\nkernelspec:"
    cells = "\n\n".join(f"```{{code-cell}} python\n{cell}\n```" for cell in (*PAGE, *PAGE[1:2] * len(DOTS), BY_PYTHON))
    text = f"{FRONT.replace('kernelspec:', varies)}# Index\n\n{cells}\n\n```{{example}} greet\n```\n\n"
    site.write(
        "docs/index.md", f"{text}```{{by-python}} facts\n```\n\n```{{differences}}\n```\n\n```{{programs}}\n```\n"
    )
    assert site.record().returncode == 0
    content = json.loads((site.root / "records/away.json").read_text(encoding="utf-8"))
    for run in content["runs"]:
        for index, cell in enumerate(run["cells"]):
            svg = {"image/svg+xml": f"<svg>{SCRIPT}</svg>", "text/html": SCRIPT}
            dot = [*DOTS.values()][index - len(PAGE) : index - len(PAGE) + 1] if index >= len(PAGE) else []
            graph = {"text/vnd.graphviz": dot[0].replace("SCRIPT", SCRIPT)} if dot else {}
            cell.update(text=f"{SCRIPT}: {SCRIPT}\n\x00\x07\x1b[31m", data={"text/plain": SCRIPT, **svg, **graph})
            if cell["error"]:
                cell["error"] = {"type": SCRIPT, "message": SCRIPT, "traceback": f"{SCRIPT}\n\x1b[31m{SCRIPT}"}
    for implementation, version in (("cpython", "3.99.0"), ("pypy", "9.9.9")):
        about = {"implementation": implementation, "version": version, "build": SCRIPT, "flags": [SCRIPT]}
        content["interpreters"][0].update(about, language="3.14.0", free_threaded=False)
        key = Interpreter.of(content["interpreters"][0]).key
        for run in content["runs"]:
            run["interpreter"] = key
        (site.root / "records" / f"{implementation}.json").write_text(json.dumps(content), encoding="utf-8")
    (site.root / "records/away.json").unlink()
    site.built()
    return site.root / "out"


def test_nothing_in_a_record_runs_on_any_page(poisoned: Path) -> None:
    pages = {file: BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser") for file in poisoned.rglob("*.html")}
    assert len(pages) > 2
    for file, page in pages.items():
        assert not [script for script in page.select("script") if "alert" in script.get_text()], file
        assert not page.select("iframe, object, embed, foreignObject, image, svg a, svg script, body b"), file
        for element in page.find_all(True):
            values = [
                str(value) for name, value in element.attrs.items() if name in ("href", "src", "xlink:href", "style")
            ]
            assert not [name for name in element.attrs if name.startswith("on")], (file, element)
            assert not [value for value in values if "alert" in value], (file, element)


def test_what_a_record_says_is_on_the_page_as_text(poisoned: Path) -> None:
    page = BeautifulSoup((poisoned / "index.html").read_text(encoding="utf-8"), "html.parser")
    texts = [pre.get_text() for pre in page.select(".outcome pre")]
    assert sum(SCRIPT in text for text in texts) >= 2 * len(PAGE)
    assert SCRIPT in page.select_one("figure.picture svg desc").get_text()  # type: ignore[union-attr]
    drawn = [text.get_text() for text in page.select("figure.picture svg text")]
    assert SCRIPT in drawn, "the label of the one graph that is drawn"
    cells = [cell.get_text() for cell in page.select("table.by-python td")]
    assert f" {SCRIPT}" in cells or SCRIPT in cells
    runs = json.loads((poisoned / "runs.json").read_text(encoding="utf-8"))
    assert runs["published_default"].startswith("cpython-3.99.0-")
    kinds = {
        kind
        for unit in runs["units"]
        for cell in unit["cells"]
        for v in cell["variants"]
        for o in v["outputs"]
        for kind in o
    }
    assert kinds == {"text/plain", "text/vnd.graphviz"}
