"""Leaks that public libraries had and have mended, each by its shape: the step that leaks, and the mended one.

The names of issues are those whose text tells of the shape.
"""

import asyncio
import atexit
import contextvars
import functools
import logging
import threading
import weakref


class Session:
    def close(self):
        pass

    @functools.cache  # noqa: B019
    def cached_by_class(self):
        return 1

    @functools.cached_property
    def cached_by_instance(self):
        return 1

    def cached(self):
        """PyCQA/flake8#1573, pytest-dev/pytest#9148: the cache of a method keeps its self."""
        self.cached_by_class()

    def cached_mended(self):
        assert self.cached_by_instance == 1


class Shape:
    """A leak: where it is kept, the step that leaks and the one that does not, and words that tell the holder."""

    def __init__(self, leaks, mended, *holders):
        self.leaks, self.mended, self.holders = leaks, mended, holders


registry, errors, suspended, receivers, tokens, timers, tasks = {}, [], [], [], [], [], set()
local, current = threading.local(), contextvars.ContextVar("current")


def method_of_a_finalizer():
    """DiamondLightSource/httomo#265: the finalizer's function is a method of what it waits for."""
    session = Session()
    weakref.finalize(session, session.close)


def method_of_a_finalizer_mended():
    session = Session()
    weakref.finalize(session, int)


def method_for_the_exit():
    """What is registered for the exit is kept until then."""
    atexit.register(Session().close)


def method_for_the_exit_mended():
    weakref.finalize(Session(), int)  # which is called at the exit as well


def partial_in_a_registry():
    """Arguments of a partial are kept like a closure's variables, where nobody looks for them."""
    session = Session()
    registry[len(registry)] = functools.partial(print, session)


def partial_in_a_registry_mended():
    session = Session()
    registry["the only one"] = functools.partial(print, weakref.ref(session))


def failing(session):
    raise LookupError


def error_that_is_kept():
    """quora/asynq#168: a kept error keeps the variables of the frames in its traceback."""
    try:
        failing(Session())
    except LookupError as error:
        errors.append(error)


def error_that_is_kept_mended():
    try:
        failing(Session())
    except LookupError as error:
        errors[:] = [error.with_traceback(None)]


class SessionHandler(logging.Handler):
    def __init__(self, session):
        super().__init__()
        self.session = session


def handler_of_a_logger():
    """A handler for each connection, that is never removed from its logger."""
    logging.getLogger("refdemo.tests").addHandler(SessionHandler(Session()))


def handler_of_a_logger_mended():
    handler = SessionHandler(Session())
    logging.getLogger("refdemo.tests").addHandler(handler)
    logging.getLogger("refdemo.tests").removeHandler(handler)


def value_of_a_thread():
    """web2py/pydal#427: an attribute of a thread's local for each instance, and never deleted."""
    setattr(local, f"session_{len(vars(local))}", Session())


def value_of_a_thread_mended():
    local.session = Session()
    del local.session


def receiver_held_strongly():
    """flexxui/flexx#202: what an event calls keeps the object whose method that is."""
    receivers.append(Session().close)


def receiver_held_strongly_mended():
    receivers.append(weakref.WeakMethod(Session().close))
    receivers[:] = [receiver for receiver in receivers if receiver() is not None]


def token_that_is_kept():
    """A token keeps the value that was there before."""
    current.set(Session())
    tokens.append(current.set(None))


def token_that_is_kept_mended():
    current.reset(current.set(Session()))


def steps_of(session):
    yield session
    yield None


def generator_left_suspended():
    """A generator that nobody runs to its end keeps its variables for as long as it is kept."""
    generator = steps_of(Session())
    next(generator)
    suspended.append(generator)


def generator_left_suspended_mended():
    generator = steps_of(Session())
    next(generator)
    generator.close()


async def request(session):
    return session


def in_a_loop(main):
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(main())
    finally:
        loop.close()


def task_never_discarded():
    """pnbruckner/ha-life360#101: tasks that have ended stay in a set, each with its result."""

    async def main():
        task = asyncio.get_running_loop().create_task(request(Session()))
        tasks.add(task)
        await task

    in_a_loop(main)


def task_never_discarded_mended():
    async def main():
        task = asyncio.get_running_loop().create_task(request(Session()))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        await task

    in_a_loop(main)


def context_of_a_timer():
    """run-llama/llama-agents#486: a timer keeps the context in which it was set, and so its variables' values."""

    def set_a_timer():
        current.set(Session())
        timers.append(contextvars.copy_context())

    contextvars.copy_context().run(set_a_timer)


def context_of_a_timer_mended():
    def set_a_timer():
        token = current.set(Session())
        current.reset(token)
        timers[:] = [contextvars.copy_context()]

    contextvars.copy_context().run(set_a_timer)


SHAPES = {
    "cache of a method": Shape(
        lambda: Session().cached(), lambda: Session().cached_mended(), "cached_by_class", "class `Session`"
    ),
    "finalizer": Shape(method_of_a_finalizer, method_of_a_finalizer_mended, "finalize", "method `Session.close`"),
    "atexit": Shape(method_for_the_exit, method_for_the_exit_mended, "atexit", "method `Session.close`"),
    "partial": Shape(partial_in_a_registry, partial_in_a_registry_mended, "global registry", "partial"),
    "kept error": Shape(error_that_is_kept, error_that_is_kept_mended, "global errors", "LookupError"),
    "logging handler": Shape(handler_of_a_logger, handler_of_a_logger_mended, "handlers", "SessionHandler"),
    "thread's local": Shape(value_of_a_thread, value_of_a_thread_mended, "session_"),
    "receiver": Shape(receiver_held_strongly, receiver_held_strongly_mended, "global receivers", "method"),
    "token": Shape(token_that_is_kept, token_that_is_kept_mended, "global tokens", "Token"),
    "generator": Shape(
        generator_left_suspended, generator_left_suspended_mended, "global suspended", "suspended generator `steps_of`"
    ),
    "task": Shape(task_never_discarded, task_never_discarded_mended, "global tasks", "Task"),
    "context": Shape(context_of_a_timer, context_of_a_timer_mended, "global timers", "Context"),
}


def forget():
    """Let go of all that the shapes keep."""
    Session.cached_by_class.cache_clear()
    for kept in (registry, errors, suspended, receivers, tasks, tokens, timers):
        kept.clear()
    vars(local).clear()
    del logging.getLogger("refdemo.tests").handlers[:]
