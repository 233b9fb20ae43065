"""Pictures of live objects: who refers to whom, under which label, and how many references each has."""

import sys
from collections.abc import Iterable, Mapping
from opcode import opmap
from typing import Any, NamedTuple

from refdemo._drawing.changes import changes
from refdemo._drawing.labels import Labels, is_weak, weak_referent
from refdemo._drawing.pictures import Arrow, Node, ObjectGraph
from refdemo._drawing.walk import DraftNode, Walk
from refdemo.counts import refcount

__all__ = ["Arrow", "Film", "Node", "ObjectGraph", "object_graph"]

_COUNTED = hasattr(sys, "getrefcount")


def object_graph(
    *objects: object,
    max_depth: int = 6,
    max_nodes: int = 30,
    notes: Mapping[int, str] | None = None,
    marked: Iterable[int] = (),
    **roots: object,
) -> ObjectGraph:
    """Draw objects, what they refer to, and how many references lead to each.

    `object_graph(my_var=a)` shows the name `my_var` with an arrow to the object; an object given without a name is
    drawn without one. No name can be `max_depth`, `max_nodes`, `notes` or `marked`: those are options.

    The picture is a snapshot, and taking it changes nothing: no count, no reference, no lifetime. (On PyPy it makes an
    instance's `__dict__`, as every look at its attributes does.) A count is the stored one less what the call adds, so
    the same on every CPython for a global, a local, an item or an attribute; PyPy keeps none. Immortal objects and
    atomic values (None, numbers, strings) have no count, and such a value is drawn anew at each reference to it, unless
    it was given as a root. Classes, modules, functions, code and frames are drawn without what they refer to; an
    object's reference to its class is left out. A weak reference is a dashed edge.

    Nothing is expanded beyond `max_depth` references from a root, `max_nodes` boxes, or 12 references of one object:
    "… 3 more" says how many of its references are not drawn. `notes` gives texts to be shown in place of counts, by
    `id()`; the objects whose ids are in `marked` are emphasised. Objects of one type are numbered as they are found,
    breadth first. Members of a set that look alike, with what they refer to, come in the set's own order, which
    differs from run to run.

    Called by C code (`map`, `functools.partial`) the counts are one too low on 3.10, and so they are up to 3.11 for
    what comes in a starred tuple of one's own (`object_graph(*mine)`). Raises TypeError for an option of a wrong type.
    Source: `gc.get_referents`.

    >>> object_graph(shopping={"drink": "milk"}, notes={})  # doctest: +ELLIPSIS
    shopping ─► dict...
      ['drink'] ─► 'milk'
    """
    try:
        kept = _kept_by_the_call(bool(roots), method=False)
        return _draw("", Labels(), objects, roots, kept, _Options(max_depth, max_nodes, notes, marked))[0]
    except BaseException as error:
        objects, max_depth, max_nodes, notes, marked = (), 0, 0, None, ()
        roots.clear()
        raise _without_a_trace(error) from None


class Film:
    """Pictures of the same objects one after another, in which each object can be followed.

    An object drawn before keeps its number and its node name in DOT. A label does not change either: the first `A` of
    a film stays `A` when another joins it later as `A #2`. Frames take what `object_graph` takes, and `says`. Each
    tells in words what happened since the one before.

    A film keeps nothing alive and changes no count. It knows an object again by a weak reference, which
    `weakref.getweakrefcount` sees. What allows none (a list, a dict, a tuple) it knows by address and type, and only
    from one frame to the next; even so a new list at the address of one that has just died passes for the old one. An
    object that its finalizer brought back counts as new.

    >>> film = Film("shopping")
    >>> basket = {"milk"}
    >>> film.frame(basket=basket).nodes[1].key, film.frame({"eggs"}, basket).nodes[1].key
    ('set1', 'set1')
    >>> print(film.frame(basket=basket).says, film.frame(basket=None).says)  # doctest: +ELLIPSIS
    basket now leads to set... basket no longer leads to set...
    """

    def __init__(self, name: str = "film") -> None:
        self.name = name
        self._labels = Labels()
        self._last: ObjectGraph | None = None

    def frame(
        self,
        /,
        *objects: object,
        max_depth: int = 6,
        max_nodes: int = 30,
        notes: Mapping[int, str] | None = None,
        marked: Iterable[int] = (),
        says: str = "",
        **roots: object,
    ) -> ObjectGraph:
        """Draw the objects as they are now, as `object_graph` does, and remember them.

        `says` tells what happened where references and counts cannot: it takes the place of the frame's own words. An
        object that its finalizer brought back is said to be gone.
        What a starred tuple of one's own brings (`film.frame(*mine)`) has a count one too low, on every CPython.
        """
        try:
            kept = _kept_by_the_call(bool(roots), method=True)
            options = _Options(max_depth, max_nodes, notes, marked, says)
            graph, alive, gone = _draw(self.name, self._labels, objects, roots, kept, options)
            graph.says = str.__str__(says) or changes(self._last, graph, alive, gone)
            self._last = graph
            return graph
        except BaseException as error:
            objects, max_depth, max_nodes, notes, marked, says = (), 0, 0, None, (), ""
            options = None
            roots.clear()
            raise _without_a_trace(error) from None


def _without_a_trace(error: BaseException) -> BaseException:
    """Return the error without the frames of the walk, whose variables would keep alive what was to be drawn."""
    error.__context__ = None
    return error.with_traceback(None)


def _kept_by_the_call(named: bool, *, method: bool) -> tuple[int, int]:
    """How many references the caller's call keeps, while it runs, to each nameless and each named argument.

    A call hands its arguments over; before 3.11 the caller's stack keeps them too. A call spelt with * or ** makes a
    tuple and a dict, and goes through C, where both are copied into an array: up to 3.11 these last as long as the
    call, and for a method they still do (3.15 copies no tuple). Measured on 3.10 to 3.15 and 3.13t; tests compare.
    """
    if not _COUNTED or (sys.version_info >= (3, 12) and not method):
        return 0, 0
    caller = sys._getframe(2)
    if caller.f_code.co_code[caller.f_lasti] == opmap["CALL_FUNCTION_EX"]:
        return 1 + (named and sys.version_info < (3, 15)), 2
    return (1, 1) if sys.version_info < (3, 11) else (0, 0)


class _Options(NamedTuple):
    max_depth: int
    max_nodes: int
    notes: Mapping[int, str] | None
    marked: Iterable[int]
    says: str = ""

    def check(self) -> None:
        kinds: tuple[Any, ...] = (int, int, (Mapping, type(None)), Iterable, str)
        for option, kind, given in zip(self._fields, kinds, self, strict=True):
            if not isinstance(given, kind):
                raise TypeError(f"{option} is an option, so it names no object; a {type(given).__name__} is none")


def _draw(
    name: str,
    labels: Labels,
    objects: tuple[object, ...],
    roots: dict[str, object],
    kept: tuple[int, int],
    options: _Options,
) -> tuple[ObjectGraph, list[str], list[str]]:
    """Return the picture, and of what was shown before the keys of what is alive and the labels of what has died."""
    options.check()
    walk = Walk(labels, options.max_depth, options.max_nodes)
    walk.start(objects, roots)
    walk.go_on()
    # What the walk holds, it holds once; the rest of what is not the program's own came with the call.
    ours = dict.fromkeys(walk.places, 1)
    for holder, by_call in ((objects, kept[0]), (roots.values(), kept[1])):
        for address in map(id, holder):
            ours[address] += 1 + by_call
    notes, marked = options.notes or {}, frozenset(options.marked)
    nodes = [_node(draft, ours, notes, marked) for draft in walk.nodes]
    alive, gone = labels.forget()
    for draft in walk.nodes:
        if draft.title:
            labels.remember(draft.obj, draft.title, draft.key, draft.label)
    return ObjectGraph(name, nodes, walk.arrows, walk.roots), alive, gone


def _node(draft: DraftNode, ours: Mapping[int, int], notes: Mapping[int, str], marked: frozenset[int]) -> Node:
    if draft.kind in ("name", "more"):
        return Node(draft.key, draft.kind, draft.label)
    address, count = id(draft.obj), None
    if draft.kind == "object" and _COUNTED:
        stored = refcount(draft.obj)
        count = max(stored - ours[address], 0) if isinstance(stored, int) else None
    dead = is_weak(draft.obj) and weak_referent(draft.obj) is None
    note = str.__str__(notes[address]) if address in notes else None
    return Node(draft.key, draft.kind, draft.label + " (dead)" * dead, count, note, address in marked)
