"""The fields of a request for an assessment, read off its JSON Schema: where they stand, and valid values for them."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, NamedTuple

from service.contract.schemas import COMPONENTS, schema_of
from service.nouns.request.assessment import AssessmentRequest

Json = Any
Schema = dict[str, Any]
ROOT = schema_of(AssessmentRequest)
SIZES = (0.05, 0.3, 0.8, 2, 7, 40, 900, 25_000)
DATES = ("2026-12-20", "2027-09-01", "2026-10-01")
TEXTS = ("Sort the letter into one of the queues of the house. " * 5, "A text of the caller.")


class Field(NamedTuple):
    """A field of the request by its JSON pointer; a list stands for its items."""

    pointer: str
    schema: Schema
    is_required: bool

    @property
    def is_object(self) -> bool:
        """Whether it holds fields of its own."""
        return "properties" in self.schema


def resolved(schema: Schema) -> Schema:
    """Return a schema with the component that it refers to put in; what stands beside the reference wins."""
    if "$ref" not in schema:
        return schema
    component: Schema = ROOT["components"]["schemas"][schema["$ref"].removeprefix(COMPONENTS)]
    return component | {name: part for name, part in schema.items() if name != "$ref"}


def _walk(schema: Schema, pointer: str) -> Iterator[Field]:
    for name, part in schema["properties"].items():
        found = Field(f"{pointer}/{name}", resolved(part), name in schema.get("required", ()))
        yield found
        if found.is_object:
            yield from _walk(found.schema, found.pointer)


FIELDS = tuple(_walk(resolved(ROOT), ""))
BY_POINTER = {field.pointer: field for field in FIELDS}


def _numbers(schema: Schema) -> Iterator[float]:
    lowest = schema.get("minimum", schema.get("exclusiveMinimum"))
    highest = schema.get("maximum", schema.get("exclusiveMaximum"))
    for size in SIZES:
        value = round(size) if "integer" in schema["type"] else size
        if lowest < value < highest:
            yield value
    if "minimum" in schema:
        yield lowest


def filled(schema: Schema) -> Json:
    """Return the least valid object of a schema: its required fields, each at its first value."""
    required = schema.get("required", ())
    return {name: next(values(resolved(schema["properties"][name]))) for name in required}


def values(schema: Schema) -> Iterator[Json]:
    """Yield valid values of a field: what its schema gives as examples, then what follows from enumeration or bounds."""
    yield from schema.get("examples", ())
    kind = schema.get("type", "")
    if "properties" in schema:
        yield filled(schema)
    elif "enum" in schema:
        yield from schema["enum"]
    elif "oneOf" in schema:
        yield from _numbers(schema["oneOf"][0])
    elif kind == "array":
        item = resolved(schema["items"])
        yield from ([value] for value in values(item))
    elif "boolean" in kind:
        yield from (True, False)
    elif "string" in kind and schema.get("format") == "date":
        yield from DATES
    elif "string" in kind:
        yield from (text for text in TEXTS if "pattern" not in schema)
    else:
        yield from _numbers(schema)


def has(request: Json, pointer: str) -> bool:
    """Say whether a request states a field."""
    for name in pointer.strip("/").split("/"):
        if name not in request:
            return False
        request = request[name]
    return True


def parents(pointer: str) -> list[str]:
    """Return the pointers of the objects around a field, the outermost first, the request itself left out."""
    names = pointer.strip("/").split("/")
    return ["/" + "/".join(names[:count]) for count in range(1, len(names))]


def without(request: Json, pointer: str) -> Json:
    """Return a request that lacks a field but has the objects around it, each with what it requires."""
    result = copy.deepcopy(request)
    place = result
    for parent in parents(pointer):
        place = place.setdefault(parent.rpartition("/")[2], filled(BY_POINTER[parent].schema))
    place.pop(pointer.rpartition("/")[2], None)
    return result


def put(request: Json, pointer: str, value: Json) -> Json:
    """Return a request that states a field with this value."""
    result = without(request, pointer)
    place = result
    *names, last = pointer.strip("/").split("/")
    for name in names:
        place = place[name]
    place[last] = value
    return result
