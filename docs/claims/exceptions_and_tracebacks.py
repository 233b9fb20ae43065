"""Attacks on the sentences of guides/exceptions-and-tracebacks."""

import asyncio
import contextlib
import functools
import gc
import sys
import threading
import traceback
import weakref
from concurrent.futures import Future
from dataclasses import dataclass

_THREADS = sys.platform != "emscripten"
_COUNTED = hasattr(sys, "getrefcount")
_PYPY = sys.implementation.name == "pypy"
_IMMORTAL = not getattr(sys, "_is_gil_enabled", lambda: True)() and sys.version_info < (3, 14)  # functions, on 3.13t


class _Order:
    def __init__(self):
        self.price = "twelve"

    def fail(self):
        raise ValueError


class _Listed(Exception):
    __hash__ = None

    def __eq__(self, other):
        return True


@dataclass(frozen=True)
class _Frozen(Exception):
    number: int


def _caught(function, *arguments):
    try:
        function(*arguments)
    except Exception as error:
        return error


def _held(function, keep=lambda error: error):
    """Return whether what was kept of a failure holds the order, after a collection."""
    order = _Order()
    witness = weakref.ref(order)
    kept = [keep(_caught(function, order))]
    del order
    gc.collect()
    held = witness() is not None
    kept.clear()
    gc.collect()
    assert witness() is None, "something else holds the order"
    return held


def _in_place(order):
    raise ValueError


def _from_c(order):
    return int(f"{order.price}")


def _chained(order):
    try:
        return int(f"{order.price}")
    except ValueError as caught:
        raise _Listed from caught


def _hidden(order):
    try:
        return int(f"{order.price}")
    except ValueError:
        raise KeyError from None


def _its_own_cause(order):
    error = ValueError()
    raise error from error


def _misspelt(order):
    return order.pirce


def _generator(order):
    yield from [int(order.price)]


def _class_body(order):
    class Body:
        its = order
        raise ValueError


def _deep(order, depth=500):
    return _deep(order, depth - 1) if depth else int(order.price)


async def _coroutine(order):
    raise ValueError


def _stepped(order):
    _coroutine(order).send(None)


def _elsewhere(order):
    errors = []
    thread = threading.Thread(target=lambda: errors.append(_caught(_in_place, order)))
    thread.start()
    thread.join()
    raise errors.pop()


_WAYS = {
    "a raise": _in_place,
    "an error from C": _from_c,
    "a cause": _chained,
    "a hidden context": _hidden,
    "its own cause": _its_own_cause,
    "a generator": lambda order: list(_generator(order)),
    "a coroutine": _stepped,
    "a method": _Order.fail,
    "a recursion": _deep,
}
if _THREADS:
    _WAYS["another thread"] = _elsewhere
if not _IMMORTAL:  # where a class body that has run holds its variables for good
    _WAYS["a class body"] = _class_body


def a_kept_error_keeps_variables_and_a_summary_does_not():
    """Fail in functions of several kinds, and keep the error or one of three summaries."""
    for way, function in _WAYS.items():
        yield f"kept, {way}", _held(function)
    make = traceback.TracebackException.from_exception
    for way, function in {**_WAYS, "a misspelt attribute": _misspelt}.items():
        yield f"summary, {way}", not _held(function, make)
    yield "formatted", not _held(_chained, lambda error: traceback.format_exception(None, error, error.__traceback__))
    yield "an error without a traceback", not _held(_in_place, lambda error: error.with_traceback(None))


def _fail(cause):
    raise ValueError from cause


def _fails_when_resumed():
    with contextlib.suppress(ValueError):
        yield
    raise ValueError


def _raised_while(handled, function):
    try:
        raise handled
    except LookupError:
        return _caught(function)


def what_is_being_handled_becomes_the_context():
    """Raise while another exception is handled, from several places, with and without `from`."""
    running = _fails_when_resumed()
    next(running)
    for way, function in {
        "a called function": functools.partial(_in_place, None),
        "an error from C": lambda: int("twelve"),
        "from another": functools.partial(_fail, KeyError()),
        "from None": functools.partial(_fail, None),
        "a generator that began before": lambda: next(running),
        "the second time": lambda: _caught(_fail, None) and _fail(None),
        "two at once": functools.partial(_chained, _Order()),
    }.items():
        handled = LookupError()
        error = _raised_while(handled, function)
        yield way, handled in (error.__context__, error.__context__.__context__)
    for way, make in {"a generator": _fails_when_resumed, "a coroutine": _waits_for_a_throw}.items():
        handled = LookupError()
        error = _raised_while(handled, functools.partial(_thrown_into, make()))
        yield f"thrown into {way}", error.__context__ is (handled if _PYPY else None)


class _Pause:
    def __await__(self):
        yield


async def _waits_for_a_throw():
    await _Pause()


def _thrown_into(paused):
    paused.send(None)
    paused.throw(KeyError())


def callers_are_held_as_well():
    """Catch below the function with the order: directly, in a constructor, from C, through generators."""
    kept = []

    def catch():
        kept.append(_caught(_in_place, None))

    def passes_on(order):
        catch()

    def in_a_call_from_c(order):
        return sorted([1], key=lambda _: catch())

    class Made:
        def __init__(self, order):
            catch()

    for function in (passes_on, in_a_call_from_c, Made, lambda order: passes_on(None)):
        yield function.__name__, _held(function, lambda _: kept.pop())


def a_generator_ends_the_chain_of_callers():
    """Catch in generators and coroutines that end, or below them, and look for the order in who called them."""
    kept = []
    ended = (3, 12) <= sys.version_info < (3, 13, 12) or (3, 14) <= sys.version_info < (3, 14, 3)

    def generates(error=None):
        kept.append(error or _caught(_in_place, None))
        yield

    async def works():
        kept.append(_caught(_in_place, None))

    for way, function in {
        "a generator": lambda order: list(generates()),
        "an expression": lambda order: [each for each in (kept.append(_caught(_in_place, None)) for _ in "1")],
        "a delegate": lambda order: list(_delegates(generates())),
        "a coroutine": lambda order: _caught(works().send, None) and None,
    }.items():
        yield f"{way} that has ended", _held(function, lambda _: kept.pop()) is ended
    yield (
        "one that was caught above it",
        _held(lambda order: list(generates(_caught(_in_place, order))), lambda _: kept.pop()),
    )


def _delegates(generator):
    yield from generator


def from_none_hides_the_context_and_keeps_it():
    """Look for the order behind `from None`, at one link and at two, and print the error."""

    def twice(order):
        try:
            _hidden(order)
        except KeyError:
            raise OSError from None

    for way, function in {"once": _hidden, "twice": twice}.items():
        yield f"{way}, held", _held(function, lambda error: error.with_traceback(None))
        error = _caught(function, _Order())
        yield f"{way}, not printed", "ValueError" not in "".join(traceback.format_exception(None, error, None))
    error = _caught(_hidden, _Order())
    error.__suppress_context__ = False
    yield "printed again when asked", "ValueError" in "".join(traceback.format_exception(None, error, None))


def _after_a_call(function):
    """Say what counting leaves of an order that a function worked with: whether it is alive."""
    gc.collect()
    gc.disable()
    try:
        order = _Order()
        witness = weakref.ref(order)
        with contextlib.suppress(KeyError):
            function(order)
        del order
        if not _COUNTED:  # PyPy frees by collections only, and then circles too
            gc.collect()
        return witness() is not None
    finally:
        gc.enable()


def _asks_in_the_block(order):
    try:
        int(order.price)
    except ValueError as error:
        return str(error) + str(locals())


def _asks_again(order):
    try:
        int(order.price)
    except ValueError as error:
        said = str(error) + str(locals())
    return said + str(locals())


class _Body:
    with contextlib.suppress(KeyError):
        try:
            raise LookupError
        except LookupError as error:
            raise KeyError from error


def the_name_goes_when_its_block_is_left():
    """Leave the block at its end, by return, break, continue, another exception, and in other scopes."""

    def run(body, order):
        source = "def f(order):\n for _ in 1, 2:\n  try: int(order.price)\n  except (ValueError) as error:\n   "
        names = {}
        exec(f"{source}{body}\n else: pass\n assert 'error' not in locals()", names)
        names["f"](order)

    for body in ("str(error)", "return str(error)", "break", "continue", "raise KeyError from None", "del error"):
        yield body, not _after_a_call(functools.partial(run, body))
    yield "a generator", not _after_a_call(lambda order: _caught(list, _generator(order)) and None)
    yield "locals in the block", _after_a_call(_asks_in_the_block) is (_COUNTED and sys.version_info < (3, 13))
    yield "locals in the block and after it", not _after_a_call(_asks_again)
    space = {"error": 1}
    exec("try: int('a')\nexcept (ValueError) as error: pass", space)
    yield "a module that had the name before", "error" not in space
    yield "a class body", not hasattr(_Body, "error")


def _plain(order):
    before = locals()
    after = locals()
    return before is after


def _twice_in_a_generator(order):
    before = locals()
    yield before
    after = locals()
    yield after


async def _twice_in_a_coroutine(order):
    before = locals()
    after = locals()
    return before is after


def _with_a_cell(order):
    before = locals()
    after = locals()
    return lambda: (order, before, after)


def two_calls_of_locals_are_harmless_from_3_13():
    """Call `locals` twice in functions, generators and coroutines, and the second time in a nested scope."""

    circle = _COUNTED and sys.version_info < (3, 13)
    yield "a function", _after_a_call(_plain) is circle
    yield "a generator", _after_a_call(lambda order: len(list(_twice_in_a_generator(order)))) is circle
    yield (
        "a coroutine",
        _after_a_call(lambda order: _caught(_twice_in_a_coroutine(order).send, None)) is circle,
    )
    yield "variables in cells", _after_a_call(_with_a_cell) is circle


def _concurrent(order):
    future = Future()
    future.set_exception(_caught(_in_place, order))
    return future


def _asynchronous(order):
    loop = asyncio.new_event_loop()
    task = loop.create_task(_coroutine(order))
    _caught(loop.run_until_complete, task)
    loop.close()
    return task


def _failed(order):
    future = Future()
    future.set_exception(ValueError(order))
    return future


def _in_a_variable(order):
    future = _failed(order)
    with contextlib.suppress(ValueError):
        future.result()


def _in_no_variable(order):
    with contextlib.suppress(ValueError):
        _failed(order).result()


def a_failed_future_holds_its_exception():
    """Ask futures of both kinds for the exception, twice, after it was raised, and for circles."""
    makers = {"concurrent.futures": _concurrent}
    if _THREADS:
        makers["a task of asyncio"] = _asynchronous
    for way, make in makers.items():
        future = make(_Order())
        first = future.exception()
        raised = _caught(future.result)
        yield f"{way}, after it was raised", first is raised is future.exception()
        yield f"{way}, its variables", first.__traceback__ is not None

    yield "a caller with a variable", _after_a_call(_in_a_variable) is _COUNTED
    yield "a caller without", not _after_a_call(_in_no_variable)


def a_summary_keeps_text_in_place_of_variables():
    """Summarise with the variables: long texts, objects, failing `repr`, a chain, a group."""

    def summary(failure):
        return traceback.TracebackException.from_exception(failure, capture_locals=True)

    for way, function in _WAYS.items():
        yield way, not _held(function, summary)
    made = summary(_caught(_from_c, _Order()))
    values = [value for frame in made.stack for value in (frame.locals or {}).values()]
    yield "strings only", bool(values) and {type(value) for value in values} == {str}


def _in_a_class(order):
    class Local(Exception):
        def __str__(self):
            return order.price

    raise Local


def a_summary_keeps_the_class():
    """Summarise exceptions of classes made at module level and in functions, whose methods use a variable or do not."""

    def unused(order):
        class Local(Exception):
            pass

        raise Local

    make = traceback.TracebackException.from_exception
    yield "a class of the module", not _held(_chained, make)
    if _IMMORTAL:  # where such a class holds what its methods use for good
        return
    yield "a method that uses it", _held(_in_a_class, make)
    yield "by way of a cause", _held(_with_that_cause, make)
    if sys.version_info >= (3, 13):
        without = functools.partial(make, save_exc_type=False)
        yield "where it was told not to", not _held(_in_a_class, without)
        yield "told not to, by way of a cause", _held(_with_that_cause, without)
    yield "no text does", not _held(_in_a_class, lambda error: "".join(traceback.format_exception(None, error, None)))
    yield "no method that uses it", not _held(unused, make)


class _Text(str):
    """A text that leads to an order."""


def _of(order):
    text = _Text("text")
    text.order = order
    return text


class _Worded(Exception):
    def __str__(self):
        return self.args[0]


class _Spoken:
    def __init__(self, text):
        self.text = text

    def __repr__(self):
        return self.text


def a_summary_keeps_the_very_strings():
    """Summarise errors whose text, notes, file name or variables are strings of a subclass that holds an order."""

    def with_a_variable(text):
        spoken = _Spoken(text)
        raise ValueError(spoken and None)

    def raising(make):
        return lambda order: _raise(make(_of(order)))

    make = traceback.TracebackException.from_exception
    with_variables = functools.partial(make, capture_locals=True)
    yield "its text", _held(raising(_Worded), make)
    yield "not where it is no more than text", not _held(raising(lambda text: _Worded(str(text))), make)
    yield "a file name", _held(raising(lambda text: SyntaxError("wrong", (text, 1, 1, "line"))), make)
    yield "a wrong line", _held(raising(lambda text: SyntaxError("wrong", ("file", 1, 1, text))), make)
    yield "its message", _held(raising(lambda text: SyntaxError(text, ("file", 1, 1, "line"))), make)
    yield "a variable's repr", _held(lambda order: with_a_variable(_of(order)), with_variables)
    yield "that repr, the variables left out", not _held(lambda order: with_a_variable(_of(order)), make)
    if sys.version_info >= (3, 11):
        yield "a note", _held(raising(_with_a_note), make)
        yield "a note that is no text", _held(lambda order: _raise(_with_notes([order])), make)


def _raise(error):
    raise error


def _with_a_note(text):
    error = ValueError()
    error.add_note(text)
    return error


def _with_notes(notes):
    error = ValueError()
    error.__notes__ = notes
    return error


def _with_that_cause(order):
    try:
        _in_a_class(order)
    except Exception as error:
        raise KeyError from error


def _without_tracebacks(error):
    found = [error]
    for one in found:
        one.with_traceback(None)
        inner = getattr(one, "exceptions", None)
        for each in one.__cause__, one.__context__, *(inner if isinstance(inner, tuple) else ()):
            if isinstance(each, BaseException) and not any(each is known for known in found):
                found.append(each)
    return error


class _Counting(Exception):
    exceptions = 3

    def with_traceback(self, tb):
        self.times = getattr(self, "times", 0) + 1
        return super().with_traceback(tb)


def _times():
    """Return how often the function comes to an exception and to its cause, which is its context, too."""
    try:
        try:
            raise _Counting
        except _Counting as error:
            raise _Counting from error
    except _Counting as error:
        kept = _without_tracebacks(error)
        return kept.times, kept.__cause__.times, kept.__cause__ is kept.__context__
    finally:
        kept = None


def no_traceback_is_left_in_the_chain():
    """Take the tracebacks out of chains, circles, groups, and exceptions that forbid or redefine something."""

    def frozen(order):
        try:
            raise _Frozen(1)
        except _Frozen as error:
            raise _Frozen(2) from error

    def long(order):
        error = _caught(_from_c, order)
        for _ in range(300):
            above = KeyError()
            above.__cause__ = error
            error = above
        raise error

    yield "each once, its cause its context", _times() == (1, 1, True)
    for way, function in {**_WAYS, "frozen dataclasses": frozen, "300 links": long}.items():
        yield way, not _held(function, _without_tracebacks)
    if sys.version_info >= (3, 11):
        yield "a group", not _held(_in_a_group, _without_tracebacks)


def _in_a_group(order):
    raise ExceptionGroup("two", [_caught(_chained, order), _caught(_from_c, order)])


def what_an_exception_names_itself_it_holds():
    """Let exceptions name the order in several ways, and take their tracebacks out."""

    def in_arguments(order):
        raise KeyError(order)

    def in_an_attribute(order):
        error = ValueError()
        error.order = order
        raise error

    def in_a_stop(order):
        raise StopIteration(order)

    def in_the_context(order):
        try:
            _misspelt(order)
        except AttributeError:
            raise ValueError from None

    yield from _named_as_obj()
    for function in (in_arguments, in_an_attribute, in_a_stop, _misspelt, in_the_context, _an_error_in_arguments):
        yield function.__name__, _held(function, _without_tracebacks)
        yield f"{function.__name__}, in a summary", not _held(function, traceback.TracebackException.from_exception)


def _named_as_obj():
    for function in (_deletes, _says_it_itself, _reads_by_getattr, _misspelt):
        filled_in = getattr(_caught(function, _Order()), "obj", None) is not None
        yield f"obj of {function.__name__[1:]}", _held(function, _without_tracebacks) is filled_in
    for function in (_reads_by_getattr, _misspelt):
        yield f"obj is filled in, {function.__name__[1:]}", type(_caught(function, _Order()).obj) is _Order


def _an_error_in_arguments(order):
    raise RuntimeError(_caught(_in_place, order))


def _deletes(order):
    del order.pirce


def _says_it_itself(order):
    raise AttributeError("no pirce")


def _reads_by_getattr(order):
    getattr(order, "pirce")  # noqa: B009


def _cleared(failure):
    traceback.clear_frames(failure.__traceback__)
    return failure


def _handled(order):
    try:
        raise ValueError
    except ValueError as caught:
        return _cleared(caught).__traceback__.tb_frame.f_locals["order"] is order


def _above(order):
    try:
        _in_place(order)
    except ValueError as caught:
        frames = [frame for frame, _ in traceback.walk_tb(_cleared(caught).__traceback__)]
        return ["order" in frame.f_locals for frame in frames] == [True, False]


def clear_frames_leaves_running_frames_and_the_chain():
    """Clear frames of functions that have ended, that run, and of links."""

    yield "ended functions are emptied", not _held(_in_place, _cleared)
    yield "ended, 500 deep", not _held(_deep, _cleared)
    yield "the frame that handles the error is not", _handled(_Order())
    yield "the frame that handles it is not, the one below is", _above(_Order())
    if sys.implementation.name == "cpython" and sys.version_info >= (3, 11):
        yield "a waiting generator's is not", _held_while_it_waits()
    yield "the cause's frames are not", _held(_chained_apart, _cleared)
    yield "the traceback stays", _cleared(_caught(_deep, _Order())).__traceback__ is not None


def _waits(order):
    try:
        _in_place(order)
    except ValueError as caught:
        yield caught


def _held_while_it_waits():
    order = _Order()
    witness, waiting = weakref.ref(order), _waits(order)
    del order
    error = _cleared(next(waiting))
    gc.collect()
    return witness() is not None and error.__traceback__ is not None


def _chained_apart(order):
    try:
        raise _caught(_from_c, order)
    except ValueError as caught:
        kept = caught
    del order
    raise KeyError from kept


def traceback_frames_variables():
    """Walk from the exception to the order by its attributes."""
    for way, function in _WAYS.items():
        order = _Order()
        error = _caught(function, order)
        frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
        found = [any(value is order for value in frame.f_locals.values()) for frame in frames]
        yield way, any(found[1:]) or (way == "another thread" and any(found))
    yield "not raised, no traceback", ValueError().__traceback__ is None


def cause_and_context_lead_on():
    """Hold the order by a link only: cause, context, hidden context, three links, a link set by hand."""

    def by_hand(order):
        error = KeyError()
        error.__context__ = _caught(_from_c, order)
        raise error

    def three(order):
        try:
            _chained(order)
        except _Listed as error:
            raise OSError from error

    for way, function in {"cause": _chained, "hidden": _hidden, "by hand": by_hand, "three links": three}.items():
        yield way, _held(function, lambda error: error.with_traceback(None))
    error = ValueError()
    yield "a cause is an exception or None", type(_caught(setattr, error, "__cause__", "text")) is TypeError
    yield "a context as well", type(_caught(setattr, error, "__context__", "text")) is TypeError


def text_holds_nothing_else():
    """Keep the text of failures of several kinds, and the failures themselves."""
    for way, function in _WAYS.items():
        yield f"text, {way}", not _held(function, lambda error: "".join(traceback.format_exception(None, error, None)))
    yield "str of an error that names it", not _held(_misspelt, str)


def _retries(order):
    last = None
    for attempt in (_in_place, str):
        try:
            return attempt(order)
        except ValueError as caught:
            last = caught
    return last


def _remembers(order):
    last = None
    try:
        _in_place(order)
    except ValueError as caught:
        last = caught
    yield last is None


def _in_a_cell(order):
    last = None

    def attempt():
        nonlocal last
        try:
            _in_place(order)
        except ValueError as caught:
            last = caught

    attempt()


def _lets_go(order):
    last = None
    try:
        _in_place(order)
    except ValueError as caught:
        last = caught
    finally:
        last = None
    return last


def _never_raised(order):
    last = ValueError(order)
    return str(last)


def a_remembered_error_closes_a_circle():
    """Remember errors in functions, generators, coroutines and cells, where the error passed through or not."""

    for function in (_retries, _remembers, _in_a_cell):
        yield (
            function.__name__.strip("_"),
            _after_a_call(lambda order, run=function: list(run(order) or "")) is _COUNTED,
        )
    yield "let go in finally", not _after_a_call(_lets_go)
    yield "an error that was not caught there", not _after_a_call(_never_raised)
