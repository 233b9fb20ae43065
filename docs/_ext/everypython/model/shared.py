"""What the scripts of `site/browser` have in common with the build, in one file that both read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[1] / "site" / "browser" / "shared.json"
SHARED: dict[str, dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
