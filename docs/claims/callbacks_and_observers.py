"""Attacks on the sentences of guides/callbacks-and-observers."""

import contextlib
import functools
import gc
import sys
import threading
import types
import weakref

_COUNTED = hasattr(sys, "getrefcount")


class _Session:
    def on_price(self, price=None):
        return self

    @classmethod
    def of_class(cls):
        return cls

    half = functools.partialmethod(on_price, 1)

    def __call__(self):
        return self


class _Child(_Session):
    def by_super(self):
        return super().on_price


class _Listed(list):
    on_price = _Session.on_price


class _Slots:
    __slots__ = ("__weakref__", "kept")
    on_price = _Session.on_price


class _Alike(_Session):
    __hash__ = None

    def __eq__(self, other):
        raise AssertionError("methods do not ask their objects")


_METHODS = {
    "a method": (_Session, lambda session: session.on_price),
    "an inherited method": (_Child, lambda session: session.on_price),
    "a method by super": (_Child, lambda session: session.by_super()),
    "an object with slots": (_Slots, lambda session: session.on_price),
    "an object that cannot be hashed": (_Alike, lambda session: session.on_price),
    "a method of a list": (_Listed, lambda session: session.on_price),
    "a method bound by hand": (_Session, lambda session: types.MethodType(_Session.on_price, session)),
}
_OTHERS = {
    "a built-in method": (_Listed, lambda session: session.append),
    "a method of the class object": (_Session, lambda session: session.__str__),
    "a partial method": (_Session, lambda session: session.half),
    "a callable object": (_Session, lambda session: session.__call__),
}


@contextlib.contextmanager
def _uncollected():
    """Let only counting free anything, where objects are counted."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _gone(witness):
    if not _COUNTED:
        gc.collect()
    return witness() is None


def a_bound_method_holds_and_a_weakmethod_does_not():
    """Keep only the method, or only a `WeakMethod`, of objects of several kinds."""
    for way, (kind, read) in {**_METHODS, **_OTHERS}.items():
        session = kind()
        witness, handlers = weakref.ref(session), [read(session)]
        del session
        gc.collect()
        held = witness() is not None
        handlers.clear()
        yield way, held and _gone(witness)
    for way, (kind, read) in _METHODS.items():
        session = kind()
        witness, kept = weakref.ref(session), weakref.WeakMethod(read(session))
        del session
        yield f"weakly, {way}", _gone(witness) and kept() is None


def each_reading_makes_an_equal_method():
    """Read a method twice, in a row, in another thread, and compare it with those of others."""
    for way, (kind, read) in _METHODS.items():
        session = kind()
        first, second = read(session), read(session)
        yield way, first is not second and first == second and first.__self__ is session
        yield f"{way}, hashes", hash(first) == hash(second)
    session = _Session()
    yield "another object's", session.on_price != _Session().on_price
    yield "of equal objects", [].append != [].append
    yield "from an attribute of the class", _Session.on_price.__get__(session) == session.on_price
    if sys.platform != "emscripten":
        read = []
        thread = threading.Thread(target=lambda: read.append(session.on_price))
        thread.start()
        thread.join()
        yield "another thread", read == [session.on_price]


def a_weakmethod_needs_both_alive():
    """Drop the object, or the function: replaced, a lambda of one object, deleted."""

    class Local:
        def on_price(self):
            return self

    session = Local()
    kept = weakref.WeakMethod(session.on_price)
    gc.collect()
    yield "both alive", kept() == session.on_price and kept()() is session
    Local.on_price = lambda self: None
    gc.collect()
    yield "replaced in its class", kept() is None
    session.only = types.MethodType(lambda self: self, session)
    kept = weakref.WeakMethod(session.only)
    gc.collect()
    yield "kept on the object", kept() == session.only
    del session.only
    gc.collect()
    yield "a lambda of one object", kept() is None
    kept = weakref.WeakMethod(session.on_price)
    del session
    gc.collect()
    yield "the object gone", kept() is None


def unsubscribe_finds_an_equal_method():
    """Remove by another reading of the method, and look at what stays."""
    for way, (kind, read) in _METHODS.items():
        session, other = kind(), kind()
        handlers = [read(other), read(session)]
        handlers.remove(read(session))
        seen = weakref.ref(session)
        del session
        yield way, len(handlers) == 1 and handlers[0] == read(other) and _gone(seen)
    session = _Session()
    handlers = [session.on_price]
    handlers.remove(session.on_price)
    yield "while somebody holds it", handlers == []


async def _coroutine_function():
    pass


def a_ref_takes_what_def_and_lambda_make():
    """Refer weakly to functions of several kinds, to a method, and to what is a function in C."""

    def nested():
        yield

    for way, function in {
        "of a module": _gone,
        "nested, a generator's": nested,
        "a coroutine's": _coroutine_function,
        "a lambda": lambda: None,
        "decorated": functools.wraps(nested)(lambda: None),
        "of a class": _Session.on_price,
    }.items():
        yield way, weakref.ref(function)() is function
        yield f"{way}, refused by WeakMethod", _refused(function)
    if sys.implementation.name == "cpython":
        yield "a method of a class in C is none", _refused(str.upper, weakref.ref)


def a_ref_to_a_fresh_method_dies_with_the_call():
    """Hold methods of living objects by plain weak references, in calls, collections and comprehensions."""
    with _uncollected():
        for way, (kind, read) in _METHODS.items():
            session, handlers = kind(), []
            (lambda handler, into: into.append(weakref.ref(handler)))(read(session), handlers)
            yield way, _gone(handlers[0])
        session = _Session()
        handlers = weakref.WeakSet([session.on_price])
        if not _COUNTED:
            gc.collect()
        yield "a WeakSet", len(handlers) == 0
        kept = session.on_price
        yield "not if somebody keeps the method", weakref.ref(kept)() is kept


def a_function_over_self_brings_the_leak_back():
    """Hold lambdas, partials and nested functions over a session, and offer them to `WeakMethod`."""

    def nested(session):
        def handler(price):
            session.on_price(price)

        return handler

    for way, make in {
        "a lambda": lambda session: lambda price: session.on_price(price),
        "a nested function": nested,
        "a default value": lambda session: lambda price, its=session: its,
        "a partial of the method": lambda session: functools.partial(session.on_price),
        "a partial of the function": lambda session: functools.partial(_Session.on_price, session),
    }.items():
        session = _Session()
        witness, handlers = weakref.ref(session), [make(session)]
        del session
        gc.collect()
        yield way, witness() is not None
        yield f"{way}, refused", _refused(handlers[0])
    handlers = [lambda price: price]
    yield "not one that knows of none", not handlers[0].__closure__


def _refused(handler, kind=weakref.WeakMethod):
    try:
        kind(handler)
    except TypeError:
        return True
    return False


def methods_kept_on_self_are_late_not_lost():
    """Keep methods on objects in several ways, and collect: once, many, with the automatic collections off."""
    for way, keep in _KEEPERS.items():
        with _uncollected():
            witness = _kept(keep)
            late = witness() is not None
            gc.collect()
            yield way, late or not _COUNTED
            yield f"{way}, after a collection", witness() is None
    with _uncollected():
        witnesses = [_kept(keep) for keep in _KEEPERS.values() for _ in range(100)]
        gc.collect()
        yield "many", not any(witness() for witness in witnesses)


_KEEPERS = {
    "an attribute": lambda session: setattr(session, "kept", session.on_price),
    "a table": lambda session: setattr(session, "kept", {"price": session.on_price}),
    "a partial of the method": lambda session: setattr(session, "kept", functools.partial(session.on_price)),
    "a partial of the function": lambda session: setattr(
        session, "kept", functools.partial(_Session.on_price, session)
    ),
    "a slot": lambda session: setattr(session, "kept", session.on_price),
    "a method of object": lambda session: setattr(session, "kept", session.__str__),
}


def _kept(keep):
    session = _Slots() if keep is _KEEPERS["a slot"] else _Child()
    keep(session)
    return weakref.ref(session)


def a_registry_of_handlers_keeps_objects():
    """Register methods in lists, dicts, sets and threads' registries, and let go of the objects."""
    for way, register in {
        "a list": lambda registry, handler: registry.setdefault("all", []).append(handler),
        "a set": lambda registry, handler: registry.setdefault("all", set()).add(handler),
        "a dict": lambda registry, handler: registry.update(price=handler),
        "a closure": lambda registry, handler: registry.update(price=lambda: handler()),
    }.items():
        registry, session = {}, _Session()
        seen = weakref.ref(session)
        register(registry, session.on_price)
        del session
        gc.collect()
        held = seen() is not None
        registry.clear()
        gc.collect()
        yield way, held and seen() is None


def weakmethod_lives_and_ref_dies():
    """Hold one method both ways, before and after collections, and when its object has gone."""
    with _uncollected():
        for way, (kind, read) in _METHODS.items():
            session = kind()
            plain, whole = weakref.ref(read(session)), weakref.WeakMethod(read(session))
            dead = _gone(plain)
            gc.collect()
            yield way, dead and whole() == read(session)
            del session
            yield f"{way}, then the object goes", _gone(whole)


def _function_in_a_circle():
    def handler():
        return handler

    return handler


def handlers_that_nobody_holds_fall_silent():
    """Hold functions and callables weakly only: in circles, as closures, partials, objects, and one that is held."""

    for way, make in {
        "a partial": lambda: functools.partial(len),
        "a callable object": _Session,
        "a method": lambda: _Session().on_price,
        "an object in a circle": _in_a_circle,
    }.items():
        handlers = [weakref.ref(make())]
        gc.collect()
        yield way, handlers[0]() is None
    if not (sys.version_info < (3, 14) and not getattr(sys, "_is_gil_enabled", lambda: True)()):
        handlers = [weakref.ref(_function_in_a_circle()), weakref.ref(lambda: None)]
        gc.collect()
        yield "functions", not any(handler() for handler in handlers)
    held = functools.partial(len)
    handlers = [weakref.ref(held), weakref.ref(len)]
    gc.collect()
    yield "not those that are held", all(handler() for handler in handlers)


def _in_a_circle():
    session = _Session()
    session.kept = session
    return session


def a_kept_method_closes_a_circle():
    """Follow references from the object back to it, for methods kept in several ways."""
    for way, keep in _KEEPERS.items():
        session = _Slots() if way == "a slot" else _Child()
        keep(session)
        yield way, _leads_back(session)
    session = _Session()
    session.kept = _Session.on_price
    yield "not the plain function", not _leads_back(session)
    session.kept = weakref.WeakMethod(session.on_price)
    yield "not a WeakMethod", not _leads_back(session)
    session.kept = session.of_class
    yield "not a method bound to the class", not _leads_back(session)


def _leads_back(start):
    """Return whether references lead from an object back to it, not by way of its class or a module."""
    todo, seen = [start], set()
    while todo:
        for each in gc.get_referents(todo.pop()):
            if each is start:
                return True
            if id(each) not in seen and not isinstance(each, type | types.ModuleType | types.FunctionType):
                seen.add(id(each))
                todo.append(each)
    return False
