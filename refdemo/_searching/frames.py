"""The local variables of running functions, which `gc.get_referrers` never shows, read without leaving a trace.

From 3.13 on `f_locals` is a view that stores nothing (PEP 667). Before, asking for it leaves a dict in the frame that
holds every local, so 3.10 to 3.12 read the frame's memory instead; what they read is compared, never used as an object.
"""

import gc
import sys
import types
from _thread import get_ident
from collections.abc import Iterator, Set
from typing import NamedTuple

from refdemo._reading.claims import is_stored
from refdemo._reading.classes import is_a, namespace, text
from refdemo._reading.heads import HEAD
from refdemo._reading.layouts import words
from refdemo._reading.memory import WORD, Memory
from refdemo._reading.referents import tracked
from refdemo._reading.unreported import loaded
from refdemo._searching.undisturbed import sees_other_threads

_CPYTHON = sys.implementation.name == "cpython"
_READS_MEMORY = _CPYTHON and sys.version_info < (3, 13)
_INLINES = sys.version_info >= (3, 12) and _CPYTHON  # comprehensions into the code around them (PEP 709)
_LENDS = sys.version_info >= (3, 14) and _CPYTHON
GREENLET = "\0greenlet"  # what stands for the name of a thread, and is none
_VIEW = (lambda: type(sys._getframe().f_locals))()  # of a function's variables, from 3.13 on
_AT_ONCE = 200  # free-threaded builds stop every thread for each call of gc.get_referents
_OPTIMIZED = 1  # a code object's flag for a function's, as inspect.CO_OPTIMIZED


class Local(NamedTuple):
    """One local variable of a running function, as plain data: it holds no object."""

    address: int
    """The `id()` of what the variable refers to."""
    name: str
    """The variable's name; "" for the names of a running class body or of code that exec() runs, taken together."""
    function: str
    """The function's own name, without its class or module."""
    thread: str
    """The name of the thread that runs it; "" for the thread that asks."""
    counted: bool
    """Whether it is a reference of its own. A variable shared with an inner function is not (a cell holds the object
    for both), nor is from 3.14 on a parameter to which the caller's variable was lent (gh-130704): that is told only
    where one object is asked for."""
    in_cell: bool = False
    """Whether it is a variable shared with an inner function."""
    in_code: bool = False
    """Whether it is no function's: that of a comprehension which a module or a class body runs."""

    @property
    def where(self) -> str:
        """Where the variable is, in words: "running function `f`"."""
        kind = "function" if self.name and not self.in_code else "code"
        if self.thread == GREENLET:
            return f"{kind} `{self.function}` of a suspended greenlet"
        return f"running {kind} `{self.function}`" + (f" in thread `{self.thread}`" if self.thread else "")


def running_locals(own: Set[int] = frozenset(), of: int | None = None) -> list[Local]:
    """Return the local variables of every function that runs, in every thread; innermost first, own thread first.

    Functions whose globals are in `own`, by id, are left out, and so are this module's; with `of`, an `id()`, variables
    that refer to anything else. A suspended generator is not running.
    Other threads go on meanwhile: what is told of them was so a moment ago. On a free-threaded build whose lock is off
    only the calling thread is looked at, because reading a frame that another thread runs can end the process
    (gh-118680, gh-128421). Source: `sys._current_frames`, PEP 667.

    >>> def ask(thing):
    ...     return [local.name for local in running_locals(of=id(thing))]
    >>> ask([1, 2, 3])
    ['thing']
    """
    found: list[Local] = []
    for thread, innermost in _stacks(sys._getframe(1)):
        for frame in _with_callers(innermost):
            if id(frame.f_globals) not in own and frame.f_globals is not globals():
                found += _locals_of(frame, thread, of)
    return found


def running_frames() -> set[int]:
    """Return the ids of the frames of running functions, which some Pythons show as referrers like any others.

    >>> id(sys._getframe()) in running_frames()
    True
    """
    stacks = _stacks(sys._getframe(1))
    return {id(frame) for _, innermost in stacks for frame in _with_callers(innermost)}


def local_trace_functions(own: Set[int]) -> list[Local]:
    """Return the trace functions of running functions' frames, but for those whose globals are in `own`, by id."""
    found = []
    for thread, innermost in _stacks(sys._getframe(1)):
        for frame in _with_callers(innermost):
            if frame.f_trace is not None and id(frame.f_globals) not in own:
                found.append(Local(id(frame.f_trace), "f_trace", text(frame.f_code.co_name), thread, True))
    return found


def _with_callers(innermost: types.FrameType | None) -> Iterator[types.FrameType]:
    """Yield a frame and its callers, each once: those of a suspended greenlet are a circle on PyPy."""
    frame, seen = innermost, set[int]()
    while frame is not None and id(frame) not in seen:
        yield frame
        seen.add(id(frame))
        try:
            frame = frame.f_back
        except SystemError:  # PyPy, where compiled code of another thread has left the frame meanwhile
            return


def bound_names(frame: types.FrameType) -> list[tuple[str, int]]:
    """Return the variables bound in a function's frame, running or not, each with the `id()` of what it refers to.

    >>> kept = [1, 2, 3]
    >>> def numbers(of):
    ...     yield
    >>> suspended = numbers(kept)
    >>> next(suspended)
    >>> bound_names(suspended.gi_frame) == [("of", id(kept))]
    True
    """
    return _variables(frame, {*frame.f_code.co_cellvars, *frame.f_code.co_freevars})


def _stacks(caller: types.FrameType) -> list[tuple[str, types.FrameType | None]]:
    """Return the innermost frame of every thread with the thread's name, this thread's first, from `caller` on."""
    # From the caller on: a frame that its own locals lead to would be a cycle, and keep all of them alive.
    stacks: list[tuple[str, types.FrameType | None]] = [("", caller)]
    if sees_other_threads():
        others = sys._current_frames()
        del others[get_ident()]
        stacks += [(thread_name(ident), frame) for ident, frame in others.items()]
    return stacks + [(GREENLET, frame) for frame in suspended_greenlets()]


def suspended_greenlets() -> list[types.FrameType]:
    """Return the innermost frame of each greenlet that is suspended, if greenlet is loaded."""
    kind = loaded("greenlet", "greenlet")
    if kind is None:
        return []
    found = {}
    objects = tracked()
    for start in range(0, len(objects), _AT_ONCE):
        for each in gc.get_referents(*objects[start : start + _AT_ONCE]):
            if is_a(each, kind):
                found[id(each)] = each
    frames = [namespace(kind)["gr_frame"].__get__(each) for each in found.values()]
    return [frame for frame in frames if frame is not None]


def running_values(own: Set[int]) -> list[object]:
    """Return what running functions' variables refer to, where asking leaves no trace: on CPython from 3.13 on."""
    values: list[object] = []
    if _CPYTHON and not _READS_MEMORY:
        for _, innermost in _stacks(sys._getframe(1)):
            for frame in _with_callers(innermost):
                if id(frame.f_globals) not in own and frame.f_code.co_flags & _OPTIMIZED:
                    values += frame.f_locals.values()
    return values


def _locals_of(frame: types.FrameType, thread: str, of: int | None) -> list[Local]:
    code, lent = frame.f_code, set()
    in_code = not code.co_flags & _OPTIMIZED
    shared = {*code.co_cellvars, *code.co_freevars}
    if not in_code:
        names = _variables(frame, shared)
    elif not (_INLINES and code.co_varnames):
        # A module's, a class body's or exec()'s: f_locals is the namespace itself.
        names, shared = [("", id(frame.f_locals))], set()
    else:
        # The variables of a comprehension live in the frame; while it runs, f_locals may be made for the asking.
        names = [("", each) for each in _namespace(frame)] + _variables(frame, shared)
    if of is not None:
        names = [(name, address) for name, address in names if address == of]
        if names and _LENDS:
            lent = _lent(frame, of)
    return [
        Local(address, name, text(code.co_name), thread, name not in {*shared, *lent}, name in shared, in_code)
        for name, address in names
    ]


def thread_name(ident: int) -> str:
    """Return a thread's name, "another one" for a thread that `threading` does not know."""
    # Not threading.enumerate(), which takes a lock and whose threads' names can be properties of the user's.
    threading = sys.modules.get("threading")
    thread = getattr(threading, "_active", {}).get(ident)
    try:
        name = object.__getattribute__(thread, "_name") if is_stored(thread, "_name") else None
    except AttributeError:
        name = None
    return name if type(name) is str else "another one"


def _variables(frame: types.FrameType, shared: set[str]) -> list[tuple[str, int]]:
    """Return the names that are bound in a function's frame, each with the id of what it refers to."""
    if _READS_MEMORY:
        return _read(frame, shared)
    if _CPYTHON:
        found = frame.f_locals
        if type(found) is not _VIEW:  # the namespace of code that is no function's, maybe of a class of the user's
            return []
        # Of a name that the code does not have, a dict of the frame's refers to the value.
        own = {*frame.f_code.co_varnames, *shared}
        return [(name, id(value)) for name, value in found.items() if type(name) is str and name in own]
    # PyPy's snapshot: emptied again, unless the function or a debugger had asked for it (the frame refers to it then),
    # or a trace function is at work, after which it is copied back into the variables.
    taken = [id(each) for each in gc.get_referents(frame) if type(each) is dict and each]
    snapshot = frame.f_locals
    names = [(name, id(value)) for name, value in snapshot.items()]
    if id(snapshot) not in taken and sys.gettrace() is None and frame.f_trace is None:
        snapshot.clear()
    return names


def _read(frame: types.FrameType, shared: set[str]) -> list[tuple[str, int]]:
    """Return what a frame of 3.10 to 3.12 holds, from its memory; nothing where that is laid out in another way."""
    found = []
    try:
        with Memory() as memory:
            names, start = _slots(memory, frame)
            for name, address in zip(names, words(memory, start, len(names)), strict=True):
                if address and name in shared:
                    kind, content = words(memory, address + HEAD - WORD, 2)
                    address = content if kind == id(types.CellType) else 0
                if address:
                    found.append((name, address))
    except (OSError, ValueError):
        return []
    return found


def _namespace(frame: types.FrameType) -> list[int]:
    """Return, in a list, the id of the namespace of code that is no function's, from 3.12 on; empty if unknown."""
    try:
        with Memory() as memory:
            stored = list(words(memory, memory.word(id(frame) + HEAD + WORD), 6))
    except (OSError, ValueError):
        return []
    return [stored[5]] if stored[3] == id(frame.f_globals) else []


def _slots(memory: Memory, frame: types.FrameType) -> tuple[list[str], int]:
    """Return the names of a frame's variables in the order of their slots, and the address of the first slot."""
    code, fields = frame.f_code, id(frame) + HEAD
    names = list(code.co_varnames)
    if sys.version_info < (3, 11):  # PyFrameObject: its size, then back, code, builtins, globals, locals, value stack
        names += code.co_cellvars + code.co_freevars
        known = {2: code, 4: frame.f_globals}
        stored = list(words(memory, fields, 7))
        start = stored[6] - len(names) * WORD
    else:  # _PyInterpreterFrame, to which PyFrameObject leads after its f_back
        names += [name for name in code.co_cellvars if name not in names]
        names += code.co_freevars
        known = {4: code, 1: frame.f_globals} if sys.version_info < (3, 12) else {0: code, 3: frame.f_globals}
        fields = memory.word(fields + WORD)
        stored = list(words(memory, fields, 5))
        start = fields + 8 * WORD + 8
    if any(stored[place] != id(value) for place, value in known.items()):
        raise ValueError("this frame is laid out in another way")
    return names, start


def _lent(frame: types.FrameType, address: int) -> set[str]:
    """Return the parameters to which an object was lent: 3.14 and newer mark them in the lowest bits of their slots."""
    code = frame.f_code
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    try:
        with Memory() as memory:
            start = memory.word(id(frame) + HEAD + WORD) + 9 * WORD + 8
            slots = list(words(memory, start, len(names)))
    except (OSError, ValueError):
        return set()
    # Only the object's own address is taken for an answer, wherever the slots are.
    return {name for name, slot in zip(names, slots, strict=True) if slot == address | 1}
