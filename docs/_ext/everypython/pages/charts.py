"""Line charts as SVG: lines told apart by stroke and marker, in the colours of the text around them.

Of the libraries for this, pygal writes the date and random names into each chart, so that no build would equal another,
a script too, and has no logarithmic axis across; leather has no logarithmic axes at all; matplotlib takes half a second
to import, in a build that is meant to take few. All three bring colours of their own, which follow no theme.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

# Narrow, so that its text can still be read when a phone scales the picture down.
WIDTH, PLOT, LINE, MARGIN, LETTER = 420, 200, 20, 8, 7.5
WIDE = 12  # scales are logarithmic where the largest place is so many times the smallest
STROKES = "", "7 4", "2 4", "12 4 2 4", "4 2", "1 3"
MARKERS = (
    "M-4 0A4 4 0 1 0 4 0A4 4 0 1 0-4 0Z",
    "M-4-4H4V4H-4Z",
    "M0-5L5 4H-5Z",
    "M0-5.5L5.5 0L0 5.5L-5.5 0Z",
    "M-5-4H5L0 5Z",
    "M-2-5H2V5H-2Z",
)


class Uncharted(Exception):
    """There is too much to draw; the message says how much."""


@dataclass(frozen=True)
class Line:
    """What a line is of, and its points from left to right."""

    name: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Axis:
    """Where values stand between the ends of an axis."""

    name: str
    logarithmic: bool
    ticks: tuple[float, ...]
    low: float
    high: float

    @property
    def title(self) -> str:
        return f"{self.name} (logarithmic)" if self.logarithmic else self.name

    def place(self, value: float) -> float:
        low, high, at = (math.log(each) if self.logarithmic else each for each in (self.low, self.high, value))
        return (at - low) / (high - low)


def number(value: float) -> str:
    """Return a number with three digits that count."""
    if not value:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if digits else text


def chart(lines: Sequence[Line], across: str, up: str) -> str:
    """Return the lines as one SVG element, without a name and without ids."""
    points = [point for line in lines for point in line.points]
    if len(lines) > len(MARKERS):
        raise Uncharted(f"a chart can tell {len(MARKERS)} lines apart, and has {len(lines)}: leave some out")
    places, heights = [x for x, _ in points], [y for _, y in points]
    # both or neither: growth in proportion is a straight line then
    logarithmic = min(places + heights) > 0 and max(places) >= WIDE * min(places)
    horizontal, vertical = measured_axis(across, places, logarithmic), round_axis(up, heights, logarithmic)
    left = MARGIN + LETTER * max(len(number(tick)) for tick in vertical.ticks) + 8
    right, top = WIDTH - 2 * MARGIN, LINE * (len(lines) + 1) + 2 * MARGIN
    base = top + PLOT

    def place(x: float, y: float) -> tuple[float, float]:
        return left + horizontal.place(x) * (right - left), base - vertical.place(y) * PLOT

    parts = [*legend(lines), text(MARGIN, top - MARGIN - 4, vertical.title)]
    for tick in vertical.ticks:
        y = base - vertical.place(tick) * PLOT
        parts += [path([(left, y), (right, y)], ' class="grid"'), text(left - 8, y + 4, number(tick), "end")]
    for tick in horizontal.ticks:
        x = left + horizontal.place(tick) * (right - left)
        parts += [path([(x, base), (x, base + 5)], ' class="grid"'), text(x, base + LINE, number(tick), "middle")]
    parts.append(text((left + right) / 2, base + 2 * LINE, horizontal.title, "middle"))
    parts += (drawn(index, [place(*point) for point in line.points]) for index, line in enumerate(lines))
    size = f'viewBox="0 0 {WIDTH} {base + 2 * LINE + MARGIN}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} fill="none" font-size="13">{"".join(parts)}</svg>'


def measured_axis(name: str, values: Sequence[float], logarithmic: bool) -> Axis:
    """Return an axis with a tick at each value: for a few values that were chosen."""
    ticks = tuple(sorted(set(values)))
    return Axis(name, logarithmic, ticks, ticks[0] if logarithmic else min(0, ticks[0]), ticks[-1])


def round_axis(name: str, values: Sequence[float], logarithmic: bool) -> Axis:
    """Return an axis with ticks at round numbers, from 0 or below where it is not logarithmic."""
    low, high = min(values), max(values)
    if logarithmic:
        powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 2)
        rounds = [float(f"{step}e{power}") for power in powers for step in (1, 2, 5)]
        first = max(tick for tick in rounds if tick <= low)
        last = min(tick for tick in rounds if tick >= high and tick > first)
        ticks = [tick for tick in rounds if first <= tick <= last]
        return Axis(name, True, tuple(ticks if len(ticks) <= 6 else ticks[::-3]), first, last)
    step = round_step(max(high, 0) - min(low, 0))
    begin, end = math.floor(min(low, 0) / step), math.ceil(max(high, 0) / step)
    return Axis(name, False, tuple(step * tick for tick in range(begin, end + 1)), step * begin, step * end)


def round_step(span: float) -> float:
    """Return the least of 1, 2, 5, 10, 20, … and their tenths of which no more than five go into the span."""
    power = 10.0 ** math.floor(math.log10((span or 1) / 5))
    return next(step * power for step in (1, 2, 5, 10) if (span or 1) <= 5 * step * power * (1 + 1e-9))


def legend(lines: Sequence[Line]) -> Iterator[str]:
    for index, line in enumerate(lines):
        y = MARGIN + LINE * index + LINE / 2
        yield drawn(index, [(MARGIN, y), (MARGIN + 20, y), (MARGIN + 40, y)], marked=slice(1, 2))
        yield text(MARGIN + 50, y + 4, line.name)


def drawn(index: int, points: Sequence[tuple[float, float]], marked: slice = slice(None)) -> str:
    dashes = f' stroke-dasharray="{STROKES[index]}"' if STROKES[index] else ""
    marks = "".join(f'<path d="{MARKERS[index]}" transform="translate({x:.1f} {y:.1f})"/>' for x, y in points[marked])
    stroke = path(points, f'{dashes} stroke-width="2" stroke-linejoin="round"')
    return f'<g class="line line-{index + 1}">{stroke}<g fill="currentColor">{marks}</g></g>'


def path(points: Sequence[tuple[float, float]], look: str) -> str:
    return f'<path d="M{"L".join(f"{x:.1f} {y:.1f}" for x, y in points)}" stroke="currentColor"{look}/>'


def text(x: float, y: float, words: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="currentColor" text-anchor="{anchor}">{escape(words)}</text>'
