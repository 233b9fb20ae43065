"""The second look at a process: what is there now that was not, what of it is garbage, and who holds the rest."""

from __future__ import annotations

import gc
import os
import platform
import time
from collections.abc import Callable
from itertools import compress, repeat
from operator import rshift
from typing import Any, TypeVar

from refdemo._reading.classes import full_name, source_of
from refdemo._reading.referents import referents_of_all, tracked
from refdemo._reporting import sizes, verdict
from refdemo._reporting.moment import Moment, long_containers, look
from refdemo._reporting.process import memory, resident_around
from refdemo._reporting.result import NOTHING, OUTSIDE, Holder, ProcessReport, TypeRise
from refdemo._reporting.waiting import Waiting, next_collection, to_examine, waiting_among
from refdemo._searching.lengths import is_of_interned_strings
from refdemo._searching.undisturbed import with_collector_off
from refdemo._searching.worklist import WorkList
from refdemo.holders import why_alive

Found = TypeVar("Found")

_MOST_TYPES = 5
_MOST_HOLDERS = 3
_MOST_ALIKE = 10_000  # objects of a type among which a new one is looked for
_LONGEST_CHAIN = 25
_AT_ONCE = 20_000  # objects whose referents are one list


def first_look() -> Moment:
    """Return what this process has now, and how much of it waits for the collector if that can be told."""
    moment = with_collector_off(_first)
    moment.memory = memory()  # with what looking has added to it
    return moment


def _first() -> Moment:
    moment, objects = look()
    moment.measure(objects)
    some = to_examine(objects, ())
    if some is objects:
        found, waiting = waiting_among(some, objects)
        moment.garbage = waiting.objects
        moment.tracked -= len(found.passed)
    return moment


class Examination:
    """The second look, which ends early when its time is over."""

    def __init__(self, first: Moment, limit: float) -> None:
        self.first = first
        self.limit = limit
        self.pauses: list[float] = []
        self.found = WorkList()
        """An instance of each type that grew fastest, or the container that got longer by most."""
        self.longer: TypeRise | None = None

    def report(self) -> ProcessReport:
        """Return what has been found. Between looks, each of which is a pause for other threads, these may run."""
        due = next_collection()  # before the collector is off
        garbage = self._timed(with_collector_off, self._look)._replace(due=due)
        self.ends = time.monotonic() + self.limit
        holders, unfinished = [], []
        while self.found:
            if time.monotonic() > self.ends:
                unfinished.append(f"what holds {len(self.found)} more of the objects")
                break
            target = WorkList([self.found.pop(0)])
            holders.append(self._timed(_holder, target))
            time.sleep(0)  # others may run
        self.found.clear()
        if self.longer and len(holders) > 1 and any(_goes_on(holders[-1], each) for each in holders[:-1]):
            holders.pop()  # the container that holds the first
        report = ProcessReport(
            kind="",
            python=f"{platform.python_implementation()} {platform.python_version()}",
            pid=os.getpid(),
            seconds=self.now.when - self.first.when,
            tracked=(self.first.tracked, self.now.tracked),
            types=tuple(self.types[:_MOST_TYPES]),
            more_types=max(len(self.types) - _MOST_TYPES, 0),
            longer=self.longer,
            explained=self.explained,
            holders=tuple(holders),
            garbage=garbage,
            memory=(self.first.memory, self.now.memory),
            arenas=None,
            unfinished=tuple(unfinished),
            pause=max(self.pauses),
        )
        if verdict.kind(report, self.first.garbage) in (NOTHING, OUTSIDE):
            report = report._replace(arenas=resident_around(self._addresses()))
        return report._replace(kind=verdict.kind(report, self.first.garbage), pause=max(self.pauses))

    def _addresses(self) -> set[int]:
        """Return where objects are, untracked ones included, in megabytes; of some if the time is over."""
        objects = tracked()
        found: set[int] = set()
        for start in range(0, len(objects), _AT_ONCE):
            some = objects[start : start + _AT_ONCE]
            found.update(self._timed(_megabytes, some))
            time.sleep(0)
            if time.monotonic() > self.ends:
                break
        return found

    def _timed(self, look: Callable[..., Found], *arguments: Any) -> Found:
        began = time.monotonic()
        try:
            return look(*arguments)
        finally:
            self.pauses.append(time.monotonic() - began)

    def _look(self) -> Waiting:
        own = [*self.first.own(), self, vars(self), self.pauses, self.found]
        self.now, objects = look()
        for each in own:
            if gc.is_tracked(each):
                self.now.numbers[id(type(each))] -= 1
                self.now.tracked -= 1
        own.clear()
        grown = self._grown()
        found, waiting = waiting_among(some := to_examine(objects, grown), objects)
        del some
        garbage = found.passed.union(found.objects)
        self.now.tracked -= len(found.passed)
        del found
        self.explained = sizes.of_types(objects, self.rises)
        self._choose_instances(objects, grown, garbage)
        self._choose_container(objects, garbage)
        return waiting

    def _grown(self) -> list[int]:
        """Return the ids of the types that grew, the fastest first, those of the program before Python's own."""
        names, before = self.now.names, self.first.numbers
        rises: dict[int, int] = {}
        self.rises = rises
        for at, number in self.now.numbers.items():
            known = self.first.names.get(at) == names[at]  # else its id was that of a type which is gone
            rise = number - (before[at] if known else 0)
            if rise >= verdict.FEW_OF_A_TYPE:
                rises[at] = rise
        order = sorted(rises, key=lambda at: (-rises[at], at in self.now.builtin, names[at]))
        self.types = [TypeRise(names[at], self.now.numbers[at] - rises[at], self.now.numbers[at]) for at in order]
        return order

    def _choose_instances(self, objects: list[object], grown: list[int], garbage: frozenset[int]) -> None:
        """Choose an instance of each of the fastest types: one that is new, and neither the youngest nor garbage."""
        for at in grown[:_MOST_HOLDERS]:
            alike = WorkList(compress(objects, map(at.__eq__, map(id, map(type, objects)))))[-_MOST_ALIKE:]
            fresh = set(map(id, alike))
            fresh.difference_update(self.first.ids, garbage)
            chosen = WorkList(obj for obj in alike if id(obj) in fresh)
            if chosen:
                self.found.append(chosen[len(chosen) // 2])

    def _choose_container(self, objects: list[object], garbage: frozenset[int]) -> None:
        """Choose the container that got longer by most items; one that was there before rather than a new one."""
        best = (False, 0)
        longest = WorkList()
        passed_over = garbage.union(map(id, self.first.own()))
        for obj, length in long_containers(objects):
            if id(obj) in passed_over:
                continue
            before = self.first.lengths.get(id(obj), 0)
            worth = (before > 0, length - before)
            if worth > best and length > before and not is_of_interned_strings(obj):
                best, longest[:] = worth, [obj]
                self.longer = TypeRise(full_name(type(obj)), before, length)
        if self.longer and verdict.is_long(self.longer):
            self.found += longest
            size = sizes.of_an_item(longest)
            if self.explained is not None:
                self.explained = None if size is None else self.explained + best[1] * size


def _holder(target: WorkList) -> Holder:
    cls = type(target[0])
    file, line = source_of(cls)
    defined = f"{file}:{line}" if file and line is not None else file
    return Holder(full_name(cls), defined, str(why_alive(target.pop(), max_links=_LONGEST_CHAIN)))


def _goes_on(one: Holder, other: Holder) -> bool:
    """Whether the other chain is the one and more links."""
    return other.chain.startswith(one.chain.rpartition(":")[0] + ":")


def _megabytes(objects: list[object]) -> set[int]:
    """Return where the objects are that some objects refer to, in megabytes."""
    return set(map(rshift, map(id, referents_of_all(objects)), repeat(20)))
