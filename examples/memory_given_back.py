"""What goes back to the system when nearly all that was loaded is let go.

Claim: it depends on where the kept rows stand, and not only on how many there
are.
Promise: the last two cases keep equally many; each has a process of its own.
"""

import gc
import os
import subprocess
import sys

KEEP = {
    "no row": slice(0, 0),
    "1 row in 200": slice(0, None, 200),
    "1,000 neighbours": slice(1_000),
}


class Row:
    """One line of an export."""

    __slots__ = ("number", "text")

    def __init__(self, number: int) -> None:
        self.number = number
        self.text = f"row {number}"


def resident() -> int:
    """Bytes of this process that are in memory now, as Linux tells them."""
    with open("/proc/self/statm") as numbers:
        return int(numbers.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def report(kept: str) -> None:
    """Load an export, let go of all but a few rows, say what became of the memory."""
    before = resident()
    rows = [Row(number) for number in range(200_000)]
    loaded = resident() - before
    rows[:] = rows[KEEP[kept]]  # a shorter list; the other rows are freed
    gc.collect()
    given_back = loaded - (resident() - before)
    share = "most of it" if given_back > loaded / 2 else "less than half"
    print(f"{kept} kept, {len(rows)} alive:\n    {share} given back")


def main() -> None:
    """Treat each case in a process of its own, where nothing else was freed before."""
    if not os.path.exists("/proc/self/statm"):
        print("this system does not say in /proc how much memory is resident")
    elif sys.argv[1:]:
        report(sys.argv[1])
    else:
        for kept in KEEP:
            subprocess.run([sys.executable, __file__, kept], check=True)


if __name__ == "__main__":
    main()
