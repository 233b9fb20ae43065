"""Assertions for tests: that an object is gone, and that nothing is left behind by what is done again and again."""

from __future__ import annotations

import weakref

from refdemo._reading.classes import is_a, name_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def assert_gone(ref: weakref.ref[Any], /) -> None:
    """Assert that the object of a weak reference is gone once the collector has run.

    Takes a `weakref.ref` or an instance of a subclass, such as `weakref.WeakMethod`, which stands for the object whose
    method it is. The AssertionError says which type the object has, and prints what holds it: up to three chains, each
    by another holder, as `why_alive` tells them. Where no chain begins at a root, it says what the search came to:
    an object that is held where Python code cannot look, or a cycle that the collector cannot free. PyPy knows no more
    than that no chain was found.

    Up to five collections are made, as what a finalizer held is only freed by a later one.
    The error keeps no reference to the object, so that it can still die. None of its code runs but finalizers, and the
    collector's settings are left alone.

    Raises TypeError for anything else: of an object itself the call would be a holder.
    Takes a full collection; a failure takes five, and what `why_alive` takes. Source: `gc.collect`, `gc.get_referrers`.

    >>> import sys, weakref
    >>> class Session: pass
    >>> session = Session()
    >>> ref = weakref.ref(session)
    >>> sys.cache_of_sessions = {"k": session}
    >>> del session
    >>> assert_gone(ref)
    Traceback (most recent call last):
    AssertionError: Session is still alive
    module sys
      global cache_of_sessions: dict
        ['k']: the object
    >>> del sys.cache_of_sessions
    >>> assert_gone(ref)
    """
    __tracebackhide__ = True  # pytest shows the line that called
    if not is_a(ref, weakref.ref):
        name = name_of(type(ref))
        del ref  # which the traceback would keep
        raise TypeError(
            f"assert_gone takes a weak reference, not a {name}: take ref = weakref.ref(…) of the object, let go of it, "
            "then assert_gone(ref)"
        )
    from refdemo._searching.leftovers import why_still_alive  # which loads most of the package

    message = why_still_alive(ref)
    if message:
        raise AssertionError(message)


def assert_nothing_left(call: Callable[[], object], /, *, of: type | None = None, rounds: int = 10) -> None:
    """Assert that calling something again and again leaves no more and more objects behind.

    Calls it `rounds` times and counts as `growth` does: before each count the collector runs, and what the call returns
    is dropped. With `of` the instances of that class and its subclasses are counted, without it those of every type,
    and if none grew in number, the items of lists, dicts, sets and deques.
    It passes if the numbers do not rise from round to round: what only the first round sets up is no leak, nor is a
    cache that has filled up by the middle. So three rounds are the least that tell the two apart. What one or two
    rounds leave counts if the last of them added to it.

    The AssertionError prints the numbers and the chain that holds one of the objects which the rounds have left. It
    keeps no reference to any of them. An exception of the call ends it and is passed on.

    Raises TypeError and ValueError for what `growth` raises them for. Each round costs a full collection and a look at
    every tracked object: about a millisecond in a small process, on PyPy 30. Source: `gc.get_objects`.

    >>> import sys
    >>> class Session: pass
    >>> assert_nothing_left(Session, rounds=3)
    >>> sys.sessions = set()
    >>> assert_nothing_left(lambda: sys.sessions.add(Session()), of=Session, rounds=3)
    Traceback (most recent call last):
    AssertionError: Session alive: 0 at first, 3 after 3 rounds (+1 a round)
    one Session of these rounds:
    module sys
      global sessions: set
        member: the object
    >>> del sys.sessions
    """
    __tracebackhide__ = True
    from refdemo._searching.census import has_grown
    from refdemo._searching.leftovers import ids_of_instances, what_holds_a_newcomer
    from refdemo._searching.worklist import WorkList
    from refdemo.growth import growth

    step: Any = (WorkList([call]),)  # no chain leads through a list of this kind, unless it is a local itself
    del call
    if of is None:
        types = growth(step[0].pop(), rounds=rounds)
        if types.growths or types.lengths:
            raise AssertionError(f"something is left after each call\n{types}")
        return
    seen = ids_of_instances(of) if is_a(of, type) else set()
    numbers = growth(step[0][0], of=of, rounds=rounds)
    if has_grown(numbers.alive):
        held = what_holds_a_newcomer(of, seen)
        if not held.chain.root:  # then one through the call, if there is no other
            call = step[0][0]
            held = what_holds_a_newcomer(of, seen)
            del call
        step[0].clear()
        raise AssertionError(f"{numbers}\none {held.name} of these rounds:\n{held.chain}")
