"""Attacks on the sentences of guides/closures-and-generators."""

import abc
import dataclasses
import enum
import functools
import gc
import sys
import typing
import weakref

_COUNTED = hasattr(sys, "getrefcount")


class _Event:
    depth = 3


def _fate(function):
    """Return whether an event outlives a call that it was handed to, before a collection and after it.

    Where nothing is counted, whatever is collected counts as gone before.
    """
    gc.collect()
    gc.disable()
    witness = weakref.ref(event := _Event())
    kept = function(event)
    del event
    if not _COUNTED:
        gc.collect()
    before = witness() is not None
    gc.collect()
    gc.enable()
    after = witness() is not None
    del kept
    return before, after


_AT_ONCE = (False, False)
_KEPT = (True, True)
_CIRCLE = (_COUNTED, False)


def _direct(event):
    def step(depth):
        return step(depth - 1) if depth else event.depth

    step(3)


def _siblings(event):
    def left(depth):
        return right(depth - 1) if depth else event.depth

    def right(depth):
        return left(depth)

    right(3)


def _by_lambda(event):
    step = lambda depth: step(depth - 1) if depth else event.depth
    step(3)


def _from_within(event):
    def step(depth):
        def below():
            return step(depth - 1) if depth else event.depth

        return below()

    step(3)


def _decorated(event):
    @functools.lru_cache
    def step(depth):
        return step(depth - 1) if depth else event.depth

    step(3)


def _of_a_generator(event):
    def steps(depth):
        yield event
        if depth:
            yield from steps(depth - 1)

    list(steps(3))


def _of_a_coroutine(event):
    async def step(depth):
        return await step(depth - 1) if depth else event.depth

    step(3).close()


def _never_called(event):
    def step():
        return step, event


def _handed_itself(event):
    def step(again, depth):
        return again(again, depth - 1) if depth else event.depth

    step(step, 3)


def _emptied(event):
    def step(depth):
        return step(depth - 1) if depth else event.depth

    try:
        step(3)
    finally:
        step = None


def _by_a_global(event):
    global _step

    def _step(depth):
        return _step(depth - 1) if depth else event.depth

    _step(3)
    del _step


def an_inner_function_that_calls_itself_is_a_circle():
    """Recur directly, by a sibling, by a lambda, from below, decorated, in a generator, and without a name."""
    for function in _direct, _siblings, _by_lambda, _from_within, _decorated, _of_a_generator, _of_a_coroutine:
        yield function.__name__.strip("_"), _fate(function) == _CIRCLE
    yield "named in it, never called", _fate(_never_called) == _CIRCLE
    yield "handed itself: no circle", _fate(_handed_itself) == _AT_ONCE
    yield "its cell emptied: no circle", _fate(_emptied) == _AT_ONCE
    yield "its name global: no circle", _fate(_by_a_global) == _AT_ONCE


def _positional(event):
    def step(depth, event=event):
        return step(depth - 1) if depth else event.depth

    step(3)


def _keyword(event):
    def step(depth, *, event=event):
        return step(depth - 1) if depth else event.depth

    step(3)


def _lambda_default(event):
    step = lambda depth, event=event: step(depth - 1) if depth else event.depth
    step(3)


def _sibling_default(event):
    def left(depth, event=event):
        return right(depth - 1) if depth else event.depth

    def right(depth):
        return left(depth)

    right(3)


def _default_alone(event):
    def step(event=event):
        return event.depth

    step()


def a_default_argument_leaves_the_circle():
    """Hand the event over by defaults of several kinds, with the recursion and without it."""
    for function in _positional, _keyword, _lambda_default, _sibling_default:
        yield function.__name__.strip("_"), _fate(function) == _CIRCLE
    yield "without the recursion", _fate(_default_alone) == _AT_ONCE


def _unused(event):
    other = event.depth

    def inner():
        return other

    return inner


def _used(event):
    def inner():
        return event

    return inner


def _used_below(event):
    def inner():
        def below():
            return event

        return below

    return inner


def _used_by_a_class(event):
    class Inner:
        def method(self):
            return event

    return Inner.method


def _rebound(event):
    def inner():
        return event

    event = None
    return inner


def _paused(event):
    generator = _variables(event)
    next(generator)
    return generator


def _variables(event):
    yield event.depth
    yield event.depth


def _not_started(event):
    return _variables(event)


def _deleted(event):
    def generator(event):
        depth = event.depth
        del event
        yield depth

    paused = generator(event)
    next(paused)
    return paused


def _expression(event):
    paused = (each for each in [event, event])
    next(paused)
    return paused


def functions_keep_what_they_use_and_paused_generators_all_they_have():
    """Keep inner functions and generators of several kinds; leave out, rebind and delete the variable."""
    for function in _used, _used_below, _used_by_a_class:
        yield f"inner function, {function.__name__.strip('_')}", _fate(function) == _KEPT
    yield "inner function, not used", _fate(_unused) == _AT_ONCE
    yield "inner function, bound to something else", _fate(_rebound) == _AT_ONCE
    for function in _paused, _not_started, _expression:
        yield f"generator, {function.__name__.strip('_')}", _fate(function) == _KEPT
    yield "generator, deleted before the pause", _fate(_deleted) == _AT_ONCE
    yield "an inner function that calls itself", _fate(_direct) == _CIRCLE


def _local(event):
    depth = [event]
    return len(depth)


def _local_of_a_closure(event):
    def depth_of():
        return event.depth

    return depth_of()


def _local_of_siblings(event):
    def one():
        return event.depth

    def other():
        return one()

    return other()


def _local_of_a_comprehension(event):
    return [each.depth for each in [event] if each is event]


def _local_generator(event):
    paused = _variables(event)
    return next(paused)


def what_does_not_lead_to_itself_dies_with_the_call():
    """Leave functions whose variables are used by none, by functions that lead onwards only, and by generators."""
    for function in _local, _local_of_a_closure, _local_of_siblings, _local_of_a_comprehension, _local_generator:
        yield function.__name__[1:].replace("_", " "), _fate(function) == _AT_ONCE
    for function in _keeps_its_frame, _keeps_its_frame_and_a_closure:
        yield function.__name__[1:].replace("_", " "), _fate(function) == _CIRCLE
    yield "the frame returned", _fate(lambda event: _its_own_frame(event)) == _KEPT
    yield "the frame returned and cleared", _fate(lambda event: _its_own_frame(event).clear()) == _AT_ONCE


def _keeps_its_frame(event):
    here = sys._getframe()
    return here and None


def _keeps_its_frame_and_a_closure(event):
    def depth_of():
        return event.depth

    here = sys._getframe()
    return here and depth_of() and None


def _its_own_frame(event):
    return sys._getframe()


def _plain(event):
    class Local:
        source = event

    return Local.__name__


def _by_type(event):
    return type("Local", (), {"source": event}).__name__


def _exception(event):
    class Local(Exception):
        source = event

    return Local.__name__


def _slotted(event):
    class Local:
        __slots__ = ()
        source = event

    return Local.__name__


def _enumeration(event):
    class Local(enum.Enum):
        ONE = 1

        def source(self):
            return event

    return Local.__name__


def _data_class(event):
    @dataclasses.dataclass
    class Local:
        one: int = 1
        source = event

    return Local.__name__


def _named_tuple(event):
    class Local(typing.NamedTuple):
        one: int = 1

        def source(self):
            return event

    return Local.__name__


def _abstract(event):
    class Local(abc.ABC):  # noqa: B024
        source = event

    return Local.__name__


def a_class_is_a_circle():
    """Make classes of many kinds in a call, and look whether counting or the collector frees them."""
    kinds = _plain, _by_type, _exception, _slotted, _enumeration, _data_class, _named_tuple, _abstract
    for function in kinds:
        yield function.__name__[1:].replace("_", " "), _fate(function) == _CIRCLE
    yield "it stands in its own ancestors", all(cls in cls.__mro__ for cls in (int, _Event, abc.ABC, enum.Enum))


def cells_are_shared_by_the_functions_that_use_them():
    """Change a variable in one function and read it in others, in a class and in a generator; count the cells."""
    variable = unused = 0

    def writes():
        nonlocal variable
        variable += 1

    def reads():
        return variable

    def generates():
        while True:
            yield variable

    seen = type("Reads", (), {"seen": staticmethod(lambda: variable)}).seen
    generator = generates()
    before = reads(), next(generator), seen()
    writes()
    yield "a function", (before[0], reads()) == (0, 1)
    yield "a generator", (before[1], next(generator)) == (0, 1)
    yield "a method", (before[2], seen()) == (0, 1)
    yield "the frame itself", variable == 1 + unused
    yield "one cell", writes.__closure__[0] is reads.__closure__[0] is generates.__closure__[0]
    yield "no cell for what none uses", all(len(each.__closure__) == 1 for each in (writes, reads, generates))


def _noting(said, event=None):
    try:
        yield event
        yield event
    finally:
        said.append("finally")


def _with_block(said, event=None):
    with _Noted(said):
        yield event
        yield event


class _Noted:
    def __init__(self, said):
        self.said = said

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.said.append("finally")


def _delegating(said, event=None):
    yield from _noting(said, event)


def _said(make, end):
    """Return what a paused generator had noted before an end, and what it has noted after it."""
    said = []
    paused = make(said)
    next(paused)
    gc.collect()
    before = list(said)
    box = [paused]
    del paused
    end(box)
    box.clear()
    gc.collect()
    return before, said


def _closed(box):
    box[0].close()


def _thrown_at(box):
    try:
        box[0].throw(LookupError)
    except LookupError:
        return


def _freed_in_a_circle(box):
    box.append(box)


def a_finally_waits_until_the_generator_is_closed_or_freed():
    """Pause in `try`, in `with` and in a delegate; close, exhaust, throw at, drop, and drop in a circle."""
    for make in _noting, _with_block, _delegating:
        for end in _closed, _thrown_at, lambda box: list(box[0]), list.clear, _freed_in_a_circle:
            way = f"{make.__name__[1:]}, {getattr(end, '__name__', '').strip('_')}".replace("<lambda>", "exhausted")
            yield way.replace("_", " "), _said(make, end) == ([], ["finally"])


def _ended(end):
    def function(event):
        paused = _variables(event)
        next(paused)
        end([paused])
        return paused

    return function


def _closed_before_it_started(event):
    unstarted = _variables(event)
    unstarted.close()
    return unstarted


def _closed_coroutine(event):
    async def wait(event):
        await _Pause()
        return event

    coroutine = wait(event)
    coroutine.send(None)
    coroutine.close()
    return coroutine


class _Pause:
    def __await__(self):
        yield


def a_closed_generator_has_no_variables():
    """Close, exhaust and throw at generators that are kept, also one that was not started, and a coroutine."""
    yield "paused, kept", _fate(_paused) == _KEPT
    yield "closed, kept", _fate(_ended(_closed)) == _AT_ONCE
    yield "exhausted, kept", _fate(_ended(lambda box: list(box[0]))) == _AT_ONCE
    yield "ended by an error, kept", _fate(_ended(_thrown_at)) == _AT_ONCE
    yield "closed before it started, kept", _fate(_closed_before_it_started) == _AT_ONCE
    yield "a coroutine, closed, kept", _fate(_closed_coroutine) == _AT_ONCE


def _of_the_module(event):
    _recurs(event, 3)


def _recurs(event, depth):
    return _recurs(event, depth - 1) if depth else event.depth


class _Walk:
    def __init__(self, its):
        self.event = its

    def step(self, depth):
        return self.step(depth - 1) if depth else self.event.depth


def _by_a_method(event):
    _Walk(event).step(3)


def _emptied_after_an_error(event):
    try:
        _emptied(_Walk(event))
    except AttributeError:
        return


def three_ways_lead_out_of_the_circle():
    """Recur in a function of the module, in a method, and in a cell that is emptied, also by an error."""
    yield "a function of the module", _fate(_of_the_module) == _AT_ONCE
    yield "a method", _fate(_by_a_method) == _AT_ONCE
    yield "an emptied cell", _fate(_emptied) == _AT_ONCE
    yield "an emptied cell, after an error", _fate(_emptied_after_an_error) == _AT_ONCE
    yield "none of them", _fate(_direct) == _CIRCLE


def _will_not_end(event):
    while event:
        try:
            yield event
        except GeneratorExit:
            yield event.depth


def _closed_in_vain(event):
    paused = _will_not_end(event)
    next(paused)
    try:
        paused.close()
    except RuntimeError:
        return paused


def _its_frame(event):
    paused = _variables(event)
    next(paused)
    frame = paused.gi_frame
    return list(paused) and frame


def a_kept_generator_keeps_until_it_has_ended():
    """Keep paused generators in a list, a dict and an attribute, or their frames; end them in several ways, or not."""
    table = {}
    yield "closed, and yielding again", _fate(_closed_in_vain) == _KEPT
    yield "ended, its frame kept", _fate(_its_frame) == _KEPT
    yield "ended by throw", _fate(_ended(_thrown_at)) == _AT_ONCE
    yield "ended by going on", _fate(_ended(lambda box: list(box[0]))) == _AT_ONCE
    yield "in a dict", _fate(lambda event: table.setdefault(1, _paused(event)) and None) == _KEPT
    yield "in a list", _fate(lambda event: [_paused(event)]) == _KEPT
    yield "in a bound method", _fate(lambda event: _paused(event).send) == _KEPT
    yield "closed, in a list", _fate(lambda event: [_ended(_closed)(event)]) == _AT_ONCE
    yield "let go", _fate(lambda event: bool(_paused(event))) == _AT_ONCE
