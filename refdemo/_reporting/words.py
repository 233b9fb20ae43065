"""A report as text of at most forty lines."""

from __future__ import annotations

from collections.abc import Iterator

from refdemo._reporting import verdict
from refdemo._reporting.result import GARBAGE, HELD_FREE, NOTHING, OBJECTS, OUTSIDE, Holder, ProcessReport

_HEADS = {
    OBJECTS: "Live objects grow in number: something holds them.",
    GARBAGE: "Garbage grows: nothing holds it, and it waits for the collector.",
    OUTSIDE: "Memory outside of Python's objects grows, which this report cannot look into.",
    HELD_FREE: "Nothing grows, but Python's allocator keeps memory that its objects have left.",
    NOTHING: "Nothing has grown.",
}
_ADVICE = {
    OUTSIDE: [
        "`memray run --native` tells what allocates it. With glibc, MALLOC_ARENA_MAX=2 or jemalloc may help.",
        "A few large strings, bytes or arrays also come from there: their holders are listed if these got longer.",
    ],
    HELD_FREE: ["An arena goes back to the system when its last object is freed; new objects fill the holes first."],
    NOTHING: ["What rises and falls by turns shows at some moments only: ask again, or with more seconds between."],
}
_MOST = 40
_WIDTH = 120


def lines(report: ProcessReport) -> list[str]:
    """Return the lines of a report."""
    head = [f"refdemo: process {report.pid}, {report.python}, {report.seconds:.1f} s between two moments"]
    head += [_HEADS[report.kind], *(f"  {line}" for line in _ADVICE.get(report.kind, ()))]
    head += [*_memory(report), *_types(report)]
    end = [*_garbage(report), *(f"Not looked at, as the time was over: {each}." for each in report.unfinished)]
    end.append(f"The longest look took {report.pause:.2f} s; other code may have waited meanwhile.")
    room = (_MOST - len(head) - len(end)) // max(len(report.holders), 1)
    held = [line for holder in report.holders for line in _held(holder, room - 1)]
    return [printable(line) for line in (*head, *held, *end)]


def printable(line: str) -> str:
    """Return a line without what a terminal would obey, or would begin a new line for: a name may have anything."""
    return "".join(each if each.isprintable() else "\ufffd" for each in line)


def _memory(report: ProcessReport) -> Iterator[str]:
    before, now = report.memory
    if now.resident is None:
        yield "Memory of the process (RSS): not known here."
    else:
        yield f"Memory of the process (RSS): {_bytes(now.resident)}{_change(before.resident, now.resident, _bytes)}."
    if now.blocks is None:
        yield "Blocks of Python's allocator: not known here."
        return
    free = verdict.free_at_least(report)
    around = ""
    if report.arenas is not None and free is not None:
        around = f", in mappings with {_bytes(report.arenas)} in RAM" + (
            f", {_bytes(free)} or more of it free" * (free > 0)
        )
    yield f"Blocks of Python's allocator: {now.blocks:,}{_change(before.blocks, now.blocks, '{:,}'.format)}{around}."


def _types(report: ProcessReport) -> Iterator[str]:
    before, now = report.tracked
    yield f"Objects that the collector tracks: {now:,}{_change(before, now, '{:,}'.format)}."
    width = max((len(_cut(each.name)) for each in report.types), default=0)
    for each in report.types:
        yield f"  {_cut(each.name):{width}}  +{each.after - each.before:,} to {each.after:,}"
    if report.more_types:
        yield f"  and {report.more_types:,} more type{'s' * (report.more_types > 1)}"
    longer = report.longer
    if longer and verdict.is_long(longer):
        was = (
            f"got longer: {longer.before:,} to {longer.after:,} items"
            if longer.before
            else f"is new: {longer.after:,} items"
        )
        yield f"One {_cut(longer.name)} {was}."


def _held(holder: Holder, most: int) -> Iterator[str]:
    where = f" (defined in {holder.defined})" if holder.defined else ""
    yield f"What holds one {_cut(holder.of)}{where}:"
    chain = holder.chain.splitlines()
    if len(chain) > most:
        left_out = len(chain) - most + 1
        chain[2 : 2 + left_out] = [f"{'  ' * 2}… {left_out} more links"]
    yield from (f"  {line[: _WIDTH - 2]}" for line in chain)


def _garbage(report: ProcessReport) -> Iterator[str]:
    garbage = report.garbage
    least = "" if garbage.complete else " at least"
    found = f"{garbage.objects:,}{least}" if garbage.objects else "none"
    yield f"Garbage that waits for the collector: {found}, of {garbage.examined:,} objects examined."
    if garbage.objects:
        yield from (f"  {each.number:,} × a circle of {each.of}"[:_WIDTH] for each in garbage.circles)
        yield f"  Collections: {garbage.due}."


def _change(before: int | None, now: int, said) -> str:  # type: ignore[no-untyped-def]
    if before is None or before == now:
        return ""
    return f" ({'+' if now > before else '−'}{said(abs(now - before))})"


def _bytes(number: int) -> str:
    return f"{number / (1 << 20):,.1f} MiB"


def _cut(name: str) -> str:
    return name if len(name) <= 60 else "…" + name[-59:]
