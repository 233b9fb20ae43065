"""Attacks on the sentences of guides/asyncio-tasks."""

import asyncio
import contextlib
import gc
import logging
import socket
import sys
import weakref
from collections.abc import Coroutine
from contextvars import Context, ContextVar, copy_context

_variable = ContextVar("variable")
_COUNTED = hasattr(sys, "getrefcount")


class _Order:
    pass


def _run(main, *arguments):
    """Run a coroutine function in a context and a loop of its own, which logs nothing."""
    with contextlib.closing(asyncio.new_event_loop()) as loop:
        loop.set_exception_handler(lambda loop, context: None)
        return copy_context().run(loop.run_until_complete, main(*arguments))


async def _turns(times=5):
    for _ in range(times):
        await asyncio.sleep(delay=0)


async def _result(order):
    return order


async def _fails(order):
    raise LookupError


async def _fails_below(order):
    await _fails(order)


async def _fails_chained(order):
    try:
        await _fails(order)
    except LookupError as error:
        raise RuntimeError from error


async def _waits(order):
    await asyncio.sleep(60)


async def _sets_a_variable(order):
    _variable.set(order)


async def _only_reads(order):
    return id(order)


async def _kept(work, cancel=False, keep=True):
    """Return whether an order outlives its work where the finished task is kept, or is not."""
    order = _Order()
    alive = weakref.ref(order)
    tasks = [asyncio.ensure_future(work(order))]
    del order
    await _turns(1)
    if cancel:
        tasks[0].cancel()
    await asyncio.wait(tasks)
    if not keep:
        tasks.clear()
    await _turns()
    gc.collect()
    return alive() is not None


async def _on_a_future(keep):
    future = asyncio.get_running_loop().create_future()
    keep(future)
    await future


async def _on_an_event(keep):
    event = asyncio.Event()
    keep(event)
    await event.wait()


async def _on_a_queue(keep):
    queue = asyncio.Queue()
    keep(queue)
    await queue.get()


async def _on_a_stream(keep):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        reader, _ = await asyncio.open_connection(sock=ours)
        keep(reader)
        await reader.readline()


async def _on_a_socket(keep):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        await asyncio.get_running_loop().sock_recv(ours, 1)


async def _on_a_timer(keep):
    await asyncio.sleep(60)


async def _on_another_task(keep):
    await asyncio.ensure_future(_on_a_timer(keep))


async def _survives(waiting, keep=id, factory=None):
    """Return whether a task that nobody holds outlives a collection, and what the loop still does with it."""
    asyncio.get_running_loop().set_task_factory(factory)
    alive = weakref.ref(asyncio.ensure_future(waiting(keep)))
    for _ in range(2):
        await _turns()
        gc.collect()
    if alive() is None:
        return False
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    await _turns()
    return True


def keep_a_task_until_it_is_done_and_no_longer():
    """Let tasks wait with a holder and without; keep and drop finished ones."""
    tasks = []

    async def kept_by_a_list(keep):
        tasks.append(asyncio.current_task())
        await _on_a_future(id)

    yield "waiting, held by nobody", not _run(_survives, _on_a_future)
    yield "waiting, held by a list", _run(_survives, kept_by_a_list)
    tasks.clear()
    yield "a result kept", _run(_kept, _result)
    yield "a result let go", not _run(_kept, _result, False, False)
    yield "an exception kept, with the variables below", _run(_kept, _fails_below)
    yield "an exception let go", not _run(_kept, _fails_below, False, False)
    yield "a context kept", _run(_kept, _sets_a_variable)
    yield "a context let go", not _run(_kept, _sets_a_variable, False, False)


async def _sets_below(order):
    await _sets_a_variable(order)


async def _sets_and_resets(order):
    token = _variable.set(order)
    await _turns(1)
    _variable.reset(token)


async def _started_with(**options):
    order = _Order()
    token = _variable.set(order)
    task = asyncio.get_running_loop().create_task(asyncio.sleep(0), **options)
    _variable.reset(token)
    alive = weakref.ref(order)
    del order, token
    await task
    gc.collect()
    return alive() is not None


def a_finished_task_keeps_its_context():
    """Set variables in the task, in a coroutine that it awaits, before it starts; look at what else it held."""
    yield "set by the coroutine", _run(_kept, _sets_a_variable)
    yield "set by one that it awaited", _run(_kept, _sets_below)
    yield "set where it was started", _run(_started_with)
    yield "set and reset: only what is left", not _run(_kept, _sets_and_resets)
    yield "a variable of the coroutine that is only read", not _run(_kept, _only_reads)
    if sys.version_info >= (3, 11):
        yield "handed an empty context", not _run(lambda: _started_with(context=Context()))


async def _binds(order):
    kept, again = [order], lambda: order
    await _turns(1)
    return len(kept) and again.__name__


async def _pauses_at_the_end(order):
    kept = order
    await _turns(1)
    return kept is None


async def _an_ended_one(work):
    """Return whether a kept task still holds its coroutine, and that the order it worked with."""
    order = _Order()
    coroutine = work(order)
    alive, its = weakref.ref(order), weakref.ref(coroutine)
    task = asyncio.ensure_future(coroutine)
    del order, coroutine
    await task
    gc.collect()
    return its() is not None and task.done(), alive() is not None


def an_ended_coroutine_has_no_variables():
    """End coroutines that have read, bound, put into cells and paused, and look at what their tasks keep."""
    for work in _only_reads, _binds, _pauses_at_the_end, _sets_and_resets:
        yield work.__name__[1:].replace("_", " "), _run(_an_ended_one, work) == (True, False)
    yield "not what it returned", _run(_an_ended_one, _result) == (True, True)
    for way, end in {"closed": "close", "ended by an error": "throw"}.items():
        yield f"{way} while it waits", not _variables_after(end, started=True)
    yield "closed before it has run: some keep them", _variables_after("close", started=False) is _KEEPS_ARGUMENTS


_KEEPS_ARGUMENTS = (3, 12) <= sys.version_info < (3, 13, 12) or (3, 14) <= sys.version_info < (3, 14, 3)  # gh-142766


def _variables_after(end, started):
    """Return whether a coroutine that is kept keeps its argument after an end."""
    order = _Order()
    alive, coroutine = weakref.ref(order), _pauses_at_the_end(order)
    del order
    if started:
        coroutine.send(None)
    with contextlib.suppress(LookupError):
        coroutine.throw(LookupError()) if end == "throw" else coroutine.close()
    gc.collect()
    return alive() is not None and coroutine.cr_frame is None


async def _cancelled_and_asked(ask):
    """Return whether a cancelled task keeps an order: before it was asked, and afterwards."""
    order = _Order()
    alive = weakref.ref(order)
    task = asyncio.ensure_future(_waits(order))
    del order
    await _turns(1)
    task.cancel()
    await asyncio.wait({task})
    before = alive() is not None
    with contextlib.suppress(asyncio.CancelledError):
        await ask(task)
    gc.collect()
    return before, alive() is not None


async def _awaits(task):
    await task


async def _asks_for_the_result(task):
    task.result()


async def _asks_for_the_exception(task):
    task.exception()


async def _gathers_it_with_its_exception(task):
    await asyncio.gather(task, return_exceptions=True)


async def _waits_for_it(task):
    await asyncio.wait_for(task, 1)


async def _asks_whether_it_was_cancelled(task):
    task.cancelled()


async def _asked_for_its_exception(work):
    order = _Order()
    alive = weakref.ref(order)
    task = asyncio.ensure_future(work(order))
    del order
    await asyncio.wait({task})
    task.exception()
    gc.collect()
    return alive() is not None


async def _cancelled_behind_a_shield():
    order = _Order()
    alive = weakref.ref(order)
    task = asyncio.ensure_future(_waits(order))
    del order
    await _turns(1)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.shield(task)
    gc.collect()
    return alive() is not None


async def _cancelled_at_once():
    order = _Order()
    alive = weakref.ref(order)
    task = asyncio.ensure_future(_waits(order))
    del order
    task.cancel()
    await asyncio.wait({task})
    gc.collect()
    return alive() is not None


def a_failed_task_keeps_the_frames_of_its_traceback():
    """Fail in several ways and depths, keep the task; ask it for the exception, and cancel it."""

    yield "raised by the coroutine", _run(_kept, _fails)
    yield "raised below it", _run(_kept, _fails_below)
    yield "raised from another exception", _run(_kept, _fails_chained)
    yield "asked for and looked at", _run(_asked_for_its_exception, _fails)
    yield "cancelled while it waits", _run(_kept, _waits, True)
    yield "cancelled before it starts", _run(_cancelled_at_once)
    yield "cancelled while a shield is awaited", _run(_cancelled_behind_a_shield)
    yield "ended well: nothing of that", not _run(_kept, _only_reads)
    for ask in _awaits, _asks_for_the_result, _asks_for_the_exception, _waits_for_it:
        way = f"cancelled, {ask.__name__[1:]}".replace("_", " ")
        yield way, _run(_cancelled_and_asked, ask) == (True, sys.version_info < (3, 11))
    for ask in _asks_whether_it_was_cancelled, _gathers_it_with_its_exception:
        way = f"cancelled, not fetched, {ask.__name__[1:]}".replace("_", " ")
        yield way, _run(_cancelled_and_asked, ask) == (True, True)


def only_who_takes_them_out_empties_a_set_of_tasks():
    """Let tasks of several fates end, with the callback and without, and collect."""

    async def left(work, callback, late=False, cancel=False):
        tasks = {task := asyncio.ensure_future(work(None))}
        if callback and not late:
            task.add_done_callback(tasks.discard)
        await _turns(1)
        if cancel:
            task.cancel()
        await asyncio.wait({task})
        if callback and late:
            task.add_done_callback(tasks.discard)
        del task
        await _turns()
        gc.collect()
        return len(tasks)

    for work in _result, _fails, _fails_chained:
        yield f"{work.__name__[1:]}, discarded", _run(left, work, True) == 0
        yield f"{work.__name__[1:]}, not discarded", _run(left, work, False) == 1
    yield "cancelled, discarded", _run(left, _waits, True, False, True) == 0
    yield "a callback that comes after the end", _run(left, _result, True, True) == 0


async def _not_started():
    alive = weakref.ref(asyncio.ensure_future(asyncio.sleep(0)))
    gc.collect()
    return alive() is not None


async def _between_two_steps():
    alive = weakref.ref(asyncio.ensure_future(_turns()))
    await _turns(1)
    gc.collect()
    return alive() is not None


async def _after(what):
    kept = []
    alive = weakref.ref(asyncio.ensure_future(_on_a_future(kept.append)))
    await _turns(1)
    kept.pop().set_result(None) if what == "woken" else alive().cancel()
    kept.clear()
    gc.collect()
    return alive() is not None


def a_ready_task_is_held_by_the_queue():
    """Collect before a task has started, after it was woken, and after it was cancelled, and hold nothing."""
    yield "not started", _run(_not_started)
    yield "between two steps", _run(_between_two_steps)
    yield "woken by a future that is gone", _run(_after, "woken")
    yield "cancelled", _run(_after, "cancelled")


def _outlives_a_collection_while_it_is_run():
    """Return whether the task that a loop was given waits on when all has been collected that nobody holds."""
    alive = []

    def look(loop):
        gc.collect()
        alive.extend(asyncio.all_tasks(loop))
        loop.stop()

    with contextlib.closing(asyncio.new_event_loop()) as loop:
        loop.call_soon(lambda: loop.call_soon(look, loop))
        with contextlib.suppress(RuntimeError):
            loop.run_until_complete(_on_a_future(id))
        left = len(alive)
        while alive:
            alive.pop().cancel()
        loop.run_until_complete(_turns())
    return left == 1


def a_task_that_waits_is_held_by_what_will_wake_it():
    """Wait for things that somebody holds, that the loop holds, and that nobody does."""
    for what in _on_a_future, _on_an_event, _on_a_queue, _on_a_stream:
        kept = []
        yield f"{what.__name__[1:]} that nobody holds", not _run(_survives, what)
        yield f"{what.__name__[1:]} that a list holds", _run(_survives, what, kept.append)
    yield "a timer of the loop", _run(_survives, _on_a_timer)
    yield "a socket that the loop watches", _run(_survives, _on_a_socket)
    yield "another task that a timer holds", _run(_survives, _on_another_task)
    yield "a future that nobody holds, the task that the loop runs", _outlives_a_collection_while_it_is_run()
    if hasattr(asyncio, "eager_task_factory"):
        yield "eagerly started, a future", not _run(_survives, _on_a_future, id, asyncio.eager_task_factory)
        yield "eagerly started, a timer", _run(_survives, _on_a_timer, id, asyncio.eager_task_factory)


async def _asked(coroutine, turns, cancel):
    task = asyncio.ensure_future(coroutine)
    await _turns(turns)
    if cancel:
        task.cancel()
    await asyncio.wait({task})
    try:
        task.exception()
    except asyncio.CancelledError:
        return task.cancelled()
    return False


async def _cancels_itself():
    raise asyncio.CancelledError


async def _timed_out():
    task = asyncio.ensure_future(asyncio.sleep(60))
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(task, 0)
    return await _asked(task, 0, False)


def a_cancelled_task_raises_when_it_is_asked():
    """Cancel before the start, while it waits, from within, by a timeout, and ask for the exception."""
    yield "before it starts", _run(lambda: _asked(asyncio.sleep(60), 0, True))
    yield "while it waits", _run(lambda: _asked(asyncio.sleep(60), 1, True))
    yield "by itself", _run(lambda: _asked(_cancels_itself(), 1, False))
    yield "by a timeout", _run(_timed_out)


async def _logged(work, records, ask=False):
    asyncio.get_running_loop().set_exception_handler(None)
    tasks = [asyncio.ensure_future(work(None))]
    await asyncio.wait(tasks)
    if ask:
        tasks[0].exception()
    await _turns()
    gc.collect()
    while_kept = len(records)
    tasks.clear()
    await _turns()
    gc.collect()
    return while_kept, len(records)


def a_failure_nobody_asks_for_is_logged_when_the_task_is_freed():
    """Fail and keep the task, let it go, ask it before, and read the log."""
    records = []
    handler, logger = logging.Handler(), logging.getLogger("asyncio")
    handler.emit = lambda record: records.append(record.getMessage())
    logger.addHandler(handler)
    logger.propagate = False
    for work in _fails, _fails_below, _fails_chained:
        yield f"{work.__name__[1:]}, not asked for", _run(_logged, work, records) == (0, 1)
        records.clear()
    yield "asked for: never", _run(_logged, _fails, records, True) == (0, 0)
    yield "ended well: never", _run(_logged, _result, records) == (0, 0)
    logger.removeHandler(handler)
    logger.propagate = True


async def _left(wait, work, at_once=True):
    gc.collect()
    gc.disable()
    alive = weakref.ref(order := _Order())
    with contextlib.suppress(LookupError, asyncio.CancelledError):
        await wait(work, order)
    del order
    for _ in range(2):
        await _turns()
        if not _COUNTED or not at_once:
            gc.collect()
    gc.enable()
    return alive() is not None


async def _named(work, order):
    task = asyncio.ensure_future(work(order))
    del order
    await task


async def _unnamed(work, order):
    await asyncio.ensure_future(work(order))


async def _in_a_list(work, order):
    tasks = [asyncio.ensure_future(work(order))]
    await tasks[0]


async def _deleted(work, order):
    task = asyncio.ensure_future(work(order))
    try:
        await task
    finally:
        del task


async def _cancelled(work, order):
    task = asyncio.ensure_future(work(order))
    await _turns(1)
    task.cancel()
    await task


async def _gathered(work, order):
    await asyncio.gather(asyncio.ensure_future(work(order)))


async def _its_error_named(work, order):
    try:
        await asyncio.ensure_future(work(order))
    except LookupError as error:
        named = error
    return named.args


async def _returns_itself(order):
    return order, asyncio.current_task()


async def _sets_itself(order):
    _variable.set((order, asyncio.current_task()))


async def _in_a_group(work, order):
    with contextlib.suppress(BaseException):
        async with asyncio.TaskGroup() as its:
            its.create_task(work(order))
            del order


class _Coroutine(Coroutine):
    def send(self, value):
        raise StopIteration

    def throw(self, *error):
        raise NotImplementedError

    def __await__(self):
        return self


async def _in_its_coroutine(work, order):
    coroutine = _Coroutine()
    coroutine.order, coroutine.task = order, asyncio.ensure_future(coroutine)
    await coroutine.task


def an_awaited_task_leaves_nothing_but_a_circle_of_its_own_exception():
    """Await tasks that end well, are cancelled, or fail, by a name, by none, by a list, by `gather`."""
    yield "ended well, by a name", not _run(_left, _named, _result)
    yield "ended well, gathered", not _run(_left, _gathered, _result)
    yield "cancelled, by a name", not _run(_left, _cancelled, _waits)
    yield "failed, by no name", not _run(_left, _unnamed, _fails)
    yield "failed, its name deleted", not _run(_left, _deleted, _fails_below)
    yield "failed, gathered", not _run(_left, _gathered, _fails)
    yield "failed, by a name: a circle, collected", not _run(_left, _named, _fails, False)
    if hasattr(asyncio, "TaskGroup"):
        yield "ended well, in a group", not _run(_left, _in_a_group, _result)
        yield "failed, in a group: perhaps a circle, collected", not _run(_left, _in_a_group, _fails, False)
    for way, work in {"its result": _returns_itself, "its context": _sets_itself}.items():
        yield f"{way} leads back: not freed by counting", _run(_left, _unnamed, work) is _COUNTED
        yield f"{way} leads back: a circle, collected", not _run(_left, _unnamed, work, False)
    yield "a coroutine of another kind leads back: collected", not _run(_left, _in_its_coroutine, None, False)
    if _COUNTED:
        yield "a coroutine of another kind leads back", _run(_left, _in_its_coroutine, None)
        yield "failed, by a name: not freed by counting", _run(_left, _named, _fails)
        yield "failed, in a list: not freed by counting", _run(_left, _in_a_list, _fails_below)
        yield "failed, its error in a variable: not freed by counting", _run(_left, _its_error_named, _fails)
