"""The shapes of the engine's files, which come from elsewhere when they are read again."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from referencing import Registry, Resource

HERE = Path(__file__).parent
RUNS, RECORD = HERE.parent / "site" / "runs.schema.json", HERE / "record.schema.json"
RUNS_VERSION = 1  # of what runs.json is; the schema names it


@cache
def validator(schema: Path) -> Draft202012Validator:
    """Return what checks by one of the schemas above, which may name each other's definitions."""
    contents = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in (RUNS, RECORD)}
    registry: Registry = Registry().with_resources(
        (name, Resource.from_contents(content)) for name, content in contents.items()
    )
    return Draft202012Validator(contents[schema.name], registry=registry)


def schema_error(content: object, schema: Path) -> str:
    """Return where and how a file's content is not as its schema says, in one short line; nothing if it is."""
    wrong = best_match(validator(schema).iter_errors(content))
    return f"{wrong.json_path}: {wrong.message[:100]}{'…' if wrong.message[100:] else ''}" if wrong else ""
