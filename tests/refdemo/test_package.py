import copy
import doctest
import json
import pickle
import pkgutil

import pytest
from raw_memory import run

import refdemo

FOUND = pkgutil.walk_packages(refdemo.__path__, "refdemo.")
MODULES = [found.name for found in FOUND if found.name != "refdemo.__main__"]


# In a process that has few objects to look through.
RUN_EACH = """
import doctest, importlib, json, sys
print("\\n" + json.dumps({name: doctest.testmod(importlib.import_module(name))[0] for name in sys.argv[1:]}))
"""


@pytest.fixture(scope="module")
def doctests():
    printed = run(RUN_EACH, *MODULES)
    return {"failed": json.loads(printed.splitlines()[-1]), "printed": printed}


@pytest.mark.parametrize("name", MODULES)
def test_the_doctests_of_a_module_hold(doctests, name):
    assert doctests["failed"][name] == 0, doctests["printed"]


@pytest.mark.parametrize(
    "name", ["refcount", "refcount_at", "is_immortal", "object_exists", "automatic_gc_disabled", "object_graph"]
)
def test_each_public_name_has_a_doctest(name):
    assert doctest.DocTestFinder(recurse=False).find(getattr(refdemo, name))[0].examples


def test_importing_loads_two_small_modules_and_nothing_else():
    program = (
        "import sys; before = set(sys.modules); import refdemo; print(*sorted(set(sys.modules) - before - {'gc'}))"
    )
    assert run(program).split() == ["refdemo", "refdemo.collector", "refdemo.counts"]


def test_asking_for_a_picture_loads_what_draws_it_and_no_other_name_does():
    program = (
        "import sys, refdemo; hasattr(refdemo, 'no_such_name'); before = 'refdemo.graph' in sys.modules\n"
        "from refdemo import object_graph; print(before, 'refdemo.graph' in sys.modules, object_graph.__name__)"
    )
    assert run(program).split() == ["False", "True", "object_graph"]


def test_asking_for_a_count_loads_nothing():
    program = (
        "import sys, refdemo; x = []; before = set(sys.modules); hasattr(sys, 'getrefcount') and refdemo.refcount(x)\n"
        "print(*(set(sys.modules) - before))"
    )
    assert run(program).split() == []


def test_drawing_a_chart_loads_nothing_that_asks_a_network():
    # Such modules double the number of objects that a collection visits, and in which `growth` counts.
    program = (
        "import sys; from refdemo.growth import Growth; from refdemo.timeline import Timeline\n"
        "before = set(sys.modules); Growth('Session', (0, 1)).svg(); Timeline().svg()\n"
        "print(*sorted({'http.client', 'socket', 'ssl', 'urllib.request'} & (set(sys.modules) - before)))"
    )
    assert run(program).split() == []


def test_every_module_imports_with_warnings_as_errors():
    program = "import sys, warnings, importlib; warnings.simplefilter('error'); "
    program += "[importlib.import_module(name) for name in sys.argv[1:]]; print('imported')"
    assert run(program, *MODULES) == "imported\n"


def test_what_is_exported_is_there():
    assert [name for name in refdemo.__all__ if not hasattr(refdemo, name)] == []
    assert refdemo.__version__ == "0.2.0"


def test_immortal_is_one_object_however_it_is_copied():
    kind = type(refdemo.IMMORTAL)
    copies = [copy.copy(refdemo.IMMORTAL), copy.deepcopy([refdemo.IMMORTAL])[0], kind()]
    copies += [pickle.loads(pickle.dumps(refdemo.IMMORTAL, n)) for n in range(pickle.HIGHEST_PROTOCOL + 1)]
    assert all(each is refdemo.IMMORTAL for each in copies)


def test_immortal_shows_its_name_and_is_not_a_number():
    assert repr(refdemo.IMMORTAL) == "IMMORTAL"
    assert not isinstance(refdemo.IMMORTAL, int)
    with pytest.raises(TypeError):
        refdemo.IMMORTAL + 1


def test_the_kind_of_immortal_cannot_be_subclassed():
    with pytest.raises(TypeError, match="no subclasses"):
        type("Other", (type(refdemo.IMMORTAL),), {})
