"""Attacks on the sentences of tutorial/last-words."""

import collections
import contextlib
import functools
import gc
import io
import os
import signal
import subprocess
import sys
import threading
import weakref

_CPYTHON = sys.implementation.name == "cpython"
_BROWSER = sys.platform == "emscripten"
_log, _told, _saved = [], [], []


class _Mortal:
    def __init__(self, word="del"):
        self.word = word

    def __del__(self):
        _log.append(self.word)


class _Slots:
    __slots__ = ("__weakref__", "me")

    def __del__(self):
        _log.append("del")


class _List(list):
    def __del__(self):
        _log.append("del")


class _Error(Exception):
    def __del__(self):
        _log.append("del")


class _File(io.RawIOBase):
    def close(self):
        _log.append("del")
        super().close()


class _Meta(type):
    def __del__(cls):
        _log.append("del")


def _collect():
    for _ in range(1 if _CPYTHON else 4):
        gc.collect()


def _said(make):
    """Make an object, let it go, and return what was said, and in which order."""
    _log.clear()
    obj = make()
    reference = weakref.ref(obj, lambda _: _log.append("callback"))
    del obj
    _collect()
    del reference
    return _log[:]


def _circular(kind):
    obj = kind()
    obj.me = obj
    return obj


def _in_a_thread(work):
    results = []
    thread = threading.Thread(target=lambda: results.append(work()))
    thread.start()
    thread.join()
    return results.pop()


def callbacks_come_first_where_the_collector_frees():
    """Free objects of several kinds by counting, by the collector, and those of another thread."""
    alone, circle = ["del", "callback"], ["callback", "del"] if _CPYTHON else ["del", "callback"]
    for kind in _Mortal, _Slots, _List, _Error, _File:
        yield f"{kind.__name__}, alone", _said(kind) == alone
        yield f"{kind.__name__}, in a circle", _said(lambda kind=kind: _circular(kind)) == circle
    yield "a class", _said(lambda: _Meta("C", (), {})) == circle
    yield "the collector off", _with_collector_off(lambda: _said(_Mortal)) == alone
    if not _BROWSER:
        yield "in another thread", _in_a_thread(lambda: _said(_Mortal)) == alone
        yield "made by another thread", _said(lambda: _in_a_thread(_Mortal)) == alone
        yield "a circle made by another thread", _said(lambda: _in_a_thread(lambda: _circular(_Mortal))) == circle


def _with_collector_off(work):
    gc.disable()
    try:
        return work()
    finally:
        gc.enable()


def callbacks_before_its_own_references():
    """Let objects of several kinds go that hold one that speaks, and look whether they are reported gone before."""

    def order(kind, hold):
        def make():
            obj = kind()
            hold(obj, _Mortal("child"))
            return obj

        return _said(make)

    attribute = lambda obj, child: setattr(obj, "child", child)
    expected, own = ["callback", "child"], type("Own", (), {})
    for kind in own, type("Derived", (own,), {}), _Roomy, type("Mortal", (_Mortal,), {}):
        yield f"{kind.__name__}", [word for word in order(kind, attribute) if word != "del"] == expected
    yield "in a list", order(own, lambda obj, child: setattr(obj, "children", [[child]])) == expected
    for base in set, collections.OrderedDict, collections.deque:
        derived = type("Derived", (base,), {})
        yield f"derived from {base.__name__}", order(derived, attribute) == expected[::-1]
    yield "an OrderedDict", order(collections.OrderedDict, attribute) == ["child", "callback"]


class _Roomy:
    __slots__ = ("__weakref__", "child")


def parents_speak_before_children():
    """Hold the child in several ways, and let the parent go."""

    def by(hold):
        _log.clear()
        parent, child = _Mortal("parent"), _Mortal("child")
        hold(parent, child)
        del child, parent
        return _log == ["parent", "child"]

    yield "an attribute", by(lambda parent, child: setattr(parent, "child", child))
    yield "a list", by(lambda parent, child: setattr(parent, "children", [[child]]))
    yield "a closure", by(lambda parent, child: setattr(parent, "made", lambda: child))
    yield "a partial", by(lambda parent, child: setattr(parent, "made", functools.partial(print, child)))
    yield "an exception", by(lambda parent, child: setattr(parent, "error", OSError(child)))
    length = 200 if _BROWSER else 20_000  # its stack is small
    yield "a chain in which each speaks", _chain(length) == list(range(length))
    yield "a deep chain", by(lambda parent, child: setattr(parent, "deep", _nested(child)))
    if not _BROWSER:
        yield "in another thread", _in_a_thread(lambda: by(lambda parent, child: setattr(parent, "child", child)))


def _chain(length):
    """Let go of a chain of parents, and return in which order they spoke."""
    _log.clear()
    parent = None
    for number in reversed(range(length)):
        child, parent = parent, _Mortal(number)
        parent.child = [child]
    del child, parent
    return _log[:]


def _nested(obj, depth=500 if _BROWSER else 50_000):
    for _ in range(depth):
        obj = [obj]
    return obj


class _Plain:
    def __init__(self, inner):
        self.inner = inner


class _Sub(list):
    pass


def nested_containers_are_freed_at_any_depth():
    """Nest containers of several types 50,000 deep, and let the outermost go."""
    ways = {"lists": lambda d: [d], "tuples": lambda d: (d,), "dicts": lambda d: {1: d}, "instances": _Plain}
    ways |= {"subclasses of list": lambda d: _Sub([d]), "in turn": lambda d: {1: [(d,)]}}
    for way, nest in ways.items():
        bottom = deep = _Mortal()
        lowest = weakref.ref(bottom)
        for _ in range(50_000 if not _BROWSER else 200):
            deep = nest(deep)
        del bottom, deep
        if not _CPYTHON:
            _collect()
        yield way, lowest() is None
    if not _BROWSER:
        yield "in a thread", _in_a_thread(lambda: _freed(lambda: _nested(_Mortal())))
    yield "held by a lost circle", _freed(lambda: _circular(lambda: _Plain(_nested(_Mortal()))))


def deques_and_small_stacks_overflow_up_to_3_13():
    """Nest objects of several types deep in processes of their own, and lists in a thread with a small stack."""
    start = "import collections, gc, threading\nclass Sub(collections.deque): pass\ndeep = None\ngc.disable()\n"
    old, ended = sys.version_info < (3, 14), ["freed"]
    ways = {"deque": "collections.deque([deep])", "defaultdict": "collections.defaultdict(int, {1: deep})"}
    for way, nested in ways.items():
        loop = f"for _ in range(300_000): deep = {nested}\ndel deep\nprint('freed')"
        yield way, (_printed(start + loop) != ended) == old
    for way, nested in {"a subclass of deque": "Sub([deep])", "a list": "[deep]"}.items():
        yield way, _printed(start + f"for _ in range(100_000): deep = {nested}\ndel deep\nprint('freed')") == ended
    if sys.platform == "linux":
        small = start + "def work():\n    deep = None\n    for _ in range(100_000): deep = [deep]\n    del deep\n"
        small += "    print('freed')\nthreading.stack_size(256 * 1024)\nthread = threading.Thread(target=work)\n"
        small += "thread.start()\nthread.join()"
        yield "a small stack", (_printed(small) != ended) == (sys.version_info[:2] == (3, 13))


def _freed(make):
    _log.clear()
    make()
    _collect()
    return _log == ["del"]


class _Failing:
    error = ValueError

    def __del__(self):
        raise self.error


def what_a_finalizer_raises_is_dropped():
    """Raise exceptions of several kinds in finalizers, alone and in a circle, with and without an error output."""
    yield "printed", "ValueError" in _written_while_failing(io.StringIO())
    yield "no error output", _written_while_failing(None) == ""
    hook, sys.unraisablehook = sys.unraisablehook, lambda told: _log.append(told.exc_type.__name__)
    for error in ValueError, SystemExit, KeyboardInterrupt, GeneratorExit:
        kind = type("Failing", (_Failing,), {"error": error})
        for way, make in {"alone": kind, "in a circle": lambda kind=kind: _circular(kind)}.items():
            _log.clear()
            obj = make()
            try:
                del obj
                _collect()
                dropped = _log == [error.__name__]
            except BaseException:
                dropped = False
            yield f"{error.__name__}, {way}", dropped
    sys.unraisablehook = hook


def _written_while_failing(output):
    """Let an object with a failing finalizer go, and return what is written, also to the error output of the start."""
    original = io.StringIO()
    found, sys.stderr, sys.__stderr__ = (sys.stderr, sys.__stderr__), output, original
    try:
        _Failing()
        _collect()
    finally:
        sys.stderr, sys.__stderr__ = found
    return original.getvalue() + (output.getvalue() if output else "")


def _registered(kind=_Mortal):
    _told.clear()
    obj = kind()
    return [obj, weakref.finalize(obj, _told.append, "called")]


def _let_go(pair):
    finalizer = pair.pop()
    pair.clear()
    _collect()
    return finalizer


def a_finalizer_of_weakref_runs_once():
    """Call it, let its object die, do both in either order, take it back, and end the program."""
    yield "the object dies", (_let_go(_registered()).alive, _told) == (False, ["called"])
    yield "in a circle", (_let_go(_registered(lambda: _circular(_Mortal))).alive, _told) == (False, ["called"])
    pair = _registered()
    yield "called before", (pair[1](), pair[1](), _let_go(pair).alive, _told) == (None, None, False, ["called"])
    yield "called afterwards", (_let_go(_registered())(), _told) == (None, ["called"])
    pair = _registered()
    yield "taken back", (bool(pair[1].detach()), _let_go(pair).alive, _told) == (True, False, [])
    if not _BROWSER:
        start = "import weakref\nclass Q: pass\nq, r = Q(), Q()\nweakref.finalize(q, print, 'pending')\n"
        said = _printed(start + "f = weakref.finalize(r, print, 'called')\nf()\n1 / 0")
        yield "pending at exit, after an exception", said == ["called", "pending"]
        said = _printed(start + "weakref.finalize(r, print, 'told').atexit = False")
        yield "told not to at exit", said == ["pending"]


def _printed(program):
    ran = subprocess.run([sys.executable, "-S", "-c", program], capture_output=True, text=True)
    return ran.stdout.splitlines()


def finalizers_run_where_the_first_was_registered():
    """Register functions and finalizers in several orders, and end the program."""
    start = "import atexit, weakref\nclass Q: pass\nq = Q()\n"
    for order in "afaf", "faaf", "ffa", "afafafa":
        lines = [
            f"atexit.register(print, 'a{place}')" if kind == "a" else f"weakref.finalize(q, print, 'f{place}')"
            for place, kind in enumerate(order)
        ]
        first = order.index("f")
        later = [f"a{place}" for place in range(len(order)) if order[place] == "a" and place > first]
        earlier = [f"a{place}" for place in range(first)]
        all_f = [f"f{place}" for place in range(len(order)) if order[place] == "f"]
        yield order, _printed(start + "\n".join(lines)) == later[::-1] + all_f[::-1] + earlier[::-1]
    lines = "weakref.finalize(q, print, 'older')\nweakref.finalize(q, failing)\nweakref.finalize(q, print, 'younger')"
    for error, ends in {"ValueError": False, "SystemExit": True, "KeyboardInterrupt": True}.items():
        said = _printed(f"{start}def failing(): raise {error}\n{lines}")
        yield error, said == (["younger"] if ends else ["younger", "older"])


def then_a_collection_unless_it_is_off():
    """End with the collector on, off, and on a circle that is not lost; say whether imports still work."""
    start = """
import gc
class Loud:
    def __init__(self, word):
        self.word, self.me = word, self
    def __del__(self):
        try:
            import colorsys
            print(self.word, "works", flush=True)
        except ImportError:
            print(self.word, "too late", flush=True)
"""
    lost = "Loud('lost') and None\n"
    named = "named = Loud('named')\n"
    yield "on, with and without a name", _printed(start + lost + named) == ["lost works", "named too late"]
    yield "off, without a name", _printed(start + "gc.disable()\n" + lost) == ["lost too late"]
    yield "off", sorted(_printed(start + "gc.disable()\n" + lost + named)) == ["lost too late", "named too late"]
    yield "on again", _printed(start + "gc.disable()\n" + lost + "gc.enable()") == ["lost works"]
    yield "off in atexit", _printed(start + "import atexit; atexit.register(gc.disable)\n" + lost) == ["lost too late"]


def imports_work_in_atexit_and_executors_do_not():
    """Import, use names of modules, start threads and give work to pools when the program ends."""
    start = "import atexit, sys, threading\nfrom concurrent.futures import ThreadPoolExecutor\n"
    start += "from multiprocessing.pool import ThreadPool\n"
    start += "def tried(way, work):\n    try: print(way, work())\n"
    start += "    except Exception as error: print(way, type(error).__name__)\n"
    ways = {
        "import": ("lambda: __import__('colorsys').__name__", "colorsys"),
        "name": ("lambda: threading.__name__", "threading"),
        "new-pool": ("lambda: ThreadPoolExecutor().submit(int).result()", "RuntimeError"),
        "pool": ("lambda p=ThreadPoolExecutor(): p.submit(int).result()", "RuntimeError"),
        "thread-pool": ("lambda p=ThreadPool(1): p.apply(int)", "0"),
        "thread": ("threading.Thread(target=int).start", _of_a_thread()),
    }
    printed = _printed(start + "\n".join(f"atexit.register(tried, {way!r}, {ways[way][0]})" for way in ways))
    for way, (_, expected) in ways.items():
        yield way, f"{way} {expected}" in printed
    late = "import atexit\n{}\natexit.register(lambda: __import__('concurrent.futures.thread') and print('imported'))"
    yield "import what registers with threading", _printed(late.format("import threading")) == []
    yield "import it without threading", _printed(late.format("")) == ["imported"]


def _of_a_thread():
    return "RuntimeError" if _CPYTHON and sys.version_info[:2] == (3, 12) else "None"


def a_killed_process_says_nothing():
    """End a process in ways that Python does not see, and in ways that it does."""
    start = """
import atexit, os, signal, sys, weakref
class Kept:
    def __del__(self):
        sys.stdout.write("del")
kept = Kept()
atexit.register(sys.stdout.write, "atexit\\n")
weakref.finalize(kept, sys.stdout.write, "finalize\\n")
sys.stdout.reconfigure(write_through=True)
"""
    yield "os._exit", _printed(start + "os._exit(0)") == []
    yield "os.abort", _printed(start + "os.abort()") == []
    if hasattr(signal, "SIGKILL"):
        yield "SIGKILL", _printed(start + "os.kill(os.getpid(), signal.SIGKILL)") == []
    yield "sys.exit", _printed(start + "sys.exit(1)")[:2] == ["finalize", "atexit"]


_CHILDREN = """
import atexit, multiprocessing, os, sys, weakref
class Loud:
    def __del__(self):
        os.write(1, b"del ")
def child():
    child.loud = Loud()
    WORDS
def run(kind, target, *arguments):
    process = multiprocessing.get_context(kind).Process(target=target, args=arguments)
    process.start()
    process.join()
"""


def a_forked_child_calls_atexit_from_3_13():
    """Leave words of each kind in children that are forked and spawned, and in one that ends by itself."""
    words = {
        "atexit": "atexit.register(os.write, 1, b'told')",
        "finalize": "weakref.finalize(child, os.write, 1, b'told')",
    }
    if hasattr(os, "fork"):
        for way, line in words.items():
            said = _printed(_CHILDREN.replace("WORDS", line) + "run('fork', child)")
            yield f"{way}, forked", said == (["told"] if sys.version_info >= (3, 13) else [])
        before = _CHILDREN.replace("WORDS", words["finalize"]) + "weakref.finalize(run, str)\nrun('fork', child)"
        yield "finalize, the parent has one", _printed(before) == []
        before = _CHILDREN.replace("WORDS", "pass") + "atexit.register(lambda: print(os.getpid() == parent))\n"
        yield "atexit of the parent", _printed(before + "parent = os.getpid()\nrun('fork', child)") == ["True"]
        by_hand = _CHILDREN.replace("WORDS", words["atexit"]) + "if os.fork() == 0:\n    child()\n    END\nos.wait()"
        yield "by hand, sys.exit", _printed(by_hand.replace("END", "sys.exit()"))[:1] in (["told"], ["tolddel "])
        yield "by hand, os._exit", _printed(by_hand.replace("END", "os._exit(0)")) == []
    spawned = _CHILDREN.replace("WORDS", "pass") + "run('spawn', atexit.register, os.write, 1, b'told')"
    yield "spawned", _printed(spawned) == ["told"]


def _generator():
    try:
        yield 1
    finally:
        _log.append("finally")


def _delegating():
    yield from _generator()


async def _coroutine():
    try:
        await _Once()
    finally:
        _log.append("finally")


async def _asynchronous():
    try:
        yield 1
    finally:
        _log.append("finally")


def _started(make):
    made = make()
    step = made.__anext__() if hasattr(made, "__anext__") else made
    with contextlib.suppress(StopIteration):
        step.send(None)
    return made


def told_before_their_finally():
    """Let go what has been started of generators and coroutines, and what has not."""
    for way, make in {"generator": _generator, "coroutine": _coroutine, "async generator": _asynchronous}.items():
        yield way, _said(lambda make=make: _started(make)) == ["callback", "finally"]
    yield "delegating", _said(lambda: _started(_delegating)) == ["callback", "finally"]
    yield "not started", _said(_generator) == ["callback"]


class _Once:
    def __await__(self):
        yield


def the_collector_calls_all_callbacks_first():
    """Lose groups of several kinds and sizes with a callback each, and look at the order."""

    def order(kinds):
        _log.clear()
        group = [kind() for kind in kinds]
        for each in group:
            each.me = group
        references = [weakref.ref(each, lambda _: _log.append("callback")) for each in group]
        del each, group
        gc.collect()
        return _log == ["callback"] * len(references) + ["del"] * len(references)

    yield "two", order([_Mortal] * 2)
    yield "registered in a finalizer", _registered_late() in ([], ["late"] * 2)
    yield "a thousand", order([_Mortal] * 1_000)
    yield "with slots", order([_Slots] * 3)
    yield "mixed", order([_Mortal, _List, _Error, _Slots])
    yield "one whose kind is not tracked", _code_in_a_circle() == ["callback", "del", "code"]
    yield "one alone", _said(_Mortal) == ["del", "callback"]
    yield "alone, twice", _said(_Slots) == ["del", "callback"]
    yield "the collector off", _with_collector_off(lambda: order([_Mortal] * 3))


def _code_in_a_circle():
    """Lose a circle that holds a code object; return what is said, the last of it if tracked code is told early."""
    _log.clear()
    mortal = _circular(_Mortal)
    mortal.code = compile("1", "circle", "eval")
    references = [weakref.ref(mortal, lambda _: _log.append("callback"))]
    references.append(weakref.ref(mortal.code, lambda _: _log.append("code")))
    tracked = gc.is_tracked(mortal.code)
    del mortal
    gc.collect()
    return sorted(_log, key="code".__eq__) if tracked else _log


class _Registering:
    def __del__(self):
        _log.append("del")
        _saved.append(weakref.ref(self, lambda _: _log.append("late")))


def _registered_late():
    """Lose two objects that register callbacks in their finalizers; return what is said after these."""
    _log.clear()
    pair = [_Registering(), _Registering()]
    for each in pair:
        each.pair = pair
    references = [weakref.ref(each, lambda _: _log.append("callback")) for each in pair]
    del each, pair
    gc.collect()
    _saved.clear()
    expected = ["callback"] * len(references) + ["del"] * len(references)
    return _log[4:] if _log[:4] == expected else _log


class _Looking:
    def __del__(self):
        _log.append((self.number, hasattr(self.next, "number") and hasattr(self.next, "next")))


class _LookingWithSlots:
    __slots__ = ("next", "number")
    __del__ = _Looking.__del__


class _LookingList(list):
    __del__ = _Looking.__del__


def _ring(size, kind, age=None):
    _log.clear()
    members = [kind() for _ in range(size)]
    if age is not None:
        gc.collect(age)
    for number, member in enumerate(members):
        member.number, member.next = number, members[number - 1]
    del member, members
    for _ in range(1 if _CPYTHON else 2 * size):
        gc.collect()
    return sorted(_log) == [(number, True) for number in range(size)]


def all_speak_before_any_is_taken_apart():
    """Lose rings of several kinds, sizes and ages, whose members look at their neighbours when they speak."""
    for kind in _Looking, _LookingWithSlots, _LookingList:
        for size in 2, 12:
            yield f"{size} of {kind.__name__}", _ring(size, kind)
    yield "of two ages", _ring(4, _Looking, age=0)
    yield "the collector off", _with_collector_off(lambda: _ring(3, _Looking))
    yield "taken apart by the collector", set(_said_in_a_ring(())[:3]) == {0, 1, 2}
    whole = {0, 1, 2, "part 0", "part 1", "part 2"}
    for clears in (0,), (1, 2), (0, 1, 2):
        said = _said_in_a_ring(clears)
        yield f"taken apart by finalizers of {clears}", set(said) == whole and len(said) == 6
    if "t" not in getattr(sys, "abiflags", ""):  # whose collector holds all members until it is done
        yield "before the others speak", set(_said_in_a_ring((0, 1, 2))[:3]) != {0, 1, 2}


class _Part(int):
    __slots__ = ()

    def __del__(self):
        _log.append(f"part {int(self)}")


class _Holding(_Mortal):
    clears = False

    def __del__(self):
        super().__del__()
        if self.clears:
            self.held.clear()


def _said_in_a_ring(clears):
    """Lose a ring of three, whose members may clear what they hold when they speak; return what is said."""
    _log.clear()
    ring = [_Holding(number) for number in range(3)]
    for number, member in enumerate(ring):
        member.clears, member.held = number in clears, [ring[number - 2], _Part(number)]
    del member, ring
    for _ in range(1 if _CPYTHON else 6):
        gc.collect()
    return _log[:]


def _save(obj):
    _log.append("del")
    _saved.append(obj)


def _times_back(make):
    """Return how often an object came back, and how often it spoke, when it is let go four times."""
    _log.clear()
    _saved[:] = [make()]
    count = 0
    for _ in range(4):
        _saved.clear()
        _collect()
        count += len(_saved)
    return count, len(_log)


def an_object_comes_back_once():
    """Let objects of several kinds save themselves as often as they can."""
    bases = {"plain": (), "list": (list,), "int": (int,), "str": (str,), "exception": (OSError,)}
    for name, base in bases.items():
        kind = type("Saved", base, {"__del__": _save})
        yield name, _times_back(kind) == (1, 1)
        yield f"{name}, in a circle", _times_back(lambda kind=kind: _circular(kind)) == (1, 1)
    kind = type("Saved", (), {"__del__": _save, "__slots__": ()})
    yield "without slots", _times_back(kind) == (1, 1)


_KEPT = """
import sys, threading, weakref
def tidy(kind, name):
    import colorsys
    print(kind, name, flush=True)
class Kept:
    def __init__(self, place):
        self.place = place
        weakref.finalize(self, tidy, "finalize", place)
    def __del__(self):
        tidy("del", self.place)
"""


def del_may_come_too_late_and_finalize_does_not():
    """Keep objects in several places to the end, with a finalizer of each kind that imports a module."""
    ways = {
        "global": "kept = Kept('global')",
        "class": "class C: kept = Kept('class')",
        "module": "threading.kept = Kept('module')",
        "sys": "sys.kept = Kept('sys')",
        "default": "def f(kept=Kept('default')): pass",
        "circle": "circle = Kept('circle'); circle.me = circle",
    }
    for end, line in {"the last line": "", "an uncaught exception": "1 / 0"}.items():
        printed = _printed(_KEPT + "\n".join([*ways.values(), line]))
        for way in ways:
            yield f"{way}, {end}", [said for said in printed if said.endswith(way)] == [f"finalize {way}"]
    start = "import atexit, os, sys, weakref\nclass Q: pass\nq, r = Q(), Q()\n"
    made = "weakref.finalize(q, print, 'made')\n"
    yield "os._exit", _printed(start + made + "os._exit(0)") == []
    if hasattr(os, "fork"):
        yield "os.execv", _printed(start + made + "os.execv(sys.executable, [sys.executable, '-c', ''])") == []
    earlier = "atexit.register(lambda: weakref.finalize(r, print, 'too late'))\n"
    yield "made in atexit", _printed(start + earlier + made) == ["made"]
