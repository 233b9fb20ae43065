"""What the words call an object: "function `handle` (app.py:12)", "class `Session`", "a dict"."""

import os
import types
from typing import Any

from refdemo._reading.claims import is_stored
from refdemo._reading.classes import is_a, module_namespace, module_of, name_of, source_of, text
from refdemo._reading.fields import shown
from refdemo._reading.unreported import loaded
from refdemo.edges import direct_edges

_STANDARD_LIBRARY = os.path.dirname(os.path.abspath(os.__file__)) + os.sep
_INSTALLED = ("site-packages", "dist-packages")

# By id: a metaclass can define how its classes compare and hash.
_SUSPENDED = {
    id(types.GeneratorType): ("generator", "gi"),
    id(types.CoroutineType): ("coroutine", "cr"),
    id(types.AsyncGeneratorType): ("async generator", "ag"),
}


# Where the types are that need words of their own: a class of the user's can have the same name.
_HOMES = {
    "Context": ("_contextvars",),
    "Task": ("_asyncio", "asyncio.tasks"),
    "_local": ("_thread",),
    "_lru_cache_wrapper": ("_functools",),
    "ndarray": ("numpy",),
    "partial": ("_functools", "functools"),
}


def kind_of(obj: object) -> str:
    """Return the name of an object's type."""
    return "threading.local" if is_exactly(obj, "_local") else name_of(type(obj))


def is_exactly(obj: object, name: str) -> bool:
    """Whether the type of an object is the standard library's type of this name (or numpy's), not a subclass."""
    return name_of(type(obj)) == name and any(type(obj) is loaded(module, name) for module in _HOMES[name])


def module_name(module: object) -> str:
    """Return the `__name__` in a module's namespace."""
    return text(module_namespace(module).get("__name__")) or "without a name"


def is_generator(obj: object) -> bool:
    """Whether this is a generator, coroutine or async generator."""
    return id(type(obj)) in _SUSPENDED


def is_generator_type(kind: type) -> bool:
    """Whether instances of a type are generators, coroutines or async generators."""
    return id(kind) in _SUSPENDED


def is_running(obj: object) -> bool:
    """Whether this is a generator, coroutine or async generator whose function is running now."""
    if not is_generator(obj) or not of_generator(obj, "running"):
        return False
    # An async generator says so as well while it waits for something.
    return type(obj) is not types.AsyncGeneratorType or of_generator(obj, "await") is None


def of_generator(generator: object, what: str) -> Any:
    """Return `gi_<what>` of a generator, `cr_<what>` of a coroutine, `ag_<what>` of an async generator."""
    return type(generator).__dict__[f"{_SUSPENDED[id(type(generator))][1]}_{what}"].__get__(generator)


def named(obj: object) -> str:
    """Return what the words call an object, with the file and line of what is defined in code.

    No file is given where a name for it is all there is (`<string>`), and for the standard library its module instead,
    as its lines differ from one Python to the next.
    """
    if is_a(obj, types.ModuleType):
        return f"module `{module_name(obj)}`"
    if is_a(obj, type):
        return f"class `{name_of(obj)}`" + _where_class(obj)  # type: ignore[arg-type]
    if type(obj) is types.FunctionType:
        return f"function `{_short(obj.__qualname__)}`" + where(obj.__code__, obj.__module__)
    if is_generator(obj):
        name = type(obj).__dict__["__qualname__"].__get__(obj)
        return f"suspended {_SUSPENDED[id(type(obj))][0]} `{_short(name)}`" + where(of_generator(obj, "code"))
    return a(kind_of(obj)) + _detail(obj)


def general(obj: object) -> str:
    """Return what `named` would call several of a kind, each of them."""
    if is_a(obj, type):
        return "a class"
    return "a module" if is_a(obj, types.ModuleType) else a(kind_of(obj))


def a(name: str) -> str:
    """Return a noun with its article."""
    return f"{'an' if name[:1] in 'aeiouAEIOU' else 'a'} {name}"


def where(code: object, module: object = "") -> str:
    """Return " (app.py:12)", where a code object begins; " (module)" in the standard library, "" without a file."""
    if type(code) is not types.CodeType:
        return ""
    file = text(code.co_filename)
    if _is_standard(file):
        found = text(module) or _module_of(file)
        return f" ({found})" if found else ""
    return "" if file.startswith("<") else f" ({os.path.basename(file)}:{code.co_firstlineno})"


def _detail(obj: object) -> str:
    """Return what tells this object from others of its type, where that is known without asking the object."""
    if type(obj) is types.MethodType and type(obj.__func__) is types.FunctionType:
        return f" `{_short(obj.__func__.__qualname__)}`" + where(obj.__func__.__code__, obj.__func__.__module__)
    if type(obj) is types.TracebackType:
        code = obj.tb_frame.f_code
        return f" of function `{text(code.co_name)}`{where(code)}"
    if is_exactly(obj, "_lru_cache_wrapper"):
        function = [each.referent for each in direct_edges(obj) if each.label == " function"]
        return f" of {named(function[0])}" if function and type(function[0]) is types.FunctionType else ""
    if is_exactly(obj, "Task"):
        coroutine = _coroutine_of(obj)
        return f" of {named(coroutine).removeprefix('suspended ')}" if is_generator(coroutine) else ""
    return ""


def _coroutine_of(task: object) -> object:
    if is_stored(task, "_coro"):  # asyncio's tasks in Python, which PyPy has
        try:
            return object.__getattribute__(task, "_coro")
        except AttributeError:
            return None
    return next((value for name, value in shown(task) if name == "_coro"), None)


def _where_class(cls: Any) -> str:
    file, line = source_of(cls)
    if not file or _is_standard(file):
        module = module_of(cls)
        return "" if module in ("", "builtins", "__main__") else f" ({module})"
    return f" ({os.path.basename(file)}{f':{line}' if line is not None else ''})"


def _is_standard(file: str) -> bool:
    if file.startswith("<frozen "):
        return True
    return file.startswith(_STANDARD_LIBRARY) and not any(each in file for each in _INSTALLED)


def _module_of(file: str) -> str:
    inside = file.removeprefix("<frozen ").rstrip(">").removeprefix(_STANDARD_LIBRARY).removesuffix(".py")
    return inside.replace(os.sep, ".").removesuffix(".__init__")


def _short(qualname: object) -> str:
    return text(qualname).rpartition("<locals>.")[2]
