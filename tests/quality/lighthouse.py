"""What Lighthouse says of a page: a phone of the middle class with a slow connection, which is its default."""

from __future__ import annotations

import json
import os
import shlex
from dataclasses import dataclass
from statistics import median
from typing import Any

from . import tools

SCRIPT = "lighthouse/cli/index.js"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")


@dataclass(frozen=True)
class Verdict:
    """Of several runs: the median of each score, the worst shift of the page, and what the last run complains about."""

    scores: dict[str, int]
    shift: float
    complaints: dict[str, list[str]]


def verdict(address: str, chromium: str, flags: list[str]) -> Verdict:
    reports = [report(address, chromium, flags) for _ in range(3)]
    scores = {name: [100 * each["categories"][name]["score"] for each in reports] for name in CATEGORIES}
    return Verdict(
        {name: round(median(each)) for name, each in scores.items()},
        max(each["audits"]["cumulative-layout-shift"]["numericValue"] for each in reports),
        {name: complaints(reports[-1], name) for name in CATEGORIES},
    )


def report(address: str, chromium: str, flags: list[str]) -> dict[str, Any]:
    options = ["--output=json", "--output-path=stdout", "--quiet", f"--only-categories={','.join(CATEGORIES)}"]
    chrome = f"--chrome-flags=--headless=new {shlex.join(flags)}"
    done = tools.run(SCRIPT, address, *options, chrome, **{**os.environ, "CHROME_PATH": chromium})
    if done.returncode:
        raise OSError(f"Lighthouse cannot measure {address}: {done.stderr.strip()[-500:]}")
    said: dict[str, Any] = json.loads(done.stdout)
    if "runtimeError" in said:
        raise OSError(f"Lighthouse cannot measure {address}: {said['runtimeError']['message']}")
    return said


def complaints(report: dict[str, Any], category: str) -> list[str]:
    """The audits that cost a category some of its score."""
    weighed = [each["id"] for each in report["categories"][category]["auditRefs"] if each["weight"]]
    audits = [report["audits"][name] for name in weighed]
    return [
        f"{one['title']} {one.get('displayValue', '')}".rstrip()
        for one in audits
        if one["score"] is not None and one["score"] < 0.9
    ]
