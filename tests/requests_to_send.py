"""Requests that several tests send, how they are sent, and what every problem that comes back has in common."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx

from service.contract.operations import OPERATIONS, Operation
from service.http.edge import Edge, Unanswerable
from service.nouns.request.assessment import AssessmentRequest

Json = dict[str, Any]

FILES = sorted((Path(__file__).parent / "bad_input").glob("*.json"))
"""One bad or odd request each; tests/http/test_bad_input.py says what stands in them."""

PROBLEM = "application/problem+json"

SMALL = {
    "as_of": "2026-11-23",
    "task": {"description": "Route inbound customer support e-mails to one of 42 queues."},
    "prompting": {"measured_accuracy": {"correct": 148, "total": 200}},
    "volume": {"requests_per_month": 400000},
    "simulation": {"draws": 256},
}
"""A small legal request whose answer does not depend on the day."""

CASE = {name: part for name, part in SMALL.items() if name != "as_of"}
BODIES: dict[str, Any] = {
    **{operation.id: CASE for operation in OPERATIONS if operation.body is AssessmentRequest},
    "countTokens": {"texts": ["Route this e-mail to a queue."]},
}
"""A small legal body of every operation that takes one."""


def path_of(operation: Operation) -> str:
    """Return a path of an operation that names something."""
    return operation.path.format_map({part.name: part.example for part in operation.path_parameters})


def with_value(pointer: str, value: Any) -> Json:
    """Return a small legal request with one value put in at a JSON pointer."""
    request: Json = json.loads(json.dumps(SMALL))
    *parents, last = pointer.strip("/").split("/")
    place = request
    for name in parents:
        place = place.setdefault(name, {})
    place[last] = value
    return request


GENERATORS: dict[str, Callable[..., bytes]] = {
    "nested_lists": lambda levels: b"[" * levels + b"]" * levels,
    "nested_objects": lambda levels: b'{"task":' * levels + b"1" + b"}" * levels,
    "nested_in_field": lambda levels: (
        json.dumps(with_value("/volume/requests_per_month", "@")).replace('"@"', "[" * levels + "]" * levels).encode()
    ),
    "white_space": lambda characters: b" " * characters,
    "long_description": lambda characters: json.dumps(with_value("/task/description", "a" * characters)).encode(),
    "text": lambda pointer, characters, character: json.dumps(with_value(pointer, character * characters)).encode(),
    "payload_samples": lambda texts, characters: json.dumps(
        with_value("/prompting/texts/payload_samples", ["a" * characters] * texts)
    ).encode(),
    "texts": lambda texts, characters: json.dumps({"texts": ["a" * characters] * texts}).encode(),
}


def body_of(case: Json) -> bytes:
    """Return the bytes that a case sends."""
    if "generator" in case:
        arguments = dict(case["generator"])
        return GENERATORS[arguments.pop("name")](**arguments)
    if "body_base64" in case:
        return base64.b64decode(case["body_base64"])
    if "body" in case:
        text: str = case["body"]
        return text.encode()
    return json.dumps(case["request"]).encode() if "request" in case else b""


def raw(app: Edge, method: str, path: str, *headers: tuple[str, str], content: bytes = b"") -> httpx.Response:
    """Return the answer to a request of exactly this method, path and headers: a client would tidy them up."""
    sent: list[Any] = []
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http", "root_path": "",
        "method": method, "path": path, "raw_path": path.encode(), "query_string": b"", "client": None, "server": None,
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers],
    }  # fmt: skip

    async def receive() -> Any:
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    with contextlib.suppress(Unanswerable):
        asyncio.run(app(scope, receive, send))
    body = b"".join(message.get("body", b"") for message in sent[1:])
    request = httpx.Request(method, httpx.URL("http://test", path=path))
    return httpx.Response(sent[0]["status"], headers=sent[0]["headers"], content=body, request=request)


def assert_is_problem(response: httpx.Response, status: int) -> Json:
    """Assert that an answer is a whole problem of a status, and return it."""
    assert response.status_code == status, response.text[:2000]
    assert response.headers["content-type"] == PROBLEM
    assert response.headers["cache-control"] == "no-store"
    problem: Json = response.json()
    assert problem["status"] == status
    assert problem["type"].startswith("/problems/")
    assert unquote(problem["instance"]) == response.request.url.path
    assert problem["title"] and problem["detail"]
    assert problem["request_id"] == response.headers["x-request-id"]
    for error in problem["errors"]:
        assert set(error) == {"pointer", "message", "received", "expected"}
        assert error["message"] and error["expected"], error
        assert error["received"] or error["message"] == "This is not a valid date." or error["pointer"], error
    return problem
