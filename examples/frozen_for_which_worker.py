"""A parent loads a catalogue and freezes it; then a worker starts in each way.

Claim: what the parent has frozen is there, and frozen, in a worker that was
forked from it, and in no other.
Promise: nothing else in the program freezes an object.
"""

import gc
import multiprocessing


class Product:
    """One entry of what every worker needs."""


def main() -> None:
    catalogue = [Product() for _ in range(50_000)]
    gc.disable()  # no holes that a worker would fill by writing
    gc.collect()
    gc.freeze()
    for way in sorted(multiprocessing.get_all_start_methods()):
        with multiprocessing.get_context(way).Pool(1) as pool:
            frozen = pool.apply(gc.get_freeze_count)
        print(f"{way}: {'the catalogue is frozen' if frozen >= len(catalogue) else 'no catalogue'}")


if __name__ == "__main__":
    if hasattr(gc, "freeze"):
        main()
    else:
        print("this Python cannot freeze")
