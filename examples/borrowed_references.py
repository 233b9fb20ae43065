"""What `sys.getrefcount` adds depends on how the object reaches the call.

Claim: no constant turns what `sys.getrefcount` prints into the number of
references that you made.
Promise: no list below has more than one reference of ours; what is printed
differs by row and by Python.
"""

import sys

kept = ["bound to a global name"]


def local() -> int:
    """A local variable, handed straight to the call."""
    mine = ["bound to a local name"]
    return sys.getrefcount(mine)


def local_in_an_expression() -> int:
    """The same, but the call waits for the outcome of an `or`."""
    mine = ["bound to a local name"]
    return sys.getrefcount(mine or None)


def helper(thing: object) -> int:
    """A function of ours around `sys.getrefcount`: now a parameter refers to the object as well."""
    return sys.getrefcount(thing)


def local_through_the_helper() -> int:
    """A local variable of one function, handed to a second one."""
    mine = ["bound to a local name"]
    return helper(mine)


def main() -> None:
    """Print one row for each way."""
    if not hasattr(sys, "getrefcount"):
        print("This Python keeps no reference counts.")
        return
    print("a global:                 ", sys.getrefcount(kept))
    print("a local:                  ", local())
    print("a local in `x or None`:   ", local_in_an_expression())
    print("a helper given a global:  ", helper(kept))
    print("a helper given a local:   ", local_through_the_helper())
    print("a helper given a new list:", helper(["bound to no name"]))


if __name__ == "__main__":
    main()
