import gc
import sys
import threading
import weakref

import pytest
from raw_memory import FREE_THREADED, counted, run

from refdemo._searching.frames import bound_names, running_frames, running_locals


class Thing:
    pass


def names_of(thing):
    """(name, function) of each variable that refers to the argument, but for this function's own."""
    address = id(thing)
    del thing
    return [(local.name, local.function) for local in running_locals(of=address)]


class TestALocalIsFound:
    def test_in_the_caller_and_in_its_callers(self):
        def inner(b):
            return names_of(b)

        def outer(a):
            return inner(a)

        x = Thing()
        here = "test_in_the_caller_and_in_its_callers"
        assert outer(x) == [("b", "inner"), ("a", "outer"), ("x", here)]

    def test_under_each_of_its_names(self):
        x = y = Thing()
        assert {name for name, _ in names_of(x)} == {"x", "y"}
        assert y

    def test_of_each_kind_of_parameter(self):
        def function(a, /, b, *c, d, **e):
            return names_of(a), names_of(b), names_of(c), names_of(d), names_of(e)

        found = function(Thing(), Thing(), Thing(), d=Thing(), f=Thing())
        assert found == tuple([(name, "function")] for name in "abcde")

    def test_until_it_is_deleted(self):
        x = Thing()
        kept = [x]
        del x
        found = names_of(kept[0])  # pytest's assert would keep it in a variable of its own
        assert found == []

    def test_that_an_inner_function_shares(self):
        x = Thing()

        def inner():
            return names_of(x)

        here = "test_that_an_inner_function_shares"
        assert inner() == [("x", "inner"), ("x", here)]

    def test_that_an_inner_function_shares_with_a_parameter(self):
        def function(a, b, c):
            def inner():
                return b

            return names_of(a), names_of(b), names_of(c), inner

        found = function(Thing(), Thing(), Thing())[:3]
        assert found == ([("a", "function")], [("b", "function")], [("c", "function")])

    def test_in_a_running_generator(self):
        def steps():
            x = Thing()
            yield names_of(x)

        assert next(steps()) == [("x", "steps")]

    def test_in_a_comprehension(self):
        found = [names_of(each) for each in [Thing()]]
        # 3.12 and newer run it in the function itself (PEP 709).
        inlined = sys.version_info >= (3, 12)
        assert found == [[("each", "test_in_a_comprehension" if inlined else "<listcomp>")]]

    def test_among_the_names_of_a_running_class_body(self):
        class Body:
            found = names_of(sys._getframe().f_locals)

        assert Body.found == [("", "Body")]


def in_another_thread(work, look):
    """What `look` gives while `work` waits in a thread of its own, with what `work` passed on."""
    ready, done, box = threading.Event(), threading.Event(), []

    def body():
        work(box, lambda: (ready.set(), done.wait()))

    thread = threading.Thread(target=body, name="Worker")
    thread.start()
    ready.wait()
    try:
        return look(box[0])
    finally:
        done.set()
        thread.join()


class TestOtherThreads:
    def test_are_looked_into_where_that_is_safe(self):
        def work(box, wait):
            theirs = Thing()
            box.append(id(theirs))
            wait()

        def look(address):
            return [(local.name, local.where) for local in running_locals() if local.address == address]

        found = in_another_thread(work, look)
        safe = not FREE_THREADED or sys._is_gil_enabled()
        assert found == ([("theirs", "running function `work` in thread `Worker`")] if safe else [])

    def test_come_after_this_one(self):
        def work(box, wait):
            box.append(1)
            wait()

        threads = in_another_thread(work, lambda _: [local.thread for local in running_locals()])
        assert threads[0] == ""
        assert threads == sorted(threads, key=bool)


class TestAskingLeavesNoTrace:
    @counted
    def test_in_counts(self):
        x = Thing()

        def inner():
            return x

        y, kept = Thing(), [inner]
        before = sys.getrefcount(x), sys.getrefcount(y), sys.getrefcount(kept)
        running_locals()
        assert (sys.getrefcount(x), sys.getrefcount(y), sys.getrefcount(kept)) == before

    def test_in_lifetimes(self):
        x = Thing()
        gone = weakref.ref(x)
        found = running_locals(), running_locals()
        del x
        gc.collect()
        assert gone() is None
        assert found

    def test_in_frames_that_have_ended(self):
        def function():
            x = Thing()
            running_locals()
            return weakref.ref(x)

        gc.disable()
        gone = function()
        if not hasattr(sys, "getrefcount"):
            gc.collect()
        assert gone() is None

    @counted
    def test_in_a_dict_that_locals_gave(self):
        x, taken = Thing(), locals()
        before = dict(taken)
        y = Thing()
        running_locals()
        assert taken == before
        assert x and y

    def test_in_names_that_exec_made(self):
        taken = locals()
        exec("made = 1", globals(), taken)
        running_locals()
        assert taken["made"] == 1

    def test_in_the_locals_of_a_function_that_is_traced(self):
        program = """
import sys
from refdemo._searching.frames import running_locals
def trace(frame, event, argument):
    if frame.f_code.co_name == "function":
        running_locals()
    return trace
def function(a):
    b = [a]
    def inner():
        return b
    c = 1
    c += 1
    return a, b, c, inner()
sys.settrace(trace)
print(function(7))
sys.settrace(None)
"""
        assert run(program) == "(7, [7], 2, [7])\n"

    def test_in_the_names_of_a_running_class_body(self):
        class Body:
            first = 1
            running_locals()
            second = 2

        assert (Body.first, Body.second) == (1, 2)


class TestNamesBoundInAFrame:
    def test_of_a_suspended_generator(self):
        def steps(a, b):
            c = Thing()
            yield (lambda: b), id(c)

        a, b = Thing(), Thing()
        made = steps(a, b)
        address = next(made)[1]
        assert dict(bound_names(made.gi_frame)) == {"a": id(a), "b": id(b), "c": address}

    def test_of_a_function_that_has_ended(self):
        def function(a):
            b = [a]
            raise LookupError(id(b))

        x = Thing()
        try:
            function(x)
        except LookupError as error:
            assert dict(bound_names(error.__traceback__.tb_next.tb_frame)) == {"a": id(x), "b": error.args[0]}


def test_a_running_function_has_a_running_frame():
    def ended():
        return sys._getframe()

    assert id(sys._getframe()) in running_frames()
    assert id(ended()) not in running_frames()


def test_the_functions_of_a_module_can_be_left_out():
    here = "test_the_functions_of_a_module_can_be_left_out"
    assert here in {local.function for local in running_locals()}
    assert here not in {local.function for local in running_locals({id(globals())})}


@pytest.mark.skipif(sys.platform in ("win32", "emscripten"), reason="no limit to lower here")
def test_without_file_descriptors_nothing_is_invented():
    program = """
import os, resource
from refdemo._searching.frames import running_locals
resource.setrlimit(resource.RLIMIT_NOFILE, (8, 8))
def ask(x):
    full = []
    try:
        while True: full.append(os.dup(0))
    except OSError: pass
    found = {local.name for local in running_locals() if local.address == id(x)}
    for each in full: os.close(each)
    return found
print(ask([]) <= {"x"})
"""
    assert run(program) == "True\n"


def test_a_deep_stack_is_walked():
    def deep(level):
        return deep(level - 1) if level else len([local for local in running_locals() if local.function == "deep"])

    assert deep(500) >= 501


def test_the_frames_of_a_suspended_greenlet_are_walked_once_where_they_are_a_circle():
    pytest.importorskip("greenlet")  # PyPy brings it
    program = """
import greenlet
from refdemo._searching.frames import running_frames, running_locals
def work(part):
    greenlet.getcurrent().parent.switch()
suspended = greenlet.greenlet(work)
suspended.switch(thing := [])
suspended.frame = suspended.gr_frame
found = [local.name for local in running_locals(of=id(thing)) if local.function == "work"]
print(found, id(suspended.gr_frame) in running_frames())
"""
    assert run(program) == "['part'] True\n"
