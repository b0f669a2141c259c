"""The parts of the OpenAPI document, for tests that look at all of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from service.contract.document import document, encode
from tools.contract import examples

Json = dict[str, Any]

NESTED, NESTED_LISTS = ("items", "not", "additionalProperties"), ("oneOf", "anyOf", "allOf")


@lru_cache
def contract() -> Json:
    """Return the 3.1 document as the code gives it, as plain JSON."""
    made: Json = json.loads(encode(document(examples())))
    return made


def operations() -> Iterator[tuple[str, str, Json]]:
    """Yield path, method and operation."""
    for path, methods in contract()["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def answers() -> Iterator[tuple[str, str, Json]]:
    """Yield operationId, status and answer."""
    for _, _, operation in operations():
        for status, answer in operation["responses"].items():
            yield operation["operationId"], status, answer


def parameters() -> Iterator[tuple[str, Json]]:
    """Yield place and parameter."""
    for path, method, operation in operations():
        for parameter in operation.get("parameters", []):
            yield f"{method} {path} {parameter['name']}", parameter


def inside(schema: Json, where: str) -> Iterator[tuple[str, Json]]:
    """Yield a schema and all schemas in it, with their places; what they refer to is not followed."""
    yield where, schema
    for key in NESTED:
        if isinstance(schema.get(key), dict):
            yield from inside(schema[key], f"{where}/{key}")
    for key in NESTED_LISTS:
        for index, part in enumerate(schema.get(key, [])):
            yield from inside(part, f"{where}/{key}/{index}")
    for name, part in schema.get("properties", {}).items():
        yield from inside(part, f"{where}/{name}")


def _named(schema: Json) -> set[str]:
    """Return the components that a schema leads to."""
    found: set[str] = set()
    wanted = [schema]
    while wanted:
        for _, part in inside(wanted.pop(), ""):
            name = part.get("$ref", "").rpartition("/")[2]
            if name and name not in found:
                found.add(name)
                wanted.append(contract()["components"]["schemas"][name])
    return found


@lru_cache
def sent() -> frozenset[str]:
    """Return the names of the components that callers send."""
    bodies = [operation["requestBody"] for _, _, operation in operations() if "requestBody" in operation]
    return frozenset(name for body in bodies for media in body["content"].values() for name in _named(media["schema"]))


@lru_cache
def got() -> frozenset[str]:
    """Return the names of the components that callers get."""
    contents = [media for _, _, answer in answers() for media in answer.get("content", {}).values()]
    return frozenset(name for media in contents for name in _named(media["schema"]))


def schemas_of(names: frozenset[str]) -> Iterator[tuple[str, Json]]:
    """Yield the schemas in components of these names, with their places."""
    for name in sorted(names):
        yield from inside(contract()["components"]["schemas"][name], name)


def schemas_sent() -> Iterator[tuple[str, Json]]:
    """Yield every schema of what callers send in bodies, paths and queries, with its place."""
    yield from schemas_of(sent())
    for where, parameter in parameters():
        if parameter["in"] != "header":
            yield from inside(parameter["schema"], where)


def properties(names: frozenset[str]) -> Iterator[tuple[str, str, Json]]:
    """Yield component, name and schema of every property."""
    for component in sorted(names):
        for name, schema in contract()["components"]["schemas"][component].get("properties", {}).items():
            yield component, name, schema


def types(schema: Json) -> set[str]:
    """Return the types that a schema names, without null."""
    said = schema.get("type", [])
    return ({said} if isinstance(said, str) else set(said)) - {"null"}
