"""What the interpreter itself holds: `why_alive` begins there, and `referrers` says so in a line."""

import asyncio
import contextvars
import os
import signal
import sys
import threading
import weakref

import pytest
from raw_memory import COUNTED, FREE_THREADED, counted, deep_on_pypy, run

from refdemo.holders import referrers, why_alive

THE_INTERPRETER = "the interpreter"


class Handler:
    def __call__(self, *arguments):
        return None

    def method(self, *arguments):
        return None


def kept_by(keep):
    """Let something keep a new handler, and return a weak reference to the handler."""
    made = Handler()
    keep(made)
    return weakref.ref(made)


def told(witness):
    """Return the root, the label of the first link, and the lines of `referrers`."""
    chain = why_alive(witness())
    return chain.root, chain.links[0].label, [each.words for each in referrers(witness())]


@deep_on_pypy
@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="this system has no such signal")
def test_a_handler_of_a_signal_is_a_root():
    before = signal.getsignal(signal.SIGUSR1)
    witness = kept_by(lambda handler: signal.signal(signal.SIGUSR1, handler))
    try:
        root, label, lines = told(witness)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert (root, label) == (THE_INTERPRETER, "handler of signal SIGUSR1")
    assert "handler of signal `SIGUSR1`" in lines


@deep_on_pypy
@pytest.mark.parametrize("kind", ["trace", "profile"])
def test_a_function_that_is_told_of_calls_is_a_root(kind):
    change, before = getattr(sys, f"set{kind}"), getattr(sys, f"get{kind}")()
    witness = kept_by(change)
    try:
        root, label, _ = told(witness)
    finally:
        change(before)
    assert (root, label) == (THE_INTERPRETER, f"{kind} function of this thread")


@deep_on_pypy
def test_a_hook_of_asynchronous_generators_is_a_root():
    before = sys.get_asyncgen_hooks()
    witness = kept_by(lambda handler: sys.set_asyncgen_hooks(finalizer=handler))
    try:
        root, label, _ = told(witness)
    finally:
        sys.set_asyncgen_hooks(*before)
    assert (root, label) == (THE_INTERPRETER, "finalizer hook of asynchronous generators")


@deep_on_pypy
def test_a_hook_of_sys_is_a_global_of_it():
    before = sys.excepthook
    witness = kept_by(lambda handler: setattr(sys, "excepthook", handler))
    try:
        root, label, _ = told(witness)
    finally:
        sys.excepthook = before
    assert (root, label) == ("module sys", "global excepthook")


@deep_on_pypy
def test_what_the_current_context_holds_is_told_by_the_variable():
    variable = contextvars.ContextVar("request")

    def ask():
        return told(kept_by(variable.set))

    root, label, lines = contextvars.copy_context().run(ask)
    assert (root, label) == (THE_INTERPRETER, "value of context variable request in the current context")
    if COUNTED:  # PyPy writes contexts in Python
        assert lines == ["value of context variable `request` in a Context"]


@counted
def test_what_the_context_of_a_timer_holds_is_told_by_the_variable_and_the_timer():
    variable = contextvars.ContextVar("request")
    loop = asyncio.new_event_loop()

    def schedule():
        handler = Handler()
        variable.set(handler)
        loop.call_later(3600, print)
        return weakref.ref(handler)

    witness = contextvars.Context().run(schedule)
    root, _, [line] = told(witness)
    loop.close()
    assert root.startswith("running function")
    assert line.startswith("value of context variable `request` in a Context, attribute `._context` of a TimerHandle")


@pytest.mark.skipif(not hasattr(sys, "_current_exceptions"), reason="this Python cannot tell what is being handled")
@deep_on_pypy
class TestAnExceptionBeingHandled:
    def test_is_a_root_in_this_thread(self):
        witnesses = []

        def fail():
            handler = Handler()
            witnesses.append(weakref.ref(handler))
            raise LookupError(handler)

        try:
            fail()
        except LookupError:
            chain = why_alive(witnesses[0]())
        assert chain.root == "running function test_is_a_root_in_this_thread"
        assert chain.links[0].label == "exception being handled"

    @pytest.mark.skipif(FREE_THREADED, reason="without its lock other threads are not looked at")
    def test_is_a_root_in_another_thread_with_what_its_frames_hold(self):
        ready, done, box = threading.Event(), threading.Event(), []

        def handle():
            request = Handler()
            box.append(weakref.ref(request))
            raise ConnectionError

        def serve():
            try:
                handle()
            except ConnectionError:
                ready.set()
                done.wait()

        thread = threading.Thread(target=serve, name="Server")
        thread.start()
        ready.wait()
        try:
            chain = why_alive(box[0]())
        finally:
            done.set()
            thread.join()
        assert chain.root == "running function serve in thread Server"
        assert chain.links[0].label == "exception being handled"
        assert chain.links[-1].label == "local request"


@deep_on_pypy
def test_what_a_local_of_threads_holds_is_told_as_its_attribute():
    program = """
import threading, weakref
from refdemo.holders import referrers, why_alive
class Handler: pass
local = threading.local()
local.handler = Handler()
print(why_alive(local.handler))
print(*referrers(local.handler))
"""
    assert run(program).splitlines() == [
        "module __main__",
        "  global local: threading.local",
        "    .handler: the object",
        "attribute `.handler` of a threading.local",
    ]


class TestWhatCCodeKeepsFunctionsIn:
    @counted
    def test_search_functions_for_codecs_are_told(self):
        program = """
import codecs, weakref
from refdemo.holders import why_alive
class Handler:
    def method(self, name): pass
def keep():
    handler = Handler()
    codecs.register(handler.method)
    return weakref.ref(handler)
print(why_alive(keep()()))
"""
        lines = run(program).splitlines()
        assert lines[:2] == ["the interpreter", "  list of search functions for codecs: list"]
        assert lines[-1].endswith("the object")

    @counted
    def test_error_handlers_of_codecs_are_told(self):
        program = """
import codecs, weakref
from refdemo.holders import why_alive
class Handler:
    def __call__(self, error): pass
def keep():
    handler = Handler()
    codecs.register_error("mine", handler)
    return weakref.ref(handler)
print(why_alive(keep()()))
"""
        assert run(program).splitlines() == [
            "the interpreter",
            "  dict of error handlers for codecs: dict",
            "    ['mine']: the object",
        ]

    @counted
    @pytest.mark.parametrize("register", ["atexit.register", "os.register_at_fork"])
    def test_others_are_hinted_at(self, register):
        if register.startswith("os") and not hasattr(os, "register_at_fork"):
            pytest.skip("this system has no fork")
        program = f"""
import atexit, os, weakref
from refdemo.holders import why_alive
class Handler:
    def method(self): pass
def keep():
    handler = Handler()
    {register}({"before=" * register.startswith("os")}handler.method)
    return weakref.ref(handler)
print(why_alive(keep()()))
"""
        first, *_, last = run(program).splitlines()
        assert first.startswith("reached from a ")
        assert "1 reference to which is held where Python code cannot look, such as in " in first
        assert register.partition(".")[0] in first
        assert last.endswith(".__self__: the object")
