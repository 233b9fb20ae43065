"""What Python and the scripts of a page both do, they do alike: tried on the same inputs, under Node."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from everypython.model.dot import Item, lines, quoted
from everypython.model.grouping import comparable
from everypython.model.outcome import Error, Outcome
from everypython.model.units import Options
from everypython.run.node import SHARED as HOST
from everypython.run.node import node

if node() is None:
    pytest.skip("there is no Node on this machine", allow_module_level=True)

SCRIPTS = HOST.parent
LABELS = [
    "plain",
    "two\\nlines",
    r"\N",
    "カタカナ",
    "汉字 and ascii",
    "\N{SNAKE}",
    "half: ｶﾀｶﾅ",
    "a &amp; b &lt;c&gt; &#65; &#x42;",
    'quotes " and \\\\ backslash',
    "\\nfirst line empty",
    "control \x01 and \x7f",
    "\\lleft\\rright\\T",
    "",
]
OUTCOMES = [
    Outcome("<A at 0x1a> <A at 0x1a>"),
    Outcome("<A at 0x7> <A at 0x7>"),
    Outcome("<A at 0x7> <A at 0x8>"),
    Outcome("0x1a"),
    Outcome("0x2b"),
    Outcome("in scratch/everypython-abc/work"),
    Outcome("in /elsewhere/everypython-d_9/work"),
    Outcome("in everything"),
    Outcome("", {"text/plain": "1", "image/svg+xml": "<svg/>"}),
    Outcome("", {"text/plain": "1", "image/svg+xml": "<svg></svg>"}),
    Outcome("", {"text/plain": "2"}),
    Outcome("1"),
    Outcome("", None, Error("KeyError", "'key' at 0x1", "long")),
    Outcome("", None, Error("KeyError", "'key' at 0x2", "longer")),
    Outcome("", None, Error("KeyError", "", "")),
]
PROGRAM = """
const [scripts, asked] = [process.argv[1], JSON.parse(process.argv[2])];
const { lines, quoted, size } = await import(scripts + "looks.mjs");
const { comparable } = await import(scripts + "compare.mjs");
const boxes = asked.labels.map((label) => [lines(label, "name"), quoted(lines(label, "name"))]);
const sizes = ["box", "plaintext"].map((shape) => asked.labels.map((label) => size(lines(label, "name"), shape)));
const compared = [false, true].map((addresses) => asked.outcomes.map((each) => comparable(each, addresses)));
console.log(JSON.stringify({ boxes, sizes, compared }));
"""


@pytest.fixture(scope="module")
def under_node() -> dict[str, Any]:
    asked = json.dumps({"labels": LABELS, "outcomes": [outcome.as_data() for outcome in OUTCOMES]})
    command = [str(node()), "--input-type=module", "-e", PROGRAM, f"{Path(SCRIPTS).as_uri()}/", asked]
    ran = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert ran.returncode == 0, ran.stderr
    return dict(json.loads(ran.stdout))


def test_labels_are_read_and_written_alike(under_node: dict[str, Any]) -> None:
    here = [[list(lines(label, "name")), quoted(lines(label, "name"))[1:-1]] for label in LABELS]
    assert under_node["boxes"] == here


@pytest.mark.parametrize("number, shape", [(0, "box"), (1, "plaintext")])
def test_boxes_are_as_large(under_node: dict[str, Any], number: int, shape: str) -> None:
    here = [list(Item(lines(label, "name"), "", shape=shape).size) for label in LABELS]
    assert under_node["sizes"][number] == here


@pytest.mark.parametrize("number, tags", [(0, frozenset()), (1, frozenset({"addresses"}))])
def test_the_same_outcomes_are_equal(under_node: dict[str, Any], number: int, tags: frozenset[str]) -> None:
    here = [comparable(outcome, Options(tags)) for outcome in OUTCOMES]
    there = under_node["compared"][number]
    assert [there.index(each) for each in there] == [here.index(each) for each in here]
    assert len(set(there)) > len(OUTCOMES) // 2


def test_wide_characters_count_twice() -> None:
    narrow, wide = (Item((text,), "").size[0] for text in ("nnnn", "カタカナ"))
    assert wide - narrow == pytest.approx(4 * 8.4, abs=1)
