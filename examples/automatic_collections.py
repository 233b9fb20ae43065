"""While a program keeps what it makes, the collector runs by itself: often over
the young objects, seldom over the middle-aged, hardly ever over all.

Claim: the first run comes when as many tracked objects have been made, and not
freed, as the first threshold says.
Promise: nothing in the loop asks for a collection; the one before it sets the
count to zero.
"""

import gc

from refdemo.collector import recorded_collections

KEPT = 315_000


def main() -> None:
    """Keep lists, and say when the collector ran and how far it went."""
    kept: list[list[object]] = []
    with recorded_collections() as record:
        gc.collect()
        asked = len(record)
        while len(record) == asked and len(kept) < KEPT:
            kept.append([])
        first = len(kept)
        while len(kept) < KEPT:
            kept.append([])

    if hasattr(gc, "get_threshold"):
        thresholds = first / gc.get_threshold()[0]
        near = "near the threshold" if 0.9 < thresholds < 1.4 else "elsewhere"
        print("first run:", near)
    generations = record.generations[asked:]
    print("runs:", len(generations))
    for each in sorted(set(generations)):
        number, place = generations.count(each), generations.index(each) + 1
        print(f"  generation {each}: {number:3}, first in run {place}")


if __name__ == "__main__":
    main()
