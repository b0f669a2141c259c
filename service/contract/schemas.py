"""The nouns as JSON Schema: what decoding checks bodies against, and the components of the OpenAPI document.

msgspec writes the schemas; here they get the shapes from which every generator makes a typed client:

- `null` is allowed for scalars only: an object, list or enumeration that is not stated is left out;
- an estimate (a number or a range) is a named component per family, with `oneOf`;
- enumerations have a type and stand in the order of their declaration; numbers and integers have a format;
- no defaults: what stands in for a missing value is an assumption, which the description names.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Literal

import msgspec

Schema = dict[str, Any]

COMPONENTS = "#/components/schemas/"
INT32 = 2**31 - 1
TYPE_OF = MappingProxyType({int: {"type": "integer", "format": "int32"}, str: {"type": "string"}})


def _enumerations(noun: Any) -> Iterable[tuple[Any, ...]]:
    """Yield the values of every Literal in a type, in the order of their declaration."""
    if typing.get_origin(noun) is Literal:
        yield typing.get_args(noun)
    elif isinstance(noun, type) and issubclass(noun, msgspec.Struct):
        for hint in typing.get_type_hints(noun, include_extras=True).values():
            yield from _enumerations(hint)
    else:
        for part in typing.get_args(noun):
            yield from _enumerations(part)


class _Tidy:
    """Rewrites msgspec's schemas; gathers the estimates it meets."""

    def __init__(self, nouns: Iterable[type[msgspec.Struct]]) -> None:
        self.order = {frozenset(values): values for noun in nouns for values in _enumerations(noun)}
        self.estimates: dict[str, Schema] = {}

    def object(self, schema: Schema) -> Schema:
        """Return the schema of a noun."""
        properties = {name: self.value(part) for name, part in schema["properties"].items()}
        said = {name: part for name, part in schema.items() if name != "required" or part}
        return {**said, "description": inspect.cleandoc(schema["description"]), "properties": properties}

    def value(self, schema: Schema) -> Schema:
        """Return the schema of a field or of an item of a list."""
        schema = {name: part for name, part in schema.items() if name != "default"}
        if "anyOf" in schema:
            return self._union(schema)
        if "enum" in schema:
            values = self.order[frozenset(schema["enum"])]
            return {**schema, **TYPE_OF[type(values[0])], "enum": list(values)}
        if schema.get("type") == "array":
            return {**schema, "items": self.value(schema["items"])}
        if schema.get("type") == "integer":
            return {**schema, "format": "int32" if schema.get("maximum", INT32 + 1) <= INT32 else "int64"}
        return {**schema, "format": "double"} if schema.get("type") == "number" else schema

    def _union(self, schema: Schema) -> Schema:
        said = {name: part for name, part in schema.items() if name != "anyOf"}
        options = [option for option in schema["anyOf"] if option != {"type": "null"}]
        may_be_null = len(options) < len(schema["anyOf"])
        if len(options) > 1:
            return {"$ref": COMPONENTS + self._estimate(said.pop("title"), options), **said}
        only = {**self.value(options[0]), **said}
        if may_be_null and "enum" not in only and only.get("type") in ("boolean", "integer", "number", "string"):
            only["type"] = [only["type"], "null"]
        return only

    def _estimate(self, name: str, options: list[Schema]) -> str:
        """Return the name of the estimate that is a number or a range; one name, one meaning."""
        (number,) = (option for option in options if option.get("type") == "number")
        (reference,) = (option["$ref"] for option in options if "$ref" in option)
        bounds = {key: part for key, part in self.value(number).items() if key != "description"}
        component = {
            "title": name,
            "description": "A number where it is known, or its 80 % interval where it is not.",
            "oneOf": [bounds, {"$ref": reference}],
        }
        if self.estimates.setdefault(name, component) != component:
            raise ValueError(f"{name} has two meanings: {self.estimates[name]} and {component}")
        return name


def components(nouns: Iterable[type[msgspec.Struct]]) -> Mapping[str, Schema]:
    """Return the schema of every noun and of all that they are made of, by name; estimates behind their ranges.

    Some generators write types in the order of the document, and a union must not come before what it is made of.
    """
    nouns = tuple(nouns)
    _, found = msgspec.json.schema_components(nouns, ref_template=COMPONENTS + "{name}")
    tidy = _Tidy(nouns)
    done = {name: tidy.object(schema) for name, schema in found.items()}
    return dict(sorted(done.items())) | dict(sorted(tidy.estimates.items()))


@lru_cache
def schema_of(noun: type[msgspec.Struct]) -> Schema:
    """Return the schema of one noun, with the components that it refers to inside."""
    return {"$ref": COMPONENTS + noun.__name__, "components": {"schemas": components([noun])}}
