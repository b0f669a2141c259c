"""What browsers are told: nothing is sniffed, framed or loaded, and pages of other origins may ask only where they are named."""

from __future__ import annotations

from typing import Any

import pytest
from litestar.testing import TestClient

from service.http.app import create_app
from service.settings import Settings

OURS, OTHER = "https://finance.example.org", "https://evil.example.org"


@pytest.fixture(params=[(), (OURS,)], ids=["no origin is named", "one is"])
def client(request: pytest.FixtureRequest) -> Any:
    """Yield a client of an application that names these origins."""
    with TestClient(create_app(Settings(cors_origins=request.param, log_level="error"))) as session:
        session.headers["X-Named"] = ",".join(request.param)
        yield session


@pytest.mark.parametrize("path", ["/v1/ledger", "/v1/nothing", "/livez", "/metrics", "/openapi.json", "/", "/docs"])
def test_every_answer_is_safe_to_show(path: str, client: TestClient[Any]) -> None:
    """No type is guessed, no page frames it, and it loads nothing from elsewhere."""
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_only_named_origins_may_ask(client: TestClient[Any]) -> None:
    """An origin that is named is told that it may, before it asks and with the answer; another is told nothing."""
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type,x-api-key"}
    for origin in (OURS, OTHER):
        is_named = origin == client.headers["X-Named"]
        preflight = client.options("/v1/assessments", headers={"Origin": origin, **asks})
        assert (preflight.headers.get("access-control-allow-origin") == origin) == is_named
        answer = client.get("/v1/ledger", headers={"Origin": origin})
        assert answer.status_code == 200
        assert (answer.headers.get("access-control-allow-origin") == origin) == is_named
        assert "access-control-allow-credentials" not in answer.headers
