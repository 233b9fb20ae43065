"""A Content-Security-Policy for every page: nothing from elsewhere, and of scripts and styles in a page the known ones.

A theme may write scripts and styles into its pages: the policy names these by their hashes. Attributes `style` cannot
be named so; they become classes, of a style that is written into the page.
"""

from __future__ import annotations

import base64
import hashlib
import re

GUARDED = 'http-equiv="Content-Security-Policy"'


def is_guarded(page: str) -> bool:
    """Whether a page has its policy: in its head, where no output and no code stands."""
    return f"<meta {GUARDED} " in page.partition("</head>")[0]


HEAD = re.compile(r"<head>\s*(?:<meta charset=[^>]*>)?")
SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*\btype=\"application/json\")[^>]*>(.*?)</script>", re.DOTALL)
STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)
ATTRIBUTE = re.compile(r"<(?P<before>[a-zA-Z][^<>]*?) style=\"(?P<said>[^\"]*)\"(?P<after>[^<>]*)>")
CLASS = re.compile(r"\bclass=\"([^\"]*)\"")


def add_csp(page: str) -> str:
    """Return a page with its policy, which stands before anything that it is about."""
    text, rules = without_attributes(page)
    style = "".join(f".{name}{{{said}}}" for name, said in sorted(rules.items()))
    if style:
        text = text.replace("</head>", f"<style>{style}</style></head>", 1)
    return HEAD.sub(rf'\g<0><meta {GUARDED} content="{policy(text)}">', text, count=1)


def policy(page: str) -> str:
    """Return the policy of a page, as it stands in an attribute."""
    scripts, styles = ([hashed(found) for found in pattern.findall(page)] for pattern in (SCRIPT, STYLE))
    allowed = {
        "default-src": ["'none'"],
        "script-src": ["'self'", *dict.fromkeys(scripts)],
        "style-src": ["'self'", *dict.fromkeys(styles)],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "worker-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
    }
    return "; ".join(f"{what} {' '.join(sources)}" for what, sources in allowed.items())


def hashed(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def without_attributes(page: str) -> tuple[str, dict[str, str]]:
    """Return a page whose elements have classes for their `style`, and what these classes mean."""
    rules: dict[str, str] = {}

    def classed(found: re.Match[str]) -> str:
        name = "style-" + hashlib.sha256(found["said"].encode()).hexdigest()[:8]
        rules[name] = found["said"]
        rest = found["before"] + found["after"]
        if CLASS.search(rest):
            return "<" + CLASS.sub(rf'class="\1 {name}"', rest, count=1) + ">"
        return f'<{found["before"]} class="{name}"{found["after"]}>'

    head, mark, body = page.partition("</head>")
    return head + mark + ATTRIBUTE.sub(classed, body), rules
