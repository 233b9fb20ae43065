"""A kept exception keeps the local variables of every function it passed
through.

Claim: an exception refers to its traceback, the traceback to the frames, the
frames to their variables.
Promise: the request dies when the error is forgotten, when its traceback is
dropped, or when only text is kept; on a Python that counts references, at
once.
"""

import traceback
import weakref


class Request:
    """Stands for something large."""


def handle(witnesses: list[weakref.ref[Request]]) -> None:
    """Make a request, leave a weak reference to it as a witness, and fail."""
    request = Request()
    witnesses.append(weakref.ref(request))
    raise ValueError("the request makes no sense")


def main() -> None:
    """Fail three times; treat the error in three ways."""
    witnesses: list[weakref.ref[Request]] = []
    errors: list[Exception] = []
    reports: list[str] = []

    def report(label: str) -> None:
        print(f"{label:<22}", "gone" if witnesses[-1]() is None else "still alive")

    try:
        handle(witnesses)
    except ValueError as error:
        reports.append(str(error))
    report("error forgotten:")

    try:
        handle(witnesses)
    except ValueError as error:
        errors.append(error)
    report("error kept:")
    errors[0].__traceback__ = None
    report("its traceback dropped:")

    try:
        handle(witnesses)
    except ValueError:
        reports.append(traceback.format_exc())
    report("only its text kept:")


if __name__ == "__main__":
    main()
