"""`gc.get_referents`, but for the one object that must not be asked."""

import gc
import sys

from refdemo.reading.classes import module_dict

# Repaired in 3.12.6; no 3.13 was released with it.
_SHOWN = (3, 12) <= sys.version_info < (3, 12, 6)


def shows_freed_objects(obj: object) -> bool:
    """Whether asking for an object's referents would give objects that are freed, and corrupt the heap (gh-122695)."""
    return _SHOWN and obj is not None and obj is sys.modules.get("_asyncio")


def referents(obj: object) -> list[object]:
    """What `gc.get_referents` reports of an object; of a module that shows freed objects its namespace alone."""
    return [module_dict(obj)] if shows_freed_objects(obj) else gc.get_referents(obj)


def tracked() -> list[object]:
    """What `gc.get_objects` lists, without what shows freed objects: so a whole heap can be asked for its referents."""
    objects = gc.get_objects()
    return [obj for obj in objects if not shows_freed_objects(obj)] if _SHOWN else objects
