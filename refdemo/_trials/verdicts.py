"""The article's seventeen claims, each with a trial that says what was seen here and gives a verdict on it."""

import gc
import sys
import weakref
from collections.abc import Callable
from time import perf_counter

from refdemo._reading.memory import Memory
from refdemo._trials.demonstrations import COUNTED, read
from refdemo.collector import recorded_collections
from refdemo.counts import refcount_at

VERDICTS = ("holds", "holds not", "holds in part", "cannot be asked here", "not decided here")
HOLDS, HOLDS_NOT, IN_PART, CANNOT_ASK, UNDECIDED = VERDICTS

_MANY = 20_000

# Not the demonstrations' list: importing it would be a second reference.
my_list = [1, 2, 3]


class Thing(list[object]):
    """A list that can have attributes and be referred to weakly."""

    me: object


def tried(trial: Callable[[], tuple[str, str]]) -> tuple[str, str]:
    """Return what a trial saw, and its verdict, with the collector off while it runs."""
    gc.disable()
    try:
        return trial()
    except NotImplementedError as error:
        return str(error), CANNOT_ASK


def circle(*contents: object) -> "weakref.ref[Thing]":
    """Make an object that holds itself and let it go; return the witness."""
    thing = Thing(contents)
    thing.me = thing
    return weakref.ref(thing)


def need_getrefcount() -> None:
    if not COUNTED:
        raise NotImplementedError(f"{sys.implementation.name} has no sys.getrefcount")


def c1_freed_at_zero() -> tuple[str, str]:
    witness = weakref.ref(Thing())
    if witness() is None:
        return "an object was gone when its last reference was", HOLDS
    gc.collect()
    then = "freed" if witness() is None else "left"
    return f"an object stayed when its last reference was gone; a collection {then} it", HOLDS_NOT


def c2_always_one_more() -> tuple[str, str]:
    need_getrefcount()
    local_list = [1, 2, 3]
    of_global, of_local = sys.getrefcount(my_list), sys.getrefcount(local_list)
    seen = f"{of_global} for a global and {of_local} for a local of a function, each with one reference"
    return seen, HOLDS if of_global == of_local == 2 else HOLDS_NOT


def c3_memory_is_more_accurate() -> tuple[str, str]:
    of_list, of_none = read(id(my_list)), read(id(None))
    sound = [reading.isdigit() for reading in (of_list, of_none)]
    seen = f"{of_list} for a list with one reference, {of_none} for None"
    if COUNTED:
        try:
            with Memory() as memory:
                memory.word(8)
        except ValueError:
            seen += "; at address 8 the article's read would end the process"
    return seen, HOLDS if all(sound) else IN_PART if any(sound) else HOLDS_NOT


def c4_circles_leak() -> tuple[str, str]:
    witnesses = [circle() for _ in range(100)]
    left = sum(witness() is not None for witness in witnesses)
    gc.collect()
    still = sum(witness() is not None for witness in witnesses)
    seen = f"with the collector off {left} of 100 circles without a name stayed; a collection left {still}"
    return seen, HOLDS if left == 100 else HOLDS_NOT


def c5_why_counting_fails() -> tuple[str, str]:
    one, other = Thing(), Thing()
    one.me, other.me = other, one
    addresses, witness = (id(one), id(other)), weakref.ref(one)
    del one, other
    if witness() is None:
        return "two objects that held each other were gone with their names", HOLDS_NOT
    counts = [refcount_at(address) for address in addresses]
    gc.collect()
    freed = "a collection freed them" if witness() is None else "a collection left them"
    seen = f"two objects that held each other stayed without a name, at counts {counts[0]} and {counts[1]}; {freed}"
    return seen, HOLDS if counts == [1, 1] else HOLDS_NOT


def c6_scans_all() -> tuple[str, str]:
    old = circle()
    thing = old()
    gc.collect()
    del thing
    gc.collect(0)
    young_only = old() is not None
    gc.collect()
    if old() is not None:
        return "a circle that had lost its name survived a full collection", HOLDS_NOT
    if young_only:
        return "a collection of the young passed over a circle grown old, a full one freed it", IN_PART
    return "gc.collect(0) freed even a circle that had survived a collection before", HOLDS


def c7_automatic() -> tuple[str, str]:
    gc.enable()
    first, made = circle(), 0
    while first() is not None and made < 50_000:
        circle(bytearray(10_000))  # a nursery of PyPy can be hundreds of megabytes
        made += 1
    if first() is None:
        return f"a circle was freed after {made} more had been made, nobody asking", HOLDS
    return f"a circle was still there after {made} more had been made", HOLDS_NOT


def c8_prevents_errors() -> tuple[str, str]:
    registry = [Thing()]
    witness = weakref.ref(registry[0])
    gc.collect()
    if registry[0] is not witness():
        return "a collection freed an object in use", HOLDS_NOT
    return "a list that nobody emptied kept its object through a collection; nothing in use was freed", IN_PART


def c9_the_same_everywhere() -> tuple[str, str]:
    here = str(sys.getrefcount(my_list)) if COUNTED else "no sys.getrefcount", read(id(my_list))
    seen = f"of the article's two numbers, 2 and 1, this Python gave: {here[0]}; {here[1]}"
    # One Python can refute it and cannot prove it.
    return seen, UNDECIDED if here == ("2", "1") else HOLDS_NOT


def c10_scales() -> tuple[str, str]:
    times = {}
    for number in _MANY // 10, _MANY:
        keep = [[each] for each in range(number)]
        times[len(keep)] = full_collection()
    took = " and ".join(f"{time} with {number} lists more" for number, time in times.items())
    return f"a full collection took {took}", UNDECIDED


def c11_efficient() -> tuple[str, str]:
    gc.enable()
    with recorded_collections() as record:
        took = making_lists()
    share, times = min(record.seconds / took, 1), len(record.generations)
    return f"of {_ms(took)} for making {_MANY} lists {share:.0%} was spent collecting, {times} times", UNDECIDED


def c12_hands_off() -> tuple[str, str]:
    gc.enable()
    witnesses = [circle() for _ in range(5000)]
    left = sum(witness() is not None for witness in witnesses)
    return f"of 5000 circles made, {left} were left at the end, nobody having stepped in", UNDECIDED


def c13_takes_two() -> tuple[str, str]:
    ring = Thing()
    ring.append(ring)
    holds_itself = any(each is ring for each in gc.get_referents(ring))
    witness = weakref.ref(ring)
    del ring
    if holds_itself and witness() is not None:
        return "one list, holding itself, is a circle, and it stayed when its name was gone", HOLDS_NOT
    return "one list, holding itself, was gone with its name", HOLDS


def c14_uncollectable() -> tuple[str, str]:
    garbage, witness = len(gc.garbage), circle()
    if witness() is None:
        return "a circle was freed with the collector off", HOLDS_NOT
    gc.collect()
    if witness() is not None:
        return "a circle stayed with the collector off, and a collection left it", HOLDS
    seen = "a circle stayed while the collector was off, and was freed by the next collection; gc.garbage, "
    return f"{seen}where what is uncollectable goes, got {len(gc.garbage) - garbage} objects", IN_PART


def c15_safe_and_easy() -> tuple[str, str]:
    need_getrefcount()

    def helper(argument: object) -> int:
        return sys.getrefcount(argument)

    local_list = [1, 2, 3]
    answers = sys.getrefcount(my_list), sys.getrefcount(local_list), helper(my_list)
    seen = "for one reference: global {}, local {}, argument of a function {}".format(*answers)
    return f"safe, for it takes an object; {seen}", HOLDS if len(set(answers)) == 1 else IN_PART


def c16_never_disable() -> tuple[str, str]:
    return f"a full collection took {full_collection()}: some programs, those that fork, do without", UNDECIDED


def c17_optimal() -> tuple[str, str]:
    without = making_lists()
    gc.enable()
    return f"making {_MANY} lists took {_ms(making_lists())} with the collector, {_ms(without)} without", UNDECIDED


def making_lists() -> float:
    """Seconds to make many lists and keep them."""
    began = perf_counter()
    keep = [[each] for each in range(_MANY)]
    return perf_counter() - began if keep else 0.0


def full_collection() -> str:
    """How long a full collection takes."""
    began = perf_counter()
    gc.collect()
    return _ms(perf_counter() - began)


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"


CLAIMS: dict[str, tuple[str, Callable[[], tuple[str, str]]]] = {
    "C1": ("Counting comes first: an object is freed the moment its count is zero.", c1_freed_at_zero),
    "C2": ("sys.getrefcount always answers one more than you would expect.", c2_always_one_more),
    "C3": ("Reading the count from memory is more accurate, and needs care.", c3_memory_is_more_accurate),
    "C4": ("The members of a circle keep each other alive, which can leak memory.", c4_circles_leak),
    "C5": ("Counting cannot free a circle: each member is held, so no count gets to zero.", c5_why_counting_fails),
    "C6": ("From time to time the collector goes through all objects and frees what nothing reaches.", c6_scans_all),
    "C7": ("Collections come by themselves; you hardly ever ask for one.", c7_automatic),
    "C8": ("Managed memory has no leaks, no double frees, no use after free.", c8_prevents_errors),
    "C9": ("It works alike on all platforms and implementations of Python.", c9_the_same_everywhere),
    "C10": ("It scales from a script to a large program without a change of code.", c10_scales),
    "C11": ("It is efficient for most programs.", c11_efficient),
    "C12": ("Step in only where something is exceptional.", c12_hands_off),
    "C13": ("A circle takes two objects or more.", c13_takes_two),
    "C14": ("Without the collector a circle is never freed: its members are uncollectable.", c14_uncollectable),
    "C15": ("sys.getrefcount is safe and easy; reading memory is what is risky.", c15_safe_and_easy),
    "C16": ("You never need to disable the collector.", c16_never_disable),
    "C17": ("To leave it all to Python is not only enough, it is the best there is.", c17_optimal),
}
