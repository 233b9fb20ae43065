"""Attacks on the sentences of tutorial/without-the-gil."""

import collections
import enum
import gc
import importlib
import marshal
import subprocess
import sys
import tempfile
import types
import weakref
from itertools import count
from pathlib import Path

import refdemo
from refdemo.counts import is_immortal

_FREE_THREADED = "t" in getattr(sys, "abiflags", "")
_STAYS = _FREE_THREADED and sys.version_info[:2] == (3, 13)
_fresh = count(100_000)

_HEAD = """
import ctypes, gc, sys, threading, types, weakref
gc.disable()
def head(thing):
    own = ctypes.c_uint32.from_address(id(thing) + 12).value
    others = ctypes.c_int64.from_address(id(thing) + 16).value >> 2
    return ctypes.c_uint64.from_address(id(thing)).value, own, others
def in_a_thread(work):
    results = []
    thread = threading.Thread(target=lambda: results.append(work()))
    thread.start()
    thread.join()
    return results.pop()
me = threading.get_ident()
kinds = {"list": lambda: [0], "dict": lambda: {0: 0}, "instance": type("C", (), {})}
kinds |= {"object": object, "float": lambda: float("7")}
"""


def _ways(program):
    """Run a program that prints a way and whether it held, a line each."""
    ran = subprocess.run([sys.executable, "-c", _HEAD + program], capture_output=True, text=True)
    lines = [line.rpartition(" ") for line in ran.stdout.splitlines()]
    yield "the program ended", ran.returncode == 0 and lines != []
    for way, _, held in lines:
        yield way, held == "True"


def an_object_has_two_counts_there():
    """Refer to objects of several kinds from two threads, and read both counts, or the one that there is."""
    if _FREE_THREADED:
        yield from _ways("""
for kind, make in kinds.items():
    thing = make()
    before, mine = head(thing), [thing] * 3
    print(kind, "mine", head(thing)[1:] == (before[1] + 3, before[2]))
    theirs = in_a_thread(lambda: [thing] * 5)
    print(kind, "theirs", head(thing)[1:] == (before[1] + 3, before[2] + 5))
    print(kind, "the sum", sys.getrefcount(thing) == sum(head(thing)[1:]))
""")
    else:
        yield from _ways("""
for kind, make in kinds.items():
    thing = make()
    before, mine = sys.getrefcount(thing), [thing] * 3
    theirs = in_a_thread(lambda: [thing] * 5)
    print(kind, "one count", sys.getrefcount(thing) == before + 8)
    print(kind, "in the head", ctypes.c_uint32.from_address(id(thing)).value == before + 7)
""")


_DEFINED = """
def function(value=None): pass
lambda_ = lambda value=None: 0
async def coroutine_function(value=None): pass
class Class:
    def method(self, value=None): pass
def outer():
    def nested(value=None): pass
    class Local:
        def method(self, value=None): pass
    return nested, Local
nested, Local = outer()
in_a_comprehension = [lambda value=None: 0 for _ in "a"].pop()
method, local_method = Class.method, Local.method
"""
if sys.version_info >= (3, 12):
    _DEFINED += "def generic[T](value=None): pass\n"


def _define(name):
    """Run a module of its own, and return one of the things that it defines."""
    names = {}
    exec(compile(_DEFINED, "defined", "exec"), names)
    found = names[name]
    names.clear()
    return found


def deferred_are_modules_classes_code_and_functions_that_are_not_nested():
    """Ask for what is added to the counts of things of many kinds."""
    deferred = ["function", "lambda_", "coroutine_function", "method", "Class", "Local"]
    things = {name: (_define(name), True) for name in deferred}
    things |= {"code": (_define("nested").__code__, True), "module": (types.ModuleType("m"), True), "sys": (sys, True)}
    nested = ["nested", "in_a_comprehension", *["generic"] * (sys.version_info >= (3, 12))]
    nested += ["local_method"] * (sys.version_info < (3, 14))
    things |= {name: (_define(name), False) for name in nested}
    things |= {"an instance": (_define("Class")(), False), "a list": ([], False), "a property": (property(), False)}
    for name in things:
        added = sys.getrefcount(things[name][0]) - 1 - refdemo.refcount(things[name][0])
        yield name, (added > 0) == (things[name][1] and _FREE_THREADED)


class _Big:
    pass


def _waits(name):
    """Whether a default, held by a function that is let go, is still there, and whether a collection ends it."""
    gc.disable()
    gc.collect()
    holder, big = _define(name), _Big()
    holder.__defaults__ = (big,)
    witness = weakref.ref(big)
    del holder, big
    waited = witness() is not None
    gc.collect()
    gc.enable()
    return waited, witness() is None


def functions_of_a_module_wait_and_nested_ones_do_not():
    """Let go of functions of each kind that hold a default."""
    for name in "function", "lambda_", "coroutine_function":
        yield name, _waits(name) == (_FREE_THREADED, True)
    yield "nested", _waits("nested") == (False, True)
    yield "in a comprehension", _waits("in_a_comprehension") == (False, True)
    if sys.version_info >= (3, 12):
        yield "generic", _waits("generic") == (False, True)
    gc.disable()
    for name, waits in {"Class": True, "Local": True}.items():
        witness = weakref.ref(_define(name)())
        yield f"an instance of {name}", witness() is None and waits
    gc.enable()


def _constants():
    """Return source with constants that no other code has, which assigns them to `values`."""
    number = next(_fresh)
    constants = number, number + 0.5, b"bytes %d" % number, (1, number)
    return f"values = [{', '.join(f'(lambda: {constant!r})()' for constant in constants)}]"


def constants_are_immortal_unless_compile_made_them():
    """Make the same constants by exec, eval, compile, import, a second import, and a program."""
    immortal, counted = [_FREE_THREADED] * 4, [False] * 4

    def values(code):
        names = {}
        exec(code, names)
        return [is_immortal(value) for value in names["values"]]

    yield "exec", values(_constants()) == immortal
    yield "eval", [is_immortal(eval(f"(lambda: {next(_fresh)})()")) for _ in range(4)] == immortal
    code = compile(_constants(), "constants", "exec")
    yield "compile", values(code) == counted
    yield "loaded", values(marshal.loads(marshal.dumps(code))) == immortal
    for way, expected in zip(("a first import", "a second import"), (counted, immortal), strict=True):
        yield way, _imported(way) == expected
    for way, expected in {"-c": immortal, "a file": immortal, "-m": counted, "-m, again": immortal}.items():
        yield f"a program, {way}", _of_a_program(way) == [str(each) for each in expected]


def _of_a_program(way):
    """Run a program with constants, given as text, as a file, or as a module; return whether they are immortal."""
    program = f"from refdemo.counts import is_immortal\n{_constants()}\nprint(*map(is_immortal, values))"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "constants_of_a_program.py")
        file.write_text(program)
        arguments = {"-c": ["-c", program], "a file": [str(file)]}.get(way, ["-m", file.stem])
        for _ in range(1 + way.endswith("again")):
            command = [sys.executable, *arguments]
            environment = {"PYTHONPATH": _PATH}
            ran = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment)
    return ran.stdout.split()


def strings_are_immortal_where_compile_made_them():
    """Make words and other strings by eval, exec, compile, loading, and in a program."""
    fresh = lambda text: f"{text}{next(_fresh)}"
    of_313 = _FREE_THREADED and sys.version_info[:2] == (3, 13)
    for text, word in {"word_": True, "two words ": False, "käse": False, "a-b": False}.items():
        if _FREE_THREADED and not of_313:
            break
        in_text = is_immortal(eval(repr(fresh(text))))
        code = compile(repr(fresh(text)), "text", "eval")
        earlier = (3, 12) <= sys.version_info < (3, 12, 7) and word
        yield f"{text!r}, text", in_text == ((of_313 or earlier) and word)
        yield f"{text!r}, compile", is_immortal(eval(code)) == (of_313 or earlier)
        names = {}
        exec(f"value = [{fresh(text)!r}][0]", names)
        yield f"{text!r}, exec", is_immortal(names["value"]) == ((of_313 or earlier) and word)
    for way, text in {"empty": "''", "one letter": "'q'", "one sign": "'!'"}.items():
        yield f"{way}, text", is_immortal(eval(text)) == (sys.version_info >= (3, 12))
    yield "made at run time", not is_immortal("".join(["two ", "words"]))


_PATH = str(Path(refdemo.__file__).parent.parent)


def _imported(way):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "constants_of_a_module.py").write_text(_constants())
        wrote, sys.dont_write_bytecode = sys.dont_write_bytecode, False
        sys.path.insert(0, folder)
        try:
            for _ in range(1 + (way == "a second import")):
                importlib.invalidate_caches()
                module = importlib.import_module("constants_of_a_module")
                del sys.modules["constants_of_a_module"]
        finally:
            sys.path.remove(folder)
            sys.dont_write_bytecode = wrote
    return [is_immortal(value) for value in module.values]


def a_head_is_16_bytes_larger_and_nothing_stands_before_a_list():
    """Compare sizes of several types with what they are on the usual build."""
    word = 8 if sys.maxsize > 2**32 else 4
    usual = {object: 2 * word, float: 2 * word + 8, complex: 2 * word + 16, bytes: 4 * word + 1, int: 3 * word}
    for kind, size in usual.items():
        yield kind.__name__, kind.__basicsize__ - size == (16 if _FREE_THREADED else 0)
    for thing in [], [1] * 99, {}, {1: 2}, set(), (1, 2), frozenset([1]):
        before = sys.getsizeof(thing) - thing.__sizeof__()
        yield f"before {thing!r:.10}", before == (0 if _FREE_THREADED else 2 * word)
    yield "a list's own size", [].__sizeof__() == (7 if _FREE_THREADED else 5) * word
    for thing in 1, 0.5, "text", b"bytes", None:
        yield f"before {thing!r}", sys.getsizeof(thing) == thing.__sizeof__()


def after_a_thread_3_13_frees_no_class():
    """Define classes and functions before and after a thread has run, let them go, and collect."""
    yield from _ways(f"""
stays = {_STAYS}
source = {_DEFINED!r}
def gone(name):
    names = {{}}
    exec(compile(source, "defined", "exec"), names)
    witness = weakref.ref(names[name])
    names.clear()
    gc.collect()
    return witness() is None
for name in ("function", "Class", "Local", "nested", "lambda_"):
    print(name, "before", gone(name))
in_a_thread(lambda: 0)
for name in ("function", "Class", "Local", "lambda_"):
    print(name, "after", gone(name) != stays)
for name in ("nested", "in_a_comprehension", *["generic"] * (sys.version_info >= (3, 12))):
    print(name, "after", gone(name))
print("an instance, after", (lambda witness: witness() is None)(weakref.ref(type("C", (), {{}})())))
""")


def a_class_waits_for_a_collection_everywhere():
    """Let classes of several kinds go, and look before and after a collection."""
    kinds = {
        "a plain class": lambda: type("C", (), {}),
        "with slots": lambda: type("C", (), {"__slots__": ()}),
        "derived": lambda: type("C", (list,), {}),
        "a named tuple": lambda: collections.namedtuple("C", "a"),
        "an enumeration": lambda: enum.Enum("C", "a"),
        "an exception": lambda: type("C", (ValueError,), {}),
        "with a metaclass": lambda: type("M", (type,), {})("C", (), {}),
    }
    gc.disable()
    for kind, make in kinds.items():
        gc.collect()
        witness = weakref.ref(make())
        waits = witness() is not None
        for _ in range(4):
            gc.collect()
        yield kind, waits and witness() is None
    gc.enable()


def it_knows_its_owner_and_two_counts():
    """Read who owns objects of several kinds, made by this thread and another, before and after the owner lets go."""
    if not _FREE_THREADED:
        yield from _ways("""
for kind, make in kinds.items():
    thing = make()
    theirs = in_a_thread(make)
    print(kind, "no owner", ctypes.c_size_t.from_address(id(thing)).value < 2**60 != me)
    print(kind, "the same head", sys.getrefcount(theirs) == sys.getrefcount(thing))
""")
        return
    yield from _ways("""
for kind, make in kinds.items():
    thing = make()
    print(kind, "mine", head(thing)[0] == me)
    other, theirs = in_a_thread(lambda: (threading.get_ident(), make()))
    print(kind, "theirs", head(theirs)[0] in (0, other))
    held = in_a_thread(lambda: [thing] * 4)
    address = id(thing)
    del thing
    print(kind, "given up", ctypes.c_uint64.from_address(address).value == 0)
    print(kind, "still counted", head(held[0])[1:] == (0, 5))
""")


def deferred_objects_go_when_the_collector_runs():
    """Let functions, classes and modules go, with what they hold, and look before and after a collection."""
    gc.disable()
    gc.collect()
    for name in "function", "lambda_", "coroutine_function":
        yield name, _waits(name) == (_FREE_THREADED, True)
    for name in "Class", "Local":
        holder = _define(name)
        holder.big = _Big()
        witness = weakref.ref(holder.big)
        del holder
        waited = witness() is not None
        gc.collect()
        yield name, waited and witness() is None
    module = types.ModuleType("module")
    module.big = _Big()
    witness = weakref.ref(module.big)
    del module
    waited = witness() is not None
    gc.collect()
    yield "module", waited == _FREE_THREADED and witness() is None
    gc.enable()


_WITH_A_BLOCKED_OWNER = """
def outlives_collection(make):
    box, made, done = [], threading.Event(), threading.Event()
    owner = threading.Thread(target=lambda: (box.append(make()), made.set(), done.wait()))
    owner.start()
    made.wait()
    witness = weakref.ref(box[0])
    box.clear()
    gc.collect()
    outlived = witness() is not None
    done.set()
    owner.join()
    return outlived
"""


def what_another_thread_made_goes_when_that_thread_looks():
    """Drop objects of another thread while it waits, runs on, and has ended."""
    yield from _ways(f"""{_WITH_A_BLOCKED_OWNER}
later = {_FREE_THREADED}
Candle = kinds["instance"]
for kind, make in {{"instance": Candle, "set": lambda: set([1]), "error": type("E", (OSError,), {{}})}}.items():
    witnesses = []
    def outlives():
        box = [make()]
        witnesses.append(weakref.ref(box[0]))
        return in_a_thread(lambda: box.clear() or witnesses[-1]() is not None)
    waited = [outlives() for _ in range(20)]  # in any one its owner may look in between
    print(kind, "its owner waits", any(waited) == later)
    print(kind, "its owner runs", not any(witness() for witness in witnesses))
    box = in_a_thread(lambda: [make()])
    witness = weakref.ref(box[0])
    box.clear()
    print(kind, "its owner has ended", witness() is None)
    print(kind, "its owner waits, the collector runs", not outlives_collection(make))
""")


_REQUESTS = """
class Base: pass
functions, generic = [], []
def request():
    kind = type("Reply", (Base,), {})
    names = {}
    exec("def handler(): pass", names)
    functions.append(weakref.ref(names["handler"]))
    if sys.version_info >= (3, 12):
        exec("def generic[T](): pass", names)
        generic.append(weakref.ref(names.pop("generic")))
    return kind()
def left(rounds=20):
    functions.clear()
    before = len(Base.__subclasses__())
    for _ in range(rounds):
        request()
    gc.collect()
    return len(Base.__subclasses__()) - before, sum(function() is not None for function in functions)
"""


def there_they_stay_to_the_end():
    """Count the classes and functions that are left after rounds of requests, with and without a thread."""
    yield from _ways(f"""{_REQUESTS}
stays = {_STAYS}
print("one thread", left() == (0, 0))
in_a_thread(lambda: 0)
print("after a thread", left() == ((20, 20) if stays else (0, 0)))
print("the second time", left() == ((20, 20) if stays else (0, 0)))
print("in a thread", in_a_thread(left) == ((20, 20) if stays else (0, 0)))
print("generic functions", not any(function() for function in generic))
""")
