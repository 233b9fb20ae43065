"""A tree built for each request outlives it if its nodes hold their parents.

Claim: with an ordinary reference up, all sections outlive their requests; with
a weak one none does, on a Python that counts references.
Promise: both kinds answer alike, and a collection leaves none of either.
"""

import gc
import weakref

from refdemo import automatic_gc_disabled

HEADINGS = [(1, "Guide"), (2, "Install"), (3, "Linux"), (3, "Windows"), (2, "Use")]


class Section:
    """A heading of a page, with those below it and the one above it."""

    def __init__(self, title: str, parent: "Section | None" = None) -> None:
        self.parent = parent
        self.sections: list[Section] = []
        self.title = title
        if parent:
            parent.sections.append(self)
        witnesses.add(self)


class WeakSection(Section):
    """A section that does not hold its parent."""

    @property
    def parent(self) -> Section | None:
        return self._parent() if self._parent else None

    @parent.setter
    def parent(self, section: Section | None) -> None:
        self._parent = weakref.ref(section) if section else None


def breadcrumb(section: Section) -> str:
    """The titles from the top of the page to a section."""
    return (f"{breadcrumb(section.parent)} > " if section.parent else "") + section.title


def handle_request(kind: type[Section]) -> str:
    """Build the outline of a page, use it, and let go of it."""
    path = [kind("Contents")]
    for level, title in HEADINGS:
        path[level:] = [kind(title, path[level - 1])]
    return breadcrumb(path[-1])


witnesses = weakref.WeakSet[Section]()
for kind in (Section, WeakSection):
    with automatic_gc_disabled():
        answers = {handle_request(kind) for _ in range(50)}
        print(f"{kind.__name__}, 50 requests:", *answers)
        print("    sections left:", len(witnesses))
        gc.collect()
        print("    after a collection:", len(witnesses))
