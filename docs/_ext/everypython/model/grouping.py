"""Group the Pythons that printed the same, and name the groups."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from . import claims
from .interpreters import Interpreter
from .outcome import Outcome
from .patterns import covers
from .shared import SHARED
from .units import Explanation, Options

COMPARISON: dict[str, str] = SHARED["comparison"]


@dataclass
class Group:
    """Pythons whose output is equal for a reader; `outcome` is what the first of them printed."""

    interpreters: list[Interpreter]
    outcome: Outcome
    volatile: bool
    skipped: bool
    of_page: bool  # skipped as the whole page is
    reasons: list[str] = field(default_factory=list)
    unexplained: list[Interpreter] = field(default_factory=list)  # members that differ from the published default

    @property
    def apart(self) -> bool:
        """Return whether nobody is compared with it: what did not run, or varies, differs from nothing."""
        return self.volatile or self.skipped


def first_match(patterns: Iterable[Explanation], interpreter: Interpreter) -> Explanation | None:
    """Return the first pattern that covers this Python."""
    return next((because for because in patterns if covers(because.pattern, interpreter)), None)


def because(options: Options, interpreter: Interpreter, default: Interpreter) -> Explanation | None:
    """Return why a Python differs from the published default: for a reason of its own, or for one of the default's."""
    return first_match(options.differs, interpreter) or first_match(options.differs, default)


def unneeded(groups: list[Group], default: Interpreter, options: Options) -> list[tuple[Interpreter, Explanation]]:
    """Return Pythons that a reason covers although they agree with the published default, or hold: it is too wide.

    Where a pattern covers the published default itself, as on a machine with old Pythons only, agreeing tells nothing.
    Neither does it where the published default skips the cell, or varies.
    """
    agreeing = groups[:1]
    if claims.TAG in options.tags:
        agreeing = [group for group in groups if not claims.broken(group.outcome)]
    elif first_match(options.differs, default):
        agreeing = []
    members = (python for group in agreeing if not group.apart for python in group.interpreters)
    covered = ((python, first_match(options.differs, python)) for python in members)
    return [(python, why) for python, why in covered if why]


def comparable(outcome: Outcome, options: Options) -> object:
    """Return an outcome as it is compared, never as it is shown: addresses by appearance, errors by the last line."""
    seen: dict[str, str] = {}
    hexadecimal = COMPARISON["hexadecimal" if "addresses" in options.tags else "address"]

    def plain(text: str) -> str:
        # "scratch" is tried at the start of a word only: within a word of a million letters that would take minutes
        text = re.sub(COMPARISON["scratch"], "<scratch>", text)
        return re.sub(hexadecimal, lambda found: seen.setdefault(found[0], f"<address {len(seen)}>"), text)

    data = {kind: plain(text) for kind, text in sorted((outcome.data or {}).items()) if not kind.endswith("svg+xml")}
    error = outcome.error and plain(outcome.error.last_line)
    return (plain(outcome.text), data, error, outcome.reached)


def whole_traceback(options: Options) -> bool:
    """Return whether a page shows all of the published default's error: where the author wanted it to be seen.

    Any other one may lead through files of the machine that built the site, whose names are nobody's business.
    """
    return "raises-exception" in options.tags


def prints_something(group: Group) -> bool:
    outcome = group.outcome
    skipped = group.skipped and not group.of_page
    return bool(outcome.text or outcome.data or outcome.error or not outcome.reached or skipped)


def grouped(outcomes: Sequence[tuple[Interpreter, Outcome]], default: Interpreter, options: Options) -> list[Group]:
    """Return the groups of one cell, the published default's first, the others as the interpreters are ranked."""
    groups: dict[object, Group] = {}
    for interpreter, outcome in sorted(outcomes, key=lambda pair: (pair[0] is not default, pair[0].rank)):
        skipped, varies = first_match(options.skip, interpreter), first_match(options.volatile, interpreter)
        apart = skipped or varies
        key = (bool(skipped), apart.reason) if apart else repr(comparable(outcome, options))
        new = Group([], outcome, bool(varies and not skipped), bool(skipped), bool(skipped and skipped.of_page))
        group = groups.setdefault(key, new)
        group.interpreters.append(interpreter)
        why, needed = explanation(interpreter, outcome, group, next(iter(groups.values())), options, default)
        why = apart or why
        if why and why.reason not in group.reasons:
            group.reasons.append(why.reason)
        if needed and not why:
            group.unexplained.append(interpreter)
    groups_in_order = list(groups.values())
    groups_in_order[0].interpreters.sort(key=lambda one: one.rank)
    return groups_in_order


def explanation(
    python: Interpreter, outcome: Outcome, group: Group, published: Group, options: Options, default: Interpreter
) -> tuple[Explanation | None, bool]:
    """Return why a Python stands apart, if somebody says so, and whether that has to be said.

    A cell's outcome is compared with the published default's, how the attacks on a claim went with the claim.
    """
    if claims.TAG in options.tags:
        fails = bool(claims.broken(outcome))
        return first_match(options.differs, python) if fails else None, fails
    if group is published:
        return None, False
    return because(options, python, default), not published.apart


def names(members: list[Interpreter], everyone: list[Interpreter]) -> str:
    """Return a group's Pythons in words, with platforms only where not all that have such a Python are in it."""
    lines = [list(line) for _, line in groupby(sorted(everyone, key=lambda one: one.rank), lambda one: one.family)]
    kinds = Counter(line[0].family[:-1] for line in lines)
    told: dict[tuple[tuple[object, ...], str], list[str]] = {}
    for line in lines:
        if versions := ranges(line, members):
            words = f"{line[0].brand} {versions}{line[0].kind}"
            told.setdefault((line[0].family[:-1], words), []).append(line[0].platform)
    return ", ".join(
        words if len(platforms) == kinds[kind] else f"{words} on {listed(platforms)}"
        for (kind, words), platforms in told.items()
    )


def full_names(members: list[Interpreter], everyone: list[Interpreter]) -> list[str]:
    """Return the name of each of a group's Pythons, with its platforms where others have one of that name."""
    platforms: dict[str, list[str]] = {}
    for one in members:
        platforms.setdefault(one.name, []).append(one.platform)
    every = Counter(one.name for one in everyone)
    return [name if len(its) == every[name] else f"{name} on {listed(its)}" for name, its in platforms.items()]


def listed(words: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def ranges(line: list[Interpreter], members: list[Interpreter]) -> str:
    """Return the versions of those of a line that are members; members that stand next to each other are a range.

    Whole versions: what one patch did is not said of a minor version.
    """
    runs: list[list[str]] = [[]]
    for one in line:
        if one in members:
            runs[-1].append(one.version)
        else:
            runs.append([])
    return ", ".join(run[0] if len(run) == 1 else f"{run[-1]}–{run[0]}" for run in runs if run)
