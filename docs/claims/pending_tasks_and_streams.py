"""Attacks on the sentences of guides/pending-tasks-and-streams."""

import asyncio
import contextlib
import gc
import threading


class _Trouble(Exception):
    pass


class _Stream:
    """A stream of numbers that says when it is closed, and whether it has begun."""

    def __init__(self):
        self.begun = self.closed = False

    async def numbers(self):
        self.begun = True
        try:
            for number in range(1_000):
                await asyncio.sleep(0)
                yield number
        finally:
            await asyncio.sleep(0)
            self.closed = True


async def _turns(number=10):
    for _ in range(number):
        await asyncio.sleep(0)


async def _waits(future):
    return await future


async def _deep(future, depth=3):
    return await (_deep(future, depth - 1) if depth else _waits(future))


async def _fails():
    raise _Trouble


async def _cancels_itself():
    raise asyncio.CancelledError


def _names(loop=None):
    return {task.get_name() for task in asyncio.all_tasks(loop)}


def _start(coroutine, name="it"):
    return asyncio.create_task(coroutine, name=name)


async def _listed(make, turns=3, then=None):
    """Return whether a task is in the list, some turns after it was made and another after something was done to it."""
    task = _start(make(asyncio.get_running_loop().create_future()))
    await _turns(turns)
    if then is not None:
        then(task)
    listed = "it" in _names()
    task.cancel()
    await asyncio.wait({task})
    if not task.cancelled():
        task.exception()
    return listed, "it" in _names()


async def _lost():
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)  # it would be logged
    _start(_waits(asyncio.get_running_loop().create_future()), "lost")
    await _turns(3)
    before = "lost" in _names()
    gc.collect()
    return before, "lost" in _names()


async def _of_another_loop():
    """Return whether a loop lists a task of another one, in another thread, and that one does."""
    ready, seen, done = threading.Event(), [], threading.Event()

    async def other():
        task = _start(_waits(asyncio.get_running_loop().create_future()), "other")
        await _turns(3)
        seen.append("other" in _names())
        ready.set()
        await asyncio.to_thread(done.wait)
        task.cancel()

    thread = threading.Thread(target=lambda: asyncio.run(other()))
    thread.start()
    await asyncio.to_thread(ready.wait)
    here = "other" in _names()
    done.set()
    thread.join()
    return here, seen[0]


def all_tasks_has_those_that_are_not_done():
    """List tasks that wait, have not begun, ended, failed, were cancelled, were lost, and those of another loop."""
    yield "it waits, and then is done", asyncio.run(_listed(_waits)) == (True, False)
    yield "not begun", asyncio.run(_listed(_waits, 0)) == (True, False)
    yield "cancelled, and has not heard of it", asyncio.run(_listed(_waits, 3, lambda it: it.cancel())) == (True, False)
    yield "ended", asyncio.run(_listed(lambda future: asyncio.sleep(0))) == (False, False)
    yield "failed", asyncio.run(_listed(lambda future: _fails())) == (False, False)
    yield "cancelled itself", asyncio.run(_listed(lambda future: _cancels_itself())) == (False, False)
    yield "lost", asyncio.run(_lost()) == (True, False)
    yield "of another loop", asyncio.run(_of_another_loop()) == (False, True)


async def _stack_of(make, turns=3):
    task = _start(make(asyncio.get_running_loop().create_future()))
    await _turns(turns)
    found = [frame.f_code.co_name for frame in task.get_stack()]
    task.cancel()
    return found


async def _reads(stream):
    async for _ in stream:
        await asyncio.get_running_loop().create_future()


def a_suspended_task_shows_one_frame():
    """Ask tasks that wait in themselves, three deep, in a stream, in a loop over one, and one that has not begun."""
    yield "in itself", asyncio.run(_stack_of(_waits)) == ["_waits"]
    yield "four deep", asyncio.run(_stack_of(_deep)) == ["_deep"]
    yield "in a loop over a stream", asyncio.run(_stack_of(lambda future: _reads(_Stream().numbers()))) == ["_reads"]
    yield "not begun", asyncio.run(_stack_of(_deep, 0)) == ["_deep"]


async def _broken_off(stream):
    async for _ in stream:
        break


async def _returned_from(stream):
    async for number in stream:
        return number


async def _failed_in(stream):
    with contextlib.suppress(_Trouble):
        async for _ in stream:
            raise _Trouble


async def _cancelled_in(stream):
    async def read():
        async for _ in stream:
            await asyncio.get_running_loop().create_future()

    task = _start(read())
    await _turns()
    task.cancel()
    await asyncio.wait({task})


_WAYS = {"break": _broken_off, "return": _returned_from, "an error": _failed_in, "cancelled": _cancelled_in}


async def _left(how, hold):
    """Return whether a stream was closed when its loop was left, and when a collection and some turns had passed."""
    stream = _Stream()
    kept = [stream.numbers()]
    await how(kept[0] if hold else kept.pop())
    then = stream.closed
    for _ in range(3):
        gc.collect()
        await _turns()
    return then, stream.closed


async def _left_to_the_end(how, stream, kept):
    kept.append(stream.numbers())
    await how(kept[0])
    return stream.closed


def leaving_a_loop_closes_no_async_generator():
    """Leave by `break`, by `return`, by an error, by cancelling; hold the generator, let go of it, end the loop."""
    for name, how in _WAYS.items():
        yield f"{name}, held", asyncio.run(_left(how, True)) == (False, False)
        yield f"{name}, let go of", asyncio.run(_left(how, False)) == (False, True)
        stream, kept = _Stream(), []
        yield f"{name}, held to the end of the loop", not asyncio.run(_left_to_the_end(how, stream, kept))
        yield f"{name}, after the end of the loop", stream.closed


async def _closed_by(how):
    stream = _Stream()

    async def block():
        async with contextlib.aclosing(stream.numbers()) as numbers:
            await how(numbers)
        return stream.closed

    return await block()


async def _raised_through(error):
    stream = _Stream()
    try:
        async with contextlib.aclosing(stream.numbers()) as numbers:
            async for _ in numbers:
                raise error
    except BaseException:
        return stream.closed


async def _cancelled_while_it_reads(again=False):
    """Return whether a stream is closed when the task that reads it has been cancelled, once or twice."""
    stream = _Stream()

    async def read():
        async with contextlib.aclosing(stream.numbers()) as numbers:
            async for _ in numbers:
                await asyncio.get_running_loop().create_future()

    task = _start(read())
    await _turns()
    task.cancel()
    if again:
        await _turns(1)
        task.cancel()
    await asyncio.wait({task})
    return stream.closed


def aclosing_closes_before_the_block_is_left():
    """Leave the block by `break`, an error, an exit, cancelling, and at the end of the stream."""
    for name, how in _WAYS.items():
        yield name, asyncio.run(_closed_by(how))
    yield "an error that goes on", asyncio.run(_raised_through(_Trouble()))
    yield "cancelled by itself", asyncio.run(_raised_through(asyncio.CancelledError()))
    yield "an exit", asyncio.run(_raised_through(GeneratorExit()))
    yield "its task is cancelled", asyncio.run(_cancelled_while_it_reads())
    yield "its task is cancelled twice", not asyncio.run(_cancelled_while_it_reads(again=True))
    yield "read to the end", asyncio.run(_closed_by(_read_to_the_end))


async def _read_to_the_end(stream):
    async for _ in stream:
        pass


async def _doubled(numbers):
    async for number in numbers:
        yield number * 2


async def _doubled_and_closed(numbers):
    async with contextlib.aclosing(numbers):
        async for number in numbers:
            yield number * 2


async def _delegated(numbers):
    async for number in _doubled_and_closed(numbers):
        yield number


async def _inner(outer, hold):
    """Return whether the stream inside is closed when the outer one is, and some turns and a collection later."""
    stream = _Stream()
    kept = [stream.numbers()]
    numbers = outer(kept[0] if hold else kept.pop())
    async with contextlib.aclosing(numbers):
        await _broken_off(numbers)
    then = stream.closed
    del numbers
    for _ in range(3):
        gc.collect()
        await _turns()
    return then, stream.closed


def closing_a_stream_lets_go_of_the_one_inside():
    """Close the outer of two and of three streams, the inner held and not, with an `aclosing` inside and without."""
    yield "without, let go of", asyncio.run(_inner(_doubled, False)) == (False, True)
    yield "without, held", asyncio.run(_inner(_doubled, True)) == (False, False)
    yield "with one, let go of", asyncio.run(_inner(_doubled_and_closed, False)) == (True, True)
    yield "with one, held", asyncio.run(_inner(_doubled_and_closed, True)) == (True, True)
    yield "with one, two levels down", asyncio.run(_inner(_delegated, False)) == (False, True)


async def _not_begun(how):
    stream = _Stream()
    numbers = stream.numbers()
    await how(numbers)
    del numbers
    for _ in range(2):
        gc.collect()
        await _turns()
    return stream.begun or stream.closed


async def _closes(numbers):
    await numbers.aclose()


async def _throws(numbers):
    with contextlib.suppress(_Trouble):
        await numbers.athrow(_Trouble())


async def _closes_by_a_block(numbers):
    async with contextlib.aclosing(numbers):
        pass


async def _drops(numbers):
    await _turns(1)


def what_has_not_started_has_nothing_to_clean_up():
    """Close one that was not read, throw into it, drop it, end the loop; and close one that was read once."""
    for how in _closes, _throws, _closes_by_a_block, _drops:
        yield how.__name__[1:].replace("_", " "), not asyncio.run(_not_begun(how))
    kept, stream = [], _Stream()

    async def keep():
        kept.append(stream.numbers())

    asyncio.run(keep())
    yield "held to the end of the loop", not stream.closed
    yield "read once: it cleans up", asyncio.run(_closed_by(_broken_off))


def a_list_of_tasks_tells_what_waits_and_closing_ends_a_stream():
    """List and follow a task down to what it awaits; close a stream, let go of one, hold one."""

    async def followed(make):
        task = _start(make(asyncio.get_running_loop().create_future()))
        await _turns(3)
        (listed,) = asyncio.all_tasks() - {asyncio.current_task()}
        inner, found = listed.get_coro(), []
        while hasattr(inner, "cr_await"):
            found.append(inner.__name__)
            inner = inner.cr_await
        task.cancel()
        return found

    yield "where it waits", asyncio.run(followed(_waits)) == ["_waits"]
    yield "where it waits, deep down", asyncio.run(followed(_deep)) == ["_deep"] * 4 + ["_waits"]
    yield "closed", asyncio.run(_closed_by(_broken_off))
    yield "let go of", asyncio.run(_left(_broken_off, False)) == (False, True)
    yield "held", asyncio.run(_left(_broken_off, True)) == (False, False)
