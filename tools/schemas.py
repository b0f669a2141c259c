"""Writes the schemas by which editors check and complete the larder's TOML files. Run by `make schemas`.

A file names its schema in its first line, `#:schema ../schema/<folder>.json`, which TOML language servers read. The
schemas are made from the nouns of service/larder/facts.py and self_hosted.py, so they say what may stand where; what cannot be true beyond
that is said when the larder is loaded.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from service.larder.facts import Assumption, FineTuningOffer
from service.larder.load import ASSUMPTIONS, OFFERS, SCHEMA
from service.larder.self_hosted import Gpu, SelfHostedOffer

Schema = dict[str, Any]

LARDER = Path("service", "larder", "data")
ROOT = Path(__file__).parent.parent
DIALECT = "https://json-schema.org/draft/2020-12/schema"


SELF_HOSTED = "self_hosted"


def _schema(nouns: Sequence[type[msgspec.Struct]], title: str, body: Schema) -> Schema:
    _, parts = msgspec.json.schema_components(nouns, ref_template="#/$defs/{name}")
    for part in parts.values():
        part["description"] = inspect.cleandoc(part["description"])
    return {"$schema": DIALECT, "title": title, "type": "object", **body, "$defs": parts}


def schemas() -> dict[str, Schema]:
    """Return the schema of the files of each folder."""
    assumptions = _schema([Assumption], "Assumed numbers", {"additionalProperties": {"$ref": "#/$defs/Assumption"}})
    # An assumption's id is the heading of its table and stands nowhere else.
    entry = assumptions["$defs"]["Assumption"]
    del entry["properties"]["id"]
    entry["required"].remove("id")
    offer = {"type": "array", "items": {"$ref": "#/$defs/FineTuningOffer"}}
    body = {"properties": {"offer": offer}, "required": ["offer"], "additionalProperties": False}
    offers = _schema([FineTuningOffer], "Fine-tuning offers of a provider", body)
    # Two files, of one table each.
    rows = (("gpu", "Gpu"), (SELF_HOSTED, "SelfHostedOffer"))
    tables = {name: {"type": "array", "items": {"$ref": f"#/$defs/{noun}"}} for name, noun in rows}
    body = {"properties": tables, "minProperties": 1, "maxProperties": 1, "additionalProperties": False}
    hosted = _schema([Gpu, SelfHostedOffer], "GPUs, or self-hosted offers", body)
    return {ASSUMPTIONS: assumptions, OFFERS: offers, SELF_HOSTED: hosted}


def files() -> dict[Path, str]:
    """Return the text of each schema's file, by its path in the project."""
    return {
        LARDER / SCHEMA / f"{folder}.json": json.dumps(schema, indent=2) + "\n" for folder, schema in schemas().items()
    }


if __name__ == "__main__":
    for path, text in files().items():
        (ROOT / path).write_text(text)
        print(f"written: {path}")
