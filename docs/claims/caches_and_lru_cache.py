"""Attacks on the sentences of guides/caches-and-lru-cache."""

import functools
import gc
import sys
import threading
import weakref

_COUNTED = hasattr(sys, "getrefcount")


class _Thing:
    def __init__(self, held=None):
        self.held = held


class _Order(_Thing):
    @functools.cache  # noqa: B019
    def total(self, *arguments, **named):
        return 7

    @functools.lru_cache(maxsize=2)  # noqa: B019
    def limited(self):
        return 7

    @functools.cached_property
    def stored(self):
        return _Thing()

    @functools.cached_property
    def itself(self):
        return _Thing(self)


class _SpecialOrder(_Order):
    pass


class _Alike(_Order):
    def __eq__(self, another):
        return isinstance(another, _Alike)

    def __hash__(self):
        return 1


class _Key:
    """Equal to others of its name, and not the same."""

    def __init__(self, name):
        self.name = name

    def __eq__(self, another):
        return isinstance(another, _Key) and self.name == another.name

    def __hash__(self):
        return hash(self.name)


_order = _Order()


def _identity(thing):
    return thing


def _kept(make, use):
    """Return whether what was used stays, after a collection."""
    thing = make()
    witness = weakref.ref(thing)
    use(thing)
    del thing
    gc.collect()
    return witness() is not None


def _gone_at_once(make, use=lambda thing: None):
    """Return whether what was used goes by counting, or on PyPy with the next collection."""
    gc.collect()
    gc.disable()
    try:
        thing = make()
        witness = weakref.ref(thing)
        use(thing)
        del thing
        if not _COUNTED:
            gc.collect()
        return witness() is None
    finally:
        gc.enable()


def a_cache_holds_keys_and_results():
    """Cache by arguments of several kinds, results, and what raises, and clear."""
    held = functools.cache(lambda *arguments, **named: 7)
    made = functools.cache(lambda number: _Thing(number))
    yield "an argument", _kept(_Thing, held)
    yield "a second argument", _kept(_Thing, lambda thing: held(1, thing))
    yield "a named argument", _kept(_Thing, lambda thing: held(name=thing))
    yield "in a tuple", _kept(_Thing, lambda thing: held((thing,)))
    yield "a subclass of str", _kept(lambda: type("Text", (str,), {})("tea"), held)
    yield "a result", _kept(lambda: made(1), lambda thing: None)
    yield "self", _kept(_Order, _Order.total)
    yield "self beside an argument", _kept(_Order, lambda order: order.total(1, name=2))
    yield "not what it raised for", not _kept(_Thing, _raises)
    for each in (held, made, _Order.total):
        each.cache_clear()
    yield "not what was cleared", not _kept(_Thing, lambda thing: (held(thing), held.cache_clear()))
    yield "weakly", not _kept(_Thing, lambda thing: _weak.update({thing: 7}))


_weak = weakref.WeakKeyDictionary()


def _raises(thing):
    @functools.cache
    def refuse(thing):
        raise ValueError

    try:
        refuse(thing)
    except ValueError:
        _refusing.append(refuse)


_refusing = []


def lru_cache_keeps_128_and_cache_all():
    """Fill caches to one below, at and beyond the limit, also twice, and look at the parameters."""
    for way, decorate in {"bare": functools.lru_cache, "called": functools.lru_cache()}.items():
        cached = decorate(_Key)
        sizes = []
        for number in (*range(127), *range(127), *range(127, 500)):
            cached(number)
            sizes.append(cached.cache_info().currsize)
        yield way, (sizes[126], sizes[253], sizes[254], max(sizes)) == (127, 127, 128, 128)
        yield f"{way}, its parameters", cached.cache_parameters()["maxsize"] == 128
    every = functools.cache(_Key)
    for number in range(10_000):
        every(number)
    yield "cache", every.cache_info().currsize == 10_000
    yield (
        "its parameters are lru_cache's",
        (every.cache_parameters() == functools.lru_cache(maxsize=None)(_Key).cache_parameters()),
    )


def a_cached_property_goes_with_its_object():
    """Ask for results that are new, shared, circular, in subclasses, twice."""
    for way, kind in {"a class": _Order, "a subclass": _SpecialOrder, "equal objects": _Alike}.items():
        yield way, _gone_at_once(kind, lambda order: order.stored)
        yield f"{way}, the second time", _gone_at_once(kind, lambda order: (order.stored, order.stored))
    order = _Order()
    result = weakref.ref(order.stored)
    gc.collect()
    held = result() is not None and vars(order)["stored"] is result()
    del order
    if not _COUNTED:
        gc.collect()
    yield "the result goes too", held and result() is None
    order = _Order()
    witness, result = weakref.ref(order), order.stored
    del order
    if not _COUNTED:
        gc.collect()
    yield "not a result that somebody has", witness() is None and result is not None
    yield "not if the result refers to it", _gone_at_once(_Order, lambda order: order.itself) is not _COUNTED
    yield "then with a collection", not _kept(_Order, lambda order: order.itself)


def a_weak_value_dictionary_holds_its_keys():
    """Store pairs and let go of either half, or of both where one leads to the other."""
    pairs = weakref.WeakValueDictionary()
    yield "a key stays while the value lives", _kept(lambda: _Key("a"), lambda key: pairs.update({key: _order}))
    yield "a value goes", not _kept(_Thing, lambda thing: pairs.update(b=thing)) and "b" not in pairs
    yield "a value in a circle goes", not _kept(_circle, lambda thing: pairs.update(c=thing))
    yield "a value that its key holds stays", _kept(_Thing, lambda thing: pairs.update({_leading_to(thing): thing}))
    pairs.clear()
    key, value = _Key("d"), _Thing()
    witness = weakref.ref(key)
    pairs[key] = value
    del key, value
    gc.collect()
    yield "the entry goes with the value", len(pairs) == 0
    if _COUNTED:  # PyPy's dict keeps deleted keys until it is packed
        yield "the key goes with the value", witness() is None


def _circle():
    thing = _Thing()
    thing.held = thing
    return thing


def _leading_to(thing):
    key = _Key("leads")
    key.thing = thing
    return key


def an_entry_goes_with_its_first_key():
    """Store by equal keys, by one key twice, and while somebody walks the dictionary."""
    entries = weakref.WeakKeyDictionary()
    yield "the key", not _kept(lambda: _Key("a"), lambda key: entries.update({key: 1})) and not entries
    first, second = _Key("a"), _Key("a")
    entries[first] = 1
    entries[second] = 2
    yield "equal keys share one entry", len(entries) == 1 and entries[first] == 2
    del first
    gc.collect()
    yield "the first goes", len(entries) == 0
    entries[second] = 3
    yield "the second, stored again", len(entries) == 1
    yield from _walked(entries, second)


def _walked(entries, second):
    other = _Key("b")
    entries[other] = _Thing()
    walk = iter(entries)
    next(walk)
    value = weakref.ref(entries[other])
    del other
    gc.collect()
    yield "during a walk its value waits", value() is not None
    list(walk)
    del walk
    gc.collect()
    yield "after a walk", len(entries) == 1 and list(entries) == [second]
    if _COUNTED:  # PyPy's dict keeps deleted values until it is packed
        yield "after a walk, the value", value() is None


def no_collection_frees_a_key_that_its_value_holds():
    """Let values hold their keys directly, by a chain, a method, a function, and each other's; collect often."""
    entries = weakref.WeakKeyDictionary()

    def stays(value_of):
        def use(table):
            entries[table] = value_of(table)

        held = _kept(_Order, use) and (gc.collect(0), gc.collect()) and len(entries) == 1
        entries.clear()
        return held

    yield "directly", stays(_Thing)
    yield "by a chain", stays(lambda table: _Thing([_Thing(table)]))
    yield "by a method", stays(lambda table: table.total)
    yield "by a function", stays(lambda table: lambda: table)
    yield "itself", stays(lambda table: table)
    yield "not weakly", not stays(weakref.ref)
    tables = [_Thing(), _Thing()]
    entries.update({tables[0]: tables[1], tables[1]: tables[0]})
    del tables
    gc.collect()
    yield "each other's", len(entries) == 2
    entries.clear()


def the_first_of_equal_objects_stays():
    """Ask caches by equal objects of several kinds, and see which of them stays."""
    _Alike.total.cache_clear()
    first, second = _Alike(), _Alike()
    witnesses = weakref.ref(first), weakref.ref(second)
    first.total(), second.total()
    hits = _Alike.total.cache_info().hits
    del first, second
    gc.collect()
    yield "a method", [witness() is not None for witness in witnesses] == [True, False] and hits == 1
    _Alike.total.cache_clear()
    for way, cached in {"cache": functools.cache(_identity), "lru_cache": functools.lru_cache(_identity)}.items():
        keys = [_Key("tea") for _ in range(20)]
        witnesses = [weakref.ref(key) for key in keys]
        same = {id(cached(key)) for key in keys} == {id(keys[0])}
        del keys
        gc.collect()
        yield way, same and [witness() is not None for witness in witnesses] == [True] + [False] * 19
    plain = {}
    yield "a dict", _kept(lambda: _Key("a"), lambda key: plain.update({key: 1}))
    yield "a dict, the second", not _kept(lambda: _Key("a"), lambda key: plain.update({key: 2}))


def one_cache_for_the_class_with_self_in_every_key():
    """Ask by two objects, by subclasses, by other arguments, from another thread."""
    _Order.total.cache_clear()
    one, two, special = _Order(), _Order(), _SpecialOrder()
    for order in (one, two, special):
        order.total(), order.total()
    yield "objects and subclasses", _Order.total.cache_info()[:2] == (3, 3)
    yield "it is the subclass's too", _SpecialOrder.total is _Order.total
    yield "called by the class", (_Order.total(one), _Order.total.cache_info().hits)[1] == 4
    one.total(1), two.total(1), one.total(name=1)
    yield "arguments beside self", _Order.total.cache_info().currsize == 6
    if sys.platform != "emscripten":
        thread = threading.Thread(target=two.total)
        thread.start()
        thread.join()
        yield "another thread", _Order.total.cache_info().currsize == 6
    _Order.total.cache_clear()


def a_limit_bounds_the_leak():
    """Ask limited caches by more objects than they keep, and count who stays."""
    for way, kind in {"a class": _Order, "a subclass": _SpecialOrder}.items():
        witnesses = []
        for _ in range(100):
            order = kind()
            witnesses.append(weakref.ref(order))
            order.limited()
        del order
        gc.collect()
        alive = [witness() is not None for witness in witnesses]
        yield f"{way}, the last two stay", alive[-2:] == [True, True]
        yield f"{way}, the first ones went", sum(alive) == 2 if _COUNTED else sum(alive) < 50
    yield "until they are cleared", _Order.limited.cache_clear() is None and not _kept(_Order, lambda order: None)
    nothing = functools.lru_cache(maxsize=0)(_identity)
    yield "a limit of nothing is no cache", not _kept(_Thing, nothing)


def which_caches_keep_no_object():
    """Ask ways of caching by objects of their own, with results that lead back and that do not."""
    by_items = functools.cache(lambda items, result=None: result)

    def own(order):
        order.total = functools.cache(order.limited.__wrapped__.__get__(order))
        order.total()

    yield "a property", _gone_at_once(_Order, lambda order: order.stored)
    yield "a function of plain values", _gone_at_once(_Order, lambda order: by_items(("tea", "jam")))
    yield "a property that leads back", _gone_at_once(_Order, lambda order: order.itself) is not _COUNTED
    yield "a function's result that leads back", _kept(_Order, lambda order: by_items("tea", order))
    yield "its own method", _gone_at_once(_Order, own) is not _COUNTED
    yield "its own method, after a collection", not _kept(_Order, own)


def weak_dictionaries_hold_the_other_half():
    """Let go of keys and values of three kinds of dictionaries, with and without a way back."""
    plain, values, keys = {}, weakref.WeakValueDictionary(), weakref.WeakKeyDictionary()
    yield "a dict", _kept(_Thing, lambda thing: plain.update(a=thing))
    yield "weak values", not _kept(_Thing, lambda thing: values.update(a=thing))
    yield "weak values, a way from the key", _kept(_Thing, lambda thing: values.update({_leading_to(thing): thing}))
    yield "weak keys", not _kept(_Thing, lambda thing: keys.update({thing: _Thing()}))
    yield "weak keys, a way from the value", _kept(_Thing, lambda thing: keys.update({thing: _Thing(thing)}))
    yield "weak keys hold values", _kept(_Thing, lambda thing: keys.update({_order: thing}))
    plain.clear(), values.clear(), keys.clear()
