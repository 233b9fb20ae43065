"""Lines that say the same become one with a number, so that an answer stays short however much is shared."""

import gc
from collections.abc import Iterable, Iterator, Set
from itertools import repeat
from operator import is_
from typing import NamedTuple

from refdemo._reading.claims import is_stored
from refdemo._searching import reference_labels
from refdemo._searching.naming import a, general, kind_of, named
from refdemo._searching.owners import is_part
from refdemo._searching.paths import references_to, with_owners
from refdemo._searching.worklist import WorkList

_MOST_ALIKE = 20  # places of one kind ("item `[3]` of a list") that are listed one by one
_ENOUGH = 500  # holders of one type that are read one by one
_MOST = 10_000  # as many where nothing quicker tells


class Line(NamedTuple):
    """What is said of one or more references."""

    words: str
    kind: str
    """The name of the type of what holds it."""
    wider: tuple[str, ...] = ()
    """What may be said instead where many differ: "item of a list" without a place, "attribute `.hub` of a class"."""
    times: int = 1


def lines_of(path: WorkList) -> Iterator[Line]:
    """Yield a line for each reference of the last but one of a path to the last, told as its first object's."""
    kind, said = kind_of(path[0]), dict[str, Line]()
    for label in reference_labels.labels(path):
        if label not in said:  # a cache can have the object for a hundred thousand results
            said[label] = Line(reference_labels.in_words(path, label), kind, reference_labels.wider_words(path, label))
        yield said[label]


def merged(lines: list[Line]) -> list[Line]:
    """Return the lines with each said once, in order, and in wider words those of a kind that are many."""
    for level in range(max((len(line.wider) for line in lines), default=0)):
        alike: dict[str, set[str]] = {}
        for line in lines:
            if line.wider[level:]:
                alike.setdefault(line.wider[level], set()).add(line.words)
        many = {wider for wider, words in alike.items() if len(words) > _MOST_ALIKE}
        lines = [
            line._replace(words=line.wider[level]) if line.wider[level:] and line.wider[level] in many else line
            for line in lines
        ]
    counts: dict[tuple[str, str], int] = {}
    for line in lines:
        counts[line.words, line.kind] = counts.get((line.words, line.kind), 0) + line.times
    return [Line(words, kind, times=count) for (words, kind), count in sorted(counts.items())]


def of_many(holders: Iterable[WorkList], target: WorkList, running: Set[int]) -> Iterator[Line]:
    """Yield the lines of lists of holders of one type each, of which there may be a million.

    Of each type the first ones are read one by one.
    """
    for alike in holders:
        if not is_part(alike[0]):
            yield from _of_one_type(alike, alike, target)
            continue
        if type(alike[0]) is not dict:
            yield from _at_their_places(WorkList(alike[_MOST:]), target)
            alike = WorkList(alike[:_MOST])
        paths = [paths[0] for paths in with_owners(alike, WorkList(target * len(alike)), running)]
        for path in paths:
            if len(path) != 3:
                yield from lines_of(path)
        by_part = {id(path[1]): path for path in paths if len(path) == 3}
        grouped: dict[int, tuple[WorkList, WorkList]] = {}
        for owner, part, _ in by_part.values():
            owners, parts = grouped.setdefault(id(type(owner)), (WorkList(), WorkList()))
            owners.append(owner)
            parts.append(part)
        for owners, parts in grouped.values():
            yield from _of_one_type(owners, parts, target)


def _of_one_type(owners: WorkList, parts: WorkList, target: WorkList) -> Iterator[Line]:
    """Yield the lines of owners of one type, each with what holds the object for it (itself, or its dict)."""
    for owner, part in zip(owners[:_ENOUGH], parts, strict=False):
        yield from lines_of(WorkList([owner, *([] if owner is part else [part]), target[0]]))
    rest, held_by = WorkList(owners[_ENOUGH:]), WorkList(parts[_ENOUGH:])
    if not rest:
        return
    if type(rest[0]) is set or type(rest[0]) is frozenset:
        words = f"member of {a(kind_of(rest[0]))}"
        yield Line(words, kind_of(rest[0]), times=references_to(rest, target))
        return
    if owners is parts and (type(rest[0]) is list or type(rest[0]) is tuple):
        yield from _at_their_places(rest, target)
        return
    example = WorkList([rest[0], *([] if rest[0] is held_by[0] else [held_by[0]]), target[0]])
    labels = list(dict.fromkeys(reference_labels.labels(example)))
    names = [label for label in labels if label[1:].isidentifier() and is_stored(rest[0], label[1:])]
    count, kind = references_to(held_by, target), kind_of(rest[0])
    whose, own_name = general(rest[0]), named(rest[0])
    if own_name == whose or all(named(each) == own_name for each in rest):
        whose = ""
    if len(names) < len(labels):
        for line in _one_by_one(rest[:_MOST], held_by, target, whose):
            count -= line.times
            yield line
        names = []
    for label in names:
        seen = min(_having(rest, label[1:], target), count)
        count -= seen
        words = reference_labels.in_words(example, label, whose=whose)
        yield Line(words, kind, reference_labels.wider_words(example, label), seen)
    yield from _somewhere(kind, count)


def _one_by_one(owners: list[object], parts: WorkList, target: WorkList, whose: str) -> Iterator[Line]:
    """Yield a line for each label that leads from owners of one type to the object, with how many have it."""
    said: dict[str, Line] = {}
    counts: dict[str, int] = {}
    for owner, part in zip(owners, parts, strict=False):
        path = WorkList([owner, *([] if owner is part else [part]), target[0]])
        for label in reference_labels.labels(path):
            counts[label] = counts.get(label, 0) + 1
            if label not in said:
                words = reference_labels.in_words(path, label, whose=whose)
                said[label] = Line(words, kind_of(owner), reference_labels.wider_words(path, label))
    yield from (line._replace(times=counts[label]) for label, line in said.items())


def _at_their_places(holders: WorkList, target: WorkList) -> Iterator[Line]:
    """Yield the lines of many lists or tuples, those of cells and the like without a place."""
    if not holders:
        return
    kind, count = kind_of(holders[0]), references_to(holders, target)
    if type(holders[0]) is list or type(holders[0]) is tuple:
        places: dict[int, int] = {}
        for holder in holders:
            reported = gc.get_referents(holder)  # the last item first
            if len(reported) != len(holder):  # type: ignore[arg-type]
                continue  # with empty places, or changed meanwhile
            for place, item in enumerate(reversed(reported)):
                if item is target[0]:
                    places[place] = places.get(place, 0) + 1
        for place, found in places.items():
            yield Line(f"item `[{place}]` of {a(kind)}", kind, (f"item of {a(kind)}",), found)
            count -= found
    yield from _somewhere(kind, count)


def _somewhere(kind: str, count: int) -> Iterator[Line]:
    if count > 0:
        yield Line(f"somewhere in {a(kind)}", kind, times=count)


def _having(owners: WorkList, name: str, target: WorkList) -> int:
    """Return how many owners have the object as an attribute, asked without running anyone's code."""
    try:
        return sum(map(is_, map(object.__getattribute__, owners, repeat(name)), repeat(target[0])))
    except AttributeError:  # not each has one of that name
        return sum(_has(each, name, target) for each in owners)


def _has(owner: object, name: str, target: WorkList) -> bool:
    try:
        return object.__getattribute__(owner, name) is target[0]
    except AttributeError:
        return False
