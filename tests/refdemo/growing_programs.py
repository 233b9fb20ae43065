"""Small programs that grow, each in one way: `python growing_programs.py NAME` prints what a report says of it.

A program is a generator: up to its first `yield` it sets up, and from one to the next it does one step. Beside it a
service goes on that keeps nothing: its requests come and go. What it computes is the same with a report and without.
"""

import collections
import contextvars
import ctypes
import functools
import gc
import json
import random
import sqlite3
import sys
import threading
import time
import zlib

PROGRAMS = {"objects": [], "garbage": [], "held free": [], "outside": []}
ROUNDS = 120


def growing(kind):
    def add(program):
        PROGRAMS[kind].append(program)
        return program

    return add


class Session:
    def __init__(self, number=0):
        self.number = number
        self.other = None

    @functools.cache  # noqa: B019  # the leak
    def price(self, item):
        return item

    def on_event(self):
        return self.number


# Live objects


@growing("objects")
def sessions_in_a_list(chance):
    kept = []
    while True:
        kept.append(Session(chance.random()))
        yield


@growing("objects")
def texts_in_a_dict(chance):
    cache = {}
    while True:
        cache[f"user {len(cache)}"] = str(chance.random())
        yield


@growing("objects")
def a_cached_method(chance):
    while True:
        Session().price(chance.randrange(10))
        yield


@growing("objects")
def listeners(chance):
    bus = []
    while True:
        bus.append(Session().on_event)
        yield


@growing("objects")
def closures(chance):
    callbacks = {}
    while True:
        number = len(callbacks)
        callbacks[number] = lambda number=number: [number]
        yield


@growing("objects")
def suspended_generators(chance):
    def rows(query):
        yield query
        yield query

    running = collections.deque()
    while True:
        running.append(rows([chance.random()]))
        next(running[-1])
        yield


@growing("objects")
def exceptions_with_their_tracebacks(chance):
    failures = []
    while True:
        try:
            json.loads("{")
        except ValueError as error:
            failures.append(error)
        yield


@growing("objects")
def numbers_in_a_set(chance):
    seen = set()
    while True:
        seen.update(range(1000 + len(seen), 1003 + len(seen)))
        yield


@growing("objects")
def large_bytes_in_a_deque(chance):
    queue = collections.deque()
    while True:
        queue.append(bytes(20_000))
        yield


@growing("objects")
def contexts(chance):
    request = contextvars.ContextVar("request")
    kept = []
    while True:
        context = contextvars.copy_context()
        context.run(request.set, Session())
        kept.append(context)
        yield


# Garbage that waits


def no_collection():
    gc.set_threshold(1_000_000, 1000, 1000)


@growing("garbage")
def two_that_refer_to_each_other(chance):
    no_collection()
    while True:
        one, other = Session(), Session()
        one.other, other.other = other, one
        yield


@growing("garbage")
def one_that_refers_to_itself(chance):
    gc.disable()
    while True:
        one = Session()
        one.other = one
        yield


@growing("garbage")
def recursive_inner_functions(chance):
    no_collection()

    def solve():
        def inner(depth):
            return depth and inner(depth - 1)

        inner(3)

    while True:
        solve()
        yield


@growing("garbage")
def errors_held_by_their_own_frame(chance):
    gc.disable()

    def attempt():
        try:
            raise ValueError
        except ValueError as error:
            kept = error
        return kept is not None

    while True:
        attempt()
        yield


@growing("garbage")
def trees_with_parents(chance):
    no_collection()
    while True:
        root = {"children": []}
        root["children"] += [{"parent": root} for _ in range(3)]
        yield


@growing("garbage")
def classes(chance):
    no_collection()
    while True:
        type("Row", (), {"number": chance.random()})
        yield


@growing("garbage")
def lists_in_themselves(chance):
    gc.disable()
    while True:
        own = [chance.random()]
        own.append(own)
        yield


@growing("garbage")
def long_rings(chance):
    no_collection()
    while True:
        first = last = Session()
        for _ in range(chance.randrange(20, 40)):
            last.other = Session()
            last = last.other
        last.other = first
        yield


@growing("garbage")
def methods_kept_by_their_object(chance):
    gc.disable()
    while True:
        one = Session()
        one.handler = one.on_event
        yield


@growing("garbage")
def generators_that_know_themselves(chance):
    no_collection()

    def walk(box):
        yield box

    while True:
        box = []
        box.append(walk(box))
        next(box[0])
        yield


# What the allocator holds free


def scattered(many):
    """Keep one of four hundred, so that no arena becomes empty."""
    kept = many[::400]
    many.clear()
    return kept


@growing("held free")
def texts_parsed_once(chance):
    kept = scattered([str(number) * 5 for number in range(1_500_000)])
    while kept:
        yield


@growing("held free")
def sessions_of_a_busy_hour(chance):
    kept = scattered([Session(number) for number in range(400_000)])
    while kept:
        yield


@growing("held free")
def large_numbers(chance):
    kept = scattered([2**70 + number for number in range(1_500_000)])
    while kept:
        yield


@growing("held free")
def floats_of_a_series(chance):
    kept = scattered([chance.random() for _ in range(2_000_000)])
    while kept:
        yield


@growing("held free")
def rows_of_a_query(chance):
    kept = scattered([[number, number + 1] for number in range(500_000)])
    while kept:
        yield


@growing("held free")
def a_cache_that_was_cleared(chance):
    cache = {number: f"value {number}" for number in range(1_000_000)}
    kept = [cache[number] for number in range(0, 1_000_000, 400)]
    cache.clear()
    while kept:
        yield


@growing("held free")
def a_document(chance):
    text = json.dumps([{"id": number, "name": f"name {number}"} for number in range(200_000)])
    kept = [entry["name"] for entry in scattered(json.loads(text))]
    del text
    while kept:
        yield


@growing("held free")
def short_bytes(chance):
    kept = scattered([bytes(200) for _ in range(600_000)])
    while kept:
        yield


@growing("held free")
def a_cache_that_is_cleared_meanwhile(chance):
    cache = [f"value {number}" for number in range(1_000_000)]
    kept = []
    for _ in range(100):
        yield
    kept += scattered(cache)
    while kept:
        yield


@growing("held free")
def sessions_that_end_meanwhile(chance):
    sessions = [Session(number) for number in range(300_000)]
    kept = []
    for _ in range(100):
        yield
    kept += scattered(sessions)
    while kept:
        yield


# Memory outside of Python

LIBC = ctypes.CDLL(None)
for name in ("malloc", "calloc", "realloc", "mmap", "strdup", "aligned_alloc"):
    getattr(LIBC, name).restype = ctypes.c_void_p
LIBC.realloc.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
LIBC.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]


def malloc_of(size, times=1):
    while True:
        for _ in range(times):
            LIBC.memset(LIBC.malloc(size), 1, size)
        yield


@growing("outside")
def a_large_malloc(chance):
    return malloc_of(200_000)


@growing("outside")
def many_small_mallocs(chance):
    return malloc_of(200, times=300)


@growing("outside")
def mallocs_of_a_page(chance):
    return malloc_of(4096, times=20)


@growing("outside")
def cleared_memory(chance):
    while True:
        LIBC.memset(LIBC.calloc(100, 1000), 1, 100_000)
        yield


@growing("outside")
def a_buffer_of_c_that_is_made_larger(chance):
    buffer, size = LIBC.malloc(1000), 1000
    while True:
        buffer = LIBC.realloc(buffer, size + 100_000)
        LIBC.memset(buffer + size, 1, 100_000)
        size += 100_000
        yield


@growing("outside")
def mappings(chance):
    while True:
        size = ctypes.c_size_t(200_000)
        LIBC.memset(LIBC.mmap(None, size, 3, 0x22, -1, ctypes.c_long(0)), 1, size)
        yield


@growing("outside")
def a_database_in_memory(chance):
    database = sqlite3.connect(":memory:", check_same_thread=False)
    cursor = database.execute("create table visits (page text)")
    while True:
        cursor.execute("insert into visits values (?)", ("x" * 50_000,))
        yield


@growing("outside")
def copies_of_a_text(chance):
    text = b"x" * 50_000
    while True:
        LIBC.strdup(text)
        yield


@growing("outside")
def aligned_memory(chance):
    while True:
        LIBC.memset(LIBC.aligned_alloc(64, 64_000), 1, 64_000)
        yield


@growing("outside")
def memory_of_another_thread(chance):
    leak = malloc_of(100_000)
    while True:
        thread = threading.Thread(target=next, args=(leak,))
        thread.start()
        thread.join()
        yield


def request(chance):
    """What a service does beside: nothing of it stays."""
    body = json.dumps({"id": chance.randrange(1000), "items": [chance.random() for _ in range(20)]})
    return zlib.crc32(json.dumps(sorted(json.loads(body)["items"])).encode())


def run(name, seed, report):
    """Run a program for some rounds, and a report beside it if one is given; return what it computed and the report."""
    chance = random.Random(seed)
    program = next(each for programs in PROGRAMS.values() for each in programs if each.__name__ == name)(chance)
    next(program)
    done, ready, said = threading.Event(), threading.Event(), []
    computed = 0

    def serve():
        nonlocal computed
        place = 0
        while not done.is_set() or place < ROUNDS:
            if place == 20:
                ready.set()
            next(program)
            if place < ROUNDS:
                computed = zlib.crc32(b"%d" % request(random.Random(seed + place)), computed)
            place += 1
            time.sleep(0.004)

    thread = threading.Thread(target=serve)
    thread.start()
    ready.wait()
    if report:
        said.append(report(1))
    done.set()
    thread.join()
    return computed, said


if __name__ == "__main__":
    from refdemo.report import report

    computed, [found] = run(sys.argv[1], 7, report)
    print(json.dumps([found.kind, computed, str(found)]))
