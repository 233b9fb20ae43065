"""The heap of the bench has the size and the cycles that it says, and its checks refuse any others."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import pytest

from bench import heap


@pytest.fixture(autouse=True)
def no_heap_is_left() -> Iterator[None]:
    frozen = gc.get_freeze_count()
    gc.freeze()  # what other tests keep: to look through it with each collection takes longer than the tests
    gc.disable()
    yield
    heap.alive.clear()
    heap.chain.clear()
    gc.enable()
    gc.collect()
    if not frozen:
        gc.unfreeze()


def reachable(start: object) -> dict[int, tuple[object, int]]:
    """What references lead to from an object: by id, the object and how many references away it is."""
    found = {id(start): (start, 0)}
    waiting = [start]
    for obj in waiting:
        for referent in gc.get_referents(obj):
            if id(referent) not in found and not isinstance(referent, type):
                found[id(referent)] = (referent, found[id(obj)][1] + 1)
                waiting.append(referent)
    return found


def cycles_by_definition() -> list[list[object]]:
    """Objects each of which leads to each other."""
    objects = [obj for obj, _ in reachable(heap.alive).values() if gc.is_tracked(obj)]
    leads_to = {id(obj): reachable(obj).keys() for obj in objects}
    groups: dict[frozenset[int], list[object]] = {}
    for obj in objects:
        mutual = frozenset(one for one in leads_to[id(obj)] if id(obj) in leads_to.get(one, ()))
        groups.setdefault(mutual, []).append(obj)
    return [group for group in groups.values() if len(group) > 1]


def members_of(answer: heap.Answer) -> list[list[object]]:
    """The cycles that the builder of a living heap noted, as objects."""
    objects = {identity: obj for identity, (obj, _) in reachable(heap.alive).items()}
    members = iter(answer.members)
    return [[objects[next(members)] for _ in range(size)] for size in answer.sizes]


def test_a_heap_has_as_many_tracked_objects_as_asked() -> None:
    answer = heap.build(10_000)
    noted = {*answer.members, *answer.acyclic}
    assert sum(id(obj) in noted for obj in gc.get_objects()) == len(noted) == answer.objects == 10_000


def test_the_builder_knows_the_cycles_of_its_heap() -> None:
    answer = heap.build(400)
    found = cycles_by_definition()
    assert len(found) == len(answer.sizes) > 20
    answer.check(found)


def test_a_heap_has_cycles_of_several_sizes_and_a_big_one() -> None:
    sizes = heap.build(10_000).sizes
    assert {2, 3, 5, 8, 13} <= set(sizes) and max(sizes) == 1_000


def test_two_heaps_of_one_size_are_alike() -> None:
    one = heap.build(1_000)
    heap.alive.clear()
    assert heap.build(1_000).sizes == one.sizes


def test_the_answer_holds_nothing_of_the_heap() -> None:
    answer = heap.build_garbage(1_000)
    assert gc.collect() >= answer.objects == 1_002


def test_a_heap_too_small_for_all_its_kinds_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 100 objects"):
        heap.build(99)


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda cycles: cycles[1:], id="one missing"),
        pytest.param(lambda cycles: [*cycles, cycles[0]], id="one twice"),
        pytest.param(lambda cycles: [cycles[0] + cycles[1], *cycles[2:]], id="two joined"),
        pytest.param(lambda cycles: [cycles[-1][:2], cycles[-1][2:], *cycles[:-1]], id="one parted"),
        pytest.param(lambda cycles: [*cycles, [heap.alive[-1]]], id="a record as a cycle"),
        pytest.param(lambda cycles: [[*cycles[0], heap.alive[-1]], *cycles[1:]], id="a record in a cycle"),
        pytest.param(lambda cycles: [], id="nothing"),
    ],
)
def test_a_wrong_answer_is_refused(spoil: Any) -> None:
    answer = heap.build(400)
    with pytest.raises(heap.WrongAnswer):
        answer.check(spoil(members_of(answer)))


def test_cycles_of_the_interpreter_are_no_wrong_answer() -> None:
    answer = heap.build(400)
    answer.check([[heap.Node, heap.Node.__mro__], *members_of(answer)])


def test_ten_references_lead_from_the_root_of_the_chain_to_its_last_object() -> None:
    heap.build_chain()
    last = heap.last_of_chain()
    # 3.10 has a dict between an instance and what it refers to.
    steps = [obj for obj, _ in reachable(heap.chain).values() if obj is not heap.chain and type(obj) is not dict]
    assert steps[-1] is last and len(steps) == 10
