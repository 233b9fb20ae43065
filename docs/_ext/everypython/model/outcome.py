"""What a cell did, as data: what is published of it."""

from __future__ import annotations

from typing import Any


def without_traceback(error: dict[str, str] | None) -> dict[str, str] | None:
    """Return an error without its traceback, which names folders of the machine that built the site."""
    return error and {name: error[name] for name in ("type", "message")}


def outputs_of(outcome: dict[str, Any]) -> list[dict[str, str]]:
    """Return an outcome's outputs by MIME type, in the order they appeared."""
    stream = [{"text/plain": outcome["text"]}] if outcome["text"] else []
    return [*stream, *([outcome["data"]] if outcome["data"] else [])]
