"""The OpenAPI 3.1 document, from the operations and their nouns. `make openapi` writes it to openapi/openapi.json."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from inspect import cleandoc
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec import Struct

from service import __version__
from service.contract.operations import ID, JSON, OPERATIONS, TAGS, Operation, Rendering
from service.contract.schemas import COMPONENTS, components
from service.nouns.problem import MEDIA_TYPE, Problem

Json = dict[str, Any]

SERVER = "http://127.0.0.1:8000"

ABOUT = """\
Should a task be solved by prompt engineering or by fine-tuning, what does each really cost, and what would change the \
answer?

**Estimates.** A quantity that is not known for sure may be sent as `{"low": x, "high": y}` instead of a number: its \
10th and 90th percentile. The uncertainty is carried through to the verdict.

**What is not stated** is assumed, and the answer's `assumptions` lists each such value with its source. Leave out what \
you do not know; `null` is accepted for scalars and means the same.

**Money** is in `finance.currency` unless a name says USD, and is never rounded.

**Errors** are `application/problem+json` (RFC 9457) and name every fault found, with a JSON pointer and a mend. 429 and \
503 say when to come back (`Retry-After`); the same request may be sent again at any time, for nothing changes by it. \
What is no HTTP, an address beyond 64 kB and a header section that is too large are answered by the server itself, before \
the service sees them, with a bare 400, 414 or 431.

**Enumerations** are closed in requests and open in answers: be ready for new values in an answer.

**Versions.** Within /v1 fields and operations are only added. What will end is marked deprecated here and answers with \
`Deprecation` and `Sunset` headers, at least twelve months before.
"""

MEANING = MappingProxyType({
    304: "The caller has this already: `If-None-Match` names its ETag. No body.",
    400: "The request cannot be read, or does not fit this document; every fault is named.",
    401: "No API key, or one that is not known. Only where the service was started with keys.",
    403: "The API key is known, but has not the scope of this operation: its tag.",
    404: "There is nothing by this name.",
    405: "This path has no such method; `Allow` lists those it has.",
    406: "The Accept header admits no media type that this operation answers with.",
    408: "The body did not arrive in time.",
    413: "The body, or its texts together, are too large.",
    415: "The body is of a type, character set or encoding that is not read.",
    422: "The request fits this document but cannot be assessed, such as an unknown base model; every fault is named.",
    429: "Too many requests for this key or address. Come back after `Retry-After`.",
    500: "A fault of the service's own.",
    503: "Too much to do at the moment. Come back after `Retry-After`.",
    504: "The answer took too long and was given up.",
})  # fmt: skip

BINARY = MappingProxyType({"type": "string", "format": "binary"})
"""Any body that is not JSON: generated clients hand out its bytes."""

SECONDS = {"type": "integer", "format": "int32", "minimum": 1, "maximum": 86400}


def _header(description: str, schema: Json | None = None, *, required: bool = False) -> Json:
    return {"description": description, "required": required, "schema": schema or {"type": "string"}}


NAMED = MappingProxyType({
    "X-Request-Id": _header("The request's own X-Request-Id, or a new one", required=True),
    "traceparent": _header("The request's trace, continued; where it had one"),
})  # fmt: skip
RETRY_AFTER = _header("Seconds after which to come back", SECONDS, required=True)
RATE_LIMIT = MappingProxyType({
    "RateLimit": _header("What is left of the limit: `\"default\";r=50;t=30`; where the service has a limit"),
    "RateLimit-Policy": _header("The limit: `\"default\";q=100;w=60`; where the service has one"),
})  # fmt: skip
OF_LISTINGS = MappingProxyType({
    "ETag": _header("Strong: the same tag, the same bytes", required=True),
    "Cache-Control": _header("no-cache: ask again with If-None-Match", required=True),
})  # fmt: skip
UNSTORED = MappingProxyType({
    "Cache-Control": _header("no-store: it holds for this moment", required=True),
})  # fmt: skip
CACHE_STATUS = _header("Whether the answer was computed now or before (RFC 9211): `prompt-or-tune; hit`")
FILE_NAME = _header("Name of a file to keep it in, with the first digits of its `result_digest`", required=True)
OF_COMPUTED = MappingProxyType({
    "Content-Digest": _header("SHA-256 of the body (RFC 9530)", required=True),
    "Cache-Control": _header("no-store: an answer is computed for its request", required=True),
})  # fmt: skip
DEPRECATED = MappingProxyType({
    "Deprecation": _header("Since when it is deprecated (RFC 9745)", required=True),
    "Sunset": _header("When it ends at the earliest (RFC 8594)", required=True),
    "Link": _header('What to read: `rel="deprecation"`', required=True),
})  # fmt: skip

SENT_BY_ALL = (
    (
        "X-Request-Id",
        "Name of this request in logs and in the answer; 1 to 128 visible ASCII characters, else replaced",
    ),
    ("traceparent", "W3C trace context; continued in the answer"),
)
IDEMPOTENCY_KEY = (
    "Idempotency-Key",
    "Echoed, up to 255 visible ASCII characters. Nothing hangs on it: the same request has the same answer anyway",
)


def _parameter(name: str, place: str, description: str, schema: Json, *, required: bool = False) -> Json:
    return {"name": name, "in": place, "description": description, "required": required, "schema": schema}


def _parameters(operation: Operation, schemas: Mapping[str, Json]) -> Iterable[Json]:
    for part in operation.path_parameters:
        schema: Json = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": ID, "examples": [part.example]}
        yield _parameter(part.name, "path", part.description, schema, required=True)
    for name, field in schemas[operation.query.__name__]["properties"].items():
        # What is absent is absent: a query parameter has no null.
        types = [field["type"]] if isinstance(field["type"], str) else field["type"]
        schema = {**field, "type": next(t for t in types if t != "null")}
        yield _parameter(name, "query", schema.pop("description"), schema)
    if operation.is_probe:
        return
    if operation.method == "get":
        yield _parameter("If-None-Match", "header", "ETags that the caller has", {"type": "string"})
    else:
        yield _parameter(IDEMPOTENCY_KEY[0], "header", IDEMPOTENCY_KEY[1], {"type": "string"})
    for name, description in SENT_BY_ALL:
        yield _parameter(name, "header", description, {"type": "string"})


def _headers(operation: Operation, status: int) -> Json:
    found = dict(NAMED)
    if operation.is_probe or status >= HTTPStatus.BAD_REQUEST:
        found |= UNSTORED
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        # Routing finds this before the operation is known.
        return {**found, "Allow": _header("The methods of this path", required=True)}
    if operation.deprecation:
        found |= DEPRECATED
    if operation.is_probe:
        return found
    if operation.body:
        found["Idempotency-Key"] = _header("The request's own, where it had one")
    if status == HTTPStatus.UNAUTHORIZED:
        return {**found, "WWW-Authenticate": _header("How to send a key", required=True)}
    found |= RATE_LIMIT
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        found["Retry-After"] = RETRY_AFTER
    elif status in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED):
        found |= OF_LISTINGS if operation.method == "get" else OF_COMPUTED
        if operation.is_kept:
            found["Cache-Status"] = CACHE_STATUS
        if isinstance(operation.answer, Rendering):
            found["Content-Disposition"] = FILE_NAME
    return found


def _examples(found: Mapping[str, Any]) -> Json:
    """Return examples by name; a name's words are its summary."""
    return {name: {"summary": name.replace("_", " ").capitalize(), "value": value} for name, value in found.items()}


def _response(operation: Operation, status: int, examples: Mapping[str, Any]) -> Json:
    gives, is_answer = operation.answer, status == HTTPStatus.OK
    meaning = gives.meaning if isinstance(gives, Rendering) else cleandoc(gives.__doc__ or "")
    said: Json = {
        "description": MEANING.get(status, meaning),
        "headers": _headers(operation, status),
    }
    if status == HTTPStatus.NOT_MODIFIED:
        return said
    if is_answer and isinstance(gives, Rendering):
        said["content"] = {gives.media_type: {"schema": dict(BINARY)}}
        return said
    noun = gives if is_answer and not isinstance(gives, Rendering) else Problem
    content: Json = {"schema": {"$ref": COMPONENTS + noun.__name__}}
    shown = examples.get(operation.id if is_answer else str(status))
    if shown:
        content["examples"] = _examples(shown)
    said["content"] = {JSON if is_answer else MEDIA_TYPE: content}
    if is_answer and operation.links:
        said["links"] = {
            link.operation: {"operationId": link.operation, "parameters": link.parameters} for link in operation.links
        }
    return said


def _operation(operation: Operation, schemas: Mapping[str, Json], examples: Mapping[str, Any]) -> Json:
    said: Json = {
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": operation.description,
        "parameters": list(_parameters(operation, schemas)),
    }
    if operation.body:
        content: Json = {"schema": {"$ref": COMPONENTS + operation.body.__name__}}
        if shown := examples.get(f"{operation.id}.request"):
            content["examples"] = _examples(shown)
        said["requestBody"] = {"required": True, "content": {JSON: content}}
    said["responses"] = {str(status): _response(operation, status, examples) for status in operation.statuses}
    if operation.is_probe:
        said["security"] = []
    if operation.deprecation:
        said["deprecated"] = True
    return {name: part for name, part in said.items() if part != [] or name == "security"}


def document(examples: Mapping[str, Any], operations: tuple[Operation, ...] = OPERATIONS) -> Json:
    """Return the OpenAPI 3.1 document.

    Parameters
    ----------
    examples : dict
        Real requests and answers by name, by `operationId` (answers), `operationId.request`, or status (problems).
    operations : tuple of Operation
        The operations to describe.
    """
    nouns: set[type[Struct]] = {Problem}
    for op in operations:
        nouns.update(n for n in (op.answer, op.body, op.query) if n is not None and not isinstance(n, Rendering))
    schemas = components(sorted(nouns, key=lambda noun: noun.__name__))
    queries = {operation.query.__name__ for operation in operations}
    paths: Json = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation, schemas, examples)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Prompt or Tune",
            "summary": "Prompt engineering or fine-tuning: the verdict, the costs, the break-even",
            "version": __version__,
            "description": ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
            "contact": {"name": "The maintainers of Prompt or Tune"},
        },
        "servers": [{"url": SERVER, "description": "Local, as `make run` starts it"}],
        "tags": [{"name": name, "description": description} for name, description in TAGS.items()],
        "security": [{"apiKey": []}, {"bearer": []}, {}],
        "paths": paths,
        "components": {
            "schemas": {name: schema for name, schema in schemas.items() if name not in queries},
            "securitySchemes": {
                "apiKey": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "X-Api-Key",
                    "description": "A key, where the service was started with keys",
                },
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The same key as a bearer token",
                },
            },
        },
    }


def encode(what: Json) -> bytes:
    """Return a document as JSON: stable, and readable in a diff."""
    return msgspec.json.format(msgspec.json.encode(what), indent=1) + b"\n"
