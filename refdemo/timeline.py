"""A record of collections, as data, as a table for a terminal and as a picture."""

from collections.abc import Iterator, Sequence
from time import perf_counter
from typing import NamedTuple, overload

_LISTED = 24
"""So many collections are listed one by one; of more, each of `_SLICES` equal parts of the time has a line."""
_SLICES = 12


class Collection(NamedTuple):
    """One collection, as the collector told of it.

    >>> Collection(2, 10, 0, 0.001, 0.5).collected
    10
    """

    generation: int
    """The oldest generation that was collected: 0, 1 or 2; on PyPy 0 for a minor collection, 1 for a major one."""
    collected: int | None
    """How many unreachable objects it says it freed; None on PyPy, which does not say."""
    uncollectable: int | None
    """How many it says it could not free, those now in `gc.garbage`; None on PyPy."""
    seconds: float
    """How long it took."""
    when: float
    """Seconds from the beginning of the block to its start."""
    collections: int = 1
    """How many collections this stands for: 1, but PyPy reports several at once where it made several."""


_FIELDS = len(Collection._fields)


class Timeline(Sequence[Collection]):
    """The collections of one block, in the order in which they ended; from `refdemo.collector.recorded_collections`.

    >>> found = Timeline()
    >>> found.add(2, 10, 0, seconds=0.001, started=found.began)
    >>> found[0].collected
    10
    """

    def __init__(self) -> None:
        # Flat numbers, for a tuple each would be an object more for the collector that is being watched.
        self._numbers: list[float | None] = []
        self.ended: float | None = None
        """When the block ended, by `time.perf_counter`; None while it runs."""
        self.began = perf_counter()
        """When the block began, by `time.perf_counter`."""

    def add(
        self,
        generation: int,
        collected: int | None,
        uncollectable: int | None,
        seconds: float,
        started: float,
        collections: int = 1,
    ) -> None:
        """Write a collection down; `started` is by `time.perf_counter`."""
        self._numbers += (generation, collected, uncollectable, seconds, started - self.began, collections)

    def __len__(self) -> int:
        return len(self._numbers) // _FIELDS

    @overload
    def __getitem__(self, place: int) -> Collection: ...
    @overload
    def __getitem__(self, place: slice) -> list[Collection]: ...
    def __getitem__(self, place: int | slice) -> Collection | list[Collection]:
        if isinstance(place, slice):
            return [self[each] for each in range(len(self))[place]]
        first = range(len(self))[place] * _FIELDS
        return Collection(*self._numbers[first : first + _FIELDS])  # type: ignore[arg-type]

    @property
    def generations(self) -> list[int]:
        """The generation of each collection, in order: what does not vary between runs of a page."""
        return [each.generation for each in self for _ in range(each.collections)]

    @property
    def counts(self) -> dict[int, int]:
        """How many collections there were of each generation that had any."""
        generations = self.generations
        return {generation: generations.count(generation) for generation in sorted(set(generations))}

    @property
    def seconds(self) -> float:
        """How long all of them took together."""
        return sum(each.seconds for each in self)

    @property
    def elapsed(self) -> float:
        """How long the block took, or has been running."""
        return (perf_counter() if self.ended is None else self.ended) - self.began

    def __repr__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        number = sum(self.counts.values())
        if not number:
            yield f"no collection in {_ms(self.elapsed)}"
            return
        collections = "1 collection" if number == 1 else f"{number} collections"
        yield f"{collections} in {_ms(self.elapsed)}, {_ms(self.seconds)} of it collecting"
        yield from _table(self._each() if len(self) <= _LISTED else self._slices())

    def _each(self) -> list[list[str]]:
        """Return the table of a few collections: a row for each."""
        rows = [["at", "took", "generation", "collected", "uncollectable", "collections"]]
        for each in self:
            found = ["-" if number is None else str(number) for number in (each.collected, each.uncollectable)]
            rows.append([_ms(each.when), _ms(each.seconds), str(each.generation), *found, str(each.collections)])
        # Columns that say nothing here: what PyPy does not tell, what hardly ever is above 0, the 1 of CPython.
        quiet = {"collected": {"-"}, "uncollectable": {"-", "0"}, "collections": {"1"}}
        columns = [column for column in zip(*rows, strict=True) if not set(column[1:]) <= quiet.get(column[0], set())]
        return [list(row) for row in zip(*columns, strict=True)]

    def _slices(self) -> list[list[str]]:
        """Return the table of many collections: a row for each part of the time."""
        generations, width = list(self.counts), self.elapsed / _SLICES
        parts = [{generation: (0, 0.0) for generation in generations} for _ in range(_SLICES)]
        for each in self:
            part = parts[min(int(each.when / width), _SLICES - 1)]
            number, seconds = part[each.generation]
            part[each.generation] = number + each.collections, seconds + each.seconds
        rows = [["from", *(f"generation {generation}" for generation in generations)]]
        for place, part in enumerate(parts):
            cells = [f"{number} in {_ms(seconds)}" if number else "-" for number, seconds in part.values()]
            rows.append([_ms(place * width), *cells])
        return rows

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": repr(self), "image/svg+xml": self.svg()}

    def _repr_html_(self) -> str:
        from refdemo._drawing.svg import inline

        return inline(self.svg())

    def svg(self) -> str:
        """Return the timeline as a picture: SVG in the colour of the text around it, as wide as there is room."""
        from refdemo._drawing.timeline_svg import svg

        return svg(self)


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.3f} ms"


def _table(rows: list[list[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
