"""PEP 683 by version: the table "which objects" of the project's facts, each line run."""

import sys

import pytest
from raw_memory import COUNTED, FREE_THREADED, counted, named, run

from refdemo import IMMORTAL, is_immortal, refcount, refcount_at

A_BYTE = b"ab"[:1]  # a b"a" that comes from a .pyc file is another object on 3.12 and 3.13
SINCE_3_12 = [None, True, False, Ellipsis, NotImplemented, (), int, ValueError, 0, -5, 256, "", b"", "\xff", A_BYTE]


def agree(obj):
    """Whether an object is immortal, if every way of asking says the same."""
    answers = {is_immortal(obj), refcount(obj) is IMMORTAL, refcount_at(id(obj)) is IMMORTAL}
    assert len(answers) == 1
    return answers.pop()


@counted
@pytest.mark.parametrize("obj", SINCE_3_12, ids=repr)
def test_singletons_and_small_values_are_immortal_since_3_12(obj):
    assert agree(obj) == (sys.version_info >= (3, 12))


@counted
def test_ints_up_to_1024_are_immortal_since_3_15():
    assert agree(int("1024")) == (sys.version_info >= (3, 15))
    assert agree(int("257")) == (sys.version_info >= (3, 15))


@counted
@pytest.mark.parametrize("obj", [int("1025"), float("1.5"), [], {}, object(), "".join(["a", " b"])], ids=named)
def test_what_is_made_while_running_is_mortal(obj):
    assert not agree(obj)


@counted
def test_an_identifier_in_a_program_is_immortal_since_3_12():
    assert agree("spam") == (sys.version_info >= (3, 12))


@counted
def test_other_constants_are_immortal_on_free_threaded_builds_only():
    program = (
        "import refdemo\nnumber = 123456\nfloating = 123456.5\nraw = b'two words'\n"
        "print(*(refdemo.is_immortal(o) for o in (number, floating, raw)))"
    )
    assert run(program).split() == [str(FREE_THREADED)] * 3


@counted
def test_an_interned_string_made_while_running_depends_on_the_patch_release():
    interned = sys.intern("".join(["two ", "words ", "joined"]))
    immortal = (3, 12) <= sys.version_info < (3, 12, 7) or FREE_THREADED
    assert agree(interned) == immortal


@counted
def test_classes_functions_and_modules_of_a_program_are_mortal():
    program = (
        "import types, refdemo\nclass A: pass\ndef f(): pass\nm = types.ModuleType('m')\n"
        "print(*(refdemo.is_immortal(o) or refdemo.refcount_at(id(o)) is refdemo.IMMORTAL for o in (A, f, m)))"
    )
    assert run(program) == "False False False\n"


@pytest.mark.skipif(sys.version_info >= (3, 12) or not COUNTED, reason="3.12 made them immortal")
def test_before_3_12_the_count_is_given_as_it_is():
    assert isinstance(refcount(None), int)
    assert refcount(None) > 100
    assert (refcount_at(id("")) > 999_999_000) == (sys.version_info >= (3, 11))


@pytest.mark.skipif(COUNTED, reason="this Python keeps reference counts")
def test_a_python_without_counts_says_so():
    with pytest.raises(NotImplementedError, match="keeps no reference counts"):
        is_immortal(None)
