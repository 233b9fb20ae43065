"""A Content-Security-Policy for every page: nothing from elsewhere, and of scripts and styles in a page the known ones.

A theme may write scripts and styles into its pages: the policy names these by their hashes. Attributes `style` cannot
be named so; they become classes of a stylesheet that is written here.
"""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

from .mending import mended

STYLESHEET = "_static/attributes.css"
HEAD = re.compile(r"<head>\s*(?:<meta charset=[^>]*>)?")
CONTENT_ROOT = re.compile(r'<html[^>]* data-content_root="([^"]*)"')  # Sphinx's word for where the site begins
SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*\btype=\"application/json\")[^>]*>(.*?)</script>", re.DOTALL)
STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)
ATTRIBUTE = re.compile(r"<(?P<before>[a-zA-Z][^<>]*?) style=\"(?P<said>[^\"]*)\"(?P<after>[^<>]*)>")
CLASS = re.compile(r"\bclass=\"([^\"]*)\"")


def setup(app: Sphinx) -> None:
    app.connect("build-finished", guard, priority=900)  # whatever others write comes first


def guard(app: Sphinx, exception: Exception | None) -> None:
    """Gives each page that was written in this build its policy."""
    if exception is not None or not isinstance(app.builder, StandaloneHTMLBuilder):
        return
    out, rules = Path(app.outdir), {}
    for file in sorted(out.rglob("*.html")):
        text = file.read_text(encoding="utf-8")
        if 'http-equiv="Content-Security-Policy"' not in text and "</head>" in text:
            root = CONTENT_ROOT.search(text)
            up = root[1] if root else "../" * (len(file.relative_to(out).parts) - 1)
            text, found = without_attributes(mended(text, file.stem.capitalize()))
            rules.update(found)
            link = f'<link rel="stylesheet" href="{up}{STYLESHEET}">' if found else ""
            meta = f'<meta http-equiv="Content-Security-Policy" content="{policy(text)}">'
            text = HEAD.sub(rf"\g<0>{meta}", text, count=1).replace("</head>", f"{link}</head>", 1)
            file.write_text(text, encoding="utf-8")
    write_rules(out / STYLESHEET, rules)


def policy(page: str) -> str:
    """The policy of a page, as it stands in an attribute."""
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
    """A page whose elements have classes for their `style`, and what these classes are."""
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


def write_rules(file: Path, rules: dict[str, str]) -> None:
    """Adds rules to those of pages that were not written in this build."""
    lines = set(file.read_text(encoding="utf-8").splitlines()) if file.exists() else set()
    lines |= {f".{name} {{ {said.rstrip(';')} }}" for name, said in rules.items()}
    if lines:
        file.write_text("\n".join(sorted(lines)) + "\n", encoding="utf-8")
