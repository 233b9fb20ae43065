"""Where chains begin: what modules, running functions and the interpreter hold, as far as Python code can ask."""

import gc
import itertools
import sys
import types
from _thread import get_ident
from collections.abc import Iterator
from typing import Any, NamedTuple

from refdemo._reading.claims import PYPY, retry_while_resizing
from refdemo._reading.classes import is_a, module_dict, module_namespace, namespace, text
from refdemo._searching.frames import Local, local_trace_functions, running_frames, running_locals, thread_name
from refdemo._searching.naming import module_name
from refdemo._searching.reference_labels import globals_in
from refdemo._searching.undisturbed import sees_other_threads
from refdemo._searching.worklist import WorkList

OURS: set[int] = set()
"""The globals of the modules at work here, by id: what their functions hold, running or not, is not the program's."""
_OLD_NAMES = ("SIGCLD", "SIGIOT", "SIGPOLL")  # of signals that have another name as well


class Root(NamedTuple):
    """A reference that no object holds, in words."""

    holder: str
    """What holds it: "module `app`", "running function `serve`", "the interpreter"."""
    label: str
    """What the reference is there: "global `cache`", "local `request`", "handler of signal `SIGUSR1`"."""
    counted: bool
    """Whether it is one that the collector shows nowhere else."""


class Roots:
    """What modules' globals, running functions (but for those at work here) and the interpreter hold, by id."""

    def __init__(self) -> None:
        self.running = running_frames()
        self.modules = imported_modules()
        self.interpreter = list(interpreter_roots())
        self.names: dict[int, Root | Local | int] = dict(self.interpreter)
        for local in reversed(running_locals(OURS)):
            if local.counted or local.address not in self.names:
                self.names[local.address] = local
        # In this order globals go before locals and __main__ goes first.
        for place in range(len(self.modules) - 1, -1, -1):
            self.names |= dict.fromkeys(map(id, globals_in(self.modules[place])), place)

    def order(self, address: int) -> int:
        """Return which of several roots to tell: a global before a local, and of globals that of the earlier module."""
        name = self.names[address]
        return name if isinstance(name, int) else len(self.modules) + isinstance(name, Root)

    def objects(self) -> list[object]:
        """Return the objects that the names lead to, as far as the collector or a module shows them."""
        found = {id(each): each for module in self.modules for each in globals_in(module)}
        found |= {id(each): each for each in gc.get_objects() if id(each) in self.names}
        return list(found.values())

    def root_of(self, obj: object) -> Root:
        """Return the root that is told of an object which has one."""
        name = self.names[id(obj)]
        if isinstance(name, Root):
            return name
        if isinstance(name, Local):
            return Root(name.where, f"local `{name.name}`" if name.name else "", name.counted)
        module = self.modules[name]
        pairs = retry_while_resizing(lambda: list(module_dict(module).items()))
        key = next((key for key, value in pairs if value is obj), "")
        return Root(f"module `{module_name(module)}`", f"global `{key}`" if type(key) is str else "global", True)


def imported_modules() -> WorkList:
    """Return the imported modules, `__main__` first."""
    found = WorkList([sys.modules.get("__main__"), *list(sys.modules.values())])
    return WorkList({id(each): each for each in found if is_a(each, types.ModuleType)}.values())


def interpreter_roots() -> Iterator[tuple[int, Root]]:
    """Yield the id of each object that the interpreter holds and shows, with the words for it."""
    for found, label, counted in itertools.chain(_hooks(), _registries(), _context_variables()):
        if found is not None and not is_a(found, int):
            yield id(found), Root("the interpreter", label, counted)
    for each in local_trace_functions(OURS):
        yield each.address, Root(each.where, "trace function", True)
    yield from _handled_exceptions()


def _hooks() -> Iterator[tuple[object, str, bool]]:
    yield sys.gettrace(), "trace function of this thread", True
    yield sys.getprofile(), "profile function of this thread", True
    hooks: tuple[object, ...] = getattr(sys, "get_asyncgen_hooks", tuple)()
    for name, hook in zip(("firstiter", "finalizer"), hooks, strict=False):
        yield hook, f"{name} hook of asynchronous generators", True
    signals = sys.modules.get("_signal")
    if signals is None:
        return
    names = {
        number: name
        for name, number in module_namespace(signals).items()
        if type(number) is int and name.startswith("SIG") and name not in _OLD_NAMES
    }
    for number in range(1, module_namespace(signals)["NSIG"]):
        try:
            yield signals.getsignal(number), f"handler of signal `{names.get(number, number)}`", True
        except ValueError:  # no number of a signal here
            continue


def _registries() -> Iterator[tuple[object, str, bool]]:
    """Yield what C code keeps functions in, each known by what start-up has put there."""
    if PYPY:  # which keeps them elsewhere
        return
    search, strict = _global("encodings", "search_function"), _global("codecs", "strict_errors")
    if search is None or strict is None:
        return
    # Of the answer no frame may stay in a variable: this function's own is there as well, and would keep itself.
    found = WorkList(each for each in gc.get_referrers(search, strict) if _is_registry(each, id(search)))
    arguments, held = tuple(found), set[int]()
    for holder in gc.get_referrers(*arguments):
        if holder is not arguments and type(holder) is not WorkList and type(holder) is not types.FrameType:
            held.update(map(id, gc.get_referents(holder)))
    # A program may have such a list, too, which something holds; C code's was made at start-up, before any other.
    by_c = {type(each): each for each in found if id(each) not in held}
    yield by_c.get(dict), "dict of error handlers for codecs", True
    yield by_c.get(list), "list of search functions for codecs", True


def _is_registry(obj: object, search: int) -> bool:
    if type(obj) is dict:
        return _has_key(obj, "xmlcharrefreplace")
    return type(obj) is list and search in map(id, gc.get_referents(obj))


def _has_key(found: dict[object, object], wanted: str) -> bool:
    """Whether a dict has a key, without comparing it with keys that are no plain str."""
    return any(type(key) is str and key == wanted for key in retry_while_resizing(lambda: list(found)))


def _context_variables() -> Iterator[tuple[object, str, bool]]:
    """Yield what the current context holds: by objects that the collector shows, so it is counted with these."""
    copy_context = _global("_contextvars", "copy_context")
    if copy_context is None:
        return
    for variable, value in copy_context().items():
        name = text(namespace(type(variable))["name"].__get__(variable))
        yield value, f"value of context variable `{name}` in the current context", False


def _handled_exceptions() -> Iterator[tuple[int, Root]]:
    """Yield the exceptions that running functions are handling: in every thread, where that can be asked."""
    if sees_other_threads():
        exceptions: dict[int, Any] = getattr(sys, "_current_exceptions", dict)()
    else:
        exceptions = {get_ident(): sys.exc_info()[1]}
    for ident, caught in exceptions.items():
        exception = caught[1] if type(caught) is tuple else caught
        if exception is None:
            continue
        thread = "" if ident == get_ident() else f" in thread `{thread_name(ident)}`"
        trace = vars(BaseException)["__traceback__"].__get__(exception)
        function = f"function `{text(trace.tb_frame.f_code.co_name)}`" if trace is not None else "code"
        yield id(exception), Root(f"running {function}{thread}", "exception being handled", True)


def _global(module: str, name: str) -> Any:
    found = sys.modules.get(module)
    return module_namespace(found).get(name) if is_a(found, types.ModuleType) else None
