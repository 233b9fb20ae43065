"""How outputs are compared, grouped and named. The interpreters here are data: what they print is made up too."""

from dataclasses import replace

import pytest
from everypython.model.grouping import grouped, names, prints_something
from everypython.model.interpreters import Interpreter
from everypython.model.outcome import Error, Outcome
from everypython.model.patterns import covers, meaningless
from everypython.model.units import Explanation, Options


def python(version: str, implementation: str = "cpython", bits: int = 64) -> Interpreter:
    free = version.endswith("t")
    return Interpreter("x", implementation, version.rstrip("t"), "3.11.9", free, bits, "linux-x86_64", "", ())


NEW, MIDDLE, OLD = python("3.15.2"), python("3.14.10"), python("3.13.0")
FREE, PYPY = python("3.13.5t"), python("8.0.1", "pypy")
ALL = [NEW, MIDDLE, OLD, FREE, PYPY]


def shape(texts: list[str], options: Options = Options()) -> list[list[str]]:  # noqa: B008  # it is frozen
    outcomes = [(one, Outcome(text)) for one, text in zip(ALL, texts, strict=True)]
    return [[one.key.split("-")[1] for one in group.interpreters] for group in grouped(outcomes, NEW, options)]


@pytest.mark.parametrize(
    "pattern, covered",
    [
        (">=3.14", [NEW, MIDDLE]),
        ("<3.14", [OLD, FREE]),
        ("<3.14, free-threaded", [FREE]),
        ("==3.14", [MIDDLE]),
        ("==3.14.1", []),
        ("<=3.14.10", [MIDDLE, OLD, FREE]),
        ("pypy", [PYPY]),
        ("free-threaded", [FREE]),
        ("cpython-3.13.0", [OLD]),
        ("cpython-3.13.5t-linux-x86_64", [FREE]),
        ("32-bit", []),
        ("*", ALL),
    ],
)
def test_a_pattern_covers_the_pythons_it_names(pattern: str, covered: list[Interpreter]) -> None:
    assert [one for one in ALL if covers(pattern, one)] == covered


def test_thirty_two_bits_are_a_pattern() -> None:
    assert covers("32-bit", python("3.14.2", bits=32))


def test_a_python_in_a_browser_is_covered_as_pyodide_and_by_its_version_but_is_no_other_build_of_that_version() -> None:
    here = replace(python("3.14.2", bits=32), platform="emscripten-wasm32", pyodide="314.0.7")
    meant = ["pyodide", "pyodide-314.0.7", ">=3.14,<3.14.5", "32-bit", "cpython-3.14.2-emscripten-wasm32"]
    assert [pattern for pattern in [*meant, "cpython-3.14", "pyodide-0.27.7"] if covers(pattern, here)] == meant
    assert names([here], [*ALL, here]) == "CPython 3.14.2 in Pyodide"
    assert names([NEW], [*ALL, here]) == "CPython 3.15.2", "the others' platform is the one that every reader expects"


def test_equal_outputs_are_one_group() -> None:
    assert shape(["2"] * 5) == [["3.15.2", "3.14.10", "3.13.0", "3.13.5t", "8.0.1"]]


def test_the_published_default_comes_first_and_the_others_newest_first() -> None:
    assert shape(["1", "2", "1", "3", "2"]) == [["3.15.2", "3.13.0"], ["3.14.10", "8.0.1"], ["3.13.5t"]]


def test_a_published_default_that_is_not_the_newest_comes_first_all_the_same() -> None:
    outcomes = [(one, Outcome(text)) for one, text in zip(ALL, "12233", strict=True)]
    assert [group.interpreters for group in grouped(outcomes, OLD, Options())] == [[MIDDLE, OLD], [NEW], [FREE, PYPY]]


def test_addresses_in_a_repr_are_compared_by_first_appearance() -> None:
    same, other = "<A at 0x1a> <A at 0x1a>", "<A at 0x2> <A at 0x3>"
    assert len(shape([same, "<A at 0x7> <A at 0x7>", same, same, same])) == 1
    assert len(shape([same, other, same, same, same])) == 2
    three, again = "at 0x1 at 0x2 at 0x3", "at 0x1 at 0x2 at 0x1"
    assert len(shape([three, again, three, three, three])) == 2


@pytest.mark.parametrize("kind, number", [("text/plain", 2), ("text/vnd.graphviz", 2), ("image/svg+xml", 1)])
def test_what_is_displayed_is_compared_but_for_a_picture_that_follows_from_it(kind: str, number: int) -> None:
    outcomes = [(one, Outcome(data={"text/plain": "one", kind: text})) for one, text in ((NEW, "two"), (OLD, "three"))]
    assert len(grouped(outcomes, NEW, Options())) == number


FAILED = Outcome(error=Error("KeyError", "'key'"))
LACKS_IT = Explanation("pypy", "it has none (gh-1)")


@pytest.mark.parametrize(
    "outcome, skip, prints",
    [
        (Outcome("1"), (), True),
        (Outcome(data={"text/plain": "1"}), (), True),
        (FAILED, (), True),
        (Outcome(reached=False), (), True),
        (Outcome(), (), False),
        (Outcome(), (LACKS_IT,), True),
        (Outcome(), (replace(LACKS_IT, of_page=True),), False),
    ],
)
def test_a_group_has_something_to_show_unless_it_printed_nothing_or_its_whole_page_says_why(
    outcome: Outcome, skip: tuple[Explanation, ...], prints: bool
) -> None:
    (group,) = grouped([(PYPY, outcome)], PYPY, Options(skip=skip))
    assert prints_something(group) is prints


def test_other_hexadecimal_counts_unless_the_cell_is_tagged() -> None:
    texts = ["0x1a", "0x2b", "0x1a", "0x1a", "0x1a"]
    assert len(shape(texts)) == 2
    assert len(shape(texts, Options(frozenset({"addresses"})))) == 1


def test_scratch_folders_are_compared_as_one() -> None:
    assert len(shape([f"in scratch/everypython-{name}/cells/x.py" for name in ("a", "b", "c1", "d_", "e")])) == 1


def test_exceptions_are_compared_by_their_last_line() -> None:
    errors = [Error("E", "m", text) for text in ("long", "longer")]
    outcomes = [(one, Outcome(error=error)) for one, error in zip([NEW, OLD], errors, strict=True)]
    assert len(grouped(outcomes, NEW, Options())) == 1


def test_a_group_carries_the_reason_of_the_first_pattern_that_covers_it() -> None:
    options = Options(
        differs=(Explanation("free-threaded", "no lock"), Explanation("<3.14", "old"), Explanation("pypy", "no counts"))
    )
    outcomes = [(one, Outcome(text)) for one, text in zip(ALL, "11222", strict=True)]
    first, second = grouped(outcomes, NEW, options)
    assert (first.reasons, second.reasons) == ([], ["old", "no lock", "no counts"])


def test_skipped_pythons_stand_apart_and_are_not_compared() -> None:
    options = Options(skip=(Explanation("pypy", "it cannot"),))
    assert shape(["1"] * 5, options) == [["3.15.2", "3.14.10", "3.13.0", "3.13.5t"], ["8.0.1"]]


def test_volatile_pythons_are_exempt_from_comparison_and_stand_apart() -> None:
    options = Options(volatile=(Explanation("free-threaded", "a thread id"),))
    assert shape(["1", "1", "1", "140735", "1"], options) == [["3.15.2", "3.14.10", "3.13.0", "8.0.1"], ["3.13.5t"]]


@pytest.mark.parametrize(
    "members, words",
    [
        (ALL, "CPython 3.13.0–3.15.2, CPython 3.13.5 free-threaded, PyPy 8.0.1"),
        ([NEW, OLD], "CPython 3.15.2, 3.13.0"),
        ([MIDDLE, OLD], "CPython 3.13.0–3.14.10"),
        ([FREE], "CPython 3.13.5 free-threaded"),
    ],
)
def test_versions_that_stand_next_to_each_other_are_named_as_a_range(members: list[Interpreter], words: str) -> None:
    assert names(members, ALL) == words


def test_a_platform_is_named_where_only_some_that_have_such_a_python_are_meant() -> None:
    mac, other = ([replace(one, platform=where) for one in (NEW, OLD)] for where in ("darwin-arm64", "linux-aarch64"))
    everyone = [*ALL, *mac, *other]
    assert names([NEW, mac[0], other[0]], everyone) == "CPython 3.15.2"
    assert names([OLD, mac[1]], everyone) == "CPython 3.13.0 on darwin-arm64 and linux-x86_64"
    third = replace(OLD, platform="win32-amd64")
    words = "CPython 3.13.0 on darwin-arm64, linux-aarch64 and linux-x86_64"
    assert names([OLD, mac[1], other[1]], [*everyone, third]) == words
    assert names([PYPY], everyone) == "PyPy 8.0.1", "no other platform has one"


def test_what_one_patch_printed_is_said_of_that_patch() -> None:
    early = python("3.14.0")
    assert names([MIDDLE], [NEW, MIDDLE, early, OLD]) == "CPython 3.14.10"
    assert names([MIDDLE], ALL) == "CPython 3.14.10", "also where no other patch of 3.14 ran"


def test_a_debug_build_is_named_and_is_a_range_of_its_own() -> None:
    debug = replace(MIDDLE, flags=("Py_DEBUG",))
    assert debug.key == "cpython-3.14.10d-linux-x86_64"
    assert names([MIDDLE, debug], [*ALL, debug]) == "CPython 3.14.10, CPython 3.14.10 debug"
    assert [pattern for pattern in ("debug", "cpython-3.14d", ">=3.14", "cpython-3.14") if covers(pattern, debug)] == [
        "debug",
        "cpython-3.14d",
        ">=3.14",
    ]


@pytest.mark.parametrize("pattern", ["cpythn-3.12", "=>3.12", "", "3.12", ">=3", "pypy,", "freethreaded", "cpython-3"])
def test_a_pattern_that_can_mean_no_python_is_known(pattern: str) -> None:
    assert meaningless(pattern)


def test_every_pattern_that_means_one_has_a_meaning() -> None:
    meant = [">=3.14, free-threaded", "<3.13.12", "*", "debug", "32-bit", "pyodide-0.27.7", NEW.key, FREE.key, PYPY.key]
    assert [pattern for pattern in meant if meaningless(pattern)] == []
