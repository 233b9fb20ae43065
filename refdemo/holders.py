"""Who holds an object: each of its referrers in words, and the shortest chain that keeps it alive."""

import sys
import types
from collections.abc import Iterator
from typing import NamedTuple

from refdemo.counts import Immortal, refcount
from refdemo.reading.classes import module_dict
from refdemo.searching import telling
from refdemo.searching.frames import Local, running_frames, running_locals
from refdemo.searching.paths import (
    OURS,
    Own,
    Roots,
    holders_of,
    imported_modules,
    path_from_a_root,
    referents_of,
)
from refdemo.searching.telling import Link
from refdemo.searching.undisturbed import with_collector_off

_COUNTED = hasattr(sys, "getrefcount")
_OWN_ARGUMENT = sys.version_info < (3, 11)  # before, a call kept one more reference to its arguments while it ran

OURS.add(id(globals()))


class Referrer(NamedTuple):
    """One reference to an object, as plain data: it keeps nothing alive. Printed, its words.

    >>> class Session: pass
    >>> session = Session()
    >>> [found] = [each for each in referrers(session) if each.type == "dict"]
    >>> print(found)
    value `['session']` of a dict
    """

    words: str
    """Where the reference is: "value `['k']` of a dict"."""
    type: str
    """The name of the type of what holds it; "frame" for a running function, "" for what was not found."""

    def __str__(self) -> str:
        return self.words


class Chain(NamedTuple):
    """How a root leads to an object, as plain data: it keeps nothing alive. Printed, a line for each link.

    >>> import sys
    >>> sys.cache_of_sessions = {"k": [object]}
    >>> chain = why_alive(sys.cache_of_sessions["k"])
    >>> chain.root, [link.label for link in chain.links]
    ('module sys', ['global cache_of_sessions', "['k']"])
    >>> del sys.cache_of_sessions
    """

    root: str
    """What holds the first link: "module __main__", "running function f"; "" where none was found."""
    links: tuple[Link, ...]
    """From the root on, each with its label and with the type of what it leads to; the last leads to the object."""
    missing: int
    """How many references to the object were found nowhere; 0 where nothing counts them, or they were not needed."""

    def __str__(self) -> str:
        return telling.chain_text(self.root, self.links) if self.links else _nothing_found(self.missing)

    def __repr__(self) -> str:
        return str(self)


def referrers(obj: object, /) -> list[Referrer]:
    """Everything that holds an object, in words, a line for each reference; locals of running functions included.

    What serves another object only is told as its owner: an instance's `__dict__` as an attribute, a module's as a
    global, a cell as the closure variable of its functions. References that neither the collector nor a running
    function shows (a C library's, those of a tuple or dict that is not tracked, a temporary of an expression) are told
    in a last line, as a number: the count less what was found. PyPy keeps no counts and has no such line.
    A free-threaded 3.13 no longer tracks classes and functions once a thread was started, and what they hold can be
    told without their names or be counted only.

    A sweep or three of all tracked objects: about 15 milliseconds each per million.
    Source: `gc.get_referrers`, `sys._current_frames`.

    >>> class Session: pass
    >>> session, sessions = Session(), {}
    >>> sessions["k"] = session
    >>> print(*sorted(r.words for r in referrers(session) if r.type == "dict"), sep="; ")
    value `['k']` of a dict; value `['session']` of a dict
    """
    target = Own([obj])
    del obj
    return with_collector_off(lambda: _all_referrers(target))


def _all_referrers(target: Own) -> list[Referrer]:
    running = running_frames()
    variables = [local for local in running_locals(globals(), of=id(target[0])) if local.name]
    found = [Referrer(f"local `{local.name}` of {local.where}", "frame") for local in variables]
    modules = imported_modules()
    told = [words for module in modules for words in telling.globals_of(module, target[0])]
    namespaces = {id(module_dict(module)) for module in modules}
    holders = [holder for holder, _ in holders_of(target, running) if id(holder) not in namespaces]
    paths = [Own([holder]) for holder in holders]
    del holders
    missing = _missing(target, paths, len(told) + sum(local.counted for local in variables))
    others = [Referrer(words, "module") for words in told]
    for path in _owned(paths, running):
        if type(path[0]) is types.CellType and not all(local.counted for local in variables):
            continue  # told as the local that it serves
        kind = telling.kind_of(path[0])
        path.append(target[0])
        others += [Referrer(words, kind) for words in telling.words(path)]
    found += sorted(others)
    if missing:
        found.append(Referrer(_missing_words(missing), ""))
    return found


def why_alive(obj: object, /, *, max_links: int | None = None) -> Chain:
    """The shortest chain of references from a root to an object.

    Roots are the globals of imported modules, the locals of running functions, in every thread, and the names of code
    that runs. With `max_links` a longer chain is not looked for. Where nothing is found, the answer says so, and how
    many references are held where Python code cannot look (0 on PyPy, which does not count).

    One sweep of all tracked objects for each link, about 15 milliseconds each per million; from some 40 links on one
    search from the roots, about a second per million. Source: `gc.get_referrers`, `gc.get_referents`.

    >>> import sys
    >>> sys.cache_of_sessions = {"k": [object]}
    >>> print(why_alive(sys.cache_of_sessions["k"]))
    module sys
      global cache_of_sessions: dict
        ['k']: the object
    >>> del sys.cache_of_sessions
    """
    target = Own([obj])
    del obj
    return with_collector_off(lambda: _shortest_chain(target, max_links))


def _shortest_chain(target: Own, max_links: int | None) -> Chain:
    roots = Roots(globals())
    path = path_from_a_root(target, roots, max_links)
    if path:
        return _told(path, roots)
    paths = [Own([holder]) for holder, _ in holders_of(target, roots.running)]
    return Chain("", (), _missing(target, paths, 0))


def _told(path: Own, roots: Roots) -> Chain:
    name = roots.names[id(path[0])]
    rest = telling.links(path)
    if isinstance(name, Local):
        if not name.name:
            return Chain(name.where.replace("`", ""), rest, 0)
        root, label = name.where.replace("`", ""), f"local {name.name}"
    else:
        module = roots.modules[name]
        key = telling.direct(module_dict(module), path[0])[0]
        root, label = f"module {telling.module_name(module)}", f"global {key[2:-2]}" if key[:2] == "['" else key.strip()
    return Chain(root, (Link(label, telling.kind_of(path[0])), *rest), 0)


def _owned(paths: list[Own], running: set[int]) -> Iterator[Own]:
    """The paths, each lengthened by what its first object serves only."""
    for _ in range(3):
        heads = Own(path[0] for path in paths if telling.is_part(path[0]))
        owners: dict[int, Own] = {}
        for holder, part in holders_of(heads, running) if heads else ():
            if telling.absorbs(holder, part):
                owners.setdefault(id(part), Own()).append(holder)
        yield from (path for path in paths if id(path[0]) not in owners)
        paths = [Own([owner, *path]) for path in paths for owner in owners.get(id(path[0]), ())]
    yield from paths


def _missing(target: Own, paths: list[Own], seen: int) -> int:
    """How many references to the object were not found beside those `seen`, where they are counted."""
    if not _COUNTED:
        return 0
    seen += sum(each is target[0] for path in paths for each in referents_of(path[0]))
    count = refcount(target[0])
    return 0 if isinstance(count, Immortal) else max(count - 1 - _OWN_ARGUMENT - seen, 0)


def _missing_words(missing: int) -> str:
    return f"{missing} reference{' is' if missing == 1 else 's are'} held where Python code cannot look"


def _nothing_found(missing: int) -> str:
    told = "no chain found from a module or a running function to the object"
    return f"{told}; {_missing_words(missing)}" if missing else told
