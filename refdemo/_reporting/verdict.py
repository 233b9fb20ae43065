"""Which of four things grows in a process, by the numbers of a report."""

from __future__ import annotations

from refdemo._reporting.process import LARGEST_BLOCK
from refdemo._reporting.result import GARBAGE, HELD_FREE, NOTHING, OBJECTS, OUTSIDE, ProcessReport, TypeRise

FEW = 20
"""Objects or items of which a process that does nothing much may have more after a while."""
FEW_OF_A_TYPE = 5
"""As many more of one type are not listed."""
_LITTLE = 1 << 20
"""Bytes by which RSS may rise without anything to report."""
_MANY_BLOCKS = 10_000


def is_long(longer: TypeRise) -> bool:
    """Whether a container got longer by enough to be told."""
    return longer.after - longer.before >= FEW


def holds_more(report: ProcessReport, longer: TypeRise) -> bool:
    """Whether a container was there before, or the allocator has given out blocks for what a new one holds."""
    before, now = report.memory
    blocks = (now.blocks or 0) - (before.blocks or 0)
    return longer.before > 0 or blocks > (longer.after - longer.before) // 2


def kind(report: ProcessReport, garbage_before: int | None) -> str:
    """Return what grows: objects, garbage, memory outside of Python; else what is held free, or nothing."""
    more = report.tracked[1] - report.tracked[0]
    waiting = report.garbage.objects - (garbage_before or 0)
    if not report.garbage.complete:
        waiting = max(waiting, 0)  # less was found than there may be
    if waiting >= max(FEW, more / 2):
        return GARBAGE
    longer = report.longer
    objects = more - waiting >= FEW or (longer and is_long(longer) and holds_more(report, longer))
    if objects and not (grew_outside(report) and is_little(report)):
        return OBJECTS
    if grew_outside(report):
        return OUTSIDE
    return HELD_FREE if is_held_free(report) else NOTHING


def grew_outside(report: ProcessReport) -> bool:
    """Whether RSS rose by more than the blocks of Python's allocator did."""
    before, now = report.memory
    if before.resident is None or now.resident is None:
        return False
    by_blocks = max((now.blocks or 0) - (before.blocks or 0), 0) * LARGEST_BLOCK
    return now.resident - before.resident - by_blocks > max(_LITTLE, before.resident // 100)


def is_little(report: ProcessReport) -> bool:
    """Whether what grew in number accounts for less than a tenth of what RSS rose by."""
    before, now = report.memory
    rise = (now.resident or 0) - (before.resident or 0)
    return report.explained is not None and report.explained < rise / 10


def is_held_free(report: ProcessReport) -> bool:
    """Whether many blocks were freed and the memory stays, or the arenas have room for many more than there are."""
    before, now = report.memory
    if before.blocks is None or now.blocks is None:
        return False
    freed = before.blocks - now.blocks
    if freed > max(_MANY_BLOCKS, before.blocks // 10) and before.resident and now.resident:
        smallest = 16  # bytes of the smallest block
        if before.resident - now.resident < freed * smallest:
            return True
    free = free_at_least(report)
    return bool(free and now.resident and free > max(16 * _LITTLE, now.resident // 4))


def free_at_least(report: ProcessReport) -> int | None:
    """Return how many bytes of the arenas are free at the least: if all blocks in use were of the largest size."""
    blocks = report.memory[1].blocks
    if report.arenas is None or blocks is None:
        return None
    return max(report.arenas - blocks * LARGEST_BLOCK, 0)
