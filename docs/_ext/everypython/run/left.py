"""What a process has left, read as data of somebody else: what it printed, and what it reported of its cells."""

from __future__ import annotations

import ast
import json
import os
import re
import signal
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO, TypeGuard

from ..model.outcome import Error, Outcome, Problem, Result
from ..model.units import Unit
from .cell_runner import RICH
from .node import MOST

TOO_MUCH = f"printed more than {MOST:,} bytes"
LONGEST_REPORT = 20 * MOST  # bytes: what is displayed is escaped there
FORKED = "forked"  # a report of a process that a cell forked, and that went on as the cell's own
KINDS = {"text/plain", *RICH}


TEXT = r"""(?:'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")"""
TEXTS = rf"(?:None|\{{{TEXT}: {TEXT}(?:, {TEXT}: {TEXT})*\}})"
PLACES = r"\(\d{1,15}, \d{1,15}\)"
CELL = rf"\{{'printed': {PLACES}, 'trace': {PLACES}, 'data': {TEXTS}, 'error': {TEXTS}, 'exits': (?:None|{TEXT})\}}"
LINE = re.compile(rf"'{FORKED}'|{CELL}")


class Unreadable(Exception):
    """A process has left what none of ours leaves; the message says what."""

    def __init__(self, says: str, cell: int = 0) -> None:
        super().__init__(says)
        self.cell = cell
        """How many cells had been reported of before."""


def records(report: BinaryIO, printed: bytes, of_node: bool) -> list[Mapping[str, Any]]:
    """Return what a process reported of each cell. Raises Unreadable for anything that the runner does not write."""
    read: Callable[[str], Any] = json.loads if of_node else literal
    found: list[Mapping[str, Any]] = []
    end = 0
    report.seek(0)
    told = report.read(LONGEST_REPORT + 1)
    for line in told.splitlines():
        try:
            record = read(line.decode("utf-8"))
        except (ValueError, SyntaxError, RecursionError, MemoryError) as error:
            raise Unreadable("wrote into its report", len(found)) from error
        if record == FORKED:
            raise Unreadable("forked a process that came back from the cell: end it with os._exit()", len(found))
        if not is_record(record, end, len(printed)):
            raise Unreadable(
                TOO_MUCH if len(printed) > MOST else "wrote into its report, or changed its log", len(found)
            )
        end = record["trace"][1]
        found.append(record)
    if not is_still_there(report):
        raise Unreadable("put something else where its report stands", len(found))
    return found


def literal(line: str) -> Any:
    """Return what the runner has written. Only what looks like it is parsed: other literals can take all memory."""
    if not LINE.fullmatch(line):
        raise ValueError("the runner writes no such line")
    return ast.literal_eval(line)


def is_still_there(file: BinaryIO) -> bool:
    """Whether a file that is open still stands where it was opened."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), os.lstat(file.name))
    except OSError:
        return False


def is_record(record: object, start: int, end: int) -> bool:
    """Whether this is what the runner says of a cell whose output lies between two places of the log."""
    if not isinstance(record, dict) or record.keys() != {"printed", "trace", "data", "error", "exits"}:
        return False
    places = [*as_pair(record["printed"]), *as_pair(record["trace"])]
    data, error, exits = record["data"], record["error"], record["exits"]
    return (
        len(places) == 4
        and sorted([start, *places, end]) == [start, *places, end]
        and (data is None or (is_texts(data) and {"text/plain"} <= data.keys() <= KINDS))
        and (error is None or (is_texts(error) and error.keys() == {"type", "message"}))
        and (exits is None or isinstance(exits, str))
    )


def as_pair(value: object) -> list[int]:
    pair = list(value) if isinstance(value, (list, tuple)) else []
    return pair if len(pair) == 2 and all(type(each) is int for each in pair) else []


def is_texts(value: object) -> TypeGuard[dict[str, str]]:
    return isinstance(value, dict) and all(isinstance(each, str) for each in (*value, *value.values()))


def ended(status: int | None, timeout: float) -> str:
    """Return how a process ended, in words."""
    if status is None:
        return f"did not end within {timeout:g} s and was stopped"
    if status >= 0:
        return f"ended its process (exit status {status})"
    try:
        return f"ended its process ({signal.Signals(-status).name})"
    except ValueError:
        return f"ended its process (signal {-status})"


def text(printed: bytes) -> str:
    return printed.decode("utf-8", "backslashreplace").replace("\r\n", "\n")


def writable(texts: Mapping[str, str] | None) -> dict[str, str] | None:
    """Return texts that can be written as UTF-8, which half of a surrogate pair cannot."""
    return {name: text(told.encode("utf-8", "backslashreplace")) for name, told in texts.items()} if texts else None


def result_of_page(
    unit: Unit, told: list[Mapping[str, Any]], printed: bytes, status: int | None, timeout: float
) -> Result:
    """Cut what was printed into cells; what a process that died early did not reach says so. Raises Unreadable."""
    if len(printed) > MOST or len(told) > len(unit.cells):
        raise Unreadable(TOO_MUCH if len(printed) > MOST else "wrote into its report", len(told))
    cells: list[Outcome] = []
    says, end = "", 0
    for record in told:
        (start, middle), (_, end) = record["printed"], record["trace"]
        raised = writable(record["error"])
        error = Error(**raised, traceback=text(printed[middle:end])) if raised else None
        cells.append(Outcome(text(printed[start:middle]), writable(record["data"]), error))
        shown = sum(map(len, (record["data"] or {}).values()))
        if shown > MOST:
            raise Unreadable(f"displays {shown:,} characters, more than {MOST:,}", len(cells) - 1)
    at, rest = len(told), text(printed[end:]).strip()[-2000:]
    if told and told[-1]["exits"] is not None:
        at, says = at - 1, f"called sys.exit({told[-1]['exits'][:200]})"
    elif at < len(unit.cells):
        says = ended(status, timeout) + (f", having printed:\n{rest}" if rest else "")
    elif status != 0:
        at, says = at - 1, f"after the last cell, {ended(status, timeout)}"
    elif rest:
        says = "after the last cell, while Python exits, this is printed; make it an example, where a reader sees it:\n"
        at, says = at - 1, says + rest
    cells += [Outcome(reached=False) for _ in unit.cells[len(told) :]]
    return Result(tuple(cells), Problem(at, says, endless=status is None) if says else None)


def result_of_program(printed: bytes, status: int | None, timeout: float) -> Result:
    """Return a program's one outcome: its error is the traceback that ends what it printed. Raises Unreadable."""
    if len(printed) > MOST:
        raise Unreadable(TOO_MUCH)
    said, mark, trace = text(printed).rpartition("Traceback (most recent call last):\n")
    if status == 0:
        return Result((Outcome(text(printed)),))
    if status != 1 or not mark or not trace.strip():
        says = f"{ended(status, timeout)}, having printed:\n{text(printed)[-2000:].strip()}"
        return Result((Outcome(text(printed), reached=False),), Problem(0, says, endless=status is None))
    kind, _, message = trace.strip().splitlines()[-1].partition(": ")
    return Result((Outcome(said, error=Error(kind, message, mark + trace)),))
