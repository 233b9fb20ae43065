"""runs.json is what its schema and its page in the reference say it is."""

import copy
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from .conftest import ROOT, Built

PAGE = (ROOT / "docs/reference/runs-json.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def validator(site: Built) -> Draft202012Validator:
    """Of the schema that is published with the site."""
    schema = json.loads((site.folder / "_static/runs.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema of an object inside a schema."""
    if isinstance(schema, dict):
        if "properties" in schema:
            yield schema
        for inner in schema.values():
            yield from objects(inner)


def test_runs_json_is_as_its_published_schema_says(site: Built, validator: Draft202012Validator) -> None:
    assert [error.message for error in validator.iter_errors(site.runs)] == []
    assert site.runs["schema"] == validator.schema["properties"]["schema"]["const"]


def test_every_property_of_the_schema_is_described_and_no_other_is_allowed(validator: Draft202012Validator) -> None:
    for each in objects(validator.schema):
        assert each["additionalProperties"] is False, each
        assert [name for name, its in each["properties"].items() if not its.get("description")] == []


def test_the_page_names_every_property_of_the_schema(validator: Draft202012Validator) -> None:
    names = {name for each in objects(validator.schema) for name in each["properties"]}
    assert len(names) > 30
    assert sorted(names - set(re.findall(r"`([^`\n]+)`", PAGE))) == []


def test_the_page_names_the_version_of_the_schema(site: Built) -> None:
    assert f"the version of this format, `{site.runs['schema']}`" in PAGE


def places(record: Any) -> Iterator[Any]:
    """One object of each kind, from the file itself to an output."""
    cells = (cell for unit in record["units"] for cell in unit["cells"])
    cell = next(cell for cell in cells if [each.keys() for each in cell["variants"][0]["outputs"]] == [{"text/plain"}])
    variant = cell["variants"][0]
    unit = record["units"][0]
    yield from (record, record["project"], record["interpreters"][0], unit, unit["digests"], cell, variant)
    yield variant["outputs"][0]


@pytest.mark.parametrize("place", range(8))
def test_a_file_with_a_key_too_many_or_too_few_is_refused(
    site: Built, validator: Draft202012Validator, place: int
) -> None:
    def refused(change: Callable[[dict[str, Any]], object]) -> bool:
        record = copy.deepcopy(site.runs)
        change(list(places(record))[place])
        return not validator.is_valid(record)

    keys = [key for key in list(places(site.runs))[place] if key != "skipped"]
    assert keys
    assert refused(lambda found: found.update(unknown=1))
    assert [key for key in keys if not refused(lambda found, key=key: found.pop(key))] == []


def test_the_function_on_the_page_reads_the_real_file(site: Built) -> None:
    (source,) = [cell for cell in re.findall(r"```\{code-cell\} python\n(.*?)```", PAGE, re.DOTALL) if "def " in cell]
    namespace: dict[str, Any] = {}
    exec(source.partition("\n\nprinted(")[0], namespace)
    for key in site.keys:
        if key.startswith("cpython-"):
            printed = namespace["printed"](site.runs, "index:1", key)
            assert printed == site.printed("index", key) and printed in {"1", "2"}
