"""A scan of the collector's list is a weak witness: it misses what lives and
vouches for what is gone.

Claim: CPython's list leaves out what it takes to be harmless, and an address
is given out again after a death.
Promise: every object of the first five lines is alive while it is looked for;
no memory is read.
"""

import gc


def get_object_status_by_id(obj_id: int) -> str:
    """The article's test of existence."""
    return "Object exists" if obj_id in [id(obj) for obj in gc.get_objects()] else "Object does not exist"


def main() -> None:
    """Look for five living objects, then for one that is gone."""
    alive = {
        "a list": [1, 2],
        "an empty dict": {},
        "a tuple of words": tuple(["red", "green"]),
        "a string": " ".join(["two", "words"]),
        "a plain object()": object(),
    }
    gc.collect()
    for label, obj in alive.items():
        print(f"{label + ', alive:':<25}", get_object_status_by_id(id(obj)))

    shopping = ["milk"]
    noted = id(shopping)
    del shopping
    another: list[str] = []
    print(f"{'the list that is gone:':<25}", get_object_status_by_id(noted))
    print("a new list has its id" if id(another) == noted else "no new object has its id")


if __name__ == "__main__":
    main()
