"""A record of collections as a picture: a lane for each generation, a mark for each collection."""

from collections.abc import Iterator
from math import floor, log10

from refdemo._drawing.svg import escaped, path, picture, text
from refdemo.timeline import Collection, Timeline

# Narrow, so that its text can still be read when a phone scales the picture down.
WIDTH, MARGIN, LINE = 480, 12, 18
PLOT = WIDTH - 2 * MARGIN
THINNEST = 1.5
"""A mark's least width: most collections are shorter than a pixel."""
SINGLE = 60
"""So many marks of one lane are drawn singly; of more, those of one of `BINS` stretches of time are one mark."""
BINS = 76


def svg(timeline: Timeline) -> str:
    """Return the timeline as one SVG element, without ids, colours or fonts of its own."""
    elapsed = max(timeline.elapsed, 1e-9)
    unit, factor = ("s", 1.0) if elapsed >= 2 else ("ms", 1e3)
    parts: list[str] = []
    top = MARGIN
    for generation, number in timeline.counts.items():
        lane = [each for each in timeline if each.generation == generation]
        grouped = len(lane) > SINGLE
        spent = sum(each.seconds for each in lane) * factor
        title = f"generation {generation}: {_collections(number)}, {spent:.3g} {unit}"
        # the older, the taller
        height = 14 + 8 * min(generation, 2)
        parts.append(text(MARGIN, top + 12, title + (" (taller: more)" if grouped else "")))
        base = top + LINE + height
        draw = _bins if grouped else _singles
        parts.extend(draw(lane, elapsed, base, height, unit, factor))
        parts.append(path([(MARGIN, base), (WIDTH - MARGIN, base)]))
        top = base + 8
    if not timeline:
        parts.append(text(MARGIN, top + 12, "no collection"))
        top += LINE + 8
    parts.extend(_axis(elapsed * factor, unit, top))
    height = top + 3 * LINE
    return picture(WIDTH, height, _name(timeline), repr(timeline), parts)


def _name(timeline: Timeline) -> str:
    of_each = [f"{number} of generation {generation}" for generation, number in timeline.counts.items()]
    return "Timeline: " + (", ".join(of_each) if of_each else "no collection")


def _collections(number: int) -> str:
    return "1 collection" if number == 1 else f"{number} collections"


def _singles(lane: list[Collection], elapsed: float, base: int, height: int, unit: str, factor: float) -> Iterator[str]:
    for each in lane:
        start = min(max(each.when / elapsed, 0), 1) * PLOT
        width = min(max(each.seconds / elapsed * PLOT, THINNEST), PLOT - start + THINNEST)
        words = f"at {each.when * factor:.3f} {unit}: {each.seconds * factor:.3f} {unit}"
        if each.collections > 1:
            words += f" for {each.collections} collections"
        if each.collected is not None:
            words += f", {each.collected} collected"
        yield _mark(MARGIN + start, base - height, width, height, words)


def _bins(lane: list[Collection], elapsed: float, base: int, height: int, unit: str, factor: float) -> Iterator[str]:
    bins: dict[int, list[Collection]] = {}
    for each in lane:
        bins.setdefault(min(max(int(each.when / elapsed * BINS), 0), BINS - 1), []).append(each)
    numbers = {place: sum(each.collections for each in inside) for place, inside in bins.items()}
    most = max(numbers.values())
    for place, inside in sorted(bins.items()):
        first, last = (elapsed * factor * edge / BINS for edge in (place, place + 1))
        seconds = sum(each.seconds for each in inside)
        words = f"{first:.3f} to {last:.3f} {unit}: {_collections(numbers[place])}, {seconds * factor:.3f} {unit}"
        tall = max(height * numbers[place] / most, 2)
        yield _mark(MARGIN + PLOT * place / BINS, base - tall, PLOT / BINS - 1, tall, words)


def _axis(length: float, unit: str, top: int) -> Iterator[str]:
    step = 10 ** floor(log10(length))
    step *= next(part for part in (0.1, 0.2, 0.5, 1) if length / step / part <= 6 or part == 1)
    yield path([(MARGIN, top), (WIDTH - MARGIN, top)])
    for number in range(int(length / step) + 1):
        x = MARGIN + number * step / length * PLOT
        anchor = "start" if number == 0 else "middle" if x < WIDTH - 2 * MARGIN else "end"
        yield path([(x, top), (x, top + 5)])
        yield text(x, top + LINE, f"{number * step:.6g}", anchor)
    yield text(WIDTH / 2, top + 2 * LINE, f"{unit} since the block began", "middle")


def _mark(x: float, y: float, width: float, height: float, words: str) -> str:
    place = f'x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}"'
    return f'<rect {place} fill="currentColor" fill-opacity="0.65"><title>{escaped(words)}</title></rect>'
