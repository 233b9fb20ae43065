"""Attacks on the glossary's claims about objects, names and what is immortal."""

import ctypes
import dis
import gc
import sys
import types


def id_tells_where_an_object_begins():
    """Go back from the number to the object, and look for one number twice."""
    things = {"an instance": _Thing(), "an int": 10**30, "a list": [], "a function": _fates, "a class": _Thing}
    ids = {way: id(thing) for way, thing in things.items()}
    gc.collect()
    for way, thing in things.items():
        yield f"{way}: the same after a collection", id(thing) == ids[way]
        if not _PYPY:
            yield f"{way}: there it is", ctypes.cast(id(thing), ctypes.py_object).value is thing
    if not _PYPY:
        yield "another in its place", len({id(object()) for _ in range(10_000)}) < 10_000


def a_bound_method_holds_both():
    """Bind functions of several classes, and take the name or the class's entry away."""
    yield from _keeps({"an instance": lambda thing: thing.method, "a subclass": lambda thing: thing.of_subclass}, _Sub)
    yield from _keeps({"slots": lambda thing: thing.method}, _Slotted)
    yield from _keeps({"bound by hand": lambda thing: types.MethodType(print, thing)})
    bound = _Thing().method
    yield "the function", bound.__func__ is vars(_Thing)["method"] and bound.__self__ is bound()
    yield "a class method", _Thing().of_class.__self__ is _Thing
    local = type("Local", (), {"method": lambda self: self})
    bound = local().method
    del local.method
    yield "no longer in its class", isinstance(bound(), local)


class _Sub(_Thing):
    def of_subclass(self):
        """Return the object."""
        return self


def dis_lists_every_step():
    """Take apart several kinds of program, and compare with the bytes of their code objects."""
    programs = {
        "a function": _keeps.__code__,
        "a lambda": (lambda: _PYPY).__code__,
        "a module": compile("import sys\nx = [i for i in range(3)]", "m", "exec"),
        "a class body": next(c for c in compile("class A:\n x = 1", "m", "exec").co_consts if hasattr(c, "co_code")),
        "an expression": compile("1 + f(x)", "e", "eval"),
    }
    for way, code in programs.items():
        steps = list(dis.get_instructions(code))
        offsets = [step.offset for step in steps]
        codes = [code.co_code[offset] for offset in offsets]
        yield way, offsets == sorted(set(offsets)) and codes == [dis.opmap[step.opname] for step in steps]
    yield "a function written in C has none", _PYPY or _refuses(lambda: dis.get_instructions(len))


def the_code_holds_its_constants():
    """Compile constants of several types, some of which the compiler makes itself, and look for them."""
    texts = {"a number": "123456", "a string": "'two words'", "bytes": "b'two words'", "a float": "2.5"}
    texts |= {"a tuple": "(1, 'two')", "computed before": "60 * 60"}
    for way, text in texts.items():
        yield way, eval(text) in compile(text, "text", "eval").co_consts
    yield "a set to look in", frozenset({1000, 2000}) in compile("x in {1000, 2000}", "text", "eval").co_consts

    def function():
        return "some words", lambda: "more words"

    yield "in a function", "some words" in str(function.__code__.co_consts)
    yield "in a function inside", "more words" in function()[1].__code__.co_consts
    yield "small, and returned at once", 7 in (lambda: 7).__code__.co_consts
    for value in (0, 255, 256, None):
        code = compile(f"x, 1000, {value}", "text", "eval")
        since = (3, 15) if value is None else (3, 14) if value < 256 else (4,)
        loaded = value in [step.argval for step in dis.get_instructions(code)]
        yield str(value), (value in code.co_consts) == (sys.version_info < since) and loaded


def a_container_holds_references():
    """Put a thing into objects of several types, and look for references in others."""
    yield from _keeps({
        "a tuple": lambda thing: (thing,),
        "a set": lambda thing: {thing},
        "a dictionary": lambda thing: {"thing": thing},
        "an instance": lambda thing: _with(_Thing(), thing),
        "an instance without a dictionary": lambda thing: _with(_Slotted(), thing),
    })  # fmt: skip
    for way, value in {"a string": "a b", "bytes": b"a b", "a float": 2.5, "an int": 10**9}.items():
        yield f"{way} is none", not gc.get_referents(value)


class _Asked:
    """Decide what reading and writing an attribute does."""

    def __get__(self, instance, owner=None):
        return "decided"

    def __set__(self, instance, value):
        instance.log = value


def a_descriptor_decides_in_a_class():
    """Give descriptors of several types to a class, and one to an instance."""

    class Owner:
        asked, function, made = _Asked(), lambda self: "called", property(lambda self: "a property")

    owner = Owner()
    owner.asked = "written"
    yield "reads", owner.asked == Owner.asked == "decided"
    yield "writes", owner.log == "written" and "asked" not in vars(owner)
    yield "a function", owner.function() == "called" and hasattr(Owner.function, "__get__")
    yield "a property", owner.made == "a property"
    yield "a slot", hasattr(vars(_Slotted)["other"], "__set__")
    owner.mine = _Asked()
    yield "in an instance it decides nothing", isinstance(owner.mine, _Asked)


def is_and_id_tell_the_same():
    """Compare equal objects of several types, one object under two names, and one before and after a change."""
    one, nan = [1], float("nan")
    pairs = {
        "equal lists": (one, [1]),
        "a copy": (one, one[:]),
        "equal but of two types": (True, 1),
        "a NaN": (nan, nan),
    }
    pairs |= {"equal ints": (int("1" * 30), int("1" * 30)), "instances": (_Thing(), _Thing()), "two names": (one, one)}
    for way, (this, that) in pairs.items():
        yield way, (this is that) == (id(this) == id(that))
    many = [_Thing() for _ in range(10_000)]
    yield "many that live", len({id(thing) for thing in many}) == len(many)
    before, same = id(one), one
    one.append(2)
    one += [3]
    yield "changed", id(one) == before and one is same
    yield "not equal to itself", nan is nan and nan != nan


def an_immortal_count_means_nothing():
    """Add a thousand references to things of several types, and take away some that never were."""
    if _PYPY:
        yield "no counts", not hasattr(sys, "getrefcount")
        return
    things = {"None": None, "a small int": 7, "a built-in class": int, "the empty tuple": (), "a letter": "a"}
    for way, thing in things.items():
        before = sys.getrefcount(thing)
        more = [thing] * 1000
        yield way, sys.getrefcount(thing) == before
        del more
    before = sys.getrefcount(None)
    for _ in range(100 if sys.version_info >= (3, 12) else 0):
        ctypes.pythonapi.Py_DecRef(ctypes.py_object(None))
    yield "references that never were", sys.getrefcount(None) == before
    before = sys.getrefcount(things)
    more = [things] * 1000
    yield "another is counted", sys.getrefcount(more[0]) >= before + 1000


def interned_strings_that_are_equal_are_one():
    """Make equal strings at run time, intern some, and look at the names of a program."""

    def built():
        return "".join(["spam", "-", "eggs"])

    one, two = built(), built()
    yield "not interned", one is not two
    yield "interned", sys.intern(one) is sys.intern(two)
    yield "again", sys.intern(built()) is sys.intern(one)
    yield "a name of the program", sys.intern("".join(["_Th", "ing"])) is sys.intern(_Thing.__name__)
    if not _PYPY:
        thing = _with(_Thing(), None)
        yield "an attribute's name", next(iter(vars(thing))) is sys.intern("".join(["oth", "er"]))
    yield "not of a subclass", _refuses(lambda: sys.intern(type("Text", (str,), {})("text")))


def each_form_binds_a_name():
    """Bind one name in every form, and see that it leads to the object itself."""
    forms = {
        "=": "name = it",
        ":=": "(name := it)",
        "import": "import sys as name; it = sys",
        "for": "for name in [it]: pass",
        "with": "import contextlib\nwith contextlib.nullcontext(it) as name: pass",
        "match": "match it:\n case name: pass",
        "except": "try: raise it\nexcept KeyError as caught: name = caught",
        "def": "def it(): pass\nname = it",
        "class": "class name: pass\nit = name",
        "+=": "name, it = 1, type('Added', (), {'__radd__': lambda self, other: self})()\nname += it",
        "a parameter": "def parameter(name): return name\nname = parameter(it)",
    }
    for way, form in forms.items():
        names = {"it": KeyError(), "sys": sys}
        exec(form, names)
        yield way, names["name"] is names["it"]
    names = {}
    exec("def name(): pass\nclass other: pass", names)
    yield "both have the name", (names["name"].__name__, names["other"].__name__) == ("name", "other")
    if sys.version_info >= (3, 12):
        exec("type name = int", names)
        yield "type", names["name"].__value__ is int


def a_namespace_keeps_names():
    """Find names of a module, a class and a call, and add some by way of the namespace."""
    module = types.ModuleType("module")
    vars(module)["added"] = thing = _Thing()
    yield "a module's", module.added is thing and vars(sys)["path"] is sys.path
    local = type("Local", (), {"entry": thing})
    yield "a class's", vars(local)["entry"] is local.entry and "entry" not in vars(local())
    local.later = thing
    yield "a class's later entry", vars(local)["later"] is thing

    def call(parameter):
        variable = parameter
        return locals(), variable

    names, it = call(thing)
    yield "a call's", names == {"parameter": thing, "variable": it}
    yield "each call has its own", call(1)[0] != call(2)[0]
    yield "this module's", globals()["_Thing"] is _Thing


def a_slot_is_a_place_for_one_reference():
    """Fill and empty slots that a class names, and look where they are."""
    one, other, thing = _Slotted(), _Slotted(), _Thing()
    yield "empty", not hasattr(one, "other")
    _with(one, thing)
    yield "filled", one.other is thing and not hasattr(other, "other")
    one.other = None
    yield "one reference", one.other is None
    yield "no dictionary", not hasattr(one, "__dict__")
    yield "named by the class", vars(_Slotted)["other"].__get__(one) is None
    yield from _keeps({"it holds": lambda it: _with(_Slotted(), it), "a place of a list": lambda it: [None, it]})
    del one.other
    yield "empty again", not hasattr(one, "other")
