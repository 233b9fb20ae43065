"""What stands against publishing a site, as data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """Something that a strict build does not publish, and that any other build shows and lists."""

    place: str  # file and line, and the program's name if it is one
    unit: str
    python: str  # the key of the Python that it was found on; nothing if it is in the sources alone
    says: str
    gates: bool  # whether it stands against publishing in a strict build
    fault: bool  # whether it does so in every build: the sources are wrong, whatever a Python printed
    record: str = ""  # the file that says what the Python did, if it did not run here

    def __str__(self) -> str:
        source = f" (recorded in {self.record})" if self.record else ""
        return f"{self.place}{f' on {self.python}{source}:' if self.python else ''} {self.says}"
