"""Growths as a picture: a line for each, the rounds from left to right, the numbers alive from the bottom up."""

from collections.abc import Iterator

from refdemo._drawing.svg import path, picture, printable, text

# Narrow, so that its text can still be read when a phone scales the picture down.
WIDTH, TOP, PLOT, LINE, RIGHT = 420, 8, 92, 18, 14
LETTER = 7.5
NEAR = 100
"""The width of a label at the end of a line, at most."""
STROKES = (
    'stroke-width="2"',
    'stroke-width="2.5" stroke-dasharray="8 5"',
    'stroke-width="2.5" stroke-dasharray="2 4"',
    'stroke-width="2.5" stroke-dasharray="12 4 2 4"',
)
"""How lines look, the first solid: they are told apart without colour."""
LONGEST_CLASS, LONGEST_LABEL, LONGEST_END = 40, 20, 12
MOST_POINTS, STRETCHES = 400, 200
"""Of more points, the least and the largest number of each stretch of rounds are drawn."""

Line = tuple[str, str, tuple[int, ...], str]
"""A label, the name of the class, the numbers, and what they do in words."""


def svg(lines: list[Line], description: str) -> str:
    """Return a line chart; `description` says the same in words."""
    numbers = [number for _, _, alive, _ in lines for number in alive]
    rounds = max(1, *(len(alive) - 1 for _, _, alive, _ in lines))
    low, high, step = _scale(min(numbers), max(numbers))
    ends = {label: _cut(label, LONGEST_END) or str(alive[-1]) for label, _, alive, _ in lines}
    left = TOP + 6 + LETTER * len(str(high))
    right = WIDTH - RIGHT - LETTER * max(map(len, ends.values()))
    kinds = {kind for _, kind, _, _ in lines}
    parts = [text(TOP, TOP + 12, f"{_cut(kinds.pop(), LONGEST_CLASS)} alive" if len(kinds) == 1 else "alive")]
    top = TOP + LINE
    for (label, _, _, trend), stroke in zip(lines, STROKES, strict=False):
        if label:
            parts.append(path([(TOP, top + 8), (TOP + 34, top + 8)], stroke))
            parts.append(text(TOP + 42, top + 12, f"{_cut(label, LONGEST_LABEL)}: {trend}"))
            top += LINE
    top += 8
    base = top + PLOT

    def place(at: int, number: int) -> tuple[float, float]:
        return left + at / rounds * (right - left), base - (number - low) / (high - low) * PLOT

    for number in range(low, high + 1, step):
        y = place(0, number)[1]
        # faint also at the bottom, where a line of growth often lies on it
        parts.append(path([(left, y), (right, y)], 'stroke-opacity="0.2"'))
        parts.append(text(left - 6, y + 4, str(number), "end"))
    parts.extend(_rounds(rounds, left, right, base))
    used: list[tuple[float, float]] = []
    for (label, _, alive, _), stroke in zip(lines, STROKES, strict=False):
        parts.append(path([place(*point) for point in _points(alive)], f'{stroke} stroke-linejoin="round"'))
        x, y = place(len(alive) - 1, alive[-1])
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="currentColor"/>')
        parts.append(text(x + 7, _free(x, y + 4, used), ends[label]))
    height = base + 2 * LINE + 6
    return picture(WIDTH, height, _name(lines), description, parts)


def _name(lines: list[Line]) -> str:
    kinds = " and ".join(dict.fromkeys(printable(kind) for _, kind, _, _ in lines))
    labels = ", ".join(printable(label) for label, _, _, _ in lines if label)
    return f"Line chart: {kinds} alive, round by round" + (f": {labels}" if labels else "")


def _scale(least: int, most: int) -> tuple[int, int, int]:
    """Return the bottom number, 0 unless the rise would be unseen, the top number and the step of the lines."""
    low = least if 2 * least > most > least else 0
    step = _step(max(most - low, 1), 3)
    low -= low % step
    return low, max(-(-most // step) * step, low + step), step


def _step(span: int, parts: int) -> int:
    """Return the least of 1, 2, 5, 10, 20, … of which no more than so many go into the span."""
    power = 1
    while True:
        for step in (power, 2 * power, 5 * power):
            if span <= step * parts:
                return step
        power *= 10


def _rounds(rounds: int, left: float, right: float, base: float) -> Iterator[str]:
    for number in range(0, rounds + 1, _step(rounds, 6)):
        x = left + number / rounds * (right - left)
        yield path([(x, base), (x, base + 4)])
        yield text(x, base + LINE, str(number), "middle")
    yield text((left + right) / 2, base + 2 * LINE, "rounds", "middle")


def _points(alive: tuple[int, ...]) -> list[tuple[int, int]]:
    points = list(enumerate(alive))
    if len(points) <= MOST_POINTS:
        return points
    size = -(-len(points) // STRETCHES)
    stretches = (points[start : start + size] for start in range(0, len(points), size))
    kept = {points[0], points[-1]}
    for stretch in stretches:
        kept |= {min(stretch, key=lambda point: point[1]), max(stretch, key=lambda point: point[1])}
    return sorted(kept)


def _free(x: float, y: float, used: list[tuple[float, float]]) -> float:
    """Return a height for a label at the end of a line, above those that are there already."""
    while near := [other for at, other in used if abs(at - x) < NEAR and abs(other - y) < 14]:
        y = min(near) - 14
    used.append((x, y))
    return y


def _cut(words: str, longest: int) -> str:
    return words if len(words) <= longest else f"{words[: longest - 1]}…"
