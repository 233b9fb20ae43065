"""Run a notebook's cells in this Python, as if they were typed at its prompt.

The one program that runs cells: a child process of any Python from 3.10 on, or Pyodide, under Node and in a reader's
browser. It imports nothing that start-up has not imported, keeps no reference to anything displayed or raised, and
touches no setting of the collector. What it must still alter is measured by tests/engine/run/test_fidelity.py.

Called as ``python cell_runner.py CELLS LOG REPORT``: a marshalled list of sources, the file that descriptors 1 and 2
append to, and the file that gets a line a cell, a Python literal: where the cell's output starts and ends in LOG,
what its last expression displays, its error.
"""

import builtins
import marshal
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:  # not from typing: see above; annotations are strings for the same reason
    from collections.abc import Callable
    from typing import Any

RICH = ("image/svg+xml", "text/vnd.graphviz")  # never HTML: an output must not bring markup into a page


def split(source: str) -> "tuple[str, str]":
    """Return a cell before its last expression, and that expression or nothing; both keep their line numbers.

    Found by trying where the last statement starts. `ast`, and even a call of `compile`, would make CPython create its
    node types, more than a thousand tracked objects; `exec` and `eval` of a text do not.
    """
    lines = source.split("\n")
    for first in reversed(range(len(lines))):
        if lines[first][:1] not in ("", " ", "\t", "#") and not (first and lines[first - 1].endswith("\\")):
            last = "\n".join(lines[first:])
            try:
                eval("lambda: (\n" + last + "\n)")
            except (SyntaxError, ValueError):
                continue
            return "\n".join(lines[:first]), "\n" * first + last
    return source, ""


def displayed(value: object) -> "dict[str, str] | None":
    """Return what the prompt shows for a value, by MIME type; nothing for None."""
    if value is None:
        return None
    bundle = getattr(type(value), "_repr_mimebundle_", None)
    rich = dict(bundle(value)) if bundle else {}
    return {"text/plain": exact(repr(value)), **{kind: exact(str(rich[kind])) for kind in RICH if kind in rich}}


def exact(text: str) -> str:
    """Return a text whose methods are those of `str`: what `repr` returns may be of a class that the cell defines."""
    return "".join([text])


def printed_error(error: BaseException) -> "dict[str, str]":
    """Print a traceback without the runner's own frames; return the error's type and message."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    error.__traceback__ = trace
    sys.excepthook(type(error), error, trace)
    try:
        message = exact(str(error))
    except Exception:
        message = "<exception str() failed>"
    return {"type": exact(type(error).__name__), "message": message}


def fresh_main() -> "dict[str, Any]":
    """Return an empty ``__main__`` like the prompt's, in place of this program's own."""
    module = type(sys)("__main__")
    module.__dict__["__builtins__"] = builtins
    module.__loader__ = builtins.__loader__
    if sys.version_info < (3, 14):
        module.__annotations__ = {}
    sys.modules["__main__"] = module
    sys.argv[:] = [""]
    sys.path[0] = ""
    return module.__dict__


def written(log: str) -> int:
    """Return how many bytes the log holds once both streams are flushed."""
    for stream in (sys.stdout, sys.stderr):
        try:  # noqa: SIM105  # contextlib would have to be imported
            stream.flush()
        except (AttributeError, OSError, ValueError):
            pass  # a cell may have closed or replaced it
    return os.stat(log).st_size


def run(
    sources: "list[str]", namespace: "dict[str, Any]", log: str, report: "Callable[[dict[str, Any]], None]"
) -> None:
    """Run each source in turn and report on it; after an exception the next one runs."""
    for source in sources:
        start, middle = written(log), None
        data = error = exits = None
        try:
            body, last = split(source)
            exec(body, namespace)
            if last:
                value = eval(last, namespace)
                try:
                    data = displayed(value)
                finally:
                    del value
        except SystemExit as caught:
            exits = repr(caught.code)
        except BaseException as caught:
            middle = written(log)
            error = printed_error(caught)
        end = written(log)
        middle = end if middle is None else middle
        report({"printed": (start, middle), "trace": (middle, end), "data": data, "error": error, "exits": exits})
        if exits is not None:
            return


def prompt(log: str) -> "Callable[[str], dict[str, Any]]":
    """For Pyodide, which is told one source after another: a function that runs a source and returns the report."""
    namespace = fresh_main()
    reports: list[dict[str, Any]] = []

    def typed(source: str) -> "dict[str, Any]":
        run([source], namespace, log, reports.append)
        return reports.pop()

    return typed


def main(cells: str, log: str, report: str) -> None:
    process = os.getpid()
    # without waiting for somebody to read, should a cell have put a pipe there
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)

    def append(record: "dict[str, Any]") -> None:
        forked = os.getpid() != process
        file = os.open(report, flags, 0o600)
        try:
            os.write(file, ascii("forked" if forked else record).encode() + b"\n")
        finally:
            os.close(file)
        if forked:
            os._exit(0)

    with open(cells, "rb") as file:
        sources = marshal.load(file)
    run(sources, fresh_main(), log, append)


if __name__ == "__main__":
    main(*sys.argv[1:])
