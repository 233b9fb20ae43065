"""Where CPython keeps the names and values that no attribute shows, found in objects made for the purpose."""

import sys
import types
from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import NamedTuple

from refdemo._reading.heads import HEAD
from refdemo._reading.memory import LONGEST_READ, WORD, Memory, word


class Layout(NamedTuple):
    keys: int
    """Where a class has the address of its instances' keys."""
    first_name: int
    """Where the keys have the first name."""
    pointer: int | None
    """Where, before the instance, the address of its values is; None if they follow what its class declares."""
    first_value: int
    tag: int = 0
    """1 where the address of values, as against a dict's, is stored less one (3.12)."""


def words(memory: Memory, start: int, count: int) -> Iterator[int]:
    for at in range(0, count * WORD, LONGEST_READ):
        data = memory.read(start + at, min(LONGEST_READ, count * WORD - at))
        yield from (word(data, place) for place in range(0, len(data), WORD))


def values_before(memory: Memory, address: int, tag: int) -> int:
    """Return the address of the values that a word leads to; 0 if it is empty or, by the mark, leads to a dict."""
    found = memory.word(address)
    return found + tag if found & 1 == tag else 0


def _size_of(cls: type) -> int:
    """Of an instance, in bytes: what stands there for a class itself is that of its own instances."""
    size: int = type.__dict__["__basicsize__"].__get__(cls)
    return size


class _Sample:
    def __init__(self) -> None:
        self.first_of_sample: object = object()
        self.second_of_sample: object = object()


@cache
def instance_layout() -> Layout | None:
    sample = _Sample()
    names = [id(sys.intern("first_of_sample")), id(sys.intern("second_of_sample"))]
    values = [id(sample.first_of_sample), id(sample.second_of_sample)]
    with Memory() as memory:
        # What a class statement adds to a type comes after some hundred words of slots.
        for keys in range(HEAD + 96 * WORD, _size_of(type), WORD):
            first_name = _place(memory, _word(memory, id(_Sample) + keys), names, range(28), stride=2)
            if first_name is None:
                continue
            follows = _place(memory, id(sample) + _size_of(_Sample), values, range(3))
            if follows is not None:
                return Layout(keys, first_name, None, follows)
            for pointer, tag in product(range(-4 * WORD, 0, WORD), (0, 1)):
                if _place(memory, values_before(memory, id(sample) + pointer, tag), values, range(1)) == 0:
                    return Layout(keys, first_name, pointer, 0, tag)
    return None


@cache
def frame_layout(of_frame: bool) -> int | None:
    """Where the first variable is, from the start of a generator or of a frame that has ended."""

    def suspended(first: object, second: object) -> Iterator[types.FrameType]:
        yield sys._getframe()

    first, second = object(), object()
    generator = suspended(first, second)
    owner: object = generator
    if of_frame:

        def ended(first: object, second: object) -> types.FrameType:
            return sys._getframe()

        owner = ended(first, second)
    else:
        next(generator)
    try:
        with Memory() as memory:
            return _place(memory, id(owner) + HEAD, [id(first), id(second)], range(64), base=HEAD)
    finally:
        del owner  # a frame that has ended leads back to this one: they would keep each other, and all callers' frames


def _place(memory: Memory, start: int, wanted: list[int], places: range, stride: int = 1, base: int = 0) -> int | None:
    """How far after `start`, less `base`, the two wanted words are, `stride` words apart."""
    for place in places if start else ():
        at = start + WORD * place
        if [_word(memory, at) & ~3, _word(memory, at + WORD * stride) & ~3] == wanted:
            return WORD * place + base
    return None


def _word(memory: Memory, address: int) -> int:
    try:
        return memory.word(address)
    except ValueError:
        return 0
