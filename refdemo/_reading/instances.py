"""The references of an instance, a class or a module to its attributes, wherever these are kept."""

import gc
import types
from collections import Counter
from typing import Any

from refdemo._reading.claims import (
    OWN_DICT,
    PYPY,
    Claims,
    attribute,
    in_words,
    retry_while_resizing,
    seen_as_attributes,
    shows,
)
from refdemo._reading.classes import is_heap_type, is_instance_of, mro, namespace, whole_namespace
from refdemo._reading.fields import holds_no_other_dict
from refdemo._reading.names import Unreadable, inlined


def claim_attributes(obj: object, claims: Claims, others: tuple[object, ...]) -> None:
    """Claim the attributes kept in the object itself; `others` are what it refers to for another reason."""
    try:
        found = inlined(obj, claims.referents)
    except Unreadable:
        found = []
        claims.layout_known = False
    if any(shows(obj, name, value) is False for name, value in found):
        found = []
        claims.layout_known = False
    # Where a dict was made for them, it is the dict that reports them (from 3.13.13 and 3.14.4 on).
    if Counter(id(value) for _, value in found) - (claims.left - Counter(map(id, others))):
        found = []
    for name, value in found:
        claims.claim(attribute(obj, name), value)


def claim_namespace(cls: type, claims: Claims) -> None:
    # The proxy refers to the class's real dict, which is not to be had otherwise.
    for found in gc.get_referents(whole_namespace(cls)):
        if not claims.through_dict:
            claims.claim(OWN_DICT, found)
            return
        claims.take(found)
    for key, value in retry_while_resizing(lambda: list(whole_namespace(cls).items())):
        claims.claim(f".{key}" if type(key) is str else f".__dict__[{in_words(key)}]", value, sure=True)
        if type(key) is not str:
            claims.claim(f".__dict__ key {in_words(key)}", key, sure=True)


def dict_shown(obj: object) -> dict[Any, object] | None:
    """Return an object's own `__dict__`, where it can be had without making one."""
    for cls in mro(type(obj)):
        place = namespace(cls).get("__dict__")
        asks = types.MemberDescriptorType
        if type(place) is asks or (PYPY and type(place) is types.GetSetDescriptorType and _defined_in_python(obj)):
            own = place.__get__(obj) if is_instance_of(obj, place.__objclass__) else None  # not one of another class
            return own if type(own) is dict else None
    return None


def _defined_in_python(obj: object) -> bool:
    return is_heap_type(type(obj)) and not issubclass(type(obj), type)


def claim_own_dict(obj: object, claims: Claims) -> None:
    rest = [referent for referent in claims.unclaimed() if referent is not type(obj)]
    found = [referent for referent in rest if type(referent) is dict]
    if not found or not any("__dict__" in namespace(cls) for cls in mro(type(obj))):
        return
    if type(obj) is types.FunctionType and len(found) == 2:
        # The other one holds its annotations; as both are there, asking makes none.
        own = obj.__dict__
    else:
        seen = {index: seen_as_attributes(obj, candidate) for index, candidate in enumerate(found)}
        best = max(seen, key=seen.__getitem__)
        # Where no key tells: such objects refer to no other dict, or to nothing else, that is unclaimed by now.
        alone = len(rest) == 1 and _defined_in_python(obj) and (claims.layout_known or bool(found[0]))
        only = alone or holds_no_other_dict(type(obj))
        if seen[best] < 0 or (seen[best] == 0 and not (only and len(found) == 1)):
            return
        own = found[best]
    claims.replace(obj, own)
