"""Attacks on the sentences of guides/what-grows."""

import collections
import contextlib
import ctypes
import functools
import gc
import io
import subprocess
import sys
import tempfile
import threading
import time
import weakref

from refdemo.__main__ import main
from refdemo.report import report

_LINUX = sys.platform.startswith("linux")
_sleep = time.sleep


class _Thing:
    pass


class _Holder:
    def __init__(self):
        self.kept = []


class _Board:
    """Keeps things in an attribute of the class."""


_registry = []
_by_name = {}
_members = set()
_holder = _Holder()
_Board.kept = []
_said = []


@functools.cache
def _cached(number):
    return _Thing()


def _cut():
    for each in _registry, _by_name, _members, _holder.kept, _Board.kept:
        each.clear()
    _cached.cache_clear()


def _meanwhile(step):
    """Return the report of a process that does a step while the report waits, which it then does not do."""
    time.sleep = lambda seconds: step() if seconds else _sleep(0)
    try:
        return report(0.5)
    finally:
        time.sleep = _sleep


@contextlib.contextmanager
def _collector_off():
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect()


def _pairs(number=100):
    for _ in range(number):
        one, other = _Thing(), _Thing()
        one.other, other.other = other, one


def _outside():
    """Return the kind of growth that a block of the C library's is."""
    library, size = ctypes.CDLL(None), ctypes.c_size_t(20_000_000)
    library.malloc.restype = ctypes.c_void_p
    library.memset.argtypes = library.free.argtypes = None
    blocks = []

    def allocate():
        blocks.append(ctypes.c_void_p(library.malloc(size)))
        library.memset(blocks[0], 1, size)

    kind = _meanwhile(allocate).kind
    library.free(blocks[0])
    return kind


_KINDS = (
    ("objects in a list", "objects", lambda: _registry.extend(_Thing() for _ in range(100))),
    ("strings in a dict", "objects", lambda: _by_name.update((str(n), f"value {n}") for n in range(1_000))),
    ("numbers in a set", "objects", lambda: _members.update(range(10**6, 10**6 + 1_000))),
    ("pairs", "garbage", _pairs),
    ("nothing is done", "nothing", lambda: None),
    ("what is made is dropped", "nothing", lambda: [_Thing() for _ in range(1_000)]),
)


def _of_a_thread():
    """Return the kind of growth that what a thread keeps is."""
    over = threading.Event()

    def serve():
        while not over.wait(0.002):
            _registry.append(_Thing())

    thread = threading.Thread(target=serve)
    thread.start()
    kind = report(0.5).kind
    over.set()
    thread.join()
    _cut()
    return kind


def a_report_names_which_of_the_four_grows():
    """Let each of the four grow, in several ways, and none; by the way and in a thread."""
    for way, kind, step in _KINDS:
        with _collector_off():
            yield way, _meanwhile(step).kind == kind
        _cut()
    yield "objects of a thread", _of_a_thread() == "objects"
    if _LINUX:
        yield "memory of the C library", _outside() == "outside"
        texts = [f"{number:0200}" for number in range(150_000)]
        scattered = texts[::150]
        yield "freed between survivors", _meanwhile(texts.clear).kind == "held free" and len(scattered) == 1_000


class _Other:
    pass


class _Third:
    pass


def _in_three_places():
    _registry.append(_Thing())
    _by_name[len(_by_name)] = _Other()
    _holder.kept.append(_Third())


_PLACES = {
    "a list, a dict and an attribute": (
        _in_three_places,
        "global _registry",
        "global _by_name",
        "global _holder",
    ),
    "a class": (lambda: _Board.kept.append(_Thing()), "_Board"),
    "a cache": (lambda: _cached(_cached.cache_info().currsize), "_cached"),
    "a bound method": (lambda: _registry.append(_Member().method), "global _registry"),
    "a function's variable": (lambda: _registry.append(_keeps(_Thing())), "global _registry"),
}


class _Member(_Thing):
    def method(self):
        """Do nothing; it is a method that can be kept."""


def _keeps(thing):
    return lambda: thing


def a_chain_leads_from_a_name_to_what_grew():
    """Keep a hundred in places of several kinds, and a local variable's."""
    for way, (keep, *names) in _PLACES.items():
        found = _meanwhile(lambda keep=keep: [keep() for _ in range(100)])
        chains = [each.chain.splitlines() for each in found.holders]
        wanted = [[chain for chain in chains if any(name in line for line in chain)] for name in names]
        yield way, all(wanted) and all("the object" in chain[-1] for named in wanted for chain in named)
        _cut()
    mine = []
    found = _meanwhile(lambda: mine.extend(_Thing() for _ in range(100)))
    yield "a running function", any("local mine" in each.chain for each in found.holders)


def _itself():
    one = _Thing()
    one.itself = one


def _list():
    one = []
    one.append(one)


def _method():
    one = _Member()
    one.call = one.method


def _generator():
    def lines(box):
        yield box

    box = []
    box.append(lines(box))
    next(box[0])


_CIRCLES = (  # a report names three kinds at most
    (
        ("a pair", lambda: _pairs(1), "2 _Thing"),
        ("itself", _itself, "1 _Thing"),
        ("a method", _method, "1 _Member, 1 method"),
    ),
    (
        ("a list", _list, "1 list"),
        ("a generator", _generator, "1 generator, 1 list"),
    ),
)


def what_waits_is_named_by_its_circles():
    """Drop circles of several kinds, and what no circle holds."""
    for kinds in _CIRCLES:
        with _collector_off():
            found = _meanwhile(lambda kinds=kinds: [drop() for _, drop, _ in kinds for _ in range(50)])
        no_chain = not any("_Thing" in each.of or "_Member" in each.of for each in found.holders)
        for way, _, words in kinds:
            numbers = [each.number for each in found.garbage.circles if _own(each.of) == words]
            yield way, found.kind == "garbage" and numbers == [50] and no_chain
    with _collector_off():
        found = _meanwhile(lambda: [_Thing() for _ in range(50)])
        yield "no circles", not any("_Thing" in each.of for each in found.garbage.circles)


def _own(words):
    """Leave out what instances and generators have up to 3.10: a dict and a frame of their own."""
    return ", ".join(word for word in words.split(", ") if not word.endswith((" dict", " frame")))


class _Telling:
    """Tells what is done to it."""

    def __getattribute__(self, name):
        _said.append(name)
        return object.__getattribute__(self, name)

    def __eq__(self, other):
        _said.append("==")
        return True

    def __hash__(self):
        _said.append("hash")
        return 1

    def __len__(self):
        _said.append("len")
        return 1

    def __repr__(self):
        _said.append("repr")
        return ""


def _settings():
    return gc.isenabled(), gc.get_threshold(), gc.get_debug(), list(gc.callbacks), gc.get_freeze_count()


def _garbage():
    """Return a weak reference to an object that waits for the collector."""
    one = _Thing()
    one.itself = one
    return weakref.ref(one)


def a_report_changes_nothing_of_what_it_looks_at():
    """Look at settings, at what waits, at what tells of each touch, and at what is let go of later."""
    before, thresholds = _settings(), gc.get_threshold()
    _meanwhile(lambda: _registry.extend(_Telling() for _ in range(50)))
    yield "the settings", _settings() == before
    yield "nothing of it is run", _said == []
    gc.set_threshold(5_000, 20, 30)
    with _collector_off():
        before, witness = _settings(), _garbage()
        _meanwhile(_pairs)
        yield "the settings, the collector off", _settings() == before
        yield "garbage waits", witness() is not None
    gc.set_threshold(*thresholds)
    yield "and is freed", witness() is None
    found = _meanwhile(lambda: _registry.extend(_Thing() for _ in range(50)))
    witness = weakref.ref(_registry[-10])
    _cut()
    gc.collect()
    yield "nothing is kept", witness() is None and found.kind == "objects"
    _said.clear()


_GROWS = """
import sys
import select
kept = []
print("ready", flush=True)
while not select.select([0], [], [], 0.002)[0]:
    kept.append([])
print("went on")
"""
_WAITS = """
import sys
print("ready", flush=True)
sys.stdin.readline()
print("went on")
"""


def _asked(program, *options, ask=()):
    """Return the lines that asking a process from outside prints, its code, and whether the process went on."""
    command = [sys.executable, *options, "-c", program]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        process.stdout.readline()
        code, said = _report_of(process.pid, *ask)
        went_on = process.communicate("end\n", timeout=60)[0] == "went on\n"
    return code, said, went_on


def _report_of(pid, *options):
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = main(["report", str(pid), "--seconds", "0.5", *options])
    return code, said.getvalue().splitlines()


def from_outside_it_takes_the_same_python_from_3_14_on():
    """Ask a process that grows, one that forbids it, one that does not answer, one that is no Python, and none."""
    newer = hasattr(sys, "remote_exec")

    def refused(code, said):
        return code == 1 and len(said) == 1 and (newer or "on_signal" in said[0])

    code, said, went_on = _asked(_GROWS)
    yield "one that grows", went_on and (said[1].startswith("Live objects") if newer else refused(code, said))
    code, said, went_on = _asked(_GROWS, "-X", "disable-remote-debug")
    yield "one that forbids it", refused(code, said) and went_on
    code, said, went_on = _asked(_WAITS, ask=["--timeout", "0.3"])
    yield "one whose main thread waits", refused(code, said) and went_on
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as other:
        yield "no Python", refused(*_report_of(other.pid)) and other.poll() is None
        other.stdin.close()
    yield "none", refused(*_report_of(other.pid))
    yield "a version", newer == (sys.implementation.name == "cpython" and sys.version_info >= (3, 14))


def _grows(step):
    return _meanwhile(step).kind not in ("nothing", "held free")


def a_report_finds_what_grows_while_it_waits():
    """Let something grow before, meanwhile, and meanwhile for a moment; then mend it."""
    with _collector_off():
        _registry.extend(_Thing() for _ in range(1_000))
        _pairs()
        yield "before", not _grows(lambda: None)
        yield "meanwhile", _grows(lambda: _registry.extend(_Thing() for _ in range(100)))
        yield "garbage, meanwhile", _grows(_pairs)
        _cut()

        def come_and_go():
            _registry.extend(_Thing() for _ in range(1_000))
            _registry.clear()

        yield "it comes and goes", not _grows(come_and_go)
        bounded = collections.deque(maxlen=30)
        bounded.extend(_Thing() for _ in range(30))
        yield "mended", not _grows(lambda: bounded.extend(_Thing() for _ in range(100)))


_STEPS = {
    "Live objects": "kept.append([])",
    "Garbage grows": "one = []; one.append(one)",
    "Nothing has": "one = []",
}
_WAYS_IN = ["from outside"] * hasattr(sys, "remote_exec") + ["a call", "a signal"]
_SERVICE = """
import gc, os, signal, sys, time
from threading import Thread
asked, told = sys.argv[1:]
kept, said = [], []
def serve(over):
    gc.collect()
    ends = time.monotonic() + 60
    while not over() and time.monotonic() < ends:
        for _ in range(10):
            {step}
        time.sleep(0.01)
gc.disable()
print("ready", flush=True)
serve(lambda: os.path.exists(asked))
from refdemo.report import on_signal, report
Thread(target=lambda: said.append(report(0.5)), daemon=True).start()
serve(lambda: said)
print(*str(*said).splitlines()[:2])
on_signal(signal.SIGUSR1, seconds=0.5, file=told)
os.kill(os.getpid(), signal.SIGUSR1)
serve(lambda: os.path.exists(told) and os.path.getsize(told))
print(*open(told).read().splitlines()[:2])
"""
"""Something grows in it, whoever asks: first one from outside, when nothing of refdemo is loaded, then it asks itself,
by a call and by a signal."""


def a_call_a_signal_and_a_question_from_outside_agree():
    """Have processes that grow in several ways report by each of the ways in; they go on beside each other."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        services, said = [], []
        for number, step in enumerate(_STEPS.values()):
            files = [f"{folder}/asked{number}", f"{folder}/told{number}"]
            command = [sys.executable, "-c", _SERVICE.format(step=step), *files]
            services.append(stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True)))
        for number, service in enumerate(services):
            service.stdout.readline()
            outside = [" ".join(_report_of(service.pid)[1][:2])] if "from outside" in _WAYS_IN else []
            open(f"{folder}/asked{number}", "w").close()
            said.append(outside)
        for lines, service in zip(said, services, strict=True):
            lines += service.communicate(timeout=120)[0].splitlines()
    for head, lines in zip(_STEPS, said, strict=True):
        for way, line in zip(_WAYS_IN, lines, strict=True):
            yield f"{way}: {head}", head in line


def _mended_pair():
    one, other = _Thing(), _Thing()
    one.other, other.other = other, weakref.ref(one)


def what_is_mended_does_not_grow():
    """Ask of leaks of several kinds, and of each when it is mended."""
    bounded = collections.deque((_Thing() for _ in range(30)), maxlen=30)
    weak = weakref.WeakValueDictionary()
    cached = functools.lru_cache(maxsize=30)(lambda number: _Thing())
    for number in range(30):
        cached(-number)
    for way, leak, mended in (
        ("a bounded queue", lambda n: _registry.append(_Thing()), lambda n: bounded.append(_Thing())),
        ("a weak dictionary", lambda n: _by_name.update({n: _Thing()}), lambda n: weak.update({n: _Thing()})),
        ("a bounded cache", _cached, cached),
        ("a weak way up", lambda n: _pairs(1), lambda n: _mended_pair()),
    ):
        with _collector_off():
            before = _grows(lambda leak=leak: [leak(n) for n in range(100)] and None)
            _cut()
            gc.collect()
            yield way, before and not _grows(lambda mended=mended: [mended(n) for n in range(100)] and None)
