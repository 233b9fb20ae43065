"""What html-validate says of a site's pages."""

from __future__ import annotations

import json
from pathlib import Path

from . import tools

SCRIPT = "html-validate/bin/html-validate.mjs"
RULES = Path(__file__).with_name("htmlvalidate.mjs")


def errors(site: Path) -> list[tuple[str, str]]:
    """Each error: its page, and where on it which rule is broken."""
    done = tools.run(SCRIPT, f"--config={RULES}", "--formatter=json", "--ext=html", str(site))
    try:
        pages = json.loads(done.stdout)
    except ValueError:
        raise OSError(f"html-validate cannot read {site}: {done.stderr.strip()[-500:]}") from None
    return [
        (Path(page["filePath"]).relative_to(site).as_posix(), f"line {one['line']}: {one['ruleId']}: {one['message']}")
        for page in pages
        for one in page["messages"]
    ]
