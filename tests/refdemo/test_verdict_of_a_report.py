"""Which of four things grows, at the numbers where the answer changes."""

import pytest

from refdemo._reporting.process import Memory
from refdemo._reporting.result import ProcessReport, TypeRise
from refdemo._reporting.verdict import free_at_least, kind
from refdemo._reporting.waiting import Waiting

MB = 1 << 20
QUIET = ProcessReport(
    kind="nothing",
    python="",
    pid=1,
    seconds=1.0,
    tracked=(10_000, 10_000),
    types=(),
    more_types=0,
    longer=None,
    explained=None,
    holders=(),
    garbage=Waiting(0, 10_000, True, (), ""),
    memory=(Memory(200 * MB, 150 * MB, 300 * MB, 100_000), Memory(200 * MB, 150 * MB, 300 * MB, 100_000)),
    arenas=None,
    unfinished=(),
    pause=0.1,
)


def changed(*, resident=(200 * MB, 200 * MB), blocks=(100_000, 100_000), garbage=0, complete=True, **fields):
    """The report of a quiet process, with other numbers."""
    memory = tuple(
        each._replace(resident=its, blocks=given)
        for each, its, given in zip(QUIET.memory, resident, blocks, strict=True)
    )
    waiting = QUIET.garbage._replace(objects=garbage, complete=complete)
    return QUIET._replace(memory=memory, garbage=waiting, **fields)


def test_where_no_number_rises_nothing_grows():
    assert kind(QUIET, 0) == "nothing"


@pytest.mark.parametrize(
    ("waiting", "tracked", "answer"),
    [
        (20, 20, "garbage"),
        (19, 19, "nothing"),
        (50, 100, "garbage"),
        (49, 100, "objects"),
        (50, 101, "objects"),
        (19, 39, "objects"),
        (19, 38, "nothing"),
    ],
)
def test_garbage_grows_where_half_of_what_is_more_and_twenty_at_least_wait(waiting, tracked, answer):
    report = changed(garbage=waiting, tracked=(10_000, 10_000 + tracked))
    assert kind(report, 0) == kind(report, None) == answer


def test_garbage_that_waited_before_has_not_grown():
    report = changed(garbage=100)
    assert (kind(report, 80), kind(report, 81)) == ("garbage", "nothing")


def test_where_less_was_found_than_may_wait_none_is_taken_from_what_is_more():
    fewer = changed(garbage=10, complete=False, tracked=(10_000, 10_019))
    assert (kind(fewer, 1000), kind(fewer._replace(tracked=(10_000, 10_020)), 1000)) == ("nothing", "objects")


@pytest.mark.parametrize(
    ("longer", "blocks", "answer"),
    [
        ((100, 120), 0, "objects"),
        ((100, 119), 0, "nothing"),
        ((0, 40), 21, "objects"),
        ((0, 40), 20, "nothing"),
        ((0, 40), -1, "nothing"),
    ],
)
def test_a_container_counts_that_was_there_or_for_whose_items_there_are_blocks(longer, blocks, answer):
    report = changed(longer=TypeRise("list", *longer), blocks=(100_000, 100_000 + blocks))
    assert kind(report, 0) == answer


def test_a_new_container_has_blocks_only_where_they_are_counted():
    assert kind(changed(longer=TypeRise("list", 0, 40), blocks=(None, None)), 0) == "nothing"


@pytest.mark.parametrize(
    ("before", "rise", "blocks", "answer"),
    [
        (50 * MB, MB, 0, "nothing"),
        (50 * MB, MB + 1, 0, "outside"),
        (200 * MB, 2 * MB, 0, "nothing"),
        (200 * MB, 2 * MB + 1, 0, "outside"),
        (200 * MB, 10 * MB, 16_384, "nothing"),
        (200 * MB, 10 * MB + 1, 16_384, "outside"),
        (200 * MB, 10 * MB, 16_383, "outside"),
        (200 * MB, 2 * MB + 1, -5000, "outside"),
    ],
)
def test_memory_outside_grows_where_it_rises_by_more_than_the_blocks_and_a_hundredth(before, rise, blocks, answer):
    report = changed(resident=(before, before + rise), blocks=(100_000, 100_000 + blocks))
    assert kind(report, 0) == answer


@pytest.mark.parametrize("resident", [(None, 300 * MB), (200 * MB, None), (None, None)])
def test_where_the_memory_is_not_known_none_grows_outside(resident):
    assert kind(changed(resident=resident), 0) == "nothing"


@pytest.mark.parametrize(
    ("explained", "answer"), [(None, "objects"), (10 * MB, "objects"), (10 * MB - 1, "outside"), (0, "outside")]
)
def test_objects_that_explain_less_than_a_tenth_of_what_memory_rose_by_are_not_what_grows(explained, answer):
    report = changed(tracked=(10_000, 10_100), explained=explained, resident=(200 * MB, 300 * MB))
    assert kind(report, 0) == answer


@pytest.mark.parametrize(
    ("freed", "fell", "answer"),
    [
        (10_001, 0, "held free"),
        (10_000, 0, "nothing"),
        (10_001, 10_001 * 16, "nothing"),
        (10_001, 10_001 * 16 - 1, "held free"),
    ],
)
def test_memory_is_held_free_where_many_blocks_were_freed_and_it_stays(freed, fell, answer):
    report = changed(blocks=(100_000, 100_000 - freed), resident=(200 * MB, 200 * MB - fell))
    assert kind(report, 0) == answer


def test_many_blocks_are_a_tenth_of_many():
    assert kind(changed(blocks=(400_000, 360_000)), 0) == "nothing"
    assert kind(changed(blocks=(400_000, 359_999)), 0) == "held free"


@pytest.mark.parametrize(
    ("resident", "free", "answer"),
    [(40, 16, "nothing"), (40, 17, "held free"), (200, 50, "nothing"), (200, 51, "held free")],
)
def test_memory_is_held_free_where_a_quarter_of_it_is_room_in_the_arenas(resident, free, answer):
    blocks = 2048  # of 512 bytes at most: a megabyte
    report = changed(blocks=(blocks, blocks), resident=(resident * MB,) * 2, arenas=(free + 1) * MB)
    assert free_at_least(report) == free * MB
    assert kind(report, 0) == answer


def test_memory_is_held_free_by_its_arenas_too_where_many_blocks_were_freed_and_a_little_of_it_went():
    freed = changed(blocks=(100_000, 20_000), resident=(200 * MB, 190 * MB), arenas=100 * MB)
    assert kind(freed, 0) == "held free"
    assert kind(freed._replace(arenas=20 * MB), 0) == "nothing"


def test_arenas_that_are_full_or_not_known_hold_nothing_free():
    assert free_at_least(changed(blocks=(2048, 2048), arenas=MB - 1)) == 0
    assert free_at_least(changed(arenas=None)) is None
    assert free_at_least(changed(blocks=(None, None), arenas=MB)) is None
    assert kind(changed(blocks=(None, None), arenas=500 * MB), 0) == "nothing"
    assert kind(changed(blocks=(2048, None), arenas=500 * MB), 0) == "nothing"
