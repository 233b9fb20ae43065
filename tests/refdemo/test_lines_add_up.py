"""What `referrers` says of an object adds up: a line, or its number, for each reference, each of them a reference."""

import functools
import gc
import sys
import types

import pytest
from raw_memory import FREE_THREADED, counted, run

from refdemo import refcount
from refdemo.holders import referrers

pytestmark = counted

# Objects are picked of all that a process has which has imported many modules of the standard library: some of each
# type, since it is the rare ones that go wrong, and some at random. Each is held by the sample as well, and by nothing
# else of the test's.
ASK_MANY = """
import argparse, array, ast, asyncio, base64, bisect, calendar, codecs, collections, concurrent.futures, contextlib
import copy, csv, dataclasses, datetime, decimal, difflib, email.message, enum, fractions, functools, gc, hashlib, heapq
import html, http.client, inspect, io, itertools, json, logging, operator, os, pathlib, pickle, queue, random, re
import string, subprocess, sys, tempfile, threading, traceback, types, typing, unittest, urllib.request, uuid, weakref
import refdemo
from refdemo import refcount
from refdemo.holders import referrers
from refdemo._searching.naming import named
referrers([])
size, of_each_type = map(int, sys.argv[1:])
random.seed(1)
sample, kinds = [], collections.Counter()
for obj in random.sample(objects := gc.get_objects(), len(objects)):
    if len(sample) < size or kinds[type(obj)] < of_each_type:
        kinds[type(obj)] += 1
        sample.append(obj)
del objects, obj
ours = [vars(each) for name, each in list(sys.modules.items()) if name.startswith("refdemo")]
package = os.path.dirname(refdemo.__file__)
def is_used_by_a_search(obj):
    # A function that runs, its code and its globals are held while it runs.
    if type(obj) is types.CodeType:
        return obj.co_filename.startswith(package)
    namespace = obj.__globals__ if type(obj) is types.FunctionType else obj
    return any(each is namespace for each in ours)
asked = 0
for place in range(len(sample)):
    count = refcount(sample[place])
    if not isinstance(count, int) or is_used_by_a_search(sample[place]):
        continue
    found = referrers(sample[place])
    asked += 1
    if sum(each.times for each in found) != count:
        print(type(sample[place]), count, [each.words for each in found])
    if not any(each.words.startswith(("item of a list", f"item `[{place}]` of a list")) for each in found):
        print(type(sample[place]), "is not told in the sample:", [each.words for each in found][:5])
    # What can be read back by its words alone.
    for each in found:
        kind, _, rest = each.words.partition(" `")
        name, _, module = rest.partition("` of module `")
        modules = [vars(each) for each in sys.modules.values() if vars(each).get("__name__") == module.rstrip("`")]
        if kind == "global" and each.times == 1 and modules:  # two modules can have one name
            if not any(found.get(name) is sample[place] for found in modules):
                print(each.words, "is something else")
print(asked > len(sample) // 2, "asked")
"""


@pytest.mark.parametrize(("size", "of_each_type"), [(30, 0), pytest.param(300, 2, marks=pytest.mark.deep)])
def test_of_random_live_objects_and_some_of_every_type(size, of_each_type):
    assert run(ASK_MANY, str(size), str(of_each_type)) == "True asked\n"


class Service:
    pass


def shapes():
    """Yield what holds a new Service, and the Service's holders by words, each with the number of its references."""

    @functools.lru_cache
    def cached():
        return None

    cached.owner = Service()
    yield cached, cached.owner, {"attribute `.owner` of a _lru_cache_wrapper": 1}

    error = ValueError(Service())
    error.again = error.args[0]
    yield error, error.again, {"attribute `.args[0]` of a ValueError": 1, "attribute `.again` of a ValueError": 1}

    def function(part=None):
        return part

    function.note = Service()
    function.__defaults__ = (function.note,)
    labels = {"attribute `.note` of function `function`": 1, "default argument `part` of function `function`": 1}
    yield function, function.note, labels

    class Slotted:
        __slots__ = ("__dict__", "slot")

    slotted = Slotted()
    slotted.slot = slotted.attribute = Service()
    yield slotted, slotted.slot, {"attribute `.slot` of a Slotted": 1, "attribute `.attribute` of a Slotted": 1}

    for kind, item in ((list, "item `[0]` of a Kind"), (dict, "value `[0]` of a Kind")):
        kept = type("Kind", (kind,), {})([Service()] if kind is list else {0: Service()})
        kept.attribute = kept[0]
        assert kept.__dict__  # from 3.11 on, asking makes it
        yield kept, kept[0], {"attribute `.attribute` of a Kind": 1, item: 1}

    cls = type("Cls", (), {"one": Service()})
    cls.other = cls.one
    if gc.is_tracked(cls):  # not on 3.13 free-threaded once a thread was started, as tests before this one did
        yield cls, cls.one, {"attribute `.one` of class `Cls`": 1, "attribute `.other` of class `Cls`": 1}

    plain = Service()
    plain.one = plain.other = Service()
    yield plain, plain.one, {"attribute `.one` of a Service": 1, "attribute `.other` of a Service": 1}
    asked = Service()
    asked.one = asked.other = Service()
    assert asked.__dict__
    yield asked, asked.one, {"attribute `.one` of a Service": 1, "attribute `.other` of a Service": 1}

    partial = functools.partial(print, Service(), end=None)
    partial.keywords["end"] = partial.args[0]
    yield (
        partial,
        partial.args[0],
        {"attribute `.args[0]` of a partial": 1, "attribute `.keywords['end']` of a partial": 1},
    )

    namespace = types.SimpleNamespace(one=Service())
    yield namespace, namespace.one, {"attribute `.one` of a SimpleNamespace": 1}


def test_of_attributes_of_every_shape():
    for kept, service, expected in shapes():
        box = [service]
        del service
        found = {}
        for each in referrers(box[0]):
            if each.type not in ("frame", "list"):
                words = each.words.partition(" (test_lines_add_up.py")[0].partition(" of function `cached`")[0]
                found[words.partition(", ")[0].partition(" × ")[2] or words.partition(", ")[0]] = each.times
        found.pop("local `service` of suspended generator `shapes`", None)
        assert (found, kept is None) == (expected, False)


@pytest.mark.parametrize("module", ["json", "types"])
def test_of_a_module_nothing_is_missing(module):
    program = f"""
import {module}
from refdemo import refcount
from refdemo.holders import referrers
referrers([])
count, found = refcount({module}), referrers({module})
print(sum(each.times for each in found) == count, any("`modules` of module `sys`" in each.words for each in found))
"""
    assert run(program) == "True True\n"


def test_of_a_class_that_is_an_attribute_of_its_instance():
    class Own:
        pass

    if FREE_THREADED and not gc.is_tracked(Own):
        pytest.skip("3.13 free-threaded tracks no class once a thread was started, as tests before this one did")
    own = Own()
    own.kind, total = Own, None
    total = refcount(Own)
    found = referrers(Own)
    assert sum(each.times for each in found) == total
    assert {"attribute `.__class__` of an Own", "attribute `.kind` of an Own"} <= {each.words for each in found}


@pytest.mark.parametrize("number", [21, 1000])
def test_of_many_places_of_one_list_there_is_one_line(number):
    service = Service()
    kept = [service] * number
    [_, line] = referrers(service)
    assert line.words == f"{number:,} × item of a list"
    assert line.times == len(kept)


@pytest.mark.parametrize("number", [100, 10_000, pytest.param(100_000, marks=pytest.mark.deep)])
def test_of_many_instances_there_is_one_line(number):
    if FREE_THREADED and number > 1000:
        number = 10_000
    hub, nodes = Service(), [Service() for _ in range(number)]
    for node in nodes:
        node.hub = hub
    del node
    found = referrers(hub)
    assert [each.words for each in found if each.type != "frame"] == [f"{number:,} × attribute `.hub` of a Service"]
    assert found[-1].times == number


@pytest.mark.parametrize(
    ("make", "words"),
    [(lambda each: {each}, "member of a set"), (lambda each: (each, []), "item `[0]` of a tuple")],
    ids=["sets", "tuples"],
)
def test_of_many_containers_there_is_one_line(make, words):
    service = Service()
    kept = [make(service) for _ in range(600)]
    [line] = [each for each in referrers(service) if each.type != "frame"]
    assert line.words == f"600 × {words}"
    assert line.times == len(kept)


def test_of_many_places_that_only_reading_tells_each_is_told_with_its_number():
    def suspended(first, second):
        yield first, second

    service = Service()
    some = [suspended(service, None) for _ in range(700)]
    others = [suspended(None, service) for _ in range(800)]
    for each in some + others:
        next(each)
    del each
    found = {each.words.partition(" (")[0] for each in referrers(service) if each.type == "generator"}
    assert found == {
        f"{number} × local `{name}` of suspended generator `suspended`"
        for name, number in (("first", 700), ("second", 800))
    }


@pytest.mark.parametrize("number", [21, 600])
def test_of_many_classes_there_is_one_line(number):
    if FREE_THREADED and not gc.is_tracked(type("Own", (), {})):
        pytest.skip("3.13 free-threaded tracks no class once a thread was started, as tests before this one did")
    service = Service()
    classes = [type(f"Handler{n}", (), {"service": service}) for n in range(number)]
    [line] = [each for each in referrers(service) if each.type == "type"]
    assert line.words == f"{number:,} × attribute `.service` of a class"
    assert line.times == len(classes)


def test_many_functions_of_one_name_keep_it_on_their_line():
    def handler_for(service):
        def handler():
            pass

        handler.service = service
        return handler

    service = Service()
    handlers = [handler_for(service) for _ in range(600)]
    if FREE_THREADED and not gc.is_tracked(handlers[0]):
        pytest.skip("3.13 free-threaded tracks no function once a thread was started, as tests before this one did")
    [line] = [each for each in referrers(service) if each.type == "function"]
    assert line.words.startswith("600 × attribute `.service` of function `handler` (test_lines_add_up.py:")
    assert line.times == len(handlers)


def test_many_functions_are_not_told_by_the_name_of_one():
    def handler_for(service, name):
        def handler():
            pass

        handler.service, handler.__qualname__ = service, name
        return handler

    service = Service()
    names = ["first"] * 700 + ["second"] * 700
    handlers = [handler_for(service, name) for name in names]
    if FREE_THREADED and not gc.is_tracked(handlers[0]):
        pytest.skip("3.13 free-threaded tracks no function once a thread was started, as tests before this one did")
    found = [each for each in referrers(service) if each.type == "function"]
    assert sum(each.times for each in found) == len(handlers)
    assert sum(each.times for each in found if "`first`" in each.words) <= 700


def test_each_result_of_a_cache_takes_few_calls():
    @functools.cache
    def cached(key):
        return service

    def calls_for(number):
        calls = 0
        for key in range(number):
            cached(key)

        def count(frame, event, _):
            nonlocal calls
            calls += event in ("call", "c_call")

        before = sys.getprofile()
        sys.setprofile(count)
        found = referrers(service)
        sys.setprofile(before)
        assert max(each.times for each in found) == number
        return calls

    service = Service()
    calls_for(100)  # what is read of this Python once
    few, many = calls_for(1000), calls_for(4000)
    assert many - few < 3000 * 100
