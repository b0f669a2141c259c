"""The headers of real answers are those that the contract documents."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import example
from contract.parts import contract
from litestar.testing import TestClient

from service.http.app import create_app
from service.settings import read_settings

KEY = "a key of the test's"
CREATE, LEDGER, GET = "/v1/assessments", "/v1/ledger", "/v1/assumptions/{id}"
SENT_TOO = {
    "content-type", "content-length", "vary", "x-content-type-options", "content-security-policy", "referrer-policy",
}  # fmt: skip
"""Headers that stand in no answer's documentation: OpenAPI says the type of a body elsewhere and its length is HTTP's; the
others speak to caches and browsers, and no client ever reads them."""

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
    "a probe that is ready": ("get", "/readyz", 200, {}),
    "a method that a probe has not": ("post", "/livez", 405, {"headers": {"Idempotency-Key": "k"}}),
    "no key, with an idempotency key": ("post", CREATE, 401, {"headers": {"X-Api-Key": "", "Idempotency-Key": "k"}}),
    "a listing with an idempotency key": ("get", LEDGER, 200, {"headers": {"Idempotency-Key": "k"}}),
    "a listing that takes no body": ("post", LEDGER, 405, {"headers": {"Idempotency-Key": "k"}}),
    "a probe with an idempotency key": ("get", "/livez", 200, {"headers": {"Idempotency-Key": "k"}}),
}  # fmt: skip


@pytest.fixture(scope="module")
def guarded() -> Iterator[TestClient[Any]]:
    """Yield a client of a service that asks for a key and has a limit."""
    digest = hashlib.sha256(KEY.encode()).hexdigest()
    application = create_app(read_settings({"API_KEYS": digest, "REQUESTS_PER_MINUTE": "100"}))
    with TestClient(application, raise_server_exceptions=False) as session:
        session.headers["X-Api-Key"] = KEY
        yield session


@pytest.mark.parametrize("what", ASKED)
def test_no_header_is_sent_that_is_not_documented(what: str, guarded: TestClient[Any]) -> None:
    """An answer has its documented status, the headers that are required of it, and none that is not documented."""
    method, path, status, asked = ASKED[what]
    answer = guarded.request(method, asked.get("path", path), **{k: v for k, v in asked.items() if k != "path"})
    assert answer.status_code == status, answer.text[:500]
    methods = contract()["paths"][path]
    said = methods.get(method, next(iter(methods.values())))["responses"][str(status)]
    documented = {name.lower(): header["required"] for name, header in said["headers"].items()}
    assert {name for name, is_required in documented.items() if is_required} <= set(answer.headers)
    assert set(answer.headers) <= set(documented) | SENT_TOO
