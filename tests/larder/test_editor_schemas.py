"""Editors are told of the larder's files what the service holds of them."""

from __future__ import annotations

import datetime
import json
import re
import tomllib
from typing import Any

import jsonschema_rs
import pytest

from service.larder.load import read
from tools import schemas

FOLDERS = tuple(f"{folder}/" for folder in schemas.schemas())
FILES = {path: text.decode() for path, text in read().items() if path.startswith(FOLDERS)}
FOLDER = schemas.ROOT / schemas.LARDER


def complaints(path: str, text: str) -> list[str]:
    """Return what an editor would find in a file, by the schema that its first line names."""
    named = re.match(r"#:schema (\S+)\n", text)
    assert named, path
    schema = json.loads((FOLDER / path).parent.joinpath(named[1]).resolve().read_text())
    table: Any = json.loads(json.dumps(tomllib.loads(text), default=datetime.date.isoformat))
    checker = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    return [error.message for error in checker.iter_errors(table)]


def test_the_schemas_are_those_of_the_nouns() -> None:
    """The committed schemas are what `make schemas` writes, and there are no others."""
    written = schemas.files()
    for path, text in written.items():
        assert (schemas.ROOT / path).read_text() == text, f"{path} is stale: run `make schemas`"
    assert {path.name for path in written} == {path.name for path in (FOLDER / "schema").iterdir()}


def test_the_schemas_are_schemas() -> None:
    """Each is valid in the dialect that it names."""
    for schema in schemas.schemas().values():
        assert schema["$schema"] == schemas.DIALECT
        assert jsonschema_rs.meta.is_valid(schema)


@pytest.mark.parametrize("path", FILES)
def test_every_file_fits_its_schema(path: str) -> None:
    """An editor finds no fault with what is committed."""
    assert complaints(path, FILES[path]) == []


@pytest.mark.parametrize(
    ("path", "old", "new", "complaint"),
    [
        ("assumptions/labour.toml", "checked =", "chekced =", "'chekced' was unexpected"),
        ("assumptions/labour.toml", "checked =", "chekced =", '"checked" is a required property'),
        ("assumptions/labour.toml", 'family = "positive"', 'family = "posit"', '"posit" is not one of'),
        ("assumptions/labour.toml", "from = 2024-01-01", "from = 2024", '2024 is not of type "string"'),
        ("assumptions/labour.toml", "[hourly_rate]", '[hourly_rate]\nid = "hourly_rate"', "'id' was unexpected"),
        ("offers/azure.toml", "confidence =", "confidense =", "'confidense' was unexpected"),
        ("offers/azure.toml", "[[offer]]", "[other]\n[[offer]]", "'other' was unexpected"),
        ("offers/azure.toml", "checked = 2026-08-11", 'checked = "August"', '"August" is not a "date"'),
        ("self_hosted/gpus.toml", "memory_gb =", "memory =", "'memory' was unexpected"),
        ("self_hosted/offers.toml", 'precision = "bf16"', 'precision = "bf15"', '"bf15" is not one of'),
    ],
)
def test_a_slip_is_found_while_typing(path: str, old: str, new: str, complaint: str) -> None:
    """A misspelt key, a missing one and a value out of form are found by the schema."""
    assert old in FILES[path]
    found = complaints(path, FILES[path].replace(old, new, 1))
    assert any(complaint in message for message in found), found
