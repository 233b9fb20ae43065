"""What happened between two frames of a film, in words: which references came and went, what is gone, the counts."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from refdemo._drawing.pictures import Arrow, Node, ObjectGraph, references

_NOTHING = ObjectGraph("", [], [], [])
_DEFINITIONS = ("class ", "module ", "function ", "code ", "frame ")


def changes(before: ObjectGraph | None, now: ObjectGraph, alive: Collection[str], gone: list[str]) -> str:
    """Return what happened since the frame before, as sentences.

    `alive` has the node names of what the film has shown and is alive, `gone` the labels of what has died since. A
    name that a frame does not show is not talked about: it may lead where it did.

    >>> film_before = ObjectGraph("", [Node("x", "name", "x"), Node("A1", "object", "A", 2)], [Arrow("x", "A1")], ["x"])
    >>> changes(film_before, ObjectGraph("", [Node("A1", "object", "A", 1)], [], ["A1"]), {"A1"}, [])
    'A: from 2 references to 1.'
    """
    sentences = list(_Comparison(before or _NOTHING, now, alive).sentences())
    if gone:
        sentences.append(f"{_listed(gone)} {'are' if gone[1:] else 'is'} gone.")
    if before is None:
        return " ".join(sentences).replace(" now lead", " lead") or "Nothing is drawn yet."
    return " ".join(sentences) or "Nothing has changed."


class _Comparison:
    """Two frames, and what each of their nodes was and is."""

    def __init__(self, before: ObjectGraph, now: ObjectGraph, alive: Collection[str]) -> None:
        self.alive = alive
        self.was = {node.key: node for node in before.nodes}
        self.are = {node.key: node for node in now.nodes}
        self.weak_targets = {arrow.source: arrow.target for arrow in now.edges if arrow.weak}
        olds = {_meaning(arrow, self.was) for arrow in before.edges}
        news = {_meaning(arrow, self.are) for arrow in now.edges}
        self.gained = [
            each for each in now.edges if _meaning(each, self.are) not in olds and self.is_worth_telling(each)
        ]
        self.lost = [each for each in before.edges if _meaning(each, self.was) not in news and self.is_missed(each)]

    def is_worth_telling(self, arrow: Arrow) -> bool:
        """Whether a new arrow is news, and not only part of what its new source is."""
        source_is_new = arrow.source not in self.was and self.are[arrow.source].kind != "name"
        target = self.are[arrow.target]
        part_of_it = source_is_new and (arrow.weak or arrow.target not in self.was or target.kind == "leaf")
        return not part_of_it and target.kind != "more"

    def is_missed(self, arrow: Arrow) -> bool:
        """Whether an arrow that is no longer there is news: not where its source or its target says so by itself."""
        dead_reference = arrow.weak and arrow.target not in self.are
        target = self.was[arrow.target]
        return arrow.source in self.are and not dead_reference and target.kind != "more" and not _is_value(target)

    def sentences(self) -> Iterator[str]:
        rebound = {(arrow.source, arrow.label) for arrow in self.lost}
        told: set[str] = set()
        for target, sources in _by_target(self.lost):
            told.add(target)
            yield f"{self.lead(sources, 'no longer')} to {self.was[target].label}{self.left(target)}."
        for target, sources in _by_target(self.gained):
            if _is_value(self.are[target]):
                sources = [arrow for arrow in sources if (arrow.source, arrow.label) not in rebound]
            if sources and not self.is_seen_through(target):
                count = "" if target in told else self.count(target)
                told.add(target)
                yield f"{self.lead(sources, 'now')} to {self.are[target].label}{count}."
        for target, sources in _by_target(self.through_weak_references()):
            count = "" if target in told else self.count(target)
            told.add(target)
            yield f"{self.lead(sources, 'now')} weakly to {self.are[target].label}{count}."
        for key, node in self.are.items():
            if key not in told and key in self.was and _counts_differ(self.was[key], node):
                yield f"{node.label}{self.count(key)}."

    def through_weak_references(self) -> list[Arrow]:
        """Return the new references to weak references, as if they led to what these lead to."""
        seen_through = [arrow for arrow in self.gained if self.is_seen_through(arrow.target)]
        return [arrow._replace(target=self.weak_targets[arrow.target]) for arrow in seen_through]

    def is_seen_through(self, key: str) -> bool:
        return key in self.weak_targets and key not in self.was

    def lead(self, arrows: list[Arrow], how: str) -> str:
        names = []
        for arrow in arrows:
            source, label = self.are[arrow.source].label, arrow.label.strip()
            names.append(f"{source}{label}" if label[:1] in ("", ".", "[") else f"{source} ({label})")
        verb = "lead" if names[1:] else "leads"
        weakly = " weakly" if all(arrow.weak for arrow in arrows) else ""
        return f"{_listed(names)} {how} {verb}{weakly}"

    def left(self, key: str) -> str:
        """Return what is said of an object that has lost references: its count, and that it is alive if it is."""
        count = self.count(key) if key in self.are else ""
        if key not in self.alive:
            return count
        return f"{count}, and it is still alive" if count else ", which is still alive"

    def count(self, key: str) -> str:
        now, before = self.are[key].count, self.was[key].count if key in self.was else None
        if now is None:
            return ""
        if before is None:
            return f": {references(now)}"
        return f": still {references(now)}" if now == before else f": from {references(before)} to {now}"


def _by_target(arrows: Iterable[Arrow]) -> list[tuple[str, list[Arrow]]]:
    """Return arrows by where they lead, strong ones apart from weak ones."""
    found: dict[tuple[str, bool], list[Arrow]] = {}
    for arrow in arrows:
        found.setdefault((arrow.target, arrow.weak), []).append(arrow)
    return [(target, alike) for (target, _), alike in found.items()]


def _meaning(arrow: Arrow, nodes: Mapping[str, Node]) -> tuple[str, str, str]:
    """Return what two arrows have in common that say the same: a value is the same if it looks the same."""
    target = nodes[arrow.target]
    return arrow.source, arrow.label, f"value {target.label}" if _is_value(target) else target.key


def _is_value(node: Node) -> bool:
    """Whether a node is a number, a text or the like, which is drawn anew at each place."""
    return node.kind == "leaf" and not node.label.startswith(_DEFINITIONS)


def _counts_differ(was: Node, now: Node) -> bool:
    return was.count is not None and now.count is not None and was.count != now.count


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
