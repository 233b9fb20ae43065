"""Attacks on the sentences of background/how-this-site-knows."""

import builtins
import code
import contextlib
import gc
import io
import os
import sys
import weakref

_HERE = sys._getframe()


class _Note(list):
    pass


def outputs_come_from_a_plain_process():
    """Look for what a notebook, a debugger or a test runner would have left in the process."""
    yield "no program but the runner calls the cells", _callers() in (["run", "main", "<module>"], ["run", "typed"])
    loaded = {name.partition(".")[0] for name in sys.modules}
    yield (
        "nothing of a notebook or a test is imported",
        not loaded & {"IPython", "ipykernel", "pytest", "sphinx"},
    )
    yield "no trace or profile function is set", sys.gettrace() is None and sys.getprofile() is None
    if sys.platform != "emscripten":  # Pyodide's host has hooks of its own
        yield "the hooks are Python's", sys.displayhook is sys.__displayhook__ and sys.excepthook is sys.__excepthook__
    yield "nothing displayed is kept", not hasattr(builtins, "_") and not hasattr(sys, "last_value")
    yield "the collector is on", gc.isenabled()


def _callers():
    frame, names = _HERE.f_back, []
    while frame:
        names.append(frame.f_code.co_name)
        frame = frame.f_back
    return names


def a_prompt_holds_what_it_displays():
    """Display objects at a prompt and give it an error, as a kernel does, and let go of them."""
    for kind, made in (("a list", "Note('ab')"), ("a set", "{1, 2}"), ("a function", "lambda: 0")):
        witness = _at_a_prompt(f"obj = {made}; witnesses.append(weakref.ref(obj))", "obj", "del obj")
        yield f"{kind} that was displayed", witness() is not None
        del builtins._
    failed = "def fail(note): witnesses.append(weakref.ref(note)); raise ValueError\n"
    witness = _at_a_prompt(failed, "fail(Note('ab'))")
    yield "a variable of a function that failed", witness() is not None
    for name in ("last_value", "last_exc", "last_type", "last_traceback"):
        if hasattr(sys, name):
            delattr(sys, name)
    gc.collect()
    yield "and no longer when the prompt forgets it", witness() is None


def _at_a_prompt(*lines):
    names = {"Note": _Note, "weakref": weakref, "witnesses": []}
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        prompt = code.InteractiveInterpreter(names)
        for line in lines:
            prompt.runsource(line)
    gc.collect()
    return names["witnesses"][0]


def what_the_runner_alters_is_small():
    """Count what it adds, and look for what it could have changed."""
    yield "it is no module that can be imported", "cell_runner" not in sys.modules
    yield "the collector knows few objects", len(gc.get_objects()) < 40_000
    yield "a cell's names are a module's", _HERE.f_globals["__name__"] == "__main__"
    yield "its arguments are not the cell's", sys.argv == [""] and sys.path[0] == ""
    yield "it keeps nothing of the machine's user", "SHELL" not in os.environ


def a_run_knows_nothing_of_the_machine_that_builds():
    """Look for the user's files, variables and terminal."""
    yield "the home folder is empty", os.listdir(os.path.expanduser("~")) == []
    yield "the working folder is empty", os.listdir() == []
    yield "there is no terminal", not sys.stdout.isatty() and not sys.stderr.isatty()
    yield "no variable names a shell or a secret", not {"SHELL", "SSH_AUTH_SOCK", "GITHUB_TOKEN"} & os.environ.keys()
    yield "text is UTF-8", sys.stdout.encoding.lower() == "utf-8"
