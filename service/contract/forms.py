"""The forms in which the document is served: as it is committed, as YAML and as OpenAPI 3.0.

Only the 3.1 document is committed, as openapi/openapi.json; the others are made of it when they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import resources
from types import MappingProxyType
from typing import Any

import msgspec

from service.contract.document import Json, encode

COMMITTED = "openapi.json"
LICENCE = "https://spdx.org/licenses/MIT.html"
"""Where the licence stands; 3.0 has no place for its identifier."""

BY_NAME = frozenset({"content", "examples", "headers", "links", "paths", "properties", "responses", "schemas"})
"""Keywords whose parts have names for keys: a property may be called `type` or `value`."""


def _older(part: Any, *, is_by_name: bool = False) -> Any:
    """Return a part of a 3.1 document as 3.0 says it; a part by name has names for keys, which mean nothing."""
    if isinstance(part, list):
        return [_older(item) for item in part]
    if not isinstance(part, dict):
        return part
    if is_by_name:
        return {name: _older(item) for name, item in part.items()}
    said = {key: item if key == "value" else _older(item, is_by_name=key in BY_NAME) for key, item in part.items()}
    if isinstance(said.get("type"), list):
        (said["type"],) = (name for name in said["type"] if name != "null")
        said["nullable"] = True
    if isinstance(said.get("examples"), list):
        said["example"] = said.pop("examples")[0]
    for bound in ("Minimum", "Maximum"):
        if f"exclusive{bound}" in said:
            said[f"exclusive{bound}"], said[bound.lower()] = True, said[f"exclusive{bound}"]
    if "$ref" in said and len(said) > 1:
        said["allOf"] = [{"$ref": said.pop("$ref")}]
    return said


def down_convert(newer: Json) -> Json:
    """Return an OpenAPI 3.1 document of ours as 3.0.3, for importers and generators that read no 3.1."""
    older: Json = _older(newer)
    older["openapi"] = "3.0.3"
    del older["info"]["summary"], older["info"]["license"]["identifier"]
    older["info"]["license"]["url"] = LICENCE
    return older


def _as_older(newer: Json) -> bytes:
    return encode(down_convert(newer))


MADE: Mapping[str, Callable[[Json], bytes]] = MappingProxyType(
    {"openapi.yaml": msgspec.yaml.encode, "openapi-3.0.json": _as_older}
)
"""What is made of the committed document, by name."""


def form(name: str) -> bytes:
    """Return the document in one of its forms; YAML takes up to a second."""
    committed = resources.files("openapi").joinpath(COMMITTED).read_bytes()
    return committed if name == COMMITTED else MADE[name](msgspec.json.decode(committed))
