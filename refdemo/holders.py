"""Who holds an object: each of its referrers in words, and the shortest chain that keeps it alive."""

import sys
import types
from collections.abc import Iterator
from typing import NamedTuple

from refdemo._reading.claims import PYPY
from refdemo._reading.classes import module_dict
from refdemo._searching import ends, reference_labels, tally
from refdemo._searching.ends import missing_words
from refdemo._searching.frames import running_locals
from refdemo._searching.further import holders_in_words
from refdemo._searching.naming import named
from refdemo._searching.paths import path_from_a_root, referrers_of, with_owners
from refdemo._searching.reference_labels import Link
from refdemo._searching.roots import OURS, Roots
from refdemo._searching.tally import Line
from refdemo._searching.undisturbed import others_run_at_once, with_collector_off
from refdemo._searching.untracked import untracked_paths
from refdemo._searching.worklist import WorkList, by_type
from refdemo.counts import Immortal, refcount

_COUNTED = hasattr(sys, "getrefcount")
_OWN_ARGUMENT = sys.version_info < (3, 11)  # before, a call kept one more reference to its arguments while it ran
_FEW = 20  # holders for which, where they have no name of their own, the next one is looked for

_SEARCHING = ("refdemo._searching", "refdemo._reading", "refdemo.edges", "refdemo.holders")
OURS.update(id(vars(module)) for name, module in list(sys.modules.items()) if name.startswith(_SEARCHING))


class Referrer(NamedTuple):
    """References to an object that the same words describe, as plain data: it keeps nothing alive. Printed, its words.

    >>> class Session: pass
    >>> session = Session()
    >>> [found] = [each for each in referrers(session) if each.type == "dict"]
    >>> print(found)
    value `['session']` of a dict, names of running code `<module>`
    """

    words: str
    """Where the reference is: "value `['k']` of a dict"; with a number before it where there are several."""
    type: str
    """The name of the type of what holds it; "frame" for a running function, "" for what was not found."""
    times: int = 1
    """How many references these words describe."""

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
    """From the root, or from where the way up ended, on, each with its label and with the type of what it leads to;
    the last leads to the object."""
    missing: int
    """How many references to the object were found nowhere; 0 where nothing counts them, or they were not needed."""
    end: str = ""
    """Where no chain begins at a root: what the search came to instead, in words."""

    def __str__(self) -> str:
        return reference_labels.chain_text(self.root or self.end, self.links)

    def __repr__(self) -> str:
        return str(self)


class Chains(tuple[Chain, ...]):
    """Several chains to one object, the shortest first; printed, one under the other.

    >>> import sys
    >>> sys.cache_of_sessions = {"k": [object]}
    >>> print(why_alive(sys.cache_of_sessions["k"], chains=2))
    module sys
      global cache_of_sessions: dict
        ['k']: the object
    >>> del sys.cache_of_sessions
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return "\n".join(map(str, self))


def referrers(obj: object, /) -> list[Referrer]:
    """Everything that holds an object, in words, a line for each reference; locals of running functions included.

    References that the same words describe are one line with a number, and so are those of one kind from 21 on:
    "100,000 × item of a list", "5,000 × attribute `.hub` of a class". The numbers add up to the count of the object,
    also with the last line, which says how many references neither the collector nor a running function shows (a C
    library's, a temporary of an expression): the count less what was found. PyPy keeps no counts and has no such line.
    A parameter that only borrows its caller's reference (3.14 and newer) is none.

    What serves another object only is told as its owner: an instance's `__dict__` as an attribute, a module's as a
    global, a cell as the closure variable of its functions. What holds the object without a name of its own, such as a
    list, is told with what holds that in turn. Functions, classes, coroutines and generators come with file and line.

    A free-threaded 3.13 no longer tracks classes and functions once a thread was started, and what they hold can be
    told without their names or be counted only.

    Some sweeps of all tracked objects: about 15 milliseconds each per million.
    Source: `gc.get_referrers`, `sys._current_frames`, `sys._current_exceptions`.

    >>> class Session: pass
    >>> session, sessions = Session(), {}
    >>> sessions["k"] = session
    >>> print(referrers(session)[0])
    value `['k']` of a dict, value `['sessions']` of a dict, names of running code `<module>`
    """
    target = WorkList([obj])
    del obj
    return with_collector_off(_all_referrers, target, beside_threads=False)


def _all_referrers(target: WorkList) -> list[Referrer]:
    count = _stored(target)  # before this search holds it too
    found = Roots()
    lines = list(_lines_of_roots(target, found))
    in_cells = [line for line in lines if not line.times]
    lines = [line for line in lines if line.times]
    namespaces = {id(module_dict(module)) for module in found.modules}
    holders = referrers_of(target, found.running, namespaces)
    if target[0] is Line:
        holders = WorkList(each for each in holders if type(each) is not Line)
    many: dict[int, WorkList] = {}
    if len(holders) > _FEW:
        many = by_type(holders)
        holders = many.get(id(types.CellType), WorkList())
        if len(holders) > _FEW:
            many[id(types.CellType)] = WorkList(holders[_FEW:])
            del holders[_FEW:]
        else:
            many.pop(id(types.CellType), None)
    lines += _one_by_one(holders, target, found, in_cells)
    lines += tally.of_many(many.values(), target, found.running)
    missing = max(count - sum(line.times for line in lines), 0)
    if missing and not others_run_at_once():
        paths = untracked_paths(target, OURS)
        further = holders_in_words(WorkList(path[0] for path in paths), found)
        untracked = [
            line._replace(words=line.words + further.get(id(path[0]), ""))
            for path in paths
            for line in tally.lines_of(path)
        ]
        lines += untracked[:missing]
        missing -= len(untracked[:missing])
    told = sorted(tally.merged(lines), key=lambda line: line.kind != "frame")
    answer = [Referrer(f"{each.times:,} × " * (each.times > 1) + each.words, each.kind, each.times) for each in told]
    return answer + [Referrer(missing_words(missing), "", missing)] * bool(missing)


def _one_by_one(holders: WorkList, target: WorkList, found: Roots, in_cells: list[Line]) -> Iterator[Line]:
    """Yield the lines of a few holders, each with what holds it in turn where it has no name of its own."""
    answers = with_owners(holders, WorkList(target * len(holders)), found.running)
    further = holders_in_words(WorkList(path[0] for paths in answers for path in paths), found)
    direct = {id(holder) for holder in holders}
    for paths in answers:
        if PYPY and type(paths[0][-2]) is dict and len(paths[0]) == 3 and id(paths[0][0]) in direct:
            continue  # which reports what is in its dict beside the dict
        if type(paths[0][-2]) is types.CellType and (variable := _variable_of(paths, in_cells)):
            in_cells.remove(variable)
            yield variable._replace(times=1)
            continue
        told = [
            [line._replace(words=line.words + further.get(id(path[0]), "")) for line in tally.lines_of(path)]
            for path in paths
        ]
        first = min(told)
        others = len({id(path[0]) for path in paths}) - 1
        if others and type(paths[0][-2]) is types.CellType:
            first = [line._replace(words=f"{line.words} and {others} more") for line in first]
        yield from first


def _variable_of(paths: list[WorkList], in_cells: list[Line]) -> Line | None:
    """Return the line of the running function's variable that a cell is: of the name that inner functions give it."""
    labels = [label for path in paths if len(path) > 2 for label in reference_labels.labels(path)]
    names = {label.rpartition(" ")[2] for label in labels}
    return next((line for line in in_cells if not names or line.words.split("`")[1] in names), None)


def _lines_of_roots(target: WorkList, found: Roots) -> Iterator[Line]:
    """Yield a line for each reference that no object holds; with no count for a variable that lives in a cell."""
    for local in running_locals(OURS, of=id(target[0])):
        if local.name and (local.counted or local.in_cell):
            words = f"local `{local.name}` of {local.where}"
            yield Line(words, "frame", times=int(local.counted))
    for address, root in found.interpreter:
        if address == id(target[0]) and root.counted:
            words = root.label if root.holder == "the interpreter" else f"{root.label} by {root.holder}"
            yield Line(words, "frame" if root.holder.startswith("running") else "interpreter")
    for module in found.modules:
        whose = named(module)
        for name in reference_labels.globals_of(module, target[0]):
            yield Line(f"{name} of {whose}", "module", (f"global of {whose}", f"{name} of a module"))


def _stored(target: WorkList) -> int:
    """Return how many references to the object others than this search and the call hold; -1 if nothing counts them."""
    if not _COUNTED:
        return -1
    count = refcount(target[0])
    if isinstance(count, Immortal):
        return -1
    at_work = any(target[0] is each for each in (referrers, with_collector_off, _all_referrers, _stored, WorkList))
    traced = _traced_here(target)
    return max(count - 1 - _OWN_ARGUMENT - at_work - traced - (traced > 0), 0)  # refcount's own frame had one as well


def _traced_here(target: WorkList) -> int:
    """Return how many frames of this search have the object for their trace function."""
    frame: types.FrameType | None = sys._getframe(1)
    count = 0
    while frame is not None and id(frame.f_globals) in OURS:
        count += frame.f_trace is target[0]
        frame = frame.f_back
    return count


def why_alive(obj: object, /, *, max_links: int | None = None, chains: int = 1) -> Chain | Chains:
    """Find the shortest chain of references from a root to an object, or where the way up ends.

    Roots are the globals of imported modules, the locals of running functions and the exceptions that they are
    handling, in every thread, the names of code that runs, what the current context holds, signal handlers, trace and
    profile functions, and what is registered with `codecs`. With `max_links` a longer chain is not looked for.

    Where no chain begins at a root, the root of the answer says what the search came to: an object to which references
    are held where Python code cannot look, with the chain from there; cyclic garbage; or nothing that is tracked.

    With `chains` that many are looked for, each by another holder of the object, and a tuple of them is returned.

    One sweep of all tracked objects for each link, about 15 milliseconds each per million; from some 40 links on one
    search from the roots, about a second per million. Raises TypeError for `chains` that are not an int, ValueError for
    less than one. Source: `gc.get_referrers`, `gc.get_referents`.

    >>> import sys
    >>> sys.cache_of_sessions = {"k": [object]}
    >>> print(why_alive(sys.cache_of_sessions["k"]))
    module sys
      global cache_of_sessions: dict
        ['k']: the object
    >>> del sys.cache_of_sessions
    """
    if isinstance(chains, bool) or not isinstance(chains, int):
        raise TypeError(f"chains is an int, not {type(chains).__name__}")
    if chains < 1:
        raise ValueError(f"chains is at least 1, not {chains}")
    target = WorkList([obj])
    del obj
    found = with_collector_off(_shortest_chains, target, max_links, chains, beside_threads=False)
    return found[0] if chains == 1 else Chains(found)


def _shortest_chains(target: WorkList, max_links: int | None, wanted: int) -> list[Chain]:
    count = _stored(target)
    roots = Roots()
    seen: set[int] = set()
    found: list[Chain] = []
    while len(found) < wanted and (path := path_from_a_root(target, roots, max_links, seen)):
        seen.add(id(path[-2] if len(path) > 1 else path[0]))
        root = roots.root_of(path[0])
        first = Link(root.label.replace("`", ""), *reference_labels.named_kind(path[0]))
        links = (first, *reference_labels.links(path)) if root.label else reference_labels.links(path)
        found.append(Chain(root.holder.replace("`", ""), links, 0))
    return found or [_no_chain(target, count, roots, max_links)]


def _no_chain(target: WorkList, count: int, roots: Roots, max_links: int | None) -> Chain:
    if max_links is not None:
        return Chain("", (), 0, f"no chain found of {max_links} link{'s' * (max_links != 1)} at most")
    found = list(_lines_of_roots(target, roots))
    held = ends.references_in(target, roots)
    missing = max(count - held - sum(line.times for line in found), 0)
    end = ends.end_of_the_way(target, missing, roots)
    return Chain("", reference_labels.links(end.path), missing, end.words)
