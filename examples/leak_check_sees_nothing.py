"""A leak check that compares counts is blind for immortal test values.

Claim: the stack leaks every object that was popped, whichever it is.
Promise: the check sees the leak for a new object on every Python that counts
references; for the other values it depends on whether they are immortal.
"""

import sys


class Stack:
    """A stack of fixed size, as quick as a list is without `append`."""

    def __init__(self, size: int) -> None:
        self._slots: list[object] = [...] * size
        self._top = 0

    def push(self, value: object) -> None:
        """Put a value on top."""
        self._slots[self._top] = value
        self._top += 1

    def pop(self) -> object:
        """Take the top value; its slot is not cleared, and that is the leak."""
        self._top -= 1
        return self._slots[self._top]


def leak_found(value: object, rounds: int = 50) -> bool:
    """Whether the count of a value rises while it is pushed and popped."""
    stack = Stack(rounds)
    before = sys.getrefcount(value)
    for _ in range(rounds):
        stack.push(value)
    for _ in range(rounds):
        stack.pop()
    return sys.getrefcount(value) - before > rounds // 2


def main() -> None:
    """Run the same check with five test values."""
    values = {"None": None, "7": 7, "1000": int("1000"), "'push'": "push", "an object": object()}
    if not hasattr(sys, "getrefcount"):
        print("no counts to compare")
        return
    for name, value in values.items():
        verdict = "leak found" if leak_found(value) else "no leak found"
        print(f"checked with {name + ':':<10}", verdict)


if __name__ == "__main__":
    main()
