"""Attacks on the sentences of guides/threads-and-locals."""

import asyncio
import contextlib
import contextvars
import gc
import queue
import socket
import subprocess
import sys
import threading
import types
import weakref
from concurrent import futures

_THREADS = sys.platform != "emscripten"
_THREADS_KEEP_CONTEXTS = sys.version_info >= (3, 14)
_current = contextvars.ContextVar("_current", default=None)


class _Thing:
    pass


class _Filled(threading.local):
    def __init__(self):
        self.fresh = True


class _Slotted(threading.local):
    __slots__ = ("value",)


def _circle():
    thing = _Thing()
    thing.me = thing
    return thing


def _alive(witness):
    gc.collect()
    return witness() is not None


@contextlib.contextmanager
def _thread_that_waits(work, **options):
    """Let a thread do some work, and wait until the block ends."""
    ready, end = threading.Event(), threading.Event()

    def serve():
        work()
        ready.set()
        end.wait()

    thread = threading.Thread(target=serve, **options)
    thread.start()
    ready.wait()
    yield thread
    end.set()
    thread.join()


def _life(local, make, after=lambda local: None, **options):
    """Return whether a value lives while its thread waits, and when that has ended."""
    witnesses = []

    def work():
        local.value = thing = make()
        witnesses.append(weakref.ref(thing))
        del thing
        after(local)

    with _thread_that_waits(work, **options):
        waiting = _alive(witnesses[0])
    return waiting, _alive(witnesses[0])


def _drop_the_local(circle=False):
    """Return whether a value lives on when its local is dropped while its thread waits."""
    locals_ = [threading.local()]
    witnesses = []

    def work():
        locals_[0].value = _Thing()
        locals_[0].value.local = locals_[0] if circle else None
        witnesses.append(weakref.ref(locals_[0].value))

    with _thread_that_waits(work):
        locals_.clear()
        return _alive(witnesses[0])


def _seen(local):
    """Return whether this thread sees what another one that still runs has set."""

    def work():
        local.value = 1

    with _thread_that_waits(work):
        return hasattr(local, "value")


def _handed_over(local):
    """Return whether a `__dict__` that was handed over is read, outlives its thread, and holds without a holder."""
    handed, witnesses = [], []

    def work():
        local.value = _Thing()
        witnesses.append(weakref.ref(local.value))
        handed.append(vars(local))

    with _thread_that_waits(work):
        read = handed[0]["value"] is witnesses[0]()
    longer = _alive(witnesses[0])
    handed.clear()
    return read, longer, _alive(witnesses[0])


def _set_in_the_class():
    class Local(threading.local):
        value = None

    def work():
        Local.value = 1

    with _thread_that_waits(work):
        return Local().value == 1


def a_value_lives_as_long_as_its_thread():
    """Put things of several types in, take them out, drop the local, end the thread; look from another one."""
    only = threading.local()
    only.value = _Thing()
    witness = weakref.ref(only.value)
    yield "in the thread that asks", _alive(witness)
    del only.value
    yield "taken out by the thread that asks", not _alive(witness)
    if _THREADS:
        for make in _Thing, set, _circle:
            yield f"{make.__name__.strip('_')}, in another thread", _life(threading.local(), make) == (True, False)
        yield "in a subclass that fills itself", _life(_Filled(), _Thing) == (True, False)
        yield "in a daemon", _life(threading.local(), _Thing, daemon=True) == (True, False)
        yield "taken out", _life(threading.local(), _Thing, lambda local: vars(local).clear()) == (False, False)
        yield "replaced", _life(threading.local(), _Thing, lambda local: setattr(local, "value", 0)) == (False, False)
        yield "the local itself dropped", not _drop_the_local()
        yield "the local dropped to which its value leads", not _drop_the_local(circle=True)
        yield "looked at from another thread", not _seen(threading.local()) and not _seen(_Filled())
        yield "in a slot, seen by all and kept", _seen(_Slotted()) and _life(_Slotted(), _Thing) == (True, True)
        yield "in the class, seen by all", _set_in_the_class()
        yield "its dict handed over", _handed_over(threading.local()) == (True, True, False)


def _set_and_reset(copy="", error=None):
    """Return a witness of what a variable held for a while, and a copy of the context if one was made."""
    thing = _Thing()
    copies = [contextvars.copy_context()] * (copy == "before")
    token = _current.set(thing)
    try:
        copies += [contextvars.copy_context()] * (copy == "between")
        if error:
            raise error
    except LookupError:
        pass
    finally:
        _current.reset(token)
    return weakref.ref(thing), copies


def _reset_twice():
    outer, inner = _Thing(), _Thing()
    first = _current.set(outer)
    second = _current.set(inner)
    _current.reset(second)
    held = _current.get() is outer
    _current.reset(first)
    return held, weakref.ref(outer), weakref.ref(inner)


def a_reset_lets_go_and_a_copy_does_not():
    """Set and reset, nested, with an error, in a context of its own; copy before and between, drop the copy."""
    yield "reset", not _alive(_set_and_reset()[0])
    yield "reset after an error", not _alive(_set_and_reset(error=LookupError())[0])
    held, outer, inner = _reset_twice()
    yield "reset to what was set before", held and not _alive(outer) and not _alive(inner)
    witness, copies = _set_and_reset("before")
    yield "copied before", not _alive(witness)
    witness, copies = _set_and_reset("between")
    yield "copied between", _alive(witness)
    copies.clear()
    yield "copied between, the copy dropped", not _alive(witness)
    own = contextvars.copy_context()
    yield "reset in a context of its own", not _alive(own.run(_set_and_reset)[0])


def _set_only():
    _current.set(thing := _Thing())
    return weakref.ref(thing)


def _set_by_a_generator():
    witness = _set_only()
    yield witness


def without_a_reset_the_value_stays():
    """Set a variable and forget it: by a function, a generator, in a pool's thread, in a context that goes."""
    for name, function in ("a function", _set_only), ("a generator", lambda: next(_set_by_a_generator())):
        witness = function()
        yield f"set by {name}", _alive(witness)
        _current.reset(_current.set(None))
        yield f"set by {name}, and set anew for a while", _alive(witness)
        _current.set(None)
        yield f"set by {name}, and set anew", not _alive(witness)
    yield "in a context that goes", not _alive(contextvars.copy_context().run(_set_only))
    if _THREADS:
        with futures.ThreadPoolExecutor(1) as pool:
            witness = pool.submit(_set_only).result()
            yield "in a pool, seen by the next job", pool.submit(_current.get).result() is witness()
            yield "in a pool that waits", _alive(witness)
        yield "in a pool that has ended", _alive(witness) == _THREADS_KEEP_CONTEXTS
        del pool
        yield "in a pool that is gone", not _alive(witness)


def _held_by(hand_over):
    """Return whether what a loop is given keeps a request that was set meanwhile."""
    with contextlib.closing(asyncio.new_event_loop()) as loop:
        token = _current.set(thing := _Thing())
        kept = hand_over(loop)
        _current.reset(token)
        witness = weakref.ref(thing)
        del thing, token
        held = _alive(witness)
        if isinstance(kept, asyncio.Task):
            loop.run_until_complete(kept)
        elif hasattr(kept, "cancel"):
            kept.cancel()
    return held


def _held_by_hand():
    witness, copies = _set_and_reset("between")
    return _alive(witness) and len(copies) == 1


def _watched(loop):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        loop.add_reader(ours, print)
        handle = loop._selector.get_key(ours).data[0]
        loop.remove_reader(ours)
    return handle._context


def _called_back(loop):
    future = loop.create_future()
    future.add_done_callback(print)
    return future


def tasks_callbacks_and_timers_copy_the_context():
    """Hand a loop whatever it takes, while a variable is set, and a context of one's own."""
    other = contextvars.Context()
    yield "a copy by hand", _held_by_hand()
    if _THREADS:
        yield "a task", _held_by(lambda loop: loop.create_task(asyncio.sleep(0)))
        yield "a callback", _held_by(lambda loop: loop.call_soon(print))
        yield "a timer", _held_by(lambda loop: loop.call_later(60, print))
        yield "a timer for a moment", _held_by(lambda loop: loop.call_at(loop.time() + 60, print))
        yield "a done-callback", _held_by(_called_back)
        yield "a watched socket", _held_by(_watched)
        yield "a callback with a context", not _held_by(lambda loop: loop.call_soon(print, context=other))
        yield "a timer with a context", not _held_by(lambda loop: loop.call_later(60, print, context=other))


def _plain(target, args):
    return threading.Thread(target=target, args=args)


def _daemon(target, args):
    return threading.Thread(target=target, args=args, daemon=True)


def _timer(target, args):
    return threading.Timer(0, target, args)


_LAZY_POOL = """if True:
    import contextvars, gc, weakref
    from concurrent import futures
    current = contextvars.ContextVar("current")
    pool = futures.ThreadPoolExecutor(1)
    class Request: pass
    def handle():
        token = current.set(kept := Request())
        pool.submit(id, 1).result()
        current.reset(token)
        return weakref.ref(kept)
    alive = handle()
    gc.collect()
    print("kept" if alive() else "gone", end=" ")
    pool.shutdown()
    del pool
    gc.collect()
    print("kept" if alive() else "gone")
"""


def _lazy_pool(*options):
    command = [sys.executable, *options, "-c", _LAZY_POOL]
    return subprocess.run(command, capture_output=True, text=True).stdout.strip()


def a_thread_starts_with_an_empty_context_unless_it_inherits():
    """Look at a variable in threads that are started in several ways, with the option on and off."""
    inherits = bool(getattr(sys.flags, "thread_inherit_context", False))
    token, found = _current.set("set"), []
    for kind in _plain, _daemon, _timer:
        thread = kind(lambda: found.append(_current.get()), ())
        thread.start()
        thread.join()
        yield kind.__name__.strip("_"), (found.pop() == "set") == inherits
    with futures.ThreadPoolExecutor(1) as pool:
        yield "a pool", (pool.submit(_current.get).result() == "set") == inherits
    _current.reset(token)
    if not _THREADS_KEEP_CONTEXTS:
        yield "a pool made for a request", _lazy_pool() == "gone gone"
    else:
        yield "the option on", _lazy_pool("-X", "thread_inherit_context=1") == "kept gone"
        yield "the option off", _lazy_pool("-X", "thread_inherit_context=0") == "gone gone"


def _binds():
    while True:
        item = yield
        id(item)


def _deletes():
    while True:
        item = yield
        id(item)
        del item


def _binds_nothing():
    while True:
        id((yield))


def _unpacks():
    while True:
        (item,) = [(yield)]
        id(item)


def _sent(consumer):
    """Return whether a generator that waits for its next item holds the last one."""
    waiting = consumer()
    next(waiting)
    waiting.send(thing := _Thing())
    witness = weakref.ref(thing)
    del thing
    return _alive(witness)


def _walrus(jobs):
    while (item := jobs.get()) is not None:
        jobs.task_done()
    del item


def _for(jobs):
    for _job in iter(jobs.get, None):
        jobs.task_done()


def _comprehension(jobs):
    return [jobs.task_done() for _job in iter(jobs.get, None)]


def _deleted(jobs):
    while (item := jobs.get()) is not None:
        del item
        jobs.task_done()


def _queued(work):
    """Return whether a thread that waits at a queue holds the last item."""
    jobs = queue.Queue()
    thread = threading.Thread(target=work, args=(jobs,))
    thread.start()
    jobs.put(thing := _Thing())
    witness = weakref.ref(thing)
    del thing
    jobs.join()
    held = _alive(witness)
    jobs.put(None)
    thread.join()
    return held


def a_loop_that_waits_holds_the_item_it_bound_last():
    """Wait in generators and in threads, with loops of several forms, and with `del` before the wait."""
    yield "a generator", _sent(_binds)
    yield "a generator that unpacks", _sent(_unpacks)
    yield "a generator that deletes", not _sent(_deletes)
    yield "a generator that binds no name", not _sent(_binds_nothing)
    if _THREADS:
        yield "a thread, by a walrus", _queued(_walrus)
        yield "a thread, by for", _queued(_for)
        yield "a thread, in a comprehension", _queued(_comprehension)
        yield "a thread that deletes", not _queued(_deleted)


class _OwnRun(threading.Thread):
    def run(self):
        self._target(*self._args, **self._kwargs)


class _CallsThreads(threading.Thread):
    def run(self):
        super().run()


def _argument_of(kind, keyword=False):
    """Return whether a thread holds its argument: before the start, while it runs, when it has ended."""
    thing, started, leave, said = _Thing(), threading.Event(), threading.Event(), []
    witness = weakref.ref(thing)

    def work(argument):
        del argument
        started.set()
        leave.wait()

    thread = kind(target=work, kwargs={"argument": thing}) if keyword else kind(target=work, args=(thing,))
    del thing
    said.append(_alive(witness))
    thread.start()
    started.wait()
    said.append(_alive(witness))
    leave.set()
    thread.join()
    return [*said, _alive(witness)]


def _bound(target, args):
    """Return a thread that has its argument as the instance of a bound method."""
    return threading.Thread(target=types.MethodType(target, args[0]))


def a_thread_holds_its_arguments_until_its_run_has_ended():
    """Keep threads of several classes that have ended, and arguments given by place, by name, by a bound method."""
    yield "by place", not _argument_of(threading.Thread)[2]
    yield "by name", not _argument_of(threading.Thread, keyword=True)[2]
    yield "by a bound method", not _argument_of(_bound)[2]
    yield "to a class whose run calls Thread's", not _argument_of(_CallsThreads)[2]
    yield "to a daemon", not _argument_of(_daemon)[2]
    yield "to a timer", _argument_of(_timer)[2]
    yield "to a class with a run of its own", _argument_of(_OwnRun)[2]


def a_running_thread_holds_its_arguments():
    """Let go of arguments in the function, in threads of several classes that run or have not started."""
    for kind in _plain, _daemon, _timer, _bound, _OwnRun:
        yield f"{kind.__name__.strip('_')}, not started, running", _argument_of(kind)[:2] == [True, True]
    yield "by name, not started, running", _argument_of(threading.Thread, keyword=True)[:2] == [True, True]


def a_thread_between_two_jobs_keeps_what_it_did_not_let_go():
    """Look for the last job of threads that wait, in variables, locals and contexts, with and without letting go."""
    yield "a variable", _sent(_binds)
    yield "a variable, deleted", not _sent(_deletes)
    yield "a context variable, reset", not _alive(_set_and_reset()[0])
    if _THREADS:
        yield "a variable, in a thread", _queued(_walrus)
        yield "a variable, deleted, in a thread", not _queued(_deleted)
        yield "an attribute of a local", _life(threading.local(), _Thing)[0]
        yield "a replaced one", not _life(threading.local(), _Thing, lambda local: setattr(local, "value", 0))[0]
