import sys

import pytest
from raw_memory import deep_on_pypy, run

from refdemo._searching.census import has_grown

CPYTHON = sys.implementation.name == "cpython"

# Each program runs in a process that has few objects to look through, and where no other test's step is about.
START = """
import collections, gc
from refdemo.growth import growth
"""


def deep(*cases):
    """Mark each case as slow by nature: it starts a process."""
    return [pytest.param(*case, marks=pytest.mark.deep) for case in cases]


def printed(program):
    return run(START + program)


def last_lines(program, count):
    return printed(program).splitlines()[-count:]


class TestWhatIsFound:
    def test_a_set_that_grows_is_found_without_being_told(self):
        # pallets-eco/blinker#12: a signal's tables by the ids of senders that are gone
        program = """
class Signal:
    def __init__(self):
        self._by_sender = {}

signal = Signal()
def connect():
    signal._by_sender[1000 + len(signal._by_sender)] = {1, 2}
found = growth(connect, rounds=10)
print([(each.of, each.trend) for each in found.growths])
print(found)
"""
        lines = printed(program).splitlines()
        assert lines[0] == "[('set', '+1 a round')]"
        assert lines[3] == "one set of these rounds:"
        assert lines[4:7] == ["module __main__", "  global signal: Signal", "    ._by_sender: dict"]
        assert lines[7] in [f"      [{1000 + place}]: the object" for place in range(10)]

    @pytest.mark.parametrize(
        ("owner", "kept"),
        [
            ("[]", "owner.append([len(owner), 7])"),
            ("{}", "owner.setdefault(len(owner), (len(owner), 1))"),
            ("set()", "owner.add(1000 + len(owner))"),
            *deep(
                ("{}", "owner.setdefault(len(owner), {1: len(owner)})"),
                ("[]", "owner.append((len(owner), 1))"),
                ("[]", "owner.append(1000 + len(owner))"),
                ("{}", "owner.setdefault(len(owner), 1000)"),
                ("collections.deque()", "owner.append(str(len(owner)))"),
                ("[{}]", "owner[0].setdefault(len(owner[0]), 1000)"),
                ("collections.OrderedDict()", "owner.setdefault(len(owner), 1000)"),
            ),
        ],
    )
    def test_what_holds_ints_or_strings_is_found(self, owner, kept):
        lines = last_lines(f"owner = {owner}\nprint(growth(lambda: {kept}, rounds=6))", 3)
        assert any(line.startswith("  global owner: ") for line in lines)

    @deep_on_pypy
    def test_of_a_container_that_got_longer_the_lengths_are_told(self):
        program = "owner = ['a']\nprint(growth(lambda: owner.append('b'), rounds=6))"
        assert printed(program).splitlines() == [
            "no type grew in 6 rounds, but one list got longer: 2, 3, 5, 7 items",
            "module __main__",
            "  global owner: the object",
        ]

    @deep_on_pypy
    def test_the_container_that_got_longer_by_most_is_told(self):
        program = """
slow, fast = [], ['a'] * 5
def step():
    slow.append('s')
    fast.extend('ff')
print(growth(step, rounds=6))
"""
        assert last_lines(program, 1) == ["  global fast: the object"]

    @deep_on_pypy
    def test_a_class_is_named_with_its_module_but_for_those_of_the_program(self):
        program = """
class Session: pass
kept = []
print(*[each.of for each in growth(lambda: kept.append(Session()), rounds=5).growths])
print(*[each.of for each in growth(lambda: kept.append(collections.deque()), rounds=5).growths])
"""
        assert printed(program).split() == ["Session", "collections.deque"]

    @deep_on_pypy
    def test_two_classes_of_one_name_are_told_apart(self):
        program = """
def one():
    class Row: pass
    return Row
def two():
    class Row: pass
    return Row
kept, kinds = [], [one(), two()]
print(*[each.of for each in growth(lambda: kept.extend([kinds[0](), kinds[1]()]), rounds=5).growths])
"""
        assert printed(program).split() == ["one.<locals>.Row", "two.<locals>.Row"]

    @deep_on_pypy
    def test_a_class_without_a_module_is_named_too(self):
        program = """
names = {}
exec("class Bare: pass", {"__builtins__": __builtins__}, names)
kept = []
print(growth(lambda: kept.append(names["Bare"]()), rounds=5).growths[0].of.rpartition(".")[2])
"""
        assert printed(program).split() == ["Bare"]

    @deep_on_pypy
    def test_the_fastest_comes_first(self):
        program = """
class Slow: pass
class Fast: pass
kept = []
print(*growth(lambda: kept.extend([Slow(), Fast(), Fast()]), rounds=5).growths, sep="\\n")
"""
        assert printed(program).splitlines() == [
            "Fast alive: 0 at first, 10 after 5 rounds (+2 a round)",
            "Slow alive: 0 at first, 5 after 5 rounds (+1 a round)",
        ]

    @deep_on_pypy
    def test_ten_types_are_told_and_the_rest_counted(self):
        program = """
kinds = [type(f"Kind{place:02}", (), {}) for place in range(13)]
kept = []
found = growth(lambda: kept.extend([kind() for kind in kinds]), rounds=5)
print(len(found.growths), found.more)
print(found)
"""
        lines = printed(program).splitlines()
        assert lines[0] == "10 3" and lines[12] == "and 3 more types"

    @deep_on_pypy
    def test_an_instance_counts_as_one_of_its_own_type_alone(self):
        program = """
class Rows(list): pass
kept = []
print(*[each.of for each in growth(lambda: kept.append(Rows()), rounds=5).growths])
"""
        assert printed(program).split() == ["Rows"]

    @deep_on_pypy
    def test_garbage_that_waits_for_the_collector_grows_without_collection(self):
        program = """
class Node: pass
def circle():
    node = Node()
    node.me = node
gc.disable()
print(*[each.alive for each in growth(circle, rounds=5, collect=False).growths if each.of == "Node"])
print(*[each.alive for each in growth(circle, rounds=5).growths if each.of == "Node"])
"""
        assert printed(program).splitlines() == ["(0, 1, 2, 3, 4, 5)" if CPYTHON else "", ""]


@deep_on_pypy
class TestTheChain:
    def test_leads_to_an_instance_born_during_the_rounds(self):
        program = """
old, new = [{1} for _ in range(100)], []
print(growth(lambda: new.append({2}), rounds=5).chain)
"""
        assert last_lines(program, 2)[0] == "  global new: list"

    @pytest.mark.parametrize("rounds", [2, 3, 10])
    def test_does_not_lead_to_what_each_round_replaces(self, rounds):
        program = f"""
current, kept = [None], []
def step():
    current[0] = {{1}}
    kept.append({{2}})
step()
print(growth(step, rounds={rounds}).chain)
"""
        assert last_lines(program, 2)[0] == "  global kept: list"

    def test_goes_through_the_step_if_nothing_else_holds_the_object(self):
        program = """
class Handler:
    def __init__(self):
        self.kept = []
    def handle(self):
        self.kept.append({1})
print(growth(Handler().handle, rounds=5).chain)
"""
        lines = printed(program).splitlines()
        assert lines[0] == "running function growth" and lines[1].startswith("  local step: method `Handler.handle`")
        assert lines[2:4] == ["    .__self__: Handler", "      .kept: list"]

    def test_goes_another_way_than_through_the_step_if_there_is_one(self):
        program = """
class Handler:
    def __init__(self):
        self.kept = []
    def handle(self):
        self.kept.append({1})
handlers = [[[Handler()]]]
print(growth(handlers[0][0][0].handle, rounds=5).chain)
"""
        assert printed(program).splitlines()[:2] == ["module __main__", "  global handlers: list"]


@deep_on_pypy
class TestNothingGrew:
    @pytest.mark.parametrize("collect", [True, False])
    def test_where_the_step_does_nothing(self, collect):
        program = f"""
for rounds in 1, 2, 3, 5, 10, 50:
    print(growth(lambda: None, rounds=rounds, collect={collect}))
"""
        expected = ["nothing grew in 1 round"] + [f"nothing grew in {rounds} rounds" for rounds in (2, 3, 5, 10, 50)]
        settled = 0 if CPYTHON else 2  # PyPy lists a few of its own objects as it first makes them
        assert printed(program).splitlines()[settled:] == expected[settled:]

    @pytest.mark.parametrize(
        ("start", "step"),
        [
            ("kept = []", "kept or kept.append({1})"),  # sets up once
            ("kept = [None]", "kept.__setitem__(0, [[], {}, {1}])"),  # replaces
            ("kept = []", "kept.append({1}) if len(kept) < 7 else kept.clear()"),  # rises and falls
            *deep(
                ("kept = [[] for _ in range(20)]", "kept.pop()"),  # takes away
                ("kept = collections.deque(maxlen=3)", "kept.append([])"),  # has a limit, which is soon reached
                ("kept = [None]", "kept.__setitem__(0, type('New', (), {})())"),  # makes a class anew
                ("kept = [{}]", "(kept[0].update(a=1) if not kept[0] else kept[0].clear())"),
            ),
        ],
    )
    def test_where_the_step(self, start, step):
        assert printed(f"{start}\nprint(growth(lambda: {step}, rounds=10))") == "nothing grew in 10 rounds\n"

    def test_one_round_tells_what_it_added(self):
        program = "kept = []\nprint(*[each for each in growth(lambda: kept.append({1}), rounds=1).growths])"
        assert printed(program).endswith("after 1 round (+1 a round)\n")

    @pytest.mark.parametrize(
        ("alive", "grew"),
        [
            ((0, 1), True),
            ((1, 1), False),
            ((1, 0), False),
            ((0, 1, 1), False),
            ((0, 1, 2), True),
            ((0, 1, 2, 3), True),
            ((0, 5, 5, 5, 5), False),
            ((0, 5, 6, 7, 8), True),
            ((9, 0, 1, 2, 3), True),
            ((5, 4, 3, 2, 1), False),
            ((0, 1, 0, 1, 0, 1), False),
            ((0, 0, 0, 0, 0, 1), False),
            ((0, 1, 2, 3, 3, 3), False),
            ((0, 0, 1, 1, 2, 2, 3, 3, 4), True),
            ((0, 2, 1, 3, 2, 4, 3, 5), True),
            ((0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2), False),
        ],
    )
    def test_follows_from_the_numbers(self, alive, grew):
        assert has_grown(alive) is grew
