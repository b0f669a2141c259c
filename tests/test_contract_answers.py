"""The contract holds of real answers: their status, media type, body and headers are those that it documents."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import httpx
import jsonschema_rs
import pytest
from conftest import example
from contract_parts import contract
from litestar.testing import TestClient

from service.app import build
from service.settings import read_settings

KEY = "a key of the test's"
LIMIT = 50
CREATE, LEDGER, GET = "/v1/assessments", "/v1/ledger", "/v1/assumptions/{id}"
SENT_TOO = {"content-type", "content-length", "cache-control", "vary", "x-content-type-options"}
"""Headers that stand in no answer's documentation, because every answer may have them."""

ASKED: dict[str, tuple[str, str, int, dict[str, Any]]] = {
    "a case": ("post", CREATE, 200, {"json": example("minimal")}),
    "a case with an idempotency key": (
        "post", CREATE, 200, {"json": example("minimal"), "headers": {"Idempotency-Key": "k"}},
    ),
    "faults": ("post", CREATE, 400, {"json": {"task": {}}}),
    "a contradiction": ("post", CREATE, 422, {"json": example("minimal") | {"finance": {"currency": "EUR"}}}),
    "a body of another type": ("post", CREATE, 415, {"content": b"<a/>", "headers": {"Content-Type": "application/xml"}}),
    "a body that is too large": ("post", CREATE, 413, {"content": b" " * 2_100_000}),
    "a listing": ("get", LEDGER, 200, {}),
    "a listing that is known": ("get", LEDGER, 304, {"headers": {"If-None-Match": "*"}}),
    "a parameter that is unknown": ("get", LEDGER, 400, {"params": {"sort": "name"}}),
    "a media type that there is not": ("get", LEDGER, 406, {"headers": {"Accept": "text/html"}}),
    "a method that there is not": ("delete", LEDGER, 405, {}),
    "a name that there is not": ("get", GET, 404, {"path": "/v1/assumptions/none"}),
    "no key": ("get", LEDGER, 401, {"headers": {"X-Api-Key": ""}}),
    "a part of a trace": ("get", LEDGER, 200, {"headers": {"traceparent": f"00-{'1' * 32}-{'2' * 16}-01"}}),
    "a probe": ("get", "/livez", 200, {}),
}  # fmt: skip


@pytest.fixture(scope="module")
def guarded() -> Iterator[TestClient[Any]]:
    """Yield a client of a service that asks for a key and has a limit."""
    digest = hashlib.sha256(KEY.encode()).hexdigest()
    application = build(read_settings({"API_KEYS": digest, "REQUESTS_PER_MINUTE": str(LIMIT)}))
    with TestClient(application, raise_server_exceptions=False) as session:
        session.headers["X-Api-Key"] = KEY
        yield session


def assert_documented(answer: httpx.Response, method: str, path: str) -> None:
    """Assert that an answer is what the contract says of its status."""
    methods = contract()["paths"][path]
    said = methods.get(method, next(iter(methods.values())))["responses"][str(answer.status_code)]
    documented = {name.lower(): header for name, header in said["headers"].items()}
    assert {name for name, header in documented.items() if header["required"]} <= set(answer.headers)
    assert set(answer.headers) <= set(documented) | SENT_TOO
    if "content" not in said:
        assert answer.content == b""
        return
    media = answer.headers["content-type"].partition(";")[0]
    schema = {**said["content"][media]["schema"], "components": contract()["components"]}
    jsonschema_rs.validator_for(schema, validate_formats=True).validate(answer.json())


@pytest.mark.parametrize("what", ASKED)
def test_every_kind_of_answer_is_the_documented_one(what: str, guarded: TestClient[Any]) -> None:
    """An answer has a documented status, media type and body, the required headers, and none that is not documented."""
    method, path, status, asked = ASKED[what]
    answer = guarded.request(method, asked.get("path", path), **{k: v for k, v in asked.items() if k != "path"})
    assert answer.status_code == status, answer.text[:500]
    assert_documented(answer, method, path)


def test_what_is_left_of_the_limit_is_told_to_the_end(guarded: TestClient[Any]) -> None:
    """Every counted answer says what is left; when nothing is, 429 says so too, and when to come back."""
    left = []
    for _ in range(LIMIT + 1):
        answer = guarded.get(LEDGER)
        assert answer.headers["ratelimit-policy"] == f'"default";q={LIMIT};w=60'
        left.append(int(answer.headers["ratelimit"].partition("r=")[2].partition(";")[0]))
        if answer.status_code == 429:
            break
    assert answer.status_code == 429
    assert left == sorted(left, reverse=True) and left[-1] == 0
    assert int(answer.headers["retry-after"]) >= 1
    assert_documented(answer, "get", LEDGER)
