"""A worker of a pool keeps a session for each visitor, and visitors leave.

Claim: a worker that is replaced gives back the sessions that it kept, also
those of visitors who come again.
Promise: sessions that end when nobody uses them are as few, and lose nobody.
"""

import multiprocessing
from collections import OrderedDict

VISITS = [visitor for number in range(300) for visitor in (number, number - 20) if visitor >= 0]
sessions: OrderedDict[int, list[int]] = OrderedDict()


def visit(visitor: int) -> tuple[bool, int]:
    """Answer a visitor; return whether the worker knew them, and how many sessions it has."""
    known = visitor in sessions
    sessions.setdefault(visitor, []).append(visitor)
    return known, len(sessions)


def tidy_visit(visitor: int) -> tuple[bool, int]:
    """The same, and end the sessions that were not used for the longest time."""
    answer = visit(visitor)
    sessions.move_to_end(visitor)
    while len(sessions) > 50:
        sessions.popitem(last=False)
    return answer


def main() -> None:
    for label, answer, replaced_after in (
        ("kept for ever", visit, None),
        ("replaced after 100 jobs", visit, 100),
        ("ended when unused", tidy_visit, None),
    ):
        with multiprocessing.Pool(1, maxtasksperchild=replaced_after) as pool:
            answers = pool.map(answer, VISITS, chunksize=1)
        known = sum(known for known, _ in answers)
        print(f"{label}: {max(number for _, number in answers)} sessions at most, {known} of 280 known again")


if __name__ == "__main__":
    main()
