"""The stylesheet of the chooser, into which the names of Pythons go."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from everypython.html.chooser import stylesheet

from ..written import built, page, python

WHOSE = "3.14\"><script>alert('run')</script><b onclick=alert(1) x=\""


def test_no_name_of_an_interpreter_leaves_it(tmp_path: Path) -> None:
    hostile = replace(python("9.9.9", implementation="pypy"), language=WHOSE)
    rules = stylesheet(built(page("print()"), {python("3.99.0"): ["\n"], hostile: ["\n"]}, tmp_path))
    assert WHOSE.partition(".")[0] in rules and "alert" in rules
    for line in rules.splitlines():
        if "alert" in line:
            named = line[line.index("--chosen: ") + 10 : line.rindex("; }")]
            assert isinstance(json.loads(named), str), "one text in quotes"
