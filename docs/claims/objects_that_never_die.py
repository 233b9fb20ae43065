"""Attacks on the sentences of tutorial/objects-that-never-die."""

import builtins
import marshal
import subprocess
import sys
import types
from itertools import count
from pathlib import Path

import refdemo
from refdemo.counts import is_immortal

_PATH = str(Path(refdemo.__file__).parent.parent)
_IMMORTALS = sys.version_info >= (3, 12)
_BROWSER = sys.platform == "emscripten"
_FREE_THREADED_313 = sys.version_info[:2] == (3, 13) and not getattr(sys, "_is_gil_enabled", lambda: True)()
_TABLE_ENDS = 1024 if sys.version_info >= (3, 15) else 256
_fresh = count()


def no_reference_changes_the_mark():
    """Refer to shared objects many times, in several ways, and look at their count."""
    shared = {"None": None, "True": True, "...": ..., "7": 7, "()": (), "''": "", "'x'": "x", "int": int, "b'x'": b"x"}
    for name, thing in shared.items():
        before = sys.getrefcount(thing)
        held = [thing] * 1_000, {thing: thing}, (thing,) * 99, {number: thing for number in range(99)}
        yield name, (sys.getrefcount(thing) == before) == _IMMORTALS
        del held
    fresh = object()
    before = sys.getrefcount(fresh)
    held = [fresh] * 1_000
    yield "a fresh object", sys.getrefcount(fresh) - before == len(held)


def built_in_is_immortal_and_functions_and_modules_are_counted():
    """Ask singletons, all built-in classes, all characters and bytes, and what Python made while it started."""
    single = {"None": None, "True": True, "False": False, "...": ..., "NotImplemented": NotImplemented, "()": ()}
    for name, thing in single.items():
        yield name, is_immortal(thing) == _IMMORTALS
    classes = [thing for thing in vars(builtins).values() if isinstance(thing, type) and thing.__module__ == "builtins"]
    counted = {each.__name__ for each in classes if not is_immortal(each)}
    yield "built-in classes", counted == {"ExceptionGroup"} if _IMMORTALS else len(counted) == len(set(classes))
    yield "characters", [n for n in range(2_000) if is_immortal(chr(n))] == [*range(256 * _IMMORTALS)]
    yield "bytes", [n for n in range(256) if is_immortal(bytes([n]))] == [*range(256 * _IMMORTALS)]
    saved = marshal.loads(marshal.dumps(b"a"))  # as a .pyc file has it; gh-128509 shares it
    yield "a byte that was saved", not is_immortal(saved) or saved is bytes([97])
    yield "longer strings and bytes", not is_immortal("".join(["ж", "x"])) and not is_immortal(bytes([7, 8]))
    functions = [thing for thing in vars(builtins).values() if isinstance(thing, types.BuiltinFunctionType)]
    yield "functions", not any(map(is_immortal, functions))
    yield "modules", not any(is_immortal(module) for module in list(sys.modules.values()))
    yield "a method of a type", not is_immortal(str.join)
    if not _BROWSER:
        group = "ExceptionGroup" if sys.version_info >= (3, 11) else "re.compile"
        things = ["len", "print", "sys", "re", "str.join", group]
        yield "after a thread has been started", _after_a_thread("", things) == [_FREE_THREADED_313] * len(things)


def _after_a_thread(program, things):
    """Start a thread in a process of its own, and return which things are immortal there."""
    start = "import re, sys, threading\nfrom refdemo.counts import is_immortal\n"
    start += "thread = threading.Thread(target=int)\nthread.start()\nthread.join()\n"
    asked = f"print(*map(is_immortal, [{', '.join(things)}]))"
    command = [sys.executable, "-c", start + program + asked]
    ran = subprocess.run(command, capture_output=True, text=True, env={"PYTHONPATH": _PATH})
    return [said == "True" for said in ran.stdout.split()]


def of_ints_that_are_computed_the_shared_are_immortal():
    """Compute ints in several ways, and ask whether they are shared and whether they are immortal."""
    ways = {
        "from text": lambda n: int(str(n)),
        "by arithmetic": lambda n: n * 3 // 3,
        "from bytes": lambda n: int.from_bytes(n.to_bytes(8, "little", signed=True), "little", signed=True),
        "from a float": lambda n: int(float(n)),
        "by a sum": lambda n: sum([n, 10**9, -(10**9)]),
    }
    for way, make in ways.items():
        immortal = [n for n in range(-300, 3_000) if is_immortal(make(n))]
        shared = [n for n in range(-300, 3_000) if make(n) is make(n)]
        yield f"{way}, shared", shared == [*range(-5, _TABLE_ENDS + 1)] or not _IMMORTALS
        yield f"{way}, immortal", immortal == (shared if _IMMORTALS else [])
    yield "far beyond", not is_immortal(10**40 * int("1"))


_PROGRAM = """
import os.path as alias
def function(parameter, *others, keyword=1, **rest):
    variable = 1
    def inner():
        return variable
    parameter.attribute = glob
    call(argument=2)
class Class:
    def method(self):
        pass
def user(lambda_parameter):
    return lambda lambda_parameter: [item for item in lambda_parameter]
assigned = 1
"""


def _compiled(program, names):
    """Return code whose names are new, and the new names."""
    suffix = f"_never_seen_before_{next(_fresh)}_"
    new = {name: name + suffix for name in names}
    for name in names:
        program = program.replace(name, new[name])
    return compile(program, "jam.py", "exec"), {text: name for name, text in new.items()}


def _strings(code):
    """Return the strings in a code object, and in those within it, by what they say."""
    found = {}
    for each in (*code.co_names, *code.co_varnames, *code.co_cellvars, *code.co_freevars, *code.co_consts):
        for part in each if isinstance(each, tuple) else (each,):
            if isinstance(part, str):
                found[part] = part
            elif isinstance(part, types.CodeType):
                found |= _strings(part)
    return found


def names_in_the_program_are_immortal():
    """Compile names of every kind, load them, and make names at run time."""
    code, new = _compiled(_PROGRAM, ["alias", "glob", "rest", "attribute", "assigned", "inner", "others"])
    loaded = marshal.loads(marshal.dumps(code))
    for way, strings in {"compiled": _strings(code), "loaded": _strings(loaded)}.items():
        for text, name in new.items():
            yield f"{name}, {way}", is_immortal(strings[text]) == _IMMORTALS
    holder = types.SimpleNamespace()
    setattr(holder, "".join(["set", "_at_run_time", str(next(_fresh))]), 1)
    (made,) = vars(holder)
    interned = (3, 12) <= sys.version_info < (3, 12, 7) or not getattr(sys, "_is_gil_enabled", lambda: True)()
    yield "an attribute set at run time", is_immortal(made) == interned


def a_word_in_quotes_is_counted_until_it_is_loaded():
    """Put words in quotes at several places, and ask when they are compiled, and when they are loaded."""
    places = {
        "a module": "word = {!r}",
        "a list": "word = [{!r}][0]",
        "a call": "word = str({!r})",
        "a function": "def made(): return {!r}\nword = made()",
    }
    for way, place in places.items():
        code = compile(place.format(f"never_seen_before_{next(_fresh)}"), "jam.py", "exec")
        for loaded in False, True:
            names = {}
            exec(marshal.loads(marshal.dumps(code)) if loaded else code, names)
            yield f"{way}, {'loaded' if loaded else 'compiled'}", is_immortal(names["word"]) == (loaded and _IMMORTALS)


def words_of_ascii_letters_are_shared():
    """Compile strings with and without other characters twice, and ask whether one object comes of it."""
    shared = {
        "letters": "quince",
        "capitals": "Quince",
        "digits": "1234",
        "underscores": "__a_b__",
        "a long word": "ab" * 99,
    }
    others = {"an umlaut": "käse", "Cyrillic": "жук", "a space": "two words", "a hyphen": "semi-sweet", "a dot": "a.b"}
    for way, word in (shared | others).items():
        one, other = (eval(compile(repr(word + word), "jam.py", "eval")) for _ in range(2))
        yield way, (one is other) == (way in shared)
    for word in "append", "len", "_", "x", "is_immortal", "words_of_ascii_letters_are_shared":
        yield f"{word}, a name", is_immortal(eval(compile(repr(word), "jam.py", "eval"))) == _IMMORTALS
    fresh = eval(compile(f"'never_seen_before_{next(_fresh)}'", "jam.py", "eval"))
    yield "no name", is_immortal(fresh) == ((3, 12) <= sys.version_info < (3, 12, 7))


def chr_indexing_and_decoding_give_the_shared_character():
    """Make each character up to 255 in several ways, and the empty tuple."""
    ways = {
        "chr": chr,
        "an index": lambda n: (chr(n) + "ab")[0],
        "a slice": lambda n: ("ab" + chr(n))[2:],
        "iterating": lambda n: list("a" + chr(n))[1],
        "Latin-1": lambda n: bytes([n]).decode("latin-1"),
        "UTF-8": lambda n: chr(n).encode().decode(),
    }
    for way, make in ways.items():
        yield way, all(make(n) is chr(n) and is_immortal(make(n)) == _IMMORTALS for n in range(256))
        if way != "Latin-1":
            yield f"{way}, beyond", make(1078) is not make(1078) and not is_immortal(make(1078))
    yield "str(7)", str(int("7")) is not chr(55)
    yield "upper", "x".upper() is not chr(88)
    yield "empty tuples", tuple([]) is (1, 2)[2:] is tuple({})


def the_count_of_none_tells_the_version():
    """Read the count in several places, and after many references."""
    if not _IMMORTALS:
        yield "it counts", sys.getrefcount(None) < 10**6
        return
    wide = {True: 0xFFFF_FFFF, False: 0xC000_0000}, {True: 0xFFFF_FFFF >> 2, False: 7 << 28}
    expected = wide[sys.maxsize < 2**32][sys.version_info < (3, 14)]
    yield "at once", sys.getrefcount(None) == expected
    held = [None] * 10**5
    yield "after many references", sys.getrefcount(None) == expected and len(held) > 0
    held.clear()
    yield "after dropping them", sys.getrefcount(None) == expected
    yield "in a function", (lambda: sys.getrefcount(None))() == expected
    if not _BROWSER:
        read = "import sys; print(sys.getrefcount(None))"
        ran = subprocess.run([sys.executable, "-S", "-c", read], capture_output=True, text=True)
        yield "in another process", int(ran.stdout) == expected


def what_you_define_and_make_is_counted():
    """Define and make things of many kinds, and start a thread."""

    class Mine:
        def method(self):
            pass

    made = {"a class": Mine, "a method": Mine.method, "a lambda": lambda: 0, "code": Mine.method.__code__}
    made |= {"a module": types.ModuleType("mine"), "an instance": Mine(), "a list": [], "a float": float("1")}
    made |= {"a tuple": tuple([1]), "a frozenset": frozenset(), "a long string": "".join(["ab"] * 99)}
    for kind, thing in made.items():
        yield kind, not is_immortal(thing)
    holder = types.SimpleNamespace()
    setattr(holder, "".join(["set", "_while", str(next(_fresh))]), 1)
    interned = sys.intern("".join(["interned", str(next(_fresh))])), *vars(holder)
    immortal = (3, 12) <= sys.version_info < (3, 12, 7) or not getattr(sys, "_is_gil_enabled", lambda: True)()
    yield "interned at run time", [is_immortal(text) for text in interned] == [immortal] * 2
    if not _BROWSER:
        defined = "class Mine: pass\ndef function(): pass\nmine = Mine()\n"
        after = _after_a_thread(defined, ["Mine", "function", "mine", "[]", "''.join(['ab'] * 9)"])
        yield "after a thread has been started", after == [_FREE_THREADED_313] * 2 + [False] * 3


def a_leak_test_needs_a_counted_value():
    """Leak values of several kinds, and compare counts."""

    def noticed(value):
        before = sys.getrefcount(value)
        leaked = [value for _ in range(50)]
        return sys.getrefcount(value) - before == len(leaked)

    values = {"None": None, "7": 7, "an int": int("1000"), "a class": int, "a letter": "x", "an object": object()}
    values |= {"a list": [], "a made string": "".join(["ab", "cd"]), "an empty tuple": (), "a float": float("2")}
    for name, value in values.items():
        yield name, noticed(value) != is_immortal(value)
